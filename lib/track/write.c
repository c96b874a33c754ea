#include "track/core.h"

#include "track/qfile.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/caltime.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"
#include "fmt/peer.h"
#include "fmt/postfix.h"

#include "base/banned.h"

#define DAY	86400

/* Text of the numbers of one record. */
struct numbers {
	unsigned char	text[16][CALTIME_MAX];
	size_t		n;
};

static void
put_number(struct rec *r, struct numbers *x, enum field f, uint64_t v)
{
	unsigned char *dst = x->text[x->n++];

	rec_set(r, f, slice_of(dst, num_u64(dst, v)));
}

/* The text of a time; most are of the same day as the one before. */
static void
put_time(struct track *k, struct rec *r, struct numbers *x, enum field f,
    const struct event_time *t)
{
	unsigned char *dst = x->text[x->n++];
	int64_t in_day = t->sec - k->day;
	size_t n;

	if (!t->known)
		return;
	if (k->day_known && t->digits == 0 && in_day >= 0 && in_day < DAY) {
		memcpy(dst, k->day_text, CALTIME_DAY);
		n = CALTIME_DAY + caltime_clock(dst + CALTIME_DAY,
		    (uint32_t)in_day);
	} else {
		n = caltime_text(dst, t->sec, t->nsec, t->digits);
		if (n > CALTIME_DAY) {
			k->day = t->sec - (t->sec % DAY + DAY) % DAY;
			memcpy(k->day_text, dst, CALTIME_DAY);
			k->day_known = true;
		}
	}
	if (n > 0)
		rec_set(r, f, slice_of(dst, n));
}

/* src, off, len of a line. */
static void
put_ref(const struct track *t, struct rec *r, struct numbers *x,
    const struct ref *ref)
{
	rec_set(r, F_SRC, t->names.src[ref->src]);
	put_number(r, x, F_OFF, ref->off);
	put_number(r, x, F_LEN, ref->len);
}

/* The verdict and the line that proves it. */
static void
put_verdict(const struct track *t, struct rec *r, struct numbers *x,
    const struct verdict *v, const struct ref *own)
{
	const struct ref *ref = v->ref.len != 0 ? &v->ref : own;

	verdict_put(v, r);
	if (v->status == TLS_ABSENT || v->proof == PROOF_NONE || ref->len == 0)
		return;
	rec_set(r, F_TLS_SRC, t->names.src[ref->src]);
	put_number(r, x, F_TLS_OFF, ref->off);
	put_number(r, x, F_TLS_LEN, ref->len);
}

static void
out(struct track *t)
{
	if (!t->stopped && !t->put(t->arg, &t->out))
		t->stopped = true;
}

/* The inbound handshake that the journal holds; ref.len 0 without. */
static void
find_handshake(const struct message *m, struct tlsinfo *tls)
{
	struct journal_entry e;
	struct tls_head head;
	struct journal_at pos = { .piece = NULL };

	tls->ref.len = 0;
	while (journal_next(&m->journal, &pos, &e) != JOURNAL_END)
		if (e.kind == JOURNAL_BLOCK && e.head.ptr[0] == HEAD_TLS) {
			memcpy(&head, e.head.ptr, sizeof(head));
			*tls = head.tls;
		}
}

struct verdict
message_inbound(const struct message *m, const struct tlsinfo *tls)
{
	const struct session *s = m->session;
	struct inbound in = { .handshake = NULL };
	const struct tag *g = m->tag;

	if ((m->saw & (SAW_CLIENT | SAW_REJECT)) == 0) {
		if (m->saw & SAW_PICKUP)
			return (struct verdict){ .status = TLS_LOCAL,
				.proof = PROOF_PROVEN, .why = TLS_WHY_SUBMITTED };
		if (m->saw & SAW_NOTICE)
			return (struct verdict){ .status = TLS_LOCAL,
				.proof = PROOF_PROVEN, .why = TLS_WHY_INTERNAL };
	}
	in.screened = m->reject && s == NULL;
	if (tlsinfo_known(tls))
		in.handshake = tls;
	if (s != NULL) {
		in.session = true;
		if (in.handshake == NULL && tlsinfo_known(&s->tls))
			in.later = &s->tls;
		in.counted = s->counted;
		in.starttls = s->starttls;
		in.starttls_tried = s->starttls_tried;
		in.end_ref = s->end_ref;
		in.wrapper = verdict_wrapper_service(g->service);
		in.any_service = g->lost && g->wrapper;
		/* A service known for STARTTLS, or one that logs TLS. */
		in.no_wrapper = !g->lost && !g->wrapper &&
		    (verdict_starttls_service(g->service) ||
		    (g->tls.logs && g->tls.gap_epoch == g->host->gap_epoch));
	}
	return verdict_inbound(&in);
}

