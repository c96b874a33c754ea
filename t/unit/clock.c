#include "source/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/caltime.h"

#define STEPS	5

/* Stamps one after the other, and what each of them means. */
static const struct {
	const char	*name;
	enum clock_year	 from;
	int		 year;
	const char	*limit;		/* no stamp is later; NULL: none */
	struct {
		const char	*stamp, *want;	/* "?": no time */
	}		 step[STEPS];
} sequence[] = {
	{ "new year", CLOCK_YEAR_GIVEN, 2026, NULL, {
	    { "Dec 31 23:59:59", "2026-12-31T23:59:59Z" },
	    { "Jan  1 00:00:01", "2027-01-01T00:00:01Z" },
	    { "Jan  1 00:00:02", "2027-01-01T00:00:02Z" } } },
	{ "a late line in the new year", CLOCK_YEAR_GIVEN, 2026, NULL, {
	    { "Dec 31 23:59:59", "2026-12-31T23:59:59Z" },
	    { "Jan  1 00:00:01", "2027-01-01T00:00:01Z" },
	    { "Dec 31 23:59:58", "2026-12-31T23:59:58Z" },
	    { "Jan  1 00:00:03", "2027-01-01T00:00:03Z" } } },
	{ "a week back is no new year", CLOCK_YEAR_GIVEN, 2026, NULL, {
	    { "Sep 10 10:00:00", "2026-09-10T10:00:00Z" },
	    { "Sep  3 10:00:00", "2026-09-03T10:00:00Z" } } },
	{ "more is one", CLOCK_YEAR_GIVEN, 2026, NULL, {
	    { "Sep 10 10:00:00", "2026-09-10T10:00:00Z" },
	    { "Sep  2 10:00:00", "2027-09-02T10:00:00Z" } } },
	{ "but not past the limit", CLOCK_YEAR_MTIME, 2026,
	    "2026-09-30T00:00:00Z", {
	    { "Sep 10 10:00:00", "2026-09-10T10:00:00Z" },
	    { "Sep  2 10:00:00", "2026-09-02T10:00:00Z" } } },
	{ "half a year back there is doubt", CLOCK_YEAR_MTIME, 2026,
	    "2026-09-30T00:00:00Z", {
	    { "Sep 10 10:00:00", "2026-09-10T10:00:00Z" },
	    { "Jan  2 10:00:00", "?" },
	    { "Jan  3 10:00:00", "?" } } },
	{ "29 February", CLOCK_YEAR_GIVEN, 2028, NULL, {
	    { "Feb 29 12:00:00", "2028-02-29T12:00:00Z" },
	    { "Mar  1 12:00:00", "2028-03-01T12:00:00Z" } } },
	{ "and of a year that has none", CLOCK_YEAR_GIVEN, 2026, NULL, {
	    { "Feb 28 12:00:00", "2026-02-28T12:00:00Z" },
	    { "Feb 29 12:00:00", "?" },
	    { "Mar  1 12:00:00", "2026-03-01T12:00:00Z" } } },
	{ "no year", CLOCK_YEAR_NONE, 0, NULL, {
	    { "Sep  1 10:00:00", "?" }, { "Sep  1 10:00:01", "?" } } },
};

static int64_t
sec_of(const char *text)
{
	unsigned int digits;
	uint32_t nsec;
	int64_t sec;

	assert_true(caltime_parse(slice_cstr(text), &sec, &nsec, &digits));
	return sec;
}

/* The time of a BSD stamp. */
static struct event_time
read_stamp(struct clock *c, const char *text, struct slice *note)
{
	static const struct stamp none;
	struct slice s = slice_cstr(text);
	struct event_time t;
	struct stamp st;

	assert_true(stamp_take_bsd(&s, &st, NULL));
	clock_time(c, &st, &none, &t, note);
	return t;
}

