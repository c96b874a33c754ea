/*
 * plain - bytes that need no escape in any format of records
 *
 * Plain are the printable bytes of ASCII but for " and \: what a writer can
 * copy as it stands.  Most evidence is.
 */
#ifndef BASE_PLAIN_H
#define BASE_PLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/slice.h"

#ifdef __SSE2__
/* All bits of the bytes that are not plain: below 0x20, ", \, 0x7f and above. */
static inline __m128i
plain_odd(__m128i v)
{
	/* Plus one, as signed bytes, 0x7f to 0xff are below 0x21, too. */
	__m128i m = _mm_cmplt_epi8(_mm_add_epi8(v, _mm_set1_epi8(1)),
	    _mm_set1_epi8(0x21));

	m = _mm_or_si128(m, _mm_cmpeq_epi8(v, _mm_set1_epi8('"')));
	return _mm_or_si128(m, _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
}

/* The same, one bit each. */
static inline unsigned int
plain_special(__m128i v)
{
	return (unsigned int)_mm_movemask_epi8(plain_odd(v));
}
#endif

static inline bool
plain_byte(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/*
 * Copy from s to d up to the first byte that is not plain; returns how many
 * are plain.  May write all n bytes to d, and no more.
 */
static inline size_t
plain_copy(unsigned char *d, const unsigned char *s, size_t n)
{
	size_t i = 0;

#ifdef __SSE2__
	if (n >= 16) {
		__m128i v;
		unsigned int m;

		for (; n - i >= 16; i += 16) {
			v = _mm_loadu_si128((const __m128i *)(s + i));
			_mm_storeu_si128((__m128i *)(d + i), v);
			m = plain_special(v);
			if (m != 0)
				return i + (size_t)__builtin_ctz(m);
		}
		if (i == n)
			return n;
		/* The last 16 again: those already seen are plain. */
		i = n - 16;
		v = _mm_loadu_si128((const __m128i *)(s + i));
		_mm_storeu_si128((__m128i *)(d + i), v);
		m = plain_special(v);
		return m == 0 ? n : i + (size_t)__builtin_ctz(m);
	}
	if (n >= 8) {
		__m128i a = _mm_loadl_epi64((const __m128i *)s);
		__m128i b = _mm_loadl_epi64((const __m128i *)(s + n - 8));
		unsigned int m;

		_mm_storel_epi64((__m128i *)d, a);
		_mm_storel_epi64((__m128i *)(d + n - 8), b);
		m = plain_special(_mm_unpacklo_epi64(a, b));
		if (m == 0)
			return n;
		i = (size_t)__builtin_ctz(m);
		return i < 8 ? i : n - 16 + i;
	}
	if (n >= 4) {
		uint32_t a, b;
		unsigned int m;

		memcpy(&a, s, 4);
		memcpy(&b, s + n - 4, 4);
		memcpy(d, &a, 4);
		memcpy(d + n - 4, &b, 4);
		m = plain_special(_mm_unpacklo_epi32(
		    _mm_cvtsi32_si128((int)a), _mm_cvtsi32_si128((int)b)));
		m &= 0xff;
		if (m == 0)
			return n;
		i = (size_t)__builtin_ctz(m);
		return i < 4 ? i : n - 8 + i;
	}
#else
	while (n - i >= 8) {
		const uint64_t ones = UINT64_C(0x0101010101010101);
		const uint64_t high = ones << 7;
		uint64_t x, q, b, del;

		memcpy(&x, s + i, 8);
		q = x ^ (ones * '"');
		b = x ^ (ones * '\\');
		del = x ^ (ones * 0x7f);
		/* May be a false alarm; the loop below looks again. */
		if (((x | (x - ones * 0x20) | (q - ones) | (b - ones) |
		    (del - ones)) & high) != 0)
			break;
		memcpy(d + i, &x, 8);
		i += 8;
	}
#endif
	for (; i < n && plain_byte(s[i]); i++)
		d[i] = s[i];
	return i;
}

/* Is all of it plain? */
static inline bool
plain_is(struct slice s)
{
	size_t i = 0;

#ifdef __SSE2__
	for (; s.len - i >= 16; i += 16)
		if (plain_special(_mm_loadu_si128(
		    (const __m128i *)(s.ptr + i))) != 0)
			return false;
#endif
	while (i < s.len && plain_byte(s.ptr[i]))
		i++;
	return i == s.len;
}

#endif
