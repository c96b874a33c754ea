#include "track/tlsinfo.h"

#include "base/banned.h"

static const enum field key[TLSINFO_N] = { F_TLS_VERSION, F_TLS_CIPHER,
	F_TLS_BITS, F_TLS_TRUST, F_TLS_KEX, F_TLS_SIG };

void
tlsinfo_take(struct tlsinfo *t, const struct rec *r, struct ref ref)
{
	size_t used = 0;

	t->ref = ref;
	t->reused = slice_eq(rec_get(r, F_TLS_REUSED), SLICE("true"));
	for (size_t i = 0; i < TLSINFO_N; i++) {
		struct slice v = rec_get(r, key[i]);

		if (v.len > sizeof(t->text) - used || v.len > 255)
			v.len = 0;
		if (v.len > 0)
			memcpy(t->text + used, v.ptr, v.len);
		t->len[i] = (unsigned char)v.len;
		used += v.len;
	}
}

void
tlsinfo_put(const struct tlsinfo *t, struct rec *r)
{
	size_t used = 0;

	for (size_t i = 0; i < TLSINFO_N; i++) {
		if (t->len[i] > 0)
			rec_set(r, key[i], slice_of(t->text + used, t->len[i]));
		used += t->len[i];
	}
	rec_set(r, F_TLS_REUSED, t->reused ? SLICE("true") : SLICE("false"));
}

bool
tlsinfo_trust_is(const struct tlsinfo *t, struct slice word)
{
	size_t used = (size_t)t->len[0] + t->len[1] + t->len[2];

	return slice_eq(slice_of(t->text + used, t->len[3]), word);
}
