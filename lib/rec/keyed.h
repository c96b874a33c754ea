/*
 * keyed - the keyed digest of a name: HMAC-SHA-256, in hexadecimal
 *
 * keyed_digits writes the first KEYED_DIGITS hexadecimal digits of the HMAC
 * of: one byte for the kind, the length of the name as 64 bits with the
 * lowest byte first, the name, the domain in lower case.  Of name and domain
 * the first KEYED_NAME bytes count.  Names repeat: the latest ones are kept
 * in a table of fixed size, so that most cost a look-up.
 *
 * keyed_open copies the key.  libcrypto is started without its
 * configuration file; nothing is opened later.
 */
#ifndef REC_KEYED_H
#define REC_KEYED_H

#include "base/buf.h"

#define KEYED_DIGITS	16
#define KEYED_NAME	((size_t)64 * 1024)

struct keyed_slot;

struct keyed {
	struct buf		 key, text;
	struct keyed_slot	*slot;
};

void	keyed_open(struct keyed *, struct slice key);
void	keyed_close(struct keyed *);
void	keyed_digits(struct keyed *, unsigned char kind, struct slice name,
	    struct slice domain, unsigned char digits[KEYED_DIGITS]);

#endif
