#include "track/track.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "fmt/postfix.h"
#include "track/core.h"
#include "track/qfile.h"

#include "base/banned.h"

/* Keys that are kept: of a delivery, a client= line, a refusal. */
static const enum field delivery_key[] = { F_TO, F_ORIG_TO, F_RELAY,
	F_STATUS, F_DSN, F_DELAY,
	F_DELAY_BEFORE, F_DELAY_QUEUE, F_DELAY_CONN, F_DELAY_XMIT, F_CONN_USE,
	F_REPLY, F_ACTION, F_STAGE, F_REPLY_CODE, F_REASON, F_TLS_POLICY,
	F_NEXT_QID, F_STAMP };
static const enum field client_key[] = { F_CLIENT_NAME, F_CLIENT_ADDR,
	F_CLIENT_PORT, F_SASL_METHOD, F_SASL_USER, F_ORIG_QID, F_ORIG_CLIENT };
static const enum field queued_key[] = { F_FROM, F_SIZE, F_NRCPT };
static const enum field reject_key[] = { F_FROM, F_TO, F_CLIENT_NAME,
	F_CLIENT_ADDR, F_CLIENT_PORT, F_HELO, F_PROTOCOL, F_SASL_METHOD,
	F_SASL_USER, F_ACTION, F_STAGE, F_REPLY_CODE, F_DSN, F_REASON,
	F_SUBJECT };

#define SET(list)	field_set(list, sizeof(list) / sizeof((list)[0]))

struct track *
track_new(const struct track_opt *opt, track_put *put, void *arg)
{
	struct track *t = mem_alloc(1, sizeof(*t));

	t->opt = *opt;
	t->put = put;
	t->arg = arg;
	names_init(&t->names);
	nodes_init(&t->nodes);
	journal_pool_init(&t->pool);
	processes_init(&t->processes, &t->pool);
	pool_init(&t->messages, sizeof(struct message));
	buf_init(&t->refs, 1 << 22);
	buf_init(&t->parents, 1 << 16);
	buf_init(&t->why, 1 << 12);
	buf_init(&t->to, QFILE_RCPTS);
	buf_init(&t->bad, 1 << 12);
	t->keys.delivery = SET(delivery_key);
	t->keys.client = SET(client_key);
	t->keys.queued = SET(queued_key);
	t->keys.reject = SET(reject_key);
	qfile_init(t);
	t->conn = mem_alloc(PEERS, sizeof(*t->conn));
	return t;
}

void
track_free(struct track *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < LIST_N; i++)
		while (t->list[i].first != NULL)
			message_free(t, t->list[i].first);
	buf_free(&t->refs);
	buf_free(&t->parents);
	buf_free(&t->why);
	buf_free(&t->to);
	buf_free(&t->bad);
	mem_free(t->due);
	processes_free(&t->processes);
	pool_free(&t->messages);
	nodes_free(&t->nodes);
	links_free(&t->links);
	journal_pool_free(&t->pool);
	names_free(&t->names);
	mem_free(t->conn);
	mem_free(t);
}

struct peer_conn *
conn_slot(struct track *t, const struct host *h, struct slice addr,
    struct slice port, uint64_t *key)
{
	*key = hash_bytes(port, hash_bytes(addr, (uint64_t)(uintptr_t)h));
	return &t->conn[*key % PEERS];
}

/* True if tlsproxy made the connection that a handshake line speaks of. */
static bool
by_tlsproxy(struct track *t, const struct at *at)
{
	const struct rec *r = &at->ev->rec;
	uint64_t key;
	const struct peer_conn *c = conn_slot(t, at->host,
	    rec_get(r, F_RELAY_ADDR), rec_get(r, F_RELAY_PORT), &key);

	return c->key == key && at->sec - c->sec <= 60;
}

/* The tag has shown that it logs handshakes. */
static void
note_logging(struct at *at)
{
	at->tag->tls = (struct evidence){ .logs = true, .sec = at->sec,
		.gap_epoch = at->host->gap_epoch,
		.epoch = at->instance->epoch, .host_epoch = at->host->epoch,
		.ref = at->ref };
}

