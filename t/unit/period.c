#include "source/period.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/caltime.h"

/* Seconds since the epoch of RFC 3339 text. */
static int64_t
at(const char *text)
{
	unsigned int digits;
	uint32_t nsec;
	int64_t t;

	assert_true(caltime_parse(slice_cstr(text), &t, &nsec, &digits));
	return t;
}

/* "UTC" is given as no zone at all. */
static struct zone *
zone(const char *name)
{
	struct zone *z;
	struct err e;

	if (strcmp(name, "UTC") == 0)
		return NULL;
	assert_int_equal(zone_open(&z, name, &e), RC_OK);
	return z;
}

#define BERLIN	"Europe/Berlin"
#define SAT	"2026-11-28T21:20:00Z"		/* a Saturday */

struct good {
	const char	*text;
	const char	*zone;
	const char	*now;
	const char	*from, *until, *before;
	bool		 open;
};

static const struct good good[] = {
	{ "yesterday", "UTC", SAT, "2026-11-27T00:00:00Z",
	    "2026-11-28T00:00:00Z", "2026-11-26T00:00:00Z", false },
	{ "today", "UTC", SAT, "2026-11-28T00:00:00Z", SAT,
	    "2026-11-27T00:00:00Z", true },
	{ "this-week", "UTC", SAT, "2026-11-23T00:00:00Z", SAT,
	    "2026-11-16T00:00:00Z", true },
	{ "last-week", "UTC", SAT, "2026-11-16T00:00:00Z",
	    "2026-11-23T00:00:00Z", "2026-11-09T00:00:00Z", false },
	{ "this-month", "UTC", SAT, "2026-11-01T00:00:00Z", SAT,
	    "2026-10-01T00:00:00Z", true },
	{ "last-month", "UTC", SAT, "2026-10-01T00:00:00Z",
	    "2026-11-01T00:00:00Z", "2026-09-01T00:00:00Z", false },
	{ "this-year", "UTC", SAT, "2026-01-01T00:00:00Z", SAT,
	    "2025-01-01T00:00:00Z", true },
	{ "last-year", "UTC", SAT, "2025-01-01T00:00:00Z",
	    "2026-01-01T00:00:00Z", "2024-01-01T00:00:00Z", false },
	/* The week turns on Monday at midnight, not on Sunday. */
	{ "last-week", "UTC", "2026-11-29T23:59:59Z", "2026-11-16T00:00:00Z",
	    "2026-11-23T00:00:00Z", "2026-11-09T00:00:00Z", false },
	{ "last-week", "UTC", "2026-11-30T00:00:00Z", "2026-11-23T00:00:00Z",
	    "2026-11-30T00:00:00Z", "2026-11-16T00:00:00Z", false },
	/* ... and by the zone's clock. */
	{ "last-week", BERLIN, "2026-11-29T22:59:59Z", "2026-11-15T23:00:00Z",
	    "2026-11-22T23:00:00Z", "2026-11-08T23:00:00Z", false },
	{ "last-week", BERLIN, "2026-11-29T23:00:00Z", "2026-11-22T23:00:00Z",
	    "2026-11-29T23:00:00Z", "2026-11-15T23:00:00Z", false },
	{ "yesterday", "+14:00", "2026-11-28T10:00:00Z",
	    "2026-11-27T10:00:00Z", "2026-11-28T10:00:00Z",
	    "2026-11-26T10:00:00Z", false },
	{ "yesterday", "+14:00", "2026-11-28T09:59:59Z",
	    "2026-11-26T10:00:00Z", "2026-11-27T10:00:00Z",
	    "2026-11-25T10:00:00Z", false },
	/* Over the end of a year. */
	{ "yesterday", "UTC", "2027-01-01T00:00:00Z", "2026-12-31T00:00:00Z",
	    "2027-01-01T00:00:00Z", "2026-12-30T00:00:00Z", false },
	{ "last-month", "UTC", "2027-01-15T12:00:00Z", "2026-12-01T00:00:00Z",
	    "2027-01-01T00:00:00Z", "2026-11-01T00:00:00Z", false },
	{ "last-week", "UTC", "2027-01-05T12:00:00Z", "2026-12-28T00:00:00Z",
	    "2027-01-04T00:00:00Z", "2026-12-21T00:00:00Z", false },
	{ "2026-12", "UTC", SAT, "2026-12-01T00:00:00Z",
	    "2027-01-01T00:00:00Z", "2026-11-01T00:00:00Z", false },
	{ "2026-01", "UTC", SAT, "2026-01-01T00:00:00Z",
	    "2026-02-01T00:00:00Z", "2025-12-01T00:00:00Z", false },
	{ "2026", "UTC", SAT, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z",
	    "2025-01-01T00:00:00Z", false },
	{ "2026", BERLIN, SAT, "2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z",
	    "2024-12-31T23:00:00Z", false },
	{ "last-month", "UTC", "2026-03-31T12:00:00Z", "2026-02-01T00:00:00Z",
	    "2026-03-01T00:00:00Z", "2026-01-01T00:00:00Z", false },
	/* ISO weeks: 2026 has 53, 2025 began in 2024, 2027 begins late. */
	{ "2026-W47", "UTC", SAT, "2026-11-16T00:00:00Z",
	    "2026-11-23T00:00:00Z", "2026-11-09T00:00:00Z", false },
	{ "2026-W01", "UTC", SAT, "2025-12-29T00:00:00Z",
	    "2026-01-05T00:00:00Z", "2025-12-22T00:00:00Z", false },
	{ "2026-W53", "UTC", SAT, "2026-12-28T00:00:00Z",
	    "2027-01-04T00:00:00Z", "2026-12-21T00:00:00Z", false },
	{ "2027-W01", "UTC", SAT, "2027-01-04T00:00:00Z",
	    "2027-01-11T00:00:00Z", "2026-12-28T00:00:00Z", false },
	{ "2025-W01", "UTC", SAT, "2024-12-30T00:00:00Z",
	    "2025-01-06T00:00:00Z", "2024-12-23T00:00:00Z", false },
	{ "2025-W52", "UTC", SAT, "2025-12-22T00:00:00Z",
	    "2025-12-29T00:00:00Z", "2025-12-15T00:00:00Z", false },
	/* Days of 23, 25 and 24 hours; a week and a month with such a day. */
	{ "2026-03-29", BERLIN, SAT, "2026-03-28T23:00:00Z",
	    "2026-03-29T22:00:00Z", "2026-03-27T23:00:00Z", false },
	{ "2026-10-25", BERLIN, SAT, "2026-10-24T22:00:00Z",
	    "2026-10-25T23:00:00Z", "2026-10-23T22:00:00Z", false },
	{ "2026-10-26", BERLIN, SAT, "2026-10-25T23:00:00Z",
	    "2026-10-26T23:00:00Z", "2026-10-24T22:00:00Z", false },
	{ "yesterday", BERLIN, "2026-10-25T23:00:00Z", "2026-10-24T22:00:00Z",
	    "2026-10-25T23:00:00Z", "2026-10-23T22:00:00Z", false },
	{ "yesterday", BERLIN, "2026-10-25T22:59:59Z", "2026-10-23T22:00:00Z",
	    "2026-10-24T22:00:00Z", "2026-10-22T22:00:00Z", false },
	{ "2026-W43", BERLIN, SAT, "2026-10-18T22:00:00Z",
	    "2026-10-25T23:00:00Z", "2026-10-11T22:00:00Z", false },
	{ "2026-03", BERLIN, SAT, "2026-02-28T23:00:00Z",
	    "2026-03-31T22:00:00Z", "2026-01-31T23:00:00Z", false },
	/* Half an hour. */
	{ "2026-10-04", "Australia/Lord_Howe", SAT, "2026-10-03T13:30:00Z",
	    "2026-10-04T13:00:00Z", "2026-10-02T13:30:00Z", false },
	/* Midnight skipped: the day begins at one. */
	{ "2018-11-04", "America/Sao_Paulo", SAT, "2018-11-04T03:00:00Z",
	    "2018-11-05T02:00:00Z", "2018-11-03T03:00:00Z", false },
	/* Midnight shown twice: the first is the beginning. */
	{ "2026-11-01", "America/Havana", SAT, "2026-11-01T04:00:00Z",
	    "2026-11-02T05:00:00Z", "2026-10-31T04:00:00Z", false },
	/* The hour before midnight shown twice: the day before is longer. */
	{ "2018-02-17", "America/Sao_Paulo", SAT, "2018-02-17T02:00:00Z",
	    "2018-02-18T03:00:00Z", "2018-02-16T02:00:00Z", false },
	{ "2024-02-29", "UTC", SAT, "2024-02-29T00:00:00Z",
	    "2024-03-01T00:00:00Z", "2024-02-28T00:00:00Z", false },
	{ "1970", "UTC", SAT, "1970-01-01T00:00:00Z", "1971-01-01T00:00:00Z",
	    "1969-01-01T00:00:00Z", false },
	{ "2100", "UTC", SAT, "2100-01-01T00:00:00Z", "2101-01-01T00:00:00Z",
	    "2099-01-01T00:00:00Z", false },
	/* Before the epoch. */
	{ "yesterday", "UTC", "1970-01-01T12:00:00Z", "1969-12-31T00:00:00Z",
	    "1970-01-01T00:00:00Z", "1969-12-30T00:00:00Z", false },
	{ "last-week", "UTC", "1970-01-01T12:00:00Z", "1969-12-22T00:00:00Z",
	    "1969-12-29T00:00:00Z", "1969-12-15T00:00:00Z", false },
	/* Ranges: a name as the second end is meant whole. */
	{ "2026-11-01..2026-11-30", "UTC", SAT, "2026-11-01T00:00:00Z",
	    "2026-12-01T00:00:00Z", "2026-10-02T00:00:00Z", false },
	{ "2026-11..2026-11", "UTC", SAT, "2026-11-01T00:00:00Z",
	    "2026-12-01T00:00:00Z", "2026-10-02T00:00:00Z", false },
	{ "2026-11-24..2026-11-24", "UTC", SAT, "2026-11-24T00:00:00Z",
	    "2026-11-25T00:00:00Z", "2026-11-23T00:00:00Z", false },
	{ "2026-01..2026-03", BERLIN, SAT, "2025-12-31T23:00:00Z",
	    "2026-03-31T22:00:00Z", "2025-10-02T22:00:00Z", false },
	{ "2025-12..2026-01-15", "UTC", SAT, "2025-12-01T00:00:00Z",
	    "2026-01-16T00:00:00Z", "2025-10-16T00:00:00Z", false },
	{ "2026-W46..2026-W47", "UTC", SAT, "2026-11-09T00:00:00Z",
	    "2026-11-23T00:00:00Z", "2026-10-26T00:00:00Z", false },
	{ "2025..2026", "UTC", SAT, "2025-01-01T00:00:00Z",
	    "2027-01-01T00:00:00Z", "2023-01-02T00:00:00Z", false },
	{ "2026-11-24..today", "UTC", SAT, "2026-11-24T00:00:00Z", SAT,
	    "2026-11-19T02:40:00Z", true },
	{ "today..2026-11-30", "UTC", SAT, "2026-11-28T00:00:00Z",
	    "2026-12-01T00:00:00Z", "2026-11-25T00:00:00Z", false },
	{ "2026-11-24T10:00:00Z..2026-11-24T10:00:01Z", BERLIN, SAT,
	    "2026-11-24T10:00:00Z", "2026-11-24T10:00:01Z",
	    "2026-11-24T09:59:59Z", false },
	{ "2026-11-24T10:00:00+01:00..2026-11-24", "UTC", SAT,
	    "2026-11-24T09:00:00Z", "2026-11-25T00:00:00Z",
	    "2026-11-23T18:00:00Z", false },
	{ "2026-11..2026-11-24T00:00:00+01:00", BERLIN, SAT,
	    "2026-10-31T23:00:00Z", "2026-11-23T23:00:00Z",
	    "2026-10-08T22:00:00Z", false },
	/* A day that the zone left out, inside a range, is not missed. */
	{ "2011-12-29..2011-12-31", "Pacific/Apia", SAT,
	    "2011-12-29T10:00:00Z", "2011-12-31T10:00:00Z",
	    "2011-12-26T10:00:00Z", false },
};

