#include "fmt/head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "fmt/framing.h"

#define STAMP	"Sep  1 10:04:05 "

/* A copy whose end the sanitizer knows. */
static unsigned char *
copy(struct slice s)
{
	unsigned char *p = malloc(s.len + (s.len == 0));

	assert_non_null(p);
	if (s.len > 0)
		memcpy(p, s.ptr, s.len);
	return p;
}

static const struct head *
find(const struct head *table, const char *line)
{
	struct slice s = slice_cstr(line);
	unsigned char *p = copy(s);
	const struct head *h = head_find(table, slice_of(p, s.len));

	free(p);
	return h;
}

/* Keep the head of a line whose host and tag have these lengths. */
static void
keep(struct head *table, const char *line, size_t at, size_t host, size_t tag)
{
	struct slice s = slice_cstr(line);

	head_keep(table, s, slice_sub(s, at, host),
	    slice_sub(s, at + host + 1, tag));
}

static void
test_find(void **state)
{
	struct head *table = mem_alloc(HEAD_N, sizeof(*table));
	const struct head *h;

	(void)state;
	assert_null(find(table, "mx postfix/smtpd[7]: x"));
	keep(table, "mx postfix/submission/smtpd[7]: x", 0, 2, 24);
	assert_null(find(table, "mx postfix/smtpd[7]: x"));
	keep(table, "mx postfix/smtpd[7]: x", 0, 2, 13);
	h = find(table, "mx postfix/submission/smtpd[4194304]");
	assert_non_null(h);
	assert_int_equal(h->len, 28);
	assert_true(slice_eq(h->host, SLICE("mx")));
	assert_true(slice_eq(h->tag, SLICE("postfix/submission/smtpd")));
	assert_true(slice_eq(h->postfix.service, SLICE("submission")));
	assert_int_equal(h->postfix.daemon, DM_SMTPD);
	assert_true(h->postfix.ours && !h->postfix.lost);
	h = find(table, "mx postfix/smtpd[");
	assert_non_null(h);
	assert_true(slice_eq(h->postfix.instance, SLICE("postfix")));
	assert_null(find(table, "mx postfix/smtpd"));
	assert_null(find(table, "my postfix/smtpd["));
	assert_null(find(table, "mx postfix/smtp["));
	assert_null(find(table, " mx postfix/smtpd["));
	assert_null(find(table, "["));
	assert_null(find(table, ""));
	mem_free(table);
}

static void
test_shape(void **state)
{
	struct head *table = mem_alloc(HEAD_N, sizeof(*table));
	char line[HEAD_MAX + 16];

	(void)state;
	/* Words before the host, a colon in the tag, two brackets, short. */
	keep(table, "<2.6> mx postfix/smtpd[7]:", 6, 2, 13);
	assert_null(find(table, "<2.6> mx postfix/smtpd[7]:"));
	keep(table, "mx post:fix/smtpd[7]:", 0, 2, 14);
	assert_null(find(table, "mx post:fix/smtpd[7]:"));
	keep(table, "m[x postfix/smtpd[7]:", 0, 3, 13);
	assert_null(find(table, "m[x postfix/smtpd[7]:"));
	keep(table, "mx sshd[7]:", 0, 2, 4);
	assert_non_null(find(table, "mx sshd[9]:"));
	keep(table, "mx ssh[7]:", 0, 2, 3);
	assert_null(find(table, "mx ssh[7]:"));
	for (size_t n = HEAD_MAX - 2; n <= HEAD_MAX + 2; n++) {
		memset(line, 'a', n);
		line[1] = ' ';
		line[n - 1] = '[';
		line[n] = '\0';
		keep(table, line, 0, 1, n - 3);
		assert_true((find(table, line) != NULL) == (n <= HEAD_MAX));
	}
	mem_free(table);
}

/* More programs than places: each is found when it was the last one kept. */
static void
test_many(void **state)
{
	struct head *table = mem_alloc(HEAD_N, sizeof(*table));
	char line[64];

	(void)state;
	for (unsigned int i = 0; i < 3 * HEAD_N; i++) {
		int n = snprintf(line, sizeof(line), "mail%05u postfix/a%u[",
		    i, i);

		keep(table, line, 0, 9, (size_t)n - 11);
		assert_non_null(find(table, line));
	}
	mem_free(table);
}

/* Lines of a program that was met are split as if it were the first. */
static void
test_lines(void **state)
{
	static const char *const lines[] = {
		STAMP "mx postfix/smtpd[741]: connect from a[192.0.2.1]",
		STAMP "mx postfix/smtpd[4194304]: connect",
		STAMP "mx postfix/smtpd[12345678901]: x",
		STAMP "mx postfix/smtpd[4294967296]: x",
		STAMP "mx postfix/smtpd[]: x", STAMP "mx postfix/smtpd[7a]: x",
		STAMP "mx postfix/smtpd[741]:x", STAMP "mx postfix/smtpd[7]:",
		STAMP "mx postfix/smtpd[741]:  x", STAMP "mx postfix/smtpd[7]",
		STAMP "mx postfix/smtpd[741] x", STAMP "mx postfix/smtpd[7",
		STAMP "mx postfix/smtpd[", STAMP "mx postfix/smtpd[7]x: y",
		STAMP "mx postfix/smtpd[7]: message repeated 2 times: [ x]",
		STAMP "mx postfix/smtpd[7]: [ID 197553 mail.info] x",
		STAMP "mx postfix/smtpd[7]: last message repeated 2 times",
		"<22>" STAMP "mx postfix/smtpd[741]: x",
		"2026-09-01T10:04:05+00:00 mx postfix/smtpd[741]: x",
		"2026-09-01T10:04:05Z mx postfix/smtpd[741] - - x",
	};
	struct framing f;
	struct frame first, fr;
	unsigned char *p;

	(void)state;
	framing_init(&f, NULL);
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct slice s = slice_cstr(lines[i]);

		assert_true(framing_split(s, &first));
		assert_null(first.postfix);
		p = copy(s);
		assert_int_equal(framing_next(&f, slice_of(p, s.len), true,
		    &fr), s.len);
		assert_int_equal(fr.kind, first.kind);
		assert_true(slice_eq(fr.host, first.host));
		assert_true(slice_eq(fr.tag, first.tag));
		assert_true(slice_eq(fr.pid, first.pid));
		assert_true(slice_eq(fr.text, first.text));
		assert_int_equal(fr.repeat, first.repeat);
		assert_int_equal(fr.last_repeated, first.last_repeated);
		assert_true((fr.postfix != NULL) == (i == 1 || i == 3 ||
		    (i >= 6 && i <= 8) || (i >= 14 && i <= 18)));
		if (i == 1)
			assert_int_equal(fr.number, 4194304);
		free(p);
	}
	framing_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find), cmocka_unit_test(test_shape),
		cmocka_unit_test(test_many), cmocka_unit_test(test_lines),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
