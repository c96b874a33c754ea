#include "view/tlswords.h"

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
		WORD("local", TLS_LOCAL),
		WORD("none-attempted", TLS_NONE_ATTEMPTED),
		WORD("authenticated", TLS_AUTHENTICATED),
		WORD("encrypted", TLS_ENCRYPTED),
		WORD("refused", TLS_REFUSED),
		WORD("plaintext", TLS_PLAINTEXT),
#undef WORD
	};
	struct slice v = rec_get(r, F_TLS);

	if (!rec_has(r, F_TLS))
		return TLS_NOTHING;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (slice_eq(v, table[i].word))
			return table[i].class;
	return TLS_UNKNOWN;
}

bool
tlswords_loopback(const struct rec *r, enum tls_side side)
{
	struct slice a = rec_get(r, side == TLS_IN ? F_CLIENT_ADDR :
	    F_RELAY_ADDR);

	return slice_starts(a, SLICE("127.")) || slice_eq(a, SLICE("::1")) ||
	    slice_starts(a, SLICE("::ffff:127."));
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

	if (side == TLS_IN)
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

	if (slice_find(why, SLICE("gap")) != SLICE_NONE)
		return SLICE("TLS unknown: gap in the log");
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
	case TLS_NOTHING:
		return;
	case TLS_LOCAL:
		(void)buf_add(b, SLICE("local"));
		inferred = false;
		break;
	case TLS_NONE_ATTEMPTED:
		(void)buf_add(b, SLICE("nothing sent"));
		inferred = false;
		break;
	case TLS_AUTHENTICATED:
		put_version(b, rec_get(r, F_TLS_VERSION));
		(void)buf_add(b, side == TLS_IN ?
		    SLICE(", client verified") : SLICE(", verified"));
		break;
	case TLS_ENCRYPTED:
		put_version(b, rec_get(r, F_TLS_VERSION));
		(void)buf_add(b, peer(r, side));
		break;
	case TLS_REFUSED:
		(void)buf_add(b, SLICE("refused: TLS requirement not met"));
		break;
	case TLS_PLAINTEXT:
		(void)buf_add(b, inferred ? SLICE("plaintext") :
		    SLICE("PLAINTEXT"));
		if (tlswords_loopback(r, side))
			(void)buf_add(b, SLICE(" on loopback"));
		break;
	case TLS_UNKNOWN:
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
tlswords_short(struct buf *b, const struct rec *r)
{
	struct slice v = rec_get(r, F_TLS_VERSION);
	bool inferred = slice_eq(rec_get(r, F_TLS_PROOF), SLICE("inferred"));

	switch (tlswords_class(r)) {
	case TLS_NOTHING:
	case TLS_NONE_ATTEMPTED:
		(void)buf_add(b, SLICE("-"));
		break;
	case TLS_LOCAL:
		(void)buf_add(b, SLICE("local"));
		break;
	case TLS_AUTHENTICATED:
		(void)buf_add(b, SLICE("verif."));
		break;
	case TLS_ENCRYPTED:
		if (slice_take(&v, SLICE("TLSv")) && plain_version(v)) {
			(void)buf_add(b, SLICE("TLS"));
			(void)buf_add(b, v);
			if (v.len == 1)
				(void)buf_add(b, SLICE(".0"));
		} else
			(void)buf_add(b, SLICE("TLS"));
		break;
	case TLS_REFUSED:
		(void)buf_add(b, SLICE("refus."));
		break;
	case TLS_UNKNOWN:
		(void)buf_add(b, SLICE("?"));
		break;
	case TLS_PLAINTEXT:
		(void)buf_add(b, inferred ? SLICE("plain?") :
		    SLICE("PLAIN"));
		break;
	}
}
