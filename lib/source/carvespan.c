#include "source/carvespan.h"

#include "source/carvemark.h"
#include "source/scout.h"

#define BACK ((size_t)128 * 1024) /* before a block, looked at */

/* Account for the bytes of a block. */
static void
pass(struct carvespan *r, const unsigned char *p, size_t n)
{
	struct carve *c = r->c;

	c->o->bytes(c->o->arg, r->next, slice_of(p, n));
	r->next += n;
	c->next = r->next;
	c->done += n;
}

/* All before the next block is done with, so it may be left out if quiet. */
static bool
may_skip(const struct carvespan *r)
{
	return !r->l->scan.in_run && r->l->scan.pos + ANCHOR_MAX >= r->next;
}

/* The block up to r->next is quiet: go on behind it, but for its end. */
static void
skip(struct carvespan *r)
{
	if (r->next - r->from > ANCHOR_MAX &&
	    r->l->scan.pos < r->next - ANCHOR_MAX)
		r->l->scan.pos = r->next - ANCHOR_MAX;
}

/* What stands before the block to be read, for those that look back. */
static enum rc
reload(struct carvespan *r, struct err *e)
{
	size_t back =
	    r->next - r->from < BACK ? (size_t)(r->next - r->from) : BACK;

	r->base = r->next - back;
	return back == 0 ?
	    RC_OK :
	    image_read(r->c->image, r->base, r->l->window, back, &r->len, e);
}

/* Keep the last bytes of the window only. */
static void
shrink(struct carvespan *r)
{
	size_t n = r->len > BACK ? r->len - BACK : 0;

	memmove(r->l->window, r->l->window + n, r->len - n);
	r->base += n;
	r->len -= n;
}

/* Read the next block and look through it; RC_END at the end. */
static enum rc
scan_block(struct carvespan *r, size_t most, struct err *e)
{
	struct carvelevel *l = r->l;
	unsigned char *p;
	size_t want =
	    r->until - r->next < most ? (size_t)(r->until - r->next) : most;
	size_t got = 0, n, before;
	enum rc rc = RC_OK;

	if (r->len == 0)
		rc = reload(r, e);
	if (rc != RC_OK)
		return rc;
	p = l->window + r->len;
	rc = want == 0 ? RC_END :
			 image_read(r->c->image, r->next, p, want, &got, e);
	if (rc == RC_FAIL || rc == RC_DAMAGED)
		return rc;
	before = r->len < ANCHOR_MAX ? r->len : ANCHOR_MAX;
	r->len += got;
	if (got > 0 && may_skip(r) &&
	    (l->scan.pos >= r->next + got ||
		(r->c->scout == NULL &&
		    scout_test(slice_of(p - before, got + before),
			r->next - before)))) {
		pass(r, p, got);
		skip(r);
		shrink(r);
		return rc;
	}
	if (got > 0)
		pass(r, p, got);
	n = scan_window(
	    &l->scan, slice_of(l->window, r->len), r->base, rc == RC_END);
	memmove(l->window, l->window + n, r->len - n);
	r->base += n;
	r->len -= n;
	return rc;
}

/*
 * The stretch at hand, *len bytes; true if it need not be read here: a scout
 * says that nothing is in it, or all that is in it is done with.
 */
static bool
leave_out(const struct carvespan *r, size_t *len)
{
	struct scout *scout = r->c->scout;
	enum scout_word word;
	uint64_t ahead = 0;

	*len = SCOUT_BLOCK;
	if (scout == NULL || !may_skip(r))
		return false;
	word = scout_next(scout, r->next, len);
	if (r->l->scan.pos > r->next)
		ahead = r->l->scan.pos - r->next;
	if (word != SCOUT_LOUD || ahead < SCOUT_PART)
		return word == SCOUT_QUIET;
	ahead -= ahead % SCOUT_PART;
	if (*len > ahead)
		*len = (size_t)ahead;
	return true;
}

/* The bytes before a mark, for those who count or hash them. */
static void
pass_again(struct carvespan *r, uint64_t until)
{
	struct carve *c = r->c;
	uint64_t off = r->from;
	size_t got;

	if (!c->o->exact && until > off)
		c->o->bytes(
		    c->o->arg, off, slice_of(NULL, (size_t)(until - off)));
	while (c->o->exact && off < until &&
	    image_read(c->image, off, r->l->window,
		until - off < SCOUT_BLOCK ? (size_t)(until - off) : SCOUT_BLOCK,
		&got, NULL) == RC_OK) {
		c->o->bytes(c->o->arg, off, slice_of(r->l->window, got));
		off += got;
	}
}

/* The image's own bytes from `from` to `until`, block by block. */
enum rc
carvespan_scan(struct carve *c, struct carvelevel *l, uint64_t from,
    uint64_t until, const struct carvemark *v, struct err *e)
{
	struct carvespan r = { .c = c,
		.l = l,
		.from = from,
		.until = until,
		.next = from,
		.base = from };
	struct scout_opt so = { .from = from,
		.until = until,
		.n = c->o->threads,
		.anchors = c->nested };
	enum rc rc = RC_OK;

	c->scout = c->o->exact ? NULL : scout_open(c->image, &so);
	l->scan.pos = l->scan.floor = from;
	if (v != NULL) {
		pass_again(&r, v->next);
		if (!carvemark_resume(&r, v))
			rc = err_damaged(e, 0, "checkpoint's mark");
	}
	while (rc == RC_OK && !c->stopped) {
		size_t len;

		carvemark_put(&r);
		if (leave_out(&r, &len)) {
			pass(&r, NULL, len);
			skip(&r);
			r.base = r.next;
			r.len = 0;
		} else
			rc = scan_block(&r, len, e);
		if (!c->o->tick(c->o->arg, c->done, c->lines))
			c->stopped = true;
	}
	scout_close(c->scout);
	c->scout = NULL;
	return rc == RC_END ? RC_OK : rc;
}
