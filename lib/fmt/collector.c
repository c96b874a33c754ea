#include "fmt/collector.h"

#include <stdio.h>

#include "base/caltime.h"
#include "fmt/container.h"
#include "fmt/members.h"
#include "fmt/postfix.h"
#include "fmt/syslog.h"

#include "base/banned.h"

#define PID_DIGITS	10
#define DATED_LEN	20	/* 2026-09-01 10:04:05 and a NUL */
#define DAY		86400

/* Seconds, milliseconds, microseconds or nanoseconds since the epoch. */
static bool
read_number(struct slice s, struct stamp *st)
{
	uint64_t v, unit = 1;

	if (stamp_of_epoch(s, st) && st->sec < INT64_C(100000000000))
		return true;
	if (s.len != 13 && s.len != 16 && s.len != 19)
		return false;
	for (size_t i = 10; i < s.len; i++)
		unit *= 10;
	if (!slice_u64(s, UINT64_MAX, &v))
		return false;
	*st = (struct stamp){ .kind = STAMP_ZONED,
		.digits = (uint8_t)(s.len - 10),
		.nsec = (uint32_t)(v % unit * (1000000000 / unit)),
		.sec = (int64_t)(v / unit),
		.text = s };
	return true;
}

static bool
read_time(struct slice s, struct stamp *st)
{
	struct slice rest = s;

	if (s.len > 0 && (stamp_take_iso(&rest, st, NULL) ||
	    stamp_take_bsd(&rest, st, NULL)) && rest.len == 0)
		return true;
	*st = (struct stamp){ 0 };
	return read_number(s, st);
}

/* The best time: one with a zone before one without. */
static struct stamp
find_time(const struct members *m, struct buf *scratch)
{
	struct stamp st, good = { 0 };

	for (size_t i = 0; i < members_n; i++) {
		if (members_meaning(i) != MEMBER_TIME ||
		    !read_time(members_text(m, i, scratch), &st))
			continue;
		if (st.kind == STAMP_ZONED)
			return st;
		if (good.kind == STAMP_NONE)
			good = st;
	}
	return good;
}

/*
 * A tag with its pid or colon.  Much is called tag or process that is none,
 * so that a bare name must be one of Postfix's.
 */
static bool
take_tag(struct slice s, bool sure, struct frame *fr)
{
	struct postfix_tag t;
	bool colon = slice_ends(s, SLICE(":"));

	if (s.len == 0 || slice_chr(s, ' ') != SLICE_NONE)
		return false;
	syslog_tag(slice_sub(s, 0, s.len - colon), fr);
	postfix_tag(fr->tag, false, &t);
	if (fr->tag.len > 0 && (sure || colon || t.ours))
		return true;
	fr->tag = fr->pid = slice_of(NULL, 0);
	return false;
}

/* Tag and pid, from what names them; false if nothing does. */
static bool
set_tag(const struct members *m, struct buf *scratch, struct frame *fr)
{
	static const enum member order[] = { MEMBER_TAG, MEMBER_PROGRAM, MEMBER_CUT };
	struct slice pid;
	bool named = false, cut = false;

	for (size_t k = 0; k < 3 && !named; k++)
		for (size_t i = 0; i < members_n && !named; i++) {
			if (members_meaning(i) != order[k])
				continue;
			cut = order[k] == MEMBER_CUT;
			named = take_tag(members_text(m, i, scratch),
			    order[k] != MEMBER_TAG, fr);
		}
	if (!named)
		return false;
	fr->lost_program = cut && slice_starts(fr->tag, SLICE("postfix")) &&
	    slice_chr(fr->tag, '/') == SLICE_NONE;
	pid = members_best(m, MEMBER_PID, scratch);
	if (fr->pid.len == 0 && slice_digits(pid) && pid.len <= PID_DIGITS)
		fr->pid = pid;
	return true;
}

