/*
 * cipher - what is known of a cipher suite, from its name
 *
 * OpenSSL's names (ECDHE-RSA-AES256-GCM-SHA384), IANA's
 * (TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, SSL_ as well) and those of TLS 1.3
 * (TLS_AES_256_GCM_SHA384) are taken apart into properties, so that suites
 * no table lists are judged too.  A name of which a part is not known gives
 * CIPHER_UNKNOWN: nothing is then to be concluded from it.
 *
 * cipher_class gives the letter of the reference: A and B forward secrecy
 * and AEAD, C without AEAD, D no forward secrecy (or DSA), E anonymous, F
 * broken, `?` unknown.  Facts: reference/postfix-tls-audit.md 10.
 */
#ifndef POLICY_CIPHER_H
#define POLICY_CIPHER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

#define CIPHER_UNKNOWN	0x00000001U
/* key exchange */
#define CIPHER_ECDHE	0x00000002U
#define CIPHER_DHE	0x00000004U
#define CIPHER_RSA	0x00000008U	/* RSA key transport */
#define CIPHER_DH	0x00000010U	/* static */
#define CIPHER_ECDH	0x00000020U	/* static */
#define CIPHER_ADH	0x00000040U
#define CIPHER_AECDH	0x00000080U
#define CIPHER_PSK	0x00000100U
#define CIPHER_TLS13	0x00000200U	/* negotiated apart, ephemeral */
/* authentication */
#define CIPHER_ARSA	0x00000400U
#define CIPHER_AECDSA	0x00000800U
#define CIPHER_ADSS	0x00001000U
/* encryption */
#define CIPHER_AES128	0x00002000U
#define CIPHER_AES256	0x00004000U
#define CIPHER_CHACHA	0x00008000U
#define CIPHER_CAMELLIA	0x00010000U
#define CIPHER_ARIA	0x00020000U
#define CIPHER_SEED	0x00040000U
#define CIPHER_IDEA	0x00080000U
#define CIPHER_3DES	0x00100000U
#define CIPHER_DES	0x00200000U
#define CIPHER_RC4	0x00400000U
#define CIPHER_RC2	0x00800000U
#define CIPHER_NULL	0x01000000U
#define CIPHER_EXPORT	0x02000000U
/* mode and digest */
#define CIPHER_GCM	0x04000000U
#define CIPHER_CCM	0x08000000U
#define CIPHER_CCM8	0x10000000U
#define CIPHER_MD5	0x20000000U
#define CIPHER_SHA1	0x40000000U
#define CIPHER_SHA2	0x80000000U

#define CIPHER_ANON	(CIPHER_ADH | CIPHER_AECDH)
#define CIPHER_FS	(CIPHER_ECDHE | CIPHER_DHE | CIPHER_ANON | CIPHER_TLS13)
#define CIPHER_AEAD	(CIPHER_GCM | CIPHER_CCM | CIPHER_CCM8 | CIPHER_CHACHA)
#define CIPHER_BROKEN	(CIPHER_SEED | CIPHER_IDEA | CIPHER_3DES | CIPHER_DES | \
			 CIPHER_RC4 | CIPHER_RC2 | CIPHER_NULL |	      \
			 CIPHER_EXPORT | CIPHER_MD5)

/* Properties of the suite. */
uint32_t	cipher_parse(struct slice name);
char		cipher_class(uint32_t);
/*
 * Does an element of an OpenSSL cipher list (aNULL, kRSA, 3DES, AESGCM, ...)
 * or a suite's own name hold for the suite?  -1 if it is not known.
 */
int		cipher_is(struct slice element, uint32_t suite,
		    struct slice name);
/* A key exchange group with a post-quantum part: X25519MLKEM768, ... */
bool		cipher_group_pq(struct slice kex);

#endif