/*
 * A handshake of an smtp process shows that it logs them, unless tlsproxy
 * made the connection: then it says so at every log level.  tlsproxy's line
 * may come a little later.
 */
static void
note_outbound(struct track *t, struct at *at)
{
	const struct rec *r = &at->ev->rec;
	struct doubt *d = &t->doubt[t->ndoubt++ % DOUBTS];

	*d = (struct doubt){ .sec = at->sec, .tag = at->tag,
		.before = at->tag->tls };
	(void)conn_slot(t, at->host, rec_get(r, F_RELAY_ADDR),
	    rec_get(r, F_RELAY_PORT), &d->key);
	note_logging(at);
}

/* tlsproxy made that connection: what its handshake showed is nothing. */
static void
take_back(struct track *t, const struct at *at, uint64_t key)
{
	for (size_t i = 0; i < DOUBTS; i++) {
		struct doubt *d = &t->doubt[i];

		if (d->tag == NULL || d->key != key ||
		    at->sec - d->sec > SWAPPED)
			continue;
		d->tag->tls = d->before;
		d->tag = NULL;
	}
}

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

/* Lines about connections that tlsproxy serves. */
static void
on_tlsproxy(struct track *t, const struct at *at)
{
	const struct rec *r = &at->ev->rec;
	struct peer_conn *c;
	uint64_t key;

	if (at->ev->kind == EV_SCREEN &&
	    slice_eq(rec_get(r, F_ACTION), SLICE("CONNECT to"))) {
		c = conn_slot(t, at->host, rec_get(r, F_CLIENT_ADDR),
		    rec_get(r, F_CLIENT_PORT), &key);
		*c = (struct peer_conn){ .key = key, .sec = at->sec };
		take_back(t, at, key);
	} else if (at->ev->kind == EV_TLS && rec_has(r, F_TLS_VERSION) &&
	    rec_has(r, F_CLIENT_ADDR)) {
		c = conn_slot(t, at->host, rec_get(r, F_CLIENT_ADDR),
		    rec_get(r, F_CLIENT_PORT), &key);
		*c = (struct peer_conn){ .key = key, .sec = at->sec };
		tlsinfo_take(&t->names, &c->tls, r, at->ref);
	}
}

/* The session at hand, begun now if its connect line is not here. */
static struct session *
session_of(struct track *t, const struct at *at)
{
	struct process *p = at->process;

	if (p == NULL)
		return NULL;
	/* Across lost lines the process may serve another client. */
	if (p->session != NULL &&
	    p->session->gap_epoch != at->host->gap_epoch) {
		session_end(t, p->session, at->sec);
		session_release(&t->processes, p->session);
		p->session = NULL;
	}
	if (p->session == NULL)
		p->session = session_new(&t->processes, at->tag, p->pid);
	return p->session;
}

static void
on_connect(struct track *t, const struct at *at)
{
	struct process *p = at->process;

	if (p == NULL)
		return;
	if (p->session != NULL) {
		session_end(t, p->session, at->sec);
		session_release(&t->processes, p->session);
	}
	p->session = session_new(&t->processes, at->tag, p->pid);
}

/* The value of a counter in "ehlo=2 starttls=0/1 ...". */
static bool
counter(struct slice s, struct slice key, uint64_t *ok)
{
	struct slice word;

	while (s.len > 0) {
		if (!slice_cut(s, ' ', &word, &s)) {
			word = s;
			s = slice_of(NULL, 0);
		}
		if (!slice_take(&word, key))
			continue;
		(void)slice_cut(word, '/', &word, &key);
		return slice_u64(word, UINT32_MAX, ok);
	}
	return false;
}

static void
on_disconnect(struct track *t, const struct at *at)
{
	struct slice counts = rec_get(&at->ev->rec, F_COMMANDS);
	struct session *s = session_of(t, at);
	uint64_t n = 0;

	if (s == NULL)
		return;
	if (counts.len > 0) {
		s->counted = true;
		if (counter(counts, SLICE("starttls="), &n)) {
			s->starttls = n > 0;
			s->starttls_tried = n == 0;
		}
		if (!s->starttls && tlsinfo_known(&s->tls))
			at->tag->wrapper = true;
	}
	s->end_ref = at->ref;
	session_end(t, s, at->sec);
	session_release(&t->processes, s);
	at->process->session = NULL;
}

