#include "track/qfile.h"

#include "base/hash.h"
#include "fmt/queueid.h"

#include "base/banned.h"

/* What is kept of a `file` record, and what of it goes into the message. */
static const enum field file_key[] = { F_FROM, F_MESSAGE_ID, F_CONTENT, F_NRCPT,
	F_CLIENT_NAME, F_CLIENT_ADDR, F_CLIENT_PORT, F_HELO, F_PROTOCOL,
	F_SASL_METHOD, F_SASL_USER, F_UID, F_SUBJECT, F_ORIG_CLIENT, F_ORIG_QID,
	F_QUEUE, F_NEXT_TRY, F_DONE, F_PENDING };

void
qfile_init(struct track *t)
{
	t->keys.file =
	    field_set(file_key, sizeof(file_key) / sizeof(file_key[0]));
}

/* Fill in seconds and nanoseconds, as of a line. */
static bool
time_of(const struct rec *r, enum field f, struct event_time *t)
{
	unsigned int digits = 0;

	if (!rec_has(r, f) ||
	    !caltime_parse(r->v[f], &t->sec, &t->nsec, &digits))
		return false;
	t->known = t->ordered = true;
	t->digits = (uint8_t)digits;
	return true;
}

/* Host, instance and tag of a queue file: nobody logged it. */
static bool
lines_locate(struct track *t, struct event *ev, struct at *at)
{
	const struct rec *r = &ev->rec;

	*at = (struct at){ .ev = ev };
	at->ref = (struct ref){ .off = ev->off,
		.len = ev->len == 0	? 1 :
		    ev->len > QFILE_REF ? QFILE_REF :
					  (uint32_t)ev->len,
		.src = names_src(&t->names, ev->src) };
	at->sec = ev->time.ordered ? ev->time.sec : t->now;
	at->note = names_note(&t->names, rec_get(r, F_TIME_NOTE));
	at->host = names_host(&t->names, rec_get(r, F_HOST));
	if (at->host == NULL)
		return false;
	at->instance =
	    names_instance(&t->names, at->host, rec_get(r, F_INSTANCE));
	if (at->instance == NULL)
		return false;
	at->tag = names_tag(
	    &t->names, at->instance, slice_of("", 0), slice_of("", 0));
	return at->tag != NULL;
}

static enum qfile_place
place_of(const struct rec *r)
{
	struct slice q = rec_get(r, F_QUEUE);

	if (slice_eq(rec_get(r, F_FORMAT), SLICE("bounce-log")))
		return QFILE_LOG;
	if (slice_eq(q, SLICE("deferred")))
		return QFILE_DEFERRED;
	if (slice_eq(q, SLICE("hold")))
		return QFILE_HOLD;
	return slice_eq(q, SLICE("maildrop")) ? QFILE_MAILDROP : QFILE_QUEUED;
}

/* The TLS of our own Received header. */
static void
take_tls(struct track *t, const struct rec *r, struct file_head *h)
{
	struct ref ref = { .src = names_src(&t->names, rec_get(r, F_TLS_SRC)) };
	uint64_t len;

	if (!slice_eq(rec_get(r, F_TLS_PROOF), SLICE("proven")) ||
	    !slice_u64(rec_get(r, F_TLS_OFF), UINT64_MAX, &ref.off) ||
	    !slice_u64(rec_get(r, F_TLS_LEN), UINT32_MAX, &len) || len == 0)
		return;
	ref.len = (uint32_t)len;
	if (slice_eq(rec_get(r, F_TLS), SLICE("encrypted")))
		h->tls_status = TLS_ENCRYPTED;
	else if (slice_eq(rec_get(r, F_TLS), SLICE("plaintext")))
		h->tls_status = TLS_PLAINTEXT;
	else
		return;
	tlsinfo_take(&t->names, &h->tls, r, ref);
}

/* When the file was made: by itself, else when the message came. */
static int64_t
made_at(const struct rec *r, const struct at *at, enum qfile_place place)
{
	struct event_time made;

	if (place == QFILE_LOG)
		return time_of(r, F_MTIME, &made) ? made.sec : at->sec;
	return time_of(r, F_CREATED, &made) ? made.sec : at->sec;
}

/* Links by queue IDs and Message-ID, as lines of the log make them. */
static void
link_file(struct track *t, const struct at *at, struct message *m,
    const struct qfile *q)
{
	const struct rec *r = &at->ev->rec;
	struct slice orig = rec_get(r, F_ORIG_QID);
	struct node *n = node_get(&t->nodes, m->node);

	if (n->mid_hash == 0)
		n->mid_hash = q->mid_hash;
	if (n->arrival == 0 && rec_has(r, F_CLIENT_ADDR))
		n->arrival = q->made == 0 ? 1 : q->made;
	if (queueid_valid(orig) && !slice_eq(orig, ident_qid(&n->id)))
		join_orig(t, at, m, orig, WHY_ORIG_QID);
	join_waiting(t, m);
}

