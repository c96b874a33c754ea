#include "track/node.h"

#include "base/caltime.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/plain.h"
#include "track/track.h"

#include "base/banned.h"

#define PATH_MAX_HOPS	64
/* What stands behind the beginning of a trace, and the room to read it. */
#define TRACE_REST	(NODE_QID_MAX + CALTIME_MAX + 3 + NUM_MAX * 2 + FIELD_PAD)
#define AHEAD		4	/* nodes asked for before they are dropped */

_Static_assert(NAMES_TRACE_MAX + TRACE_REST <= NODE_TRACE_MAX, "room");

const struct slice node_why[WHY_N] = { FIELD_WORD(""),
	FIELD_WORD("queued-as"), FIELD_WORD("orig-queue-id"),
	FIELD_WORD("forwarded"), FIELD_WORD("requeued"),
	FIELD_WORD("message-id"), FIELD_WORD("notice") };

static void
table_init(struct node_table *t, uint32_t nbucket)
{
	t->nbucket = nbucket;
	t->bucket = mem_alloc(nbucket, sizeof(*t->bucket));
	t->marks = mem_alloc(nbucket / 16, sizeof(*t->marks));
}

static void
table_free(struct node_table *t)
{
	mem_free(t->bucket);
	mem_free(t->marks);
}

void
nodes_init(struct nodes *t)
{
	*t = (struct nodes){ .n = 1 };
	table_init(&t->open, 4096);
	table_init(&t->ended, 4096);
	t->oldcap = 1024;
	t->old = mem_alloc(t->oldcap, sizeof(*t->old));
}

void
nodes_free(struct nodes *t)
{
	for (uint32_t i = 1; i < t->n; i++)
		mem_free(node_at(t, i)->links);
	for (uint32_t i = 0; i < t->nblock; i++)
		mem_pages_free(t->block[i], NODE_BLOCK * sizeof(struct node));
	mem_free(t->block);
	table_free(&t->open);
	table_free(&t->ended);
	mem_free(t->old);
}

static uint32_t
slot(const struct node_table *t, uint64_t hash)
{
	return (uint32_t)hash & (t->nbucket - 1);
}

/* The marks of a bucket, and those that nodes of that hash make there. */
static uint64_t
marks_of(uint32_t s)
{
	return UINT64_C(15) << s % 16 * 4;
}

static uint64_t
mark(uint32_t s, uint64_t hash)
{
	return UINT64_C(1) << (s % 16 * 4 + (hash >> 40 & 3));
}

/* The first node in the bucket of that hash, if there may be one of it. */
static uint32_t
first_in(const struct node_table *t, uint64_t hash)
{
	uint32_t s = slot(t, hash);

	return (t->marks[s / 16] & mark(s, hash)) != 0 ? t->bucket[s] : 0;
}

/* Put a node first in its bucket. */
static void
chain(const struct nodes *t, struct node_table *in, struct node *n)
{
	uint32_t s = slot(in, n->hash);

	n->next = (in->marks[s / 16] & marks_of(s)) != 0 ? in->bucket[s] : 0;
	n->prev = 0;
	if (n->next != 0)
		node_at(t, n->next)->prev = n->idx;
	in->bucket[s] = n->idx;
	in->marks[s / 16] |= mark(s, n->hash);
}

static void
unchain(const struct nodes *t, struct node_table *in, const struct node *n)
{
	uint32_t s = slot(in, n->hash);

	in->live--;
	if (n->next != 0)
		node_at(t, n->next)->prev = n->prev;
	if (n->prev != 0) {
		node_at(t, n->prev)->next = n->next;
		return;
	}
	in->bucket[s] = n->next;
	if (n->next == 0)
		in->marks[s / 16] &= ~marks_of(s);
}

/* More buckets: few nodes share one. */
static void
rehash(struct nodes *t, struct node_table *in)
{
	struct node_table old = *in;

	table_init(in, old.nbucket * 2);
	for (uint32_t i = 0; i < old.nbucket; i++) {
		uint32_t idx = old.bucket[i];

		/* From the last one on: the order stays as it is. */
		while (idx != 0 && node_at(t, idx)->next != 0)
			idx = node_at(t, idx)->next;
		while (idx != 0) {
			struct node *n = node_at(t, idx);

			idx = n->prev;
			chain(t, in, n);
		}
	}
	table_free(&old);
}

