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
#define AHEAD		8	/* nodes asked for before they are dropped */

_Static_assert(NAMES_TRACE_MAX + TRACE_REST <= NODE_TRACE_MAX, "room");

const struct slice node_why[WHY_N] = { FIELD_WORD(""),
	FIELD_WORD("queued-as"), FIELD_WORD("orig-queue-id"),
	FIELD_WORD("forwarded"), FIELD_WORD("requeued"),
	FIELD_WORD("message-id"), FIELD_WORD("notice") };

void
nodes_init(struct nodes *t)
{
	*t = (struct nodes){ .n = 1 };
	chains_init(&t->open);
	chains_init(&t->ended);
	t->oldcap = 1024;
	t->old = mem_pages(t->oldcap * sizeof(*t->old));
}

void
nodes_free(struct nodes *t)
{
	for (uint32_t i = 1; i < t->n; i++)
		mem_free(node_at(t, i)->links);
	for (uint32_t i = 0; i < t->nblock; i++)
		mem_pages_free(t->block[i], NODE_BLOCK * sizeof(struct node));
	mem_free(t->block);
	chains_free(&t->open);
	chains_free(&t->ended);
	mem_pages_free(t->old, t->oldcap * sizeof(*t->old));
}

/* Put a node first in the chain of its queue ID. */
static void
enter(const struct nodes *t, struct chains *in, struct node *n)
{
	n->next = chains_first(in, n->hash);
	n->prev = 0;
	if (n->next != 0)
		node_at(t, n->next)->prev = n->idx;
	chains_set(in, n->hash, n->idx);
}

static void
unchain(const struct nodes *t, struct chains *in, const struct node *n)
{
	if (n->next != 0)
		node_at(t, n->next)->prev = n->prev;
	if (n->prev != 0)
		node_at(t, n->prev)->next = n->next;
	else
		chains_set(in, n->hash, n->next);
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
find(const struct nodes *t, const struct chains *in, struct slice qid,
    uint64_t hash, bool live)
{
	return match(t, chains_first(in, hash), qid, live);
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
drop(struct nodes *t, uint32_t idx)
{
	struct node *n = node_at(t, idx);

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

void
node_ahead(const struct nodes *t, struct node_ref ref)
{
	const struct node *n = node_at(t, ref.idx);

	/* Its second half is not at hand now. */
	mem_prefetch(&n->hash, 1);
	chains_ahead(&t->ended, hash_bytes(ident_qid(&n->id), 2));
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

/* The place of the i-th of the written nodes. */
static uint32_t
old_at(const struct nodes *t, uint32_t i)
{
	return (t->oldhead + i) & (t->oldcap - 1);
}

/* Drop the longest written node; ask for what is touched soon. */
static void
drop_oldest(struct nodes *t)
{
	const struct node_old *soon;

	if (t->noldest > AHEAD) {
		soon = &t->old[old_at(t, AHEAD)];
		chains_ahead(&t->ended, soon->hash);
		mem_prefetch(node_at(t, soon->idx), sizeof(struct node));
	}
	drop(t, t->old[t->oldhead].idx);
	t->oldhead = old_at(t, 1);
	t->noldest--;
}

/* Twice as much room for written nodes. */
static void
more_old(struct nodes *t)
{
	struct node_old *to = mem_pages(2 * t->oldcap * sizeof(*to));

	for (uint32_t i = 0; i < t->noldest; i++)
		to[i] = t->old[old_at(t, i)];
	mem_pages_free(t->old, t->oldcap * sizeof(*to));
	t->old = to;
	t->oldhead = 0;
	t->oldcap *= 2;
}

void
node_written(struct nodes *t, struct node_ref ref, int64_t sec)
{
	struct node *n = node_get(t, ref);

	if (n->links != NULL)
		release(t, n);
	if (n->id.reject) {
		drop(t, ref.idx);
		return;
	}
	node_ended(t, ref);
	n->msg = NULL;
	n->written = true;
	t->ntwin -= n->twin;
	if (t->noldest >= TRACK_NODES)
		drop_oldest(t);
	if (t->noldest == t->oldcap)
		more_old(t);
	t->old[old_at(t, t->noldest++)] = (struct node_old){ .sec = sec,
		.idx = ref.idx, .hash = (uint32_t)n->hash };
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
