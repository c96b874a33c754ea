/*
 * Texts of Postfix and of common servers, sorted into classes.
 */
#include <pthread.h>

#include "fmt/postfix.h"

#include "base/banned.h"

#define TEXT_MAX	512	/* bytes of a reason that are looked at */
#define ROWS_MAX	64	/* bits of a mask */
#define MARK		4	/* bytes of a mark, the least a row has */

#define ROW(before, rest, word)						\
	{ before rest, sizeof(before) - 1, FIELD_WORD(word) },

/*
 * The first row whose text is found wins.  Each has a mark, four letters that
 * other texts seldom have: they begin the second part here.
 */
static const struct {
	const char	*find;		/* lower case */
	size_t		 mark;		/* where it begins */
	struct slice	 class;
} row[] = {
	ROW("gr", "eylist", "greylisted")
	ROW("gr", "aylist", "greylisted")
	ROW("r", "elay access denied", "relay-denied")
	ROW("r", "elaying denied", "relay-denied")
	ROW("b", "locked using", "blocklist")
	ROW("rate", " limit", "rate-limit")
	ROW("user u", "nknown", "user-unknown")
	ROW("u", "nknown user", "user-unknown")
	ROW("no s", "uch user", "user-unknown")
	ROW("does", " not exist", "user-unknown")
	ROW("und", "eliverable address", "user-unknown")
	ROW("ses", "sion encryption is required", "tls-required")
	ROW("must issue a s", "tarttls", "tls-required")
	ROW("tls is re", "quired", "tls-required")
	ROW("re", "quiretls", "tls-required")
	ROW("ce", "rtificate not", "tls-certificate")
	ROW("ca", "nnot start tls", "tls-handshake")
	ROW("", "tlsa", "tls-policy")
	ROW("sender ", "address rejected: domain not found", "sender-domain")
	ROW("domain", " not found", "host-not-found")
	ROW("host or domain name", " not found", "host-not-found")
	ROW("n", "ullmx", "host-not-found")
	ROW("ca", "nnot find your", "client-name")
	ROW("", "helo command rejected", "helo")
	ROW("authenti", "cation", "authentication")
	ROW("not", " logged in", "authentication")
	ROW("exceeds ", "size limit", "size")
	ROW("", "size exceeds", "size")
	ROW("message ", "size", "size")
	ROW("ins", "ufficient system storage", "storage")
	ROW("", "quota", "mailbox-full")
	ROW("mailbox ", "full", "mailbox-full")
	ROW("", "virus", "virus")
	ROW("m", "alware", "virus")
	ROW("", "spam", "spam")
	ROW("", "protocol error", "protocol")
	ROW("too many connec", "tions", "rate-limit")
	ROW("too many e", "rrors", "protocol")
	ROW("server ", "ports busy", "busy")
	ROW("screening ", "ports busy", "busy")
	ROW("service ", "currently unavailable", "try-again")
	ROW("connec", "tion timed out", "timeout")
	ROW("", "timed out", "timeout")
	ROW("connec", "tion refused", "refused-connection")
	ROW("no ", "route to host", "unreachable")
	ROW("n", "etwork is unreachable", "unreachable")
	ROW("lost connec", "tion", "lost-connection")
	ROW("refused to ", "talk to me", "refused-connection")
	ROW("", "loops back to myself", "loop")
	ROW("", "loop", "loop")
	ROW("sender ", "address rejected", "sender")
	ROW("recipient ", "address rejected", "recipient")
	ROW("", "client host rejected", "client")
	ROW("unve", "rified client", "client")
	ROW("con", "figuration", "local-error")
	ROW("tran", "sport unavailable", "local-error")
	ROW("server", " local data error", "local-error")
};
#undef ROW

#define ROWS	(sizeof(row) / sizeof(row[0]))

_Static_assert(ROWS <= ROWS_MAX, "one bit a row");

/*
 * What marks are made of, letters folded to 32 values each: the pairs of
 * letters, and the rows by each letter, as masks.  Any three pairs that begin
 * one after the other have one that begins at a multiple of three, so only
 * those places are looked at; few pairs of a text are in a mark.
 */
static bool pairs[32 * 32];
static uint64_t marked[MARK][32];
static pthread_once_t made = PTHREAD_ONCE_INIT;

/* The place of the pair of letters at p. */
static inline bool *
pair_at(const unsigned char *p)
{
	return &pairs[(size_t)(p[0] & 31) << 5 | (p[1] & 31)];
}

static void
make_marks(void)
{
	for (size_t i = 0; i < ROWS; i++) {
		const unsigned char *p = (const unsigned char *)row[i].find +
		    row[i].mark;

		for (size_t k = 0; k < MARK; k++)
			marked[k][p[k] & 31] |= UINT64_C(1) << i;
		for (size_t k = 0; k + 1 < MARK; k++)
			*pair_at(p + k) = true;
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

/* The first row below `best` whose mark is at pos; or best. */
static size_t
row_at(struct slice s, size_t pos, size_t best)
{
	const unsigned char *p = s.ptr + pos;
	uint64_t m = marked[0][p[0] & 31] & marked[1][p[1] & 31] &
	    marked[2][p[2] & 31] & marked[3][p[3] & 31];

	for (; m != 0; m &= m - 1) {
		size_t k = (size_t)__builtin_ctzll(m), mark = row[k].mark;

		if (k >= best)
			break;
		if (pos >= mark && stands(p - mark, s.len - pos + mark,
		    row[k].find))
			return k;
	}
	return best;
}

/* The first row found anywhere in the text, or ROWS_MAX. */
static size_t
find_row(struct slice s)
{
	size_t best = ROWS_MAX;

	(void)pthread_once(&made, make_marks);
	for (size_t i = 0; i + 1 < s.len; i += MARK - 1) {
		if (!*pair_at(s.ptr + i))
			continue;
		/* A mark may have begun at one of the two bytes before. */
		for (size_t k = i < 2 ? 0 : i - 2; k <= i; k++)
			if (s.len - k >= MARK)
				best = row_at(s, k, best);
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