/* OFF+LEN of a line; "@SRC" behind one of another source. */
static void
put_line(const struct track *t, const struct message *m, const struct ref *ref,
    struct buf *b)
{
	struct slice src;
	unsigned char *at;

	if (!buf_reserve(b, NUM_MAX * 2 + 2))
		return;
	at = b->ptr + b->len;
	*at = ' ';
	at += b->len > 0;
	at += num_u64(at, ref->off);
	*at++ = '+';
	at += num_u64(at, ref->len);
	b->len = (size_t)(at - b->ptr);
	if (ref->src == m->ref.src)
		return;
	src = t->names.src[ref->src];
	(void)buf_addc(b, '@');
	for (size_t i = 0; i < src.len; i++) {
		if (src.ptr[i] == ' ')
			(void)buf_add(b, SLICE("%20"));
		else
			(void)buf_addc(b, src.ptr[i]);
	}
}

void
write_due(struct track *t, const struct journal_entry *e, struct journal_at at)
{
	struct delivery_head h;
	struct due *v;
	size_t i = t->ndue;

	if (t->ndue == t->capdue) {
		size_t cap = t->capdue == 0 ? 64 : t->capdue * 2;

		t->due = mem_grow(t->due, t->capdue, cap, sizeof(*t->due));
		t->capdue = cap;
	}
	v = t->due;
	memcpy(&h, e->head.ptr, sizeof(h));
	/* Nearly sorted: insertion keeps the order of equal times. */
	while (i > 0 && h.time.ordered && (v[i - 1].sec > h.time.sec ||
	    (v[i - 1].sec == h.time.sec && v[i - 1].nsec > h.time.nsec))) {
		v[i] = v[i - 1];
		i--;
	}
	v[i] = (struct due){ .sec = h.time.sec, .nsec = h.time.nsec,
		.at = at };
	t->ndue++;
}

/* Read the journal once: facts, lines, handshake, deliveries. */
static void
read_journal(struct track *t, const struct message *m, struct rec *r,
    struct tlsinfo *tls)
{
	struct journal_entry e;
	struct tls_head head;
	struct journal_at pos = { .piece = NULL }, start = pos;

	tls->ref.len = 0;
	t->ndue = 0;
	t->refs.len = 0;
	for (; journal_next(&m->journal, &pos, &e) != JOURNAL_END;
	    start = pos) {
		switch (e.kind) {
		case JOURNAL_FACT:
			rec_set(r, e.field, e.value);
			break;
		case JOURNAL_LINE:
			put_line(t, m, &e.line, &t->refs);
			break;
		default:
			if (e.head.ptr[0] == HEAD_DELIVERY) {
				write_due(t, &e, start);
				break;
			}
			if (e.head.ptr[0] != HEAD_TLS)
				break;
			memcpy(&head, e.head.ptr, sizeof(head));
			*tls = head.tls;
			break;
		}
	}
}

/* One recipient's latest outcome. */
struct last {
	uint64_t	hash;
	unsigned char	done;
};

/* The bits of every recipient's latest outcome among held deliveries. */
static unsigned char
latest(const struct message *m)
{
	struct journal_entry e;
	struct rec r;
	struct last *v;
	size_t cap = 16;
	struct journal_at pos = { .piece = NULL };
	unsigned char done = 0;
	bool file;

	while (cap < ((size_t)m->ndelivery + m->nfiled) * 2)
		cap *= 2;
	v = mem_alloc(cap, sizeof(*v));
	while (journal_next(&m->journal, &pos, &e) != JOURNAL_END) {
		struct slice status;
		uint64_t h;
		size_t i;

		if (e.kind != JOURNAL_BLOCK || (e.head.ptr[0] != HEAD_DELIVERY &&
		    e.head.ptr[0] != HEAD_RCPT))
			continue;
		rec_clear(&r);
		journal_facts(e.facts, &r);
		status = rec_get(&r, F_STATUS);
		if (slice_eq(status, SLICE("rejected")))
			continue;
		file = e.head.ptr[0] == HEAD_RCPT;
		if (file && !slice_eq(status, SLICE("deferred")) &&
		    !slice_eq(status, SLICE("bounced")))
			continue;
		h = hash_bytes(rec_get(&r, F_TO), 5) | 1;
		for (i = h & (cap - 1); v[i].hash != 0 && v[i].hash != h;)
			i = (i + 1) & (cap - 1);
		/* A line of the log says more. */
		if (file && v[i].hash != 0)
			continue;
		v[i].hash = h;
		if (slice_eq(status, SLICE("sent")) ||
		    slice_eq(status, SLICE("deliverable")))
			v[i].done = DONE_SENT;
		else if (slice_eq(status, SLICE("bounced")) ||
		    slice_eq(status, SLICE("undeliverable")))
			v[i].done = DONE_BOUNCED;
		else
			v[i].done = DONE_DEFERRED;
	}
	for (size_t i = 0; i < cap; i++)
		done |= v[i].done;
	mem_free(v);
	return done;
}

