#include "track/core.h"

#include "base/hash.h"
#include "fmt/queueid.h"

#include "base/banned.h"

/* The instance whose queue the lines of this one speak of. */
static struct instance *
owner(struct instance *i)
{
	return i->owner != NULL ? i->owner : i;
}

/* True if the line tells which instance the queue belongs to. */
static bool
is_queue_line(const struct at *at)
{
	return at->ev->daemon == DM_CLEANUP || at->ev->daemon == DM_QMGR ||
	    at->ev->daemon == DM_OQMGR || at->ev->daemon == DM_NQMGR;
}

/*
 * How well a life fits a line of an instance: 3 its own; 2 a life begun
 * under a service's name that the queue's owner now claims; 1 a line of a
 * service that has no queue; 0 not at all.
 */
static int
fit(const struct at *at, const struct node *n)
{
	struct instance *i = owner(at->instance), *o = n->id.instance;

	if (o == i)
		return 3;
	if (!o->queue)
		return is_queue_line(at) || i->queue ? 2 : 1;
	return is_queue_line(at) || i->queue ? 0 : 1;
}

int64_t
zone_slack(const struct track *t, uint8_t note)
{
	return note != 0 && slice_find(t->names.note[note].text,
	    SLICE("zone-assumed")) != SLICE_NONE ? ZONE_SLACK : 0;
}

/* May this line belong to that life? */
static bool
takes(const struct track *t, const struct message *m, const struct node *n,
    const struct at *at, enum arrival arrival)
{
	bool arrived = (m->saw & SAW_ARRIVAL) != 0;

	if (n->id.is_long)
		return true;
	if (arrival == ARRIVAL_NO)
		return (m->saw & SAW_END) == 0 || at->sec - m->ended <= LATE;
	/* Several messages may be forwarded as one. */
	if (arrival == ARRIVAL_MADE && (m->saw & SAW_ARRIVAL) == SAW_NOTICE &&
	    (m->saw & SAW_END) == 0)
		return at->sec - m->first.sec <= HOLD_AFTER;
	if (arrived)
		return false;
	if (m->saw & SAW_END)
		return at->sec - m->ended <= 2;
	/* Its queue file was begun before the log had it. */
	if (m->saw & SAW_FILE)
		return arrival == ARRIVAL_PICKUP ||
		    at->sec - m->first.sec <= LINK_WINDOW +
		    zone_slack(t, at->note);
	return at->sec - m->first.sec <= LATE;
}

/*
 * The best life for that queue ID on this host that is not written, or NULL:
 * among the node at index i and those behind it.
 */
static struct node *
search(struct track *t, const struct at *at, struct slice qid, uint64_t hash,
    enum arrival arrival, uint32_t i)
{
	struct node *best = NULL;
	int best_fit = 0, steps = 0;

	for (; i != 0 && steps < NODE_CHAIN_MAX;
	    i = node_next_live(&t->nodes, i, qid, hash)) {
		struct node *n = node_at(&t->nodes, i);
		struct message *m;
		int f;

		steps++;
		if (n->id.instance->host != at->host)
			continue;
		f = fit(at, n);
		/* The newest life of those that fit alike. */
		if (f < best_fit || f == 0 || (f == best_fit && best != NULL &&
		    listed_order(n->msg) < listed_order(best->msg)))
			continue;
		m = message_at(t, n);
		if (f < 3 && arrival != ARRIVAL_NO &&
		    (m->saw & SAW_ARRIVAL) != 0)
			continue;
		if (!takes(t, m, n, at, arrival)) {
			/* The ID is in use again: the removal was lost. */
			if (f == 3 && arrival != ARRIVAL_NO) {
				m->saw |= SAW_REUSED;
				message_close(t, m);
			}
			continue;
		}
		best = n;
		best_fit = f;
	}
	return best;
}

/* The same; most lives are the only one, and of the line's own instance. */
static inline struct node *
find_life(struct track *t, const struct at *at, struct slice qid,
    enum arrival arrival)
{
	uint64_t hash;
	uint32_t i = node_live(&t->nodes, qid, &hash);
	struct node *n;

	if (i == 0)
		return NULL;
	n = node_at(&t->nodes, i);
	if (t->nodes.ntwin == 0 && n->id.instance == owner(at->instance) &&
	    takes(t, message_at(t, n), n, at, arrival))
		return n;
	return search(t, at, qid, hash, arrival, i);
}

/* Remember which instance owns the queue that this tag writes about. */
static void
learn(const struct at *at, struct node *n)
{
	struct instance *i = owner(at->instance);

	if (n->id.instance == i)
		return;
	if (is_queue_line(at) || (i->queue && !n->id.instance->queue)) {
		n->id.instance->owner = i;
		n->id.instance = i;
	} else if (n->id.instance->queue)
		i->owner = n->id.instance;
}