/* A handshake, a failed one, or an offer. */
static void
on_tls(struct track *t, struct at *at)
{
	const struct rec *r = &at->ev->rec;
	struct session *s;

	if (at->tag->daemon == DM_TLSPROXY || at->tag->daemon == DM_POSTSCREEN) {
		on_tlsproxy(t, at);
		return;
	}
	if (rec_has(r, F_TLS_VERSION)) {
		if (rec_has(r, F_RELAY)) {
			if (at->process != NULL)
				request_fact(&t->processes, &t->names, at->process, FACT_HANDSHAKE, r,
				    at->ref, at->sec);
			if (!slice_eq(rec_get(r, F_TLS_REUSED),
			    SLICE("true")) && !by_tlsproxy(t, at))
				note_outbound(t, at);
		} else if ((s = session_of(t, at)) != NULL) {
			tlsinfo_take(&t->names, &s->tls, r, at->ref);
			note_logging(at);
		}
	} else if (at->process != NULL) {
		if (slice_eq(rec_get(r, F_REASON),
		    SLICE("Host offered STARTTLS")))
			request_fact(&t->processes, &t->names, at->process, FACT_OFFERED, r, at->ref,
			    at->sec);
		else if (slice_starts(rec_get(r, F_REASON),
		    SLICE("SSL_connect error to ")))
			request_fact(&t->processes, &t->names, at->process, FACT_SSL_ERROR, r, at->ref,
			    at->sec);
	}
}

/* What was said of the message before it had a queue ID. */
static void
take_next(struct track *t, struct message *m, struct session *s)
{
	struct journal_entry e;
	struct journal_at pos = { .piece = NULL };

	m->saw |= s->next_saw;
	s->next_saw = 0;
	while (journal_next(&s->next, &pos, &e) != JOURNAL_END) {
		if (e.kind == JOURNAL_FACT)
			message_first_fact(t, m, e.field, e.value);
		else if (e.kind == JOURNAL_LINE &&
		    journal_line(&t->pool, &m->journal, &e.line))
			m->nrefs++;
	}
	journal_drop(&t->pool, &s->next);
}

/* Keep what a line says of the message to come. */
static void
keep_next(struct track *t, const struct at *at, struct session *s,
    uint32_t saw)
{
	static const enum field key[] = { F_FROM, F_HELO, F_PROTOCOL };
	const struct rec *r = &at->ev->rec;

	if (s->next.len > 4096)
		return;
	s->next_saw |= saw;
	for (size_t i = 0; i < sizeof(key) / sizeof(key[0]); i++)
		if (rec_has(r, key[i]))
			(void)journal_fact(&t->pool, &s->next, key[i],
			    r->v[key[i]]);
	(void)journal_line(&t->pool, &s->next, &at->ref);
}

/* QID: client=... */
static void
on_client(struct track *t, const struct at *at, struct slice qid)
{
	const struct rec *r = &at->ev->rec;
	struct message *m;
	struct session *s;
	struct node *n;
	struct tls_head head;

	if (slice_eq(qid, SLICE("NOQUEUE")))
		return;
	m = join_find(t, at, qid, ARRIVAL_CLIENT);
	if (m == NULL)
		return;
	m->saw |= SAW_CLIENT;
	m->tag = at->tag;
	s = session_of(t, at);
	if (s != NULL && m->session == NULL) {
		m->session = s;
		s->uses++;
		take_next(t, m, s);
		if (tlsinfo_known(&s->tls)) {
			memset(&head, 0, sizeof(head));
			head.kind = HEAD_TLS;
			head.tls = s->tls;
			(void)journal_block(&t->pool, &m->journal,
			    slice_of(&head, sizeof(head)), NULL, NULL);
		}
	}
	message_facts(t, m, r, &t->keys.client);
	message_ref(t, m, at);
	n = node_get(&t->nodes, m->node);
	n->arrival = at->sec == 0 ? 1 : at->sec;
	if (rec_has(r, F_ORIG_QID))
		join_orig(t, at, m, rec_get(r, F_ORIG_QID), WHY_ORIG_QID);
	if (m->saw & SAW_CLEANUP)
		join_waiting(t, m);
}

