#include "base/hash.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

/* Drawn once, before any evidence is read. */
static uint64_t seed[2] = { UINT64_C(0x243f6a8885a308d3),
	UINT64_C(0x13198a2e03707344) };
static bool drawn;

void
hash_init(void)
{
	if (drawn)
		return;
	drawn = true;
	if (getrandom(seed, sizeof(seed), GRND_NONBLOCK) !=
	    (ssize_t)sizeof(seed))
		seed[0] ^= (uint64_t)time(NULL) * UINT64_C(0x9e3779b97f4a7c15);
	seed[0] |= 1;
	seed[1] |= 1;
}

/* 64 by 64 to 128 bits, folded. */
static inline uint64_t
mix(uint64_t a, uint64_t b)
{
	unsigned __int128 m = (unsigned __int128)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static inline uint64_t
load(const unsigned char *p, bool nocase)
{
	uint64_t v;

	memcpy(&v, p, 8);
	return nocase ? ascii_tolower8(v) : v;
}

/* 1 to 7 bytes; each length gives a word of its own. */
static inline uint64_t
load_few(const unsigned char *p, size_t n, bool nocase)
{
	uint32_t a, b;
	uint64_t v;

	if (n < 4)
		v = p[0] | (uint64_t)p[n / 2] << 8 | (uint64_t)p[n - 1] << 16;
	else {
		memcpy(&a, p, 4);
		memcpy(&b, p + n - 4, 4);
		v = a | (uint64_t)b << 32;
	}
	return nocase ? ascii_tolower8(v) : v;
}

SLICE_INLINE uint64_t
hash(struct slice s, uint64_t more, bool nocase)
{
	const unsigned char *p = s.ptr;
	size_t n = s.len;
	uint64_t h;

	/* Most keys are short: two words, which may overlap, hold all of it. */
	if (n - 8 <= 8)
		return mix(mix(load(p, nocase) ^ seed[1],
		    load(p + n - 8, nocase) ^ seed[0] ^ n) ^ more, seed[1]);
	h = seed[0] ^ mix(more ^ seed[1], s.len ^ seed[0]);
	if (n < 8) {
		if (n > 0)
			h = mix(load_few(p, n, nocase) ^ seed[1], h ^ seed[0]);
		return mix(h ^ seed[1], seed[0]);
	}
	for (; n > 16; n -= 16, p += 16)
		h = mix(load(p, nocase) ^ seed[1], load(p + 8, nocase) ^ h);
	/* The last 16 bytes may overlap those before. */
	p = s.ptr + (s.len - 16);
	h = mix(load(p, nocase) ^ seed[1], load(p + 8, nocase) ^ h);
	return mix(h ^ seed[1], seed[0]);
}

uint64_t
hash_bytes(struct slice s, uint64_t more)
{
	return hash(s, more, false);
}

uint64_t
hash_lower(struct slice s, uint64_t more)
{
	return hash(s, more, true);
}
