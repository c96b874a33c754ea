#include "fmt/syslog_part.h"

#include "base/banned.h"

bool
syslog_is_level(struct slice s)
{
	static const struct slice fac[] = {
		{ (const unsigned char *)"mail", 4 },
		{ (const unsigned char *)"kern", 4 },
		{ (const unsigned char *)"user", 4 },
		{ (const unsigned char *)"daemon", 6 },
		{ (const unsigned char *)"auth", 4 },
		{ (const unsigned char *)"security", 8 },
		{ (const unsigned char *)"syslog", 6 },
		{ (const unsigned char *)"lpr", 3 },
		{ (const unsigned char *)"news", 4 },
		{ (const unsigned char *)"uucp", 4 },
		{ (const unsigned char *)"cron", 4 },
		{ (const unsigned char *)"authpriv", 8 },
		{ (const unsigned char *)"ftp", 3 },
		{ (const unsigned char *)"ntp", 3 },
		{ (const unsigned char *)"audit", 5 },
		{ (const unsigned char *)"console", 7 },
	};
	static const struct slice lev[] = {
		{ (const unsigned char *)"info", 4 },
		{ (const unsigned char *)"notice", 6 },
		{ (const unsigned char *)"warning", 7 },
		{ (const unsigned char *)"warn", 4 },
		{ (const unsigned char *)"err", 3 },
		{ (const unsigned char *)"error", 5 },
		{ (const unsigned char *)"crit", 4 },
		{ (const unsigned char *)"alert", 5 },
		{ (const unsigned char *)"emerg", 5 },
		{ (const unsigned char *)"panic", 5 },
		{ (const unsigned char *)"debug", 5 },
	};
	struct slice f, l;
	uint64_t n;
	size_t i;

	/* AIX has a colon. */
	if (s.len > 24 || (!slice_cut(s, '.', &f, &l) &&
	    !slice_cut(s, ':', &f, &l)))
		return false;
	if (slice_u64(f, SYSLOG_PRI_MAX / 8, &n))
		return l.len == 1 && slice_u64(l, 7, &n);
	for (i = 0; i < sizeof(lev) / sizeof(lev[0]); i++)
		if (slice_eq(l, lev[i]))
			break;
	if (i == sizeof(lev) / sizeof(lev[0]))
		return false;
	if (f.len == 6 && slice_starts(f, SLICE("local")))
		return f.ptr[5] >= '0' && f.ptr[5] <= '7';
	for (i = 0; i < sizeof(fac) / sizeof(fac[0]); i++)
		if (slice_eq(f, fac[i]))
			return true;
	return false;
}

/* Take "N time" or "N times" off the front. */
static bool
take_times(struct slice *s, uint32_t *n)
{
	struct slice num, rest;
	uint64_t v;

	if (!slice_cut(*s, ' ', &num, &rest) ||
	    !slice_u64(num, UINT32_MAX, &v) || v == 0 ||
	    !slice_take(&rest, SLICE("time")))
		return false;
	(void)slice_take(&rest, SLICE("s"));
	*s = rest;
	*n = (uint32_t)v;
	return true;
}

bool
syslog_last_repeated(struct slice s, uint32_t *n)
{
	bool dashes = slice_take(&s, SLICE("--- "));
	uint32_t v;

	if (!slice_take(&s, SLICE("last message repeated ")) ||
	    !take_times(&s, &v) ||
	    (dashes && !slice_take(&s, SLICE(" ---"))) ||
	    slice_trim(s).len != 0)
		return false;
	*n = v;
	return true;
}

/* "message repeated N times: [ text]", which may have lost its bracket. */
static bool
repeated(struct slice *s, uint32_t *n)
{
	struct slice t = *s;
	uint32_t v;

	if (!slice_take(&t, SLICE("message repeated ")) ||
	    !take_times(&t, &v) || !slice_take(&t, SLICE(": [")))
		return false;
	t = unblank(t);
	if (slice_ends(t, SLICE("]")))
		t.len--;
	*s = t;
	*n = v;
	return true;
}

/* Drop "[ID n mail.level] ". */
static void
unsolaris(struct slice *s)
{
	struct slice t = *s, id, level;

	if (slice_take(&t, SLICE("[ID ")) && slice_cut(t, ' ', &id, &t) &&
	    slice_digits(id) && id.len <= SYSLOG_PID_DIGITS &&
	    slice_cut(t, ']', &level, &t) && syslog_is_level(level))
		*s = unblank(t);
}

void
syslog_odd_text(struct slice s, struct frame *fr)
{
	/* rsyslog's %msg% begins with a blank; templates add another one. */
	while (s.len > 0 && *s.ptr == ' ' && fr->tag.len > 0)
		s = slice_from(s, 1);
	if (s.len > 0 && *s.ptr == '[')
		unsolaris(&s);
	if (s.len > 0 && *s.ptr == 'm')
		(void)repeated(&s, &fr->repeat);
	else if (s.len > 0 && (*s.ptr == 'l' || *s.ptr == '-'))
		fr->last_repeated = syslog_last_repeated(s, &fr->repeat);
	fr->text = s;
}

void
syslog_text(struct slice s, struct frame *fr)
{
	text(s, fr);
}
