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
		else if (e.kind == JOURNAL_LINE && m->nrefs < MESSAGE_REFS &&
		    journal_line(&t->pool, &m->journal, &e.line))
			m->nrefs++;
	}
	journal_drop(&t->pool, front);
}

void
on_proxy_reject(struct track *t, struct message *m, struct session *s)
{
	if (s->ahead != NULL)
		take_front(t, m, &s->ahead->front);
}

void
on_proxy_accept(struct track *t, const struct at *at)
{
	struct process *p = at->process;
	struct session *s = p == NULL ? NULL : p->session;
	struct tls_head head;
	struct message *m;

	if (s == NULL || s->ahead == NULL || s->ahead->front.len == 0)
		return;
	m = join_known(t, at, rec_get(&at->ev->rec, F_NEXT_QID));
	if (m == NULL || (m->saw & SAW_CLIENT) == 0 || m->front != NULL ||
	    m->session == s || at->sec - m->first.sec > LINK_WINDOW)
		return;
	m->front = s;
	s->uses++;
	m->tag = at->tag;
	take_front(t, m, &s->ahead->front);
	/* The one of the filter, if any, is not the client's. */
	memset(&head, 0, sizeof(head));
	head.kind = HEAD_TLS;
	head.tls = s->tls;
	(void)journal_block(
	    &t->pool, &m->journal, slice_of(&head, sizeof(head)), NULL, NULL);
	message_ref(t, m, at);
}