/*
 * Of a removal whose author is not known: qmgr removes what is settled, so
 * what was not was deleted by postsuper.
 */
static bool
deleted_unseen(const struct message *m)
{
	unsigned char done;

	if ((m->saw & SAW_NO_NAME) == 0 || (m->saw & SAW_EXPIRED) != 0)
		return false;
	done = latest(m);
	return (done & DONE_DEFERRED) || (done == 0 && (m->saw &
	    (SAW_HELD | SAW_QUEUED)) != 0);
}

/* One word for what became of the message. */
static struct slice
status_of(const struct message *m)
{
	unsigned char done = m->done & (DONE_SENT | DONE_BOUNCED |
	    DONE_DEFERRED);
	enum qfile_place place = QFILE_LOG;

	if (m->reject)
		return SLICE("rejected");
	if (m->saw & SAW_FILE)
		place = qfile_place(m);
	if (m->saw & SAW_REQUEUED)
		return SLICE("requeued");
	if ((m->saw & SAW_DELETED) || deleted_unseen(m))
		return SLICE("deleted");
	if ((m->saw & SAW_DISCARD) && done == 0)
		return SLICE("discarded");
	if (place == QFILE_HOLD && (m->saw & SAW_END) == 0)
		return SLICE("held");
	if ((m->saw & SAW_HELD) && (m->saw & SAW_END) == 0 &&
	    place == QFILE_LOG &&
	    ((m->saw & SAW_REJECT) == 0 || (m->saw & SAW_CLEANUP) != 0))
		return SLICE("held");
	if ((m->saw & SAW_REMOVED) || (m->saw & SAW_EXPIRED))
		done &= (unsigned char)~DONE_DEFERRED;
	else if (done & (done - 1))
		done = latest(m) | (m->done_early & (DONE_SENT | DONE_BOUNCED));
	if (place == QFILE_DEFERRED && (m->saw & (SAW_END | SAW_EXPIRED)) == 0)
		done |= DONE_DEFERRED;
	if (m->saw & SAW_EXPIRED)
		return done & DONE_SENT ? SLICE("mixed") : SLICE("expired");
	switch (done) {
	case DONE_SENT:
		return SLICE("sent");
	case DONE_BOUNCED:
		return SLICE("bounced");
	case DONE_DEFERRED:
		return SLICE("deferred");
	case 0:
		if ((m->saw & SAW_REJECT) && (m->saw & SAW_QUEUED) == 0)
			return SLICE("rejected");
		return SLICE("unknown");
	default:
		return SLICE("mixed");
	}
}

/* complete, and what was not seen. */
static void
put_complete(const struct message *m, struct rec *r)
{
	bool arrival = (m->saw & SAW_ARRIVAL) != 0;
	bool queued = (m->saw & (SAW_QUEUED | SAW_CANCELED | SAW_DISCARD |
	    SAW_HOLD | SAW_REJECT)) != 0;
	enum qfile_place place = (m->saw & SAW_FILE) != 0 ? qfile_place(m) :
	    QFILE_LOG;
	bool end = (m->saw & SAW_END) != 0;

	/* A queue file says how its message came, and that it was queued. */
	arrival = arrival || place != QFILE_LOG;
	queued = queued || (place != QFILE_LOG && place != QFILE_MAILDROP);
	rec_set(r, F_COMPLETE, arrival && end ? SLICE("true") : SLICE("false"));
	if (!arrival)
		rec_set(r, F_MISSING, queued ? (end ? SLICE("arrival") :
		    SLICE("arrival removal")) : (end ? SLICE("arrival queued") :
		    SLICE("arrival queued removal")));
	else if (!queued)
		rec_set(r, F_MISSING, end ? SLICE("queued") :
		    SLICE("queued removal"));
	else if (!end)
		rec_set(r, F_MISSING, SLICE("removal"));
}

