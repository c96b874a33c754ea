#include "base/slice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/loopback.h"

#define S(lit)	SLICE(lit)

static void
test_find(void **state)
{
	struct slice s = S("abcabc"), none = { NULL, 0 };

	(void)state;
	assert_int_equal(slice_find(s, S("bc")), 1);
	assert_int_equal(slice_rfind(s, S("bc")), 4);
	assert_int_equal(slice_rfind(s, S("abc")), 3);
	assert_int_equal(slice_rfind(s, S("abcabc")), 0);
	assert_true(slice_find(s, S("cb")) == SLICE_NONE);
	assert_true(slice_rfind(s, S("cb")) == SLICE_NONE);
	assert_true(slice_rfind(s, S("abcabca")) == SLICE_NONE);
	assert_int_equal(slice_find(s, S("")), 0);
	assert_int_equal(slice_rfind(s, S("")), 6);
	assert_true(slice_find(none, S("a")) == SLICE_NONE);
	assert_true(slice_rfind(none, S("a")) == SLICE_NONE);
	assert_int_equal(slice_chr(s, 'c'), 2);
	assert_int_equal(slice_rchr(s, 'c'), 5);
	assert_true(slice_chr(none, 'c') == SLICE_NONE);
	assert_true(slice_rchr(s, 'x') == SLICE_NONE);
}

/* In memory of its own, at each place of each length. */
static void
test_any(void **state)
{
	static const unsigned char stop[3] = { 'a', 0x80, 0 };

	(void)state;
	for (size_t len = 0; len < 140; len++)
		for (size_t at = 0; at <= len; at++) {
			unsigned char *p = malloc(len + (len == 0));
			unsigned char *q = malloc(len + SLICE_PAD);

			assert_non_null(p);
			assert_non_null(q);
			memset(p, 'x', len);
			if (at < len)
				p[at] = stop[at % 3];
			assert_int_equal(slice_any(slice_of(p, len), 'a',
			    0x80, 0), at);
			/* What stands behind it does not count. */
			memcpy(q, p, len);
			memset(q + len, 'a', SLICE_PAD);
			for (size_t pos = 0; pos <= len; pos++) {
				assert_int_equal(slice_any_from(slice_of(p,
				    len), pos, 'a', 0x80, 0),
				    pos <= at ? at : len);
				assert_int_equal(slice_any_padded(slice_of(q,
				    len), pos, 'a', 0x80, 0),
				    pos <= at ? at : len);
				assert_int_equal(slice_near_padded(slice_of(q,
				    len), pos, 'a', 0x80, 0),
				    pos <= at ? at : len);
			}
			free(p);
			free(q);
		}
}

static void
test_cut(void **state)
{
	struct slice head = S("h"), tail = S("t");

	(void)state;
	assert_false(slice_cut(S("abc"), ',', &head, &tail));
	assert_true(slice_eq(head, S("h")) && slice_eq(tail, S("t")));
	assert_true(slice_cut(S("a,b,c"), ',', &head, &tail));
	assert_true(slice_eq(head, S("a")) && slice_eq(tail, S("b,c")));
	assert_true(slice_rcut(S("a,b,c"), ',', &head, &tail));
	assert_true(slice_eq(head, S("a,b")) && slice_eq(tail, S("c")));
	assert_true(slice_cut(S(","), ',', &head, &tail));
	assert_int_equal(head.len + tail.len, 0);
	assert_true(slice_cut_str(S("a--b"), S("--"), &head, &tail));
	assert_true(slice_eq(head, S("a")) && slice_eq(tail, S("b")));
	assert_false(slice_cut_str(S("a-b"), S("--"), &head, &tail));
}

