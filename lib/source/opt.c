#include "source/opt.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/caltime.h"
#include "base/msg.h"
#include "base/slice.h"

#ifndef VERSION
#define VERSION	"unknown"
#endif

#define DAY		INT64_C(86400)
#define QUOTE_MAX	128	/* bytes of an argument that a message shows */
#define TIME_MAX	40	/* no time is longer */

/*
 * A standard descriptor that is closed must not become the next file that is
 * opened: records would be written into it.  What takes its place fails on
 * use, so that the trouble is reported.
 */
static void
hold_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) == -1)
			(void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY :
			    O_RDONLY);
}

void
opt_init(struct opt *o)
{
	hold_descriptors();
	*o = (struct opt){
		.format = REC_JSON,
		.slack = 3600,
		.hash = true,
		.sandbox = SANDBOX_AUTO,
	};
}

void
opt_free(struct opt *o)
{
	zone_free(o->zone);
	zone_free(o->show_zone);
	o->zone = o->show_zone = NULL;
}

/* "fmt", which has one %s for the argument, made safe to show. */
static _Noreturn void
MSG_PRINTF(1, 0)
bad(const char *fmt, const char *arg)
{
	char text[QUOTE_MAX];

	msg_usage(fmt, msg_quote(text, sizeof(text), slice_cstr(arg)));
}

/* The first word of *s, which is dropped from it. */
static struct slice
word(struct slice *s)
{
	struct slice head, rest;

	*s = slice_trim(*s);
	if (!slice_cut(*s, ' ', &head, &rest)) {
		head = *s;
		rest = slice_from(*s, s->len);
	}
	*s = rest;
	return head;
}

/* True if getopt's letters have this one. */
static bool
has_letter(const char *letters, int c)
{
	return c > 0 && c < 256 && c != ':' &&
	    slice_chr(slice_cstr(letters), (unsigned char)c) != SLICE_NONE;
}

int
opt_next(int argc, char **argv, const char *letters,
    const struct option *longs)
{
	const char *arg;
	int c, at = optind;
	char one[2] = "";

	opterr = 0;
	c = getopt_long(argc, argv, letters, longs, NULL);
	if (c != '?' && c != ':')
		return c;
	if (has_letter(letters, optopt)) {
		one[0] = (char)optopt;
		bad("option -%s needs a value", one);
	}
	if (optopt > 0 && optopt < 256) {
		one[0] = (char)optopt;
		bad("unknown option -%s", one);
	}
	arg = argv[optind > at ? optind - 1 : at];
	if (optopt == 0)
		bad("unknown option %s", arg);
	if (slice_chr(slice_cstr(arg), '=') != SLICE_NONE)
		bad("option takes no value: %s", arg);
	bad("option %s needs a value", arg);
}

void
opt_unknown(int c, const char *arg, const char *more)
{
	struct buf list;
	struct slice s, w;
	char text[QUOTE_MAX], words[QUOTE_MAX];

	if (c != 'o')
		msg_usage("unknown option");
	buf_init(&list, sizeof(words) - 1);
	(void)buf_add(&list, SLICE("json, tsv, csv"));
	s = slice_cstr(more == NULL ? "" : more);
	while ((w = word(&s)).len > 0) {
		(void)buf_add(&list, SLICE(", "));
		(void)buf_add(&list, w);
	}
	msg_quote(words, sizeof(words), buf_slice(&list));
	buf_free(&list);
	msg_usage("unknown output format '%s': use one of %s",
	    msg_quote(text, sizeof(text), slice_cstr(arg)), words);
}

/* The whole argument as a number from min to max. */
static bool
number(const char *arg, int min, int max, int *out)
{
	uint64_t u;

	if (!slice_u64(slice_cstr(arg), (uint64_t)max, &u) ||
	    u < (uint64_t)min)
		return false;
	*out = (int)u;
	return true;
}

/* A number with a unit: s m h d w; seconds when there is none. */
static bool
duration(struct slice s, uint64_t limit, int64_t *sec)
{
	static const struct {
		unsigned char	c;
		unsigned int	sec;
	} unit[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 },
	    { 'd', 86400 }, { 'w', 604800 } };
	uint64_t u, mul = 1;

	for (size_t i = 0; i < sizeof(unit) / sizeof(*unit); i++)
		if (s.len > 1 && s.ptr[s.len - 1] == unit[i].c) {
			mul = unit[i].sec;
			s = slice_sub(s, 0, s.len - 1);
			break;
		}
	if (!slice_u64(s, limit / mul, &u))
		return false;
	*sec = (int64_t)(u * mul);
	return true;
}

