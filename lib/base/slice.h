/*
 * slice - bytes that somebody else owns
 *
 * A slice is a pointer and a length.  The bytes may have any value and no
 * NUL follows them.  All evidence travels as slices.  A slice with a NULL
 * pointer is "absent"; one with length 0 and a pointer is "empty".
 *
 * Nothing here allocates or fails other than by returning false, NULL or
 * SLICE_NONE.  Character classes are ASCII only, whatever the locale.
 */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#define SLICE_NONE	SIZE_MAX

/* So that a comparison with a literal becomes one of a few registers. */
#define SLICE_INLINE	static inline __attribute__((always_inline))

struct slice {
	const unsigned char	*ptr;
	size_t			 len;
};

/* A slice of a string literal. */
#define SLICE(lit)							\
	((struct slice){ (const unsigned char *)("" lit), sizeof(lit) - 1 })

/* A slice of memory; p may be any pointer. */
SLICE_INLINE struct slice
slice_of(const void *p, size_t len)
{
	return (struct slice){ p, len };
}

/* A slice of a C string of ours (an option, a constant). */
struct slice	slice_cstr(const char *);

/* 8, 4, 2 or 1 bytes as a number: to be compared, not to be shown. */
SLICE_INLINE uint64_t
slice_word(const unsigned char *p, size_t n)
{
	uint64_t v8;
	uint32_t v4;
	uint16_t v2;

	switch (n) {
	case 8:
		memcpy(&v8, p, sizeof(v8));
		return v8;
	case 4:
		memcpy(&v4, p, sizeof(v4));
		return v4;
	case 2:
		memcpy(&v2, p, sizeof(v2));
		return v2;
	default:
		return *p;
	}
}

/*
 * Are n bytes the same?  Compilers call memcmp for all but a few lengths;
 * for a short literal two words, which may overlap, are cheaper.
 */
SLICE_INLINE bool
slice_same(const unsigned char *a, const unsigned char *b, size_t n)
{
	size_t w = n >= 8 ? 8 : n >= 4 ? 4 : n >= 2 ? 2 : 1;

	if (n == 0)
		return true;
	if (n > 16 || !__builtin_constant_p(n))
		return memcmp(a, b, n) == 0;
	return ((slice_word(a, w) ^ slice_word(b, w)) |
	    (slice_word(a + n - w, w) ^ slice_word(b + n - w, w))) == 0;
}

SLICE_INLINE bool
slice_eq(struct slice a, struct slice b)
{
	return a.len == b.len && slice_same(a.ptr, b.ptr,
	    __builtin_constant_p(a.len) ? a.len : b.len);
}

/* The same as a word of ours? */
SLICE_INLINE bool
slice_is(struct slice s, const char *word)
{
	return slice_eq(s, slice_cstr(word));
}

SLICE_INLINE bool
slice_starts(struct slice s, struct slice prefix)
{
	return s.len >= prefix.len &&
	    slice_same(s.ptr, prefix.ptr, prefix.len);
}

SLICE_INLINE bool
slice_ends(struct slice s, struct slice suffix)
{
	return s.len >= suffix.len && (suffix.len == 0 ||
	    slice_same(s.ptr + (s.len - suffix.len), suffix.ptr, suffix.len));
}

/* At most len bytes from pos on; empty when pos is past the end. */
SLICE_INLINE struct slice
slice_sub(struct slice s, size_t pos, size_t len)
{
	if (pos > s.len)
		pos = s.len;
	if (len > s.len - pos)
		len = s.len - pos;
	return slice_of(s.ptr == NULL ? NULL : s.ptr + pos, len);
}

/* What is left from pos on. */
SLICE_INLINE struct slice
slice_from(struct slice s, size_t pos)
{
	return slice_sub(s, pos, SIZE_MAX);
}

/* The position of the first byte c, or SLICE_NONE. */
SLICE_INLINE size_t
slice_chr(struct slice s, unsigned char c)
{
	const unsigned char *p;

	p = s.len == 0 ? NULL : memchr(s.ptr, c, s.len);
	return p == NULL ? SLICE_NONE : (size_t)(p - s.ptr);
}

