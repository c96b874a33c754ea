/*
 * keys - private keys and certificates in raw bytes
 *
 * keys_pem looks at "-----BEGIN ..." at the front of s: a certificate, a
 * private key (PKCS #8, PKCS #1, SEC 1), or one that a passphrase protects.
 * keys_der looks at the same in DER: s begins with the outer SEQUENCE;
 * a PKCS #12 file is told, too.  keys_der_start says how many bytes before
 * an ANCHOR_DER that SEQUENCE begins; `before` holds what stands before the
 * anchor, up to KEYS_BEFORE bytes, s what stands at it.  s holds KEYS_MAX
 * bytes or all there are.
 *
 * What is found was read by libcrypto to its end and has `len` bytes; of an
 * RSA key the primes make the modulus.  key_sha256 is that of the public key
 * (SubjectPublicKeyInfo), the same for a key and for its certificates;
 * cert_sha256 the certificate's fingerprint.  Both are hexadecimal, "" if
 * there is none.  Names are RFC 2253 with controls escaped, cut at
 * KEYS_NAME.  Nothing of a private key is kept, and memory that held it is
 * wiped.  What is protected by a passphrase is told by its form alone.
 * libcrypto is used without its configuration file.
 * struct keys has no pointers: it may be kept as bytes.
 * Facts: RFC 5208, 5280, 5915, 7292, 7468, 8017.
 */
#ifndef SCAN_KEYS_H
#define SCAN_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

#define KEYS_MAX ((size_t)64 * 1024)
#define KEYS_BEFORE 16
#define KEYS_NAME 256
#define KEYS_HEX 65

enum keys_kind { KEYS_PRIVATE, KEYS_ENCRYPTED, KEYS_CERTIFICATE };

struct keys {
	enum keys_kind kind;
	size_t len;
	char form[8];  /* pkcs8, pkcs1, sec1, pkcs12, x509 */
	char type[32]; /* rsa, ec prime256v1, ed25519, ... */
	unsigned int bits;
	char key_sha256[KEYS_HEX];
	char cert_sha256[KEYS_HEX];
	unsigned char subject[KEYS_NAME], issuer[KEYS_NAME];
	size_t nsubject, nissuer;
	bool has_from, has_until;
	int64_t from, until;
};

bool keys_pem(struct slice s, struct keys *);
bool keys_der(struct slice s, struct keys *);
size_t keys_der_start(struct slice before, struct slice s);
/* Bytes that the outer SEQUENCE at the front of s says it has, or 0. */
size_t keys_der_len(struct slice s);

#endif
