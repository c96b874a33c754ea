#include "track/core.h"

#include "base/mem.h"

#include "base/banned.h"

#define AHEAD	512	/* bytes: about half of a message on the shelf */

/* What an open message waits for. */
static enum list_id
list_for(const struct message *m)
{
	/* Of what a client has begun, nothing is held before its end. */
	if ((m->saw & SAW_FILE) || ((m->saw & (SAW_HELD | SAW_REFUSED)) ==
	    SAW_HELD && (m->saw & (SAW_CLIENT | SAW_CLEANUP)) != SAW_CLIENT))
		return LIST_HELD;
	/* Nor is it queued because a recipient was refused. */
	if ((m->saw & SAW_QUEUED) == 0 && (m->l.done & ~DONE_REJECTED) == 0)
		return LIST_FRESH;
	if (m->nrcpt > 0 && m->l.nsettled >= m->nrcpt)
		return LIST_DONE;
	return LIST_QUEUED;
}

/* Nothing more is awaited. */
static bool
is_over(const struct message *m)
{
	return m->l.list >= LIST_CLOSED;
}

void
message_touch(struct track *t, struct message *m)
{
	enum list_id id;
	/* It stands among those of this second already. */
	bool placed = m->l.touch == t->now;

	m->l.touch = t->now;
	if (is_over(m))
		return;
	id = list_for(m);
	if (id == m->l.list && (placed || t->list[id].last == &m->l))
		return;
	list_remove(t, m);
	list_add(t, m, id);
}

void
message_close(struct track *t, struct message *m)
{
	if (is_over(m))
		return;
	list_remove(t, m);
	m->deadline = t->now + HOLD_AFTER;
	list_add(t, m, LIST_CLOSED);
	node_ahead(&t->nodes, m->node);
}

struct message *
message_new(struct track *t, const struct at *at, const struct ident *id)
{
	struct message *m = pool_take(&t->messages);
	struct node *n;

	m->node = node_new(&t->nodes, id);
	n = node_get(&t->nodes, m->node);
	n->msg = &m->l;
	links_ahead(&t->links, n->hash);
	m->tag = at->tag;
	m->first = m->last = at->ev->time;
	m->ref = at->ref;
	m->line = at->ev->line;
	m->order = t->order;
	m->l.touch = t->now;
	m->active = m->held = INT64_MIN;
	list_add(t, m, LIST_FRESH);
	t->nopen++;
	m->note = at->note;
	message_fact(t, m, F_STAMP, rec_get(&at->ev->rec, F_STAMP));
	return m;
}

void
message_free(struct track *t, struct message *m)
{
	if (m->l.mid_listed)
		join_unlist_mid(t, m);
	if (m->l.list != LIST_SHELF)
		list_remove(t, m);
	if (m->session != NULL)
		session_release(&t->processes, m->session);
	if (m->front != NULL)
		session_release(&t->processes, m->front);
	journal_drop(&t->pool, &m->journal);
	if (m->l.list == LIST_SHELF)
		shelf_give(&t->shelf, m);
	else
		pool_give(&t->messages, m);
	t->nopen--;
}

void
message_fact(struct track *t, struct message *m, enum field f, struct slice v)
{
	if (v.ptr == NULL || !journal_fact(&t->pool, &m->journal, f, v))
		return;
	if ((size_t)f / 64 < MESSAGE_HAVE)
		m->have[(size_t)f / 64] |= UINT64_C(1) << ((size_t)f % 64);
}

void
message_facts(struct track *t, struct message *m, const struct rec *r,
    const struct field_set *keys)
{
	if (!journal_take(&t->pool, &m->journal, r, keys))
		return;
	for (size_t w = 0; w < MESSAGE_HAVE; w++)
		m->have[w] |= r->set[w] & keys->w[w];
}

void
message_first_fact(struct track *t, struct message *m, enum field f,
    struct slice v)
{
	if ((size_t)f / 64 >= MESSAGE_HAVE ||
	    (m->have[(size_t)f / 64] >> ((size_t)f % 64) & 1) == 0)
		message_fact(t, m, f, v);
}

