#include "track/tlsinfo.h"

#include "base/banned.h"

void
tlsinfo_take(struct names *n, struct tlsinfo *t, const struct rec *r,
    struct ref ref)
{
	const struct slice word[TLS_WORDS] = {
		[TLS_VERSION] = rec_get(r, F_TLS_VERSION),
		[TLS_CIPHER] = rec_get(r, F_TLS_CIPHER),
		[TLS_BITS] = rec_get(r, F_TLS_BITS),
		[TLS_TRUST] = rec_get(r, F_TLS_TRUST),
		[TLS_KEX] = rec_get(r, F_TLS_KEX),
		[TLS_SIG] = rec_get(r, F_TLS_SIG),
	};

	t->ref = ref;
	t->words = names_tls(n, word);
	t->reused = slice_eq(rec_get(r, F_TLS_REUSED), SLICE("true"));
}

static inline void
put(struct rec *r, enum field f, const struct tls_words *w,
    enum tls_word i)
{
	if (w->word[i].len > 0)
		rec_set_ready(r, f, w->word[i], w->ready[i]);
}

void
tlsinfo_put_words(const struct tlsinfo *t, struct rec *r)
{
	put(r, F_TLS_VERSION, t->words, TLS_VERSION);
	put(r, F_TLS_CIPHER, t->words, TLS_CIPHER);
	put(r, F_TLS_BITS, t->words, TLS_BITS);
	put(r, F_TLS_TRUST, t->words, TLS_TRUST);
	put(r, F_TLS_KEX, t->words, TLS_KEX);
	put(r, F_TLS_SIG, t->words, TLS_SIG);
}

void
tlsinfo_put(const struct tlsinfo *t, struct rec *r)
{
	tlsinfo_put_words(t, r);
	rec_set_ready(r, F_TLS_REUSED, t->reused ? FIELD_LIT("true") :
	    FIELD_LIT("false"), true);
}

bool
tlsinfo_trust_is(const struct tlsinfo *t, struct slice word)
{
	return slice_eq(t->words->word[TLS_TRUST], word);
}
