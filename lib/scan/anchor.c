#include "scan/anchor.h"

#include "scan/deflate.h"

#include "base/banned.h"

#define PID_MAX		10
#define PROGRAM_MAX	32	/* bytes of a program's name */

/* Does this follow at pos? */
static bool
here(struct slice s, size_t pos, struct slice want)
{
	return slice_starts(slice_from(s, pos), want);
}

/* "/smtp[4711" stands before the bracket at pos. */
static bool
is_tag(struct slice s, size_t pos)
{
	size_t n = 0, p = pos;

	while (n < PID_MAX && p > 0 && ascii_digit(s.ptr[p - 1])) {
		p--;
		n++;
	}
	if (n == 0 || p == 0 || s.ptr[--p] != '[')
		return false;
	for (n = 0; p > 0; n++) {
		unsigned char c = s.ptr[--p];

		if (c == '/')
			return n > 0;
		if (n == PROGRAM_MAX ||
		    (!ascii_alnum(c) && c != '-' && c != '_'))
			return false;
	}
	return false;
}

/* "postfix-out 4711 - - " of a framing that lost the program. */
static bool
is_lost(struct slice s, size_t pos)
{
	struct slice rest = slice_sub(s, pos + 7, PROGRAM_MAX + PID_MAX + 6);
	struct slice name, pid;

	return pos > 0 && s.ptr[pos - 1] == ' ' &&
	    slice_cut(rest, ' ', &name, &rest) &&
	    slice_cut(rest, ' ', &pid, &rest) && slice_digits(pid) &&
	    slice_starts(rest, SLICE("- - "));
}

/*
 * INTEGER 0 to 3 behind SEQUENCE, or behind SEQUENCE, SEQUENCE and [0]; and
 * what must follow it.
 */
static bool
is_version(struct slice s, size_t pos)
{
	const unsigned char *p = s.ptr + pos;

	if (s.len - pos < 8 || pos < 4 || p[2] > 3)
		return false;
	if (p[-2] == 0xa0 && p[-1] == 3)
		return p[2] == 2 && p[3] == 0x02 && pos >= 8 &&
		    (p[-5] == 0x30 || p[-6] == 0x30);
	if ((p[-4] != 0x30 || p[-3] != 0x82) && (p[-3] != 0x30 ||
	    p[-2] != 0x81) && (p[-2] != 0x30 || p[-1] >= 0x80))
		return false;
	return p[3] == 0x30 || (p[2] == 0 && p[3] == 0x02 &&
	    p[4] > 0x40) || (p[2] == 1 && p[3] == 0x04);
}

/* "C", a length that was ever written, and a column that begins blank. */
static bool
is_size(struct slice s)
{
	static const struct slice widths = { (const unsigned char *)
	    "_O?/\x0f\x09", 6 };

	return s.ptr[0] == 'C' && slice_chr(widths, s.ptr[1]) != SLICE_NONE &&
	    s.ptr[2] == ' ' && s.ptr[3] == ' ';
}

/* "T", a length, and seconds of this century. */
static bool
is_time(struct slice s)
{
	return s.ptr[0] == 'T' && s.ptr[1] >= 9 && s.ptr[1] <= 17 &&
	    ascii_digit(s.ptr[2]) && ascii_digit(s.ptr[10]);
}

/* The same at any place, where more must agree. */
static bool
is_first(struct slice s)
{
	if (s.len < ANCHOR_MAX)
		return false;
	if (s.ptr[0] == 'C')
		return is_size(s) && here(s, 4, SLICE("    "));
	return s.ptr[1] == 17 && slice_digits(slice_sub(s, 2, 10)) &&
	    s.ptr[12] == ' ' && slice_digits(slice_sub(s, 13, 6)) &&
	    slice_chr(SLICE("ACFS"), s.ptr[19]) != SLICE_NONE;
}

