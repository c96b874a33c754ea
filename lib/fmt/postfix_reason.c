/*
 * Texts of Postfix and of common servers, sorted into classes.
 */
#include "fmt/postfix.h"

#include "base/banned.h"

#define TEXT_MAX	512	/* bytes of a reason that are looked at */
#define ROWS_MAX	64	/* bits of a mask */

/* The first row whose text is found wins. */
static const struct {
	const char	*find;		/* lower case */
	const char	*class;
} row[] = {
	{ "greylist", "greylisted" }, { "graylist", "greylisted" },
	{ "relay access denied", "relay-denied" },
	{ "relaying denied", "relay-denied" },
	{ "blocked using", "blocklist" },
	{ "rate limit", "rate-limit" },
	{ "user unknown", "user-unknown" }, { "unknown user", "user-unknown" },
	{ "no such user", "user-unknown" },
	{ "does not exist", "user-unknown" },
	{ "undeliverable address", "user-unknown" },
	{ "session encryption is required", "tls-required" },
	{ "must issue a starttls", "tls-required" },
	{ "tls is required", "tls-required" },
	{ "requiretls", "tls-required" },
	{ "certificate not", "tls-certificate" },
	{ "cannot start tls", "tls-handshake" },
	{ "tlsa", "tls-policy" },
	{ "sender address rejected: domain not found", "sender-domain" },
	{ "domain not found", "host-not-found" },
	{ "host or domain name not found", "host-not-found" },
	{ "nullmx", "host-not-found" },
	{ "cannot find your", "client-name" },
	{ "helo command rejected", "helo" },
	{ "authentication", "authentication" },
	{ "not logged in", "authentication" },
	{ "exceeds size limit", "size" }, { "size exceeds", "size" },
	{ "message size", "size" }, { "insufficient system storage", "storage" },
	{ "quota", "mailbox-full" }, { "mailbox full", "mailbox-full" },
	{ "virus", "virus" }, { "malware", "virus" }, { "spam", "spam" },
	{ "protocol error", "protocol" },
	{ "too many connections", "rate-limit" },
	{ "too many errors", "protocol" },
	{ "server ports busy", "busy" },
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
	{ "client host rejected", "client" },
	{ "unverified client", "client" },
	{ "configuration", "local-error" },
	{ "transport unavailable", "local-error" },
	{ "server local data error", "local-error" },
};

_Static_assert(sizeof(row) / sizeof(row[0]) <= ROWS_MAX, "one bit a row");

/*
 * Rows by the first two letters of their text, folded to 32 values each, as
 * masks: at most places of a text no row begins, and that is seen at once.
 */
struct starts {
	uint64_t	first[32];
	uint64_t	second[32];
};

static void
make_starts(struct starts *t)
{
	*t = (struct starts){ { 0 }, { 0 } };
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const char *s = row[i].find;

		t->first[s[0] & 31] |= UINT64_C(1) << i;
		t->second[s[1] & 31] |= UINT64_C(1) << i;
	}
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
	struct starts t;
	uint64_t below = UINT64_MAX;	/* rows better than the best so far */
	size_t best = ROWS_MAX;

	make_starts(&t);
	for (size_t i = 0; i + 1 < s.len; i++) {
		uint64_t m = t.first[s.ptr[i] & 31] &
		    t.second[s.ptr[i + 1] & 31] & below;

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
		return slice_cstr(row[k].class);
	if (slice_ends(dsn, SLICE(".1.1")))
		return SLICE("user-unknown");
	if (slice_ends(dsn, SLICE(".2.2")))
		return SLICE("mailbox-full");
	if (slice_ends(dsn, SLICE(".7.1")))
		return SLICE("policy");
	return SLICE("other");
}
