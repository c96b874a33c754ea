#include "source/carve.h"

#include "io/srcpath.h"
#include "source/carvefind.h"
#include "source/carvemark.h"
#include "source/carvespan.h"
#include "source/finder.h"

/* The image, without the places that are in use if these are not wanted. */
static enum rc
scan_image(struct carve *c, struct carvelevel *l, struct err *e)
{
	const struct claims *used = finds_allocated(c->o->finds);
	uint64_t off = c->o->from;
	struct carvemark v;
	bool again = carvemark_replay(c, &v);
	enum rc rc = RC_OK;

	if (again)
		off = v.from;
	while (rc == RC_OK && !c->stopped && off < c->o->until) {
		const struct claim *skip = claims_at(used, off);
		uint64_t end = skip == NULL || skip->off > c->o->until ?
		    c->o->until :
		    skip->off;

		if (end > off)
			rc = carvespan_scan(
			    c, l, off, end, again ? &v : NULL, e);
		again = false;
		if (skip == NULL)
			break;
		off = skip->end;
	}
	return rc;
}

static void
open_finders(struct carve *c, struct carvelevel *l)
{
	for (size_t i = 0; finder_table[i] != NULL; i++) {
		const struct finder *f = finder_table[i];

		c->nested |= f->nested;
		if (f->open != NULL)
			c->state[i] = f->open(&l->stream);
		c->opened = i + 1;
	}
}

static void
close_finders(struct carve *c, struct carvelevel *l, bool good)
{
	for (size_t i = 0; finder_table[i] != NULL; i++) {
		const struct finder *f = finder_table[i];

		if (good && !c->stopped && f->end != NULL)
			f->end(&l->stream, c->state[i]);
		if (f->close != NULL)
			f->close(c->state[i]);
	}
}

enum rc
carve_image(struct image *im, const struct carve_opt *o, struct carve_total *t,
    struct err *e)
{
	struct carve c = { .image = im, .o = o, .t = t };
	struct carvelevel *l;
	uint64_t size;
	enum rc rc;

	*t = (struct carve_total){ .size = 0 };
	c.pipe = slice_is(slice_cstr(image_format(im)), "pipe");
	c.next = o->from;
	l = carvelevel_get(&c, 0);
	srcpath_file(&l->path, o->src);
	l->stream.src = buf_slice(&l->path);
	l->stream.size = image_size(im, &size) ? size : UINT64_MAX;
	logrun_stream(l->run, l->stream.src, NULL, UINT64_MAX);
	logrun_dated(l->run, finds_dated(o->finds));
	l->stream.npart = t->npart = partition_find(
	    carvelevel_read, l, l->stream.size, t->part, PARTITION_MAX);
	/* What they find at once, an earlier run has written down. */
	finds_mute(o->finds, o->resumes);
	open_finders(&c, l);
	finds_mute(o->finds, false);
	scan_init(&l->scan, o->prefix, &carvefind_ops, l);
	rc = scan_image(&c, l, e);
	scan_free(&l->scan);
	t->size = c.done;
	close_finders(&c, l, rc == RC_OK);
	for (unsigned int i = 0; i <= CARVE_DEPTH; i++) {
		if (c.level[i] != NULL)
			logrun_unsure(
			    c.level[i]->run, &t->assumed, &t->yearless);
		carvelevel_free(c.level[i]);
	}
	return rc;
}
