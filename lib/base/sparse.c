#include "base/sparse.h"

#include <stdint.h>
#include <string.h>

#include "base/banned.h"

#define PAIR	sizeof(uint16_t)

/* Which pairs are zero is not to be foreseen: there is no branch for it. */

size_t
sparse_put(unsigned char *dst, const void *src, size_t n)
{
	const unsigned char *from = src, *end = from + n;
	unsigned char *to = dst;

	while (from < end) {
		unsigned char *mask = to++;
		unsigned bits = 0;

		for (unsigned k = 0; k < 8; k++, from += PAIR) {
			uint16_t v;

			memcpy(&v, from, PAIR);
			memcpy(to, &v, PAIR);
			to += v != 0 ? PAIR : 0;
			bits |= (v != 0 ? 1U : 0U) << k;
		}
		*mask = (unsigned char)bits;
	}
	return (size_t)(to - dst);
}

size_t
sparse_get(void *dst, const unsigned char *src, size_t n)
{
	const unsigned char *from = src;
	unsigned char *to = dst, *end = to + n;

	while (to < end) {
		unsigned bits = *from++;

		for (unsigned k = 0; k < 8; k++, to += PAIR) {
			unsigned some = bits >> k & 1;
			uint16_t v;

			memcpy(&v, from, PAIR);
			v &= (uint16_t)(0U - some);
			memcpy(to, &v, PAIR);
			from += some * PAIR;
		}
	}
	return (size_t)(from - src);
}
