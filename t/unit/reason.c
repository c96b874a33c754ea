/*
 * Classes of reasons: each text of the table wherever it stands in a reason,
 * and texts that are nearly one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fmt/postfix.h"

/* In the order of the table: the first one found decides. */
static const struct {
	const char *text, *class;
} known[] = {
	{ "greylist", "greylisted" }, { "graylist", "greylisted" },
	{ "relay access denied", "relay-denied" },
	{ "relaying denied", "relay-denied" }, { "blocked using", "blocklist" },
	{ "rate limit", "rate-limit" }, { "user unknown", "user-unknown" },
	{ "unknown user", "user-unknown" }, { "no such user", "user-unknown" },
	{ "does not exist", "user-unknown" },
	{ "undeliverable address", "user-unknown" },
	{ "session encryption is required", "tls-required" },
	{ "must issue a starttls", "tls-required" },
	{ "tls is required", "tls-required" }, { "requiretls", "tls-required" },
	{ "certificate not", "tls-certificate" },
	{ "cannot start tls", "tls-handshake" }, { "tlsa", "tls-policy" },
	{ "sender address rejected: domain not found", "sender-domain" },
	{ "domain not found", "host-not-found" },
	{ "host or domain name not found", "host-not-found" },
	{ "nullmx", "host-not-found" }, { "cannot find your", "client-name" },
	{ "helo command rejected", "helo" },
	{ "authentication", "authentication" },
	{ "not logged in", "authentication" }, { "exceeds size limit", "size" },
	{ "size exceeds", "size" }, { "message size", "size" },
	{ "insufficient system storage", "storage" },
	{ "quota", "mailbox-full" }, { "mailbox full", "mailbox-full" },
	{ "virus", "virus" }, { "malware", "virus" }, { "spam", "spam" },
	{ "protocol error", "protocol" },
	{ "too many connections", "rate-limit" },
	{ "too many errors", "protocol" }, { "server ports busy", "busy" },
	{ "screening ports busy", "busy" },
	{ "service currently unavailable", "try-again" },
	{ "connection timed out", "timeout" }, { "timed out", "timeout" },
	{ "connection refused", "refused-connection" },
	{ "no route to host", "unreachable" },
	{ "network is unreachable", "unreachable" },
	{ "lost connection", "lost-connection" },
	{ "refused to talk to me", "refused-connection" },
	{ "loops back to myself", "loop" }, { "loop", "loop" },
	{ "sender address rejected", "sender" },
	{ "recipient address rejected", "recipient" },
	{ "client host rejected", "client" }, { "unverified client", "client" },
	{ "configuration", "local-error" },
	{ "transport unavailable", "local-error" },
	{ "server local data error", "local-error" },
};

static void
expect(struct slice reason, const char *dsn, const char *class)
{
	struct slice got = postfix_reason_class(reason, slice_cstr(dsn));

	if (!slice_eq(got, slice_cstr(class)))
		fail_msg("%.*s: %.*s, not %s", (int)reason.len, reason.ptr,
		    (int)got.len, got.ptr, class);
}

/* At every place, to the last byte, in any case. */
static void
test_places(void **state)
{
	unsigned char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t n = strlen(known[i].text);

		for (size_t at = 0; at < 12; at++) {
			memset(text, '-', sizeof(text));
			for (size_t k = 0; k < n; k++) {
				char c = known[i].text[k];

				if ((k + at) % 2 == 0 && c >= 'a' && c <= 'z')
					c -= 'a' - 'A';
				text[at + k] = (unsigned char)c;
			}
			expect(slice_of(text, at + n), "", known[i].class);
			expect(slice_of(text, at + n + 9), "",
			    known[i].class);
		}
	}
}

/* Of two texts the one that is first in the table, wherever they stand. */
static void
test_order(void **state)
{
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		for (size_t k = i; k < sizeof(known) / sizeof(known[0]); k++) {
			(void)snprintf(text, sizeof(text), "%s; %s",
			    known[k].text, known[i].text);
			expect(slice_cstr(text), "", known[i].class);
		}
}

static void
test_near(void **state)
{
	static const struct {
		const char *reason, *dsn, *class;
	} r[] = {
		{ "<a>: Relay access denied", "5.7.1", "relay-denied" },
		{ "relay access denie", "", "other" },
		{ "elay access denied", "", "other" },
		{ "relay  access denied", "", "other" },
		/* Bytes that the mark's letters are folded like. */
		{ "30!-", "", "other" }, { "15/4!", "", "other" },
		{ "spa", "", "other" }, { "pam", "", "other" },
		{ "s pam", "", "other" }, { "lop loo", "", "other" },
		{ "user unknow", "", "other" },
		{ "\xd3\xd0\xc1\xcd", "", "other" },
		{ "something", "5.1.1", "user-unknown" },
		{ "something", "4.2.2", "mailbox-full" },
		{ "something", "5.7.1", "policy" },
		{ "something", "5.0.0", "other" },
		{ "s", "", "other" }, { "", "5.1.1", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(r) / sizeof(r[0]); i++)
		expect(slice_cstr(r[i].reason), r[i].dsn, r[i].class);
}

/* Of a long text only the beginning is looked at. */
static void
test_long(void **state)
{
	unsigned char text[600];

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text + 508, "spam", 4);
	expect(slice_of(text, sizeof(text)), "", "spam");
	memset(text, ' ', sizeof(text));
	memcpy(text + 509, "spam", 4);
	expect(slice_of(text, sizeof(text)), "", "other");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_near),
		cmocka_unit_test(test_long),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