#ifdef __SSE2__
/* Which of 16 bytes are a, b or c, as bits. */
SLICE_INLINE unsigned int
slice_mask(const unsigned char *p, unsigned char a, unsigned char b,
    unsigned char c)
{
	__m128i v = _mm_loadu_si128((const void *)p);

	return (unsigned int)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(
	    _mm_cmpeq_epi8(v, _mm_set1_epi8((char)a)),
	    _mm_cmpeq_epi8(v, _mm_set1_epi8((char)b))),
	    _mm_cmpeq_epi8(v, _mm_set1_epi8((char)c))));
}
#endif

/* As slice_any_from, wherever it is. */
size_t		slice_any_far(struct slice, size_t pos, unsigned char a,
		    unsigned char b, unsigned char c);

/*
 * The position of the first byte a, b or c from pos on, which is not past
 * the end; or the length.  For bytes that are near, as memchr is not.
 */
SLICE_INLINE size_t
slice_any_from(struct slice s, size_t pos, unsigned char a, unsigned char b,
    unsigned char c)
{
#ifdef __SSE2__
	/* How near is not to be foreseen: 32 bytes at once. */
	if (s.len - pos >= 32) {
		unsigned int mask = slice_mask(s.ptr + pos, a, b, c) |
		    slice_mask(s.ptr + pos + 16, a, b, c) << 16;

		if (mask != 0)
			return pos + (size_t)__builtin_ctz(mask);
		pos += 32;
	}
#endif
	return slice_any_far(s, pos, a, b, c);
}

#define SLICE_PAD	64

/*
 * The same, where SLICE_PAD bytes behind the slice may be read; looks at
 * `width` bytes at once, 32 or 64, for what is near or some distance away.
 */
SLICE_INLINE size_t
slice_padded(struct slice s, size_t pos, unsigned char a, unsigned char b,
    unsigned char c, size_t width)
{
#ifdef __SSE2__
	const unsigned char *p = s.ptr + pos;
	uint64_t mask = slice_mask(p, a, b, c) |
	    slice_mask(p + 16, a, b, c) << 16;
	size_t n;

	if (width > 32)
		mask |= (uint64_t)slice_mask(p + 32, a, b, c) << 32 |
		    (uint64_t)slice_mask(p + 48, a, b, c) << 48;
	n = pos + (mask == 0 ? width : (size_t)__builtin_ctzll(mask));
	if (mask != 0 || s.len <= n)
		return n < s.len ? n : s.len;
	pos = n;
#endif
	return slice_any_far(s, pos, a, b, c);
}

SLICE_INLINE size_t
slice_any_padded(struct slice s, size_t pos, unsigned char a, unsigned char b,
    unsigned char c)
{
	return slice_padded(s, pos, a, b, c, 64);
}

SLICE_INLINE size_t
slice_near_padded(struct slice s, size_t pos, unsigned char a, unsigned char b,
    unsigned char c)
{
	return slice_padded(s, pos, a, b, c, 32);
}

SLICE_INLINE size_t
slice_any(struct slice s, unsigned char a, unsigned char b, unsigned char c)
{
	return slice_any_from(s, 0, a, b, c);
}

/* The same for one byte. */
SLICE_INLINE size_t
slice_near(struct slice s, size_t pos, unsigned char c)
{
	return slice_any_from(s, pos, c, c, c);
}

/* If s starts with prefix, drop it from s. */
SLICE_INLINE bool
slice_take(struct slice *s, struct slice prefix)
{
	if (!slice_starts(*s, prefix))
		return false;
	s->ptr += prefix.len;
	s->len -= prefix.len;
	return true;
}

/* The position of the last byte c, or SLICE_NONE. */
static inline size_t
slice_rchr(struct slice s, unsigned char c)
{
	const unsigned char *p;

	p = s.len == 0 ? NULL : memrchr(s.ptr, c, s.len);
	return p == NULL ? SLICE_NONE : (size_t)(p - s.ptr);
}

