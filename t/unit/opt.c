#include "source/opt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/caltime.h"
#include "base/slice.h"

#define NOW	"2026-11-25T01:30:00Z"

static int64_t
at(const char *text)
{
	unsigned int digits;
	uint32_t nsec;
	int64_t t;

	assert_true(caltime_parse(slice_cstr(text), &t, &nsec, &digits));
	return t;
}

struct time_case {
	const char	*text;
	const char	*zone;
	const char	*want;		/* NULL: no time */
	bool		 up;
	bool		 note;
};

static const struct time_case cases[] = {
	/* dates and local times */
	{ "2026-11-24", "UTC", "2026-11-24T00:00:00Z", false, false },
	{ "2026-11-24", "Europe/Berlin", "2026-11-23T23:00:00Z", false, false },
	{ "2026-11-24 10:04", "UTC", "2026-11-24T10:04:00Z", false, false },
	{ "2026-11-24 10:04:05", "UTC", "2026-11-24T10:04:05Z", false, false },
	{ "2026-11-24T10:04:05", "Asia/Kolkata", "2026-11-24T04:34:05Z", false,
	    false },
	{ "2026-11-24T10:04", "-0530", "2026-11-24T15:34:00Z", false, false },
	{ "2024-02-29", "UTC", "2024-02-29T00:00:00Z", false, false },
	/* times that have their own zone */
	{ "2026-11-24T10:04:05Z", "Europe/Berlin", "2026-11-24T10:04:05Z",
	    false, false },
	{ "2026-11-24T10:04Z", "Europe/Berlin", "2026-11-24T10:04:00Z", false,
	    false },
	{ "2026-11-24 10:04:05+02:00", "UTC", "2026-11-24T08:04:05Z", false,
	    false },
	{ "2026-11-24T10:04+0200", "UTC", "2026-11-24T08:04:00Z", false,
	    false },
	{ "2026-11-24T10:04:05.25Z", "UTC", "2026-11-24T10:04:05Z", false,
	    false },
	{ "2026-11-24T10:04:05.25Z", "UTC", "2026-11-24T10:04:06Z", true,
	    false },
	{ "2026-11-24T10:04:05.0Z", "UTC", "2026-11-24T10:04:05Z", true,
	    false },
	{ "2026-11-24 10:04:05.123456789", "UTC", "2026-11-24T10:04:06Z", true,
	    false },
	/* the clock went back, the clock went forward */
	{ "2026-10-25 02:30", "Europe/Berlin", "2026-10-25T00:30:00Z", false,
	    true },
	{ "2026-10-25 02:30:00+01:00", "Europe/Berlin",
	    "2026-10-25T01:30:00Z", false, false },
	{ "2026-03-29 02:30", "Europe/Berlin", "2026-03-29T01:30:00Z", false,
	    true },
	/* relative to NOW */
	{ "now", "UTC", NOW, false, false },
	{ "today", "UTC", "2026-11-25T00:00:00Z", false, false },
	{ "yesterday", "UTC", "2026-11-24T00:00:00Z", false, false },
	{ "today", "Europe/Berlin", "2026-11-24T23:00:00Z", false, false },
	{ "today", "America/New_York", "2026-11-24T05:00:00Z", false, false },
	{ "yesterday", "America/New_York", "2026-11-23T05:00:00Z", false,
	    false },
	{ "-2h", "Europe/Berlin", "2026-11-24T23:30:00Z", false, false },
	{ "-90m", "UTC", "2026-11-25T00:00:00Z", false, false },
	{ "-30s", "UTC", "2026-11-25T01:29:30Z", false, false },
	{ "-3d", "UTC", "2026-11-22T01:30:00Z", false, false },
	{ "-1w", "UTC", "2026-11-18T01:30:00Z", false, false },
	{ "-0s", "UTC", NOW, false, false },
	/* no times */
	{ "", "UTC", NULL, false, false },
	{ "2026", "UTC", NULL, false, false },
	{ "2026-11", "UTC", NULL, false, false },
	{ "26-11-24", "UTC", NULL, false, false },
	{ "2026-11-31", "UTC", NULL, false, false },
	{ "2025-02-29", "UTC", NULL, false, false },
	{ "2026-13-01", "UTC", NULL, false, false },
	{ "2026-11-24 ", "UTC", NULL, false, false },
	{ " 2026-11-24", "UTC", NULL, false, false },
	{ "2026-11-24 25:00", "UTC", NULL, false, false },
	{ "2026-11-24 10:60", "UTC", NULL, false, false },
	{ "2026-11-24 10", "UTC", NULL, false, false },
	{ "2026-11-24 10:04:", "UTC", NULL, false, false },
	{ "2026-11-24 10:04:5", "UTC", NULL, false, false },
	{ "2026-11-24 10:04:05 UTC", "UTC", NULL, false, false },
	{ "2026-11-24 10:04:05.", "UTC", NULL, false, false },
	{ "2026-11-24 10:04:05+25:00", "UTC", NULL, false, false },
	{ "2026-11-24 10:04:05.000000000000000000000000000000000", "UTC", NULL,
	    false, false },
	{ "24.11.2026", "UTC", NULL, false, false },
	{ "2h", "UTC", NULL, false, false },
	{ "-h", "UTC", NULL, false, false },
	{ "-2", "UTC", NULL, false, false },
	{ "--2h", "UTC", NULL, false, false },
	{ "-2y", "UTC", NULL, false, false },
	{ "-2hh", "UTC", NULL, false, false },
	{ "-99999999999999999999h", "UTC", NULL, false, false },
	{ "-18446744073709551615w", "UTC", NULL, false, false },
	{ "Today", "UTC", NULL, false, false },
	{ "tomorrow", "UTC", NULL, false, false },
};