/* A new life, begun by this line. */
static struct message *
begin(struct track *t, const struct at *at, struct slice qid)
{
	struct ident id = { .instance = owner(at->instance),
		.sec = at->ev->time.ordered ? at->sec : IDENT_NO_TIME,
		.timed = at->ev->time.known,
		.is_long = queueid_long(qid), .qidlen = (unsigned char)qid.len };

	memcpy(id.qid, qid.ptr, qid.len);
	return message_new(t, at, &id);
}

/*
 * Does a file belong to this life: made for it, or, of the log of bounce or
 * defer, written in its time?
 */
static bool
owns_file(struct track *t, const struct node *n, const struct qfile *q)
{
	const struct message *m = message_at(t, n);
	int64_t slack = zone_slack(t, m->note);

	if (n->id.is_long || (q->mid_hash != 0 && q->mid_hash == n->mid_hash))
		return true;
	if (q->log)
		return q->made >= m->first.sec - LATE - slack &&
		    ((m->saw & SAW_END) == 0 ||
		    q->made <= m->ended + LATE + slack);
	if (q->made > m->first.sec + LATE + slack)
		return false;
	return (m->saw & SAW_CLIENT) == 0 ||
	    m->first.sec - q->made <= LINK_WINDOW + slack;
}

struct message *
join_file(struct track *t, const struct at *at, struct slice qid,
    const struct qfile *q)
{
	struct message *best = NULL, *other = NULL;
	uint64_t hash;
	int steps = 0;

	for (uint32_t i = node_live(&t->nodes, qid, &hash); i != 0 &&
	    steps < NODE_CHAIN_MAX;
	    i = node_next_live(&t->nodes, i, qid, hash)) {
		struct node *n = node_at(&t->nodes, i);
		struct message **to = &best;

		steps++;
		if (!owns_file(t, n, q))
			continue;
		/*
		 * A daemon may call the host by another name (-o myhostname);
		 * the same queue ID and Message-ID tell that it is this one.
		 */
		if (n->id.instance->host != at->host) {
			if (q->mid_hash == 0 || n->mid_hash != q->mid_hash)
				continue;
			to = &other;
		}
		if (*to == NULL || listed_order(n->msg) > (*to)->order)
			*to = message_at(t, n);
	}
	if (best == NULL)
		best = other;
	return best != NULL ? best : begin(t, at, qid);
}

struct message *
join_known(struct track *t, const struct at *at, struct slice qid)
{
	const struct node *n = qid.len == 0 || qid.len > NODE_QID_MAX ? NULL :
	    find_life(t, at, qid, ARRIVAL_NO);

	return n == NULL ? NULL : message_at(t, n);
}

struct message *
join_find(struct track *t, const struct at *at, struct slice qid,
    enum arrival arrival)
{
	struct node *n;

	/* No queue ID: records may say anything. */
	if (qid.len > NODE_QID_MAX)
		return NULL;
	if (is_queue_line(at)) {
		at->instance->queue = true;
		at->instance->owner = NULL;
	}
	n = find_life(t, at, qid, arrival);
	if (n != NULL) {
		learn(at, n);
		return message_at(t, n);
	}
	return begin(t, at, qid);
}

void
join_link(struct track *t, struct node_ref child, struct node_ref parent,
    enum node_why why)
{
	struct node *c, *p;

	if (!node_link(&t->nodes, child, parent, why))
		return;
	c = node_get(&t->nodes, child);
	p = node_get(&t->nodes, parent);
	if (c->written)
		write_link(t, c, p, why);
}

static int64_t
distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

/*
 * The node that a reply's queue ID names: one that arrived by SMTP within an
 * hour, and whose Message-ID, where both are known, is the same.
 */
static struct node *
find_receiver(struct track *t, const struct node *from, struct slice qid,
    int64_t sec)
{
	struct node *best = NULL;
	uint64_t hash;
	int steps = 0;

	for (uint32_t i = node_first(&t->nodes, qid, &hash); i != 0 &&
	    steps < NODE_CHAIN_MAX; i = node_next(&t->nodes, i, qid, hash)) {
		struct node *n = node_at(&t->nodes, i);

		steps++;
		if (n == from || n->arrival == 0 ||
		    distance(n->arrival, sec) > LINK_WINDOW ||
		    (n->mid_hash != 0 && from->mid_hash != 0 &&
		    n->mid_hash != from->mid_hash))
			continue;
		if (best == NULL || distance(n->arrival, sec) <
		    distance(best->arrival, sec))
			best = n;
	}
	return best;
}

