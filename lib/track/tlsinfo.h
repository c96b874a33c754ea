/*
 * tlsinfo - what one handshake line says, kept small
 *
 * Values that do not fit are left out, the later ones first; a real line
 * fits.
 */
#ifndef TRACK_TLSINFO_H
#define TRACK_TLSINFO_H

#include "track/names.h"

#define TLSINFO_N	6	/* version cipher bits trust kex sig */

struct tlsinfo {
	struct ref	ref;		/* len 0: there was no handshake */
	bool		reused;
	unsigned char	len[TLSINFO_N];
	unsigned char	text[121];
};

void	tlsinfo_take(struct tlsinfo *, const struct rec *, struct ref);
/* Set the tls_* keys that describe the handshake. */
void	tlsinfo_put(const struct tlsinfo *, struct rec *);
bool	tlsinfo_trust_is(const struct tlsinfo *, struct slice word);

static inline bool
tlsinfo_known(const struct tlsinfo *t)
{
	return t->ref.len != 0;
}

#endif
