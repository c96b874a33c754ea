#include "fmt/prefix.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define SEP1	INT64_C(1788257045)	/* 2026-09-01T10:04:05Z */

struct prefix_case {
	const char	*pattern;
	const char	*line;
	bool		 match;
	enum stamp_kind	 stamp;
	int64_t		 sec;
	const char	*host;		/* NULL: absent */
	const char	*tag;
	const char	*pid;
	const char	*text;
};

#define FULL	"(?<stamp>\\S+ \\S+) (?<host>\\S+) (?<tag>[^\\[]+)"	\
	"\\[(?<pid>\\d+)\\] (?<text>.*)"

static const struct prefix_case cases[] = {
	{ FULL, "2026-09-01 10:04:05 mx postfix/smtpd[9] hello", true,
	    STAMP_LOCAL, SEP1, "mx", "postfix/smtpd", "9", "hello" },
	{ "(?<stamp>\\d+) (?<program>\\S+): ", "1788257045 postfix/qmgr: t",
	    true, STAMP_ZONED, SEP1, NULL, "postfix/qmgr", NULL, "t" },
	{ "(?<stamp>[\\d.]+) ", "1788257045.25 t", true, STAMP_ZONED, SEP1,
	    NULL, NULL, NULL, "t" },
	{ "[^:]+:(?<stamp>\\w+ +\\d+ [\\d:]+) (?<host>\\S+) ",
	    "mail.log:Sep  1 10:04:05 mx t: x", true, STAMP_BSD, 36245, "mx",
	    NULL, NULL, "t: x" },
	{ "(?<stamp>\\w{3} \\S+ \\S+ \\w+)\\|",
	    "Tue 2026-09-01 10:04:05 CEST|t", true, STAMP_LOCAL, SEP1, NULL,
	    NULL, NULL, "t" },
	{ "\\[(?<stamp>[^]]+)\\] ", "[2026-09-01T10:04:05+02:00] t", true,
	    STAMP_ZONED, SEP1 - 7200, NULL, NULL, NULL, "t" },
	/* a stamp that cannot be read keeps its text */
	{ "(?<stamp>\\S+) ", "yesterday t", true, STAMP_NONE, 0, NULL, NULL,
	    NULL, "t" },
	{ "(?<stamp>\\S+) ", "2026-13-01T10:04:05Z t", true, STAMP_NONE, 0,
	    NULL, NULL, NULL, "t" },
	{ "(?<stamp>\\S+) ", "2026-09-01T10:04:05x t", true, STAMP_NONE, 0,
	    NULL, NULL, NULL, "t" },
	/* groups that take no part, pids that are none */
	{ "(?:(?<host>\\w+) )?(?<tag>\\w+)(?:\\[(?<pid>\\w+)\\])?: ",
	    "mx a[1]: t", true, STAMP_NONE, 0, "mx", "a", "1", "t" },
	{ "(?:(?<host>\\w+) )?(?<tag>\\w+)(?:\\[(?<pid>\\w+)\\])?: ",
	    "a: t", true, STAMP_NONE, 0, NULL, "a", NULL, "t" },
	{ "(?:(?<host>\\w+) )?(?<tag>\\w+)(?:\\[(?<pid>\\w+)\\])?: ",
	    "a[x]: t", true, STAMP_NONE, 0, NULL, "a", NULL, "t" },
	{ "(?<pid>\\d+) ", "12345678901 t", true, STAMP_NONE, 0, NULL, NULL,
	    NULL, "t" },
	/* anchored; bytes, not characters */
	{ "mx ", " mx t", false, STAMP_NONE, 0, NULL, NULL, NULL, NULL },
	{ "mx ", "mx", false, STAMP_NONE, 0, NULL, NULL, NULL, NULL },
	{ "mx ", "", false, STAMP_NONE, 0, NULL, NULL, NULL, NULL },
	{ "", "t", true, STAMP_NONE, 0, NULL, NULL, NULL, "t" },
	{ "", "", true, STAMP_NONE, 0, NULL, NULL, NULL, "" },
	{ "(?<host>.) ", "\xff t", true, STAMP_NONE, 0, "\xff", NULL, NULL,
	    "t" },
	{ "x\\K", "xt", true, STAMP_NONE, 0, NULL, NULL, NULL, "t" },
	/* more work than we allow */
	{ "(?:a?){40}a{40}(a+a+)+$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", false, STAMP_NONE, 0, NULL,
	    NULL, NULL, NULL },
};

