#include "fmt/lineends.h"

#include "base/plain.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define HAS_WIDE 1	/* AVX2 or AVX-512 may be there; it is asked for */
#endif

#include "base/banned.h"

#define BLOCK	64	/* bytes that one word of bits stands for */
/* So many ends are remembered that those of one more block may not fit. */
#define FULL	(LINEENDS_N - BLOCK)

#define INLINE	static inline __attribute__((always_inline))

/* What a block has, as bits. */
struct bits {
	uint64_t	newline;
	uint64_t	odd;	/* neither that nor plain; maybe all of them */
};

/* All of it. */
static inline struct bits
look_near(const unsigned char *p)
{
	struct bits b = { 0, 0 };

#ifdef __SSE2__
	for (unsigned int i = 0; i < BLOCK; i += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(p + i));

		b.newline |= (uint64_t)(unsigned int)_mm_movemask_epi8(
		    _mm_cmpeq_epi8(v, _mm_set1_epi8('\n'))) << i;
		b.odd |= (uint64_t)plain_special(v) << i;
	}
	b.odd &= ~b.newline;
#else
	for (unsigned int i = 0; i < BLOCK; i++) {
		b.newline |= (uint64_t)(p[i] == '\n') << i;
		b.odd |= (uint64_t)(p[i] != '\n' && !plain_byte(p[i])) << i;
	}
#endif
	return b;
}

#ifdef __SSE2__
/* The newlines of 16 bytes; *odd gathers bytes that are not zero. */
INLINE uint64_t
look16(const unsigned char *p, __m128i *odd)
{
	__m128i v = _mm_loadu_si128((const __m128i *)p);
	__m128i newline = _mm_cmpeq_epi8(v, _mm_set1_epi8('\n'));

	*odd = _mm_or_si128(*odd, _mm_xor_si128(newline, plain_odd(v)));
	return (unsigned int)_mm_movemask_epi8(newline);
}

INLINE struct bits
look(const unsigned char *p)
{
	__m128i odd = _mm_setzero_si128();
	struct bits b;

	b.newline = look16(p, &odd) | look16(p + 16, &odd) << 16 |
	    look16(p + 32, &odd) << 32 | look16(p + 48, &odd) << 48;
	b.odd = (uint64_t)(unsigned int)_mm_movemask_epi8(odd);
	return b;
}
#else
#define look	look_near
#endif

#ifdef HAS_WIDE
#define WIDE	__attribute__((target("avx2")))

/* The same of 32; what is plain is what base/plain.h says. */
static inline WIDE uint64_t
look32(const unsigned char *p, __m256i *odd)
{
	__m256i v = _mm256_loadu_si256((const __m256i *)p);
	__m256i newline = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('\n'));
	__m256i x = _mm256_xor_si256(newline, _mm256_cmpgt_epi8(
	    _mm256_set1_epi8(0x21), _mm256_add_epi8(v, _mm256_set1_epi8(1))));

	x = _mm256_or_si256(x, _mm256_cmpeq_epi8(v, _mm256_set1_epi8('"')));
	x = _mm256_or_si256(x, _mm256_cmpeq_epi8(v, _mm256_set1_epi8('\\')));
	*odd = _mm256_or_si256(*odd, x);
	return (unsigned int)_mm256_movemask_epi8(newline);
}

static inline WIDE struct bits
look_wide(const unsigned char *p)
{
	__m256i odd = _mm256_setzero_si256();
	struct bits b;

	b.newline = look32(p, &odd) | look32(p + 32, &odd) << 32;
	b.odd = (unsigned int)_mm256_movemask_epi8(odd);
	return b;
}

#define WIDEST	__attribute__((target("avx512bw")))

