#include "track/lines.h"

#include "base/banned.h"

/* The session at hand, begun now if its connect line is not here. */
struct session *
lines_session(struct track *t, const struct at *at)
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

void
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

/* Counters of a disconnect line: how many commands were successful. */
struct counters {
	uint64_t	starttls, auth, data, bdat;
	bool		has_starttls;
};

/* VALUE or VALUE/ALL behind the key; false if the word is another one. */
SLICE_INLINE bool
counter(struct slice word, struct slice key, uint64_t *ok)
{
	if (!slice_take(&word, key))
		return false;
	word.len = slice_near(word, 0, '/');
	return slice_u64(word, UINT32_MAX, ok);
}

/* "ehlo=2 starttls=0/1 ..."; padded: SLICE_PAD bytes behind may be read. */
static struct counters
read_counters(struct slice s, bool padded)
{
	struct counters c = { .starttls = 0 };

	for (size_t at = 0, end; at < s.len; at = end + 1) {
		struct slice word;

		end = padded ? slice_near_padded(s, at, ' ', ' ', ' ') :
		    slice_near(s, at, ' ');
		word = slice_of(s.ptr + at, end - at);
		switch (s.ptr[at]) {
		case 'a':
			(void)counter(word, SLICE("auth="), &c.auth);
			break;
		case 's':
			c.has_starttls |= counter(word, SLICE("starttls="),
			    &c.starttls);
			break;
		case 'd':
			(void)counter(word, SLICE("data="), &c.data);
			break;
		case 'b':
			(void)counter(word, SLICE("bdat="), &c.bdat);
			break;
		default:
			break;
		}
	}
	return c;
}

void
on_disconnect(struct track *t, const struct at *at)
{
	struct slice counts = rec_get(&at->ev->rec, F_COMMANDS);
	struct session *s = lines_session(t, at);

	if (s == NULL)
		return;
	if (counts.len > 0) {
		struct counters c = read_counters(counts,
		    event_padded(at->ev, counts));

		s->counted = true;
		if (c.has_starttls) {
			s->starttls = c.starttls > 0;
			s->starttls_tried = c.starttls == 0;
		}
		if (!s->starttls && tlsinfo_known(&s->tls))
			at->tag->wrapper = true;
		s->login = c.auth > 0;
		s->no_data = c.data == 0 && c.bdat == 0;
	}
	s->end_ref = at->ref;
	s->whole = s->gap_epoch == at->host->gap_epoch;
	session_end(t, s, at->sec);
	session_release(&t->processes, s);
	at->process->session = NULL;
}

void
on_broken(const struct at *at)
{
	struct slice stage = rec_get(&at->ev->rec, F_STAGE);
	struct session *s = at->process == NULL ? NULL : at->process->session;

	if (s != NULL &&
	    (slice_eq(stage, SLICE("DATA")) || slice_eq(stage, SLICE("BDAT"))) &&
	    slice_find(rec_get(&at->ev->rec, F_TEXT), SLICE(" bytes) from ")) !=
	    SLICE_NONE)
		s->broken = s->begun;
}

/* What was said of the message before it had a queue ID. */
static void
take_next(struct track *t, struct message *m, struct session *s)
{
	struct session_ahead *a = s->ahead;
	struct journal_entry e;
	struct journal_at pos = { .piece = NULL };

	if (a == NULL)
		return;
	m->saw |= a->saw;
	a->saw = 0;
	while (journal_next(&a->next, &pos, &e) != JOURNAL_END) {
		if (e.kind == JOURNAL_FACT)
			message_first_fact(t, m, e.field, e.value);
		else if (e.kind == JOURNAL_LINE &&
		    journal_line(&t->pool, &m->journal, &e.line))
			m->l.nrefs++;
	}
	journal_drop(&t->pool, &a->next);
}

/* What a program gets that connects to localhost. */
static bool
is_localhost(struct slice addr)
{
	return slice_eq(addr, SLICE("127.0.0.1")) || slice_eq(addr, SLICE("::1"));
}

/* QID: client=... */
void
on_client(struct track *t, const struct at *at, struct slice qid)
{
	const struct rec *r = &at->ev->rec;
	struct message *m;
	struct session *s;
	struct node *n;
	struct tls_head head;

	if (slice_eq(qid, SLICE("NOQUEUE"))) {
		on_proxied(t, at);
		return;
	}
	m = join_find(t, at, qid, ARRIVAL_CLIENT);
	if (m == NULL)
		return;
	m->saw |= SAW_CLIENT;
	m->tag = at->tag;
	s = lines_session(t, at);
	if (s != NULL)
		s->begun = m->node;
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
	if (t->nearly > 0)
		on_proxied_late(t, at, m, qid);
	n = node_get(&t->nodes, m->node);
	n->arrival = at->sec == 0 ? 1 : at->sec;
	if (rec_has(r, F_ORIG_QID))
		join_orig(t, at, m, rec_get(r, F_ORIG_QID), WHY_ORIG_QID);
	else if (!rec_has(r, F_ORIG_CLIENT) && !rec_has(r, F_SASL_USER) &&
	    is_localhost(rec_get(r, F_CLIENT_ADDR)))
		m->saw |= SAW_LOOPED;
	if (m->saw & SAW_CLEANUP) {
		join_waiting(t, m);
		join_message_id(t, m);
	}
}
