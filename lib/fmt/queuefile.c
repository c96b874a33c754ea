#include "fmt/queuefile.h"

#include "base/mem.h"
#include "base/num.h"

#include "base/banned.h"

#define CHAIN		5	/* records in a row that are no chance */
#define CHAIN_WEAK	14	/* the same, when their data may be anything */
#define CHAIN_END	64	/* at most so many up to the end */

/* How sure a run of records must be. */
enum sure {
	SURE_STRICT,	/* CHAIN records that look like mail */
	SURE_WEAK,	/* CHAIN_WEAK of any */
	SURE_END	/* like mail, up to the end of the message */
};
#define BLOCK		8192	/* bytes searched at once */

void
queuefile_init(struct queuefile *q, const struct queuefile_src *src)
{
	*q = (struct queuefile){ .src = src, .stop = src->size };
}

void
queuefile_free(struct queuefile *q)
{
	mem_free(q->runs);
	q->runs = NULL;
}

/* Up to n bytes at an offset of the file, and no more. */
static struct slice
bytes(const struct queuefile *q, uint64_t off, size_t n)
{
	uint64_t left;

	if (off >= q->src->size)
		return slice_of(NULL, 0);
	left = q->src->size - off;
	if (left < n)
		n = (size_t)left;
	return slice_sub(q->src->at(q->src->arg, q->src->base + off, n), 0, n);
}

