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
load(const unsigned char *p, size_t n)
{
	uint64_t v = 0;

	memcpy(&v, p, n);
	return v;
}

uint64_t
hash_bytes(struct slice s, uint64_t more)
{
	const unsigned char *p = s.ptr;
	size_t n = s.len;
	uint64_t h = seed[0] ^ mix(more ^ seed[1], s.len ^ seed[0]);

	while (n > 8) {
		h = mix(load(p, 8) ^ seed[1], h ^ seed[0]);
		p += 8;
		n -= 8;
	}
	if (n == 8)
		h = mix(load(p, 8) ^ seed[1], h ^ seed[0]);
	else if (n > 0)
		h = mix(load(p, n) ^ seed[1], h ^ seed[0]);
	return mix(h ^ seed[1], seed[0]);
}