/* Earlier by time of day, whatever the order of the lines. */
static bool
before(const struct event_time *a, const struct event_time *b)
{
	return (a->sec < b->sec) |
	    ((a->sec == b->sec) & (a->nsec < b->nsec));
}

/* A line that is earlier than the last one: is it the first? */
static void
disordered(struct track *t, struct message *m, const struct at *at)
{
	const struct event_time *time = &at->ev->time;
	struct node *n = node_get(&t->nodes, m->node);

	if (!m->last.ordered)
		m->last = *time;
	if (m->first.ordered && !before(time, &m->first))
		return;
	m->first = *time;
	m->ref = at->ref;
	m->line = at->ev->line;
	m->note = at->note;
	n->id.sec = time->sec;
	n->id.timed = time->known;
}

void
message_ref(struct track *t, struct message *m, const struct at *at)
{
	const struct event_time *time = &at->ev->time;

	t->joined = m->node;
	/* Mostly it is later than all before. */
	if (time->ordered && (!m->last.ordered || before(time, &m->last)))
		disordered(t, m, at);
	else if (time->ordered)
		m->last = *time;
	if (m->l.nrefs < MESSAGE_REFS &&
	    journal_line(&t->pool, &m->journal, &at->ref))
		m->l.nrefs++;
	message_touch(t, m);
}

void
session_end(struct track *t, struct session *s, int64_t sec)
{
	if (s->ended)
		return;
	s->ended = true;
	s->end_sec = sec;
	while (s->waiting != NULL) {
		struct message *m = s->waiting;

		s->waiting = m->wait_next;
		m->wait_next = NULL;
		list_remove(t, m);
		m->deadline = t->now + HOLD_AFTER;
		list_add(t, m, LIST_CLOSED);
	}
	s->waiting_last = NULL;
}

/*
 * What is written next was last looked at five minutes ago: its memory is
 * asked for while the two before it are written, in steps, because there is
 * room for some requests only.
 */
static void
ask_ahead(struct track *t, const struct message *next)
{
	t->ahead = next;
	if (next == NULL)
		return;
	mem_prefetch(node_at(&t->nodes, next->node.idx), sizeof(struct node));
	mem_prefetch(next->l.next, AHEAD);
}

void
message_ask(struct track *t)
{
	const struct message *next = t->ahead;

	t->ahead = NULL;
	if (next != NULL && next->l.next != NULL)
		mem_prefetch((const unsigned char *)next->l.next + AHEAD,
		    AHEAD);
}

/* The session that a message waits for, if it does, or the later one. */
static struct session *
last_session(const struct message *m)
{
	struct session *s = m->session, *f = m->front;

	if (f == NULL || s == NULL)
		return f == NULL ? s : f;
	if (f->ended && (!s->ended || s->end_sec > f->end_sec))
		return s;
	return f;
}

/* It goes to the shelf, as the last one to be written. */
static void
shelve(struct track *t, struct message *m)
{
	struct list *l = &t->list[LIST_SHELF];
	struct message *to;

	to = shelf_put(&t->shelf, &t->processes, &t->pool, m);
	node_get(&t->nodes, m->node)->msg = &to->l;
	if (m->l.list == LIST_SHELF)
		shelf_give(&t->shelf, m);
	else {
		list_remove(t, m);
		pool_give(&t->messages, m);
		node_ended(&t->nodes, to->node);
	}
	to->l.list = LIST_SHELF;
	to->l.next = NULL;
	if (l->last != NULL)
		l->last->next = &to->l;
	else
		l->first = &to->l;
	l->last = &to->l;
}

/* The first on the shelf, where nothing is asleep. */
static struct message *
on_shelf(const struct track *t)
{
	return (struct message *)t->list[LIST_SHELF].first;
}

