#include "base/caltime.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
	const char	*in;
	const char	*out;		/* NULL: refused */
} cases[] = {
	{ "2026-09-01T10:04:05Z", "2026-09-01T10:04:05Z" },
	{ "2026-09-01T10:04:05.5Z", "2026-09-01T10:04:05.5Z" },
	{ "2026-09-01T10:04:05.123456789Z", "2026-09-01T10:04:05.123456789Z" },
	{ "2026-09-01T10:04:05+02:00", "2026-09-01T08:04:05Z" },
	{ "2026-09-01t10:04:05-0530", "2026-09-01T15:34:05Z" },
	{ "2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z" },
	{ "2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z" },
	{ "1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z" },
	{ "1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z" },
	{ "0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z" },
	{ "9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z" },
	{ "2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z" },
	{ "2023-02-29T00:00:00Z", NULL }, { "1900-02-29T00:00:00Z", NULL },
	{ "2026-04-31T00:00:00Z", NULL }, { "2026-13-01T00:00:00Z", NULL },
	{ "2026-00-01T00:00:00Z", NULL }, { "2026-01-00T00:00:00Z", NULL },
	{ "2026-01-01T24:00:00Z", NULL }, { "2026-01-01T00:60:00Z", NULL },
	{ "2026-01-01T00:00:61Z", NULL }, { "2026-01-01T00:00:00", NULL },
	{ "2026-01-01T00:00:00.Z", NULL }, { "2026-01-01", NULL },
	{ "2026-01-01T00:00:00+2:00", NULL }, { "", NULL },
	{ "2026-01-01T00:00:00Zx", NULL }, { "0000-01-01T00:00:00Z", NULL },
	{ "2026-01-01T00:00:00.1234567890Z", NULL },
	{ "2026/01/01T00:00:00Z", NULL },
};

static void
test_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned char text[CALTIME_MAX];
		unsigned int digits;
		uint32_t nsec;
		int64_t sec;
		size_t n;

		assert_int_equal(caltime_parse(slice_cstr(cases[i].in), &sec,
		    &nsec, &digits), cases[i].out != NULL);
		if (cases[i].out == NULL)
			continue;
		n = caltime_text(text, sec, nsec, digits);
		assert_true(slice_eq(slice_of(text, n),
		    slice_cstr(cases[i].out)));
	}
}

/* Every day of 800 years there and back. */
static void
test_days(void **state)
{
	int64_t first = INT64_C(-11676096000), sec;	/* 1600-01-01 */
	struct caltime c, last = { 1599, 12, 31, 0, 0, 0 };

	(void)state;
	for (int64_t d = 0; d < 2 * 146097; d++) {
		caltime_of(first + d * 86400 + 86399, &c);
		assert_true(caltime_sec(&c, &sec));
		assert_true(sec == first + d * 86400 + 86399);
		assert_int_equal(c.hour * 10000 + c.min * 100 + c.sec, 235959);
		assert_true(c.day == last.day + 1 || c.day == 1);
		last = c;
	}
	assert_int_equal(c.year * 10000 + c.mon * 100 + c.day, 23991231);
}

static void
test_range(void **state)
{
	unsigned char text[CALTIME_MAX];

	(void)state;
	assert_int_equal(caltime_text(text, INT64_MAX, 0, 0), 0);
	assert_int_equal(caltime_text(text, INT64_MIN, 0, 0), 0);
	assert_int_equal(caltime_text(text, 0, 999999999, 99), 30);
	assert_true(caltime_leap(2000) && caltime_leap(2024));
	assert_false(caltime_leap(1900) || caltime_leap(2026));
}

/* What is written most is read in a way of its own: it says the same. */
static void
test_plain(void **state)
{
	static const unsigned char odd[] = "0129:-TZtz .+/";
	unsigned char text[CALTIME_MAX + 8];
	unsigned int seed = 1, good = 0;

	(void)state;
	for (int round = 0; round < 100000; round++) {
		int64_t sec, a = -1, b = -1;
		uint32_t nsec;
		unsigned int digits;
		size_t n;
		bool is;

		seed = seed * 1664525 + 1013904223;
		sec = (int64_t)seed * 64 - (INT64_C(1) << 35);
		n = caltime_text(text, sec, 0, 0);
		assert_int_equal(n, CALTIME_SEC);
		if (round % 4 != 0) {
			seed = seed * 1664525 + 1013904223;
			/* Not the zone. */
			text[(seed >> 8) % (n - 1)] =
			    odd[(seed >> 20) % (sizeof(odd) - 1)];
		}
		is = caltime_parse(slice_of(text, n), &a, &nsec, &digits);
		memcpy(text + n - 1, "+00:00", 6);
		assert_int_equal(caltime_parse(slice_of(text, n + 5), &b,
		    &nsec, &digits), is);
		assert_true(a == b);
		assert_true(round % 4 != 0 || (is && a == sec));
		good += is;
	}
	assert_in_range(good, 30000, 90000);
}

/* Times of late are written as they were, and no other ones. */
static void
test_late(void **state)
{
	struct caltime_day day = { .date = { .known = false } };
	unsigned int seed = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		unsigned char a[CALTIME_MAX], b[CALTIME_MAX];
		int64_t sec;
		unsigned int digits;
		size_t n;

		seed = seed * 1664525 + 1013904223;
		sec = (seed >> 28) * 40000 + (seed >> 16 & 15) - 1;
		digits = seed >> 12 & 8 ? 0 : 3;
		n = caltime_text_day(&day, a, sec, 7000000, digits);
		assert_int_equal(n, caltime_text(b, sec, 7000000, digits));
		assert_memory_equal(a, b, n);
	}
	assert_int_equal(caltime_text_day(&day, (unsigned char[CALTIME_MAX]){
	    0 }, INT64_MAX, 0, 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_late),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