static void
on_pickup(struct track *t, const struct at *at, struct slice qid)
{
	const struct rec *r = &at->ev->rec;
	struct message *m = join_find(t, at, qid, ARRIVAL_PICKUP);

	if (m == NULL)
		return;
	m->saw |= SAW_PICKUP;
	m->tag = at->tag;
	message_fact(t, m, F_UID, rec_get(r, F_UID));
	message_first_fact(t, m, F_FROM, rec_get(r, F_FROM));
	message_ref(t, m, at);
	if (rec_has(r, F_ORIG_ID)) {
		message_fact(t, m, F_ORIG_ID, rec_get(r, F_ORIG_ID));
		join_orig(t, at, m, rec_get(r, F_ORIG_ID), WHY_REQUEUED);
	}
	join_message_id(t, m);
}

static void
on_message_id(struct track *t, const struct at *at, struct slice qid)
{
	struct slice id = rec_get(&at->ev->rec, F_MESSAGE_ID);
	struct message *m = join_find(t, at, qid, ARRIVAL_NO);
	struct node *n;

	if (m == NULL)
		return;
	m->saw |= SAW_CLEANUP;
	message_first_fact(t, m, F_MESSAGE_ID, id);
	message_ref(t, m, at);
	n = node_get(&t->nodes, m->node);
	if (n->mid_hash == 0 && id.len > 2)
		n->mid_hash = hash_bytes(id, 4);
	join_waiting(t, m);
	join_message_id(t, m);
}

static void
on_queued(struct track *t, const struct at *at, struct slice qid)
{
	const struct rec *r = &at->ev->rec;
	struct message *m = join_find(t, at, qid, ARRIVAL_NO);
	uint64_t n;

	if (m == NULL)
		return;
	if ((m->saw & SAW_QUEUED) == 0) {
		message_facts(t, m, r, &t->keys.queued);
		if (slice_u64(rec_get(r, F_NRCPT), UINT32_MAX, &n))
			m->nrcpt = (uint32_t)n;
	}
	m->saw |= SAW_QUEUED;
	/* In the same second the lines may have changed places. */
	if (at->sec > m->held)
		m->saw &= ~(uint32_t)SAW_HELD;
	m->active = at->sec;
	m->nactive++;
	message_ref(t, m, at);
}

/* The window in which this request's other lines must lie. */
static int64_t
request_start(const struct at *at)
{
	static const enum field part[2] = { F_DELAY_CONN, F_DELAY_XMIT };
	const struct rec *r = &at->ev->rec;
	uint64_t sum = 2, v;

	for (size_t i = 0; i < 2; i++) {
		struct slice s = rec_get(r, part[i]), frac;

		if (s.len == 0)
			return at->sec - CACHE_AGE;
		(void)slice_cut(s, '.', &s, &frac);
		if (!slice_u64(s, 86400, &v))
			return at->sec - CACHE_AGE;
		sum += v + 1;
	}
	return at->sec - (int64_t)sum;
}

/*
 * Could lines of the request that began after that second be missing from
 * the log of this host?  None does before its message became active.
 */
static bool
gap_since(const struct at *at, const struct message *m, int64_t sec)
{
	if (sec < m->active)
		sec = m->active;
	return at->host->first > sec ||
	    (at->host->gap_epoch > 0 && at->host->gap_end >= sec);
}

