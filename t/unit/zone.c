#include "io/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/caltime.h"
#include "base/slice.h"

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

static struct zone *
zone(const char *name)
{
	struct zone *z;
	struct err e;

	assert_int_equal(zone_open(&z, name, &e), RC_OK);
	return z;
}

struct offset_case {
	const char	*zone;
	const char	*utc;
	int32_t		 east;
	const char	*abbrev;
};

static const struct offset_case offset_cases[] = {
	{ "Europe/Berlin", "2026-03-29T00:59:59Z", 3600, "CET" },
	{ "Europe/Berlin", "2026-03-29T01:00:00Z", 7200, "CEST" },
	{ "Europe/Berlin", "2026-10-25T00:59:59Z", 7200, "CEST" },
	{ "Europe/Berlin", "2026-10-25T01:00:00Z", 3600, "CET" },
	{ "Europe/Berlin", "2079-07-01T00:00:00Z", 7200, "CEST" },
	{ "Europe/Berlin", "1975-07-01T00:00:00Z", 3600, "CET" },
	{ "Europe/Berlin", "1960-01-01T00:00:00Z", 3600, "CET" },
	{ "America/New_York", "2026-03-08T06:59:59Z", -18000, "EST" },
	{ "America/New_York", "2026-03-08T07:00:00Z", -14400, "EDT" },
	{ "America/New_York", "2026-11-01T05:59:59Z", -14400, "EDT" },
	{ "America/New_York", "2026-11-01T06:00:00Z", -18000, "EST" },
	{ "Australia/Lord_Howe", "2026-04-04T14:59:59Z", 39600, "+11" },
	{ "Australia/Lord_Howe", "2026-04-04T15:00:00Z", 37800, "+1030" },
	{ "Asia/Kolkata", "2026-06-01T00:00:00Z", 19800, "IST" },
	/* Two changes a month apart: the fasting month without summer time. */
	{ "Africa/Casablanca", "2026-02-20T00:00:00Z", 0, "+00" },
	{ "Africa/Casablanca", "2026-04-20T00:00:00Z", 3600, "+01" },
	/* A whole day left out. */
	{ "Pacific/Apia", "2011-12-30T09:59:59Z", -36000, "-10" },
	{ "Pacific/Apia", "2011-12-30T10:00:00Z", 50400, "+14" },
	{ "UTC", "2026-06-01T00:00:00Z", 0, "UTC" },
	{ "Z", "2026-06-01T00:00:00Z", 0, "UTC" },
	{ NULL, "2026-06-01T00:00:00Z", 0, "UTC" },
	{ "+02:00", "2026-06-01T00:00:00Z", 7200, "+02:00" },
	{ "+0200", "2026-06-01T00:00:00Z", 7200, "+02:00" },
	{ "+02", "2026-06-01T00:00:00Z", 7200, "+02:00" },
	{ "-0530", "2026-06-01T00:00:00Z", -19800, "-05:30" },
	{ "-00:30", "2026-06-01T00:00:00Z", -1800, "-00:30" },
	{ "+00:00", "2026-06-01T00:00:00Z", 0, "+00:00" },
};

static void
test_offset(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(offset_cases) / sizeof(*offset_cases);
	    i++) {
		const struct offset_case *c = &offset_cases[i];
		struct zone *z = zone(c->zone);
		const char *abbrev = "";

		assert_int_equal(zone_offset(z, at(c->utc), &abbrev), c->east);
		assert_string_equal(abbrev, c->abbrev);
		assert_int_equal(zone_offset(z, at(c->utc), NULL), c->east);
		zone_free(z);
	}
}

struct local_case {
	const char	*zone;
	const char	*local;		/* the clock on the wall, with a Z */
	const char	*utc;
	enum zone_local	 want;
};

static const struct local_case local_cases[] = {
	{ "Europe/Berlin", "2026-03-29T01:59:59Z", "2026-03-29T00:59:59Z",
	    ZONE_OK },
	{ "Europe/Berlin", "2026-03-29T02:00:00Z", "2026-03-29T01:00:00Z",
	    ZONE_SKIPPED },
	{ "Europe/Berlin", "2026-03-29T02:30:00Z", "2026-03-29T01:30:00Z",
	    ZONE_SKIPPED },
	{ "Europe/Berlin", "2026-03-29T03:00:00Z", "2026-03-29T01:00:00Z",
	    ZONE_OK },
	{ "Europe/Berlin", "2026-10-25T01:59:59Z", "2026-10-24T23:59:59Z",
	    ZONE_OK },
	{ "Europe/Berlin", "2026-10-25T02:00:00Z", "2026-10-25T00:00:00Z",
	    ZONE_AMBIGUOUS },
	{ "Europe/Berlin", "2026-10-25T02:59:59Z", "2026-10-25T00:59:59Z",
	    ZONE_AMBIGUOUS },
	{ "Europe/Berlin", "2026-10-25T03:00:00Z", "2026-10-25T02:00:00Z",
	    ZONE_OK },
	{ "America/New_York", "2026-03-08T02:15:00Z", "2026-03-08T07:15:00Z",
	    ZONE_SKIPPED },
	{ "America/New_York", "2026-11-01T01:15:00Z", "2026-11-01T05:15:00Z",
	    ZONE_AMBIGUOUS },
	{ "America/New_York", "2026-11-01T02:00:00Z", "2026-11-01T07:00:00Z",
	    ZONE_OK },
	/* Half an hour of summer time. */
	{ "Australia/Lord_Howe", "2026-04-05T01:29:59Z",
	    "2026-04-04T14:29:59Z", ZONE_OK },
	{ "Australia/Lord_Howe", "2026-04-05T01:45:00Z",
	    "2026-04-04T14:45:00Z", ZONE_AMBIGUOUS },
	{ "Australia/Lord_Howe", "2026-04-05T02:00:00Z",
	    "2026-04-04T15:30:00Z", ZONE_OK },
	{ "Australia/Lord_Howe", "2026-10-04T02:15:00Z",
	    "2026-10-03T15:45:00Z", ZONE_SKIPPED },
	{ "Australia/Lord_Howe", "2026-10-04T02:30:00Z",
	    "2026-10-03T15:30:00Z", ZONE_OK },
	{ "Asia/Kolkata", "2026-10-25T02:30:00Z", "2026-10-24T21:00:00Z",
	    ZONE_OK },
	{ "Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-30T22:00:00Z",
	    ZONE_SKIPPED },
	{ "UTC", "2026-10-25T02:30:00Z", "2026-10-25T02:30:00Z", ZONE_OK },
	{ "-0530", "2026-10-25T02:30:00Z", "2026-10-25T08:00:00Z", ZONE_OK },
};