/* Split at the first c: *head before it, *tail after it; false if none. */
static inline bool
slice_cut(struct slice s, unsigned char c, struct slice *head,
    struct slice *tail)
{
	size_t pos = slice_chr(s, c);

	if (pos == SLICE_NONE)
		return false;
	*head = slice_of(s.ptr, pos);
	*tail = slice_of(s.ptr + pos + 1, s.len - pos - 1);
	return true;
}

/*
 * The whole slice as a decimal number of at most limit; false for anything
 * else (empty, sign, other bytes, too large), *out is then unchanged.
 */
static inline bool
slice_u64(struct slice s, uint64_t limit, uint64_t *out)
{
	bool fits = s.len <= 19;	/* whatever the digits are */
	uint64_t v = 0;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned int d = (unsigned int)s.ptr[i] - '0';

		if (d > 9)
			return false;
		if (!fits && (v > UINT64_MAX / 10 || v * 10 > UINT64_MAX - d))
			return false;
		v = v * 10 + d;
	}
	if (v > limit)
		return false;
	*out = v;
	return true;
}

/* The same of bytes: 4096, 4K, 1M, 2G, 3T; at most UINT64_MAX / 2. */
bool		slice_bytes(struct slice, uint64_t *);

/* The position of the first (last) occurrence of needle, or SLICE_NONE. */
size_t		slice_find(struct slice, struct slice needle);
size_t		slice_rfind(struct slice, struct slice needle);
/* Split at the first occurrence of sep. */
bool		slice_cut_str(struct slice, struct slice sep,
		    struct slice *head, struct slice *tail);
/* Split at the last c. */
bool		slice_rcut(struct slice, unsigned char c, struct slice *head,
		    struct slice *tail);
/* ASCII case-insensitive comparisons. */
bool		slice_eq_nocase(struct slice, struct slice);
bool		slice_ends_nocase(struct slice, struct slice suffix);
/* memcmp order, the shorter first when one is a prefix of the other. */
int		slice_cmp(struct slice, struct slice);
/* Without the ASCII blanks (space, tab) at both ends. */
struct slice	slice_trim(struct slice);
/* True if every byte is an ASCII digit and there is at least one. */
bool		slice_digits(struct slice);

static inline bool
ascii_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
ascii_upper(unsigned char c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool
ascii_lower(unsigned char c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool
ascii_alnum(unsigned char c)
{
	return ascii_digit(c) || ascii_upper(c) || ascii_lower(c);
}

/* A hexadecimal digit in lower case. */
static inline bool
ascii_hex(unsigned char c)
{
	return ascii_digit(c) || (c >= 'a' && c <= 'f');
}

/*
 * The whole slice as 1 to 16 hexadecimal digits in lower case; false for
 * anything else, *out is then unchanged.
 */
static inline bool
slice_hex(struct slice s, uint64_t *out)
{
	uint64_t v = 0;

	if (s.len == 0 || s.len > 16)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		if (!ascii_hex(s.ptr[i]))
			return false;
		v = v << 4 | (uint64_t)(ascii_digit(s.ptr[i]) ?
		    s.ptr[i] - '0' : s.ptr[i] - 'a' + 10);
	}
	*out = v;
	return true;
}

static inline unsigned char
ascii_tolower(unsigned char c)
{
	return ascii_upper(c) ? (unsigned char)(c + ('a' - 'A')) : c;
}

/* The same of eight bytes. */
static inline uint64_t
ascii_tolower8(uint64_t v)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t seven = v & ones * 0x7f;
	/* The highest bit of each byte: from A on, but not past Z. */
	uint64_t upper = (seven + ones * (0x80 - 'A')) ^
	    (seven + ones * (0x7f - 'Z'));

	return v | (upper & ~v & ones * 0x80) >> 2;
}

#endif
