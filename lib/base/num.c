#include "base/num.h"

#include <string.h>

/* The eight digits of v, which is below 10^8; the first in the lowest byte. */
static inline uint64_t
eight_digits(uint32_t v)
{
	uint64_t x = v / 10000 | (uint64_t)(v % 10000) << 32, q;

	q = (x * 10486) >> 20 & UINT64_C(0x0000007f0000007f);
	x = q | (x - q * 100) << 16;
	q = (x * 103) >> 10 & UINT64_C(0x000f000f000f000f);
	return q | (x - q * 10) << 8;
}

/* Put eight digits from the n-th on. */
static inline size_t
put_digits(unsigned char *dst, uint64_t digits, unsigned int n)
{
	uint64_t text = (digits | UINT64_C(0x3030303030303030)) >> n * 8;

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	text = __builtin_bswap64(text);
#endif
	memcpy(dst, &text, sizeof(text));
	return 8 - n;
}

/* The same of what is below 10^4: lengths and the like. */
static inline size_t
put_small(unsigned char *dst, uint32_t v)
{
	uint32_t x = v / 100 | v % 100 << 16, q, n;

	q = (x * 103) >> 10 & 0x000f000f;
	x = q | (x - q * 10) << 8;
	/* The last digit is there even if it is 0. */
	n = (uint32_t)__builtin_ctz(x | UINT32_C(1) << 24) / 8;
	x = (x | 0x30303030) >> n * 8;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	x = __builtin_bswap32(x);
#endif
	memcpy(dst, &x, sizeof(x));
	return 4 - n;
}

size_t
num_u64(unsigned char dst[NUM_MAX], uint64_t v)
{
	const uint32_t ten8 = 100000000;
	uint64_t high, d;
	size_t n;

	if (v < 10000)
		return put_small(dst, (uint32_t)v);
	if (v < ten8) {
		d = eight_digits((uint32_t)v);
		return put_digits(dst, d, (unsigned int)__builtin_ctzll(d) / 8);
	}
	high = v / ten8;
	d = eight_digits((uint32_t)(v - high * ten8));
	n = high < 10000 ? put_small(dst, (uint32_t)high) :
	    num_u64(dst, high);
	return n + put_digits(dst + n, d, 0);
}