/* parent, parent_why: the traces in one string, the words in another. */
static void
put_parents(struct track *t, const struct node *n, struct rec *r)
{
	unsigned char text[NODE_TRACE_MAX];
	struct buf *traces = &t->parents, *why = &t->why;

	traces->len = why->len = 0;
	for (size_t i = 0; i < node_nparent(n); i++) {
		const struct node *p = node_get(&t->nodes, n->links->parent[i]);

		if (p == NULL)
			continue;
		if (traces->len > 0) {
			(void)buf_addc(traces, ' ');
			(void)buf_addc(why, ' ');
		}
		(void)buf_add(traces, node_trace(&p->id, text, sizeof(text)));
		(void)buf_add(why, node_why[n->links->why[i]]);
	}
	if (traces->len == 0)
		return;
	rec_set(r, F_PARENT, buf_slice(traces));
	rec_set(r, F_PARENT_WHY, buf_slice(why));
}

/* A Postfix server's own answer, not one passed on by a filter. */
static bool
direct_answer(struct slice reply)
{
	struct slice bytes;

	if (!slice_take(&reply, SLICE("250 2.0.0 Ok: ")))
		return false;
	if (slice_starts(reply, SLICE("queued as ")))
		return true;
	return slice_cut(reply, ' ', &bytes, &reply) && slice_digits(bytes) &&
	    slice_starts(reply, SLICE("bytes queued as "));
}

/* What the next host's log says of a hop that this one did not log. */
static void
ask_peer(const struct track *t, const struct message *m,
    const struct node *child, const struct rec *r, struct verdict *v)
{
	const struct node *self = node_get(&t->nodes, m->node);
	struct file_head file;
	struct verdict in;
	struct tlsinfo tls;

	if (v->status != TLS_UNKNOWN ||
	    child->id.instance == self->id.instance ||
	    !direct_answer(rec_get(r, F_REPLY)))
		return;
	if (child->msg != NULL) {
		find_handshake(child->msg, &tls);
		in = message_inbound(child->msg, &tls);
		file = qfile_head(child->msg, NULL);
		if (file.kind != 0)
			in = qfile_inbound(child->msg, &file, in);
	} else
		in = (struct verdict){ .status = child->tls_in,
			.ref = child->tls_ref };
	if (in.status != TLS_AUTHENTICATED && in.status != TLS_ENCRYPTED &&
	    in.status != TLS_PLAINTEXT)
		return;
	v->status = in.status == TLS_AUTHENTICATED ? TLS_ENCRYPTED : in.status;
	v->proof = PROOF_PROVEN;
	v->why = TLS_WHY_PEER_LOG;
	v->ref = in.ref;
}

static void
put_tag(const struct tag *g, struct rec *r)
{
	rec_set(r, F_HOST, g->host->name);
	rec_set(r, F_INSTANCE, g->instance->name);
	if (g->service.len > 0)
		rec_set(r, F_SERVICE, g->service);
}

/* What a refusal without queue ID has of its own. */
static void
put_reject(const struct message *m, struct rec *r, struct numbers *x)
{
	struct slice c;

	if (m->tag->daemon != DM_NONE)
		rec_set(r, F_DAEMON, daemon_name[m->tag->daemon]);
	if (m->pid != 0)
		put_number(r, x, F_PID, m->pid);
	c = postfix_reason_class(rec_get(r, F_REASON), rec_get(r, F_DSN));
	if (c.len > 0)
		rec_set(r, F_REASON_CLASS, c);
}

