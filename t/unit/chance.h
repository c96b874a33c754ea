/* Numbers by chance, the same ones in every run. */
#ifndef T_UNIT_CHANCE_H
#define T_UNIT_CHANCE_H

#include <stddef.h>
#include <stdint.h>

static uint64_t chance_state = 1;

static inline uint64_t
chance_step(void)
{
	chance_state = chance_state * UINT64_C(6364136223846793005) +
	    1442695040888963407;
	return chance_state;
}

/* All 64 bits, of which the lower ones are good enough for hashes. */
static inline uint64_t
chance_bits(void)
{
	uint64_t v = chance_step();

	return v ^ v >> 29;
}

/* Below n, which is at most 2^31. */
static inline size_t
chance(size_t n)
{
	return (size_t)(chance_step() >> 33) % n;
}

#endif
