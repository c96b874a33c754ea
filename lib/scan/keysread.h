/*
 * keysread - what libcrypto reads of a key or certificate; internal to keys
 *
 * keysread takes DER of the kind and form in k and fills in the rest; false
 * if libcrypto does not read it, or not to its end.  With `trusted` bytes may
 * follow a certificate (OpenSSL's TRUSTED CERTIFICATE has them).
 */
#ifndef SCAN_KEYSREAD_H
#define SCAN_KEYSREAD_H

#include "scan/keys.h"

bool keysread(struct slice der, struct keys *k, bool trusted);
void keysread_wipe(void *, size_t len);

#endif
