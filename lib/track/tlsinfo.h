/*
 * tlsinfo - what one handshake line says
 *
 * Its words (version, cipher, bits, trust, key exchange, signature) are few
 * on a site and are kept once each (struct tls_words, in names).
 */
#ifndef TRACK_TLSINFO_H
#define TRACK_TLSINFO_H

#include "track/names.h"

struct tlsinfo {
	struct ref		 ref;	/* len 0: there was no handshake */
	const struct tls_words	*words;
	bool			 reused;
};

void	tlsinfo_take(struct names *, struct tlsinfo *, const struct rec *,
	    struct ref);
/* Set the tls_* keys that describe the handshake. */
void	tlsinfo_put(const struct tlsinfo *, struct rec *);
/* The same but for tls_reused, which is of connections of our own. */
void	tlsinfo_put_words(const struct tlsinfo *, struct rec *);
bool	tlsinfo_trust_is(const struct tlsinfo *, struct slice word);

static inline bool
tlsinfo_known(const struct tlsinfo *t)
{
	return t->ref.len != 0;
}

#endif