/* A `file` record: the life that it belongs to. */
static void
on_file(struct track *t, struct at *at, const struct track_spool *spool)
{
	const struct rec *r = &at->ev->rec;
	struct slice qid = rec_get(r, F_QID), mid = rec_get(r, F_MESSAGE_ID);
	struct file_head h;
	struct qfile q;
	struct message *m;

	t->filed = (struct node_ref){ .idx = 0 };
	if (!queueid_valid(qid) || qid.len > NODE_QID_MAX)
		return;
	memset(&h, 0, sizeof(h));
	h.kind = HEAD_FILE;
	h.place = (unsigned char)place_of(r);
	h.spool = spool;
	q = (struct qfile){ .made = made_at(r, at, (enum qfile_place)h.place),
		.mid_hash = mid.len > 2 ? hash_bytes(mid, 4) : 0,
		.log = h.place == QFILE_LOG };
	if (q.log)
		(void)time_of(r, F_MTIME, &at->ev->time);
	m = join_file(t, at, qid, &q);
	take_tls(t, r, &h);
	if (m->l.nrefs > 0)
		node_get(&t->nodes, m->node)->id.instance->spool = spool;
	if (!journal_block(&t->pool, &m->journal, slice_of(&h, sizeof(h)), r,
		&t->keys.file))
		return;
	m->saw |= SAW_FILE;
	message_ref(t, m, at);
	t->filed = m->node;
	if (!q.log)
		link_file(t, at, m, &q);
}

/* A recipient, with what the logs of bounce and defer say of it. */
static void
on_rcpt(struct track *t, const struct at *at, struct message *m)
{
	struct rec *r = &at->ev->rec;
	struct slice status = rec_get(r, F_STATUS), reason;
	struct delivery_head h;

	reason = rec_get(r, F_REASON);
	memset(&h, 0, sizeof(h));
	h.kind = HEAD_RCPT;
	h.tag = at->tag;
	h.time = at->ev->time;
	h.ref = at->ref;
	if (slice_eq(status, SLICE("deferred")) ||
	    slice_eq(status, SLICE("bounced")))
		h.note = names_note(&t->names, SLICE("file-time"));
	else
		h.time.known = false;
	/* The logged text in parentheses. */
	if (reason.len > 0)
		rec_set(r, F_REPLY, reason);
	rec_unset(r, F_REASON);
	h.verdict = verdict_unlogged(r);
	if (slice_eq(status, SLICE("deferred")))
		m->l.done |= DONE_DEFERRED;
	else if (slice_eq(status, SLICE("bounced")))
		m->l.done |= DONE_BOUNCED;
	if (journal_block(&t->pool, &m->journal, slice_of(&h, sizeof(h)), r,
		&t->keys.delivery))
		m->nfiled++;
	if (reason.len > 0)
		rec_set(r, F_REASON, reason);
}

void
track_qfile(struct track *t, struct event *ev, const struct track_spool *spool)
{
	bool file = slice_eq(rec_get(&ev->rec, F_TYPE), SLICE("file"));
	unsigned char trace[NODE_TRACE_MAX];
	struct rec given = ev->rec;
	const struct node *n;
	struct message *m;
	struct at at;

	t->order++;
	if (!lines_locate(t, ev, &at))
		t->lost.unjoined++;
	else if (file)
		on_file(t, &at, spool);
	else if (slice_eq(rec_get(&ev->rec, F_EVENT), SLICE("recipient")) &&
	    (n = node_get(&t->nodes, t->filed)) != NULL &&
	    (m = message_at(t, n)) != NULL)
		on_rcpt(t, &at, m);
	if (t->stopped || (!file && !t->opt.events))
		return;
	n = node_get(&t->nodes, t->filed);
	if (n != NULL)
		(void)node_put_trace(&n->id, &t->day, trace, &given, F_TRACE);
	if (!t->put(t->arg, &given))
		t->stopped = true;
}

struct file_head
qfile_head(const struct message *m, struct rec *r)
{
	struct file_head h = { .kind = 0 }, next;
	struct journal_at pos = { .piece = NULL };
	struct journal_entry e;

	if (r != NULL)
		rec_clear(r);
	if ((m->saw & SAW_FILE) == 0)
		return h;
	/* Of several copies the latest that is not only a log. */
	while (journal_next(&m->journal, &pos, &e) != JOURNAL_END) {
		if (e.kind != JOURNAL_BLOCK || e.head.ptr[0] != HEAD_FILE)
			continue;
		memcpy(&next, e.head.ptr, sizeof(next));
		if (h.kind != 0 && next.place == QFILE_LOG)
			continue;
		h = next;
		if (r != NULL) {
			rec_clear(r);
			journal_facts(e.facts, r);
		}
	}
	return h;
}

enum qfile_place
qfile_place(const struct message *m)
{
	struct file_head h = qfile_head(m, NULL);

	return h.kind == 0 ? QFILE_QUEUED : (enum qfile_place)h.place;
}

struct verdict
qfile_inbound(
    const struct message *m, const struct file_head *h, struct verdict v)
{
	/* Behind a filter the header tells of the filter's connection. */
	if (h->tls_status != TLS_ABSENT && v.proof != PROOF_PROVEN &&
	    m->front == NULL)
		return (struct verdict){ .status = h->tls_status,
			.proof = PROOF_PROVEN,
			.why = TLS_WHY_RECEIVED,
			.ref = h->tls.ref };
	/* Its own header says by whom it was submitted. */
	if (v.proof != PROOF_PROVEN && (m->saw & SAW_ARRIVAL) == 0) {
		struct rec r;

		(void)qfile_head(m, &r);
		if (rec_has(&r, F_UID))
			return (struct verdict){ .status = TLS_LOCAL,
				.proof = PROOF_PROVEN,
				.why = TLS_WHY_SUBMITTED };
	}
	return v;
}

void
qfile_settle(struct track *t)
{
	struct file_head h;

	for (size_t i = 0; i < LIST_N; i++)
		for (struct listed *l = t->list[i].first; l != NULL;
		     l = l->next) {
			const struct message *m = (struct message *)l;

			/* What has a file does not sleep. */
			if (l->asleep || (m->saw & SAW_FILE) == 0 ||
			    l->nrefs < 2)
				continue;
			h = qfile_head(m, NULL);
			node_get(&t->nodes, m->node)->id.instance->spool =
			    h.spool;
		}
}