static void
test_sequences(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sequence) / sizeof(sequence[0]); i++) {
		struct clock c;
		struct slice note;

		clock_init(&c, NULL);
		clock_year(&c, sequence[i].from, sequence[i].year);
		if (sequence[i].limit != NULL) {
			c.bounded = true;
			c.limit = sec_of(sequence[i].limit);
		}
		for (size_t k = 0; k < STEPS &&
		    sequence[i].step[k].stamp != NULL; k++) {
			const char *want = sequence[i].step[k].want;
			struct event_time t = read_stamp(&c,
			    sequence[i].step[k].stamp, &note);

			if (t.known != (*want != '?') || (t.known &&
			    t.sec != sec_of(want)))
				fail_msg("%s: step %zu: %lld", sequence[i].name,
				    k, (long long)t.sec);
		}
	}
}

/* Without a year differences are right all the same. */
static void
test_differences(void **state)
{
	struct event_time a, b;
	struct slice note;
	struct clock c;

	(void)state;
	clock_init(&c, NULL);
	a = read_stamp(&c, "Sep 30 23:59:58", &note);
	b = read_stamp(&c, "Oct  1 00:00:01", &note);
	assert_true(a.ordered && b.ordered && !a.known && !b.known);
	assert_int_equal(b.sec - a.sec, 3);
	a = read_stamp(&c, "Dec 31 23:59:59", &note);
	b = read_stamp(&c, "Jan  1 00:00:01", &note);
	assert_int_equal(b.sec - a.sec, 2);
}

static void
test_notes(void **state)
{
	struct slice note;
	struct clock c;
	struct event_time t;

	(void)state;
	clock_init(&c, NULL);
	clock_year(&c, CLOCK_YEAR_MTIME, 2026);
	(void)read_stamp(&c, "Sep  1 10:00:00", &note);
	assert_true(slice_find(note, SLICE("zone-assumed")) != SLICE_NONE);
	assert_true(slice_find(note, SLICE("year-from-mtime")) != SLICE_NONE);
	assert_true(slice_find(note, SLICE("clock-jump")) == SLICE_NONE);
	/* Ten seconds back are not worth a word, eleven are. */
	(void)read_stamp(&c, "Sep  1 09:59:50", &note);
	assert_true(slice_find(note, SLICE("clock-jump")) == SLICE_NONE);
	(void)read_stamp(&c, "Sep  1 09:59:49", &note);
	assert_true(slice_find(note, SLICE("clock-jump")) != SLICE_NONE);
	clock_init(&c, NULL);
	clock_year(&c, CLOCK_YEAR_GIVEN, 2026);
	c.inferred = true;
	c.east = -3600;
	t = read_stamp(&c, "Sep  1 10:00:00", &note);
	assert_int_equal(t.sec, sec_of("2026-09-01T11:00:00Z"));
	assert_true(slice_find(note, SLICE("zone-inferred")) != SLICE_NONE);
	assert_true(slice_find(note, SLICE("zone-assumed")) == SLICE_NONE);
}

static void
test_years(void **state)
{
	(void)state;
	assert_int_equal(clock_year_near(12, 31,
	    sec_of("2026-01-02T00:00:00Z")), 2025);
	assert_int_equal(clock_year_near(1, 1,
	    sec_of("2026-12-30T00:00:00Z")), 2027);
	assert_int_equal(clock_year_near(2, 29,
	    sec_of("2026-06-01T00:00:00Z")), 2028);
	assert_int_equal(clock_year_near(2, 30,
	    sec_of("2026-06-01T00:00:00Z")), 0);
	assert_int_equal(clock_year_before(2, 29,
	    sec_of("2026-06-01T00:00:00Z")), 2024);
	/* A day of slack, no more. */
	assert_int_equal(clock_year_before(9, 3,
	    sec_of("2026-09-02T00:00:00Z")), 2026);
	assert_int_equal(clock_year_before(9, 4,
	    sec_of("2026-09-02T00:00:00Z")), 2025);
	/* 1900 was no leap year. */
	assert_int_equal(clock_year_before(2, 29,
	    sec_of("1903-06-01T00:00:00Z")), 1896);
	assert_int_equal(clock_year_before(2, 30,
	    sec_of("2026-06-01T00:00:00Z")), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sequences),
		cmocka_unit_test(test_differences),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_years)
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