/* Gather what the log says about the connection of this delivery. */
static struct verdict
outbound(const struct at *at, struct message *m, const struct tlsinfo **used)
{
	const struct rec *r = &at->ev->rec;
	const struct process *p = at->process;
	const struct fact *f;
	struct outbound o = { .handshake = NULL };
	struct verdict v;
	int64_t start = request_start(at);

	if (p != NULL) {
		request_for(at->process, m->node, m->active);
		request_rcpt(at->process, r, m->nactive);
		f = request_handshake(p, r);
		if (f != NULL && f->sec >= start &&
		    f->gap_epoch == at->host->gap_epoch)
			o.handshake = &f->tls;
		else if (f != NULL)
			o.stale = true;
		if ((f = request_plain(p, r, FACT_OFFERED)) != NULL) {
			o.offered = true;
			o.plain_ref = f->tls.ref;
		} else if ((f = request_plain(p, r, FACT_SSL_ERROR)) != NULL) {
			o.fallback = true;
			o.plain_ref = f->tls.ref;
		}
	}
	o.logs_tls = logs_tls(at->tag, at);
	o.logs_ref = at->tag->tls.ref;
	/* A handshake that is too old leaves its own one unexplained. */
	o.reuse_gap = p == NULL || gap_since(at, m, start);
	o.gap = o.stale || o.reuse_gap;
	v = verdict_outbound(r, &o);
	/* A handshake describes the hop only where something used it. */
	*used = v.status == TLS_ENCRYPTED || v.status == TLS_AUTHENTICATED ?
	    o.handshake : NULL;
	return v;
}

static unsigned char
outcome(struct slice status)
{
	if (slice_eq(status, SLICE("sent")) ||
	    slice_eq(status, SLICE("deliverable")))
		return DONE_SENT;
	if (slice_eq(status, SLICE("bounced")) ||
	    slice_eq(status, SLICE("undeliverable")))
		return DONE_BOUNCED;
	if (slice_eq(status, SLICE("rejected")))
		return DONE_REJECTED;
	return DONE_DEFERRED;
}

/* Append a delivery; over the limit, write what is held. */
static void
add_delivery(struct track *t, struct message *m, const struct at *at,
    const struct verdict *v, const struct tlsinfo *tls)
{
	struct delivery_head head;

	memset(&head, 0, sizeof(head));
	head.kind = HEAD_DELIVERY;
	head.note = at->note;
	head.verdict = *v;
	if (tls != NULL) {
		head.words = tls->words;
		head.reused = tls->reused;
	}
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

static void
on_delivery(struct track *t, struct at *at, struct slice qid)
{
	struct rec *r = &at->ev->rec;
	struct message *m = join_find(t, at, qid, ARRIVAL_NO);
	struct slice next = rec_get(r, F_NEXT_QID);
	const struct tlsinfo *tls;
	struct verdict v;
	unsigned char done = outcome(rec_get(r, F_STATUS));

	if (m == NULL)
		return;
	v = outbound(at, m, &tls);
	add_delivery(t, m, at, &v, tls);
	m->done |= done;
	if (done & (DONE_SENT | DONE_BOUNCED))
		m->nsettled++;
	message_ref(t, m, at);
	if (done == DONE_SENT && v.status == TLS_LOCAL) {
		if (slice_starts(rec_get(r, F_REPLY), SLICE("delivered via "))) {
			m->piped = true;
			m->piped_sec = at->sec;
			join_message_id(t, m);
		}
	}
	if (next.len == 0)
		return;
	if (slice_starts(rec_get(r, F_REPLY), SLICE("forwarded as ")) &&
	    (at->ev->daemon == DM_LOCAL || at->ev->daemon == DM_NONE))
		join_made(t, at, m, next, WHY_FORWARDED);
	else
		join_queued_as(t, at, m, next);
}

/* True for the actions that refuse mail. */
static bool
refuses(const struct at *at)
{
	struct slice a = rec_get(&at->ev->rec, F_ACTION);

	return slice_eq(a, SLICE("reject")) || slice_eq(a, SLICE("hangup")) ||
	    slice_eq(a, SLICE("abort")) || slice_ends(a, SLICE("-reject"));
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
	m->reject = true;
	message_facts(t, m, r, &t->keys.reject);
	memset(&head, 0, sizeof(head));
	head.kind = HEAD_TLS;
	if (p != NULL && at->tag->daemon != DM_CLEANUP &&
	    at->tag->daemon != DM_POSTSCREEN) {
		m->session = session_of(t, at);
		m->session->uses++;
		head.tls = m->session->tls;
	}
	if (tlsinfo_known(&head.tls))
		(void)journal_block(&t->pool, &m->journal,
		    slice_of(&head, sizeof(head)), NULL, NULL);
	message_ref(t, m, at);
	message_close(t, m);
}

/* reject:, milter-reject:, hold:, discard:, header checks and the like. */
static void
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
		if (refuses(at))
			reject_message(t, at);
		else if (saw != 0 && (s = session_of(t, at)) != NULL)
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
	if (refuses(at)) {
		m->saw |= SAW_REJECT;
		m->done |= DONE_REJECTED;
		rec_set(r, F_STATUS, SLICE("rejected"));
		add_delivery(t, m, at, &none, NULL);
		rec_unset(r, F_STATUS);
	}
	message_ref(t, m, at);
}

