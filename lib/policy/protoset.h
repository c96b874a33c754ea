/*
 * protoset - TLS protocol versions, and lists of them as Postfix reads them
 *
 * A set has one bit for each version.  protoset_parse reads the value of
 * protocols=: names in any case, or four hexadecimal digits behind an
 * operator, separated by colons, commas or blanks; `!X` excludes, a bare `X`
 * includes (all others are then excluded), `>=X` and `<=X` limit; `TLSv1` is
 * 1.0 and nothing else.  An empty list is everything.  False for what
 * Postfix 3.6 and later refuse.  Facts: reference/postfix-tls-audit.md 6.4.
 */
#ifndef POLICY_PROTOSET_H
#define POLICY_PROTOSET_H

#include <stdbool.h>

#include "base/slice.h"

#define PROTO_SSL2	0x01U
#define PROTO_SSL3	0x02U
#define PROTO_TLS10	0x04U
#define PROTO_TLS11	0x08U
#define PROTO_TLS12	0x10U
#define PROTO_TLS13	0x20U
#define PROTO_ALL	0x3fU
#define PROTO_BROKEN	(PROTO_SSL2 | PROTO_SSL3)
/* Postfix's own default since 3.6: >=TLSv1 */
#define PROTO_DEFAULT	(PROTO_ALL & ~PROTO_BROKEN)

/* The bit of a version as logged ("TLSv1.3"), 0 if it is none. */
unsigned int	protoset_version(struct slice);
bool		protoset_parse(struct slice, unsigned int *set);

#endif