/* Put a node into a table, which has two buckets for each. */
static void
enter(struct nodes *t, struct node_table *in, struct node *n)
{
	if (++in->live > in->nbucket / 2)
		rehash(t, in);
	chain(t, in, n);
}

/* An index that was never used, with its memory. */
static uint32_t
fresh(struct nodes *t)
{
	if (t->n / NODE_BLOCK >= t->nblock) {
		t->block = mem_grow(t->block, t->nblock,
		    (size_t)t->nblock + 1, sizeof(struct node *));
		t->block[t->nblock++] = mem_pages(NODE_BLOCK *
		    sizeof(struct node));
	}
	return t->n++;
}

/*
 * From idx on, the first of that queue ID; live: that is not written, which
 * is one of those that ended last.
 */
static uint32_t
match(const struct nodes *t, uint32_t idx, struct slice qid, bool live)
{
	for (int steps = 0; idx != 0 && steps < NODE_CHAIN_MAX;) {
		const struct node *n = node_at(t, idx);

		if (same_text(ident_qid(&n->id), qid)) {
			if (!live || !n->written)
				return idx;
			steps++;
		}
		idx = n->next;
	}
	return 0;
}

/* The first of that queue ID in a table. */
static uint32_t
find(const struct nodes *t, const struct node_table *in, struct slice qid,
    uint64_t hash, bool live)
{
	return match(t, first_in(in, hash), qid, live);
}

struct node_ref
node_new(struct nodes *t, const struct ident *id)
{
	struct node *n;
	uint32_t idx = t->free, gen;

	if (idx != 0)
		t->free = node_at(t, idx)->next;
	else
		idx = fresh(t);
	n = node_at(t, idx);
	gen = n->gen + 1;
	mem_clear(n, sizeof(*n));
	n->idx = idx;
	n->gen = gen;
	n->id = *id;
	if (!id->reject) {
		n->hash = hash_bytes(ident_qid(id), 2);
		n->twin = find(t, &t->open, ident_qid(id), n->hash, true) != 0
		    || find(t, &t->ended, ident_qid(id), n->hash, true) != 0;
		t->ntwin += n->twin;
		enter(t, &t->open, n);
		*node_recent(t, n->hash) = (struct node_recent){
			.mark = (uint32_t)n->hash,
			.idx = idx };
	}
	return node_ref(n);
}

uint32_t
node_look(struct nodes *t, struct slice qid, uint64_t hash)
{
	uint32_t idx = find(t, &t->open, qid, hash, true);

	if (idx == 0)
		return find(t, &t->ended, qid, hash, true);
	*node_recent(t, hash) = (struct node_recent){ .mark = (uint32_t)hash,
		.idx = idx };
	return idx;
}

/* The one behind idx. */
static uint32_t
next(const struct nodes *t, uint32_t idx, struct slice qid, uint64_t hash,
    bool live)
{
	const struct node *n = node_at(t, idx);

	idx = match(t, n->next, qid, live);
	return idx != 0 || n->ended ? idx :
	    find(t, &t->ended, qid, hash, live);
}

uint32_t
node_next_live(const struct nodes *t, uint32_t idx, struct slice qid,
    uint64_t hash)
{
	return next(t, idx, qid, hash, true);
}

uint32_t
node_first(struct nodes *t, struct slice qid, uint64_t *hash)
{
	uint32_t idx;

	*hash = hash_bytes(qid, 2);
	idx = find(t, &t->open, qid, *hash, false);
	return idx != 0 ? idx : find(t, &t->ended, qid, *hash, false);
}

uint32_t
node_next(const struct nodes *t, uint32_t idx, struct slice qid, uint64_t hash)
{
	return next(t, idx, qid, hash, false);
}

/* Take a node out of its table; rejects are in none. */
static void
leave(struct nodes *t, const struct node *n)
{
	if (n->id.reject)
		return;
	if (n->ended) {
		unchain(t, &t->ended, n);
		return;
	}
	if (node_recent(t, n->hash)->idx == n->idx)
		node_recent(t, n->hash)->idx = 0;
	unchain(t, &t->open, n);
}

