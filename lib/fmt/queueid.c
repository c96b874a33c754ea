#include "fmt/queueid.h"

#include "base/banned.h"

#define SHORT_USEC	5		/* hexadecimal digits of microseconds */
#define SHORT_END	"F4240"		/* a million of them */
#define SHORT_INODE	16
#define LONG_USEC	4		/* base 52 digits of microseconds */
#define LONG_SEC	6		/* base 52 digits of seconds, */
#define LONG_SEC_MAX	11		/* at most */
#define LONG_INODE	12		/* base 51 digits */
#define NO_ID		SIZE_MAX
#define SEC_MIN		631152000U	/* 1990-01-01 */
#define SEC_MAX		4133980800U	/* 2101-01-01 */

#define HEX	0x40	/* an upper-case hexadecimal digit */
#define VALUE	0x3f

/* Value of each character of the base 52 alphabet plus 1, and HEX. */
static const unsigned char digit52[256] = {
	['0'] = HEX | 1, ['1'] = HEX | 2, ['2'] = HEX | 3, ['3'] = HEX | 4,
	['4'] = HEX | 5, ['5'] = HEX | 6, ['6'] = HEX | 7, ['7'] = HEX | 8,
	['8'] = HEX | 9, ['9'] = HEX | 10, ['B'] = HEX | 11, ['C'] = HEX | 12,
	['D'] = HEX | 13, ['F'] = HEX | 14, ['G'] = 15, ['H'] = 16,
	['J'] = 17, ['K'] = 18, ['L'] = 19, ['M'] = 20, ['N'] = 21,
	['P'] = 22, ['Q'] = 23, ['R'] = 24, ['S'] = 25, ['T'] = 26,
	['V'] = 27, ['W'] = 28, ['X'] = 29, ['Y'] = 30, ['Z'] = 31,
	['b'] = 32, ['c'] = 33, ['d'] = 34, ['f'] = 35, ['g'] = 36,
	['h'] = 37, ['j'] = 38, ['k'] = 39, ['l'] = 40, ['m'] = 41,
	['n'] = 42, ['p'] = 43, ['q'] = 44, ['r'] = 45, ['s'] = 46,
	['t'] = 47, ['v'] = 48, ['w'] = 49, ['x'] = 50, ['y'] = 51,
	['z'] = 52, ['A'] = HEX, ['E'] = HEX,
};

/* Value of an upper-case hexadecimal digit. */
static inline unsigned int
hex(unsigned char c)
{
	return c <= '9' ? c - (unsigned int)'0' : c - (unsigned int)'A' + 10;
}

/* What the bytes have in common: HEX, or 0; *n counts those of an ID. */
static inline unsigned char
span(struct slice s, size_t *n)
{
	const unsigned char *p = s.ptr, *end = s.ptr + s.len;
	unsigned char common = HEX, d;

	while (p < end && (d = digit52[*p]) != 0) {
		common &= d;
		p++;
	}
	*n = (size_t)(p - s.ptr);
	return common;
}

/* Hexadecimal digits only: a short ID? */
static inline bool
valid_short(struct slice s)
{
	return s.len > SHORT_USEC && s.len <= SHORT_USEC + SHORT_INODE &&
	    (s.ptr[0] != 'F' || memcmp(s.ptr, SHORT_END, SHORT_USEC) < 0) &&
	    (s.ptr[SHORT_USEC] != '0' || s.len == SHORT_USEC + 1);
}

static void
parse_short(struct slice s, struct queueid *q)
{
	*q = (struct queueid){ .has_time = false };
	for (size_t i = 0; i < SHORT_USEC; i++)
		q->usec = q->usec << 4 | hex(s.ptr[i]);
	for (size_t i = SHORT_USEC; i < s.len; i++)
		q->inode = q->inode << 4 | hex(s.ptr[i]);
}

/* Digits in base 52 as a number, of which there are at most 11. */
static inline uint64_t
number(const unsigned char *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v = v * 52 + ((digit52[p[i]] & VALUE) - 1U);
	return v;
}

/* The inode number, in base 51; false if it has more than 64 bits. */
static inline bool
inode(const unsigned char *p, size_t n, uint64_t *out)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t d = (digit52[p[i]] & VALUE) - 1U;

		if (v > (UINT64_MAX - d) / 51)
			return false;
		v = v * 51 + d;
	}
	*out = v;
	return true;
}

