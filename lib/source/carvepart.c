#include "source/carvepart.h"

#include "base/mem.h"
#include "io/srcpath.h"
#include "source/carvemember.h"
#include "source/extracts.h"
#include "source/holes.h"

#define DOUBT ((uint64_t)16 * 1024) /* before the place where damage shows */

#define TRIALS_SLACK ((uint64_t)2 * 1024 * 1024 * 1024)

/* Claim what is not damaged. */
static void
claim(struct carvelevel *up, uint64_t off, const struct resync *plan)
{
	struct find_piece piece[RESYNC_HOLES + 1];
	struct find find = { .class = FIND_GZIP,
		.piece = piece,
		.confidence = plan->flip == RESYNC_NOWHERE ? LOGRUN_MEDIUM :
							     LOGRUN_HIGH };
	uint64_t from = off;

	for (size_t i = 0; i <= plan->n && from != RESYNC_NOWHERE; i++) {
		uint64_t end =
		    i < plan->n ? plan->hole[i].from / 8 : (plan->end + 7) / 8;

		if (end > from)
			piece[find.n++] =
			    (struct find_piece){ from, end - from };
		if (i < plan->n)
			from = plan->hole[i].to == RESYNC_NOWHERE ?
			    RESYNC_NOWHERE :
			    plan->hole[i].to / 8;
	}
	if (find.n > 0)
		find_claim(&up->stream, &find);
}

/* Bytes of a part for its extract: what is left out of it takes no place. */
static size_t
squeeze(unsigned char *buf, size_t n, bool *blank)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		bool end = *blank && buf[i] == '\n';

		*blank = buf[i] == RESYNC_BLANK;
		if (!*blank && !end)
			buf[k++] = buf[i];
	}
	return k;
}

/* Write a part to the extract that is open. */
static void
extract(struct carvelevel *l)
{
	struct extracts *x = finds_extracts(l->c->o->finds);
	unsigned char *buf = mem_alloc(MEMBER_BUF, 1);
	const struct unpacked *u = &l->unpacked;
	bool blank = false;
	struct member m;
	size_t made;
	enum rc rc = member_open_part(&m, u->read, u->arg, u->start, u->plan,
			 u->part, u->prefix) ?
	    RC_OK :
	    RC_END;

	while (rc == RC_OK) {
		rc = member_read(&m, buf, MEMBER_BUF, &made);
		l->c->work += made;
		extracts_put(x, slice_of(buf, squeeze(buf, made, &blank)));
	}
	member_close(&m);
	mem_free(buf);
}

/* The path of a part of the member whose path is given. */
static void
name(struct carvelevel *l, struct slice path, const struct resync *plan,
    size_t part)
{
	if (plan->flip != RESYNC_NOWHERE)
		srcpath_bit(&l->path, path, plan->flip, SLICE("BITFLIP"));
	else if (part > 0)
		srcpath_bit(
		    &l->path, path, plan->hole[part - 1].to, SLICE("DEFLATE"));
	else {
		l->path.len = 0;
		(void)buf_add(&l->path, path);
	}
}

/* From where on the lines of a part may be wrong. */
static uint64_t
doubt(const struct resync *plan, size_t part)
{
	if (plan->flip != RESYNC_NOWHERE)
		return UINT64_MAX;
	if (part > 0 || plan->doubt < DOUBT)
		return 0;
	return plan->doubt - DOUBT;
}

/* Look through the parts. */
static void
scan_parts(struct carvelevel *up, uint64_t off, const struct resync *plan,
    const int64_t *mtime)
{
	struct carve *c = up->c;
	struct carvelevel *l = carvelevel_get(c, up->depth + 1);
	struct unpacked *u = &l->unpacked;
	struct extracts *x =
	    up->depth == 0 ? finds_extracts(c->o->finds) : NULL;
	bool open = x != NULL && extracts_begin(x, FIND_GZIP, off);
	uint64_t left_out = 0;
	char hex[DIGEST_HEX];
	struct buf path;

	l->place = off;
	srcpath_init(&path);
	srcpath_data(&path, buf_slice(&up->path), off, SLICE("GZIP"));
	for (size_t i = 0; i <= plan->n && !c->stopped; i++) {
		if (i > 0 && plan->hole[i - 1].to == RESYNC_NOWHERE)
			break;
		name(l, buf_slice(&path), plan, i);
		if (unpacked_open_part(
			u, carvelevel_read, up, off, plan, i, c->o->prefix))
			carvemember_scan(l, UINT64_MAX, mtime, doubt(plan, i));
		if (u->member.part != NULL)
			left_out += u->member.part->left_out;
		if (open)
			extract(l);
		unpacked_close(u);
	}
	if (open)
		(void)extracts_end(x, hex);
	holes_tell(buf_slice(&path), plan, left_out);
	buf_free(&path);
}

bool
carvepart_scan(
    struct carvelevel *up, uint64_t off, uint64_t data, const int64_t *mtime)
{
	struct carve *c = up->c;
	struct resync plan;

	/* All of a plan or nothing: mxquote makes the same one. */
	if (c->trials > c->done * CARVE_TRIALS + TRIALS_SLACK ||
	    !resync_plan(&plan, carvelevel_read, up, data * 8, c->o->prefix,
		RESYNC_LIMIT, &c->trials))
		return false;
	claim(up, off, &plan);
	scan_parts(up, off, &plan, mtime);
	return true;
}