/* What begins at pos, where two bytes promised something. */
static enum anchor
look(struct slice s, size_t pos)
{
	switch (s.ptr[pos]) {
	case ']':
		return here(s, pos, SLICE("]: ")) && is_tag(s, pos) ?
		    ANCHOR_TAG : ANCHOR_NONE;
	case 'p':
		return here(s, pos, SLICE("postfix/")) ||
		    (here(s, pos, SLICE("postfix")) && is_lost(s, pos)) ?
		    ANCHOR_NAME : ANCHOR_NONE;
	case 0x1f:
		return here(s, pos, SLICE("\x1f\x8b\x08")) &&
		    s.len - pos >= 10 && (s.ptr[pos + 3] & 0xe0) == 0 ?
		    ANCHOR_GZIP : ANCHOR_NONE;
	case 0x28:
		return here(s, pos, SLICE("\x28\xb5\x2f\xfd")) ?
		    ANCHOR_ZSTD : ANCHOR_NONE;
	case 0xfd:
		return here(s, pos, SLICE("\xfd" "7zXZ\0")) ?
		    ANCHOR_XZ : ANCHOR_NONE;
	case 'x':
		return deflate_zlib_sure(slice_sub(s, pos, ANCHOR_MAX)) ?
		    ANCHOR_ZLIB : ANCHOR_NONE;
	case 'L':
		return here(s, pos, SLICE("LPKSHHRH")) ?
		    ANCHOR_JOURNAL : ANCHOR_NONE;
	case 'M':
		return here(s, pos, SLICE("MESSAGE=")) ?
		    ANCHOR_ENTRY : ANCHOR_NONE;
	case '-':
		return here(s, pos, SLICE("-----BEGIN ")) ?
		    ANCHOR_PEM : ANCHOR_NONE;
	case 0x02:
		return is_version(s, pos) ? ANCHOR_DER : ANCHOR_NONE;
	case 'R':
		return here(s, pos, SLICE("Received: ")) &&
		    (pos == 0 || s.ptr[pos - 1] == '\n' ||
		    s.ptr[pos - 1] == '\0' || (pos > 1 &&
		    s.ptr[pos - 2] == 'N')) ? ANCHOR_RECEIVED : ANCHOR_NONE;
	case '\n':
		return here(s, pos, SLICE("\nrecipient=")) ? ANCHOR_QUEUELOG :
		    ANCHOR_NONE;
	case 'C':
	case 'T':
		return is_first(slice_from(s, pos)) ? ANCHOR_QUEUE :
		    ANCHOR_NONE;
	default:
		return ANCHOR_NONE;
	}
}

#ifdef __SSE2__
/* The bytes at both places are a and b. */
SLICE_INLINE __m128i
both(__m128i x, __m128i y, int a, int b)
{
	return _mm_and_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8((char)a)),
	    _mm_cmpeq_epi8(y, _mm_set1_epi8((char)b)));
}

/* The header of zlib, of any level. */
SLICE_INLINE __m128i
zlib(__m128i x, __m128i y)
{
	__m128i m = _mm_or_si128(_mm_cmpeq_epi8(y, _mm_set1_epi8(0x01)),
	    _mm_cmpeq_epi8(y, _mm_set1_epi8(0x5e)));

	m = _mm_or_si128(m, _mm_cmpeq_epi8(y, _mm_set1_epi8((char)0x9c)));
	m = _mm_or_si128(m, _mm_cmpeq_epi8(y, _mm_set1_epi8((char)0xda)));
	return _mm_and_si128(m, _mm_cmpeq_epi8(x, _mm_set1_epi8(0x78)));
}

/*
 * Which of 16 places may begin an anchor, by two bytes of each.  The second
 * one is chosen to be rare beside the first; six bytes are looked ahead.
 */