/* The same of all 64. */
static inline WIDEST struct bits
look_widest(const unsigned char *p)
{
	__m512i v = _mm512_loadu_si512(p);
	__m512i next = _mm512_add_epi8(v, _mm512_set1_epi8(1));
	struct bits b;

	b.newline = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\n'));
	b.odd = (b.newline ^
	    _mm512_cmplt_epi8_mask(next, _mm512_set1_epi8(0x21))) |
	    _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('"')) |
	    _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\\'));
	return b;
}
#endif

/* Remember the ends of a block in which something is odd, or several end. */
static __attribute__((noinline)) void
take_all(struct lineends *l, const unsigned char *p, uint32_t at)
{
	struct bits b = look_near(p);
	uint64_t line;

	for (; b.newline != 0; b.newline &= b.newline - 1) {
		line = b.newline ^ (b.newline - 1);
		l->odd |= (b.odd & line) != 0;
		b.odd &= ~line;
		l->end[l->n++] = (at + (uint32_t)__builtin_ctzll(b.newline)) *
		    2 + !l->odd;
		l->odd = false;
	}
	l->odd |= b.odd != 0;
}

/*
 * Look through the blocks of n bytes, as far as there is room for their ends;
 * how many bytes that were.
 */
INLINE size_t
stretch(struct lineends *l, const unsigned char *p, size_t n,
    struct bits (*look_at)(const unsigned char *))
{
	uint32_t k = l->n;
	bool odd = l->odd;
	size_t at;

	for (at = 0; n - at >= BLOCK && k <= FULL; at += BLOCK) {
		struct bits b = look_at(p + at);

		/* Most blocks have one end or none, and nothing odd. */
		if ((b.newline & (b.newline - 1)) != 0 || b.odd != 0) {
			l->n = k;
			l->odd = odd;
			take_all(l, p + at, (uint32_t)at);
			k = l->n;
			odd = l->odd;
			continue;
		}
		l->end[k] = ((uint32_t)at + (uint32_t)__builtin_ctzll(
		    b.newline | UINT64_C(1) << (BLOCK - 1))) * 2 + !odd;
		k += b.newline != 0;
		odd = odd && b.newline == 0;
	}
	l->n = k;
	l->odd = odd;
	return at;
}

#ifdef HAS_WIDE
static WIDE size_t
stretch_wide(struct lineends *l, const unsigned char *p, size_t n)
{
	return stretch(l, p, n, look_wide);
}

static WIDEST size_t
stretch_widest(struct lineends *l, const unsigned char *p, size_t n)
{
	return stretch(l, p, n, look_widest);
}
#endif

static size_t
stretch_any(struct lineends *l, const unsigned char *p, size_t n)
{
#ifdef HAS_WIDE
	if (__builtin_cpu_supports("avx512bw"))
		return stretch_widest(l, p, n);
	if (__builtin_cpu_supports("avx2"))
		return stretch_wide(l, p, n);
#endif
	return stretch(l, p, n, look);
}

/* The last bytes of data, less than a block. */
static void
take_rest(struct lineends *l, struct slice s, uint32_t at)
{
	unsigned char block[BLOCK];

	memset(block, ' ', sizeof(block));
	memcpy(block, s.ptr, s.len);
	take_all(l, block, at);
}

bool
lineends_look(struct lineends *l, uint64_t pos, struct slice data)
{
	size_t at, stop;

	l->i = l->n = 0;
	if (l->to < pos) {
		l->to = pos;
		l->odd = false;
	}
	do {
		if (l->to - pos >= data.len)
			return false;
		l->from = l->to;
		data = slice_from(data, (size_t)(l->to - pos));
		pos = l->to;
		stop = data.len < LINEENDS_STRETCH ? data.len :
		    LINEENDS_STRETCH;
		at = stretch_any(l, data.ptr, stop);
		if (stop - at < BLOCK && at < stop && l->n <= FULL) {
			take_rest(l, slice_of(data.ptr + at, stop - at),
			    (uint32_t)at);
			at = stop;
		}
		l->to = l->from + at;
	} while (l->n == 0);
	return true;
}
