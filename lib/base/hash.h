/*
 * hash - a seeded hash for tables whose keys come from evidence
 *
 * hash_bytes mixes short keys fast; the seed is drawn once a process from
 * the kernel, so that an attacker cannot choose colliding keys.  No output
 * may depend on the order in which a table holds its entries.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdint.h>

#include "base/slice.h"

/* Draw the seed; called by msg_init, harmless when called again. */
void		hash_init(void);
uint64_t	hash_bytes(struct slice, uint64_t more);
/* The same for texts that differ only in the case of ASCII letters. */
uint64_t	hash_lower(struct slice, uint64_t more);

#endif
