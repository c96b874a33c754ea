#include "track/write.h"

#include "base/hash.h"
#include "base/mem.h"
#include "track/qfile.h"

#include "base/banned.h"

unsigned char
outcome_done(struct slice status)
{
	if (slice_eq(status, SLICE("sent")))
		return DONE_SENT;
	if (slice_eq(status, SLICE("bounced")))
		return DONE_BOUNCED;
	if (slice_eq(status, SLICE("deliverable")))
		return DONE_DELIVERABLE;
	if (slice_starts(status, SLICE("undeliverable")))
		return DONE_UNDELIVERABLE;
	if (slice_eq(status, SLICE("rejected")))
		return DONE_REJECTED;
	return DONE_DEFERRED;
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
		v[i].done = outcome_done(status);
	}
	for (size_t i = 0; i < cap; i++)
		done |= v[i].done;
	mem_free(v);
	return done;
}

bool
outcome_deferred(const struct message *m)
{
	/* What has expired is returned, without a line for each recipient. */
	if ((m->l.done & DONE_DEFERRED) == 0 || (m->saw & SAW_EXPIRED) != 0)
		return false;
	return ((m->done_early | latest(m)) & DONE_DEFERRED) != 0;
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

/* Without an outcome of mail: that of a probe, or none. */
static struct slice
no_outcome(const struct message *m)
{
	switch (m->l.done & DONE_PROBED) {
	case DONE_PROBED:
		return FIELD_LIT("mixed");
	case DONE_DELIVERABLE:
		return FIELD_LIT("deliverable");
	case DONE_UNDELIVERABLE:
		return FIELD_LIT("undeliverable");
	default:
		break;
	}
	/* With some recipients refused it may have been queued for others. */
	if ((m->saw & SAW_REJECT) && (m->saw & SAW_QUEUED) == 0 &&
	    (m->saw & (SAW_REFUSED | SAW_CLEANUP)) != SAW_CLEANUP)
		return FIELD_LIT("rejected");
	return FIELD_LIT("unknown");
}

/* One word for what became of the message. */
struct slice
outcome_status(const struct message *m)
{
	unsigned char done = m->l.done & (DONE_SENT | DONE_BOUNCED |
	    DONE_DEFERRED);
	enum qfile_place place = QFILE_LOG;

	if (m->l.reject)
		return FIELD_LIT("rejected");
	if (m->saw & SAW_FILE)
		place = qfile_place(m);
	if (m->saw & SAW_REQUEUED)
		return FIELD_LIT("requeued");
	if ((m->saw & SAW_DELETED) || deleted_unseen(m))
		return FIELD_LIT("deleted");
	if ((m->saw & SAW_DISCARD) && done == 0)
		return FIELD_LIT("discarded");
	if (place == QFILE_HOLD && (m->saw & SAW_END) == 0)
		return FIELD_LIT("held");
	if ((m->saw & SAW_HELD) && (m->saw & SAW_END) == 0 &&
	    place == QFILE_LOG && (m->saw & SAW_REFUSED) == 0 &&
	    ((m->saw & SAW_REJECT) == 0 || (m->saw & SAW_CLEANUP) != 0))
		return FIELD_LIT("held");
	if ((m->saw & SAW_REMOVED) || (m->saw & SAW_EXPIRED))
		done &= (unsigned char)~DONE_DEFERRED;
	else if (done & (done - 1))
		done = latest(m) | (m->done_early & (DONE_SENT | DONE_BOUNCED));
	if (place == QFILE_DEFERRED && (m->saw & (SAW_END | SAW_EXPIRED)) == 0)
		done |= DONE_DEFERRED;
	if (m->saw & SAW_EXPIRED)
		return done & DONE_SENT ? FIELD_LIT("mixed") : FIELD_LIT("expired");
	switch (done) {
	case DONE_SENT:
		return FIELD_LIT("sent");
	case DONE_BOUNCED:
		return FIELD_LIT("bounced");
	case DONE_DEFERRED:
		return FIELD_LIT("deferred");
	case 0:
		return no_outcome(m);
	default:
		return FIELD_LIT("mixed");
	}
}

/*
 * What cleanup discards or refuses is never queued, and so not removed either.
 * What smtpd was told to discard it still has to take from the client.
 */
static bool
is_dropped(const struct message *m)
{
	if ((m->saw & SAW_QUEUED) != 0)
		return false;
	if ((m->saw & SAW_REFUSED) != 0)
		return (m->l.done & (DONE_SENT | DONE_DEFERRED)) == 0;
	return (m->saw & SAW_DISCARD) != 0 && m->l.done == 0 &&
	    ((m->saw & SAW_CLEANUP) != 0 ||
	    (m->session != NULL && m->session->ended));
}

/* complete, and what was not seen. */
void
outcome_complete(const struct message *m, struct rec *r)
{
	/*
	 * verify hands its probes to cleanup, which is the first to log; so do
	 * smtp and smtpd with what they write to the postmaster.
	 */
	bool arrival = (m->saw & (SAW_ARRIVAL | SAW_POSTED)) != 0 ||
	    (message_probe(m) && (m->saw & SAW_CLEANUP) != 0);
	bool queued = (m->saw & (SAW_QUEUED | SAW_CANCELED | SAW_DISCARD |
	    SAW_HOLD | SAW_REJECT)) != 0;
	enum qfile_place place = (m->saw & SAW_FILE) != 0 ? qfile_place(m) :
	    QFILE_LOG;
	bool end = (m->saw & SAW_END) != 0 || is_dropped(m);

	/* A queue file says how its message came, and that it was queued. */
	arrival = arrival || place != QFILE_LOG;
	queued = queued || (place != QFILE_LOG && place != QFILE_MAILDROP);
	rec_set_ready(r, F_COMPLETE, arrival && end ? FIELD_LIT("true") :
	    FIELD_LIT("false"), true);
	if (!arrival)
		rec_set(r, F_MISSING, queued ? (end ? FIELD_LIT("arrival") :
		    FIELD_LIT("arrival removal")) : (end ? FIELD_LIT("arrival queued") :
		    FIELD_LIT("arrival queued removal")));
	else if (!queued)
		rec_set(r, F_MISSING, end ? FIELD_LIT("queued") :
		    FIELD_LIT("queued removal"));
	else if (!end)
		rec_set(r, F_MISSING, FIELD_LIT("removal"));
}
