#include "base/num.h"

#include <string.h>

size_t
num_u64(unsigned char dst[NUM_MAX], uint64_t v)
{
	unsigned char tmp[NUM_MAX];
	size_t n = 0;

	do {
		tmp[NUM_MAX - ++n] = (unsigned char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	memcpy(dst, tmp + NUM_MAX - n, n);
	return n;
}
