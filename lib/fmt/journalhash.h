/*
 * journalhash - the two hashes of systemd journal files
 *
 * journalhash_jenkins is Bob Jenkins' lookup3 ("hashlittle2"), both halves
 * as one number: the hash of DATA and FIELD objects in older files, and in
 * all files that of which an entry keeps the sum.  journalhash_siphash is
 * SipHash-2-4 with the file's ID as key: the hash of DATA and FIELD objects
 * in files with the flag KEYED_HASH.
 *
 * Pure; they cannot fail.  Facts: systemd's JOURNAL_FILE_FORMAT; Jenkins,
 * lookup3 (public domain); Aumasson and Bernstein, "SipHash".
 */
#ifndef FMT_JOURNALHASH_H
#define FMT_JOURNALHASH_H

#include <stdint.h>

#include "base/slice.h"

#define JOURNALHASH_KEY 16

uint64_t journalhash_jenkins(struct slice);
uint64_t journalhash_siphash(
    struct slice, const unsigned char key[JOURNALHASH_KEY]);

#endif
