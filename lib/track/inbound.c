#include "track/core.h"

#include "base/banned.h"

/* The inbound handshake that the journal holds; ref.len 0 without. */
void
message_handshake(const struct message *m, struct tlsinfo *tls)
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

bool
message_unqueued(const struct message *m)
{
	const struct session *s = m->session;
	const struct instance *i = m->tag->instance;
	/* Without what an access map or a milter has ordered for it. */
	uint32_t saw = m->saw &
	    ~(uint32_t)(SAW_HELD | SAW_HOLD | SAW_DISCARD | SAW_LOOPED);
	bool broke;

	if (m->l.reject)
		return false;
	if (m->saw & SAW_CANCELED)
		return (m->saw & SAW_QUEUED) == 0 && m->l.done == 0;
	if (s == NULL || m->front != NULL || m->l.done != 0 ||
	    !(i->queue || (i->owner != NULL && i->owner->queue)))
		return false;
	broke = s->broken.idx == m->node.idx && s->broken.gen == m->node.gen &&
	    s->broken.idx != 0;
	if (!s->whole && !broke)
		return false;
	/*
	 * cleanup logs a Message-ID, be it empty, before smtpd answers; but
	 * not of what it discards.
	 */
	if (saw == SAW_CLIENT)
		return broke || s->no_data || (m->saw & SAW_DISCARD) == 0;
	return (broke || s->no_data) && saw == (SAW_CLIENT | SAW_CLEANUP);
}

bool
message_probe(const struct message *m)
{
	return (m->l.done & DONE_PROBED) != 0 && (m->l.done &
	    (DONE_SENT | DONE_BOUNCED | DONE_DEFERRED | DONE_REJECTED)) == 0;
}

struct verdict
message_inbound(const struct message *m, const struct tlsinfo *tls)
{
	const struct session *s = m->front != NULL ? m->front : m->session;
	struct inbound in = { .handshake = NULL };
	const struct tag *g = m->tag;

	if ((m->saw & SAW_CLIENT) == 0) {
		if (m->saw & SAW_PICKUP)
			return (struct verdict){ .status = TLS_LOCAL,
				.proof = PROOF_PROVEN, .why = TLS_WHY_SUBMITTED };
		if ((m->saw & SAW_NOTICE) || message_probe(m))
			return (struct verdict){ .status = TLS_LOCAL,
				.proof = PROOF_PROVEN, .why = TLS_WHY_INTERNAL };
		if (m->saw & SAW_POSTED)
			return (struct verdict){ .status = TLS_LOCAL,
				.proof = PROOF_INFERRED, .why = TLS_WHY_INTERNAL };
	}
	in.screened = m->l.reject && s == NULL;
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
		/* Those who log in come by smtps, too. */
		in.any_service = g->lost && (g->wrapper || s->login);
		/* A service known for STARTTLS, or one that logs TLS. */
		in.no_wrapper = !g->lost && !g->wrapper &&
		    (verdict_starttls_service(g->service) ||
		    (g->tls.logs && g->tls.gap_epoch == g->host->gap_epoch));
	}
	return verdict_inbound(&in);
}
