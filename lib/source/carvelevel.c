#include "source/carvelevel.h"

#include "base/mem.h"
#include "io/srcpath.h"
#include "source/carvefind.h"
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

/* Begin to decode a level again. */
bool
carvelevel_rewind(struct carvelevel *l)
{
	struct carvelevel *up = l->c->level[l->depth - 1];

	member_close(&l->member);
	l->pos = 0;
	l->nheld = 0;
	if (l->plan != NULL)
		return member_open_part(&l->member, carvelevel_read, up,
		    l->start, l->plan, l->part, l->c->o->prefix);
	return member_open(&l->member, l->kind, carvelevel_read, up, l->start);
}

/*
 * Bytes of a decoded level at any offset: forward from where it is, or again
 * from the start.
 */
static size_t
read_decoded(struct carvelevel *l, uint64_t off, unsigned char *dst, size_t len)
{
	size_t skip;

	if (off < l->pos - l->nheld && !carvelevel_rewind(l))
		return 0;
	while (l->pos <= off) {
		size_t made;

		if (!l->member.open)
			return 0;
		(void)member_read(&l->member, l->held, MEMBER_BUF, &made);
		l->c->work += made;
		if (made == 0)
			return 0;
		l->nheld = made;
		l->pos += made;
	}
	skip = (size_t)(off - (l->pos - l->nheld));
	if (len > l->nheld - skip)
		len = l->nheld - skip;
	memcpy(dst, l->held + skip, len);
	return len;
}

size_t
carvelevel_read(void *arg, uint64_t off, unsigned char *dst, size_t len)
{
	struct carvelevel *l = arg;
	size_t got = 0, n;

	if (l->depth == 0)
		return read_image(l->c, off, dst, len);
	while (got < len &&
	    (n = read_decoded(l, off + got, dst + got, len - got)) > 0)
		got += n;
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
	if (depth > 0)
		l->held = mem_alloc(MEMBER_BUF, 1);
	return l;
}

void
carvelevel_free(struct carvelevel *l)
{
	if (l == NULL)
		return;
	member_close(&l->member);
	logrun_free(l->run);
	buf_free(&l->path);
	mem_free(l->window);
	mem_free(l->held);
	mem_free(l);
}