/* removed, deleted, requeued, held, released, expired. */
static void
on_state(struct track *t, const struct at *at, struct slice qid)
{
	struct message *m = join_find(t, at, qid, ARRIVAL_NO);
	struct slice why = rec_get(&at->ev->rec, F_REASON);

	if (m == NULL)
		return;
	switch (at->ev->kind) {
	case EV_REMOVED:
		m->saw |= SAW_REMOVED;
		if (at->ev->daemon == DM_NONE)
			m->saw |= SAW_NO_NAME;
		if (slice_eq(why, SLICE("canceled")))
			m->saw |= SAW_CANCELED;
		if (slice_eq(why, SLICE("discarded")))
			m->saw |= SAW_DISCARD;
		break;
	case EV_DELETED:
		m->saw |= SAW_DELETED;
		break;
	case EV_REQUEUED:
		m->saw |= SAW_REQUEUED;
		break;
	case EV_HELD:
		m->saw |= SAW_HELD | SAW_HOLD;
		m->held = at->sec;
		break;
	case EV_RELEASED:
		m->saw &= ~(uint32_t)SAW_HELD;
		break;
	case EV_EXPIRED:
		m->saw |= SAW_EXPIRED;
		message_first_fact(t, m, F_FROM, rec_get(&at->ev->rec, F_FROM));
		break;
	default:
		break;
	}
	message_ref(t, m, at);
	if (m->saw & SAW_END) {
		m->ended = at->sec;
		message_close(t, m);
	}
}

/* QID: text of smtp and others that is no layout of its own. */
static void
on_note(struct track *t, const struct at *at, struct slice qid)
{
	struct slice why = rec_get(&at->ev->rec, F_REASON);
	struct message *m;

	if (qid.len == 0 || slice_eq(qid, SLICE("NOQUEUE")))
		return;
	m = join_find(t, at, qid, ARRIVAL_NO);
	if (m == NULL)
		return;
	if (at->process != NULL) {
		request_for(at->process, m->node, m->active);
		request_lost(at->process, why);
		if (slice_starts(why, SLICE("Cannot start TLS: ")))
			request_cannot(at->process);
	}
	message_ref(t, m, at);
}

static void
on_notice(struct track *t, const struct at *at, struct slice qid)
{
	struct message *m = join_find(t, at, qid, ARRIVAL_NO);

	if (m == NULL)
		return;
	message_ref(t, m, at);
	join_made(t, at, m, rec_get(&at->ev->rec, F_NEXT_QID), WHY_NOTICE);
}

/* Start, reload and stop bound what older lines can prove. */
static void
on_config(struct track *t, const struct at *at)
{
	struct slice text = rec_get(&at->ev->rec, F_TEXT);
	bool start = slice_starts(text, SLICE("daemon started"));

	if (!start && !slice_starts(text, SLICE("reload -- ")))
		return;
	at->instance->epoch++;
	at->host->epoch++;
	if (!start)
		return;
	/* Its processes are gone, also those under a service's name. */
	for (struct process *p = t->processes.newest; p != NULL;
	    p = p->older) {
		if (p->tag->host != at->host ||
		    (p->tag->instance != at->instance &&
		    p->tag->instance->queue))
			continue;
		if (p->request != NULL)
			p->request->n = 0;
		if (p->session == NULL)
			continue;
		session_end(t, p->session, at->sec);
		session_release(&t->processes, p->session);
		p->session = NULL;
	}
}

