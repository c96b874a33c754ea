#include "scan/mail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define HOP                                                                    \
	"Received: from a (b [192.0.2.1])\n\tby c; Sun, 01 Mar 2026 12:01:00 " \
	"+0000\n"
#define REST "From: x\nSubject: y\n"

static const struct {
	const char *text;
	bool good, mbox, cut;
	const char *header;
} cases[] = {
	{ HOP REST "\nbody", true, false, false, HOP REST },
	{ "no field\n" HOP REST "\nbody", true, false, false, HOP REST },
	{ "X-A: b\n c\n" HOP REST "\n", true, false, false,
	    "X-A: b\n c\n" HOP REST },
	{ "\nFrom a@b Sun Mar  1 12:00:00 2026\n" HOP REST "\n", true, true,
	    false, "From a@b Sun Mar  1 12:00:00 2026\n" HOP REST },
	{ HOP REST, true, false, true, HOP REST },
	{ HOP REST "no field\n", true, false, true, HOP REST },
	/* Near misses. */
	{ HOP "From: x\n\n", false, false, false, "" },
	{ HOP "X-A: b\nX-B: c\n\n", false, false, false, "" },
	{ "Received: from a by c; some day\n" REST "\n", false, false, false,
	    "" },
	{ "Received: from a; Sun, 01 Mar 2026 12:01:00 +0000\n" REST "\n",
	    false, false, false, "" },
	{ HOP "\n" REST, false, false, false, "" },
};

static void
test_header(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice s = slice_cstr(cases[i].text);
		struct mail m;

		assert_int_equal(
		    mail_header(s, slice_find(s, SLICE("Received: ")), &m),
		    cases[i].good);
		if (!cases[i].good)
			continue;
		assert_true(slice_eq(m.header, slice_cstr(cases[i].header)));
		assert_int_equal(m.mbox, cases[i].mbox);
		assert_int_equal(m.cut, cases[i].cut);
	}
}

static void
test_body(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		enum mail_end how;
		bool mbox, parts;
	} body[] = {
		{ "a\nb\n", 4, MAIL_MORE, false, false },
		{ "a\n\1b\n", 2, MAIL_BYTE, false, false },
		{ "a\n\nFrom a@b Sun Mar  1 12:00:00 2026\n", 3, MAIL_NEXT,
		    true, false },
		{ "a\nFrom a@b Sun Mar  1 12:00:00 2026\n", 36, MAIL_MORE, true,
		    false },
		{ "a\n\nFrom a@b Sun Mar  1 12:00:00 2026\n", 37, MAIL_MORE,
		    false, false },
		{ "--q\nx\n--q--\nrest\n", 12, MAIL_DELIMITER, false, true },
		{ "--q\nx\n--r--\nrest\n", 17, MAIL_MORE, false, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(body) / sizeof(body[0]); i++) {
		struct mail m = { .mbox = body[i].mbox };
		enum mail_end how;

		if (body[i].parts)
			m.boundary = SLICE("q");
		assert_int_equal(
		    mail_body(slice_cstr(body[i].text), &m, &how), body[i].len);
		assert_int_equal(how, body[i].how);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
