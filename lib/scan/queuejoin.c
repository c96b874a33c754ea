#include "scan/queuejoin.h"

#include "base/mem.h"
#include "base/num.h"
#include "scan/queuelink.h"

#include "base/banned.h"

#define BLOCK 1024     /* least size of a block of a file system */
#define BLOCK_MAX 4096 /* and the largest that is told apart */
#define EDGES 8	       /* latest borders of blocks that are tried */
#define SLOW_EDGES 3   /* the same where every run is tried */
#define SLOW_RUNS 65536
/* What it costs to try a place, in bytes walked. */
#define WORK_TRY 8192

/* A border of a block, and the walk before the record that reaches it. */
struct edge {
	uint64_t block;
	uint64_t head; /* first record at or behind it */
	struct queuewalk walk;
};

/* The file so far, and what is tried behind it. */
struct level {
	struct pieces p;
	struct edge edge[EDGES];
	size_t nedge; /* of the ring */
	size_t e;     /* tried: an edge from the last back */
	size_t c;     /* and a run, of its bucket or of all */
};

struct search {
	struct queuejoin *j;
	uint64_t off, until;
	struct level *level;
	size_t depth; /* pieces to be added at most */
	bool slow;    /* try every run */
	unsigned int tries;
	struct pieces best;
	bool found, ambiguous;
};

/* Sort the runs into buckets by their place in a block. */
static void
fill_buckets(struct queuejoin *j)
{
	size_t n = j->found->nrun;
	uint32_t at[BLOCK];

	j->bucket = mem_alloc(n + 1, sizeof(*j->bucket));
	for (size_t i = 0; i < n; i++)
		j->start[j->found->run[i].off % BLOCK + 1]++;
	for (size_t b = 0; b < BLOCK; b++)
		j->start[b + 1] += j->start[b];
	memcpy(at, j->start, sizeof(at));
	for (size_t i = 0; i < n; i++)
		j->bucket[at[j->found->run[i].off % BLOCK]++] = (uint32_t)i;
}

/*
 * The size of blocks, by where files begin: at the same place in a block.
 * Some are in archives or in files of other systems.
 */
static uint64_t
block_of(const struct queuefind *f)
{
	uint64_t block;

	for (block = BLOCK_MAX; block > BLOCK; block /= 2) {
		size_t n[BLOCK_MAX / QUEUEFIND_GRID] = { 0 }, all = 0;
		size_t most = 0;

		for (size_t i = 0; i < f->nhead; i++) {
			size_t k =
			    (size_t)(f->head[i].off % block / QUEUEFIND_GRID);

			if (f->head[i].kind == QUEUEHEAD_LOG)
				continue;
			all++;
			most = ++n[k] > most ? n[k] : most;
		}
		if (most * 4 > all * 3)
			break;
	}
	return block;
}

/* The first record of the file at off. */
static bool
size_of(const struct queuejoin *j, uint64_t off, struct queuewalk *w)
{
	struct queuefile_src src = {
		.at = j->at, .arg = j->arg, .base = off, .size = QUEUEREC_LOOK
	};

	return queuewalk_start(w, &src, true);
}

void
queuejoin_init(struct queuejoin *j, const struct queuefind *found,
    scan_at_fn *at, void *arg)
{
	struct queuewalk w;

	*j = (struct queuejoin){
		.found = found, .at = at, .arg = arg, .block = block_of(found)
	};
	fill_buckets(j);
	j->used = mem_alloc(found->nrun + 1, sizeof(*j->used));
	for (size_t i = 0; i < found->nhead; i++)
		if (found->head[i].kind == QUEUEHEAD_FILE &&
		    size_of(j, found->head[i].off, &w))
			queuetwin_add(&j->all, &w);
	queuetwin_sort(&j->all);
}

void
queuejoin_free(struct queuejoin *j)
{
	mem_free(j->bucket);
	mem_free(j->used);
	queuetwin_free(&j->all);
	queuetwin_free(&j->torn);
	mem_free(j->claim);
}