static void
test_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		const struct good *c = &good[i];
		struct zone *z = zone(c->zone);
		struct period p;
		struct err e = { 0 };

		if (period_parse(&p, slice_cstr(c->text), z, at(c->now),
		    &e) != RC_OK)
			fail_msg("%s: %s", c->text, e.what);
		if (p.from != at(c->from) || p.until != at(c->until) ||
		    p.before != at(c->before) || p.open != c->open)
			fail_msg("%s in %s at %s: from %+lld until %+lld "
			    "before %+lld open %d", c->text, c->zone, c->now,
			    (long long)(p.from - at(c->from)),
			    (long long)(p.until - at(c->until)),
			    (long long)(p.before - at(c->before)), p.open);
		zone_free(z);
	}
}

struct bad {
	const char	*text;
	const char	*zone;
	const char	*now;
	uint64_t	 off;
	const char	*what;		/* how err.what begins */
};

static const struct bad bad[] = {
	{ "", "UTC", SAT, 0, "no period given" },
	{ "Yesterday", "UTC", SAT, 0, "no such period" },
	{ "yesterday ", "UTC", SAT, 0, "no such period" },
	{ " 2026", "UTC", SAT, 0, "no such period" },
	{ "lastweek", "UTC", SAT, 0, "no such period" },
	{ "last week", "UTC", SAT, 0, "no such period" },
	{ "next-week", "UTC", SAT, 0, "no such period" },
	{ "now", "UTC", SAT, 0, "no such period" },
	{ "-1d", "UTC", SAT, 0, "no such period" },
	{ "26", "UTC", SAT, 0, "bad date" },
	{ "202", "UTC", SAT, 0, "bad date" },
	{ "20261", "UTC", SAT, 0, "bad date" },
	{ "202611", "UTC", SAT, 0, "bad date" },
	{ "20261124", "UTC", SAT, 0, "bad date" },
	{ "2026-", "UTC", SAT, 0, "bad date" },
	{ "2026-1", "UTC", SAT, 0, "bad date" },
	{ "2026-11-", "UTC", SAT, 0, "bad date" },
	{ "2026-11-4", "UTC", SAT, 0, "bad date" },
	{ "2026/11", "UTC", SAT, 0, "bad date" },
	{ "2026-11/24", "UTC", SAT, 0, "bad date" },
	{ "2026-1a", "UTC", SAT, 0, "bad date" },
	{ "24.11.2026", "UTC", SAT, 0, "bad date" },
	{ "2026-w47", "UTC", SAT, 0, "bad date" },
	{ "2026W47", "UTC", SAT, 0, "bad date" },
	{ "2026-00", "UTC", SAT, 5, "no such month" },
	{ "2026-13", "UTC", SAT, 5, "no such month" },
	{ "2026-13-01", "UTC", SAT, 5, "no such month" },
	{ "2026-11-00", "UTC", SAT, 8, "no such day" },
	{ "2026-11-31", "UTC", SAT, 8, "no such day" },
	{ "2026-02-29", "UTC", SAT, 8, "no such day" },
	{ "2100-02-29", "UTC", SAT, 8, "no such day" },
	{ "1969", "UTC", SAT, 0, "the year is not" },
	{ "2101-01", "UTC", SAT, 0, "the year is not" },
	{ "2101-01-01T00:00:00Z..2101-02", "UTC", SAT, 0,
	    "the year is not" },
	{ "2026-W", "UTC", SAT, 6, "a week has two digits" },
	{ "2026-W7", "UTC", SAT, 6, "a week has two digits" },
	{ "2026-W047", "UTC", SAT, 6, "a week has two digits" },
	{ "2026-W47-1", "UTC", SAT, 6, "a week has two digits" },
	{ "2026-W00", "UTC", SAT, 6, "no such week" },
	{ "2026-W54", "UTC", SAT, 6, "no such week" },
	{ "2025-W53", "UTC", SAT, 6, "no such week" },
	{ "2027-W53", "UTC", SAT, 6, "no such week" },
	{ "2026-11-24T10:00:00", "UTC", SAT, 0, "bad time" },
	{ "2026-11-24T10:00Z", "UTC", SAT, 0, "bad time" },
	{ "2026-11-24 10:00", "UTC", SAT, 0, "bad time" },
	{ "2026-11-24T25:00:00Z", "UTC", SAT, 0, "bad time" },
	{ "2026-11-240", "UTC", SAT, 0, "bad time" },
	{ "2026-11-24T10:00:00.5Z..2026-11-25", "UTC", SAT, 0,
	    "a time in whole seconds" },
	{ "2026-11-24T10:00:00Z", "UTC", SAT, 0, "a time is no period" },
	{ "..", "UTC", SAT, 0, "an end of A..B is missing" },
	{ "2026-11..", "UTC", SAT, 7, "an end of A..B is missing" },
	{ "..2026-11", "UTC", SAT, 0, "an end of A..B is missing" },
	{ "2026-11...2026-12", "UTC", SAT, 9, "no such period" },
	{ "2026-10..2026-11..2026-12", "UTC", SAT, 9, "bad time" },
	{ "2026-11 .. 2026-12", "UTC", SAT, 0, "bad date" },
	{ "2026-11..2026-02-30", "UTC", SAT, 17, "no such day" },
	{ "2026-11..2026-1x", "UTC", SAT, 9, "bad date" },
	{ "2026-12..2026-10", "UTC", SAT, 9, "this period ends before" },
	{ "2026-11-25..2026-11-23", "UTC", SAT, 12,
	    "this period ends before" },
	{ "2026-11-25..2026-11-24", "UTC", SAT, 12, "nothing lies in" },
	{ "2026-11-24T10:00:00Z..2026-11-24T11:00:00+01:00", "UTC", SAT, 22,
	    "nothing lies in" },
	{ "2026-12..today", "UTC", SAT, 9, "nothing of this period" },
	{ "today", "UTC", "2026-11-28T00:00:00Z", 0,
	    "nothing of this period" },
	{ "this-week", BERLIN, "2026-11-22T23:00:00Z", 0,
	    "nothing of this period" },
	/* The day that Samoa left out. */
	{ "2011-12-30", "Pacific/Apia", SAT, 0, "nothing lies in" },
};

