/*
 * Texts of Postfix and of common servers, sorted into classes.
 */
#include <pthread.h>

#include "fmt/postfix.h"

#include "base/banned.h"

#define TEXT_MAX	512	/* bytes of a reason that are looked at */
#define ROWS_MAX	64	/* bits of a mask */

#define ROW(text, word)	{ text, FIELD_WORD(word) },

/* The first row whose text is found wins. */
static const struct {
	const char	*find;		/* lower case */
	struct slice	 class;
} row[] = {
	ROW("greylist", "greylisted") ROW("graylist", "greylisted")
	ROW("relay access denied", "relay-denied")
	ROW("relaying denied", "relay-denied")
	ROW("blocked using", "blocklist") ROW("rate limit", "rate-limit")
	ROW("user unknown", "user-unknown")
	ROW("unknown user", "user-unknown")
	ROW("no such user", "user-unknown")
	ROW("does not exist", "user-unknown")
	ROW("undeliverable address", "user-unknown")
	ROW("session encryption is required", "tls-required")
	ROW("must issue a starttls", "tls-required")
	ROW("tls is required", "tls-required")
	ROW("requiretls", "tls-required")
	ROW("certificate not", "tls-certificate")
	ROW("cannot start tls", "tls-handshake") ROW("tlsa", "tls-policy")
	ROW("sender address rejected: domain not found", "sender-domain")
	ROW("domain not found", "host-not-found")
	ROW("host or domain name not found", "host-not-found")
	ROW("nullmx", "host-not-found") ROW("cannot find your", "client-name")
	ROW("helo command rejected", "helo")
	ROW("authentication", "authentication")
	ROW("not logged in", "authentication")
	ROW("exceeds size limit", "size") ROW("size exceeds", "size")
	ROW("message size", "size")
	ROW("insufficient system storage", "storage")
	ROW("quota", "mailbox-full") ROW("mailbox full", "mailbox-full")
	ROW("virus", "virus") ROW("malware", "virus") ROW("spam", "spam")
	ROW("protocol error", "protocol")
	ROW("too many connections", "rate-limit")
	ROW("too many errors", "protocol") ROW("server ports busy", "busy")
	ROW("screening ports busy", "busy")
	ROW("service currently unavailable", "try-again")
	ROW("connection timed out", "timeout") ROW("timed out", "timeout")
	ROW("connection refused", "refused-connection")
	ROW("no route to host", "unreachable")
	ROW("network is unreachable", "unreachable")
	ROW("lost connection", "lost-connection")
	ROW("refused to talk to me", "refused-connection")
	ROW("loops back to myself", "loop") ROW("loop", "loop")
	ROW("sender address rejected", "sender")
	ROW("recipient address rejected", "recipient")
	ROW("client host rejected", "client")
	ROW("unverified client", "client") ROW("configuration", "local-error")
	ROW("transport unavailable", "local-error")
	ROW("server local data error", "local-error")
};
#undef ROW

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
