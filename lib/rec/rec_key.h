/*
 * rec_key - from the name of a key to its number, fast; internal to rec
 *
 * A table of the names by a hash of their bytes, made once from FIELD_TABLE
 * without allocation; safe to use from several threads.  The keys are ours,
 * not the evidence's: the hash needs no seed.
 */
#ifndef REC_REC_KEY_H
#define REC_REC_KEY_H

#include <stdint.h>
#include <string.h>

#include "base/field.h"

#define REC_KEY_MAX	16	/* no name is longer, which is checked */
#define REC_KEY_SLOTS	512

/* The bytes of a name, zero-padded, as two words. */
struct rec_key_slot {
	uint64_t	lo, hi;
	uint32_t	len;	/* 0: free */
	uint32_t	field;
};

struct rec_keys {
	struct rec_key_slot	slot[REC_KEY_SLOTS];
};

const struct rec_keys	*rec_keys(void);

static inline size_t
rec_key_hash(uint64_t lo, uint64_t hi)
{
	uint64_t h = lo * UINT64_C(0x9e3779b97f4a7c15) ^
	    hi * UINT64_C(0xc2b2ae3d27d4eb4f);

	return (size_t)(h ^ h >> 29) * UINT64_C(0x9e3779b97f4a7c15) >> 55;
}

static inline enum field
rec_key_lookup(const struct rec_keys *k, uint64_t lo, uint64_t hi, size_t len)
{
	const struct rec_key_slot *s;
	size_t i = rec_key_hash(lo, hi);

	for (s = &k->slot[i]; s->len != 0; s = &k->slot[i]) {
		if (s->lo == lo && s->hi == hi && s->len == len)
			return (enum field)s->field;
		i = (i + 1) % REC_KEY_SLOTS;
	}
	return FIELD_N;
}

/* The key of that name, or FIELD_N. */
static inline enum field
rec_key_find(const struct rec_keys *k, struct slice name)
{
	uint64_t w[2] = { 0, 0 };

	if (name.len == 0 || name.len > REC_KEY_MAX)
		return FIELD_N;
	memcpy(w, name.ptr, name.len);
	return rec_key_lookup(k, w[0], w[1], name.len);
}

#endif