static void
test_sub(void **state)
{
	struct slice s = S("abc"), none = { NULL, 0 };

	(void)state;
	assert_true(slice_eq(slice_sub(s, 1, 1), S("b")));
	assert_true(slice_eq(slice_sub(s, 1, SIZE_MAX), S("bc")));
	assert_int_equal(slice_sub(s, 4, 1).len, 0);
	assert_null(slice_sub(none, 1, 1).ptr);
	assert_true(slice_take(&s, S("ab")) && slice_eq(s, S("c")));
	assert_false(slice_take(&s, S("cd")));
	assert_true(slice_eq(slice_trim(S(" \t a b \t")), S("a b")));
	assert_int_equal(slice_trim(S("  ")).len, 0);
	assert_true(slice_starts(none, S("")) && slice_ends(none, S("")));
	assert_true(slice_eq_nocase(S("aBc"), S("AbC")));
	assert_true(slice_eq_nocase(S("mail.Example.ORG@["),
	    S("MAIL.eXAMPLE.org@[")));
	assert_false(slice_eq_nocase(S("mail.example.org@["),
	    S("mail.example.org`[")));
	assert_false(slice_eq_nocase(S("mail.ex@mple.org.."),
	    S("mail.ex`mple.org..")));
	assert_false(slice_eq_nocase(S("[a"), S("{a")));
	assert_true(slice_ends_nocase(S("x.EX"), S(".ex")));
	assert_true(slice_cmp(S("a"), S("ab")) < 0);
	assert_true(slice_cmp(S("b"), S("ab")) > 0);
	assert_int_equal(slice_cmp(S("a"), S("a")), 0);
}

static void
test_u64(void **state)
{
	static const char *const bad[] = { "", "-1", "+1", " 1", "1 ", "0x1",
		"18446744073709551616", "184467440737095516150",
		"99999999999999999999999", "1a" };
	uint64_t v = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(slice_u64(slice_cstr(bad[i]), UINT64_MAX, &v));
	assert_false(slice_u64(S("256"), 255, &v));
	assert_true(v == 7);
	assert_true(slice_u64(S("18446744073709551615"), UINT64_MAX, &v));
	assert_true(v == UINT64_MAX);
	assert_true(slice_u64(S("0000000000000000000000255"), 255, &v));
	assert_true(v == 255);
	assert_true(slice_digits(S("0123456789")));
	assert_false(slice_digits(S("")) || slice_digits(S("1/")) ||
	    slice_digits(S("1:")));
}

static void
test_bytes(void **state)
{
	static const char *const bad[] = { "", "K", "1k", "1KB", "1.5M", "-1",
		"1KM", " 1", "9223372036854775808", "8388608T" };
	uint64_t v = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(slice_bytes(slice_cstr(bad[i]), &v));
	assert_true(v == 7);
	assert_true(slice_bytes(S("4096"), &v) && v == 4096);
	assert_true(slice_bytes(S("4K"), &v) && v == 4096);
	assert_true(slice_bytes(S("3M"), &v) && v == 3145728);
	assert_true(slice_bytes(S("2G"), &v) && v == UINT64_C(2147483648));
	assert_true(slice_bytes(S("8388607T"), &v) &&
	    v == UINT64_C(8388607) << 40);
}

static void
test_loopback(void **state)
{
	static const char *const yes[] = { "127.0.0.1", "127.255.1.2", "::1",
		"::ffff:127.0.0.1" };
	static const char *const no[] = { "", "unknown", "128.0.0.1", "12.7.0.1",
		"127", "127.example.org", "::10", "::", "0:0:0:0:0:0:0:1:2",
		"::ffff:192.0.2.127", "private/127.0.0.1", "1.127.0.0",
		"127.", "127.0.0", "127.0.0.256", "127.0.0.1.2", "127.0..1" };

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		assert_true(loopback_is(slice_cstr(yes[i])));
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		assert_false(loopback_is(slice_cstr(no[i])));
}

static void
test_hex(void **state)
{
	uint64_t v = 7;

	(void)state;
	assert_false(slice_hex(SLICE(""), &v));
	assert_false(slice_hex(SLICE("12345678901234567"), &v));
	assert_false(slice_hex(SLICE("1F"), &v));
	assert_false(slice_hex(SLICE("0x1f"), &v));
	assert_false(slice_hex(SLICE("g"), &v));
	assert_false(slice_hex(SLICE("`"), &v));
	assert_true(v == 7);
	assert_true(slice_hex(SLICE("0"), &v) && v == 0);
	assert_true(slice_hex(SLICE("09af"), &v) && v == 0x09af);
	assert_true(slice_hex(SLICE("ffffffffffffffff"), &v) &&
	    v == UINT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loopback),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_any),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_sub),
		cmocka_unit_test(test_u64),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_hex),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
