#include "track/lines.h"

#include "base/loopback.h"

#include "base/banned.h"

#define DAY	86400	/* seconds; no request takes longer */

/* Near by: within a day back, no start, reload or gap between. */
static bool
logs_tls(const struct tag *g, const struct at *at)
{
	const struct evidence *e = &g->tls;

	if (!e->logs || g->lost || at->sec - e->sec > TLS_BACK ||
	    e->gap_epoch != at->host->gap_epoch)
		return false;
	/* Who starts and reloads a name without a queue is not known. */
	return g->instance->queue ? e->epoch == g->instance->epoch :
	    e->host_epoch == at->host->epoch;
}

/* The window in which this request's other lines must lie. */
static int64_t
request_start(const struct at *at)
{
	static const enum field part[2] = { F_DELAY_CONN, F_DELAY_XMIT };
	const struct rec *r = &at->ev->rec;
	int64_t sum = 2;

	for (size_t i = 0; i < 2; i++) {
		struct slice s = rec_get(r, part[i]);
		size_t n = 0;
		int64_t v = 0;

		for (; n < s.len && ascii_digit(s.ptr[n]) && v <= DAY; n++)
			v = v * 10 + (s.ptr[n] - '0');
		if (n == 0 || v > DAY || (n < s.len && s.ptr[n] != '.'))
			return at->sec - CACHE_AGE;
		sum += v + 1;
	}
	return at->sec - sum;
}

/* Is the log of this host whole since that second? */
static bool
whole_since(const struct at *at, int64_t sec)
{
	return at->host->first <= sec &&
	    (at->host->gap_epoch == 0 || at->host->gap_end < sec);
}

/*
 * Could lines of the request be missing from the log?  It did not begin
 * before its message became active, since when mostly all is there.
 */
static bool
may_lack_lines(const struct at *at, const struct message *m)
{
	int64_t start;

	if (whole_since(at, m->active))
		return false;
	start = request_start(at);
	return start < m->active || !whole_since(at, start);
}

/*
 * The mail went in plaintext after TLS with the same server had failed: in
 * the handshake, or when its connection was lost, in this request, and the
 * process, which logs its handshakes, logged no other one.
 */
static bool
fell_back(const struct request_said *said, const struct at *at,
    struct ref *ref)
{
	const struct fact *f = said->handshake;

	if (said->error != NULL) {
		*ref = said->error->tls.ref;
		return true;
	}
	if (f == NULL || !f->dead || f->sec < request_start(at) ||
	    f->gap_epoch != at->host->gap_epoch)
		return false;
	*ref = f->lost;
	return true;
}

/* Gather what the log says about the connection of this delivery. */
static struct verdict
outbound(const struct at *at, struct message *m, const struct tlsinfo **used)
{
	const struct rec *r = &at->ev->rec;
	const struct process *p = at->process;
	struct request_said said;
	struct outbound o = { .handshake = NULL };
	struct verdict v;

	if (p != NULL && p->request != NULL) {
		request_for(at->process, m->node, m->active);
		request_rcpt(at->process, r, m->nactive);
		request_ask(p, r, &said);
		if (said.handshake != NULL && !said.handshake->dead) {
			if (said.handshake->sec >= request_start(at) &&
			    said.handshake->gap_epoch == at->host->gap_epoch)
				o.handshake = &said.handshake->tls;
			else
				o.stale = true;
		}
		if (fell_back(&said, at, &o.plain_ref)) {
			o.fallback = true;
		} else if (said.offered != NULL) {
			o.offered = true;
			o.plain_ref = said.offered->tls.ref;
		}
	}
	o.logs_tls = logs_tls(at->tag, at);
	o.logs_ref = at->tag->tls.ref;
	/* A handshake that is too old leaves its own one unexplained. */
	o.reuse_gap = p == NULL || may_lack_lines(at, m);
	o.gap = o.stale || o.reuse_gap;
	v = verdict_outbound(r, &o);
	/* A handshake describes the hop only where something used it. */
	*used = v.status == TLS_ENCRYPTED || v.status == TLS_AUTHENTICATED ?
	    o.handshake : NULL;
	return v;
}

/* Append a delivery; over the limit, write what is held. */
void
lines_add_delivery(struct track *t, struct message *m, const struct at *at,
    const struct verdict *v, const struct tlsinfo *tls)
{
	struct delivery_head head;

	/* One by one: to clear it first takes longer. */
	head.kind = HEAD_DELIVERY;
	head.note = at->note;
	head.verdict = *v;
	head.words = tls == NULL ? NULL : tls->words;
	head.reused = tls != NULL && tls->reused;
	head.time = at->ev->time;
	head.tag = at->tag;
	head.pid = at->ev->pid;
	head.daemon = (unsigned char)at->ev->daemon;
	head.ref = at->ref;
	head.line = at->ev->line;
	if (!journal_block(&t->pool, &m->journal, slice_of(&head, sizeof(head)),
	    &at->ev->rec, &t->keys.delivery))
		return;
	if (++m->ndelivery >= MESSAGE_DELIVERIES)
		write_early(t, m);
}

/*
 * Given to a program that may bring it back: pipe's, local's (procmail,
 * maildrop), or a server on a socket or loopback that names no queue ID (Sieve,
 * a list manager).
 */
static void
handed(struct track *t, const struct at *at, struct message *m)
{
	const struct rec *r = &at->ev->rec;
	struct slice reply = rec_get(r, F_REPLY);

	if (slice_starts(reply, SLICE("delivered via ")))
		m->l.piped = true;
	else if (slice_starts(reply, SLICE("delivered to command: ")) ||
	    slice_find(rec_get(r, F_RELAY), SLICE("[")) != SLICE_NONE)
		m->l.ran = true;
	else
		return;
	m->handed_sec = at->sec;
	join_message_id(t, m);
}

void
on_delivery(struct track *t, struct at *at, struct slice qid)
{
	struct rec *r = &at->ev->rec;
	struct message *m = join_find(t, at, qid, ARRIVAL_NO);
	struct slice next = rec_get(r, F_NEXT_QID);
	const struct tlsinfo *tls;
	struct verdict v;
	unsigned char done = outcome_done(rec_get(r, F_STATUS));

	if (m == NULL)
		return;
	v = outbound(at, m, &tls);
	lines_add_delivery(t, m, at, &v, tls);
	m->l.done |= done;
	if (done & (DONE_SENT | DONE_BOUNCED | DONE_PROBED))
		m->l.nsettled++;
	message_ref(t, m, at);
	if (done == DONE_SENT && next.len == 0 && (v.status == TLS_LOCAL ||
	    loopback_is(rec_get(r, F_RELAY_ADDR))))
		handed(t, at, m);
	/* cleanup returns what did not come by SMTP, before it is queued. */
	if (done == DONE_BOUNCED && at->ev->daemon == DM_CLEANUP)
		m->saw |= SAW_REFUSED;
	if (next.len == 0)
		return;
	if (slice_starts(rec_get(r, F_REPLY), SLICE("forwarded as ")) &&
	    (at->ev->daemon == DM_LOCAL || at->ev->daemon == DM_NONE))
		join_made(t, at, m, next, WHY_FORWARDED);
	else
		join_queued_as(t, at, m, next);
}
