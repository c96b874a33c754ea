#include "base/num.h"
#include "fmt/postfix_line.h"

#include "base/banned.h"

#define NEXT(lit)	{ (const unsigned char *)(lit), sizeof(lit) - 1 }

/* The length of the digits at the start of s, at most 20. */
static inline size_t
digits(struct slice s)
{
	size_t n = 0;

	if (s.len >= NUM_LOOK && (n = num_digits(s.ptr)) < NUM_LOOK)
		return n;
	while (n < s.len && n < 20 && ascii_digit(s.ptr[n]))
		n++;
	return n;
}

/* True if s is all of what must follow, or its beginning: a cut line. */
static inline bool
ends_with(struct slice s, struct slice want)
{
	return slice_starts(want, s);
}

/* Behind from=<S>: ", size=N, nrcpt=N (queue active)" */
static inline bool
queued(struct slice s, struct slice from, struct event *ev)
{
	struct slice size, nrcpt;
	struct rec *r = &ev->rec;

	if (!slice_take(&s, SLICE(", size=")))
		return false;
	size = slice_sub(s, 0, digits(s));
	s = slice_from(s, size.len);
	if (size.len == 0 || !slice_take(&s, SLICE(", nrcpt=")))
		return false;
	nrcpt = slice_sub(s, 0, digits(s));
	if (!ends_with(slice_from(s, nrcpt.len), SLICE(" (queue active)")))
		return false;
	rec_add(r, F_FROM, from);
	rec_add(r, F_SIZE, size);
	/* At the end of a cut line it may have lost digits. */
	if (nrcpt.len > 0 && s.len > nrcpt.len)
		rec_add(r, F_NRCPT, nrcpt);
	return line_is(ev, EV_QUEUED);
}

/* Behind from=<S>: ", status=expired, returned to sender" */
static bool
expired(struct slice s, struct slice from, struct event *ev)
{
	struct slice status = { NULL, 0 };

	if (slice_take(&s, SLICE(", status=expired")))
		status = SLICE("expired");
	else if (slice_take(&s, SLICE(", status=force-expired")))
		status = SLICE("force-expired");
	if (status.len == 0 || !ends_with(s, SLICE(", returned to sender")))
		return false;
	rec_set(&ev->rec, F_FROM, from);
	rec_set(&ev->rec, F_STATUS, status);
	return line_is(ev, EV_EXPIRED);
}

/* <S>, size=N, nrcpt=N (queue active) or <S>, status=expired... */
bool
line_qmgr(struct slice s, struct event *ev)
{
	struct slice from, rest;
	struct place p;

	place_init(&p, s, event_padded(ev, s));
	while (place_next(&p, &from, &rest))
		if (queued(rest, from, ev) || expired(rest, from, ev))
			return true;
	return false;
}

/* uid=N from=<S>[ orig_id=ID] */
bool
line_pickup(struct slice s, struct event *ev)
{
	struct slice uid, from, rest;
	struct place p;
	uint64_t n;

	if (!slice_take(&s, SLICE("uid=")))
		return false;
	uid = slice_sub(s, 0, digits(s));
	s = slice_from(s, uid.len);
	if (!slice_u64(uid, UINT32_MAX, &n) ||
	    !slice_take(&s, SLICE(" from=<")))
		return false;
	place_init(&p, s, event_padded(ev, s));
	while (place_next(&p, &from, &rest)) {
		bool again = slice_take(&rest, SLICE(" orig_id="));

		if (again ? !line_id(ev, rest) : rest.len > 0)
			continue;
		rec_add(&ev->rec, F_UID, uid);
		rec_add(&ev->rec, F_FROM, from);
		if (again)
			rec_add(&ev->rec, F_ORIG_ID, rest);
		return line_is(ev, EV_PICKUP);
	}
	return false;
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
		if (!line_id(ev, rest))
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
	if (slice_take(&s, SLICE("removed ("))) {
		rec_set(&ev->rec, F_REASON,
		    slice_sub(s, 0, slice_chr(s, ')')));
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
