#include "rec/rec_json.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "rec/rec.h"
#include "rec/rec_text.h"

#include "base/banned.h"

#define KEY_MAX	30	/* the longest key with what stands around it */

/* A key as it stands in a line: ,"key":" or, for bare values, ,"key": */
struct key {
	unsigned char	text[KEY_MAX];
	unsigned char	len;
	unsigned char	quote;		/* 1: its value stands in quotes */
};

_Static_assert(sizeof(struct key) == 32, "a key is copied as a whole");

#define KEY_TEXT(name)	",\"" name "\":\""
#define KEY_BARE(name)	",\"" name "\":"
#define KEY_STR(name)	KEY_TEXT(name)
#define KEY_NUM(name)	KEY_BARE(name)
#define KEY_BOOL(name)	KEY_BARE(name)
#define KEY_TIME(name)	KEY_TEXT(name)
#define KEY_HOST(name)	KEY_TEXT(name)
#define KEY_ADDR(name)	KEY_TEXT(name)
#define KEY_MAIL(name)	KEY_TEXT(name)

#define QUOTE_NUM	0
#define QUOTE_BOOL	0
#define QUOTE_STR	1
#define QUOTE_TIME	1
#define QUOTE_HOST	1
#define QUOTE_ADDR	1
#define QUOTE_MAIL	1