/* The first claim that ends behind off. */
static size_t
find_claim(const struct queuejoin *j, uint64_t off)
{
	size_t lo = 0, hi = j->nclaim;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (j->claim[mid].off + j->claim[mid].len <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool
is_claimed(const struct queuejoin *j, uint64_t off)
{
	size_t i = find_claim(j, off);

	return i < j->nclaim && j->claim[i].off <= off;
}

/* The first run at or behind off. */
static size_t
find_run(const struct queuejoin *j, uint64_t off)
{
	size_t lo = 0, hi = j->found->nrun;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (j->found->run[mid].off < off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void
claim_one(struct queuejoin *j, const struct piece *c)
{
	size_t i = find_claim(j, c->off), r;

	if (j->nclaim == j->capclaim) {
		size_t cap = j->capclaim == 0 ? 64 : 2 * j->capclaim;

		j->claim =
		    mem_grow(j->claim, j->capclaim, cap, sizeof(*j->claim));
		j->capclaim = cap;
	}
	memmove(&j->claim[i + 1], &j->claim[i],
	    (j->nclaim - i) * sizeof(*j->claim));
	j->claim[i] = *c;
	j->nclaim++;
	for (r = find_run(j, c->off);
	     r < j->found->nrun && j->found->run[r].off < c->off + c->len; r++)
		j->used[r] = true;
}

void
queuejoin_claim(struct queuejoin *j, const struct pieces *p)
{
	for (size_t i = 0; i < p->n; i++)
		claim_one(j, &p->v[i]);
}

/* Where a piece that begins at off ends at the latest. */
static uint64_t
piece_end(const struct search *s, uint64_t off)
{
	const struct queuefind *f = s->j->found;
	uint64_t end = s->until;
	size_t i = find_claim(s->j, off), lo = 0, hi = f->nhead;

	if (i < s->j->nclaim && s->j->claim[i].off < end)
		end = s->j->claim[i].off;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (f->head[mid].off <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	/* Of heads, those of files only: the others may be in a text. */
	while (lo < f->nhead && f->head[lo].kind != QUEUEHEAD_FILE)
		lo++;
	if (lo < f->nhead && f->head[lo].off < end)
		end = f->head[lo].off;
	return end > off ? end : off;
}

static void
add_edge(
    struct level *l, uint64_t block, uint64_t head, const struct queuewalk *w)
{
	l->edge[l->nedge++ % EDGES] = (struct edge){ block, head, *w };
}

/* Walk on to where the records end, and keep the borders on the way. */
static enum queuewalk_rc
walk_on(struct search *s, struct level *l, struct queuewalk *w)
{
	struct queuefile_src src = {
		.at = pieces_at, .arg = &l->p, .size = l->p.size
	};
	uint64_t base = l->p.size - l->p.v[l->p.n - 1].len;
	uint64_t from = w->walked, block = s->j->block;
	enum queuewalk_rc rc = QUEUEWALK_ON;

	l->nedge = l->e = l->c = 0;
	while (rc == QUEUEWALK_ON) {
		struct queuewalk before = *w;
		struct queuerec_head h;
		bool headed = queuerec_head(
		    slice_sub(pieces_at(&l->p, w->pos, QUEUEREC_HEAD), 0,
			QUEUEREC_HEAD),
		    &h);
		uint64_t next, b = (before.pos + block - 1) / block * block;

		if (b == before.pos && b > base)
			add_edge(l, b, b, &before);
		rc = queuewalk_step(w, &src);
		if (!headed || !queuerec_legal(h.type, before.segment) ||
		    h.len > QUEUEWALK_TEXT)
			break;
		next = before.pos + h.head + h.len;
		if (rc == QUEUEWALK_BAD && next > w->bad)
			src.size =
			    w->bad + 1 < src.size ? w->bad + 1 : src.size;
		for (b = (before.pos + h.head) / block * block + block;
		     b < next && b <= src.size; b += block)
			if (b > base)
				add_edge(l, b, next, &before);
	}
	s->j->work += w->walked - from;
	return rc;
}

/* The bytes of two files are the same. */
static bool
same_bytes(struct pieces *a, struct pieces *b)
{
	unsigned char block[4096];

	if (a->size != b->size)
		return false;
	for (uint64_t off = 0; off < a->size;) {
		struct slice x = slice_sub(pieces_at(a, off, sizeof(block)), 0,
				 sizeof(block)),
			     y;

		if (x.len == 0)
			return false;
		memcpy(block, x.ptr, x.len);
		y = slice_sub(pieces_at(b, off, x.len), 0, x.len);
		if (y.len != x.len || memcmp(y.ptr, block, x.len) != 0)
			return false;
		off += x.len;
	}
	return true;
}

/* The records of this one lead to the end: is it the file? */
static void
solved(struct search *s, struct level *l, const struct queuewalk *w)
{
	enum queuelink link;

	pieces_cut(&l->p, w->end);
	s->j->work += l->p.size;
	link = queuelink_of(&l->p);
	if (link == QUEUELINK_WRONG || link == QUEUELINK_OPEN)
		return;
	if (s->found) {
		s->ambiguous = s->ambiguous || !same_bytes(&s->best, &l->p);
		return;
	}
	s->found = true;
	s->ambiguous =
	    link != QUEUELINK_PROVEN && queuetwin_has(&s->j->all, w, 2);
	pieces_free(&s->best);
	s->best = l->p;
	s->best.joined = NULL;
}

/* A run that begins where the edge wants a record. */
static bool
next_run(struct search *s, struct level *l, const struct edge *e, uint64_t *at)
{
	struct queuejoin *j = s->j;
	uint64_t gap = e->head - e->block;
	size_t bucket = (size_t)((s->off + gap) % BLOCK);

	while (j->start[bucket] + l->c < j->start[bucket + 1]) {
		size_t i = j->bucket[j->start[bucket] + l->c++];
		uint64_t off = j->found->run[i].off;

		if (j->used[i] || off < gap ||
		    (off - gap) % j->block != s->off % j->block ||
		    is_claimed(j, off - gap))
			continue;
		*at = off - gap;
		return true;
	}
	return false;
}

/*
 * A run in whose block a record may begin where the edge wants one.  The
 * first one of a run may be no record, or there are some of the envelope
 * before it.
 */
static bool
next_block(
    struct search *s, struct level *l, const struct edge *e, uint64_t *at)
{
	struct queuejoin *j = s->j;
	uint64_t gap = e->head - e->block;

	while (l->c < j->found->nrun && l->c < SLOW_RUNS &&
	    j->looks < QUEUEJOIN_LOOKS) {
		size_t i = l->c++;
		uint64_t off = j->found->run[i].off, past;
		struct slice b;

		j->looks++;
		past = (off - s->off) % j->block;
		if (j->used[i] || past == gap || off < past ||
		    is_claimed(j, off - past))
			continue;
		b = j->at(j->arg, off - past + gap, 1);
		if (b.len == 0 || !queuerec_legal(b.ptr[0], e->walk.segment))
			continue;
		*at = off - past;
		return true;
	}
	return false;
}

/* Next thing to be tried at a level; false when there is none. */
static bool
next_try(struct search *s, struct level *l, struct edge *e, uint64_t *at)
{
	size_t n = l->nedge < EDGES ? l->nedge : EDGES;

	if (s->slow && n > SLOW_EDGES)
		n = SLOW_EDGES;
	for (; l->e < n; l->e++, l->c = 0) {
		*e = l->edge[(l->nedge - 1 - l->e) % EDGES];
		if (s->slow ? next_block(s, l, e, at) : next_run(s, l, e, at))
			return true;
	}
	return false;
}

/* The pieces up to the edge, and one more; false if that cannot be. */
static bool
attach(const struct search *s, const struct level *l, const struct edge *e,
    uint64_t at, struct level *next)
{
	unsigned char *joined = next->p.joined;
	uint64_t end;

	next->p = l->p;
	next->p.joined = joined;
	pieces_cut(&next->p, e->block);
	for (size_t i = 0; i < next->p.n; i++)
		if (at < next->p.v[i].off + next->p.v[i].len &&
		    at + BLOCK > next->p.v[i].off)
			return false;
	end = piece_end(s, at);
	/* It may end where another piece of this file begins. */
	for (size_t i = 0; i < next->p.n; i++)
		if (next->p.v[i].off > at && next->p.v[i].off < end)
			end = next->p.v[i].off;
	if (end - at > QUEUEWALK_FILE)
		end = at + QUEUEWALK_FILE;
	/* What goes on where it was left is no break. */
	return end > at && next->p.n > 0 &&
	    next->p.v[next->p.n - 1].off + next->p.v[next->p.n - 1].len != at &&
	    pieces_add(&next->p, at, end - at);
}

/* All files with up to depth breaks that begin as the first level does. */
static void
try_all(struct search *s)
{
	size_t k = 0;

	s->level[0].e = s->level[0].c = 0;
	while (s->tries < QUEUEJOIN_TRIES && !s->ambiguous &&
	    s->j->work < s->j->limit) {
		struct level *l = &s->level[k], *next = &s->level[k + 1];
		struct edge e;
		uint64_t at;
		enum queuewalk_rc rc;

		if (!next_try(s, l, &e, &at)) {
			if (k-- == 0)
				return;
			continue;
		}
		s->tries++;
		s->j->work += WORK_TRY;
		if (!attach(s, l, &e, at, next))
			continue;
		rc = walk_on(s, next, &e.walk);
		if (rc == QUEUEWALK_END)
			solved(s, next, &e.walk);
		else if (k + 1 < s->depth && next->nedge > 0)
			k++;
	}
}

/* From the head on, as far as it goes. */
static enum queuejoin_kind
begun(struct search *s, struct level *l, struct queuewalk *w)
{
	struct queuefile_src src = { .at = pieces_at, .arg = &l->p };
	uint64_t end = piece_end(s, s->off), cut;

	if (end - s->off > QUEUEWALK_FILE)
		end = s->off + QUEUEWALK_FILE;
	if (!pieces_add(&l->p, s->off, end - s->off))
		return QUEUEJOIN_NONE;
	src.size = l->p.size;
	if (!queuewalk_start(w, &src, true))
		return QUEUEJOIN_NONE;
	if (walk_on(s, l, w) == QUEUEWALK_END)
		return QUEUEJOIN_WHOLE;
	/* The last record may reach into other bytes. */
	cut =
	    w->last / QUEUEFIND_GRID != w->pos / QUEUEFIND_GRID && w->last > 0 ?
	    w->last :
	    w->pos;
	if (w->jumped)
		cut = w->end;
	w->end = cut;
	return w->segment == QUEUE_ENVELOPE ||
		(w->size.done && cut <= w->size.v[QUEUESIZE_OFFSET]) ?
	    QUEUEJOIN_ENVELOPE :
	    QUEUEJOIN_CUT;
}

enum queuejoin_kind
queuejoin_row(scan_at_fn *at, void *arg, uint64_t off, uint64_t until, bool eof,
    uint64_t *size)
{
	struct queuefile_src src = { .at = at,
		.arg = arg,
		.base = off,
		.size = until > off ? until - off : 0 };
	enum queuewalk_rc rc = QUEUEWALK_ON;
	struct queuewalk w;

	if (!queuewalk_start(&w, &src, false))
		return QUEUEJOIN_NONE;
	while (rc == QUEUEWALK_ON)
		rc = queuewalk_step(&w, &src);
	*size = w.end;
	if (rc == QUEUEWALK_END)
		return QUEUEJOIN_WHOLE;
	return rc == QUEUEWALK_SHORT && !eof ? QUEUEJOIN_MORE : QUEUEJOIN_CUT;
}

static void
init_search(struct search *s)
{
	struct queuejoin *j = s->j;

	s->level = mem_alloc(QUEUEJOIN_DEPTH + 1, sizeof(*s->level));
	for (size_t i = 0; i <= QUEUEJOIN_DEPTH; i++)
		pieces_init(&s->level[i].p, j->at, j->arg);
	pieces_init(&s->best, j->at, j->arg);
	j->limit =
	    QUEUEJOIN_WORK + 4 * (s->until < UINT64_MAX / 8 ? s->until : 0);
}

static void
free_search(struct search *s)
{
	if (s->tries >= QUEUEJOIN_TRIES || s->j->work >= s->j->limit)
		s->j->tired++;
	pieces_free(&s->best);
	for (size_t i = 0; i <= QUEUEJOIN_DEPTH; i++)
		pieces_free(&s->level[i].p);
	mem_free(s->level);
}

enum queuejoin_kind
queuejoin_file(
    struct queuejoin *j, uint64_t off, uint64_t until, struct pieces *out)
{
	struct search s = { .j = j, .off = off, .until = until };
	enum queuejoin_kind kind;
	struct queuewalk w;
	bool sized;

	init_search(&s);
	kind = begun(&s, &s.level[0], &w);
	sized = queuewalk_border(&w) != 0;
	if (kind == QUEUEJOIN_CUT || kind == QUEUEJOIN_ENVELOPE)
		for (s.depth = 1;
		     sized && s.depth <= QUEUEJOIN_DEPTH && !s.found;
		     s.depth *= 2) {
			s.slow = false;
			try_all(&s);
			s.slow = s.depth == 1 && !s.found;
			if (s.slow)
				try_all(&s);
		}
	pieces_free(out);
	*out = s.found && !s.ambiguous ? s.best : s.level[0].p;
	out->joined = NULL;
	if (s.found && !s.ambiguous)
		kind = out->n > 2 ? QUEUEJOIN_GUESS : QUEUEJOIN_JOINED;
	else
		pieces_cut(out, w.end);
	free_search(&s);
	return out->size == 0 ? QUEUEJOIN_NONE : kind;
}

void
queuejoin_torn(struct queuejoin *j, uint64_t until)
{
	const struct queuefind *f = j->found;

	for (size_t i = 0; i < f->nhead; i++) {
		uint64_t off = f->head[i].off, size = 0;
		struct queuewalk w;

		if (f->head[i].kind != QUEUEHEAD_FILE || is_claimed(j, off) ||
		    !size_of(j, off, &w))
			continue;
		if (j->work < QUEUEJOIN_WORK &&
		    queuejoin_row(j->at, j->arg, off, until, true, &size) ==
			QUEUEJOIN_WHOLE)
			size = 0;
		else
			queuetwin_add(&j->torn, &w);
		j->work += WORK_TRY + size;
	}
	queuetwin_sort(&j->torn);
}

bool
queuejoin_sure(struct queuejoin *j, uint64_t off, uint64_t size, uint64_t until)
{
	struct search s = { .j = j, .off = off, .until = until, .depth = 1 };
	struct pieces *p;
	struct queuefile_src src = { .at = pieces_at, .size = size };
	struct queuewalk w;

	init_search(&s);
	src.arg = p = &s.level[0].p;
	if (!pieces_add(p, off, size) || !queuewalk_start(&w, &src, true))
		s.ambiguous = true;
	else if (queuetwin_has(&j->torn, &w, 1))
		s.ambiguous = true;
	else if (walk_on(&s, &s.level[0], &w) == QUEUEWALK_END) {
		s.found = true;
		s.best = *p;
		s.best.joined = NULL;
		try_all(&s);
	}
	free_search(&s);
	return !s.ambiguous;
}

bool
queuejoin_rest(struct queuejoin *j, size_t *from, uint64_t *off, uint64_t *len)
{
	const struct queuefind *f = j->found;
	uint64_t end;

	while (*from < f->nrun) {
		size_t i = (*from)++;

		if (j->used[i] || is_claimed(j, f->run[i].off))
			continue;
		*off = f->run[i].off;
		end = f->run[i].end;
		/* A run is cut at certain places, and goes on. */
		while (*from < f->nrun && f->run[*from].off <= end &&
		    !f->run[*from - 1].ended) {
			if (f->run[*from].end > end)
				end = f->run[*from].end;
			(*from)++;
		}
		*len = end - *off;
		return true;
	}
	return false;
}
