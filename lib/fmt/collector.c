#include "fmt/collector.h"

#include <stdio.h>

#include "base/caltime.h"
#include "fmt/container.h"
#include "fmt/jsonline.h"
#include "fmt/postfix.h"
#include "fmt/syslog.h"

#include "base/banned.h"

#define DEPTH_MAX 3	/* objects in one another */
#define MEMBERS_MAX 512 /* of one line */
#define PATH_MAX_LEN 48
#define PID_DIGITS 10
#define DATED_LEN 20 /* 2026-09-01 10:04:05 and a NUL */

/* What a member can be. */
enum what {
	W_TAG, /* program, pid and colon as in the line */
	W_PROGRAM,
	W_CUT, /* the program; rsyslog cuts it at its first slash */
	W_PID,
	W_HOST,
	W_TIME,
	W_TEXT,
	W_OTHER /* what programs have that log JSON themselves */
};

/* In lower case, "-" as "_", without a leading "_"; the better ones first. */
static const struct {
	struct slice path;
	enum what what;
} known[] = {
#define K(lit, what)                                                           \
	{                                                                      \
		{ (const unsigned char *)(lit), sizeof(lit) - 1 }, what        \
	}
	K("syslogtag", W_TAG),
	K("syslog_tag", W_TAG),
	K("tag", W_TAG),
	K("process", W_TAG),
	K("service", W_TAG),
	K("program", W_PROGRAM),
	K("ident", W_PROGRAM),
	K("appname", W_PROGRAM),
	K("application_name", W_PROGRAM),
	K("syslog_program", W_PROGRAM),
	K("syslog_appname", W_PROGRAM),
	K("log.syslog.appname", W_PROGRAM),
	K("syslog.identifier", W_PROGRAM),
	K("process.name", W_PROGRAM),
	K("sourcename", W_PROGRAM),
	K("app_name", W_CUT),
	K("programname", W_CUT),
	K("pid", W_PID),
	K("procid", W_PID),
	K("process_id", W_PID),
	K("syslog_pid", W_PID),
	K("syslog_procid", W_PID),
	K("log.syslog.procid", W_PID),
	K("syslog.pid", W_PID),
	K("process.pid", W_PID),
	K("processid", W_PID),
	K("log.syslog.hostname", W_HOST),
	K("syslog_hostname", W_HOST),
	K("logsource", W_HOST),
	K("hostname", W_HOST),
	K("host.hostname", W_HOST),
	K("host.name", W_HOST),
	K("host", W_HOST),
	K("fromhost", W_HOST),
	K("source", W_HOST),
	K("timereported", W_TIME),
	K("isodate", W_TIME),
	K("@timestamp", W_TIME),
	K("timestamp", W_TIME),
	K("time", W_TIME),
	K("date", W_TIME),
	K("datetime", W_TIME),
	K("eventtime", W_TIME),
	K("ts", W_TIME),
	K("message", W_TEXT),
	K("msg", W_TEXT),
	K("short_message", W_TEXT),
	K("log", W_TEXT),
	K("line", W_TEXT),
	K("event.original", W_TEXT),
	K("raw", W_TEXT),
	K("textpayload", W_TEXT),
	K("@message", W_TEXT),
	K("event", W_TEXT),
	K("rawmsg", W_TEXT),
	K("level", W_OTHER),
	K("lvl", W_OTHER),
	K("loglevel", W_OTHER),
	K("logger", W_OTHER),
	K("caller", W_OTHER),
	K("app", W_OTHER),
	K("name", W_OTHER),
#undef K
};

#define KNOWN_N (sizeof(known) / sizeof(known[0]))

/* The values found, as they stand. */
struct found {
	struct slice raw[KNOWN_N];
	size_t members;
};

struct path {
	unsigned char text[PATH_MAX_LEN];
	size_t len;
};

/* What exports wrap a line in. */
static bool
is_wrapper(struct slice name)
{
	return slice_eq(name, SLICE("_source")) ||
	    slice_eq(name, SLICE("result")) ||
	    slice_eq(name, SLICE("jsonPayload"));
}

/* Add a name to a path; false if it is too long for any that we know. */
static bool
path_add(struct path *p, struct slice name)
{
	(void)slice_take(&name, SLICE("_"));
	if (p->len > 0)
		p->text[p->len++] = '.';
	if (name.len >= PATH_MAX_LEN - p->len)
		return false;
	for (size_t i = 0; i < name.len; i++)
		p->text[p->len++] =
		    name.ptr[i] == '-' ? '_' : ascii_tolower(name.ptr[i]);
	return true;
}

static void
keep(struct found *f, const struct path *p, struct slice value)
{
	for (size_t i = 0; i < KNOWN_N; i++)
		if (slice_eq(slice_of(p->text, p->len), known[i].path)) {
			if (f->raw[i].ptr == NULL)
				f->raw[i] = value;
			return;
		}
}

/* The members of one object; false if it is none, or too much. */
static bool
read_object(
    struct slice s, const struct path *above, int depth, struct found *f)
{
	struct slice name, value;
	struct jsonline j;

	if (!jsonline_open(&j, s))
		return false;
	while (jsonline_next(&j, &name, &value)) {
		struct path p = *above;

		if (++f->members > MEMBERS_MAX)
			return false;
		if (depth == 0 && is_wrapper(name))
			p.len = 0;
		else if (!path_add(&p, name))
			continue;
		if (value.ptr[0] != '{')
			keep(f, &p, value);
		else if (depth < DEPTH_MAX - 1 &&
		    !read_object(value, &p, depth + 1, f))
			return false;
	}
	return !j.bad;
}

