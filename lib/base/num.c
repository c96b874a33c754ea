#include "base/num.h"

#include <string.h>

size_t
num_u64(unsigned char dst[NUM_MAX], uint64_t v)
{
	static const char pair[] =
	    "0001020304050607080910111213141516171819"
	    "2021222324252627282930313233343536373839"
	    "4041424344454647484950515253545556575859"
	    "6061626364656667686970717273747576777879"
	    "8081828384858687888990919293949596979899";
	size_t n = 1, at;

	for (uint64_t limit = 10; n < NUM_MAX && v >= limit; limit *= 10)
		n++;
	at = n;
	while (v >= 100) {
		memcpy(dst + (at -= 2), pair + v % 100 * 2, 2);
		v /= 100;
	}
	if (v >= 10)
		memcpy(dst, pair + v * 2, 2);
	else
		dst[0] = (unsigned char)('0' + v);
	return n;
}
