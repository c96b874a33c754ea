#include "fmt/stamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

/* 2026-09-01T10:04:05Z; 2026-09-01T08:04:05Z is 7200 less. */
#define SEP1	INT64_C(1788257045)

static bool
take_bsd(struct slice *s, struct stamp *st)
{
	return stamp_take_bsd(s, st, NULL);
}

static bool
take_iso(struct slice *s, struct stamp *st)
{
	return stamp_take_iso(s, st, NULL);
}

/* The whole slice, as one that takes. */
static bool
of_usec(struct slice *s, struct stamp *st)
{
	if (!stamp_of_usec(*s, st))
		return false;
	*s = slice_from(*s, s->len);
	return true;
}

static bool
of_epoch(struct slice *s, struct stamp *st)
{
	if (!stamp_of_epoch(*s, st))
		return false;
	*s = slice_from(*s, s->len);
	return true;
}

typedef bool take(struct slice *, struct stamp *);

struct stamp_case {
	take		*take;
	const char	*in;
	enum stamp_kind	 kind;		/* STAMP_NONE: must not match */
	int64_t		 sec;
	uint32_t	 nsec;
	uint8_t		 digits;
	uint8_t		 mon;
	uint8_t		 day;
	const char	*rest;
};

#define NO(f, in)	{ f, in, STAMP_NONE, 0, 0, 0, 0, 0, in }
#define BSD(in, mon, day, sec, nsec, digits, rest)			\
	{ take_bsd, in, STAMP_BSD, sec, nsec, digits, mon, day, rest }
