#include "fmt/postfix_line.h"
#include "fmt/queueid.h"

#include "base/banned.h"

#define NEXT(lit)	{ (const unsigned char *)(lit), sizeof(lit) - 1 }

/* from=<S>, size=N, nrcpt=N (queue active) or from=<S>, status=expired... */
bool
line_qmgr(struct slice s, struct event *ev)
{
	static const struct slice next[] = { NEXT(", size="),
		NEXT(", status="), { NULL, 0 } };
	struct slice from, size, nrcpt, rest;
	struct rec *r = &ev->rec;

	if (!line_address(&s, next, &from))
		return false;
	if (slice_take(&s, SLICE(", status="))) {
		if (!slice_cut(s, ',', &size, &rest))
			size = s;
		if (!slice_ends(size, SLICE("expired")))
			return false;
		rec_set(r, F_FROM, from);
		rec_set(r, F_STATUS, size);
		return line_is(ev, EV_EXPIRED);
	}
	if (!slice_take(&s, SLICE(", size=")) ||
	    !slice_cut_str(s, SLICE(", nrcpt="), &size, &s) ||
	    !slice_digits(size) || size.len > 20)
		return false;
	if (!slice_cut(s, ' ', &nrcpt, &rest))
		nrcpt = s;
	rec_set(r, F_FROM, from);
	rec_set(r, F_SIZE, size);
	if (slice_digits(nrcpt) && nrcpt.len <= 20)
		rec_set(r, F_NRCPT, nrcpt);
	return line_is(ev, EV_QUEUED);
}

/* uid=N from=<S>[ orig_id=ID] */
bool
line_pickup(struct slice s, struct event *ev)
{
	static const struct slice next[] = { NEXT(""), NEXT(" orig_id="),
		{ NULL, 0 } };
	struct slice uid, from;
	uint64_t n;

	if (!slice_take(&s, SLICE("uid=")) ||
	    !slice_cut_str(s, SLICE(" from=<"), &uid, &s) ||
	    !slice_u64(uid, UINT32_MAX, &n) || !line_address(&s, next, &from))
		return false;
	rec_set(&ev->rec, F_UID, uid);
	rec_set(&ev->rec, F_FROM, from);
	if (slice_take(&s, SLICE(" orig_id=")) && queueid_valid(s))
		rec_set(&ev->rec, F_ORIG_ID, s);
	return line_is(ev, EV_PICKUP);
}

/* sender non-delivery notification: NEW */
bool
line_notice(struct slice s, struct event *ev)
{
	static const struct slice kind[] = {
		NEXT("sender non-delivery notification: "),
		NEXT("sender delay notification: "),
		NEXT("sender delivery status notification: "),
		NEXT("postmaster non-delivery notification: "),
		NEXT("postmaster delay notification: "),
	};

	for (size_t i = 0; i < sizeof(kind) / sizeof(kind[0]); i++) {
		struct slice rest = s;

		if (!slice_take(&rest, kind[i]))
			continue;
		if (!queueid_valid(rest))
			return false;
		rec_set(&ev->rec, F_NEXT_QID, rest);
		rec_set(&ev->rec, F_ACTION,
		    slice_sub(kind[i], 0, kind[i].len - 15));
		return line_is(ev, EV_BOUNCE_NOTICE);
	}
	return false;
}

/* What postsuper, qmgr and cleanup say of one queue ID. */
bool
line_postsuper(struct slice s, struct event *ev)
{
	if (slice_eq(s, SLICE("removed")))
		return line_is(ev, ev->daemon == DM_POSTSUPER ? EV_DELETED :
		    EV_REMOVED);
	if (slice_starts(s, SLICE("removed ("))) {
		rec_set(&ev->rec, F_REASON, slice_sub(s, 9, s.len - 10));
		return line_is(ev, EV_REMOVED);
	}
	if (slice_eq(s, SLICE("requeued")))
		return line_is(ev, EV_REQUEUED);
	if (slice_eq(s, SLICE("placed on hold")))
		return line_is(ev, EV_HELD);
	if (slice_eq(s, SLICE("released from hold")))
		return line_is(ev, EV_RELEASED);
	if (slice_eq(s, SLICE("expired"))) {
		rec_set(&ev->rec, F_STATUS, SLICE("expired"));
		return line_is(ev, EV_EXPIRED);
	}
	return false;
}
