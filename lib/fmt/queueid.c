#include "fmt/queueid.h"

#include "base/banned.h"

#define SHORT_USEC	5		/* hexadecimal digits of microseconds */
#define SHORT_END	"F4240"		/* a million of them */
#define SHORT_INODE	16
#define LONG_USEC	4		/* base 52 digits of microseconds */
#define LONG_SEC	6		/* base 52 digits of seconds, */
#define LONG_SEC_MAX	11		/* at most */
#define LONG_INODE	12		/* base 51 digits, at most */
#define LONG_Z		(LONG_SEC + LONG_USEC)	/* what is between them */
#define NO_ID		SIZE_MAX
#define TEXT		32		/* an ID and all that is looked at */
#define SEC_MIN		631152000U	/* 1990-01-01 */
#define SEC_MAX		4133980800U	/* 2101-01-01 */
#define SEC_MIN_TEXT	"1fJkBS\0"	/* the same in base 52 */
#define SEC_MAX_TEXT	"BsNl2m\0"
#define USEC_MAX_TEXT	"75pl\0\0\0"

#define HEX	0x40	/* an upper-case hexadecimal digit */
#define B52	0x80	/* a base 52 digit */
#define VALUE	0x3f	/* of that */
#define BOTH	(HEX | B52)

static const unsigned char digit52[256] = {
	['0'] = BOTH | 0, ['1'] = BOTH | 1, ['2'] = BOTH | 2,
	['3'] = BOTH | 3, ['4'] = BOTH | 4, ['5'] = BOTH | 5,
	['6'] = BOTH | 6, ['7'] = BOTH | 7, ['8'] = BOTH | 8,
	['9'] = BOTH | 9, ['B'] = BOTH | 10, ['C'] = BOTH | 11,
	['D'] = BOTH | 12, ['F'] = BOTH | 13, ['G'] = B52 | 14,
	['H'] = B52 | 15, ['J'] = B52 | 16, ['K'] = B52 | 17,
	['L'] = B52 | 18, ['M'] = B52 | 19, ['N'] = B52 | 20,
	['P'] = B52 | 21, ['Q'] = B52 | 22, ['R'] = B52 | 23,
	['S'] = B52 | 24, ['T'] = B52 | 25, ['V'] = B52 | 26,
	['W'] = B52 | 27, ['X'] = B52 | 28, ['Y'] = B52 | 29,
	['Z'] = B52 | 30, ['b'] = B52 | 31, ['c'] = B52 | 32,
	['d'] = B52 | 33, ['f'] = B52 | 34, ['g'] = B52 | 35,
	['h'] = B52 | 36, ['j'] = B52 | 37, ['k'] = B52 | 38,
	['l'] = B52 | 39, ['m'] = B52 | 40, ['n'] = B52 | 41,
	['p'] = B52 | 42, ['q'] = B52 | 43, ['r'] = B52 | 44,
	['s'] = B52 | 45, ['t'] = B52 | 46, ['v'] = B52 | 47,
	['w'] = B52 | 48, ['x'] = B52 | 49, ['y'] = B52 | 50,
	['z'] = B52 | 51, ['A'] = HEX, ['E'] = HEX,
};

/* Value of an upper-case hexadecimal digit. */
static inline unsigned int
hex(unsigned char c)
{
	return c <= '9' ? c - (unsigned int)'0' : c - (unsigned int)'A' + 10;
}

/* What the bytes have in common: HEX, B52; *n counts those of an ID. */
static inline unsigned char
span(struct slice s, size_t *n)
{
	const unsigned char *p = s.ptr, *end = s.ptr + s.len;
	unsigned char common = BOTH, d;

	while (p < end && (d = digit52[*p]) != 0) {
		common &= d;
		p++;
	}
	*n = (size_t)(p - s.ptr);
	return common & BOTH;
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
		v = v * 52 + (digit52[p[i]] & VALUE);
	return v;
}

/* The inode number, in base 51; false if it has more than 64 bits. */
static inline bool
inode(const unsigned char *p, size_t n, uint64_t *out)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t d = digit52[p[i]] & VALUE;

		if (v > (UINT64_MAX - d) / 51)
			return false;
		v = v * 51 + d;
	}
	*out = v;
	return true;
}

