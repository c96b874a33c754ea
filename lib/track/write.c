#include "track/write.h"

#include "base/buf.h"
#include "fmt/postfix.h"
#include "track/qfile.h"

#include "base/banned.h"

/* Read the journal once: facts, lines, handshake, deliveries. */
static void
read_journal(struct track *t, const struct message *m, struct rec *r,
    struct tlsinfo *tls)
{
	struct journal_entry e;
	struct tls_head head;
	struct journal_at pos = { .piece = NULL };

	tls->ref.len = 0;
	t->ndue = 0;
	t->refs.len = 0;
	t->refs_ready = true;
	while (journal_next(&m->journal, &pos, &e) != JOURNAL_END) {
		switch (e.kind) {
		case JOURNAL_FACT:
			rec_set_ready(r, e.field, e.value, e.ready);
			break;
		case JOURNAL_LINE:
			if (!t->opt.no_refs)
				write_line(t, m, &e.line);
			break;
		default:
			if (e.head.ptr[0] == HEAD_DELIVERY) {
				write_due(t, &e);
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
		(void)buf_add(traces, node_trace(&p->id, &t->day, text));
		(void)buf_add(why, node_why[n->links->why[i]]);
	}
	if (traces->len == 0)
		return;
	rec_set(r, F_PARENT, buf_slice(traces));
	rec_set(r, F_PARENT_WHY, buf_slice(why));
}

/* What a refusal without queue ID has of its own. */
static void
put_reject(const struct message *m, struct rec *r, struct write_numbers *x)
{
	struct slice c;

	if (m->tag->daemon != DM_NONE)
		rec_set_ready(r, F_DAEMON, daemon_name[m->tag->daemon],
		    true);
	if (m->pid != 0)
		write_number(r, x, F_PID, m->pid);
	c = postfix_reason_class(rec_get(r, F_REASON), rec_get(r, F_DSN));
	if (c.len > 0)
		rec_set_ready(r, F_REASON_CLASS, c, true);
}

/* Text that a message record needs for as long as it lives. */
struct texts {
	unsigned char	trace[NODE_TRACE_MAX];
	unsigned char	path[NODE_TRACE_MAX];
	struct write_numbers	x;
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

/*
 * What smtp and smtpd write to the postmaster (notify_classes) is logged by
 * nobody but cleanup.  It has the sender of all such mail, and its Message-ID
 * was made by cleanup of its own queue ID: mail of another Postfix that has
 * this sender brings its own along.
 */
static bool
is_posted(const struct message *m, const struct rec *r)
{
	struct slice id = rec_get(r, F_MESSAGE_ID), qid = rec_get(r, F_QID);
	size_t at;

	if ((m->saw & SAW_ARRIVAL) != 0 || (m->saw & SAW_CLEANUP) == 0 ||
	    m->l.reject || qid.len == 0 ||
	    !slice_starts(rec_get(r, F_FROM), SLICE("double-bounce@")))
		return false;
	at = slice_find(id, qid);
	return at != SLICE_NONE && at > 0 &&
	    (id.ptr[at - 1] == '<' || id.ptr[at - 1] == '.') &&
	    slice_starts(slice_from(id, at + qid.len), SLICE("@"));
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

/* On hold, and then it went on: qmgr removes nothing that is on hold. */
static bool
was_held(const struct message *m)
{
	return (m->saw & SAW_HOLD) != 0 && (m->saw & SAW_QUEUED) != 0 &&
	    ((m->saw & SAW_HELD) == 0 || (m->saw & SAW_REMOVED) != 0);
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
	bool unqueued = message_unqueued(m);

	/* Nothing came that could have been held or discarded. */
	if (unqueued)
		m->saw &= ~(uint32_t)(SAW_HELD | SAW_HOLD | SAW_DISCARD);
	s->x.n = 0;
	rec_clear(r);
	read_journal(t, m, r, &tls);
	rec_set_ready(r, F_TYPE, FIELD_LIT("message"), true);
	write_time(t, r, &s->x, F_TIME, &m->first);
	write_time(t, r, &s->x, F_END, &m->last);
	if (m->note != 0)
		word_put(&t->names.note[m->note], r, F_TIME_NOTE);
	write_instance(n->id.instance, r);
	if (m->tag->service.len > 0 && (m->saw & (SAW_CLIENT | SAW_REJECT)))
		rec_set_ready(r, F_SERVICE, m->tag->service, m->tag->ready);
	(void)node_put_trace(&n->id, &t->day, s->trace, r, F_TRACE);
	/* The queue ID is a part of it. */
	rec_set_ready(r, F_QID, slice_sub(r->v[F_TRACE],
	    n->id.instance->trace.text.len, n->id.qidlen),
	    rec_is_ready(r, F_TRACE));
	if (is_posted(m, r))
		m->saw |= SAW_POSTED;
	rec_set_ready(r, F_STATUS, outcome_status(m), true);
	if (m->l.reject)
		put_reject(m, r, &s->x);
	if (m->l.reject && m->tag->daemon == DM_POSTSCREEN)
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
	write_ref(t, r, &s->x, &m->ref);
	write_verdict(t, r, &s->x, &v, &m->ref);
	if (node_nparent(n) == 0) {
		rec_copy(r, F_PATH, r, F_TRACE);
		root = n->id;
	} else {
		node_path(&t->nodes, n, &root, &hop);
		put_parents(t, n, r);
		(void)node_put_trace(&root, &t->day, s->path, r, F_PATH);
	}
	write_number(r, &s->x, F_HOP, hop);
	if (!m->l.reject)
		outcome_complete(m, r);
	if (unqueued)
		rec_set(r, F_NOTE, SLICE("not-queued"));
	else if (message_probe(m))
		rec_set(r, F_NOTE, SLICE("probe"));
	else if ((m->saw & SAW_EXPIRED) && slice_eq(rec_get(r, F_STATUS),
	    SLICE("mixed")))
		rec_set(r, F_NOTE, SLICE("expired"));
	else if (was_held(m) && !slice_eq(rec_get(r, F_STATUS),
	    SLICE("deleted")))
		rec_set(r, F_NOTE, SLICE("was-held"));
	if ((m->saw & SAW_FILE) || n->id.instance->spool != NULL)
		qfile_merge(t, m, &in, r);
	if (m->line != 0)
		write_number(r, &s->x, F_LINE, m->line);
	if (!t->opt.no_refs)
		rec_set_ready(r, F_REFS, buf_slice(&t->refs), t->refs_ready &&
		    t->refs.len > 0);
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
	message_ask(t);
	write_deliveries(t, m, base);
	if (m->l.mid_listed)
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
	bool waits = outcome_deferred(m);

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
	m->done_early = (unsigned char)((m->done_early | m->l.done) &
	    ~DONE_DEFERRED);
	if (waits)
		m->done_early |= DONE_DEFERRED;
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
	rec_set(r, F_TRACE, node_trace(&child->id, &t->day, a));
	rec_set(r, F_PARENT, node_trace(&parent->id, &t->day, b));
	rec_set(r, F_PARENT_WHY, node_why[why]);
	write_out(t);
}
