#include "rec/rec.h"
#include "rec/rec_key.h"
#include "rec/rec_text.h"

#include "base/banned.h"

struct in {
	const unsigned char	*p;	/* what comes next */
	const unsigned char	*end;
	const struct rec_keys	*keys;
	struct slice		 line;
	struct buf		*scratch;
	struct err		*err;
};

static enum rc
damaged(const struct in *in, const char *what)
{
	return err_damaged(in->err, (uint64_t)(in->p - in->line.ptr), what);
}

static inline void
skip_blank(struct in *in)
{
	while (in->p < in->end && (*in->p == ' ' || *in->p == '\t' ||
	    *in->p == '\n' || *in->p == '\r'))
		in->p++;
}

/* Skip blanks and the byte c after them. */
static inline bool
take(struct in *in, unsigned char c)
{
	if (in->p == in->end || *in->p != c) {
		skip_blank(in);
		if (in->p == in->end || *in->p != c)
			return false;
	}
	in->p++;
	return true;
}

/* The first quote, backslash or control from p on, or end. */
static inline const unsigned char *
scan(const unsigned char *p, const unsigned char *end)
{
#ifdef __SSE2__
	for (; end - p >= 16; p += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)p);
		/* max(v, 0x1f) is 0x1f for controls alone. */
		__m128i m = _mm_cmpeq_epi8(_mm_max_epu8(v,
		    _mm_set1_epi8(0x1f)), _mm_set1_epi8(0x1f));
		unsigned int bits;

		m = _mm_or_si128(m, _mm_cmpeq_epi8(v, _mm_set1_epi8('"')));
		m = _mm_or_si128(m, _mm_cmpeq_epi8(v, _mm_set1_epi8('\\')));
		bits = (unsigned int)_mm_movemask_epi8(m);
		if (bits != 0)
			return p + __builtin_ctz(bits);
	}
#else
	while (end - p >= 8) {
		const uint64_t ones = UINT64_C(0x0101010101010101);
		uint64_t x, q, b;

		memcpy(&x, p, 8);
		q = x ^ (ones * '"');
		b = x ^ (ones * '\\');
		/* May be a false alarm; the loop below looks again. */
		if (((((x - ones * 0x20) & ~x) | ((q - ones) & ~q) |
		    ((b - ones) & ~b)) & (ones << 7)) != 0)
			break;
		p += 8;
	}
#endif
	while (p < end && *p != '"' && *p != '\\' && *p >= 0x20)
		p++;
	return p;
}

/* One escape behind its backslash at p; *n bytes to d.  NULL: not one. */
static const unsigned char *
escape(const unsigned char *p, const unsigned char *end,
    unsigned char d[4], size_t *n)
{
	static const unsigned char from[] = "\"\\/bfnrt";
	static const unsigned char to[] = "\"\\/\b\f\n\r\t";
	size_t used;

	if (p == end)
		return NULL;
	if (*p == 'u') {
		*n = rec_text_decode_u(slice_of(p, (size_t)(end - p)), d,
		    &used);
		return *n == 0 ? NULL : p + used;
	}
	for (size_t i = 0; i < sizeof(from) - 1; i++)
		if (*p == from[i]) {
			*d = to[i];
			*n = 1;
			return p + 1;
		}
	return NULL;
}

/*
 * The rest of a string, from its first backslash on; what stood before it
 * starts at `from`.  Decoding shortens, so that room for the line is room
 * for all, and earlier values do not move.
 */
static enum rc
decode(struct in *in, const unsigned char *from, struct slice *v)
{
	struct buf *b = in->scratch;
	const unsigned char *q = in->p;
	size_t start = b->len;

	if (b->len == 0 && !buf_reserve(b, in->line.len + 4))
		return damaged(in, "record too large");
	for (;;) {
		unsigned char d[4];
		size_t n;

		memcpy(b->ptr + b->len, from, (size_t)(q - from));
		b->len += (size_t)(q - from);
		in->p = q;
		if (q == in->end)
			return damaged(in, "string without end");
		if (*q == '"')
			break;
		if (*q != '\\')
			return damaged(in, "control byte in a string");
		from = escape(q + 1, in->end, d, &n);
		if (from == NULL)
			return damaged(in, "bad escape in a string");
		memcpy(b->ptr + b->len, d, n);
		b->len += n;
		q = scan(from, in->end);
	}
	in->p++;
	*v = slice_of(b->ptr + start, b->len - start);
	return RC_OK;
}

/* A string behind its first quote. */
static inline enum rc
string(struct in *in, struct slice *v)
{
	const unsigned char *from = in->p, *q = scan(from, in->end);

	in->p = q;
	if (__builtin_expect(q != in->end && *q == '"', 1)) {
		*v = slice_of(from, (size_t)(q - from));
		in->p++;
		return RC_OK;
	}
	return decode(in, from, v);
}