/* Take the node out of its chain and make it free. */
static void
make_free(struct nodes *t, struct node *n)
{
	leave(t, n);
	n->gen++;
	n->msg = NULL;
	mem_free(n->links);
	n->links = NULL;
	n->next = t->free;
	t->free = n->idx;
}

/* The same, once its parents and children are written. */
static void
drop(struct nodes *t, struct node_ref ref)
{
	struct node *n = node_get(t, ref);

	if (n == NULL)
		return;
	if (n->links != NULL && n->links->pins > 0)
		n->links->old = true;
	else
		make_free(t, n);
}

static void
unpin(struct nodes *t, struct node *n)
{
	if (--n->links->pins == 0 && n->links->old)
		make_free(t, n);
}

/* A node is written, and asks no more for its parents and children. */
static void
release(struct nodes *t, struct node *n)
{
	struct node_ref self = node_ref(n);
	uint32_t next = n->links->child;

	for (size_t i = 0; i < n->links->n; i++) {
		struct node *p = node_get(t, n->links->parent[i]);

		if (p != NULL)
			unpin(t, p);
	}
	n->links->child = 0;
	while (next != 0) {
		struct node *c = node_at(t, next);
		size_t i = 0;

		while (c->links->parent[i].idx != self.idx ||
		    c->links->parent[i].gen != self.gen)
			i++;
		next = c->links->sibling[i];
		t->nstay--;
		unpin(t, c);
	}
}

/* The place of a node in a table will soon be changed. */
static void
place_ahead(const struct node_table *t, const struct node *n)
{
	uint32_t s = slot(t, n->hash);

	mem_prefetch(&t->bucket[s], 1);
	mem_prefetch(&t->marks[s / 16], 1);
}

void
node_ahead(const struct nodes *t, struct node_ref ref)
{
	place_ahead(&t->ended, node_at(t, ref.idx));
}

void
node_ended(struct nodes *t, struct node_ref ref)
{
	struct node *n = node_get(t, ref);

	if (n->ended || n->id.reject)
		return;
	leave(t, n);
	n->ended = true;
	enter(t, &t->ended, n);
}

/* Drop the longest written node; ask for what is touched next. */
static void
drop_oldest(struct nodes *t)
{
	struct node *soon, *later;

	if (t->noldest > AHEAD * 2) {
		soon = node_at(t, t->old[(t->oldhead + AHEAD) %
		    t->oldcap].ref.idx);
		later = node_at(t, t->old[(t->oldhead + AHEAD * 2) %
		    t->oldcap].ref.idx);
		place_ahead(&t->ended, soon);
		mem_prefetch(later, sizeof(*later));
	}
	drop(t, t->old[t->oldhead].ref);
	t->oldhead = (t->oldhead + 1) % t->oldcap;
	t->noldest--;
}

void
node_written(struct nodes *t, struct node_ref ref, int64_t sec)
{
	struct node *n = node_get(t, ref);

	if (n->links != NULL)
		release(t, n);
	if (n->id.reject) {
		drop(t, ref);
		return;
	}
	node_ended(t, ref);
	n->msg = NULL;
	n->written = true;
	t->ntwin -= n->twin;
	if (t->noldest >= TRACK_NODES)
		drop_oldest(t);
	if (t->noldest == t->oldcap) {
		struct node_old *o = mem_alloc((size_t)t->oldcap * 2,
		    sizeof(*o));

		for (uint32_t i = 0; i < t->noldest; i++)
			o[i] = t->old[(t->oldhead + i) % t->oldcap];
		mem_free(t->old);
		t->old = o;
		t->oldhead = 0;
		t->oldcap *= 2;
	}
	t->old[(t->oldhead + t->noldest++) % t->oldcap] =
	    (struct node_old){ .ref = ref, .sec = sec };
}

void
nodes_expire(struct nodes *t, int64_t sec)
{
	while (t->noldest > 0 && t->old[t->oldhead].sec < sec)
		drop_oldest(t);
}

static struct node_links *
links_of(struct node *n)
{
	if (n->links == NULL)
		n->links = mem_alloc(1, sizeof(*n->links));
	return n->links;
}