#define KEY_FITS(id, name, type, text)					\
	_Static_assert(sizeof(KEY_##type(#name)) <= KEY_MAX, #name);
FIELD_TABLE(KEY_FITS)
#undef KEY_FITS

static const struct key key[FIELD_N] = {
#define KEY_ENTRY(id, name, type, text)					\
	{ KEY_##type(#name), sizeof(KEY_##type(#name)) - 1, QUOTE_##type },
	FIELD_TABLE(KEY_ENTRY)
#undef KEY_ENTRY
};

/* What a field may need besides its value, without escapes. */
#define FIELD_EXTRA	(sizeof(struct key) + 2 + REC_TEXT_SLACK + FIELD_PAD)

/*
 * Copy a decimal number as Postfix writes them; 0 if v is anything else.
 * What this refuses may still be a number.
 */
static inline size_t
put_decimal(unsigned char *dst, struct slice v)
{
	size_t i = 0, point = 0;

	if (v.len == 0 || v.len > 20)
		return 0;
	do {
		unsigned char c = v.ptr[i];

		if (!ascii_digit(c)) {
			if (c != '.' || i == 0 || point != 0)
				return 0;
			point = i;
		}
		dst[i++] = c;
	} while (i < v.len);
	if (i > 1 && (point + 1 == i || (v.ptr[0] == '0' && point != 1)))
		return 0;
	return i;
}

/* A number or a boolean; anything else that was logged stands in quotes. */
static unsigned char *
put_bare(struct rec_text *t, unsigned char *at, const struct key *k,
    struct slice v)
{
	bool number = field_info[k - key].type == FIELD_NUM;
	size_t n;

	if (number && (n = put_decimal(at, v)) > 0)
		return at + n;
	if (number ? rec_text_is_number(v) :
	    slice_eq(v, SLICE("true")) || slice_eq(v, SLICE("false")))
		return at + plain_copy(at, v.ptr, v.len);
	*at++ = '"';
	t->at = at;
	if (!rec_text_put(t, v, REC_ESCAPE_JSON))
		return NULL;
	*t->at = '"';
	return t->at + 1;
}

/* One key and its value at `at`; where they end, NULL at the limit. */
static inline unsigned char *
put_field(struct rec_text *t, unsigned char *at, const struct key *k,
    struct slice v, bool ready)
{
	size_t n;

	if (__builtin_expect((ptrdiff_t)v.len >
	    t->end - at - (ptrdiff_t)FIELD_EXTRA, 0)) {
		t->at = at;
		if (!rec_text_grow(t, v.len + FIELD_EXTRA))
			return NULL;
		at = t->at;
	}
	memcpy(at, k, sizeof(*k));
	at += k->len;
	if (ready) {
		field_copy(at, v, FIELD_STEP);
		at += v.len;
		*at = '"';
		return at + k->quote;
	}
	if (k->quote == 0)
		return put_bare(t, at, k, v);
	n = plain_copy(at, v.ptr, v.len);
	at += n;
	if (__builtin_expect(n != v.len, 0)) {
		t->at = at;
		if (!rec_text_slow(t, slice_from(v, n), REC_ESCAPE_JSON))
			return NULL;
		at = t->at;
	}
	*at = '"';
	return at + 1;
}

#define STEP	32	/* bytes of a key, and least of a value, copied at once */

/* Copy STEP bytes; twice and widest: two times as many. */
static inline void
copy_narrow(unsigned char *dst, const unsigned char *src)
{
	memcpy(dst, src, STEP);
}

#if defined(__x86_64__)
static inline __attribute__((target("avx2"))) void
copy_wide(unsigned char *dst, const unsigned char *src)
{
	_mm256_storeu_si256((void *)dst, _mm256_loadu_si256((const void *)src));
}

static inline __attribute__((target("avx2"))) void
copy_twice(unsigned char *dst, const unsigned char *src)
{
	copy_wide(dst, src);
	copy_wide(dst + STEP, src + STEP);
}

static inline __attribute__((target("avx512f"))) void
copy_widest(unsigned char *dst, const unsigned char *src)
{
	_mm512_storeu_si512(dst, _mm512_loadu_si512(src));
}
#endif

_Static_assert(sizeof(struct key) == STEP && FIELD_PAD % STEP == 0,
    "keys and values are copied so");

/*
 * Fields that are ready, by their bits, up to one that has no room before end;
 * *bits are those that are left.
 */
SLICE_INLINE unsigned char *
put_ready(unsigned char *at, const unsigned char *end, const struct slice *v,
    const struct key *k, uint64_t *bits,
    void (*copy)(unsigned char *, const unsigned char *),
    void (*copy_value)(unsigned char *, const unsigned char *), size_t step)
{
	const uintptr_t limit = (uintptr_t)end - FIELD_EXTRA;
	uint64_t left = *bits;

	if ((size_t)(end - at) < FIELD_EXTRA)
		return at;
	do {
		unsigned int i = (unsigned int)__builtin_ctzll(left);
		struct slice s = v[i];
		size_t n = 0;

		if (__builtin_expect((uintptr_t)at + s.len > limit, 0))
			break;
		copy(at, k[i].text);
		at += k[i].len;
		do {
			copy_value(at + n, s.ptr + n);
		} while (__builtin_expect((n += step) < s.len, 0));
		at += s.len;
		*at = '"';	/* written over if it is not wanted */
		at += k[i].quote;
		left &= left - 1;
	} while (left != 0);
	*bits = left;
	return at;
}

/* All fields in table order; nearly all of them are ready. */
SLICE_INLINE bool
put_all(struct rec_text *t, const struct rec *r,
    void (*copy)(unsigned char *, const unsigned char *),
    void (*copy_value)(unsigned char *, const unsigned char *), size_t step)
{
	unsigned char *at = t->at;

	for (size_t w = 0; w < REC_WORDS; w++) {
		const struct slice *v = r->v + w * 64;
		const struct key *k = key + w * 64;
		uint64_t bits = r->set[w];

		while (bits != 0) {
			uint64_t other = bits & ~r->ready[w], first;
			size_t i;

			/* Those before the first that is not. */
			first = bits & (other == 0 ? UINT64_MAX :
			    (other & -other) - 1);
			bits &= ~first;
			if (first != 0)
				at = put_ready(at, t->end, v, k, &first, copy,
				    copy_value, step);
			bits |= first;
			if (bits == 0)
				break;
			i = (size_t)__builtin_ctzll(bits);
			at = put_field(t, at, &k[i], v[i], first != 0);
			if (at == NULL)
				return false;
			bits &= bits - 1;
		}
	}
	t->at = at;
	return true;
}

static bool
put_narrow(struct rec_text *t, const struct rec *r)
{
	return put_all(t, r, copy_narrow, copy_narrow, STEP);
}

#if defined(__x86_64__)
static __attribute__((target("avx2,bmi"))) bool
put_wide(struct rec_text *t, const struct rec *r)
{
	return put_all(t, r, copy_wide, copy_twice, 2 * STEP);
}

static __attribute__((target("avx2,bmi,avx512f"))) bool
put_widest(struct rec_text *t, const struct rec *r)
{
	return put_all(t, r, copy_wide, copy_widest, 2 * STEP);
}
#endif

/* By what the processor has. */
static bool
put_fields(struct rec_text *t, const struct rec *r)
{
#if defined(__x86_64__)
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"))
		return __builtin_cpu_supports("avx512f") ? put_widest(t, r) :
		    put_wide(t, r);
#endif
	return put_narrow(t, r);
}

static bool
put_columns(struct rec_text *t, const struct rec *r, const enum field *column,
    size_t n)
{
	unsigned char *at = t->at;

	for (size_t i = 0; i < n; i++) {
		if (!rec_has(r, column[i]))
			continue;
		at = put_field(t, at, &key[column[i]], r->v[column[i]],
		    rec_is_ready(r, column[i]));
		if (at == NULL)
			return false;
	}
	t->at = at;
	return true;
}

bool
rec_json_columns(struct buf *b, const struct rec *r, const enum field *column,
    size_t ncolumn, struct slice tail)
{
	struct rec_text t;
	size_t start = b->len;

	rec_text_begin(&t, b);
	if (!(ncolumn != 0 ? put_columns(&t, r, column, ncolumn) :
	    put_fields(&t, r)) ||
	    !rec_text_room(&t, tail.len + 2))
		return false;
	if (t.at == b->ptr + start)
		*t.at++ = '{';
	b->ptr[start] = '{';	/* over the comma of the first key */
	*t.at++ = '}';
	for (size_t i = 0; i < tail.len; i++)
		*t.at++ = tail.ptr[i];
	rec_text_end(&t);
	return true;
}

bool
rec_json(struct buf *b, const struct rec *r)
{
	return rec_json_columns(b, r, NULL, 0, slice_of(NULL, 0));
}

bool
rec_json_escape(struct buf *b, struct slice s)
{
	struct rec_text t;

	rec_text_begin(&t, b);
	if (!rec_text_put(&t, s, REC_ESCAPE_JSON))
		return false;
	rec_text_end(&t);
	return true;
}
