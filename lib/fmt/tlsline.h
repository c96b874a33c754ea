/*
 * tlsline - the one-line summary of a TLS handshake
 *
 * {Trust} TLS connection {established|reused} {to|from} {peer}[ to {sni}]:
 * {protocol} with cipher {cipher} ({used}/{alg} bits)[ key-exchange ...]
 *
 * The peer may hold colons, but not a colon and a blank.  Facts: reference/postfix-logs.md 3.2 and 3.3.
 */
#ifndef FMT_TLSLINE_H
#define FMT_TLSLINE_H

#include <stdbool.h>

#include "fmt/peer.h"

struct tlsline {
	struct slice	trust;		/* absent before 2.5 */
	bool		outbound;	/* "to" */
	bool		reused;
	struct peer	peer;		/* 2.2 to 2.4: name only */
	struct slice	sni;
	struct slice	version;
	struct slice	cipher;
	struct slice	bits;
	struct slice	kex;
	struct slice	sig;		/* server-signature with its detail */
};

/* padded: SLICE_PAD bytes behind it may be read. */
bool	tlsline_parse(struct slice, struct tlsline *, bool padded);

#endif