static void
test_local(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(local_cases) / sizeof(*local_cases);
	    i++) {
		const struct local_case *c = &local_cases[i];
		struct zone *z = zone(c->zone);
		int64_t utc = -1;

		assert_int_equal(zone_utc(z, at(c->local), &utc), c->want);
		assert_int_equal(utc, at(c->utc));
		zone_free(z);
	}
}

/* There and back, every half hour of many years. */
static void
test_round_trip(void **state)
{
	static const char *const names[] = { "Europe/Berlin",
	    "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca",
	    "Pacific/Apia", "America/St_Johns", "+13:45" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct zone *z = zone(names[i]);

		for (int64_t t = at("2004-01-01T00:00:00Z");
		    t < at("2030-01-01T00:00:00Z"); t += 1800) {
			int64_t utc, local = t + zone_offset(z, t, NULL);
			enum zone_local got = zone_utc(z, local, &utc);

			assert_int_not_equal(got, ZONE_SKIPPED);
			if (got == ZONE_OK)
				assert_int_equal(utc, t);
			else
				assert_true(utc <= t && t - utc <= 86400);
		}
		zone_free(z);
	}
}

static void
test_bad(void **state)
{
	static const char *const bad[] = { "", " ", "Europe/Berln", "europe",
	    "Europe", "Europe/", "../zoneinfo/UTC", "Europe/../Europe/Berlin",
	    "/usr/share/zoneinfo/UTC", "/etc/passwd", "zone.tab", "tzdata.zi",
	    "leapseconds", "CET-1CEST", ":UTC", "+", "+2", "+2:00", "+24:00",
	    "+02:60", "+02:0", "+02:000", "02:00", "+02:00Z", "+02 00",
	    "UTC\n", "Europe/Berlin ",
	    "Europe/BerlinBerlinBerlinBerlinBerlinBerlinBerlinBerlinBerlinBer" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct zone *z = (struct zone *)1;
		struct err e = { 0 };

		assert_int_equal(zone_open(&z, bad[i], &e), RC_FAIL);
		assert_null(z);
		assert_int_equal(e.sys, 0);
		assert_non_null(e.what);
	}
	zone_free(NULL);
}

/* The process's own zone and environment are as before. */
static void
test_restore(void **state)
{
	time_t t = (time_t)at("2026-07-01T00:00:00Z");
	struct tm tm;

	(void)state;
	assert_int_equal(setenv("TZ", "America/New_York", 1), 0);
	tzset();
	zone_free(zone("Europe/Berlin"));
	assert_string_equal(getenv("TZ"), "America/New_York");
	assert_non_null(localtime_r(&t, &tm));
	assert_int_equal(tm.tm_gmtoff, -14400);
	assert_int_equal(unsetenv("TZ"), 0);
	zone_free(zone("Europe/Berlin"));
	assert_null(getenv("TZ"));
	/* A directory of false zones is not believed. */
	assert_int_equal(setenv("TZDIR", "/nonexistent", 1), 0);
	struct zone *z = zone("Asia/Kolkata");
	assert_int_equal(zone_offset(z, t, NULL), 19800);
	zone_free(z);
	assert_int_equal(unsetenv("TZDIR"), 0);
}

static void
test_extreme(void **state)
{
	struct zone *z = zone("Europe/Berlin");
	int64_t utc;

	(void)state;
	assert_int_equal(zone_offset(z, INT64_MIN, NULL), 3600);
	assert_int_equal(zone_offset(z, INT64_MAX, NULL), 3600);
	(void)zone_utc(z, INT64_MIN, &utc);
	(void)zone_utc(z, INT64_MAX, &utc);
	assert_true(utc > at("2100-01-01T00:00:00Z"));
	zone_free(z);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_offset),
		cmocka_unit_test(test_local),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_restore),
		cmocka_unit_test(test_extreme),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
