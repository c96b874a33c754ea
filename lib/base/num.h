/*
 * num - numbers to text, and arithmetic that cannot wrap
 */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NUM_MAX	20	/* bytes that a 64-bit number needs */

/* Decimal text of v in dst, no NUL; returns its length (1 to NUM_MAX). */
size_t	num_u64(unsigned char dst[NUM_MAX], uint64_t v);

static inline bool
num_add(uint64_t a, uint64_t b, uint64_t *out)
{
	return !__builtin_add_overflow(a, b, out);
}

static inline bool
num_mul(uint64_t a, uint64_t b, uint64_t *out)
{
	return !__builtin_mul_overflow(a, b, out);
}

#endif