/* Check the keys of -f. */
static void
check_columns(const char *arg)
{
	struct slice key, s = slice_cstr(arg);
	char text[QUOTE_MAX];
	bool more;

	do {
		struct slice rest;

		more = slice_cut(s, ',', &key, &rest);
		if (!more)
			key = s;
		s = rest;
		if (field_find(key) == FIELD_N)
			msg_usage("unknown key '%s' in -f: see mxrecord(5)",
			    msg_quote(text, sizeof(text), key));
	} while (more);
}

static void
add_alias(struct opt *o, const char *arg)
{
	struct slice a, b;

	if (!slice_cut(slice_cstr(arg), '=', &a, &b) || a.len == 0 ||
	    b.len == 0 || slice_chr(b, '=') != SLICE_NONE)
		bad("bad --host-alias '%s': use LOGGED=NAME", arg);
	if (o->nalias == OPT_ALIAS_MAX)
		msg_usage("more than %d --host-alias", OPT_ALIAS_MAX);
	o->alias[o->nalias++] = arg;
}

static enum sandbox_mode
sandbox_mode(const char *arg)
{
	struct slice s = slice_cstr(arg);

	if (slice_eq(s, SLICE("auto")))
		return SANDBOX_AUTO;
	if (slice_eq(s, SLICE("require")))
		return SANDBOX_REQUIRE;
	if (slice_eq(s, SLICE("off")))
		return SANDBOX_OFF;
	bad("bad --sandbox '%s': use auto, require or off", arg);
}

/* Write to standard output and end. */
static _Noreturn void
say(const char *a, const char *b, const char *c, const char *d)
{
	if (printf("%s%s%s%s", a, b, c, d) < 0 || fflush(stdout) != 0)
		exit(msg_error("standard output: cannot write"));
	exit(EXIT_YES);
}

bool
opt_common(struct opt *o, int c, const char *arg, const char *help)
{
	int64_t sec;

	switch (c) {
	case 'o':
		return rec_format_find(slice_cstr(arg), &o->format);
	case 'f':
		check_columns(arg);
		o->columns = arg;
		break;
	case 's':
		o->since_text = arg;
		break;
	case 'u':
		o->until_text = arg;
		break;
	case 'z':
		o->tz = arg;
		break;
	case 'y':
		if (!number(arg, OPT_YEAR_MIN, OPT_YEAR_MAX, &o->year))
			bad("bad year '%s': use four digits, 1970 to 2100",
			    arg);
		break;
	case 'e':
		o->events = true;
		break;
	case 'q':
		msg_quiet(1);
		break;
	case 'v':
		o->verbose = true;
		break;
	case 'h':
		say(help, "", "", "");
	case 'V':
		say(msg_tool(), " (Postmortem) ", VERSION, "\n");
	case OPT_SHOW_TZ:
		o->show_tz = arg;
		break;
	case OPT_NOW:
		o->now_text = arg;
		break;
	case OPT_SLACK:
		if (!duration(slice_cstr(arg), INT32_MAX, &sec))
			bad("bad --slack '%s': use seconds, or 30m, 2h", arg);
		o->slack = (int)sec;
		break;
	case OPT_NO_HASH:
		o->hash = false;
		break;
	case OPT_UNKNOWN:
		o->unknown = true;
		break;
	case OPT_PARTIAL:
		o->partial = true;
		break;
	case OPT_PREFIX:
		o->prefix = arg;
		break;
	case OPT_HOST_ALIAS:
		add_alias(o, arg);
		break;
	case OPT_RUN_LOG:
		o->run_log = arg;
		break;
	case OPT_SANDBOX:
		o->sandbox = sandbox_mode(arg);
		break;
	case OPT_NO_SANDBOX:
		o->sandbox = SANDBOX_OFF;
		break;
	default:
		return false;
	}
	return true;
}

/* The instant of a local time; *note when there are two or none. */
static int64_t
local_time(const struct zone *z, int64_t local, const char **note)
{
	int64_t utc = local;

	switch (zone_utc(z, local, &utc)) {
	case ZONE_OK:
		break;
	case ZONE_AMBIGUOUS:
		*note = "the clock showed it twice; the earlier is taken";
		break;
	case ZONE_SKIPPED:
		*note = "the clock skipped it; the instant after is taken";
		break;
	}
	return utc;
}

