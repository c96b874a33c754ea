/* What a log covers: lines by class, gaps, and whether TLS is logged. */
#include "track/coverage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "fmt/framing.h"
#include "fmt/logline.h"

#define LINES 6
#define HOUR  3600
#define T0    INT64_C(1788257045) /* 2026-09-01T10:04:05Z */

#define SMTP "mx postfix/smtp[7]: "
#define HS                                                                     \
	"Trusted TLS connection established to a.example.org[192.0.2.1]:25: "  \
	"TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)"
#define SENT                                                                   \
	"1E240140202: to=<b@example.org>, relay=a.example.org[192.0.2.1]:25, " \
	"delay=1, dsn=2.0.0, status=sent (ok)"
#define LOST                                                                   \
	"mx rsyslogd: imuxsock lost 5 messages from pid 7 due to "             \
	"rate-limiting"

static const struct {
	const char *what;
	struct {
		int64_t sec; /* from T0; -1: no time */
		const char *line;
	} line[LINES];
	/* HOST all/understood/ignored/foreign/unknown GAPS TLS, by host */
	const char *want;
} cases[] = {
	{ "each class", { { 0, "mx postfix/qmgr[1]: 1E240140202: removed" },
	    { 0, "mx sshd[2]: hello" }, { 1, SMTP "what is this" } },
	    "mx 3/1/0/1/1 - -" },
	{ "hosts by name", { { 0, "b postfix/qmgr[1]: 1E240140202: removed" },
	    { 1, "a postfix/qmgr[1]: 1E240140202: removed" },
	    { 2, "b postfix/qmgr[1]: 1E240140202: removed" } },
	    "a 1/1/0/0/0 - -; b 2/2/0/0/0 - -" },
	{ "six hours of silence", { { 0, "mx postfix/qmgr[1]: A" },
	    { 6 * HOUR, "mx postfix/qmgr[1]: B" } }, "mx 2/0/0/0/2 - -" },
	{ "and a second", { { 0, "mx postfix/qmgr[1]: A" },
	    { 6 * HOUR + 1, "mx postfix/qmgr[1]: B" } },
	    "mx 2/0/0/0/2 2026-09-01T10:04:05Z/2026-09-01T16:04:06Z;silence "
	    "-" },
	{ "silence of one host", { { 0, "mx postfix/qmgr[1]: A" },
	    { 4 * HOUR, "my postfix/qmgr[1]: A" },
	    { 8 * HOUR, "mx postfix/qmgr[1]: B" } },
	    "mx 2/0/0/0/2 2026-09-01T10:04:05Z/2026-09-01T18:04:05Z;silence "
	    "-; my 1/0/0/0/1 - -" },
	{ "a step back", { { 7 * HOUR, "mx postfix/qmgr[1]: A" },
	    { 0, "mx postfix/qmgr[1]: B" } }, "mx 2/0/0/0/2 - -" },
	{ "lines without a time", { { 0, "mx postfix/qmgr[1]: A" },
	    { -1, "mx postfix/qmgr[1]: B" },
	    { 1, "mx postfix/qmgr[1]: B" } }, "mx 3/0/0/0/3 - -" },
	{ "a logger's word", { { 0, "mx postfix/qmgr[1]: A" }, { 9, LOST } },
	    "mx 2/0/0/1/1 2026-09-01T10:04:05Z/2026-09-01T10:04:14Z;lost-lines "
	    "-" },
	{ "no delivery, no question", { { 0, SMTP "connect to a[192.0.2.1]:25: "
	    "Connection refused" } }, "mx 1/1/0/0/0 - -" },
	{ "a delivery without a handshake", { { 0, SMTP SENT } },
	    "mx 1/1/0/0/0 - postfix/smtp=no-evidence" },
	{ "with one", { { 0, SMTP HS }, { 1, SMTP SENT } },
	    "mx 2/2/0/0/0 - postfix/smtp=yes" },
	{ "each service for itself", { { 0, SMTP HS },
	    { 1, "mx postfix/relay/smtp[8]: " SENT } },
	    "mx 2/2/0/0/0 - postfix/relay/smtp=no-evidence postfix/smtp=yes" },
	{ "an arrival", { { 0, "mx postfix/smtpd[9]: 1E240140202: "
	    "client=c[192.0.2.9]" } },
	    "mx 1/1/0/0/0 - postfix/smtpd=no-evidence" },
	{ "local mail", { { 0, "mx postfix/local[9]: 1E240140202: "
	    "to=<b@x>, relay=local, delay=1, dsn=2.0.0, status=sent (ok)" } },
	    "mx 1/1/0/0/0 - -" },
	{ "another program that imitates", { { 0, "mx sshd[1]: " HS } },
	    "mx 1/0/0/1/0 - -" },
};