/* Give a stamp without a year that of the time it was collected at. */
static void
date(struct stamp *st, const struct stamp *collected, struct buf *scratch)
{
	struct caltime c, at = { .mon = st->mon, .day = st->day };
	int64_t day;
	int n;

	if (collected->kind != STAMP_ZONED || !buf_reserve(scratch, DATED_LEN))
		return;
	/* Clocks and zones differ by less than a day. */
	caltime_of(collected->sec + DAY, &c);
	for (at.year = c.year; at.year > c.year - 8; at.year--) {
		if (!caltime_sec(&at, &day) || day > collected->sec + DAY)
			continue;
		n = snprintf((char *)scratch->ptr + scratch->len, DATED_LEN,
		    "%04d-%02d-%02d %02d:%02d:%02d", at.year, at.mon, at.day,
		    (int)(st->sec / 3600), (int)(st->sec / 60 % 60),
		    (int)(st->sec % 60));
		if (n != DATED_LEN - 1)
			return;
		st->text = slice_of(scratch->ptr + scratch->len, (size_t)n);
		scratch->len += (size_t)n;
		st->kind = STAMP_LOCAL;
		st->sec += day;
		st->mon = st->day = 0;
		return;
	}
}

/*
 * Does a program say its name or how grave it is?  Then the text is its own,
 * and may be what a stranger told it.
 */
static bool
is_other(const struct members *m)
{
	for (size_t i = 0; i < members_n; i++)
		if ((members_meaning(i) == MEMBER_OTHER ||
		    members_meaning(i) == MEMBER_TAG) && m->raw[i].len > 0 &&
		    !slice_eq(m->raw[i], SLICE("\"\"")) &&
		    !slice_eq(m->raw[i], SLICE("null")))
			return true;
	return false;
}

/* A whole line in a member; false if there is none. */
static bool
split_whole(const struct members *m, struct framing_memo *memo,
    struct buf *scratch, struct frame *fr)
{
	struct frame as_was = *fr;

	if (is_other(m))
		return false;
	for (size_t i = 0; i < members_n; i++) {
		struct container_piece p;
		struct slice s;
		struct stamp st;

		if (members_meaning(i) != MEMBER_TEXT)
			continue;
		s = slice_trim(members_text(m, i, scratch));
		/* A collector that knows nothing of containers' logs. */
		if (container_cri(s, NULL, &p) && !p.partial)
			s = slice_trim(p.text);
		fr->inner = syslog_split(s, memo, fr);
		if (fr->inner == FRAMING_NONE || fr->tag.len == 0) {
			*fr = as_was;
			continue;
		}
		if (fr->stamp.kind == STAMP_BSD) {
			st = p.stamp.kind == STAMP_ZONED ? p.stamp :
			    find_time(m, scratch);
			date(&fr->stamp, &st, scratch);
		}
		return true;
	}
	return false;
}

struct stamp
collector_time(struct slice line, struct buf *scratch)
{
	struct members m;

	if (!buf_reserve(scratch, line.len) || !members_read(&m, line))
		return (struct stamp){ 0 };
	return find_time(&m, scratch);
}

bool
collector_json(struct slice line, struct framing_memo *memo,
    struct buf *scratch, struct frame *fr)
{
	struct frame as_was = *fr;
	struct members m;
	struct slice s;

	if (!buf_reserve(scratch, line.len + COLLECTOR_ROOM) ||
	    !members_read(&m, line))
		return false;
	if (!set_tag(&m, scratch, fr)) {
		if (split_whole(&m, memo, scratch, fr))
			return true;
		*fr = as_was;
		return false;
	}
	s = members_best(&m, MEMBER_TEXT, scratch);
	if (s.len == 0) {
		*fr = as_was;
		return false;
	}
	while (s.len > 0 && (s.ptr[s.len - 1] == '\n' ||
	    s.ptr[s.len - 1] == '\r'))
		s.len--;
	fr->host = members_best(&m, MEMBER_HOST, scratch);
	fr->stamp = find_time(&m, scratch);
	syslog_text(s, fr);
	return true;
}
