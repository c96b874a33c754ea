#include "view/tlswords.h"

#include "base/loopback.h"
#include "view/text.h"

enum tls_class
tlswords_class(const struct rec *r)
{
	static const struct {
		struct slice	 word;
		enum tls_class	 class;
	} table[] = {
#define WORD(lit, class)						\
	{ { (const unsigned char *)(lit), sizeof(lit) - 1 }, class }
		WORD("local", TLSWORDS_LOCAL),
		WORD("none-attempted", TLSWORDS_NONE_ATTEMPTED),
		WORD("authenticated", TLSWORDS_AUTHENTICATED),
		WORD("encrypted", TLSWORDS_ENCRYPTED),
		WORD("refused", TLSWORDS_REFUSED),
		WORD("plaintext", TLSWORDS_PLAINTEXT),
#undef WORD
	};
	struct slice v = rec_get(r, F_TLS);

	if (!rec_has(r, F_TLS))
		return TLSWORDS_NOTHING;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (slice_eq(v, table[i].word))
			return table[i].class;
	return TLSWORDS_UNKNOWN;
}

/* True for an address of the loopback interface. */
static bool
loopback(const struct rec *r, enum tls_side side)
{
	struct slice a = rec_get(r, side == TLSWORDS_IN ? F_CLIENT_ADDR :
	    F_RELAY_ADDR);

	return loopback_is(a);
}

enum tls_class
tlswords_outside(const struct rec *r, enum tls_side side)
{
	enum tls_class c = tlswords_class(r);

	return c == TLSWORDS_PLAINTEXT && loopback(r, side) ? TLSWORDS_LOCAL :
	    c;
}

/* TLSv1.3 as "TLS 1.3", SSLv3 as "SSL 3". */
static void
put_version(struct buf *b, struct slice v)
{
	if (slice_take(&v, SLICE("TLSv"))) {
		(void)buf_add(b, SLICE("TLS "));
		text_clean(b, v, " ,");
		if (slice_chr(v, '.') == SLICE_NONE)
			(void)buf_add(b, SLICE(".0"));
	} else if (slice_take(&v, SLICE("SSLv"))) {
		(void)buf_add(b, SLICE("SSL "));
		text_clean(b, v, " ,");
	} else
		(void)buf_add(b, SLICE("TLS"));
}

/* What is known of the peer of an encrypted hop. */
static struct slice
peer(const struct rec *r, enum tls_side side)
{
	struct slice trust = rec_get(r, F_TLS_TRUST);

	if (side == TLSWORDS_IN)
		return slice_eq(trust, SLICE("Trusted")) ?
		    SLICE(", trusted client certificate") : SLICE("");
	if (slice_eq(trust, SLICE("Trusted")))
		return SLICE(", trusted, name not checked");
	return SLICE(", peer not verified");
}

/* Why there is no verdict: the words of tls_why are for programs. */
static struct slice
unknown_words(const struct rec *r)
{
	struct slice why = rec_get(r, F_TLS_WHY);

	if (slice_eq(why, SLICE("gap")))
		return SLICE("TLS unknown: gap in the log");
	if (slice_eq(why, SLICE("no-arrival")))
		return SLICE("TLS unknown: arrival not in the log");
	if (slice_eq(why, SLICE("queue-file")))
		return SLICE("TLS unknown: only the queue tells of it");
	return SLICE("TLS unknown: not logged");
}

static void
put_more(struct buf *b, const struct rec *r)
{
	static const enum field keys[] = { F_TLS_CIPHER, F_TLS_KEX, F_TLS_SIG,
	    F_TLS_POLICY, F_TLS_WHY };
	static const struct slice before[] = { SLICE(", "), SLICE(", "),
	    SLICE(", "), SLICE(", tls="), SLICE(", by ") };

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		if (rec_get(r, keys[i]).len == 0)
			continue;
		(void)buf_add(b, before[i]);
		text_clean(b, rec_get(r, keys[i]), ",");
	}
}

void
tlswords_put(struct buf *b, const struct rec *r, enum tls_side side,
    bool more)
{
	enum tls_class class = tlswords_class(r);
	bool inferred = slice_eq(rec_get(r, F_TLS_PROOF), SLICE("inferred"));

	switch (class) {
	case TLSWORDS_NOTHING:
		return;
	case TLSWORDS_LOCAL:
		(void)buf_add(b, SLICE("local"));
		inferred = false;
		break;
	case TLSWORDS_NONE_ATTEMPTED:
		(void)buf_add(b, SLICE("nothing sent"));
		inferred = false;
		break;
	case TLSWORDS_AUTHENTICATED:
		put_version(b, rec_get(r, F_TLS_VERSION));
		(void)buf_add(b, side == TLSWORDS_IN ?
		    SLICE(", client verified") : SLICE(", verified"));
		break;
	case TLSWORDS_ENCRYPTED:
		put_version(b, rec_get(r, F_TLS_VERSION));
		(void)buf_add(b, peer(r, side));
		break;
	case TLSWORDS_REFUSED:
		/* At level may, too: for a while it waits for TLS to work. */
		(void)buf_add(b, slice_find(rec_get(r, F_REPLY),
		    SLICE("Cannot start TLS: ")) != SLICE_NONE ?
		    SLICE("refused: TLS failed, nothing sent") :
		    SLICE("refused: TLS requirement not met"));
		break;
	case TLSWORDS_PLAINTEXT:
		(void)buf_add(b, inferred ? SLICE("plaintext") :
		    SLICE("PLAINTEXT"));
		if (loopback(r, side))
			(void)buf_add(b, SLICE(" on loopback"));
		break;
	case TLSWORDS_UNKNOWN:
		(void)buf_add(b, unknown_words(r));
		inferred = false;
		break;
	}
	if (inferred)
		(void)buf_add(b, SLICE(" (inferred)"));
	if (more)
		put_more(b, r);
}

/* 1.3, 1: what may stand in a narrow column as it is. */
static bool
plain_version(struct slice v)
{
	return (v.len == 3 && ascii_digit(v.ptr[0]) && v.ptr[1] == '.' &&
	    ascii_digit(v.ptr[2])) || (v.len == 1 && ascii_digit(v.ptr[0]));
}

void
tlswords_short(struct buf *b, const struct rec *r, enum tls_side side)
{
	struct slice v = rec_get(r, F_TLS_VERSION);
	bool inferred = slice_eq(rec_get(r, F_TLS_PROOF), SLICE("inferred"));

	switch (tlswords_outside(r, side)) {
	case TLSWORDS_NOTHING:
	case TLSWORDS_NONE_ATTEMPTED:
		(void)buf_add(b, SLICE("-"));
		break;
	case TLSWORDS_LOCAL:
		(void)buf_add(b, SLICE("local"));
		break;
	case TLSWORDS_AUTHENTICATED:
		(void)buf_add(b, SLICE("verif."));
		break;
	case TLSWORDS_ENCRYPTED:
		if (slice_take(&v, SLICE("TLSv")) && plain_version(v)) {
			(void)buf_add(b, SLICE("TLS"));
			(void)buf_add(b, v);
			if (v.len == 1)
				(void)buf_add(b, SLICE(".0"));
		} else
			(void)buf_add(b, SLICE("TLS"));
		break;
	case TLSWORDS_REFUSED:
		(void)buf_add(b, SLICE("refus."));
		break;
	case TLSWORDS_UNKNOWN:
		(void)buf_add(b, SLICE("?"));
		break;
	case TLSWORDS_PLAINTEXT:
		(void)buf_add(b, inferred ? SLICE("plain?") :
		    SLICE("PLAIN"));
		break;
	}
}