SLICE_INLINE unsigned int
promising(const unsigned char *p)
{
	__m128i v0 = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i v1 = _mm_loadu_si128((const __m128i *)(const void *)(p + 1));
	__m128i v5 = _mm_loadu_si128((const __m128i *)(const void *)(p + 5));
	__m128i v6 = _mm_loadu_si128((const __m128i *)(const void *)(p + 6));
	__m128i m = both(v0, v1, ']', ':');

	m = _mm_or_si128(m, both(v0, v6, 'p', 'x'));
	m = _mm_or_si128(m, both(v0, v1, 0x1f, 0x8b));
	m = _mm_or_si128(m, both(v0, v1, 0x28, 0xb5));
	m = _mm_or_si128(m, both(v0, v1, 0xfd, '7'));
	m = _mm_or_si128(m, zlib(v0, v1));
	m = _mm_or_si128(m, both(v0, v1, 'L', 'P'));
	m = _mm_or_si128(m, both(v0, v5, 'M', 'G'));
	m = _mm_or_si128(m, both(v0, v5, '-', 'B'));
	m = _mm_or_si128(m, both(v0, v6, 'R', 'e'));
	m = _mm_or_si128(m, both(v0, v1, 0x02, 0x01));
	m = _mm_or_si128(m, both(v0, v5, 'C', ' '));
	m = _mm_or_si128(m, both(v0, v1, 'T', 0x11));
	m = _mm_or_si128(m, both(v0, v1, '\n', 'r'));
	return (unsigned int)_mm_movemask_epi8(m);
}

/* The same of 64 places, so that their sums are tested at once. */
SLICE_INLINE uint64_t
promising_64(const unsigned char *p)
{
	return promising(p) | (uint64_t)promising(p + 16) << 16 |
	    (uint64_t)promising(p + 32) << 32 |
	    (uint64_t)promising(p + 48) << 48;
}
#endif

size_t
anchor_next(struct slice s, size_t pos, enum anchor *what)
{
#ifdef __SSE2__
	for (; pos < s.len && s.len - pos >= 64 + 6; pos += 64) {
		uint64_t mask = promising_64(s.ptr + pos);

		for (; mask != 0; mask &= mask - 1) {
			size_t at = pos + (size_t)__builtin_ctzll(mask);

			*what = look(s, at);
			if (*what != ANCHOR_NONE)
				return at;
		}
	}
#endif
	for (; pos < s.len; pos++) {
		*what = look(s, pos);
		if (*what != ANCHOR_NONE)
			return pos;
	}
	*what = ANCHOR_NONE;
	return SLICE_NONE;
}

/* "<address>" and ":" or " (", as far as ANCHOR_MAX bytes show it. */
static bool
is_address(struct slice s)
{
	size_t n = 1;

	while (n < ANCHOR_MAX - 4 && s.ptr[n] > ' ' && s.ptr[n] != '>' &&
	    s.ptr[n] != 0x7f)
		n++;
	if (s.ptr[n] != '>')
		return n == ANCHOR_MAX - 4;
	return s.ptr[n + 1] == ':' || (s.ptr[n + 1] == ' ' &&
	    s.ptr[n + 2] == '(');
}

/* What a log of a queue may begin with. */
static bool
is_log(struct slice s)
{
	if (s.ptr[0] == '\n')
		s = slice_from(s, 1);
	return s.ptr[0] == '<' ? is_address(s) :
	    here(s, 0, SLICE("recipient="));
}

size_t
anchor_sector(struct slice s, uint64_t off, size_t pos, enum anchor *what)
{
	size_t past = (size_t)((off + pos) % ANCHOR_SECTOR);

	if (past != 0)
		pos += ANCHOR_SECTOR - past;
	for (; pos < s.len && s.len - pos >= ANCHOR_MAX; pos += ANCHOR_SECTOR) {
		struct slice at = slice_from(s, pos);

		*what = is_size(at) || is_time(at) ? ANCHOR_QUEUE :
		    is_log(at) ? ANCHOR_QUEUELOG :
		    here(at, 0, SLICE("Received: ")) ? ANCHOR_RECEIVED :
		    deflate_zlib(at) ? ANCHOR_ZLIB :
		    ANCHOR_NONE;
		if (*what != ANCHOR_NONE)
			return pos;
	}
	*what = ANCHOR_NONE;
	return SLICE_NONE;
}
