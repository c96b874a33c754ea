#include "track/write.h"

#include "base/mem.h"
#include "fmt/peer.h"
#include "fmt/postfix.h"
#include "track/qfile.h"

#include "base/banned.h"

void
write_due(struct track *t, const struct journal_entry *e)
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
		.head = e->head, .facts = e->facts };
	t->ndue++;
}

/* What the next host's log says of a hop that this one did not log. */
static void
ask_peer(struct track *t, const struct message *m,
    const struct node *child, const struct rec *r, struct verdict *v)
{
	const struct node *self = node_get(&t->nodes, m->node);
	bool slept = child->msg != NULL && child->msg->asleep;
	struct message *to;
	struct file_head file;
	struct verdict in;
	struct tlsinfo tls;

	if (v->status != TLS_UNKNOWN ||
	    child->id.instance == self->id.instance ||
	    !postfix_own_answer(rec_get(r, F_REPLY)))
		return;
	to = message_at(t, child);
	if (to != NULL) {
		message_handshake(to, &tls);
		in = message_inbound(to, &tls);
		file = qfile_head(to, NULL);
		if (file.kind != 0)
			in = qfile_inbound(to, &file, in);
		message_doze(t, to, slept);
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

/* A recipient of a queue file is its queue's, whoever wrote the file. */
static void
own_instance(const struct node *n, struct rec *r)
{
	const struct instance *i = n->id.instance;

	rec_set_ready(r, F_INSTANCE, i->name, i->ready);
}

/* One delivery record; base holds what it repeats of its message. */
static void
write_delivery(struct track *t, const struct message *m, const struct due *e,
    const struct rec *base)
{
	struct delivery_head h;
	struct write_numbers x;
	struct rec *r = &t->out;
	struct slice next, why;
	struct peer p;

	memcpy(&h, e->head.ptr, sizeof(h));
	x.n = 0;
	rec_clear(r);
	journal_facts(e->facts, r);
	rec_set_ready(r, F_TYPE, FIELD_LIT("delivery"), true);
	write_time(t, r, &x, F_TIME, &h.time);
	if (h.note != 0)
		word_put(&t->names.note[h.note], r, F_TIME_NOTE);
	if (rec_has(r, F_RELAY) && peer_parse(r->v[F_RELAY], &p,
	    rec_is_ready(r, F_RELAY))) {
		bool ready = rec_is_ready(r, F_RELAY);

		rec_set_ready(r, F_RELAY_NAME, p.name, ready);
		rec_set_ready(r, F_RELAY_ADDR, p.addr, ready);
		if (p.port.len > 0)
			rec_set(r, F_RELAY_PORT, p.port);
	}
	write_tag(h.tag, r);
	if (h.kind == HEAD_RCPT)
		own_instance(node_get(&t->nodes, m->node), r);
	if (h.daemon != DM_NONE)
		rec_set_ready(r, F_DAEMON, daemon_name[h.daemon], true);
	if (h.pid != 0)
		write_number(r, &x, F_PID, h.pid);
	rec_copy_keys(r, base, &t->keys.repeat);
	next = rec_get(r, F_NEXT_QID);
	if (next.len > 0) {
		const struct node *child = join_child(t, m->node, next);

		if (child != NULL) {
			rec_set_ready(r, F_NEXT_HOST,
			    child->id.instance->host->name,
			    child->id.instance->host->ready);
			ask_peer(t, m, child, r, &h.verdict);
		}
	}
	why = rec_get(r, rec_has(r, F_REASON) ? F_REASON : F_REPLY);
	if (!slice_eq(rec_get(r, F_STATUS), SLICE("sent")) &&
	    !slice_eq(rec_get(r, F_STATUS), SLICE("deliverable"))) {
		why = postfix_reason_class(why, rec_get(r, F_DSN));
		if (why.len > 0)
			rec_set_ready(r, F_REASON_CLASS, why, true);
	}
	if (h.words != NULL) {
		struct tlsinfo tls = { .words = h.words, .reused = h.reused };

		tlsinfo_put(&tls, r);
	}
	write_ref(t, r, &x, &h.ref);
	if (h.line != 0)
		write_number(r, &x, F_LINE, h.line);
	write_verdict(t, r, &x, &h.verdict, &h.ref);
	write_out(t);
}

/* The deliveries held, in time order. */
void
write_deliveries(struct track *t, const struct message *m,
    const struct rec *base)
{
	for (size_t i = 0; i < t->ndue && !t->stopped; i++)
		write_delivery(t, m, &t->due[i], base);
}
