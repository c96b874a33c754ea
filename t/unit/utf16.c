#include "io/utf16.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define S(x) { (const unsigned char *)(x), sizeof(x) - 1 }

/* As iconv -t UTF-16LE and UTF-16BE write them, behind the mark. */
static const struct {
	struct slice in, out;
	bool torn;
} cases[] = {
	{ S("\xff\xfe"
	    "S\0e\0p\0\r\0\n\0"),
	    S("Sep\r\n"), false },
	{ S("\xfe\xff"
	    "\0S\0e\0p\0\n"),
	    S("Sep\n"), false },
	{ S("\xff\xfe\xe4\x00\xac\x20\x3d\xd8\xe7\xdc"),
	    S("\xc3\xa4\xe2\x82\xac\xf0\x9f\x93\xa7"), false },
	{ S("\xfe\xff\x00\xe4\x20\xac\xd8\x3d\xdc\xe7"),
	    S("\xc3\xa4\xe2\x82\xac\xf0\x9f\x93\xa7"), false },
	/* A mark further on is a character. */
	{ S("\xff\xfe"
	    "a\0\xff\xfe"),
	    S("a\xef\xbb\xbf"), false },
	/* Surrogates alone, and in the wrong order. */
	{ S("\xff\xfe\x3d\xd8"
	    "a\0"),
	    S("\xef\xbf\xbd"
	      "a"),
	    false },
	{ S("\xff\xfe\xe7\xdc"
	    "a\0"),
	    S("\xef\xbf\xbd"
	      "a"),
	    false },
	{ S("\xff\xfe\x3d\xd8\x3d\xd8\xe7\xdc"),
	    S("\xef\xbf\xbd\xf0\x9f\x93\xa7"), false },
	/* Cut off. */
	{ S("\xff\xfe"
	    "a\0b"),
	    S("a"), true },
	{ S("\xff\xfe"
	    "a\0\x3d\xd8"),
	    S("a"), true },
	{ S("\xff"), S(""), true },
	{ S("\xff\xfe"), S(""), false },
};

/* In pieces of so many bytes, with room for so many. */
static void
check(size_t i, size_t piece, size_t room)
{
	struct slice in = cases[i].in, out = cases[i].out;
	unsigned char got[64], *dst = got;
	struct utf16 u;

	utf16_init(&u);
	for (;;) {
		struct slice s = slice_sub(in, 0, piece);
		size_t cap = room, before = s.len, left;

		utf16_step(&u, &s, &dst, &cap);
		left = s.len;
		in = slice_from(in, before - left);
		/* All is taken, and nothing waits for room. */
		if (in.len == 0 && cap > 0)
			break;
		assert_true(left < before || cap < room);
	}
	assert_int_equal(dst - got, out.len);
	assert_memory_equal(got, out.ptr, out.len);
	assert_int_equal(utf16_torn(&u), cases[i].torn);
}

static void
test_step(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t piece = 1; piece < 12; piece++)
			for (size_t room = 1; room < 12; room++)
				check(i, piece, room);
}

static void
test_begins(void **state)
{
	static const struct {
		struct slice in;
		bool is;
	} c[] = {
		{ S("\xff\xfe"
		    "S\0e\0p\0"),
		    true },
		{ S("\xfe\xff"
		    "\0S\0e\0p"),
		    true },
		{ S("\xff\xfe\r\0\n\0"), true },
		/* Near misses: no mark, UTF-32, other bytes, the other end. */
		{ S("S\0e\0p\0"), false },
		{ S("\xff\xfe\0\0S\0\0\0"), false },
		{ S("\xff\xfe"
		    "Sep "),
		    false },
		{ S("\xff\xfe"
		    "\0S\0e\0p"),
		    false },
		{ S("\xff\xfe\x9c\0\1\0"), false },
		{ S("\xff\xfe"
		    "S\0\0\0"),
		    false },
		{ S("\xff\xfe"), false },
		{ S("\xff\xfe"
		    "S"),
		    false },
		{ S(""), false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++)
		assert_int_equal(utf16_begins(c[i].in), c[i].is);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_step),
		cmocka_unit_test(test_begins),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("utf16", tests, NULL, NULL);
}