static struct slice
or_dash(const struct rec *r, enum field f)
{
	return rec_has(r, f) ? r->v[f] : SLICE("-");
}

static bool
put(void *arg, const struct rec *r)
{
	static const enum field count[] = { F_LINES, F_UNDERSTOOD, F_IGNORED,
		F_FOREIGN, F_UNKNOWN };
	struct buf *b = arg;

	if (b->len > 0)
		(void)buf_add(b, SLICE("; "));
	(void)buf_add(b, rec_get(r, F_HOST));
	for (size_t i = 0; i < sizeof(count) / sizeof(count[0]); i++) {
		(void)buf_addc(b, i == 0 ? ' ' : '/');
		(void)buf_add(b, rec_get(r, count[i]));
	}
	(void)buf_addc(b, ' ');
	(void)buf_add(b, or_dash(r, F_GAPS));
	(void)buf_addc(b, ' ');
	(void)buf_add(b, or_dash(r, F_TLS_LOGGING));
	return true;
}

static void
give(struct coverage *c, int64_t sec, const char *line)
{
	struct event ev = { .kind = EV_UNKNOWN };
	struct frame fr;
	char text[512];

	(void)snprintf(text, sizeof(text), "2026-09-01T10:04:05Z %s", line);
	assert_true(framing_split(slice_cstr(text), &fr));
	(void)logline_read(&fr, &ev);
	ev.time = (struct event_time){ .sec = T0 + sec, .known = sec >= 0,
		.ordered = sec >= 0 };
	coverage_event(c, &ev);
}

static void
test_lines(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct coverage *c = coverage_new();

		for (size_t k = 0; k < LINES && cases[i].line[k].line != NULL;
		    k++)
			give(c, cases[i].line[k].sec, cases[i].line[k].line);
		b.len = 0;
		assert_true(coverage_write(c, put, &b));
		coverage_free(c);
		if (!slice_eq(buf_slice(&b), slice_cstr(cases[i].want)))
			fail_msg("%s: got %.*s, want %s", cases[i].what,
			    (int)b.len, (const char *)b.ptr, cases[i].want);
	}
	buf_free(&b);
}

/* What is over the limit is counted; what came before stays. */
static void
test_gaps(void **state)
{
	struct coverage *c = coverage_new();
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	for (int64_t i = 0; i < COVERAGE_GAPS + 3; i++)
		give(c, i * 7 * HOUR, "mx postfix/qmgr[1]: A");
	coverage_damage(c, SLICE("mx"));
	assert_true(coverage_write(c, put, &b));
	assert_true(slice_starts(buf_slice(&b), SLICE("mx 259/0/0/0/259 "
	    "2026-09-01T10:04:05Z/2026-09-01T17:04:05Z;silence ")));
	assert_int_equal(coverage_class(c, LINE_UNKNOWN), COVERAGE_GAPS + 3);
	assert_int_equal(coverage_postfix_lines(c), COVERAGE_GAPS + 3);
	coverage_free(c);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_gaps),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
