/*
 * num - numbers to text, and arithmetic that cannot wrap
 */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define NUM_MAX	20	/* bytes that a 64-bit number needs */

/* Decimal text of v in dst, no NUL; returns its length (1 to NUM_MAX). */
size_t	num_u64(unsigned char dst[NUM_MAX], uint64_t v);

#define NUM_LOOK	16

/* Which of the NUM_LOOK bytes at p are digits, and points, as bits. */
static inline void
num_look(const unsigned char *p, unsigned int *digits, unsigned int *points)
{
#ifdef __SSE2__
	const __m128i v = _mm_loadu_si128((const __m128i *)p);
	const __m128i d = _mm_sub_epi8(v, _mm_set1_epi8('0'));

	*digits = (unsigned int)_mm_movemask_epi8(_mm_cmpeq_epi8(d,
	    _mm_min_epu8(d, _mm_set1_epi8(9))));
	*points = (unsigned int)_mm_movemask_epi8(_mm_cmpeq_epi8(v,
	    _mm_set1_epi8('.')));
#else
	*digits = *points = 0;
	for (size_t i = 0; i < NUM_LOOK; i++) {
		*digits |= (unsigned int)(p[i] - (unsigned int)'0' <= 9) << i;
		*points |= (unsigned int)(p[i] == '.') << i;
	}
#endif
}

/* How many of the NUM_LOOK bytes at p are digits, up to another one. */
static inline size_t
num_digits(const unsigned char *p)
{
	unsigned int digits, points;

	num_look(p, &digits, &points);
	return (size_t)__builtin_ctz(~digits);
}

/*
 * Are the n bytes at p a decimal number as it may stand in JSON: digits, with
 * a point between them or none, and no zero before another digit?  NUM_LOOK
 * bytes at p must be readable, whatever n is; of as many or more it is said
 * of none.
 */
static inline bool
num_is_decimal(const unsigned char *p, size_t n)
{
	unsigned int digits, points, all, inner;

	if (n - 1 >= NUM_LOOK - 1)
		return false;
	num_look(p, &digits, &points);
	all = (1U << n) - 1;
	inner = all >> 1 & ~1U;		/* where a point may stand */
	points &= all;
	/* Which of them holds is not to be foreseen: no branches. */
	return (((digits | points) & all) == all) &
	    ((points & ~inner) == 0) & ((points & (points - 1)) == 0) &
	    ((p[0] != '0') | (n == 1) | (points == 2));
}

/*
 * The length of the number that n bytes at p begin with: digits, or digits, a
 * point and digits; 0 if they do not.  NUM_LOOK bytes must be readable;
 * NUM_LOOK if that is not enough to tell.
 */
static inline size_t
num_decimal_len(const unsigned char *p, size_t n)
{
	unsigned int digits, points, all = (1U << (n < NUM_LOOK ? n :
	    NUM_LOOK)) - 1, whole, part, len;
	bool point;

	/* Whether there is a point is not to be foreseen: no branches. */
	num_look(p, &digits, &points);
	digits &= all;
	whole = (unsigned int)__builtin_ctz(~digits);
	point = (points & all) >> whole & 1;
	part = (unsigned int)__builtin_ctz(~(digits >> whole >> 1));
	len = whole + (part + 1) * point;
	return len == NUM_LOOK ? NUM_LOOK :
	    len * ((point == 0) | ((whole != 0) & (part != 0)));
}

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
