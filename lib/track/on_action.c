#include "track/lines.h"

#include "base/banned.h"

/* Keep what a line says of the message to come. */
static void
keep_next(struct track *t, const struct at *at, struct session *s,
    uint32_t saw)
{
	/* What is discarded has no delivery that would name a recipient. */
	static const enum field key[] = { F_FROM, F_HELO, F_PROTOCOL, F_TO };
	const size_t n = sizeof(key) / sizeof(key[0]) -
	    ((saw & SAW_DISCARD) == 0);
	const struct rec *r = &at->ev->rec;
	struct session_ahead *a = session_ahead(&t->processes, s);

	if (a->next.len > 4096)
		return;
	a->saw |= saw;
	for (size_t i = 0; i < n; i++)
		if (rec_has(r, key[i]))
			(void)journal_fact(&t->pool, &a->next, key[i],
			    r->v[key[i]]);
	(void)journal_line(&t->pool, &a->next, &at->ref);
}

/* True for the actions that refuse mail. */
static bool
refuses(const struct at *at)
{
	struct slice a = rec_get(&at->ev->rec, F_ACTION);

	return slice_eq(a, SLICE("reject")) || slice_eq(a, SLICE("hangup")) ||
	    slice_eq(a, SLICE("abort")) || slice_ends(a, SLICE("-reject"));
}

/* True for a refusal not of one recipient, but of all that was sent. */
static bool
refuses_all(const struct at *at)
{
	struct slice stage = rec_get(&at->ev->rec, F_STAGE);

	/* Of a header and the like, where the name of cleanup is lost. */
	return at->ev->daemon == DM_CLEANUP ||
	    slice_eq(stage, SLICE("END-OF-MESSAGE")) ||
	    slice_eq(stage, SLICE("header")) ||
	    slice_eq(stage, SLICE("body")) ||
	    slice_eq(stage, SLICE("content")) ||
	    slice_eq(stage, SLICE("mime-error"));
}

/* A refusal without queue ID is a message of its own, closed at once. */
static void
reject_message(struct track *t, const struct at *at)
{
	const struct rec *r = &at->ev->rec;
	struct message *m;
	struct process *p = at->process;
	struct tls_head head;
	struct ident id = { .instance = at->instance,
		.sec = at->ev->time.ordered ? at->sec : IDENT_NO_TIME,
		.timed = at->ev->time.known };
	struct process *counter = p != NULL ? p :
	    process_find(&t->processes, at->tag, 0, t->now);
	uint32_t nth;

	/* A late line counts on, so that no two have the same name. */
	if (counter->nreject == 0 || at->sec > counter->reject_sec) {
		counter->nreject = 0;
		counter->reject_sec = at->sec;
	}
	nth = ++counter->nreject;
	ident_reject(&id, at->ev->pid, nth);
	m = message_new(t, at, &id);
	m->pid = at->ev->pid;
	m->saw |= SAW_REJECT;
	m->l.reject = true;
	message_facts(t, m, r, &t->keys.reject);
	memset(&head, 0, sizeof(head));
	head.kind = HEAD_TLS;
	if (p != NULL && at->tag->daemon != DM_CLEANUP &&
	    at->tag->daemon != DM_POSTSCREEN) {
		m->session = lines_session(t, at);
		m->session->uses++;
		head.tls = m->session->tls;
		if (slice_eq(rec_get(r, F_ACTION), SLICE("proxy-reject")))
			on_proxy_reject(t, m, m->session);
	}
	if (tlsinfo_known(&head.tls))
		(void)journal_block(&t->pool, &m->journal,
		    slice_of(&head, sizeof(head)), NULL, NULL);
	message_ref(t, m, at);
	message_close(t, m);
}

/* reject:, milter-reject:, hold:, discard:, header checks and the like. */
void
on_action(struct track *t, const struct at *at, struct slice qid)
{
	static const struct verdict none = { .status = TLS_NONE_ATTEMPTED,
		.proof = PROOF_PROVEN, .why = TLS_WHY_NOT_ACCEPTED };
	struct rec *r = &at->ev->rec;
	struct slice action = rec_get(r, F_ACTION);
	struct session *s;
	struct message *m;
	uint32_t saw = 0;

	if (slice_eq(action, SLICE("hold")) ||
	    slice_ends(action, SLICE("-hold")))
		saw = SAW_HELD | SAW_HOLD;
	else if (slice_eq(action, SLICE("discard")) ||
	    slice_ends(action, SLICE("-discard")))
		saw = SAW_DISCARD;
	if (qid.len == 0 || slice_eq(qid, SLICE("NOQUEUE"))) {
		if (slice_eq(action, SLICE("proxy-accept")))
			on_proxy_accept(t, at);
		else if (refuses(at))
			reject_message(t, at);
		else if (saw != 0 && (s = lines_session(t, at)) != NULL)
			keep_next(t, at, s, saw);
		return;
	}
	m = join_find(t, at, qid, ARRIVAL_NO);
	if (m == NULL)
		return;
	m->saw |= saw;
	if (saw & SAW_HELD)
		m->held = at->sec;
	message_first_fact(t, m, F_SUBJECT, rec_get(r, F_SUBJECT));
	message_first_fact(t, m, F_HELO, rec_get(r, F_HELO));
	message_first_fact(t, m, F_PROTOCOL, rec_get(r, F_PROTOCOL));
	if (rec_has(r, F_FROM))
		message_first_fact(t, m, F_FROM, rec_get(r, F_FROM));
	if (saw & SAW_DISCARD)
		message_first_fact(t, m, F_TO, rec_get(r, F_TO));
	if (refuses(at)) {
		m->saw |= SAW_REJECT;
		if (refuses_all(at))
			m->saw |= SAW_REFUSED;
		m->l.done |= DONE_REJECTED;
		rec_set(r, F_STATUS, SLICE("rejected"));
		lines_add_delivery(t, m, at, &none, NULL);
		rec_unset(r, F_STATUS);
	}
	message_ref(t, m, at);
}