static void
same(size_t i, const char *what, struct slice got, const char *want)
{
	if ((want == NULL) != (got.ptr == NULL) ||
	    (want != NULL && !slice_eq(got, slice_cstr(want))))
		fail_msg("case %zu: %s is \"%.*s\"", i, what, (int)got.len,
		    got.ptr == NULL ? "" : (const char *)got.ptr);
}

static void
test_cases(void **state)
{
	char what[200];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct prefix_case *c = &cases[i];
		struct frame fr = { 0 };
		struct prefix *p;
		size_t pos;

		p = prefix_compile(c->pattern, what, sizeof(what), &pos);
		if (p == NULL)
			fail_msg("case %zu: %s at %zu", i, what, pos);
		/* Twice: what is kept for reuse must not matter. */
		(void)prefix_split(p, slice_cstr("x"), &fr);
		fr = (struct frame){ 0 };
		if (prefix_split(p, slice_cstr(c->line), &fr) != c->match)
			fail_msg("case %zu: match", i);
		if (c->match) {
			assert_int_equal(fr.stamp.kind, c->stamp);
			assert_int_equal(fr.stamp.sec, c->sec);
			same(i, "host", fr.host, c->host);
			same(i, "tag", fr.tag, c->tag);
			same(i, "pid", fr.pid, c->pid);
			same(i, "text", fr.text, c->text);
		}
		prefix_free(p);
	}
}

static void
test_bad_stamp_text(void **state)
{
	struct frame fr = { 0 };
	struct prefix *p;
	char what[200];
	size_t pos;

	(void)state;
	p = prefix_compile("(?<stamp>\\S+) ", what, sizeof(what), &pos);
	assert_non_null(p);
	assert_true(prefix_split(p, slice_cstr("yesterday t"), &fr));
	assert_true(slice_eq(fr.stamp.text, SLICE("yesterday")));
	prefix_free(p);
}

/* Patterns that are refused, and where. */
static void
test_wrong(void **state)
{
	static const struct {
		const char	*pattern;
		size_t		 pos;
	} wrong[] = {
		{ "a(", 2 },
		{ "[z-a]", 3 },
		{ "(?J)(?<host>a)|(?<host>b)", 0 },
		{ "(*UTF)x", 6 },
		{ "a\\C", 3 },
	};
	char what[200];
	size_t pos;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		what[0] = '\0';
		pos = 99;
		if (prefix_compile(wrong[i].pattern, what, sizeof(what),
		    &pos) != NULL || pos != wrong[i].pos || what[0] == '\0')
			fail_msg("pattern %zu: \"%s\" at %zu", i, what, pos);
	}
	prefix_free(NULL);
}

/* The prefix comes first, then what we know; also inside a container. */
static void
test_framing(void **state)
{
	static const struct {
		struct slice		in;
		enum framing_kind	kind, inner;
	} lines[] = {
		{ SLICE("@@ t\n"), FRAMING_PREFIX, FRAMING_NONE },
		{ SLICE("@@ -- \n"), FRAMING_PREFIX, FRAMING_NONE },
		{ SLICE("Sep  1 10:04:05 mx a: t\n"), FRAMING_BSD,
		    FRAMING_NONE },
		{ SLICE("{\"log\":\"@@ t\\n\",\"stream\":\"stdout\"}\n"),
		    FRAMING_DOCKER, FRAMING_PREFIX },
		{ SLICE("2026-09-01T10:04:05Z stdout F @@ t\n"), FRAMING_CRI,
		    FRAMING_PREFIX },
		{ SLICE("_COMM=a\nMESSAGE=t\n\n"), FRAMING_EXPORT,
		    FRAMING_NONE },
	};
	struct framing f;
	struct prefix *p;
	struct frame fr;
	char what[200];
	size_t pos;

	(void)state;
	p = prefix_compile("@@ ", what, sizeof(what), &pos);
	assert_non_null(p);
	framing_init(&f, p);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(framing_next(&f, lines[i].in, true, &fr),
		    lines[i].in.len);
		assert_int_equal(fr.kind, lines[i].kind);
		assert_int_equal(fr.inner, lines[i].inner);
		if (fr.kind == FRAMING_PREFIX && i == 0)
			assert_true(slice_eq(fr.text, SLICE("t")));
	}
	framing_free(&f);
	prefix_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_bad_stamp_text),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_framing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