/* One delivery record; base holds what it repeats of its message. */
static void
write_delivery(struct track *t, const struct message *m,
    const struct journal_entry *e, const struct rec *base)
{
	static const enum field repeat[] = { F_QID, F_TRACE, F_FROM,
		F_MESSAGE_ID, F_CLIENT_NAME, F_CLIENT_ADDR, F_SASL_USER,
		F_PATH };
	struct delivery_head h;
	struct numbers x = { .n = 0 };
	struct rec *r = &t->out;
	struct slice next, why;
	struct peer p;

	memcpy(&h, e->head.ptr, sizeof(h));
	rec_clear(r);
	journal_facts(e->facts, r);
	rec_set(r, F_TYPE, SLICE("delivery"));
	put_time(t, r, &x, F_TIME, &h.time);
	if (h.note != 0)
		rec_set(r, F_TIME_NOTE, t->names.note[h.note]);
	if (rec_has(r, F_RELAY) && peer_parse(r->v[F_RELAY], &p)) {
		rec_set(r, F_RELAY_NAME, p.name);
		rec_set(r, F_RELAY_ADDR, p.addr);
		if (p.port.len > 0)
			rec_set(r, F_RELAY_PORT, p.port);
	}
	put_tag(h.tag, r);
	if (h.kind == HEAD_RCPT)
		rec_set(r, F_INSTANCE, node_get(&t->nodes, m->node)->
		    id.instance->name);
	if (h.daemon != DM_NONE)
		rec_set(r, F_DAEMON, daemon_name[h.daemon]);
	if (h.pid != 0)
		put_number(r, &x, F_PID, h.pid);
	for (size_t i = 0; i < sizeof(repeat) / sizeof(repeat[0]); i++)
		if (rec_has(base, repeat[i]))
			rec_set(r, repeat[i], base->v[repeat[i]]);
	next = rec_get(r, F_NEXT_QID);
	if (next.len > 0) {
		const struct node *child = join_child(t, m->node, next);

		if (child != NULL) {
			rec_set(r, F_NEXT_HOST, child->id.instance->host->name);
			ask_peer(t, m, child, r, &h.verdict);
		}
	}
	why = rec_get(r, rec_has(r, F_REASON) ? F_REASON : F_REPLY);
	if (!slice_eq(rec_get(r, F_STATUS), SLICE("sent"))) {
		why = postfix_reason_class(why, rec_get(r, F_DSN));
		if (why.len > 0)
			rec_set(r, F_REASON_CLASS, why);
	}
	if (h.words != NULL) {
		struct tlsinfo tls = { .words = h.words, .reused = h.reused };

		tlsinfo_put(&tls, r);
	}
	put_ref(t, r, &x, &h.ref);
	if (h.line != 0)
		put_number(r, &x, F_LINE, h.line);
	put_verdict(t, r, &x, &h.verdict, &h.ref);
	out(t);
}

/* The deliveries held, in time order. */
static void
write_deliveries(struct track *t, const struct message *m,
    const struct rec *base)
{
	struct journal_entry e;

	for (size_t i = 0; i < t->ndue && !t->stopped; i++) {
		struct journal_at pos = t->due[i].at;

		(void)journal_next(&m->journal, &pos, &e);
		write_delivery(t, m, &e, base);
	}
}

/* Text that a message record needs for as long as it lives. */
struct texts {
	unsigned char	trace[NODE_TRACE_MAX];
	unsigned char	path[NODE_TRACE_MAX];
	struct numbers	x;
};

/* The TLS of a postscreen session is tlsproxy's, at the same address. */
static void
screened(struct track *t, const struct node *n, const struct rec *r,
    const struct message *m, struct tlsinfo *tls)
{
	uint64_t key;
	const struct peer_conn *c = conn_slot(t, n->id.instance->host,
	    rec_get(r, F_CLIENT_ADDR), rec_get(r, F_CLIENT_PORT), &key);

	if (c->key == key && c->sec <= m->first.sec + SWAPPED)
		*tls = c->tls;
}

/* What the node keeps when the message is gone. */
static void
leave(struct node *n, const struct message *m, const struct verdict *v,
    const struct ident *root, uint32_t hop)
{
	n->hop = hop;
	if (hop > 1)
		n->links->root = *root;
	n->tls_in = v->status;
	n->tls_ref = v->ref.len != 0 ? v->ref : m->ref;
}

/* Fill r with the message record; t->due then holds its deliveries. */
static void
make_message(struct track *t, struct message *m, struct node *n,
    struct rec *r, struct texts *s)
{
	struct tlsinfo tls;
	struct file_head file;
	struct verdict v, in;
	struct ident root;
	uint32_t hop = 1;

