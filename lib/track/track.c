#include "track/track.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "fmt/postfix.h"
#include "track/lines.h"
#include "track/qfile.h"

#include "base/banned.h"

/* Keys that are kept: of a delivery, a client= line, a refusal. */
static const enum field delivery_key[] = { F_TO, F_ORIG_TO, F_RELAY,
	F_STATUS, F_DSN, F_DELAY,
	F_DELAY_BEFORE, F_DELAY_QUEUE, F_DELAY_CONN, F_DELAY_XMIT, F_CONN_USE,
	F_REPLY, F_ACTION, F_STAGE, F_REPLY_CODE, F_REASON, F_TLS_POLICY,
	F_NEXT_QID, F_STAMP, F_REPEAT };
static const enum field client_key[] = { F_CLIENT_NAME, F_CLIENT_ADDR,
	F_CLIENT_PORT, F_SASL_METHOD, F_SASL_USER, F_ORIG_QID, F_ORIG_CLIENT };
static const enum field queued_key[] = { F_FROM, F_SIZE, F_NRCPT };
static const enum field reject_key[] = { F_FROM, F_TO, F_CLIENT_NAME,
	F_CLIENT_ADDR, F_CLIENT_PORT, F_HELO, F_PROTOCOL, F_SASL_METHOD,
	F_SASL_USER, F_ACTION, F_STAGE, F_REPLY_CODE, F_DSN, F_REASON,
	F_SUBJECT, F_REPEAT };

static const enum field repeat_key[] = { F_QID, F_TRACE, F_FROM, F_MESSAGE_ID,
	F_CLIENT_NAME, F_CLIENT_ADDR, F_SASL_USER, F_PATH };

#define SET(list)	field_set(list, sizeof(list) / sizeof((list)[0]))

struct track *
track_new(const struct track_opt *opt, track_put *put, void *arg)
{
	struct track *t = mem_pages(sizeof(*t));

	t->opt = *opt;
	t->put = put;
	t->arg = arg;
	names_init(&t->names);
	nodes_init(&t->nodes);
	journal_pool_init(&t->pool);
	processes_init(&t->processes, &t->pool);
	pool_init(&t->messages, sizeof(struct message));
	shelf_init(&t->shelf);
	buf_init(&t->refs, 1 << 22);
	buf_init(&t->parents, 1 << 16);
	buf_init(&t->why, 1 << 12);
	buf_init(&t->to, QFILE_RCPTS);
	buf_init(&t->bad, 1 << 12);
	t->keys.delivery = SET(delivery_key);
	t->keys.client = SET(client_key);
	t->keys.queued = SET(queued_key);
	t->keys.reject = SET(reject_key);
	t->keys.repeat = SET(repeat_key);
	qfile_init(t);
	t->conn = mem_alloc(PEERS, sizeof(*t->conn));
	return t;
}

void
track_free(struct track *t)
{
	if (t == NULL)
		return;
	while (t->list[LIST_SHELF].first != NULL)
		message_free(t, unshelve(t));
	for (size_t i = 0; i < LIST_N; i++)
		while (t->list[i].first != NULL)
			message_free(t,
			    message_awake(t, t->list[i].first));
	buf_free(&t->refs);
	buf_free(&t->parents);
	buf_free(&t->why);
	buf_free(&t->to);
	buf_free(&t->bad);
	mem_free(t->due);
	proxy_free(t);
	processes_free(&t->processes);
	pool_free(&t->messages);
	shelf_free(&t->shelf);
	nodes_free(&t->nodes);
	links_free(&t->links);
	journal_pool_free(&t->pool);
	names_free(&t->names);
	mem_free(t->conn);
	mem_pages_free(t, sizeof(*t));
}

/* What has no kind of its own. */
static void
on_other(struct track *t, struct at *at, struct slice qid)
{
	const struct rec *r = &at->ev->rec;

	if (rec_has(r, F_STAGE) && (at->ev->daemon == DM_SMTPD ||
	    at->ev->daemon == DM_NONE))
		on_broken(at);
	if (rec_has(r, F_ACTION) && rec_has(r, F_STAGE))
		on_action(t, at, qid);
	else if (qid.len > 0)
		on_note(t, at, qid);
}