/* Bytes of either alphabet: a long ID? */
static bool
parse_long(struct slice s, struct queueid *q)
{
	size_t z = slice_rchr(s, 'z'), n;
	uint64_t sec, usec;

	if (z == SLICE_NONE || z < LONG_SEC + LONG_USEC ||
	    z > LONG_SEC_MAX + LONG_USEC ||
	    slice_chr(s, 'A') != SLICE_NONE || slice_chr(s, 'E') != SLICE_NONE)
		return false;
	n = s.len - z - 1;
	if (n == 0 || n > LONG_INODE || (s.ptr[z + 1] == '0' && n > 1))
		return false;
	sec = number(s.ptr, z - LONG_USEC);
	usec = number(s.ptr + z - LONG_USEC, LONG_USEC);
	if (usec >= 1000000 || sec < SEC_MIN || sec > SEC_MAX ||
	    !inode(s.ptr + z + 1, n, &q->inode))
		return false;
	q->has_time = true;
	q->sec = (int64_t)sec;
	q->usec = (uint32_t)usec;
	return true;
}

/*
 * "ID:" where the ID is short and of the usual length: that; NO_ID where a
 * word ends that is none; else 0.
 */
static inline size_t
usual_len(struct slice s)
{
#ifdef __SSE2__
	__m128i v, digit, letter;
	unsigned int colon, blank, hex;
	size_t n;

	if (s.len < 16)
		return 0;
	v = _mm_loadu_si128((const void *)s.ptr);
	colon = (unsigned int)_mm_movemask_epi8(
	    _mm_cmpeq_epi8(v, _mm_set1_epi8(':')));
	blank = (unsigned int)_mm_movemask_epi8(
	    _mm_cmpeq_epi8(v, _mm_set1_epi8(' ')));
	/* Whether there is one is not to be foreseen: one branch. */
	if ((blank & -blank) - 1 < (colon & -colon) - 1)
		return NO_ID;
	if (colon == 0)
		return 0;
	n = (size_t)__builtin_ctz(colon);
	/* Unsigned, what is below the first one is far above the last. */
	digit = _mm_sub_epi8(v, _mm_set1_epi8('0'));
	letter = _mm_sub_epi8(v, _mm_set1_epi8('A'));
	hex = (unsigned int)_mm_movemask_epi8(_mm_or_si128(
	    _mm_cmpeq_epi8(digit, _mm_min_epu8(digit, _mm_set1_epi8(9))),
	    _mm_cmpeq_epi8(letter, _mm_min_epu8(letter, _mm_set1_epi8(5)))));
	/* No byte before the colon is anything else. */
	return (~hex & ((1U << n) - 1)) == 0 &&
	    valid_short(slice_of(s.ptr, n)) ? n : 0;
#else
	(void)s;
	return 0;
#endif
}

size_t
queueid_len(struct slice s)
{
	struct queueid q;
	unsigned char common;
	struct slice id;
	size_t n = usual_len(s);

	if (n == NO_ID)
		return 0;
	if (n > 0)
		return n;
	common = span(slice_sub(s, 0, QUEUEID_MAX + 1), &n);
	if (n < s.len && ascii_alnum(s.ptr[n]))
		return 0;
	id = slice_of(s.ptr, n);
	return (common != 0 && valid_short(id)) || parse_long(id, &q) ? n : 0;
}

size_t
queueid_like_len(struct slice s)
{
	bool digit = false;
	size_t n = 0;

	while (n < s.len && n <= QUEUEID_MAX && ascii_alnum(s.ptr[n]))
		digit |= ascii_digit(s.ptr[n++]);
	return digit && n >= QUEUEID_LIKE_MIN && n <= QUEUEID_MAX ? n : 0;
}

bool
queueid_valid(struct slice s)
{
	return s.len > 0 && queueid_len(s) == s.len;
}

bool
queueid_long(struct slice s)
{
	struct queueid q;
	size_t n;

	/* Most are short, without the z that is in every long one. */
	if (slice_near(s, 0, 'z') == s.len)
		return false;
	(void)span(s, &n);
	return n == s.len && parse_long(s, &q);
}

enum rc
queueid_parse(struct slice s, struct queueid *q, struct err *e)
{
	unsigned char common;
	size_t n;

	common = span(s, &n);
	if (n == s.len && common != 0 && valid_short(s)) {
		parse_short(s, q);
		return RC_OK;
	}
	if (n == s.len && parse_long(s, q))
		return RC_OK;
	return err_damaged(e, 0, "not a queue ID");
}