#define ISO(in, kind, sec, nsec, digits, rest)				\
	{ take_iso, in, STAMP_##kind, sec, nsec, digits, 0, 0, rest }
#define FULL(in, kind, sec, nsec, digits, rest)				\
	{ stamp_take_full, in, STAMP_##kind, sec, nsec, digits, 0, 0, rest }
#define UNIX(in, sec, nsec, rest)					\
	{ stamp_take_unix, in, STAMP_ZONED, sec, nsec, 6, 0, 0, rest }
#define USEC(in, sec, nsec)						\
	{ of_usec, in, STAMP_ZONED, sec, nsec, 6, 0, 0, "" }
#define EPOCH(in, sec, nsec, digits)					\
	{ of_epoch, in, STAMP_ZONED, sec, nsec, digits, 0, 0, "" }

static const struct stamp_case cases[] = {
	BSD("Sep  1 10:04:05 mx", 9, 1, 36245, 0, 0, " mx"),
	BSD("Sep 01 10:04:05 mx", 9, 1, 36245, 0, 0, " mx"),
	BSD("Sep 1 10:04:05 mx", 9, 1, 36245, 0, 0, " mx"),
	BSD("Sep 1 10:04:05", 9, 1, 36245, 0, 0, ""),
	BSD("Sep 1 10:04:05.25 x", 9, 1, 36245, 250000000, 2, " x"),
	BSD("Sep 30 10:04:05", 9, 30, 36245, 0, 0, ""),
	BSD("Sep 01 10:04:05.123456 mx", 9, 1, 36245, 123456000, 6, " mx"),
	BSD("Sep 01 10:04:05,123 mx", 9, 1, 36245, 123000000, 3, " mx"),
	BSD("Sep 01 10:04:05.1 mx", 9, 1, 36245, 100000000, 1, " mx"),
	BSD("Sep 01 10:04:05.000000001", 9, 1, 36245, 1, 9, ""),
	BSD("Sep 01 10:04:05.0000000001", 9, 1, 36245, 0, 9, "1"),
	BSD("Sep 01 10:04:05. mx", 9, 1, 36245, 0, 0, ". mx"),
	BSD("Sep  1 10:04:05mx", 9, 1, 36245, 0, 0, "mx"),
	BSD("Jan 31 00:00:00", 1, 31, 0, 0, 0, ""),
	BSD("Feb 29 23:59:59", 2, 29, 86399, 0, 0, ""),
	BSD("Dec 31 23:59:60", 12, 31, 86399, 0, 0, ""),
	BSD("Mar 31 00:00:00", 3, 31, 0, 0, 0, ""),
	BSD("Apr 30 00:00:00", 4, 30, 0, 0, 0, ""),
	BSD("May 31 00:00:00", 5, 31, 0, 0, 0, ""),
	BSD("Jun 30 00:00:00", 6, 30, 0, 0, 0, ""),
	BSD("Jul 31 00:00:00", 7, 31, 0, 0, 0, ""),
	BSD("Aug 31 00:00:00", 8, 31, 0, 0, 0, ""),
	BSD("Oct 31 00:00:00", 10, 31, 0, 0, 0, ""),
	BSD("Nov 30 00:00:00", 11, 30, 0, 0, 0, ""),
	NO(take_bsd, ""),
	NO(take_bsd, "S"),
	NO(take_bsd, "Sep  1 10:04:0"),
	NO(take_bsd, "Sep 1 10:04:0"),
	NO(take_bsd, "Foo  1 10:00:00"),
	NO(take_bsd, "sep  1 10:00:00"),
	NO(take_bsd, "SEP  1 10:00:00"),
	NO(take_bsd, "Sep  0 10:00:00"),
	NO(take_bsd, "Sep 00 10:00:00"),
	NO(take_bsd, "Sep    10:00:00"),
	NO(take_bsd, "Sep 31 10:00:00"),
	NO(take_bsd, "Feb 30 10:00:00"),
	NO(take_bsd, "Apr 31 10:00:00"),
	NO(take_bsd, "Jan 32 10:00:00"),
	NO(take_bsd, "Sep  1 24:00:00"),
	NO(take_bsd, "Sep  1 10:60:00"),
	NO(take_bsd, "Sep  1 10:00:61"),
	NO(take_bsd, "Sep  1 10-00-00"),
	NO(take_bsd, "Sep  1 1:000:00"),
	NO(take_bsd, "Sep  1T10:00:00"),
	NO(take_bsd, "Sep\t 1 10:00:00"),
	NO(take_bsd, "Sep -1 10:00:00"),
	NO(take_bsd, "Sep +1 10:00:00"),
	NO(take_bsd, "Sep  1 +1:00:00"),
	NO(take_bsd, " Sep  1 10:00:00"),

	ISO("2026-09-01T10:04:05Z mx", ZONED, SEP1, 0, 0, " mx"),
	ISO("2026-09-01t10:04:05z", ZONED, SEP1, 0, 0, ""),
	ISO("2026-09-01T10:04:05+02:00 m", ZONED, SEP1 - 7200, 0, 0, " m"),
	ISO("2026-09-01T10:04:05+0200 m", ZONED, SEP1 - 7200, 0, 0, " m"),
	ISO("2026-09-01T10:04:05+02 m", ZONED, SEP1 - 7200, 0, 0, " m"),
	ISO("2026-09-01T10:04:05-03:30", ZONED, SEP1 + 12600, 0, 0, ""),
	ISO("2026-09-01T10:04:05-0330", ZONED, SEP1 + 12600, 0, 0, ""),
	ISO("2026-09-01T10:04:05-00:00", ZONED, SEP1, 0, 0, ""),
	ISO("2026-09-01T10:04:05 mx", LOCAL, SEP1, 0, 0, " mx"),
	ISO("2026-09-01 10:04:05 mx", LOCAL, SEP1, 0, 0, " mx"),
	ISO("2026-09-01 10:04:05 -mx", LOCAL, SEP1, 0, 0, " -mx"),
	ISO("2026-09-01 10:04:05 +0200 mx", ZONED, SEP1 - 7200, 0, 0, " mx"),
	ISO("2026-09-01T10:04:05 +0200 mx", LOCAL, SEP1, 0, 0, " +0200 mx"),
	ISO("2026-09-01 10:04:05,123 mx", LOCAL, SEP1, 123000000, 3, " mx"),
	ISO("2026-09-01T10:04:05.1Z", ZONED, SEP1, 100000000, 1, ""),
	ISO("2026-09-01T10:04:05.123456+02:00", ZONED, SEP1 - 7200, 123456000,
	    6, ""),
	ISO("2026-09-01T10:04:05.250000001Z", ZONED, SEP1, 250000001, 9, ""),
	ISO("2026-09-01T10:04:05.2500000012Z", LOCAL, SEP1, 250000001, 9,
	    "2Z"),
	ISO("2026-09-01T10:04:05.Z", LOCAL, SEP1, 0, 0, ".Z"),
	ISO("2026-09-01T10:04:05+2:00", LOCAL, SEP1, 0, 0, "+2:00"),
	ISO("2026-09-01T10:04:05+24:00", LOCAL, SEP1, 0, 0, "+24:00"),
	ISO("2026-09-01T10:04:05+02:60", ZONED, SEP1 - 7200, 0, 0, ":60"),
	ISO("2026-09-01T10:04:05+021", ZONED, SEP1 - 7200, 0, 0, "1"),
	ISO("2026-09-01T10:04:60Z", ZONED, SEP1 + 54, 0, 0, ""),
	ISO("2024-02-29T00:00:00Z", ZONED, 1709164800, 0, 0, ""),
	ISO("1970-01-01T00:00:00Z", ZONED, 0, 0, 0, ""),
	ISO("1969-12-31T23:59:59Z", ZONED, -1, 0, 0, ""),
	NO(take_iso, ""),
	NO(take_iso, "2026-09-01T10:04:0"),
	NO(take_iso, "2026-13-01T10:04:05Z"),
	NO(take_iso, "2026-00-01T10:04:05Z"),
	NO(take_iso, "2026-09-31T10:04:05Z"),
	NO(take_iso, "2026-09-00T10:04:05Z"),
	NO(take_iso, "2026-02-29T10:04:05Z"),
	NO(take_iso, "2026-09-01T24:04:05Z"),
	NO(take_iso, "2026-09-01T10:60:05Z"),
	NO(take_iso, "2026-09-01T10:04:61Z"),
	ISO("2026-09-01_10:04:05.12345 mail", ZONED, SEP1, 123450000, 5, " mail"),
	NO(take_iso, "2026-09-01-10:04:05.12345"),
	NO(take_iso, "2026/09/01 10:04:05"),
	NO(take_iso, "0000-09-01T10:04:05Z"),
	NO(take_iso, "0001-01-01T00:00:00+01:00"),
	NO(take_iso, "9999-12-31T23:59:59-01:00"),
	NO(take_iso, "26-09-01T10:04:05Z000"),
	NO(take_iso, "2026-9-01T10:04:05Z00"),
	NO(take_iso, "x026-09-01T10:04:05Z"),
	NO(take_iso, "202x-09-01T10:04:05Z"),

	FULL("Tue 2026-09-01 10:04:05 CEST mx", LOCAL, SEP1, 0, 0, " mx"),
	FULL("Tue 2026-09-01 10:04:05 UTC mx", ZONED, SEP1, 0, 0, " mx"),
	FULL("Tue 2026-09-01 10:04:05 GMT mx", ZONED, SEP1, 0, 0, " mx"),
	FULL("Tue 2026-09-01 10:04:05 Z mx", ZONED, SEP1, 0, 0, " mx"),
	FULL("Tue 2026-09-01 10:04:05 UTC", ZONED, SEP1, 0, 0, ""),
	FULL("Tue 2026-09-01 10:04:05 +03 mx", ZONED, SEP1 - 10800, 0, 0,
	    " mx"),
	FULL("Tue 2026-09-01 10:04:05 -0330 mx", ZONED, SEP1 + 12600, 0, 0,
	    " mx"),
	FULL("Tue 2026-09-01 10:04:05.123456 CEST mx", LOCAL, SEP1, 123456000,
	    6, " mx"),
	FULL("Tue 2026-09-01 10:04:05 mx", LOCAL, SEP1, 0, 0, " mx"),
	FULL("Tue 2026-09-01 10:04:05 +03x mx", LOCAL, SEP1, 0, 0, " +03x mx"),
	FULL("Tue 2026-09-01 10:04:05 UTCx mx", LOCAL, SEP1, 0, 0, " UTCx mx"),
	FULL("Tue 2026-09-01 10:04:05", LOCAL, SEP1, 0, 0, ""),
	NO(stamp_take_full, "Tue 2026-09-01T10:04:05 UTC"),
	NO(stamp_take_full, "Tux 2026-09-01 10:04:05 UTC"),
	NO(stamp_take_full, "Tue 2026-13-01 10:04:05 UTC"),
	NO(stamp_take_full, "Tue 2026-09-01 10:04:0"),
	NO(stamp_take_full, "Tue  2026-09-01 10:04:05"),

	UNIX("1788257045.123456 mx", SEP1, 123456000, " mx"),
	UNIX("999999999.000000", 999999999, 0, ""),
	NO(stamp_take_unix, "1788257045 mx"),
	NO(stamp_take_unix, "1788257045.12345 mx"),
	NO(stamp_take_unix, "1788257045.1234567 mx"),
	NO(stamp_take_unix, "178825704512.123456 mx"),
	NO(stamp_take_unix, "12345678.123456 mx"),
	NO(stamp_take_unix, "1788257045,123456 mx"),
	NO(stamp_take_unix, "1788257045."),

	{ stamp_take_epoch, "1788257045 mx", STAMP_ZONED, SEP1, 0, 0, 0, 0, " mx" },
	{ stamp_take_epoch, "1788257045.5 mx", STAMP_ZONED, SEP1, 500000000, 1, 0, 0, " mx" },
	NO(stamp_take_epoch, "1788257045"),
	NO(stamp_take_epoch, "1788257045.mx"),
	NO(stamp_take_epoch, "1788257045x mx"),
	NO(stamp_take_epoch, "178825704 mx"),
	NO(stamp_take_epoch, "17882570450 mx"),
	{ stamp_take_dated, "2026 Sep  1 10:04:05 mx", STAMP_LOCAL, SEP1, 0, 0, 0, 0, " mx" },
	{ stamp_take_dated, "Sep 01 2026 10:04:05.25 mx", STAMP_LOCAL, SEP1, 250000000, 2, 0, 0, " mx" },
	NO(stamp_take_dated, "2026 Sep  1 10:04:0"),
	NO(stamp_take_dated, "2026 Feb 29 10:04:05"),
	NO(stamp_take_dated, "202x Sep  1 10:04:05"),
	NO(stamp_take_dated, "2026-Sep  1 10:04:05"),
	NO(stamp_take_dated, "Sep  1 2026-10:04:05"),
	NO(stamp_take_dated, "Sep  1 10:04:05 2026"),
	{ stamp_take_tai, "@400000006a96a31f0ee6b280 x", STAMP_ZONED, SEP1, 250000000, 9, 0, 0, " x" },
	{ stamp_take_tai, "@400000000000000a00000000", STAMP_ZONED, 0, 0, 9, 0, 0, "" },
	NO(stamp_take_tai, "@400000000000000900000000"),
	NO(stamp_take_tai, "@400000006a96a31f3b9aca00"),
	NO(stamp_take_tai, "@400000006a96a31f0ee6b28"),
	NO(stamp_take_tai, "@ffffffffffffffff00000000"),
	NO(stamp_take_tai, "@40000000zzzzzzzz00000000"),
	USEC("1788257045123456", SEP1, 123456000),
	USEC("0", 0, 0),
	NO(of_usec, ""),
	NO(of_usec, "-1"),
	NO(of_usec, "1788257045123456x"),
	NO(of_usec, "18446744073709551616"),
	NO(of_usec, "18446744073709551615"),

	EPOCH("1788257045", SEP1, 0, 0),
	EPOCH("1788257045.5", SEP1, 500000000, 1),
	EPOCH("1788257045.123456789", SEP1, 123456789, 9),
	NO(of_epoch, ""),
	NO(of_epoch, "1788257045."),
	NO(of_epoch, "1788257045.1234567890"),
	NO(of_epoch, ".5"),
	NO(of_epoch, "-5"),
	NO(of_epoch, "99999999999999"),
};

static void
check(const struct stamp_case *c, struct slice s, bool ok,
    const struct stamp *st)
{
	struct slice in = slice_cstr(c->in);

	if (ok != (c->kind != STAMP_NONE) ||
	    !slice_eq(s, slice_cstr(c->rest)))
		fail_msg("\"%s\": %s, left \"%.*s\"", c->in,
		    ok ? "taken" : "not taken", (int)s.len,
		    (const char *)s.ptr);
	if (!ok)
		return;
	if (st->kind != c->kind || st->sec != c->sec || st->nsec != c->nsec ||
	    st->digits != c->digits || st->mon != c->mon || st->day != c->day)
		fail_msg("\"%s\": kind %d sec %lld nsec %u digits %d %d/%d",
		    c->in, (int)st->kind, (long long)st->sec, st->nsec,
		    st->digits, st->mon, st->day);
	if (!slice_eq(st->text, slice_sub(in, 0, in.len - s.len)))
		fail_msg("\"%s\": wrong text", c->in);
}

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice s = slice_cstr(cases[i].in);
		struct stamp st = { 0 };
		bool ok = cases[i].take(&s, &st);

		check(&cases[i], s, ok, &st);
	}
}

/* A memo of whatever came before changes nothing. */
static void
test_memo(void **state)
{
	struct stamp_memo memo = { 0 };

	(void)state;
	for (size_t k = 0; k < 2 * sizeof(cases) / sizeof(cases[0]); k++) {
		const struct stamp_case *c = &cases[k / 2];
		struct slice s = slice_cstr(c->in);
		struct stamp st = { 0 };
		bool ok;

		if (c->take == take_bsd)
			ok = stamp_take_bsd(&s, &st, &memo);
		else if (c->take == take_iso)
			ok = stamp_take_iso(&s, &st, &memo);
		else
			continue;
		check(c, s, ok, &st);
	}
}

static void
test_nul_memo(void **state)
{
	static const unsigned char zero[32];
	struct stamp_memo memo = { 0 };
	struct slice s = slice_of(zero, sizeof(zero));
	struct stamp st;

	(void)state;
	assert_false(stamp_take_bsd(&s, &st, &memo));
	assert_false(stamp_take_iso(&s, &st, &memo));
	assert_int_equal(s.len, sizeof(zero));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_memo),
		cmocka_unit_test(test_nul_memo),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
