#include "track/core.h"

#include "base/banned.h"

/*
 * Mail that a program on this host has brought back: the same Message-ID, and
 * no queue ID that would tell.  Filters and what forwards for a user give it
 * to sendmail, list managers to the SMTP server on loopback.
 */

/* Did a program get it that may have brought it back? */
static bool
handed(const struct message *m)
{
	return m->l.piped || m->l.ran;
}

/* Did it come as such programs give mail? */
static bool
came_back(const struct message *m)
{
	return (m->saw & (SAW_PICKUP | SAW_LOOPED)) != 0;
}

static bool
earlier(const struct message *a, const struct message *b)
{
	return a->first.sec != b->first.sec ? a->first.sec < b->first.sec :
	    a->order < b->order;
}

/*
 * May old have come back as new?  A filter may take its time, and so may a
 * list manager.  What delivers for a user forwards before it says that it
 * has delivered; and what was itself given to sendmail may have been given to
 * it twice.  Where both came by sendmail and were given to a program, as with
 * two filters, the later one is the new one.
 */
static bool
may_return(struct track *t, const struct message *old,
    const struct message *new)
{
	bool looped = (new->saw & SAW_LOOPED) != 0;
	int64_t sec = new->first.sec;

	if (old == new || !handed(old) || !came_back(new) ||
	    (looped && came_back(old)))
		return false;
	if ((old->saw & SAW_PICKUP) != 0 && handed(new) && !earlier(old, new))
		return false;
	if (old->l.piped || looped)
		return sec + 1 >= old->first.sec &&
		    sec <= old->handed_sec + HOLD_AFTER;
	return sec >= old->first.sec && sec <= old->handed_sec &&
	    (!came_back(old) ||
	    node_nparent(node_get(&t->nodes, old->node)) > 0);
}

/* The bit of that Message-ID in the marks of its bucket. */
static uint16_t
mark(uint64_t mid_hash)
{
	return (uint16_t)(1U << (mid_hash >> 32 & 15));
}

/* The first listed message that may have that Message-ID, or 0. */
static uint32_t
first_of(const struct track *t, uint64_t mid_hash)
{
	size_t i = mid_hash % MIDS;

	return (t->mid_marks[i] & mark(mid_hash)) != 0 ? t->mid[i] : 0;
}

/* The place in its chain of the message with that node. */
static struct mid_chain *
mids_of(struct track *t, uint32_t idx)
{
	return listed_mids(node_at(&t->nodes, idx)->msg);
}

/* Another message of the chain that has that Message-ID, on that host. */
static struct message *
same_mail(struct track *t, const struct node *n, const struct node *on)
{
	return on != n && on->mid_hash == n->mid_hash &&
	    on->id.instance->host == n->id.instance->host ?
	    message_at(t, on) : NULL;
}

/* Of two that it may have been, the better one; NULL if that is not clear. */
static struct message *
better(const struct message *m, struct message *best, struct message *old)
{
	if (best == NULL || old == best)
		return old;
	if ((m->saw & SAW_LOOPED) != 0)
		return NULL;
	return !best->l.piped && came_back(best) &&
	    (old->l.piped || !came_back(old)) ? old : best;
}

/*
 * What the message was before; NULL if that is not clear.  A filter comes
 * first, and then what came from elsewhere.
 */
static struct message *
former(struct track *t, const struct message *m)
{
	const struct node *n = node_get(&t->nodes, m->node), *on;
	struct message *best = NULL, *old;
	int steps = 0;

	for (uint32_t i = first_of(t, n->mid_hash); i != 0 &&
	    steps < NODE_CHAIN_MAX; i = mids_of(t, i)->next) {
		on = node_at(&t->nodes, i);
		steps++;
		old = same_mail(t, n, on);
		if (old == NULL || !may_return(t, old, m))
			continue;
		best = better(m, best, old);
		if (best == NULL)
			return NULL;
	}
	for (size_t i = 0; i < RAN && i < t->nran; i++) {
		if (t->ran[i].mid_hash != n->mid_hash)
			continue;
		on = node_get(&t->nodes, t->ran[i].node);
		old = on == NULL ? NULL : same_mail(t, n, on);
		if (old == NULL || !may_return(t, old, m))
			continue;
		best = better(m, best, old);
		if (best == NULL)
			return NULL;
	}
	return best;
}

/* Find the parent of what has come back. */
static void
adopt(struct track *t, struct message *m)
{
	const struct message *old;

	if (node_nparent(node_get(&t->nodes, m->node)) > 0)
		return;
	old = former(t, m);
	if (old != NULL)
		join_link(t, m->node, old->node, WHY_MESSAGE_ID);
}

static void
list(struct track *t, struct message *m, const struct node *n)
{
	uint32_t *bucket = &t->mid[n->mid_hash % MIDS];

	if (m->l.mid_listed)
		return;
	m->mids = (struct mid_chain){ .next = *bucket };
	if (m->mids.next != 0)
		mids_of(t, m->mids.next)->prev = n->idx;
	*bucket = n->idx;
	t->mid_marks[n->mid_hash % MIDS] |= mark(n->mid_hash);
	m->l.mid_listed = true;
}

/* Many are given to a user's program, and few come back, soon. */
static void
remember(struct track *t, const struct node *n)
{
	t->ran[t->nran++ % RAN] = (struct ran){ .mid_hash = n->mid_hash,
		.node = node_ref(n) };
}

void
join_message_id(struct track *t, struct message *m)
{
	const struct node *n = node_get(&t->nodes, m->node), *on;
	struct message *new;
	int steps = 0;

	if (n->mid_hash == 0 || (!handed(m) && !came_back(m)))
		return;
	if (m->l.piped || came_back(m))
		list(t, m, n);
	else
		remember(t, n);
	if (came_back(m))
		adopt(t, m);
	if (!handed(m))
		return;
	for (uint32_t i = first_of(t, n->mid_hash); i != 0 &&
	    steps < NODE_CHAIN_MAX; i = mids_of(t, i)->next) {
		on = node_at(&t->nodes, i);
		steps++;
		new = same_mail(t, n, on);
		if (new != NULL && may_return(t, m, new))
			adopt(t, new);
	}
}

void
join_unlist_mid(struct track *t, struct message *m)
{
	const struct node *n = node_get(&t->nodes, m->node);

	if (m->mids.next != 0)
		mids_of(t, m->mids.next)->prev = m->mids.prev;
	if (m->mids.prev != 0)
		mids_of(t, m->mids.prev)->next = m->mids.next;
	else if ((t->mid[n->mid_hash % MIDS] = m->mids.next) == 0)
		t->mid_marks[n->mid_hash % MIDS] = 0;
	m->l.mid_listed = false;
}