/* The first run that ends behind off. */
static size_t
find_run(const struct queuefile *q, uint64_t off)
{
	size_t lo = 0, hi = q->nruns;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (q->runs[mid].to <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool
visited(const struct queuefile *q, uint64_t off)
{
	size_t i = find_run(q, off);

	return (off >= q->run && off < q->pos) ||
	    (i < q->nruns && off >= q->runs[i].from);
}

/* Keep the run that ends at pos; joins what touches. */
static void
keep_run(struct queuefile *q)
{
	struct queuefile_run r = { q->run, q->pos };
	size_t i, n;

	if (r.from == r.to)
		return;
	if (r.to > q->end)
		q->end = r.to;
	i = find_run(q, r.from);
	if (i > 0 && q->runs[i - 1].to == r.from)
		r.from = q->runs[--i].from;
	for (n = i; n < q->nruns && q->runs[n].from <= r.to; n++)
		if (q->runs[n].to > r.to)
			r.to = q->runs[n].to;
	if (n > i) {
		memmove(&q->runs[i + 1], &q->runs[n],
		    (q->nruns - n) * sizeof(*q->runs));
		q->nruns -= n - i - 1;
	} else {
		if (q->nruns == q->cap) {
			size_t cap = q->cap == 0 ? 16 : 2 * q->cap;

			q->runs = mem_grow(q->runs, q->cap, cap,
			    sizeof(*q->runs));
			q->cap = cap;
		}
		memmove(&q->runs[i + 1], &q->runs[i],
		    (q->nruns - i) * sizeof(*q->runs));
		q->nruns++;
	}
	q->runs[i] = r;
}

/* Begin to read at another place. */
static void
start_run(struct queuefile *q, uint64_t off)
{
	size_t i;

	keep_run(q);
	q->run = q->pos = off;
	i = find_run(q, off);
	q->stop = i < q->nruns ? q->runs[i].from : q->src->size;
	q->hopeless = false;
}

/*
 * Are there enough records in a row at off, beginning in that segment?  A
 * pointer that leads into the file, M and X are worth more than others.
 */
static bool
chain(const struct queuefile *q, uint64_t off, enum queue_segment seg,
    enum sure sure)
{
	static const unsigned int wants[] = { CHAIN, CHAIN_WEAK, CHAIN_END };
	unsigned int n = 0, want = wants[sure];
	uint64_t target = 0;

	while (n < want) {
		struct slice s = bytes(q, off, QUEUEREC_HEAD + QUEUEREC_LOOK);
		struct queuerec_head h;

		if (off == q->src->size)
			return n + 2 >= CHAIN && sure != SURE_END;
		/* Long jumps on a guess would read the file many times. */
		if (!queuerec_head(s, &h) || h.len > QUEUEFILE_DATA ||
		    h.len > q->src->size - off - h.head ||
		    !queuerec_plausible(&h, slice_sub(slice_from(s, h.head),
		    0, h.len), seg, sure != SURE_WEAK))
			return false;
		n++;
		if (h.type == 'p') {
			(void)queuerec_pointer(slice_sub(s, h.head, h.len),
			    &target);
			/* 15 columns of a number; in a file that was cut
			 * off they may lead out of it. */
			if (h.len == 15)
				return true;
			if (target > q->src->size)
				return false;
		} else if (h.type == 'M' || h.type == 'X')
			n++;
		off += h.head + (uint64_t)h.len;
		seg = queuerec_behind(h.type, seg);
		if (seg == QUEUE_END)
			return n > 1 || off == q->src->size;
	}
	return sure != SURE_END;
}

/* Where the C record says that content and extracted records begin. */
static bool
borders(const struct queuefile *q, uint64_t *content, uint64_t *extracted)
{
	struct slice s;

	if (!q->has_size || !q->size.done || q->size.n < 3)
		return false;
	*content = q->size.v[QUEUESIZE_OFFSET];
	/* A file may be cut off before the end of its content. */
	if (*content > q->src->size || *content < 2 || !num_add(*content,
	    q->size.v[QUEUESIZE_SPAN], extracted))
		return false;
	/* One of them stands where it must. */
	s = bytes(q, *content - 2, 2);
	if (slice_eq(s, slice_of("M", 2)))
		return true;
	return slice_eq(bytes(q, *extracted, 2), slice_of("X", 2));
}

/* Surely records, or text of any bytes, which only a content has. */
static bool
run_of(const struct queuefile *q, uint64_t off, enum queue_segment seg)
{
	return chain(q, off, seg, SURE_STRICT) ||
	    (seg == QUEUE_CONTENT && chain(q, off, seg, SURE_WEAK));
}

/* A run of records begins at off, in the segment that it must be in? */
static bool
begins_at(const struct queuefile *q, uint64_t off, enum queue_segment *seg)
{
	uint64_t content, extracted;

	/* Behind X may be what milters made, of any segment. */
	if (borders(q, &content, &extracted) &&
	    ((q->jumps == 0 && !q->sweep) || off <= extracted)) {
		*seg = off < content ? QUEUE_ENVELOPE :
		    off <= extracted ? QUEUE_CONTENT : QUEUE_EXTRACTED;
		if (run_of(q, off, *seg))
			return true;
	}
	*seg = q->sweep ? QUEUE_ENVELOPE : q->segment;
	if (run_of(q, off, *seg))
		return true;
	*seg = QUEUE_CONTENT;
	return q->sweep && run_of(q, off, *seg);
}

/* The same for a later one, where the types of many letters are legal. */
static bool
begins_later(const struct queuefile *q, uint64_t off, enum queue_segment *seg)
{
	*seg = q->sweep ? QUEUE_CONTENT : q->segment;
	while (++*seg < QUEUE_END)
		if (chain(q, off, *seg, SURE_END))
			return true;
	return false;
}

/* Types of any segment. */
static bool
any_type(unsigned char c)
{
	return queuerec_legal(c, QUEUE_ENVELOPE) ||
	    queuerec_legal(c, QUEUE_CONTENT) ||
	    queuerec_legal(c, QUEUE_EXTRACTED);
}

/* The first place from off up to the next run where records begin. */
static bool
search_for(const struct queuefile *q, uint64_t off, uint64_t stop,
    bool (*begins)(const struct queuefile *, uint64_t, enum queue_segment *),
    uint64_t *found, enum queue_segment *seg)
{
	unsigned char block[BLOCK];

	while (off < stop) {
		struct slice s = bytes(q, off, stop - off < BLOCK ?
		    (size_t)(stop - off) : BLOCK);

		if (s.len == 0)
			return false;
		/* What is asked for next may move what s points to. */
		memcpy(block, s.ptr, s.len);
		for (size_t i = 0; i < s.len; i++)
			if (any_type(block[i]) && begins(q, off + i, seg)) {
				*found = off + i;
				return true;
			}
		off += s.len;
	}
	return false;
}

static bool
search(const struct queuefile *q, uint64_t off, uint64_t stop,
    uint64_t *found, enum queue_segment *seg)
{
	return search_for(q, off, stop, begins_at, found, seg) ||
	    search_for(q, off, stop, begins_later, found, seg);
}

/* Report the bytes from pos up to `to` as lost, and go there. */
static enum queuefile_item
lose(struct queuefile *q, struct queuefile_rec *r, uint64_t to,
    const char *what)
{
	*r = (struct queuefile_rec){ .off = q->pos, .lost = to - q->pos,
		.what = what, .segment = q->segment, .stray = q->sweep };
	q->pos = to;
	q->losses++;
	return QUEUEFILE_LOSS;
}

/* Read on in what is left after the end; false when nothing is. */
static bool
next_gap(struct queuefile *q)
{
	uint64_t from, found;
	enum queue_segment seg;

	keep_run(q);
	from = q->sweep ? q->pos : 0;
	q->run = q->pos;
	q->sweep = true;
	for (size_t i = find_run(q, from);; i++) {
		uint64_t to = i < q->nruns ? q->runs[i].from : q->src->size;

		if (from < to && search(q, from, to, &found, &seg)) {
			start_run(q, found);
			q->segment = seg;
			return true;
		}
		if (i >= q->nruns)
			return false;
		from = q->runs[i].to;
	}
}

/* What comes behind a record of this type at off can be one, or the end. */
static bool
goes_on(const struct queuefile *q, uint64_t off, enum queue_segment seg)
{
	struct slice s;
	struct queuerec_head h;

	if (off == q->src->size || seg == QUEUE_END)
		return true;
	s = bytes(q, off, QUEUEREC_HEAD);
	if (off == q->stop || s.len < 2)
		return off == q->stop;
	/* Cut off in its data it is still one. */
	return queuerec_legal(s.ptr[0], seg) && (queuerec_head(s, &h) ||
	    (s.len < QUEUEREC_HEAD && (s.ptr[s.len - 1] & 0x80) != 0));
}

/* Is everything between two offsets text, as behind a length too small? */
static bool
all_text(const struct queuefile *q, uint64_t from, uint64_t to)
{
	struct slice s = bytes(q, from, 256);

	if (to - from > s.len)
		return false;
	for (size_t i = 0; i < to - from; i++)
		if ((s.ptr[i] < 0x20 && s.ptr[i] != '\t') || s.ptr[i] == 0x7f)
			return false;
	return true;
}

/*
 * The record at pos is one, but what comes behind it is not.  True if its
 * own length is what is wrong; *to is then where records go on.
 */
static bool
length_wrong(struct queuefile *q, uint64_t next, enum queue_segment behind,
    uint64_t *to, enum queue_segment *seg)
{
	struct queuerec_head h;
	struct slice s;
	enum queue_segment was = q->segment;

	if (q->hopeless)
		return false;
	if (!search(q, q->pos + 1, q->stop, to, seg)) {
		q->hopeless = true;
		return false;
	}
	if (*to < next)
		return true;
	/* A type that can be: its length is wrong, and it is the next's. */
	s = bytes(q, next, QUEUEREC_HEAD);
	if (s.len > 0 && queuerec_legal(s.ptr[0], behind))
		return false;
	if (queuerec_head(s, &h) && *to == next + h.head + h.len)
		return false;
	q->segment = was;
	return *to > next && all_text(q, next, *to);
}

/* The pointer at pos cannot be followed. */
static enum queuefile_item
bad_pointer(struct queuefile *q, struct queuefile_rec *r, uint64_t next,
    const char *what)
{
	enum queuefile_item item = lose(q, r, next, what);
	uint64_t found;
	enum queue_segment seg;
	uint64_t back = q->back;

	q->back = 0;
	if (back != 0 && !visited(q, back) && search(q, back, find_run(q,
	    back) < q->nruns ? q->runs[find_run(q, back)].from : q->src->size,
	    &found, &seg)) {
		start_run(q, found);
		q->segment = seg;
	} else if (search(q, next, q->stop, &found, &seg)) {
		start_run(q, found);
		q->segment = seg;
	}
	return item;
}

/* The record before off has no type, but what comes next is sound. */
static bool
around(const struct queuefile *q, uint64_t off)
{
	return chain(q, off, q->segment, SURE_STRICT) ||
	    (q->segment < QUEUE_EXTRACTED &&
	    chain(q, off, q->segment + 1, SURE_STRICT));
}

/* Follow the pointer at pos, which ends at next. */
static enum queuefile_item
jump(struct queuefile *q, struct queuefile_rec *r, uint64_t next)
{
	struct queuerec_head h;
	struct slice s;

	if (r->target >= q->src->size)
		return bad_pointer(q, r, next,
		    "pointer record leads out of the file");
	q->pos = next;
	if (visited(q, r->target)) {
		q->pos = r->off;
		return bad_pointer(q, r, next,
		    "pointer record leads to what was read already");
	}
	q->pos = r->off;
	s = bytes(q, r->target, QUEUEREC_HEAD);
	if (!queuerec_head(s, &h) ||
	    h.len > q->src->size - r->target - h.head ||
	    (!queuerec_legal(h.type, q->segment) &&
	    !around(q, r->target + h.head + h.len)))
		return bad_pointer(q, r, next,
		    "pointer record leads to where no record is");
	if (q->nruns >= QUEUEFILE_RUNS)
		return bad_pointer(q, r, next, "too many pointer records");
	q->jumps++;
	q->pos = next;
	q->back = next;
	start_run(q, r->target);
	return QUEUEFILE_RECORD;
}

/* No record can be read at pos. */
static enum queuefile_item
broken(struct queuefile *q, struct queuefile_rec *r)
{
	enum queue_segment seg;
	uint64_t to;
	bool found = !q->hopeless &&
	    search(q, q->pos + 1, q->stop, &to, &seg);

	if (q->sweep && !found) {
		/* A gap is no loss. */
		keep_run(q);
		q->run = q->pos = q->stop;
		return QUEUEFILE_END;
	}
	if (!found)
		return lose(q, r, q->stop, "no records from here on");
	(void)lose(q, r, to, "no record here");
	q->segment = seg;
	return QUEUEFILE_LOSS;
}

/* The file ends inside the record at pos: what there is of it. */
static enum queuefile_item
cut(struct queuefile *q, struct queuefile_rec *r)
{
	struct slice s = bytes(q, q->pos, QUEUEREC_HEAD);
	struct queuerec_head h;
	uint64_t left = q->src->size - q->pos;

	if (!queuerec_head(s, &h) || !queuerec_legal(h.type, q->segment) ||
	    q->stop != q->src->size)
		return broken(q, r);
	*r = (struct queuefile_rec){ .type = h.type, .head = h.head,
		.len = (uint32_t)(left - h.head), .off = q->pos,
		.segment = q->segment, .cut = true, .stray = q->sweep };
	r->data = slice_sub(slice_from(bytes(q, q->pos, h.head +
	    (size_t)QUEUEFILE_DATA), h.head), 0, r->len);
	if (h.len - r->len > 0 && r->len == 0 && h.type != 'N' &&
	    h.type != 'L')
		return lose(q, r, q->stop, "the file ends in a record");
	q->pos = q->stop;
	q->losses++;
	return QUEUEFILE_RECORD;
}

/* The record at pos; QUEUEFILE_END if there is none up to stop. */
static enum queuefile_item
record(struct queuefile *q, struct queuefile_rec *r)
{
	struct slice s = bytes(q, q->pos, QUEUEREC_HEAD + QUEUEREC_LOOK);
	struct queuerec_head h;
	enum queue_segment behind, seg;
	uint64_t next, to;
	bool headed;

	if (s.len == 0)
		return lose(q, r, q->stop, "cannot be read");
	headed = queuerec_head(s, &h);
	if (!headed || !queuerec_plausible(&h,
	    slice_sub(slice_from(s, h.head), 0, h.len), q->segment, false)) {
		if (headed && h.head + (uint64_t)h.len >
		    q->src->size - q->pos && queuerec_legal(h.type,
		    q->segment) && !q->hopeless &&
		    !search(q, q->pos + 1, q->stop, &to, &seg))
			return cut(q, r);
		return broken(q, r);
	}
	next = q->pos + h.head + h.len;
	if (next > q->stop) {
		if (q->stop == q->src->size && (q->hopeless ||
		    !search(q, q->pos + 1, q->stop, &to, &seg)))
			return cut(q, r);
		return broken(q, r);
	}
	behind = queuerec_behind(h.type, q->segment);
	*r = (struct queuefile_rec){ .type = h.type, .head = h.head,
		.len = h.len, .off = q->pos, .segment = q->segment,
		.stray = q->sweep };
	if (h.type == 'p') {
		(void)queuerec_pointer(slice_sub(s, h.head, h.len),
		    &r->target);
		if (r->target != 0 && !q->sweep) {
			enum queuefile_item item = jump(q, r, next);

			if (item != QUEUEFILE_RECORD)
				return item;
			r->data = slice_sub(bytes(q, r->off, 32), h.head,
			    h.len);
			return QUEUEFILE_RECORD;
		}
	}
	if (!goes_on(q, next, behind) &&
	    length_wrong(q, next, behind, &to, &seg)) {
		(void)lose(q, r, to, "a record with a wrong length");
		q->segment = seg;
		return QUEUEFILE_LOSS;
	}
	if (h.type == 'C' && !q->has_size)
		q->has_size = queuesize_parse(slice_sub(slice_from(bytes(q,
		    q->pos, 128), h.head), 0, h.len), &q->size);
	r->data = slice_sub(slice_from(bytes(q, q->pos, h.head +
	    (h.len > QUEUEFILE_DATA ? (size_t)QUEUEFILE_DATA : h.len)),
	    h.head), 0, h.len);
	q->pos = next;
	q->segment = behind;
	return QUEUEFILE_RECORD;
}

enum queuefile_item
queuefile_next(struct queuefile *q, struct queuefile_rec *r)
{
	for (;;) {
		bool over = q->segment == QUEUE_END || q->pos >= q->stop;

		enum queuefile_item item = over ? QUEUEFILE_END :
		    record(q, r);

		if (item != QUEUEFILE_END)
			return item;
		if (!q->sweep) {
			q->ended = q->segment == QUEUE_END;
			/* It ran into what was read before. */
			if (!q->ended && q->stop < q->src->size)
				q->losses++;
			if (q->ended && q->losses == 0) {
				keep_run(q);
				q->run = q->pos;
				return QUEUEFILE_END;
			}
		}
		if (!next_gap(q))
			return QUEUEFILE_END;
	}
}

void
queuefile_gaps(const struct queuefile *q,
    bool (*fn)(void *arg, uint64_t off, uint64_t len), void *arg)
{
	uint64_t from = 0;

	for (size_t i = 0; i < q->nruns; i++) {
		if (q->runs[i].from > from &&
		    !fn(arg, from, q->runs[i].from - from))
			return;
		from = q->runs[i].to;
	}
	if (from < q->src->size)
		(void)fn(arg, from, q->src->size - from);
}

bool
queuefile_begins(struct slice s)
{
	struct queuesize size;
	struct queuerec_head h;
	unsigned int digits;
	uint32_t usec;
	int64_t sec;
	struct slice data, rest;

	if (!queuerec_head(slice_sub(s, 0, QUEUEREC_HEAD), &h) ||
	    h.len > s.len - h.head)
		return false;
	data = slice_sub(s, h.head, h.len);
	rest = slice_from(s, h.head + (size_t)h.len);
	if (h.type == 'C')
		return queuesize_parse(data, &size);
	return h.type == 'T' && queuerec_time(data, &sec, &usec, &digits) &&
	    h.len >= 9 && rest.len >= 2 && (rest.ptr[0] == 'A' ||
	    rest.ptr[0] == 'C' || rest.ptr[0] == 'F' || rest.ptr[0] == 'S');
}