/* Silence, lost lines: what follows cannot be judged by what came before. */
static void
note_time(const struct at *at)
{
	struct host *h = at->host;
	bool lost = event_lines_lost(at->ev);

	if (!h->timed) {
		h->timed = true;
		h->first = h->last = at->sec;
	} else if (at->sec - h->last > SILENCE)
		lost = true;
	if (lost) {
		h->gap_epoch++;
		h->gap_end = at->sec;
	}
	if (at->sec > h->last)
		h->last = at->sec;
}

/* The tag of a line; most lines repeat one met lately. */
static struct tag *
find_tag(struct track *t, struct host *h, const struct rec *r,
    enum daemon_id daemon, bool lost)
{
	struct slice instance = rec_get(r, F_INSTANCE);
	struct slice service = rec_get(r, F_SERVICE);
	struct slice program = lost ? slice_of("", 0) : rec_get(r, F_DAEMON);
	struct tag **memo = &t->memo[((size_t)daemon * 8 + service.len +
	    instance.len) % TAG_MEMO];
	struct tag *g = *memo;
	struct instance *i;

	if (g != NULL && g->host == h && g->daemon == daemon &&
	    slice_eq(g->service, service) &&
	    slice_eq(g->instance->name, instance) &&
	    slice_eq(g->program, program))
		return g;
	i = names_instance(&t->names, h, instance);
	return *memo = i == NULL ? NULL :
	    names_tag(&t->names, i, service, program);
}

/*
 * Lines that no program of Postfix wrote: also blank ones and marks, which
 * are left out on purpose and have no tag.
 */
static bool
is_foreign(const struct event *ev)
{
	return ev->class == LINE_FOREIGN || (ev->class == LINE_IGNORED &&
	    !rec_has(&ev->rec, F_INSTANCE));
}

/*
 * Host and tag of the line, no tag of one that is not Postfix's; false if it
 * cannot be joined, because there are too many of them.
 */
static bool
find_writer(struct track *t, struct at *at)
{
	const struct event *ev = at->ev;
	const struct rec *r = &ev->rec;
	struct slice name;
	bool lost = event_program_lost(ev);
	size_t i = ev->writer % WRITERS;

	if (ev->writer != 0 && t->writer[i].writer == ev->writer &&
	    t->writer[i].tag->daemon == ev->daemon && !lost &&
	    !is_foreign(ev)) {
		at->tag = t->writer[i].tag;
		at->host = at->tag->host;
		return true;
	}
	name = rec_get(r, F_HOST);
	if (t->last_host == NULL || !slice_eq(name, t->last_host->name))
		t->last_host = names_host(&t->names, name);
	at->host = t->last_host;
	if (at->host == NULL || is_foreign(ev))
		return at->host != NULL;
	at->tag = find_tag(t, at->host, r, lost ? DM_NONE : ev->daemon, lost);
	if (at->tag != NULL && ev->writer != 0 && !lost) {
		t->writer[i].writer = ev->writer;
		t->writer[i].tag = at->tag;
	}
	return at->tag != NULL;
}

/* Host, instance, tag and process of the line; false as find_writer. */
static bool
locate(struct track *t, struct event *ev, struct at *at)
{
	const struct rec *r = &ev->rec;

	*at = (struct at){ .ev = ev };
	at->ref = (struct ref){ .off = ev->off, .len = (uint32_t)(ev->len >
	    UINT32_MAX ? UINT32_MAX : ev->len) };
	if (at->ref.len == 0)
		at->ref.len = 1;
	at->ref.src = names_src(&t->names, ev->src);
	at->sec = ev->time.ordered ? ev->time.sec : t->now;
	at->note = names_note(&t->names, rec_get(r, F_TIME_NOTE));
	if (!find_writer(t, at))
		return false;
	if (at->tag == NULL)
		return true;
	at->instance = at->tag->instance;
	if (ev->pid != 0)
		at->process = process_find(&t->processes, at->tag, ev->pid,
		    t->now);
	return true;
}

