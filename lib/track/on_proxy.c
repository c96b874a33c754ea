#include "track/lines.h"

#include "base/banned.h"

/*
 * A filter before the queue (smtpd_proxy_filter): the client talks to an
 * smtpd that makes no queue file, logs NOQUEUE: client=, and passes all on to
 * the filter, which hands it to another smtpd on the same host.  At the end
 * the first one logs what the last one answered, proxy-accept: ... queued as
 * ID.  The message came from the first one's client, over its session.
 */

void
on_proxied(struct track *t, const struct at *at)
{
	struct session *s = lines_session(t, at);
	struct journal *front;

	if (s == NULL)
		return;
	front = &session_ahead(&t->processes, s)->front;
	journal_drop(&t->pool, front);
	if (journal_take(&t->pool, front, &at->ev->rec, &t->keys.client))
		(void)journal_line(&t->pool, front, &at->ref);
}

/* What the client line said, over what the filter's client line did. */
static void
take_front(struct track *t, struct message *m, struct journal *front)
{
	struct journal_at pos = { .piece = NULL };
	struct journal_entry e;

	while (journal_next(front, &pos, &e) != JOURNAL_END) {
		if (e.kind == JOURNAL_FACT)
			message_fact(t, m, e.field, e.value);
		else if (e.kind == JOURNAL_LINE && m->l.nrefs < MESSAGE_REFS &&
		    journal_line(&t->pool, &m->journal, &e.line))
			m->l.nrefs++;
	}
	journal_drop(&t->pool, front);
}

void
on_proxy_reject(struct track *t, struct message *m, struct session *s)
{
	if (s->ahead != NULL)
		take_front(t, m, &s->ahead->front);
}

/* The message is the client's, whose session that is. */
static void
give_front(struct track *t, struct message *m, struct session *s,
    struct tag *tag, struct journal *front)
{
	struct tls_head head;

	m->front = s;
	s->uses++;
	m->tag = tag;
	take_front(t, m, front);
	/* The one of the filter, if any, is not the client's. */
	memset(&head, 0, sizeof(head));
	head.kind = HEAD_TLS;
	head.tls = s->tls;
	(void)journal_block(
	    &t->pool, &m->journal, slice_of(&head, sizeof(head)), NULL, NULL);
}

static void
forget(struct track *t, struct early *e)
{
	if (e->session == NULL)
		return;
	journal_drop(&t->pool, &e->front);
	session_release(&t->processes, e->session);
	e->session = NULL;
}

void
proxy_free(struct track *t)
{
	for (size_t i = 0; i < EARLY; i++)
		forget(t, &t->early[i]);
}

/* In the same second the lines may have changed places. */
static void
keep_early(struct track *t, const struct at *at, struct session *s,
    struct slice qid)
{
	struct early *e = &t->early[t->nearly++ % EARLY];

	forget(t, e);
	*e = (struct early){ .session = s, .tag = at->tag,
		.front = s->ahead->front, .ref = at->ref, .sec = at->sec,
		.qidlen = (unsigned char)qid.len };
	memcpy(e->qid, qid.ptr, qid.len);
	s->uses++;
	s->ahead->front = (struct journal){ .first = NULL };
}

void
on_proxied_late(struct track *t, const struct at *at, struct message *m,
    struct slice qid)
{
	for (size_t i = 0; i < EARLY; i++) {
		struct early *e = &t->early[i];

		if (e->session == NULL || e->tag->host != at->host ||
		    at->sec - e->sec > SWAPPED ||
		    e->sec - at->sec > SWAPPED || m->front != NULL ||
		    m->session == e->session ||
		    !slice_eq(slice_of(e->qid, e->qidlen), qid))
			continue;
		give_front(t, m, e->session, e->tag, &e->front);
		if (m->l.nrefs < MESSAGE_REFS &&
		    journal_line(&t->pool, &m->journal, &e->ref))
			m->l.nrefs++;
		forget(t, e);
	}
}

void
on_proxy_accept(struct track *t, const struct at *at)
{
	struct slice qid = rec_get(&at->ev->rec, F_NEXT_QID);
	struct process *p = at->process;
	struct session *s = p == NULL ? NULL : p->session;
	struct message *m;

	/* The filter has dropped it, or keeps to itself what it became. */
	if (qid.len == 0)
		t->lost.proxied++;
	if (s == NULL || s->ahead == NULL || s->ahead->front.len == 0 ||
	    qid.len == 0 || qid.len > NODE_QID_MAX)
		return;
	m = join_known(t, at, qid);
	if (m == NULL || (m->saw & SAW_CLIENT) == 0) {
		keep_early(t, at, s, qid);
		return;
	}
	if (m->front != NULL || m->session == s ||
	    at->sec - m->first.sec > LINK_WINDOW)
		return;
	give_front(t, m, s, at->tag, &s->ahead->front);
	message_ref(t, m, at);
}