bool
node_link(struct nodes *t, struct node_ref child, struct node_ref parent,
    enum node_why why)
{
	struct node *c = node_get(t, child), *p = node_get(t, parent);
	struct node_links *l;

	if (c == NULL || p == NULL || c == p)
		return false;
	l = links_of(c);
	if (l->n == NODE_PARENTS)
		return false;
	for (size_t i = 0; i < l->n; i++)
		if (l->parent[i].idx == parent.idx &&
		    l->parent[i].gen == parent.gen)
			return false;
	l->parent[l->n] = parent;
	l->why[l->n++] = (unsigned char)why;
	if (!c->written)
		links_of(p)->pins++;
	/* What one parent announces has no end. */
	if (!p->written && t->nstay < TRACK_NODES) {
		t->nstay++;
		l->pins++;
		l->sibling[l->n - 1] = links_of(p)->child;
		p->links->child = child.idx;
	}
	return true;
}

/* The parent with the smallest hop; a notice starts a path of its own. */
static const struct node *
nearest(const struct nodes *t, const struct node *n)
{
	const struct node *best = NULL;
	uint32_t best_hop = 0;

	for (size_t i = 0; i < node_nparent(n); i++) {
		const struct node *p = node_get(t, n->links->parent[i]);
		uint32_t h;

		if (p == NULL || n->links->why[i] == WHY_NOTICE)
			continue;
		h = p->written ? p->hop : node_nparent(p) == 0 ? 1 : 2;
		if (best == NULL || h < best_hop) {
			best = p;
			best_hop = h;
		}
	}
	return best;
}

void
node_path(const struct nodes *t, const struct node *n, struct ident *root,
    uint32_t *hop)
{
	const struct node *walk = n;

	*root = n->id;
	*hop = 1;
	for (size_t step = 0; step < PATH_MAX_HOPS; step++) {
		if (walk->written && walk != n) {
			if (walk->hop > 1)
				*root = walk->links->root;
			*hop += walk->hop - 1;
			return;
		}
		walk = nearest(t, walk);
		if (walk == NULL || walk == n)
			return;
		*root = walk->id;
		(*hop)++;
	}
}

void
ident_reject(struct ident *id, uint32_t pid, uint32_t nth)
{
	id->reject = true;
	id->qidlen = 7;
	memcpy(id->qid, "NOQUEUE", 7);
	memcpy(id->qid + 8, &pid, sizeof(pid));
	memcpy(id->qid + 12, &nth, sizeof(nth));
}

/* MM-DDTHH:MM:SS of a time without a year. */
static size_t
put_bare(unsigned char *dst, int64_t sec)
{
	unsigned char text[CALTIME_MAX];
	size_t n = caltime_text(text, sec, 0, 0);

	if (sec == IDENT_NO_TIME || n < 6) {
		dst[0] = '-';
		return 1;
	}
	memcpy(dst, text + 5, n - 6);
	return n - 6;
}

struct slice
node_trace(const struct ident *id, struct caltime_day *day,
    unsigned char dst[NODE_TRACE_MAX])
{
	struct slice start = id->instance->trace.text;
	size_t n = start.len;
	uint32_t pid, nth;

	memcpy(dst, start.ptr, n);
	memcpy(dst + n, id->qid, sizeof(id->qid));
	n += id->qidlen;
	if (id->is_long)
		return slice_of(dst, n);
	dst[n++] = '/';
	if (id->timed)
		n += caltime_text_day(day, dst + n, id->sec, 0, 0);
	else
		n += put_bare(dst + n, id->sec);
	if (id->reject) {
		memcpy(&pid, id->qid + 8, sizeof(pid));
		memcpy(&nth, id->qid + 12, sizeof(nth));
		dst[n++] = '/';
		n += num_u64(dst + n, pid);
		dst[n++] = '/';
		n += num_u64(dst + n, nth);
	}
	return slice_of(dst, n);
}

struct slice
node_put_trace(const struct ident *id, struct caltime_day *day,
    unsigned char dst[NODE_TRACE_MAX], struct rec *r, enum field f)
{
	struct slice s = node_trace(id, day, dst);

	rec_set_ready(r, f, s, id->instance->trace.ready &&
	    plain_is(slice_from(s, id->instance->trace.text.len)));
	return s;
}
