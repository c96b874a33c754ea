#include "source/queueone.h"

#define LOOK	4096	/* bytes searched at once */

/* Another queue file behind the one that ends at `end`? */
static bool
another(struct queueone *q, uint64_t base, uint64_t end, uint64_t *next)
{
	/* Blocks of a disk may be filled up with zeros. */
	for (uint64_t off = base + end; off < q->file->size;) {
		struct slice s = atfile_at(q->file, off, QUEUEREC_LOOK);

		if (s.len == 0)
			return false;
		if (s.ptr[0] == 0) {
			off++;
			continue;
		}
		*next = off;
		return queuefile_begins(slice_sub(s, 0, QUEUEREC_LOOK));
	}
	return false;
}

/* The first C record that begins a queue file in len bytes, or 0. */
static uint64_t
find_head(struct queueone *q, uint64_t off, uint64_t len)
{
	uint64_t end = off + len;

	while (off < end) {
		size_t n = end - off < LOOK ? (size_t)(end - off) : LOOK;
		struct slice s = slice_sub(atfile_at(q->file, off, n), 0, n);
		size_t i = slice_chr(s, 'C');

		if (s.len == 0)
			return 0;
		if (i == SLICE_NONE) {
			off += s.len;
			continue;
		}
		off += i;
		if (queuefile_begins(slice_sub(atfile_at(q->file, off,
		    QUEUEREC_LOOK), 0, QUEUEREC_LOOK)))
			return off;
		off++;
	}
	return 0;
}

/*
 * Does another queue file begin in what was just read?  In what is lost, or in
 * the record before, which swallows it when its own end is missing; or with
 * a C record, of which a file that cleanup made has one, at its front.  last
 * is where the record before begins.
 */
static uint64_t
begun(struct queueone *q, uint64_t base, uint64_t last,
    enum queuefile_item item, const struct queuefile_rec *r)
{
	uint64_t off = r->off;

	if (item == QUEUEFILE_LOSS) {
		if (last < off && off - last <= QUEUEFILE_DATA)
			off = last;
		return find_head(q, base + off + 1, r->off + r->lost - off -
		    1);
	}
	if (r->type == 'C' && r->off > 0 && (r->stray || q->facts->cleanup))
		return find_head(q, base + r->off, 1);
	return 0;
}

/* Read up to where another begins, if *next is not NULL; tell so. */
void
queueone_walk(struct queueone *q, const struct queuefile_src *src,
    struct queuefile *walk, struct queueone_loss *loss, uint64_t *next)
{
	struct queuefile_rec r;
	enum queuefile_item item;
	uint64_t last = 0;

	*loss = (struct queueone_loss){ .what = NULL };
	queuefacts_reset(q->facts);
	queuefile_init(walk, src);
	while ((item = queuefile_next(walk, &r)) != QUEUEFILE_END) {
		const char *lost = queuefacts_take(q->facts, item, &r);

		if (lost != NULL && loss->what == NULL) {
			loss->off = src->base + r.off;
			loss->what = lost;
		}
		if (next != NULL &&
		    (*next = begun(q, src->base, last, item, &r)) != 0)
			return;
		last = r.off;
	}
	if (next != NULL && walk->ended)
		(void)another(q, src->base, walk->end, next);
}

/*
 * The end is missing, and nobody is about to write it: cleanup set the sizes,
 * or the mode says that it is done.
 */
void
queueone_end(struct queueone *q, const struct queuefile_src *src,
    const struct queuefile *walk, struct queueone_loss *loss)
{
	const struct queuefacts *f = q->facts;

	if (walk->ended || loss->what != NULL || queuefacts_none(f) ||
	    (f->has_size && !f->size.minus ? !f->size.done :
	    !q->file->copied && (q->file->st.stx_mode & 0700) != 0700))
		return;
	*loss = (struct queueone_loss){ .what = "no end of message",
		.off = src->base + src->size };
	(void)queuefacts_take(q->facts, QUEUEFILE_LOSS,
	    &(struct queuefile_rec){ .off = src->size, .what = loss->what });
}