void
join_queued_as(struct track *t, const struct at *at, struct message *m,
    struct slice qid)
{
	struct node *from = node_get(&t->nodes, m->node), *to;
	struct link l;

	to = find_receiver(t, from, qid, at->sec);
	if (to != NULL) {
		join_link(t, node_ref(to), m->node, WHY_QUEUED_AS);
		return;
	}
	l = (struct link){ .hash = hash_bytes(qid, 2), .node = m->node,
		.sec = at->sec, .why = WHY_QUEUED_AS };
	links_add(&t->links, &l);
}

/* `postsuper -r ALL' does not say what it requeues: the new life does. */
static void
requeued(struct track *t, const struct at *at, struct message *old)
{
	if (old == NULL || (old->saw & SAW_END) != 0)
		return;
	old->saw |= SAW_REQUEUED;
	old->ended = at->sec;
	message_close(t, old);
}

/* On this host, and then the later life. */
static bool
closer(const struct at *at, const struct node *a, const struct node *b)
{
	bool here = a->id.instance->host == at->host;

	if (here != (b->id.instance->host == at->host))
		return here;
	return a->id.sec > b->id.sec;
}

/*
 * This message names the queue ID it had before: on the same host if it is
 * known there, else on any.
 */
void
join_orig(struct track *t, const struct at *at, struct message *m,
    struct slice qid, enum node_why why)
{
	struct node *self = node_get(&t->nodes, m->node), *best = NULL;
	struct link l;
	uint64_t hash;
	int steps = 0;

	for (uint32_t i = node_first(&t->nodes, qid, &hash); i != 0 &&
	    steps < NODE_CHAIN_MAX; i = node_next(&t->nodes, i, qid, hash)) {
		struct node *n = node_at(&t->nodes, i);

		steps++;
		if (n == self || n->id.sec > at->sec + LINK_WINDOW ||
		    (why == WHY_REQUEUED && n->id.instance->host != at->host))
			continue;
		if (best == NULL || closer(at, n, best))
			best = n;
	}
	if (best != NULL) {
		join_link(t, m->node, node_ref(best), why);
		if (why == WHY_REQUEUED && fit(at, best) > 0)
			requeued(t, at, message_at(t, best));
		return;
	}
	l = (struct link){ .hash = hash, .node = m->node, .sec = at->sec,
		.why = (unsigned char)why, .for_parent = true };
	links_add(&t->links, &l);
}

const struct node *
join_child(struct track *t, struct node_ref parent, struct slice qid)
{
	uint64_t hash;
	int steps = 0;

	for (uint32_t i = node_first(&t->nodes, qid, &hash); i != 0 &&
	    steps < NODE_CHAIN_MAX; i = node_next(&t->nodes, i, qid, hash)) {
		const struct node *n = node_at(&t->nodes, i);

		steps++;
		for (size_t k = 0; k < node_nparent(n); k++)
			if (n->links->parent[k].idx == parent.idx &&
			    n->links->parent[k].gen == parent.gen)
				return n;
	}
	return NULL;
}

/* bounce or local of this instance announces a new queue ID. */
void
join_made(struct track *t, const struct at *at, struct message *m,
    struct slice qid, enum node_why why)
{
	struct node_ref parent = m->node;
	const struct node *known = join_child(t, parent, qid);
	struct message *child;

	/* Several recipients may be forwarded as one message, at one time. */
	if (known != NULL && ((known->msg != NULL &&
	    (message_at(t, known)->saw & SAW_END) == 0) ||
	    at->sec - known->id.sec <= HOLD_AFTER))
		return;
	child = join_find(t, at, qid, ARRIVAL_MADE);
	if (child == NULL || child == m)
		return;
	child->saw |= SAW_NOTICE;
	message_touch(t, child);
	join_link(t, child->node, parent, why);
}

void
join_waiting(struct track *t, struct message *m)
{
	struct node *n = node_get(&t->nodes, m->node);
	uint32_t i = 0;

	while ((i = links_next(&t->links, n->hash, i)) != 0) {
		struct link *l = links_get(&t->links, i);
		struct node *other = node_get(&t->nodes, l->node);

		if (other == NULL || other == n)
			continue;
		if (l->for_parent) {
			if (l->why == WHY_REQUEUED &&
			    other->id.instance->host != n->id.instance->host)
				continue;
			join_link(t, l->node, m->node, (enum node_why)l->why);
		} else if (n->arrival != 0 &&
		    distance(n->arrival, l->sec) <= LINK_WINDOW &&
		    (n->mid_hash == 0 || other->mid_hash == 0 ||
		    n->mid_hash == other->mid_hash))
			join_link(t, m->node, l->node, (enum node_why)l->why);
	}
}