	s->x.n = 0;
	rec_clear(r);
	read_journal(t, m, r, &tls);
	rec_set(r, F_TYPE, SLICE("message"));
	put_time(t, r, &s->x, F_TIME, &m->first);
	put_time(t, r, &s->x, F_END, &m->last);
	if (m->note != 0)
		rec_set(r, F_TIME_NOTE, t->names.note[m->note]);
	rec_set(r, F_HOST, n->id.instance->host->name);
	rec_set(r, F_INSTANCE, n->id.instance->name);
	if (m->tag->service.len > 0 && (m->saw & (SAW_CLIENT | SAW_REJECT)))
		rec_set(r, F_SERVICE, m->tag->service);
	rec_set(r, F_QID, ident_qid(&n->id));
	rec_set(r, F_TRACE, node_trace(&n->id, s->trace, sizeof(s->trace)));
	rec_set(r, F_STATUS, status_of(m));
	if (m->reject)
		put_reject(m, r, &s->x);
	if (m->reject && m->tag->daemon == DM_POSTSCREEN)
		screened(t, n, r, m, &tls);
	in = v = message_inbound(m, &tls);
	if (m->saw & SAW_FILE) {
		file = qfile_head(m, NULL);
		v = qfile_inbound(m, &file, v);
		if (v.why == TLS_WHY_RECEIVED)
			tlsinfo_put_words(&file.tls, r);
	}
	if (v.why == TLS_WHY_HANDSHAKE || v.why == TLS_WHY_CLIENT_CERT)
		tlsinfo_put(&tls, r);
	put_verdict(t, r, &s->x, &v, &m->ref);
	if (node_nparent(n) == 0) {
		rec_set(r, F_PATH, r->v[F_TRACE]);
		root = n->id;
	} else {
		node_path(&t->nodes, n, &root, &hop);
		put_parents(t, n, r);
		rec_set(r, F_PATH, node_trace(&root, s->path,
		    sizeof(s->path)));
	}
	put_number(r, &s->x, F_HOP, hop);
	if (!m->reject)
		put_complete(m, r);
	if ((m->saw & SAW_FILE) || n->id.instance->spool != NULL)
		qfile_merge(t, m, &in, r);
	put_ref(t, r, &s->x, &m->ref);
	if (m->line != 0)
		put_number(r, &s->x, F_LINE, m->line);
	rec_set(r, F_REFS, buf_slice(&t->refs));
	leave(n, m, &v, &root, hop);
}

void
write_message(struct track *t, struct message *m)
{
	struct node *n = node_get(&t->nodes, m->node);
	struct texts s;
	struct rec *base = &t->tmp;

	make_message(t, m, n, base, &s);
	if (!t->stopped && !t->put(t->arg, base))
		t->stopped = true;
	write_deliveries(t, m, base);
	if (m->mid_listed)
		join_unlist_mid(t, m);
	node_written(&t->nodes, m->node, t->now);
	message_free(t, m);
}

/*
 * Too many deliveries to hold: write them now, keep the rest.  The journal
 * is rebuilt without them.
 */
void
write_early(struct track *t, struct message *m)
{
	struct node *n = node_get(&t->nodes, m->node);
	struct journal old = m->journal;
	struct journal_entry e;
	struct texts s;
	struct journal_at pos = { .piece = NULL };
	struct field_set all;

	memset(&all, 0xff, sizeof(all));
	make_message(t, m, n, &t->tmp, &s);
	write_deliveries(t, m, &t->tmp);
	m->journal = (struct journal){ .first = NULL };
	while (journal_next(&old, &pos, &e) != JOURNAL_END) {
		if (e.kind == JOURNAL_FACT)
			(void)journal_fact(&t->pool, &m->journal, e.field,
			    e.value);
		else if (e.kind == JOURNAL_LINE)
			(void)journal_line(&t->pool, &m->journal, &e.line);
		else if (e.head.ptr[0] != HEAD_DELIVERY) {
			rec_clear(&t->out);
			journal_facts(e.facts, &t->out);
			(void)journal_block(&t->pool, &m->journal, e.head,
			    &t->out, &all);
		}
	}
	journal_drop(&t->pool, &old);
	m->done_early |= m->done;
	m->ndelivery = 0;
}

void
write_link(struct track *t, struct node *child, struct node *parent,
    enum node_why why)
{
	unsigned char a[NODE_TRACE_MAX], b[NODE_TRACE_MAX];
	struct rec *r = &t->out;

	rec_clear(r);
	rec_set(r, F_TYPE, SLICE("link"));
	rec_set(r, F_HOST, child->id.instance->host->name);
	rec_set(r, F_QID, ident_qid(&child->id));
	rec_set(r, F_TRACE, node_trace(&child->id, a, sizeof(a)));
	rec_set(r, F_PARENT, node_trace(&parent->id, b, sizeof(b)));
	rec_set(r, F_PARENT_WHY, node_why[why]);
	out(t);
}
