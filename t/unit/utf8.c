#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct {
	const char	*in;
	uint32_t	 cp;
	size_t		 n;
} cases[] = {
	{ "a", 'a', 1 }, { "\x7f", 0x7f, 1 }, { "\xc3\xa4", 0xe4, 2 },
	{ "\xe2\x82\xac", 0x20ac, 3 }, { "\xf0\x9f\x93\xa7", 0x1f4e7, 4 },
	{ "\xf4\x8f\xbf\xbf", 0x10ffff, 4 }, { "\xef\xbf\xbf", 0xffff, 3 },
	{ "\x80", UTF8_BAD, 1 }, { "\xc0\x80", UTF8_BAD, 1 },
	{ "\xc1\xbf", UTF8_BAD, 1 }, { "\xc3", UTF8_BAD, 1 },
	{ "\xc3x", UTF8_BAD, 1 }, { "\xe0\x9f\xbf", UTF8_BAD, 1 },
	{ "\xed\xa0\x80", UTF8_BAD, 1 }, { "\xf0\x8f\xbf\xbf", UTF8_BAD, 1 },
	{ "\xf4\x90\x80\x80", UTF8_BAD, 1 }, { "\xff", UTF8_BAD, 1 },
	{ "\xf5\x80\x80\x80", UTF8_BAD, 1 }, { "\xe2\x82", UTF8_BAD, 1 },
};

static void
test_next(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice s = slice_cstr(cases[i].in);
		unsigned char back[4];
		uint32_t cp;

		assert_int_equal(utf8_next(s, &cp), cases[i].n);
		assert_true(cp == cases[i].cp);
		if (cp != UTF8_BAD)
			assert_true(slice_eq(slice_of(back,
			    utf8_put(back, cp)), s));
	}
}

static void
test_unsafe(void **state)
{
	static const uint32_t unsafe[] = { 0, 0x1b, 0x7f, 0x80, 0x9f, 0xad,
		0x200b, 0x202e, 0x2028, 0x2066, 0xfeff, 0xfffe, 0xe0001,
		0x1ffff, 0x110000, 0xd800 };
	static const uint32_t safe[] = { ' ', '~', 0xa0, 0xe4, 0x20ac, 0x4e00,
		0x1f4e7 };

	(void)state;
	for (size_t i = 0; i < sizeof(unsafe) / sizeof(unsafe[0]); i++)
		assert_true(utf8_unsafe(unsafe[i]));
	for (size_t i = 0; i < sizeof(safe) / sizeof(safe[0]); i++)
		assert_false(utf8_unsafe(safe[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_unsafe),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
