/*
 * carvekeys - the finder of private keys and certificates
 *
 * Each has a `file` record: kind, form, algorithm, bits, the fingerprint of its
 * public key, and of a certificate its names and dates; never a byte of a key.
 * Those of the image itself wait until its end, so that a private key
 * tells the certificates that belong to it, and they tell the key: its
 * offset.  Past CARVEKEYS_MAX, and in compressed files, they are given
 * at once, without that.  At most CARVEKEYS_WORK times the bytes of the image
 * are looked at; what comes then is left out.
 */
#ifndef SOURCE_CARVEKEYS_H
#define SOURCE_CARVEKEYS_H

#include "source/finder.h"

#define CARVEKEYS_MAX 4096
#define CARVEKEYS_WORK 16
#define CARVEKEYS_CERTS 16 /* told of one key */

extern const struct finder carvekeys_finder;

#endif
