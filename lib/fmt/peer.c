#include "fmt/peer.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "base/banned.h"

#define NAME_MAX_LEN	255
#define NO_PORT		SLICE(":unknown")
_Static_assert(SLICE_PAD >= 64, "so much is looked at together");

/* The client has gone before its port was asked for. */
static void
skip_no_port(struct slice *s)
{
	struct slice rest = *s;

	if (slice_take(&rest, NO_PORT) && (rest.len == 0 ||
	    *rest.ptr == ' ' || *rest.ptr == ',' || *rest.ptr == ':' ||
	    *rest.ptr == ';'))
		*s = rest;
}

/*
 * The rest of peer_take, where n is the place of the first bracket or blank,
 * and end that of the next closing bracket; no less than the length: none.
 */
SLICE_INLINE bool
take(struct slice *s, struct peer *p, size_t n, size_t end)
{
	struct slice rest;

	*p = (struct peer){ .port = { NULL, 0 } };
	if (n >= s->len || s->ptr[n] == ' ' || n > NAME_MAX_LEN ||
	    end >= s->len || end == n + 1)
		return false;
	p->name = slice_of(s->ptr, n);
	p->addr = slice_of(s->ptr + n + 1, end - n - 1);
	rest = slice_of(s->ptr + end + 1, s->len - end - 1);
	if (rest.len > 1 && rest.ptr[0] == ':' && ascii_digit(rest.ptr[1])) {
		for (n = 1; n < rest.len && ascii_digit(rest.ptr[n]); n++)
			;
		if (n > 6)
			return false;
		p->port = slice_of(rest.ptr + 1, n - 1);
		rest = slice_of(rest.ptr + n, rest.len - n);
	} else if (rest.len >= NO_PORT.len && rest.ptr[0] == ':')
		skip_no_port(&rest);
	p->all = slice_of(s->ptr, s->len - rest.len);
	*s = rest;
	return true;
}

#define NEAR	64	/* bytes looked at together */

#if defined(__x86_64__)
/* By which of the first bytes are '[' or blank, and which are ']', as bits. */
SLICE_INLINE bool
take_near(struct slice *s, struct peer *p, uint64_t open, uint64_t close)
{
	size_t n, end;

	n = open != 0 ? (size_t)__builtin_ctzll(open) : s->len <= NEAR ?
	    s->len : slice_any_far(*s, NEAR, '[', ' ', '[');
	close = n < NEAR - 1 ? close >> (n + 1) << (n + 1) : 0;
	end = close != 0 ? (size_t)__builtin_ctzll(close) : s->len <= NEAR ?
	    s->len : slice_near(*s, n < NEAR ? NEAR : n, ']');
	return take(s, p, n, end);
}

static __attribute__((target("avx2,bmi"))) bool
take_wide(struct slice *s, struct peer *p)
{
	const __m256i blank = _mm256_set1_epi8(' ');
	const __m256i open = _mm256_set1_epi8('[');
	const __m256i close = _mm256_set1_epi8(']');
	__m256i a = _mm256_loadu_si256((const void *)s->ptr);
	__m256i b = _mm256_loadu_si256((const void *)(s->ptr + NEAR / 2));
	uint32_t open_a, open_b, close_a, close_b;

	open_a = (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(
	    _mm256_cmpeq_epi8(a, open), _mm256_cmpeq_epi8(a, blank)));
	open_b = (uint32_t)_mm256_movemask_epi8(_mm256_or_si256(
	    _mm256_cmpeq_epi8(b, open), _mm256_cmpeq_epi8(b, blank)));
	close_a = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, close));
	close_b = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, close));
	return take_near(s, p, open_a | (uint64_t)open_b << 32,
	    close_a | (uint64_t)close_b << 32);
}

static __attribute__((target("avx512bw,bmi"))) bool
take_widest(struct slice *s, struct peer *p)
{
	__m512i v = _mm512_loadu_si512(s->ptr);

	return take_near(s, p, _mm512_cmpeq_epi8_mask(v,
	    _mm512_set1_epi8('[')) | _mm512_cmpeq_epi8_mask(v,
	    _mm512_set1_epi8(' ')), _mm512_cmpeq_epi8_mask(v,
	    _mm512_set1_epi8(']')));
}
#endif

/* One copy for all kinds of lines stays in the cache. */
__attribute__((noinline)) bool
peer_take(struct slice *s, struct peer *p, bool padded)
{
	size_t n;

#if defined(__x86_64__)
	if (padded && __builtin_cpu_supports("bmi")) {
		if (__builtin_cpu_supports("avx512bw"))
			return take_widest(s, p);
		if (__builtin_cpu_supports("avx2"))
			return take_wide(s, p);
	}
#endif
	n = padded ? slice_any_padded(*s, 0, '[', ' ', '[') :
	    slice_any(*s, '[', ' ', '[');
	return take(s, p, n, n >= s->len ? n :
	    padded ? slice_any_padded(*s, n + 1, ']', ']', ']') :
	    slice_near(*s, n + 1, ']'));
}

bool
peer_parse(struct slice s, struct peer *p, bool padded)
{
	return peer_take(&s, p, padded) && s.len == 0;
}
