/*
 * tlswords - the TLS verdict of a record, in words
 *
 * tlswords_put appends what the tls keys of a message (TLSWORDS_IN) or a
 * delivery (TLSWORDS_OUT) say: "TLS 1.3, verified", "TLS 1.2, peer not
 * verified", "PLAINTEXT", "plaintext (inferred)", "TLS unknown: not logged",
 * ...  With `more`, cipher and the rule that gave the verdict follow.  The
 * text is clean.  tlswords_short gives at most six columns for tables, of
 * tlswords_outside.
 *
 * A server rarely asks clients for certificates, so nothing is said of the
 * peer of an inbound hop unless it was verified.  Plaintext over the loopback
 * interface is named as such.
 */
#ifndef VIEW_TLSWORDS_H
#define VIEW_TLSWORDS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/field.h"

enum tls_side {
	TLSWORDS_IN,
	TLSWORDS_OUT
};

/* In the order of what a reader must see first. */
enum tls_class {
	TLSWORDS_NOTHING,		/* no verdict, none needed */
	TLSWORDS_LOCAL,
	TLSWORDS_NONE_ATTEMPTED,
	TLSWORDS_AUTHENTICATED,
	TLSWORDS_ENCRYPTED,
	TLSWORDS_REFUSED,
	TLSWORDS_UNKNOWN,
	TLSWORDS_PLAINTEXT
};

/* TLSWORDS_NOTHING when the record has no verdict. */
enum tls_class	tlswords_class(const struct rec *);
/* The same of what left the host: plaintext over loopback is local. */
enum tls_class	tlswords_outside(const struct rec *, enum tls_side);
void		tlswords_put(struct buf *, const struct rec *, enum tls_side,
		    bool more);
void		tlswords_short(struct buf *, const struct rec *,
		    enum tls_side);

#endif