/* Midnight, `days` before the day that `now` lies in. */
static int64_t
midnight(const struct zone *z, int64_t now, int64_t days, const char **note)
{
	int64_t local = now + zone_offset(z, now, NULL);
	int64_t day = local / DAY - (local % DAY < 0);

	return local_time(z, (day - days) * DAY, note);
}

/*
 * A calendar time, made whole first: the date alone is midnight, seconds may
 * be missing, and so may the zone.
 */
static bool
calendar(struct slice s, const struct zone *z, bool up, int64_t *sec,
    const char **note)
{
	unsigned char text[TIME_MAX + 16];
	struct slice tail;
	unsigned int digits;
	uint32_t nsec;
	size_t n = 0;

	if (s.len < 10 || s.len > TIME_MAX)
		return false;
	if (s.len == 10) {
		tail = SLICE("T00:00:00");
		n = 10;
	} else if (s.len >= 16 && (s.len == 16 || s.ptr[16] != ':')) {
		tail = SLICE(":00");
		n = 16;
	} else {
		tail = SLICE("");
		n = s.len;
	}
	memcpy(text, s.ptr, n);
	memcpy(text + n, tail.ptr, tail.len);
	memcpy(text + n + tail.len, s.ptr + n, s.len - n);
	n = s.len + tail.len;
	if (!caltime_parse(slice_of(text, n), sec, &nsec, &digits)) {
		text[n] = 'Z';
		if (!caltime_parse(slice_of(text, n + 1), sec, &nsec, &digits))
			return false;
		*sec = local_time(z, *sec, note);
	}
	if (up && nsec != 0)
		++*sec;
	return true;
}

bool
opt_time(const char *text, const struct zone *z, int64_t now, bool up,
    int64_t *sec, const char **note)
{
	struct slice s = slice_cstr(text);
	int64_t ago;

	*note = NULL;
	if (slice_eq(s, SLICE("now")))
		*sec = now;
	else if (slice_eq(s, SLICE("today")))
		*sec = midnight(z, now, 0, note);
	else if (slice_eq(s, SLICE("yesterday")))
		*sec = midnight(z, now, 1, note);
	else if (s.len > 2 && s.ptr[0] == '-' &&
	    !ascii_digit(s.ptr[s.len - 1]) &&
	    duration(slice_from(s, 1), UINT64_C(200) * 366 * 86400, &ago))
		*sec = now - ago;
	else
		return calendar(s, z, up, sec, note);
	return true;
}

static struct zone *
open_zone(const char *name)
{
	struct zone *z;
	struct err e;

	if (zone_open(&z, name, &e) == RC_OK)
		return z;
	if (e.sys == 0)
		bad("unknown zone '%s': see timedatectl list-timezones or use "
		    "+HH:MM", name);
	exit(msg_err(name, RC_FAIL, &e));
}

/* Read one of the options that are times, or end the program. */
static int64_t
read_time(const char *opt, const char *arg, const struct zone *z, int64_t now,
    bool up)
{
	char text[QUOTE_MAX];
	const char *note;
	int64_t sec;

	msg_quote(text, sizeof(text), slice_cstr(arg));
	if (!opt_time(arg, z, now, up, &sec, &note))
		msg_usage("bad %s '%s': use YYYY-MM-DD, 'YYYY-MM-DD HH:MM:SS', "
		    "RFC 3339, today, yesterday, -2h or -3d", opt, text);
	if (note != NULL)
		msg_note("%s '%s': %s", opt, text, note);
	return sec;
}

void
opt_check(struct opt *o)
{
	struct zone *utc = NULL;
	const struct zone *z;

	if (o->tz != NULL)
		z = o->zone = open_zone(o->tz);
	else
		z = utc = open_zone("UTC");
	if (o->show_tz != NULL)
		o->show_zone = open_zone(o->show_tz);
	o->now = (int64_t)time(NULL);
	if (o->now_text != NULL) {
		o->has_now = true;
		o->now = read_time("--now", o->now_text, z, o->now, false);
	}
	if (o->since_text != NULL) {
		o->has_since = true;
		o->since = read_time("--since", o->since_text, z, o->now,
		    false);
	}
	if (o->until_text != NULL) {
		o->has_until = true;
		o->until = read_time("--until", o->until_text, z, o->now,
		    true);
	}
	zone_free(utc);
	if (o->has_since && o->has_until && o->since > o->until)
		msg_usage("--since is after --until");
	if (o->has_since && o->has_until && o->since == o->until)
		msg_usage("--since and --until are the same: nothing lies "
		    "between them");
}