/* A string or a number as text; absent otherwise. */
static struct slice
decode(struct slice raw, struct buf *scratch)
{
	struct slice s = { NULL, 0 };

	if (raw.ptr == NULL || raw.len == 0)
		return s;
	if (ascii_digit(*raw.ptr))
		return raw;
	if (*raw.ptr != '"' || !jsonline_text(raw, scratch, &s))
		return slice_of(NULL, 0);
	return s;
}

/* The best member of that meaning which has a value. */
static struct slice
best(const struct found *f, enum what what, struct buf *scratch)
{
	struct slice s = { NULL, 0 };

	for (size_t i = 0; i < KNOWN_N && s.len == 0; i++)
		if (known[i].what == what)
			s = decode(f->raw[i], scratch);
	return s;
}

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

	if (s.len > 0 &&
	    (stamp_take_iso(&rest, st, NULL) ||
		stamp_take_bsd(&rest, st, NULL)) &&
	    rest.len == 0)
		return true;
	*st = (struct stamp){ 0 };
	return read_number(s, st);
}

/* The best time: one with a zone before one without. */
static struct stamp
find_time(const struct found *f, struct buf *scratch)
{
	struct stamp st, good = { 0 };

	for (size_t i = 0; i < KNOWN_N; i++) {
		if (known[i].what != W_TIME ||
		    !read_time(decode(f->raw[i], scratch), &st))
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
set_tag(const struct found *f, struct buf *scratch, struct frame *fr)
{
	static const enum what order[] = { W_TAG, W_PROGRAM, W_CUT };
	struct slice pid;
	bool named = false, cut = false;

	for (size_t k = 0; k < 3 && !named; k++)
		for (size_t i = 0; i < KNOWN_N && !named; i++) {
			if (known[i].what != order[k])
				continue;
			cut = order[k] == W_CUT;
			named = take_tag(
			    decode(f->raw[i], scratch), order[k] != W_TAG, fr);
		}
	if (!named)
		return false;
	fr->lost_program = cut && slice_starts(fr->tag, SLICE("postfix")) &&
	    slice_chr(fr->tag, '/') == SLICE_NONE;
	pid = best(f, W_PID, scratch);
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
	caltime_of(collected->sec + 86400, &c);
	for (at.year = c.year; at.year > c.year - 8; at.year--) {
		if (!caltime_sec(&at, &day) || day > collected->sec + 86400)
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
is_other(const struct found *f)
{
	for (size_t i = 0; i < KNOWN_N; i++)
		if ((known[i].what == W_OTHER || known[i].what == W_TAG) &&
		    f->raw[i].len > 0 && !slice_eq(f->raw[i], SLICE("\"\"")) &&
		    !slice_eq(f->raw[i], SLICE("null")))
			return true;
	return false;
}

/* A whole line in a member; false if there is none. */
static bool
split_whole(const struct found *f, struct framing_memo *memo,
    struct buf *scratch, struct frame *fr)
{
	struct frame as_was = *fr;

	if (is_other(f))
		return false;
	for (size_t i = 0; i < KNOWN_N; i++) {
		struct container_piece p;
		struct slice s;
		struct stamp st;

		if (known[i].what != W_TEXT)
			continue;
		s = slice_trim(decode(f->raw[i], scratch));
		/* A collector that knows nothing of containers' logs. */
		if (container_cri(s, NULL, &p) && !p.partial)
			s = slice_trim(p.text);
		fr->inner = syslog_split(s, memo, fr);
		if (fr->inner == FRAMING_NONE || fr->tag.len == 0) {
			*fr = as_was;
			continue;
		}
		if (fr->stamp.kind == STAMP_BSD) {
			st = p.stamp.kind == STAMP_ZONED ?
			    p.stamp :
			    find_time(f, scratch);
			date(&fr->stamp, &st, scratch);
		}
		return true;
	}
	return false;
}

struct stamp
collector_time(struct slice line, struct buf *scratch)
{
	static const struct path top;
	struct found f = { .members = 0 };

	if (!buf_reserve(scratch, line.len) || !read_object(line, &top, 0, &f))
		return (struct stamp){ 0 };
	return find_time(&f, scratch);
}

bool
collector_json(struct slice line, struct framing_memo *memo,
    struct buf *scratch, struct frame *fr)
{
	static const struct path top;
	struct frame as_was = *fr;
	struct found f = { .members = 0 };
	struct slice s;

	if (!buf_reserve(scratch, line.len + COLLECTOR_ROOM) ||
	    !read_object(line, &top, 0, &f))
		return false;
	if (!set_tag(&f, scratch, fr)) {
		if (split_whole(&f, memo, scratch, fr))
			return true;
		*fr = as_was;
		return false;
	}
	s = best(&f, W_TEXT, scratch);
	if (s.len == 0) {
		*fr = as_was;
		return false;
	}
	while (
	    s.len > 0 && (s.ptr[s.len - 1] == '\n' || s.ptr[s.len - 1] == '\r'))
		s.len--;
	fr->host = best(&f, W_HOST, scratch);
	fr->stamp = find_time(&f, scratch);
	syslog_text(s, fr);
	return true;
}
