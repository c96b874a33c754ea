/*
 * Texts of Postfix and of common servers, sorted into classes.
 */
#include <pthread.h>

#include "fmt/postfix.h"

#include "base/banned.h"

#define TEXT_MAX	512	/* bytes of a reason that are looked at */
#define ROWS_MAX	64	/* bits of a mask */

/* The first row whose text is found wins. */
static const struct {
	const char	*find;		/* lower case */
	struct slice	 class;
} row[] = {
	{ "greylist", FIELD_WORD("greylisted") }, { "graylist", FIELD_WORD("greylisted") },
	{ "relay access denied", FIELD_WORD("relay-denied") },
	{ "relaying denied", FIELD_WORD("relay-denied") },
	{ "blocked using", FIELD_WORD("blocklist") },
	{ "rate limit", FIELD_WORD("rate-limit") },
	{ "user unknown", FIELD_WORD("user-unknown") }, { "unknown user", FIELD_WORD("user-unknown") },
	{ "no such user", FIELD_WORD("user-unknown") },
	{ "does not exist", FIELD_WORD("user-unknown") },
	{ "undeliverable address", FIELD_WORD("user-unknown") },
	{ "session encryption is required", FIELD_WORD("tls-required") },
	{ "must issue a starttls", FIELD_WORD("tls-required") },
	{ "tls is required", FIELD_WORD("tls-required") },
	{ "requiretls", FIELD_WORD("tls-required") },
	{ "certificate not", FIELD_WORD("tls-certificate") },
	{ "cannot start tls", FIELD_WORD("tls-handshake") },
	{ "tlsa", FIELD_WORD("tls-policy") },
	{ "sender address rejected: domain not found", FIELD_WORD("sender-domain") },
	{ "domain not found", FIELD_WORD("host-not-found") },
	{ "host or domain name not found", FIELD_WORD("host-not-found") },
	{ "nullmx", FIELD_WORD("host-not-found") },
	{ "cannot find your", FIELD_WORD("client-name") },
	{ "helo command rejected", FIELD_WORD("helo") },
	{ "authentication", FIELD_WORD("authentication") },
	{ "not logged in", FIELD_WORD("authentication") },
	{ "exceeds size limit", FIELD_WORD("size") }, { "size exceeds", FIELD_WORD("size") },
	{ "message size", FIELD_WORD("size") }, { "insufficient system storage", FIELD_WORD("storage") },
	{ "quota", FIELD_WORD("mailbox-full") }, { "mailbox full", FIELD_WORD("mailbox-full") },
	{ "virus", FIELD_WORD("virus") }, { "malware", FIELD_WORD("virus") }, { "spam", FIELD_WORD("spam") },
	{ "protocol error", FIELD_WORD("protocol") },
	{ "too many connections", FIELD_WORD("rate-limit") },
	{ "too many errors", FIELD_WORD("protocol") },
	{ "server ports busy", FIELD_WORD("busy") },
	{ "screening ports busy", FIELD_WORD("busy") },
	{ "service currently unavailable", FIELD_WORD("try-again") },
	{ "connection timed out", FIELD_WORD("timeout") }, { "timed out", FIELD_WORD("timeout") },
	{ "connection refused", FIELD_WORD("refused-connection") },
	{ "no route to host", FIELD_WORD("unreachable") },
	{ "network is unreachable", FIELD_WORD("unreachable") },
	{ "lost connection", FIELD_WORD("lost-connection") },
	{ "refused to talk to me", FIELD_WORD("refused-connection") },
	{ "loops back to myself", FIELD_WORD("loop") }, { "loop", FIELD_WORD("loop") },
	{ "sender address rejected", FIELD_WORD("sender") },
	{ "recipient address rejected", FIELD_WORD("recipient") },
	{ "client host rejected", FIELD_WORD("client") },
	{ "unverified client", FIELD_WORD("client") },
	{ "configuration", FIELD_WORD("local-error") },
	{ "transport unavailable", FIELD_WORD("local-error") },
	{ "server local data error", FIELD_WORD("local-error") },
};

_Static_assert(sizeof(row) / sizeof(row[0]) <= ROWS_MAX, "one bit a row");

/*
 * Rows by the first three letters of their text, folded to 32 values each, as
 * masks: at most places of a text no row begins, and that is seen at once.
 */
static uint64_t starts[3][32];
static pthread_once_t made = PTHREAD_ONCE_INIT;

static void
make_starts(void)
{
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		for (size_t k = 0; k < 3; k++)
			starts[k][row[i].find[k] & 31] |= UINT64_C(1) << i;
}

/* Does the row's text stand at p, of which len bytes are left? */
static bool
stands(const unsigned char *p, size_t len, const char *want)
{
	size_t n = 0;

	while (n < len && want[n] != '\0' &&
	    ascii_tolower(p[n]) == (unsigned char)want[n])
		n++;
	return want[n] == '\0';
}

/* The first row found anywhere in the text, or ROWS_MAX. */
static size_t
find_row(struct slice s)
{
	uint64_t below = UINT64_MAX;	/* rows better than the best so far */
	size_t best = ROWS_MAX;

	(void)pthread_once(&made, make_starts);
	/* No row is shorter than three letters. */
	for (size_t i = 0; i + 2 < s.len; i++) {
		uint64_t m = starts[0][s.ptr[i] & 31] &
		    starts[1][s.ptr[i + 1] & 31] &
		    starts[2][s.ptr[i + 2] & 31] & below;

		for (; m != 0; m &= m - 1) {
			size_t k = (size_t)__builtin_ctzll(m);

			if (!stands(s.ptr + i, s.len - i, row[k].find))
				continue;
			best = k;
			below = (UINT64_C(1) << k) - 1;
			break;
		}
	}
	return best;
}

struct slice
postfix_reason_class(struct slice reason, struct slice dsn)
{
	size_t k;

	if (reason.len == 0)
		return slice_of(NULL, 0);
	k = find_row(slice_sub(reason, 0, TEXT_MAX));
	if (k < ROWS_MAX)
		return row[k].class;
	if (slice_ends(dsn, SLICE(".1.1")))
		return FIELD_LIT("user-unknown");
	if (slice_ends(dsn, SLICE(".2.2")))
		return FIELD_LIT("mailbox-full");
	if (slice_ends(dsn, SLICE(".7.1")))
		return FIELD_LIT("policy");
	return FIELD_LIT("other");
}