/* A key behind its first quote, any way that JSON allows to write it. */
static enum rc
slow_key(struct in *in, enum field *f)
{
	struct slice name = { .ptr = NULL };
	enum rc rc = string(in, &name);

	if (rc == RC_OK)
		*f = rec_key_find(in->keys, name);
	return rc;
}

static inline enum rc
get_key(struct in *in, enum field *f)
{
#ifdef __SSE2__
	if (in->end - in->p >= 16) {
		static const uint64_t ones = UINT64_MAX;
		__m128i v = _mm_loadu_si128((const __m128i *)in->p);
		unsigned int bits = (unsigned int)_mm_movemask_epi8(
		    _mm_cmpeq_epi8(v, _mm_set1_epi8('"')));

		if (bits > 1) {
			unsigned int n = (unsigned int)__builtin_ctz(bits);
			uint64_t lo, hi;

			memcpy(&lo, in->p, 8);
			memcpy(&hi, in->p + 8, 8);
			if (n < 8) {
				lo &= ~(ones << 8 * n);
				hi = 0;
			} else
				hi &= ~(ones << 8 * (n - 8));
			*f = rec_key_lookup(in->keys, lo, hi, n);
			if (*f != FIELD_N) {
				in->p += n + 1;
				return RC_OK;
			}
		}
	}
#endif
	return slow_key(in, f);
}

/* A number that begins at p; *v is its text. */
static bool
number(struct in *in, struct slice *v)
{
	const unsigned char *q = in->p;

	while (q < in->end && (ascii_digit(*q) || *q == '-' || *q == '+' ||
	    *q == '.' || *q == 'e' || *q == 'E'))
		q++;
	*v = slice_of(in->p, (size_t)(q - in->p));
	if (!rec_text_is_number(*v))
		return false;
	in->p = q;
	return true;
}

/* The literal at p. */
static bool
literal(struct in *in, struct slice word, struct slice *v)
{
	struct slice rest = slice_of(in->p, (size_t)(in->end - in->p));

	if (!slice_starts(rest, word))
		return false;
	*v = slice_sub(rest, 0, word.len);
	in->p += word.len;
	return true;
}

/* A value that is no string: RC_OK with v absent for null. */
static enum rc
bare(struct in *in, enum field f, struct slice *v)
{
	unsigned char c = in->p == in->end ? 0 : *in->p;
	enum field_type type = f == FIELD_N ? FIELD_STR : field_info[f].type;

	if (c == '{' || c == '[')
		return damaged(in, "nested value in a record");
	if (c == '-' || ascii_digit(c)) {
		if (type == FIELD_BOOL)
			return damaged(in, "number where a boolean belongs");
		if (!number(in, v))
			return damaged(in, "bad number");
		return RC_OK;
	}
	if (c == 'n' && literal(in, SLICE("null"), v)) {
		*v = slice_of(NULL, 0);
		return RC_OK;
	}
	if (c == 't' || c == 'f') {
		if (type == FIELD_NUM)
			return damaged(in, "boolean where a number belongs");
		if (literal(in, SLICE("true"), v) ||
		    literal(in, SLICE("false"), v))
			return RC_OK;
	}
	return damaged(in, "bad value in a record");
}

/* One "key":value. */
static inline enum rc
member(struct in *in, struct rec *r)
{
	struct slice v;
	enum field f;
	enum rc rc;

	if (!take(in, '"'))
		return damaged(in, "no key where one belongs");
	rc = get_key(in, &f);
	if (rc != RC_OK)
		return rc;
	if (!take(in, ':'))
		return damaged(in, "key without a value");
	rc = take(in, '"') ? string(in, &v) : bare(in, f, &v);
	if (rc != RC_OK || f == FIELD_N)
		return rc;
	if (v.ptr == NULL)
		rec_unset(r, f);
	else
		rec_set(r, f, v);
	return RC_OK;
}

enum rc
rec_parse_json(struct rec *r, struct slice line, struct buf *scratch,
    struct err *e)
{
	struct in in = { .p = line.ptr, .end = line.ptr, .keys = rec_keys(),
	    .line = line, .scratch = scratch, .err = e };

	rec_clear(r);
	scratch->len = 0;
	if (line.len > 0)
		in.end += line.len;
	if (!take(&in, '{'))
		return damaged(&in, "not a JSON object");
	if (!take(&in, '}')) {
		do {
			enum rc rc = member(&in, r);

			if (rc != RC_OK)
				return rc;
		} while (take(&in, ','));
		if (!take(&in, '}'))
			return damaged(&in, "object without end");
	}
	skip_blank(&in);
	if (in.p != in.end)
		return damaged(&in, "text after the object");
	return RC_OK;
}
