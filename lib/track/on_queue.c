#include "track/lines.h"

#include "base/hash.h"

#include "base/banned.h"

void
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

void
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

void
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

/* removed, deleted, requeued, held, released, expired. */
void
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
void
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
		request_lost(at->process, why, at->ref);
		if (slice_starts(why, SLICE("Cannot start TLS: ")))
			request_cannot(at->process);
	}
	message_ref(t, m, at);
}

void
on_notice(struct track *t, const struct at *at, struct slice qid)
{
	struct message *m = join_find(t, at, qid, ARRIVAL_NO);

	if (m == NULL)
		return;
	message_ref(t, m, at);
	join_made(t, at, m, rec_get(&at->ev->rec, F_NEXT_QID), WHY_NOTICE);
}
