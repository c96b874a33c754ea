#include "source/carvelevel.h"

#include "base/mem.h"
#include "io/srcpath.h"
#include "source/carvefind.h"
#include "source/carvemember.h"
#include "source/scout.h"

#define DECODED ((size_t)512 * 1024) /* window of a decoded stream */

/* Bytes of the image, for decoders and tables. */
static size_t
read_image(struct carve *c, uint64_t off, unsigned char *dst, size_t len)
{
	size_t got;

	/* What a pipe is read ahead must still be there for the window. */
	if (c->pipe && off + len > c->next + IMAGE_BACK / 2)
		return 0;
	return image_read(c->image, off, dst, len, &got, NULL) == RC_OK ? got :
									  0;
}

size_t
carvelevel_read(void *arg, uint64_t off, unsigned char *dst, size_t len)
{
	struct carvelevel *l = arg;
	uint64_t before = l->unpacked.work;
	size_t got;

	if (l->depth == 0)
		return read_image(l->c, off, dst, len);
	got = unpacked_read(&l->unpacked, off, dst, len);
	l->c->work += l->unpacked.work - before;
	return got;
}

/* The level below, made when it is needed first. */
struct carvelevel *
carvelevel_get(struct carve *c, unsigned int depth)
{
	struct carvelevel *l = c->level[depth];

	if (l != NULL)
		return l;
	l = c->level[depth] = mem_alloc(1, sizeof(*l));
	l->c = c;
	l->depth = depth;
	l->run =
	    logrun_new(c->o->opt, c->o->prefix, c->o->runs, carvefind_event, l);
	srcpath_init(&l->path);
	l->stream = (struct stream){ .read = carvelevel_read,
		.arg = l,
		.depth = depth,
		.unpack = depth == 0 ? carvemember_pieces : NULL,
		.from = depth == 0 ? c->o->from : 0,
		.until = depth == 0 ? c->o->until : UINT64_MAX,
		.pipe = c->pipe,
		.opt = c->o->opt,
		.unallocated = c->o->unallocated,
		.prefix = c->o->prefix,
		.runs = c->o->runs,
		.part = c->t->part,
		.npart = c->t->npart,
		.finds = c->o->finds };
	l->cap = depth == 0 ? SCOUT_BLOCK + SCAN_KEEP : DECODED;
	l->window = mem_alloc(l->cap, 1);
	return l;
}

void
carvelevel_free(struct carvelevel *l)
{
	if (l == NULL)
		return;
	unpacked_close(&l->unpacked);
	logrun_free(l->run);
	buf_free(&l->path);
	mem_free(l->window);
	mem_free(l);
}
