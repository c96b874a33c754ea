/*
 * same - are two texts the same, without a call where they are short?
 *
 * For names that are compared on every line and mostly are the same.  Up to
 * SAME_SHORT bytes are compared as blocks, of which the last two may overlap.
 */
#ifndef BASE_SAME_H
#define BASE_SAME_H

#include "base/slice.h"

#define SAME_SHORT 64

/* The same for 16 bytes, */
SLICE_INLINE bool
same_block(const unsigned char *a, const unsigned char *b)
{
#ifdef __SSE2__
	return _mm_movemask_epi8(_mm_cmpeq_epi8(
	    _mm_loadu_si128((const void *)a),
	    _mm_loadu_si128((const void *)b))) == 0xffff;
#else
	return ((slice_word(a, 8) ^ slice_word(b, 8)) |
	    (slice_word(a + 8, 8) ^ slice_word(b + 8, 8))) == 0;
#endif
}

/* and for less. */
SLICE_INLINE bool
same_few(const unsigned char *a, const unsigned char *b, size_t n)
{
	if (n >= 8)
		return ((slice_word(a, 8) ^ slice_word(b, 8)) |
		    (slice_word(a + n - 8, 8) ^ slice_word(b + n - 8, 8))) == 0;
	if (n >= 4)
		return ((slice_word(a, 4) ^ slice_word(b, 4)) |
		    (slice_word(a + n - 4, 4) ^ slice_word(b + n - 4, 4))) == 0;
	return n == 0 ||
	    (a[0] == b[0] && a[n / 2] == b[n / 2] && a[n - 1] == b[n - 1]);
}

SLICE_INLINE bool
same_text(struct slice a, struct slice b)
{
	size_t n = a.len;

	if (n != b.len)
		return false;
	if (n < 16)
		return same_few(a.ptr, b.ptr, n);
	if (n > SAME_SHORT)
		return memcmp(a.ptr, b.ptr, n) == 0;
	for (size_t i = 0; i + 16 < n; i += 16)
		if (!same_block(a.ptr + i, b.ptr + i))
			return false;
	return same_block(a.ptr + n - 16, b.ptr + n - 16);
}

#endif