/* Base 52 digits only: a long ID? */
static bool
parse_long(struct slice s, struct queueid *q)
{
	size_t z = slice_rchr(s, 'z'), n;
	uint64_t sec, usec;

	if (z == SLICE_NONE || z < LONG_Z || z > LONG_SEC_MAX + LONG_USEC)
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

#ifdef __SSE2__
#define LOOK	16	/* bytes that are looked at at once */

/* Those of the bytes that are c, as bits. */
static inline unsigned int
bits_of(__m128i v, char c)
{
	return (unsigned int)_mm_movemask_epi8(
	    _mm_cmpeq_epi8(v, _mm_set1_epi8(c)));
}

/* Those that are one of n characters from c on. */
static inline __m128i
among(__m128i v, char c, char n)
{
	/* Unsigned, what is below the first one is far above the last. */
	__m128i d = _mm_sub_epi8(v, _mm_set1_epi8(c));

	return _mm_cmpeq_epi8(d, _mm_min_epu8(d, _mm_set1_epi8(n - 1)));
}

static inline unsigned int
bits_of_hex(__m128i v)
{
	return (unsigned int)_mm_movemask_epi8(
	    _mm_or_si128(among(v, '0', 10), among(v, 'A', 6)));
}

/* Digits, and letters that are no vowels. */
static inline unsigned int
bits_of_52(__m128i v)
{
	__m128i low = _mm_or_si128(v, _mm_set1_epi8(0x20));

	return ((unsigned int)_mm_movemask_epi8(among(v, '0', 10)) |
	    (unsigned int)_mm_movemask_epi8(among(low, 'a', 26))) &
	    ~(bits_of(low, 'a') | bits_of(low, 'e') | bits_of(low, 'i') |
	    bits_of(low, 'o') | bits_of(low, 'u'));
}

/* The first n of eight bytes as a number that compares as they do. */
static inline uint64_t
ordered(const void *p, unsigned int n)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return __builtin_bswap64(v) >> (64 - 8 * n);
}

/*
 * n base 52 digits at p, LONG_Z + 1 of them before the inode number: a long
 * ID as they were and will be for a thousand years?  The alphabet is in the
 * order of its codes, so that numbers of equal length compare as texts.
 */
static inline bool
usual_long(const unsigned char *p, size_t n)
{
	uint64_t sec = ordered(p, LONG_SEC);	/* there are LOOK bytes */

	return n > LONG_Z + 1 && n <= LONG_Z + LONG_INODE && p[LONG_Z] == 'z' &&
	    (p[LONG_Z + 1] != '0' || n == LONG_Z + 2) &&
	    sec >= ordered(SEC_MIN_TEXT, LONG_SEC) &&
	    sec <= ordered(SEC_MAX_TEXT, LONG_SEC) &&
	    ordered(p + LONG_SEC, LONG_USEC) <=
	    ordered(USEC_MAX_TEXT, LONG_USEC);
}
#endif

/*
 * "ID:" where the ID is of a usual form and length: that; NO_ID where a word
 * ends that is none; else 0.
 */
static inline size_t
usual_len(struct slice s)
{
#ifdef __SSE2__
	__m128i v, w;
	unsigned int colon, blank, digits, z, all;
	size_t n;

	if (s.len < LOOK)
		return 0;
	v = _mm_loadu_si128((const void *)s.ptr);
	colon = bits_of(v, ':');
	blank = bits_of(v, ' ');
	/* Whether there is one is not to be foreseen: one branch. */
	if ((blank & -blank) - 1 < (colon & -colon) - 1)
		return NO_ID;
	if (__builtin_expect(colon == 0, 0)) {
		if (s.len < 2 * LOOK)
			return 0;
		w = _mm_loadu_si128((const void *)(s.ptr + LOOK));
		colon = bits_of(w, ':');
		if (colon == 0)
			return 0;
		n = LOOK + (size_t)__builtin_ctz(colon);
		digits = bits_of_52(v) | bits_of_52(w) << LOOK;
		z = bits_of(v, 'z') | bits_of(w, 'z') << LOOK;
	} else {
		n = (size_t)__builtin_ctz(colon);
		/* No byte before the colon is anything else. */
		if ((~bits_of_hex(v) & ((1U << n) - 1)) == 0)
			return valid_short(slice_of(s.ptr, n)) ? n : 0;
		digits = bits_of_52(v);
		z = bits_of(v, 'z');
	}
	all = (1U << n) - 1;
	return (~digits & all) == 0 && (z & all) >> LONG_Z == 1 &&
	    usual_long(s.ptr, n) ? n : 0;
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
	size_t n;

	common = span(slice_sub(s, 0, QUEUEID_MAX + 1), &n);
	if (n < s.len && ascii_alnum(s.ptr[n]))
		return 0;
	id = slice_of(s.ptr, n);
	return ((common & HEX) && valid_short(id)) ||
	    ((common & B52) && parse_long(id, &q)) ? n : 0;
}

size_t
queueid_label_len(struct slice s)
{
	size_t n = usual_len(s);

	if (n == 0)
		n = queueid_len(s);
	return n != NO_ID && n < s.len && s.ptr[n] == ':' ? n : 0;
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
	unsigned char text[TEXT] = { 0 };
	struct queueid q;
	size_t n;

	/* Most are short, without the z that is in every long one. */
	if (slice_near(s, 0, 'z') == s.len)
		return false;
	if (s.len < sizeof(text)) {
		memcpy(text, s.ptr, s.len);
		text[s.len] = ':';
		if (usual_len(slice_of(text, sizeof(text))) == s.len)
			return true;
	}
	return (span(s, &n) & B52) && n == s.len && parse_long(s, &q);
}

enum rc
queueid_parse(struct slice s, struct queueid *q, struct err *e)
{
	unsigned char common;
	size_t n;

	common = span(s, &n);
	if (n == s.len && (common & HEX) && valid_short(s)) {
		parse_short(s, q);
		return RC_OK;
	}
	if (n == s.len && (common & B52) && parse_long(s, q))
		return RC_OK;
	return err_damaged(e, 0, "not a queue ID");
}