static void
test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const struct bad *c = &bad[i];
		struct zone *z = zone(c->zone);
		struct period p;
		struct err e = { 0 };

		if (period_parse(&p, slice_cstr(c->text), z, at(c->now),
		    &e) != RC_DAMAGED)
			fail_msg("%s: accepted", c->text);
		if (e.off != c->off || !slice_starts(slice_cstr(e.what),
		    slice_cstr(c->what)))
			fail_msg("%s: offset %llu: %s", c->text,
			    (unsigned long long)e.off, e.what);
		zone_free(z);
	}
}

/* Bytes that are no text, and every text above cut short, at any length. */
static void
test_cut(void **state)
{
	struct period p;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		for (size_t n = 0; n <= strlen(good[i].text); n++) {
			char *copy = malloc(n == 0 ? 1 : n);

			assert_non_null(copy);
			memcpy(copy, good[i].text, n);
			if (period_parse(&p, slice_of(copy, n), NULL,
			    at(good[i].now), &e) == RC_OK)
				assert_true(p.before < p.from &&
				    p.from < p.until);
			free(copy);
		}
	assert_int_equal(period_parse(&p, slice_of("2026\0", 5), NULL, 0, &e),
	    RC_DAMAGED);
	assert_int_equal(period_parse(&p, slice_of("\xff\xfe", 2), NULL, 0,
	    NULL), RC_DAMAGED);
}

/* Days follow one another without a hole, whatever the clock does. */
static void
test_days(void **state)
{
	static const char *const names[] = { BERLIN, "America/Sao_Paulo",
	    "America/Havana", "Pacific/Apia", "Australia/Lord_Howe", "UTC" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct zone *z = zone(names[i]);

		for (int64_t t = at("2009-01-01T12:00:00Z");
		    t < at("2027-01-01T00:00:00Z"); t += 7201) {
			int64_t a = period_day(z, t, 0);
			int64_t b = period_day(z, t, 1);

			if (b == a)	/* the left-out day follows */
				b = period_day(z, t, 2);
			assert_true(a <= t);
			assert_true(t < b || period_day(z, t, 2) > t);
			assert_int_equal(period_day(z, a, 0), a);
			assert_int_equal(period_day(z, a - 1, 1), a);
		}
		zone_free(z);
	}
	assert_int_equal(period_day(NULL, at(SAT), -28),
	    at("2026-10-31T00:00:00Z"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_days),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
