#include "fmt/event.h"

#include "base/caltime.h"
#include "base/num.h"

#include "base/banned.h"

#define NAME(id, name)	FIELD_WORD(name),

const struct slice event_name[EVENT_N] = { EVENT_TABLE(NAME) };
const struct slice daemon_name[DAEMON_N] = { DAEMON_TABLE(NAME) };

enum event_kind
event_find(struct slice s)
{
	for (size_t i = 0; i < EVENT_N; i++)
		if (slice_eq(event_name[i], s))
			return (enum event_kind)i;
	return EV_UNKNOWN;
}

enum daemon_id
daemon_find(struct slice s)
{
	if (s.len == 0)
		return DM_NONE;
	for (size_t i = 1; i < DAEMON_N; i++)
		if (daemon_name[i].len == s.len &&
		    daemon_name[i].ptr[0] == s.ptr[0] &&
		    slice_eq(daemon_name[i], s))
			return (enum daemon_id)i;
	return DM_NONE;
}

bool
event_lines_lost(const struct event *ev)
{
	return rec_has(&ev->rec, F_NOTE) && slice_ends(ev->rec.v[F_NOTE],
	    SLICE("lines-lost"));
}

bool
event_program_lost(const struct event *ev)
{
	return rec_has(&ev->rec, F_NOTE) && slice_starts(ev->rec.v[F_NOTE],
	    SLICE("program-lost"));
}

bool
event_forged(const struct event *ev)
{
	return ev->class == LINE_FOREIGN && rec_has(&ev->rec, F_NOTE) &&
	    slice_find(ev->rec.v[F_NOTE], SLICE("not-by-postfix")) !=
	    SLICE_NONE;
}

bool
event_odd_qid(const struct event *ev)
{
	return rec_has(&ev->rec, F_NOTE) && slice_find(ev->rec.v[F_NOTE],
	    SLICE("odd-queue-id")) != SLICE_NONE;
}

/* A number in its own piece of storage. */
static void
put(struct rec *r, enum field f, unsigned char *dst, uint64_t v)
{
	rec_set(r, f, slice_of(dst, num_u64(dst, v)));
}

void
event_write(struct event *ev, struct event_text *t)
{
	struct rec *r = &ev->rec;
	size_t n;

	rec_set(r, F_TYPE, SLICE("event"));
	rec_set(r, F_EVENT, event_name[ev->kind]);
	if (ev->time.known) {
		n = caltime_text(t->time, ev->time.sec, ev->time.nsec,
		    ev->time.digits);
		if (n > 0)
			rec_set(r, F_TIME, slice_of(t->time, n));
	}
	if (ev->daemon != DM_NONE && !rec_has(r, F_DAEMON))
		rec_set(r, F_DAEMON, daemon_name[ev->daemon]);
	rec_set(r, F_SRC, ev->src);
	put(r, F_OFF, t->num[0], ev->off);
	put(r, F_LEN, t->num[1], ev->len);
	if (ev->line != 0)
		put(r, F_LINE, t->num[2], ev->line);
}

bool
event_read(struct event *ev)
{
	const struct rec *r = &ev->rec;
	unsigned int digits = 0;
	uint64_t v;

	if (!slice_eq(rec_get(r, F_TYPE), SLICE("event")))
		return false;
	ev->kind = event_find(rec_get(r, F_EVENT));
	ev->daemon = daemon_find(rec_get(r, F_DAEMON));
	ev->writer = ev->stream = 0;
	ev->plain = slice_of(NULL, 0);
	ev->src = rec_get(r, F_SRC);
	ev->off = slice_u64(rec_get(r, F_OFF), UINT64_MAX, &v) ? v : 0;
	ev->len = slice_u64(rec_get(r, F_LEN), UINT64_MAX, &v) ? v : 0;
	ev->line = slice_u64(rec_get(r, F_LINE), UINT64_MAX, &v) ? v : 0;
	ev->pid = slice_u64(rec_get(r, F_PID), UINT32_MAX, &v) ?
	    (uint32_t)v : 0;
	ev->time = (struct event_time){ .known = false };
	if (rec_has(r, F_TIME) && caltime_parse(rec_get(r, F_TIME),
	    &ev->time.sec, &ev->time.nsec, &digits)) {
		ev->time.known = ev->time.ordered = true;
		ev->time.digits = (uint8_t)digits;
	}
	ev->class = ev->kind == EV_UNKNOWN ? LINE_UNKNOWN : LINE_UNDERSTOOD;
	/* Other programs may be called smtpd, too; instances are Postfix's. */
	if (ev->kind == EV_OTHER && !event_program_lost(ev) &&
	    (ev->daemon == DM_NONE || !rec_has(r, F_INSTANCE))) {
		ev->class = LINE_FOREIGN;
		ev->daemon = DM_NONE;
	}
	return true;
}