static void
dispatch(struct track *t, struct at *at)
{
	struct slice qid = rec_get(&at->ev->rec, F_QID);
	bool has = qid.len > 0;

	/* One switch: which of them comes is not to be foreseen. */
	switch (at->ev->kind) {
	case EV_CONNECT:
		on_connect(t, at);
		break;
	case EV_DISCONNECT:
		on_disconnect(t, at);
		break;
	case EV_TLS:
		on_tls(t, at);
		break;
	case EV_SCREEN:
		on_tlsproxy(t, at);
		break;
	case EV_CONFIG:
		on_config(t, at);
		break;
	case EV_REJECT:
	case EV_MILTER:
	case EV_HEADER_CHECK:
		on_action(t, at, qid);
		break;
	case EV_CLIENT:
		if (has)
			on_client(t, at, qid);
		break;
	case EV_PICKUP:
		if (has)
			on_pickup(t, at, qid);
		break;
	case EV_MESSAGE_ID:
		if (has)
			on_message_id(t, at, qid);
		break;
	case EV_QUEUED:
		if (has)
			on_queued(t, at, qid);
		break;
	case EV_DELIVERY:
		if (has)
			on_delivery(t, at, qid);
		break;
	case EV_BOUNCE_NOTICE:
		if (has)
			on_notice(t, at, qid);
		break;
	case EV_HELD:
		if (rec_has(&at->ev->rec, F_ACTION))
			on_action(t, at, qid);
		else if (has)
			on_state(t, at, qid);
		break;
	case EV_REMOVED:
	case EV_DELETED:
	case EV_REQUEUED:
	case EV_RELEASED:
	case EV_EXPIRED:
		if (has)
			on_state(t, at, qid);
		break;
	case EV_OTHER:
		on_other(t, at, qid);
		break;
	default:
		if (has)
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
		(void)node_put_trace(&n->id, &t->day, trace, &ev->rec, F_TRACE);
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
track_ahead(const struct track *t, uint64_t writer, uint32_t pid)
{
	size_t i = writer % WRITERS;

	if (t->writer[i].writer == writer)
		process_ahead(&t->processes, t->writer[i].tag, pid);
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
	if (!lines_locate(t, ev, &at)) {
		t->lost.unjoined += !lines_is_foreign(ev);
		if (t->opt.events && !t->stopped && !lines_is_foreign(ev))
			put_event(t, ev);
		return;
	}
	lines_note_time(&at);
	if (lines_is_foreign(ev))
		return;
	t->pool.plain = ev->plain;
	dispatch(t, &at);
	t->pool.plain.len = 0;
	if ((t->opt.events || (t->opt.tls_failures && is_tls_failure(ev))) &&
	    !t->stopped)
		put_event(t, ev);
}

/* Nodes by the first line of their messages. */
static int
by_order(const void *a, const void *b, void *arg)
{
	const struct nodes *t = arg;
	uint64_t x = listed_order(node_at(t, *(const uint32_t *)a)->msg);
	uint64_t y = listed_order(node_at(t, *(const uint32_t *)b)->msg);

	return x < y ? -1 : x > y;
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
	uint32_t *v = mem_alloc(t->nopen, sizeof(*v));
	size_t n = 0;

	qfile_settle(t);
	for (size_t i = 0; i < LIST_N; i++)
		for (struct listed *l = t->list[i].first; l != NULL;
		    l = l->next)
			v[n++] = listed_node(l).idx;
	t->list[LIST_SHELF] = (struct list){ .first = NULL };
	qsort_r(v, n, sizeof(*v), by_order, &t->nodes);
	for (size_t i = 0; i < n; i++) {
		struct message *m = message_at(t, node_at(&t->nodes, v[i]));

		if (!t->stopped)
			write_message(t, m);
		else
			message_free(t, m);
	}
	mem_free(v);
}