static void
dispatch(struct track *t, struct at *at)
{
	struct slice qid = rec_get(&at->ev->rec, F_QID);

	switch (at->ev->kind) {
	case EV_CONNECT:
		on_connect(t, at);
		return;
	case EV_DISCONNECT:
		on_disconnect(t, at);
		return;
	case EV_TLS:
		on_tls(t, at);
		return;
	case EV_SCREEN:
		on_tlsproxy(t, at);
		return;
	case EV_CONFIG:
		on_config(t, at);
		return;
	case EV_REJECT:
	case EV_MILTER:
	case EV_HEADER_CHECK:
		on_action(t, at, qid);
		return;
	default:
		break;
	}
	if (at->ev->kind == EV_HELD && rec_has(&at->ev->rec, F_ACTION)) {
		on_action(t, at, qid);
		return;
	}
	if (at->ev->kind == EV_OTHER && rec_has(&at->ev->rec, F_ACTION) &&
	    rec_has(&at->ev->rec, F_STAGE)) {
		on_action(t, at, qid);
		return;
	}
	if (qid.len == 0)
		return;
	switch (at->ev->kind) {
	case EV_CLIENT:
		on_client(t, at, qid);
		break;
	case EV_PICKUP:
		on_pickup(t, at, qid);
		break;
	case EV_MESSAGE_ID:
		on_message_id(t, at, qid);
		break;
	case EV_QUEUED:
		on_queued(t, at, qid);
		break;
	case EV_DELIVERY:
		on_delivery(t, at, qid);
		break;
	case EV_BOUNCE_NOTICE:
		on_notice(t, at, qid);
		break;
	case EV_REMOVED:
	case EV_DELETED:
	case EV_REQUEUED:
	case EV_HELD:
	case EV_RELEASED:
	case EV_EXPIRED:
		on_state(t, at, qid);
		break;
	default:
		on_note(t, at, qid);
		break;
	}
}

/* Hand the event itself on, with the trace of the message it belongs to. */
static void
put_event(struct track *t, struct event *ev)
{
	const struct node *n = node_get(&t->nodes, t->joined);
	unsigned char trace[NODE_TRACE_MAX];
	struct event_text text;

	event_write(ev, &text);
	if (n != NULL)
		rec_set(&ev->rec, F_TRACE, node_trace(&n->id, trace,
		    sizeof(trace)));
	if (!t->put(t->arg, &ev->rec))
		t->stopped = true;
}

/* The handshake of a client failed. */
static bool
is_tls_failure(const struct event *ev)
{
	return ev->kind == EV_TLS && rec_has(&ev->rec, F_CLIENT_ADDR) &&
	    rec_has(&ev->rec, F_REASON);
}

void
track_event(struct track *t, struct event *ev)
{
	struct at at;

	t->order++;
	t->joined = (struct node_ref){ .idx = 0 };
	if (ev->time.ordered && (!t->started || ev->time.sec > t->now)) {
		t->now = ev->time.sec;
		t->started = true;
		track_advance(t);
	}
	if (!locate(t, ev, &at)) {
		t->lost.unjoined += !is_foreign(ev);
		if (t->opt.events && !t->stopped && !is_foreign(ev))
			put_event(t, ev);
		return;
	}
	note_time(&at);
	if (is_foreign(ev))
		return;
	dispatch(t, &at);
	if ((t->opt.events || (t->opt.tls_failures && is_tls_failure(ev))) &&
	    !t->stopped)
		put_event(t, ev);
}

/* By the first line. */
static int
by_order(const void *a, const void *b)
{
	const struct message *x = *(struct message *const *)a;
	const struct message *y = *(struct message *const *)b;

	return x->order < y->order ? -1 : x->order > y->order;
}

struct track_lost
track_lost(const struct track *t)
{
	struct track_lost l = t->lost;

	l.words = t->names.overflow && l.unjoined == 0;
	return l;
}

void
track_end(struct track *t)
{
	struct message **v = mem_alloc(t->nopen, sizeof(struct message *));
	size_t n = 0;

	qfile_settle(t);
	for (size_t i = 0; i < LIST_N; i++)
		for (struct message *m = t->list[i].first; m != NULL;
		    m = m->next)
			v[n++] = m;
	qsort(v, n, sizeof(*v), by_order);
	for (size_t i = 0; i < n && !t->stopped; i++)
		write_message(t, v[i]);
	mem_free(v);
}