static void
test_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct time_case *c = &cases[i];
		const char *note = NULL;
		struct zone *z;
		struct err e;
		int64_t sec = 0;
		bool ok;

		assert_int_equal(zone_open(&z, c->zone, &e), RC_OK);
		ok = opt_time(c->text, z, at(NOW), c->up, &sec, &note);
		if (ok != (c->want != NULL))
			fail_msg("'%s' is %s", c->text, ok ? "a time" : "none");
		if (ok && sec != at(c->want))
			fail_msg("'%s' is %lld, not %s", c->text,
			    (long long)sec, c->want);
		if (ok && (note != NULL) != c->note)
			fail_msg("'%s': note %s", c->text,
			    note == NULL ? "missing" : note);
		zone_free(z);
	}
}

/* The zone holds wherever it stands among the options. */
static void
test_check(void **state)
{
	struct opt o;

	(void)state;
	opt_init(&o);
	assert_true(opt_common(&o, 's', "2026-11-24", ""));
	assert_true(opt_common(&o, 'u', "2026-11-25", ""));
	assert_true(opt_common(&o, 'z', "Europe/Berlin", ""));
	assert_true(opt_common(&o, OPT_NOW, "2026-11-25T01:30:00Z", ""));
	opt_check(&o);
	assert_true(o.has_since && o.has_until && o.has_now);
	assert_int_equal(o.since, at("2026-11-23T23:00:00Z"));
	assert_int_equal(o.until, at("2026-11-24T23:00:00Z"));
	assert_int_equal(o.now, at("2026-11-25T01:30:00Z"));
	assert_non_null(o.zone);
	assert_null(o.show_zone);
	opt_free(&o);
	opt_free(&o);
}

static void
test_common(void **state)
{
	struct opt o;

	(void)state;
	opt_init(&o);
	assert_true(o.hash);
	assert_int_equal(o.slack, 3600);
	assert_true(opt_common(&o, 'y', "2026", ""));
	assert_int_equal(o.year, 2026);
	assert_true(opt_common(&o, 'e', NULL, ""));
	assert_true(o.events);
	assert_true(opt_common(&o, 'f', "time,qid,from", ""));
	assert_true(opt_common(&o, 'o', "tsv", ""));
	assert_int_equal(o.format, REC_TSV);
	assert_false(opt_common(&o, 'o', "text", ""));
	assert_false(opt_common(&o, 'm', NULL, ""));
	assert_false(opt_common(&o, '?', NULL, ""));
	assert_false(opt_common(&o, OPT_TOOL, NULL, ""));
	assert_true(opt_common(&o, OPT_SLACK, "30m", ""));
	assert_int_equal(o.slack, 1800);
	assert_true(opt_common(&o, OPT_NO_HASH, NULL, ""));
	assert_false(o.hash);
	assert_true(opt_common(&o, OPT_SANDBOX, "require", ""));
	assert_int_equal(o.sandbox, SANDBOX_REQUIRE);
	assert_true(opt_common(&o, OPT_NO_SANDBOX, NULL, ""));
	assert_int_equal(o.sandbox, SANDBOX_OFF);
	for (int i = 0; i < OPT_ALIAS_MAX; i++)
		assert_true(opt_common(&o, OPT_HOST_ALIAS, "mx=mx1", ""));
	assert_int_equal(o.nalias, OPT_ALIAS_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_common),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
