#include "fmt/peer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct peer_case {
	const char	*in;
	const char	*name;		/* NULL: no peer */
	const char	*addr;
	const char	*port;		/* "" if none */
	const char	*rest;
};

#define NO(in)	{ in, NULL, NULL, NULL, in }

static const struct peer_case cases[] = {
	{ "a.example.net[192.0.2.1]", "a.example.net", "192.0.2.1", "", "" },
	{ "unknown[192.0.2.1]:51234", "unknown", "192.0.2.1", "51234", "" },
	{ "mx[2001:db8::25]:25: x", "mx", "2001:db8::25", "25", ": x" },
	{ "[192.0.2.1]:25", "", "192.0.2.1", "25", "" },
	{ "mx[private/lmtp]", "mx", "private/lmtp", "", "" },
	{ "mx[/run/dovecot/lmtp], d", "mx", "/run/dovecot/lmtp", "", ", d" },
	{ "unknown[unknown]", "unknown", "unknown", "", "" },
	{ "x[1]: text [2]:3", "x", "1", "", ": text [2]:3" },
	{ "x[1]:", "x", "1", "", ":" },
	{ "x[1]:12a", "x", "1", "12", "a" },
	{ "x[1]]", "x", "1", "", "]" },
	NO(""), NO("x"), NO("x[1"), NO("x[]"), NO("x]1["), NO("a b[1]"),
	NO(" x[1]"), NO("x[1]:123456"), NO("none"),
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct peer_case *c = &cases[i];
		struct slice s = slice_cstr(c->in), all = s;
		unsigned char text[256];
		struct slice t = slice_of(text, s.len);
		struct peer p, q;

		assert_int_equal(peer_take(&s, &p, false), c->name != NULL);
		assert_true(slice_eq(s, slice_cstr(c->rest)));
		/* What stands behind it is no part of it. */
		for (size_t k = 0; k < 4; k++) {
			memset(text, "]x1["[k], sizeof(text));
			memcpy(text, all.ptr, all.len);
			t = slice_of(text, all.len);
			assert_int_equal(peer_take(&t, &q, true),
			    c->name != NULL);
			assert_true(slice_eq(t, slice_cstr(c->rest)));
			assert_true(c->name == NULL || (q.name.len ==
			    p.name.len && q.addr.len == p.addr.len &&
			    q.port.len == p.port.len));
		}
		assert_int_equal(peer_parse(all, &q, false),
		    c->name != NULL && s.len == 0);
		if (c->name == NULL)
			continue;
		assert_true(slice_eq(p.name, slice_cstr(c->name)));
		assert_true(slice_eq(p.addr, slice_cstr(c->addr)));
		assert_true(slice_eq(p.port, slice_cstr(c->port)));
		assert_true(slice_eq(p.all,
		    slice_sub(all, 0, all.len - s.len)));
	}
}

/* Names have a limit. */
static void
test_long(void **state)
{
	unsigned char name[260];
	struct slice s = slice_of(name, sizeof(name));
	struct peer p;

	(void)state;
	memset(name, 'a', sizeof(name));
	memcpy(name + 255, "[1]", 3);
	assert_true(peer_take(&s, &p, false));
	assert_int_equal(p.name.len, 255);
	memset(name, 'a', sizeof(name));
	memcpy(name + 256, "[1]", 3);
	s = slice_of(name, sizeof(name));
	assert_false(peer_take(&s, &p, false));
}

/*
 * Brackets and blanks at any distance, also behind the end: with bytes that
 * may be read there and without it is the same.
 */
static void
test_far(void **state)
{
	static const unsigned char odd[] = "[] :19a[]";
	unsigned char text[400];
	uint32_t seed = 1, found = 0;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t len, n;
		struct slice s, t;
		struct peer p, q;
		bool is;

		memset(text, 'a', sizeof(text));
		seed = seed * 1664525 + 1013904223;
		len = seed >> 16 & 255;
		for (int i = 0; i < 6; i++) {
			seed = seed * 1664525 + 1013904223;
			n = (seed >> 12) % (len + SLICE_PAD);
			text[n] = odd[(seed >> 24) % (sizeof(odd) - 1)];
		}
		s = t = slice_of(text, len);
		is = peer_take(&s, &p, false);
		assert_int_equal(peer_take(&t, &q, true), is);
		assert_true(s.ptr == t.ptr && s.len == t.len);
		found += is;
		if (is)
			assert_true(p.name.len == q.name.len &&
			    p.addr.ptr == q.addr.ptr &&
			    p.addr.len == q.addr.len &&
			    p.port.len == q.port.len && p.all.len == q.all.len);
	}
	/* Both are met. */
	assert_in_range(found, 1000, 19000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_far),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
