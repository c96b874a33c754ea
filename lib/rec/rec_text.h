/*
 * rec_text - the escaping that the record writers share; internal to rec
 *
 * A rec_text writes one record into a buf.  Between begin and end `at` is
 * where the next byte goes; whoever writes there has asked rec_text_room for
 * it.  rec_text_put makes its own room and leaves REC_TEXT_SLACK bytes of it
 * unused, so that what frames a value needs none.
 *
 * How a value is written (cp is a code point):
 *
 *	              JSON             TSV              CSV
 *	"             \"               "                ""
 *	\             \\               \\               \
 *	tab NL CR     \t \n \r         \t \n \r         \t \n \r
 *	BS FF         \b \f            \x08 \x0c        \b \f
 *	C0, DEL       \u00XX           \xXX             \u00XX
 *	unsafe cp     \uXXXX (surrogate pair above U+FFFF) in all three
 *	not UTF-8     \udc80..\udcff   \x80..\xff       \udc80..\udcff
 *
 * No byte grows to more than six, so memory is bounded by the values.
 */
#ifndef REC_REC_TEXT_H
#define REC_REC_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/buf.h"
#include "base/slice.h"
#include "base/utf8.h"

enum rec_escape {
	REC_ESCAPE_JSON,
	REC_ESCAPE_TSV,
	REC_ESCAPE_CSV
};

#define REC_TEXT_SLACK	4

struct rec_text {
	struct buf	*buf;
	unsigned char	*at;
	unsigned char	*end;
};

void	rec_text_begin(struct rec_text *, struct buf *);
void	rec_text_end(struct rec_text *);
/* What rec_text_room does when the buffer must grow. */
bool	rec_text_grow(struct rec_text *, size_t n);
/* What rec_text_put does from the first byte on that is not plain. */
bool	rec_text_slow(struct rec_text *, struct slice, enum rec_escape);

/* True for the text of a JSON number. */
bool	rec_text_is_number(struct slice);
/*
 * Decode the code of \uXXXX, and of a second one when both are a pair; s is
 * what follows the first backslash and begins with 'u'.  *used is how much
 * of s that was.  dst gets 1 to 4 bytes: \udc80..\udcff one raw byte, any
 * other lone surrogate its three-byte form.  Returns their number, 0 for
 * anything else.
 */
size_t	rec_text_decode_u(struct slice s, unsigned char dst[4], size_t *used);

#ifdef __SSE2__
/* Bits of the bytes that are not plain: below 0x20, ", \, 0x7f and above. */
static inline unsigned int
rec_text_special(__m128i v)
{
	/* As signed bytes 0x80 to 0xff are below 0x20, too. */
	__m128i m = _mm_cmplt_epi8(v, _mm_set1_epi8(0x20));

	m = _mm_or_si128(m, _mm_cmpeq_epi8(v, _mm_set1_epi8('"')));
	m = _mm_or_si128(m, _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
	m = _mm_or_si128(m, _mm_cmpeq_epi8(v, _mm_set1_epi8(0x7f)));
	return (unsigned int)_mm_movemask_epi8(m);
}
#endif

static inline bool
rec_text_is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/*
 * Copy from s to d up to the first byte that is not plain; returns how many
 * are plain.  May write all n bytes to d, and no more.
 */
static inline size_t
rec_text_copy(unsigned char *d, const unsigned char *s, size_t n)
{
	size_t i = 0;

#ifdef __SSE2__
	if (n >= 16) {
		__m128i v;
		unsigned int m;

		for (; n - i >= 16; i += 16) {
			v = _mm_loadu_si128((const __m128i *)(s + i));
			_mm_storeu_si128((__m128i *)(d + i), v);
			m = rec_text_special(v);
			if (m != 0)
				return i + (size_t)__builtin_ctz(m);
		}
		if (i == n)
			return n;
		/* The last 16 again: those already seen are plain. */
		i = n - 16;
		v = _mm_loadu_si128((const __m128i *)(s + i));
		_mm_storeu_si128((__m128i *)(d + i), v);
		m = rec_text_special(v);
		return m == 0 ? n : i + (size_t)__builtin_ctz(m);
	}
	if (n >= 8) {
		__m128i a = _mm_loadl_epi64((const __m128i *)s);
		__m128i b = _mm_loadl_epi64((const __m128i *)(s + n - 8));
		unsigned int m;

		_mm_storel_epi64((__m128i *)d, a);
		_mm_storel_epi64((__m128i *)(d + n - 8), b);
		m = rec_text_special(_mm_unpacklo_epi64(a, b));
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
		m = rec_text_special(_mm_unpacklo_epi32(
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
	for (; i < n && rec_text_is_plain(s[i]); i++)
		d[i] = s[i];
	return i;
}

/* Room for n bytes at `at`; false when the buffer's limit is reached. */
static inline bool
rec_text_room(struct rec_text *t, size_t n)
{
	return __builtin_expect(n <= (size_t)(t->end - t->at), 1) ||
	    rec_text_grow(t, n);
}

/* Write s; false when the buffer's limit is reached. */
static inline bool
rec_text_put(struct rec_text *t, struct slice s, enum rec_escape esc)
{
	size_t n;

	if (!rec_text_room(t, s.len + REC_TEXT_SLACK))
		return false;
	n = rec_text_copy(t->at, s.ptr, s.len);
	t->at += n;
	if (__builtin_expect(n == s.len, 1))
		return true;
	return rec_text_slow(t, slice_of(s.ptr + n, s.len - n), esc);
}

/* The same as !utf8_unsafe, with a short way for common letters. */
static inline bool
rec_text_is_safe(uint32_t cp)
{
	if (cp < 0x34f)
		return (cp >= 0x20 && cp < 0x7f) || (cp >= 0xa0 && cp != 0xad);
	if ((cp > 0x061c && cp < 0x115f) || (cp > 0x3164 && cp < 0xd800))
		return true;
	return !utf8_unsafe(cp);
}

#endif
