#include "track/tlsinfo.h"

#include "base/num.h"

#include "base/banned.h"

#define TRUST	3	/* index of tls_trust */

static const enum field key[TLS_WORDS] = { F_TLS_VERSION, F_TLS_CIPHER,
	F_TLS_BITS, F_TLS_TRUST, F_TLS_KEX, F_TLS_SIG };

void
tlsinfo_take(struct names *n, struct tlsinfo *t, const struct rec *r,
    struct ref ref)
{
	struct slice word[TLS_WORDS];

	for (size_t i = 0; i < TLS_WORDS; i++)
		word[i] = rec_get(r, key[i]);
	t->ref = ref;
	t->words = names_tls(n, word);
	t->reused = slice_eq(rec_get(r, F_TLS_REUSED), SLICE("true"));
}

void
tlsinfo_put_words(const struct tlsinfo *t, struct rec *r)
{
	for (size_t i = 0; i < TLS_WORDS; i++) {
		struct slice w = t->words->word[i];

		if (w.len > 0)
			rec_set_ready(r, key[i], w, t->words->ready[i] &&
			    (key[i] != F_TLS_BITS ||
			    num_is_decimal(w.ptr, w.len)));
	}
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
	return slice_eq(t->words->word[TRUST], word);
}