struct message *
unshelve(struct track *t)
{
	struct list *l = &t->list[LIST_SHELF];
	struct message *m = on_shelf(t);

	l->first = m->l.next;
	if (l->first == NULL)
		l->last = NULL;
	return m;
}

/* It has ended: put it away, or wait on for the end of its session. */
static void
put_away(struct track *t, struct message *m)
{
	struct session *s = last_session(m);

	if (s == NULL || s->ended) {
		shelve(t, m);
		return;
	}
	list_remove(t, m);
	list_add(t, m, LIST_WAITING);
	m->wait_next = NULL;
	if (s->waiting_last == NULL)
		s->waiting = m;
	else
		s->waiting_last->wait_next = m;
	s->waiting_last = m;
}

/* It is not closed yet, but waits as if there had been a line. */
static void
wait_on(struct track *t, struct message *m, enum list_id id)
{
	list_remove(t, m);
	m->l.touch = t->now;
	list_add(t, m, id);
}

/* Close what was silent for too long. */
static void
close_idle(struct track *t, enum list_id id, int64_t idle)
{
	struct listed *l;

	while ((l = t->list[id].first) != NULL && l->touch + idle < t->now) {
		struct message *m = message_awake(t, l);
		const struct session *s = last_session(m);

		if (s != NULL && !s->ended) {
			wait_on(t, m, id);
		} else if (id == LIST_DONE && outcome_deferred(m)) {
			/* One alias may have as many lines as recipients. */
			wait_on(t, m, LIST_QUEUED);
		} else
			message_close(t, m);
	}
}

/* Over the limit: the longest silent messages go, whatever they wait for. */
static void
shed(struct track *t)
{
	static const enum list_id order[] = { LIST_SHELF, LIST_CLOSED,
		LIST_WAITING, LIST_DONE, LIST_FRESH, LIST_QUEUED, LIST_HELD };

	while (t->nopen > TRACK_OPEN_MAX)
		for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
			struct listed *l = t->list[order[i]].first;
			struct message *m;

			if (l == NULL)
				continue;
			m = l->list == LIST_SHELF ? unshelve(t) :
			    message_awake(t, l);
			for (int k = 0; k < 2 && m->l.list == LIST_WAITING; k++)
				session_end(t, last_session(m), t->now);
			write_message(t, m);
			t->lost.early++;
			break;
		}
}

/* A late client= line has brought a session that is not over as long. */
static bool
goes_on(const struct track *t, const struct message *m)
{
	const struct session *s = last_session(m);

	return s != NULL &&
	    (!s->ended || s->end_sec + HOLD_AFTER > t->now);
}

/* Those on the shelf whose time has come. */
static void
write_ended(struct track *t)
{
	struct message *m;

	while ((m = on_shelf(t)) != NULL && m->deadline <= t->now) {
		ask_ahead(t, (const struct message *)m->l.next);
		(void)unshelve(t);
		if (goes_on(t, m)) {
			m->deadline = t->now + HOLD_AFTER;
			shelve(t, m);
		} else
			write_message(t, m);
	}
}

void
track_advance(struct track *t)
{
	struct process *p;
	struct listed *l;

	while ((p = process_idle(&t->processes, t->now - PROCESS_IDLE)) !=
	    NULL) {
		if (p->session != NULL)
			session_end(t, p->session, p->last);
		process_drop(&t->processes, p);
	}
	close_idle(t, LIST_FRESH, FRESH_IDLE);
	close_idle(t, LIST_DONE, FRESH_IDLE);
	close_idle(t, LIST_QUEUED, QUEUED_IDLE);
	lists_sleep(t);
	/* What is put away goes where that was which was just written. */
	write_ended(t);
	while ((l = t->list[LIST_CLOSED].first) != NULL)
		put_away(t, (struct message *)l);
	write_ended(t);
	if (t->nopen > TRACK_OPEN_MAX)
		shed(t);
	nodes_expire(&t->nodes, t->now - LINK_WINDOW);
}
