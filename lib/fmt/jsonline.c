#include "fmt/jsonline.h"

#include "base/utf8.h"

#include "base/banned.h"

#define DEPTH_MAX	64

static void
skip_blanks(struct slice *s)
{
	while (s->len > 0 && (*s->ptr == ' ' || *s->ptr == '\t' ||
	    *s->ptr == '\r' || *s->ptr == '\n')) {
		s->ptr++;
		s->len--;
	}
}

/* Take the byte c after blanks. */
static bool
take(struct slice *s, unsigned char c)
{
	skip_blanks(s);
	if (s->len == 0 || *s->ptr != c)
		return false;
	s->ptr++;
	s->len--;
	return true;
}

/* The length of the string at the start of s, with its quotes, or 0. */
static size_t
string_len(struct slice s)
{
	size_t pos = 1, n, back;

	while ((n = slice_chr(slice_from(s, pos), '"')) != SLICE_NONE) {
		pos += n;
		for (back = 0; back < n && s.ptr[pos - 1 - back] == '\\';)
			back++;
		pos++;
		if (back % 2 == 0)
			return pos;
	}
	return 0;
}

/* The length of the array or object at the start of s, or 0. */
static size_t
nested_len(struct slice s)
{
	unsigned char close[DEPTH_MAX];
	size_t depth = 0, pos = 0, n;

	while (pos < s.len) {
		switch (s.ptr[pos]) {
		case '"':
			n = string_len(slice_from(s, pos));
			if (n == 0)
				return 0;
			pos += n;
			continue;
		case '[':
		case '{':
			if (depth == DEPTH_MAX)
				return 0;
			close[depth++] = s.ptr[pos] == '[' ? ']' : '}';
			break;
		case ']':
		case '}':
			if (close[--depth] != s.ptr[pos])
				return 0;
			if (depth == 0)
				return pos + 1;
			break;
		default:
			break;
		}
		pos++;
	}
	return 0;
}

/* The length of a number or word at the start of s, or 0. */
static size_t
bare_len(struct slice s)
{
	size_t n = 0;

	while (n < s.len && (ascii_alnum(s.ptr[n]) || s.ptr[n] == '-' ||
	    s.ptr[n] == '+' || s.ptr[n] == '.'))
		n++;
	return n;
}

/* Take one value of any kind. */
static bool
take_value(struct slice *s, struct slice *value)
{
	size_t n;

	skip_blanks(s);
	if (s->len == 0)
		return false;
	if (*s->ptr == '"')
		n = string_len(*s);
	else if (*s->ptr == '[' || *s->ptr == '{')
		n = nested_len(*s);
	else
		n = bare_len(*s);
	*value = slice_sub(*s, 0, n);
	*s = slice_from(*s, n);
	return n > 0;
}

bool
jsonline_open(struct jsonline *j, struct slice line)
{
	*j = (struct jsonline){ .rest = line, .first = true };
	return take(&j->rest, '{');
}

bool
jsonline_next(struct jsonline *j, struct slice *name, struct slice *value)
{
	size_t n;

	if (j->bad)
		return false;
	if (take(&j->rest, '}')) {
		skip_blanks(&j->rest);
		j->bad = j->rest.len > 0;
		return false;
	}
	j->bad = true;
	if (!j->first && !take(&j->rest, ','))
		return false;
	j->first = false;
	skip_blanks(&j->rest);
	if (j->rest.len == 0 || *j->rest.ptr != '"')
		return false;
	n = string_len(j->rest);
	if (n == 0)
		return false;
	*name = slice_sub(j->rest, 1, n - 2);
	j->rest = slice_from(j->rest, n);
	if (!take(&j->rest, ':') || !take_value(&j->rest, value))
		return false;
	j->bad = false;
	return true;
}

/* Four hexadecimal digits at pos of s. */
static bool
hex4(struct slice s, size_t pos, uint32_t *out)
{
	uint32_t v = 0;

	if (s.len < 4 || pos > s.len - 4)
		return false;
	for (size_t i = 0; i < 4; i++) {
		unsigned char c = ascii_tolower(s.ptr[pos + i]);

		if (ascii_digit(c))
			v = v << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (uint32_t)(c - 'a' + 10);
		else
			return false;
	}
	*out = v;
	return true;
}

/* Decode the escape at the start of s, a backslash; its length, 0 if bad. */
static size_t
escape(struct slice s, struct buf *dst)
{
	static const unsigned char from[] = "\"\\/bfnrt";
	static const unsigned char to[] = "\"\\/\b\f\n\r\t";
	uint32_t cp, low;
	size_t n = 6;

	if (s.len < 2)
		return 0;
	for (size_t i = 0; i < sizeof(from) - 1; i++)
		if (s.ptr[1] == from[i]) {
			dst->ptr[dst->len++] = to[i];
			return 2;
		}
	if (s.ptr[1] != 'u' || !hex4(s, 2, &cp))
		return 0;
	if (cp >= 0xd800 && cp <= 0xdbff && s.len >= 12 && s.ptr[6] == '\\' &&
	    s.ptr[7] == 'u' && hex4(s, 8, &low) && low >= 0xdc00 &&
	    low <= 0xdfff) {
		cp = 0x10000 + ((cp & 0x3ff) << 10 | (low & 0x3ff));
		n = 12;
	}
	if (cp >= 0xdc80 && cp <= 0xdcff)
		dst->ptr[dst->len++] = (unsigned char)(cp & 0xff);
	else
		dst->len += utf8_put(dst->ptr + dst->len, cp);
	return n;
}

/* Decode the inside of a string. */
static bool
string_text(struct slice s, struct buf *dst, struct slice *out)
{
	size_t n = slice_chr(s, '\\'), start = dst->len;

	if (n == SLICE_NONE) {
		*out = s;
		return true;
	}
	for (;;) {
		if (n == SLICE_NONE)
			n = s.len;
		if (n > 0)
			memcpy(dst->ptr + dst->len, s.ptr, n);
		dst->len += n;
		s = slice_from(s, n);
		if (s.len == 0)
			break;
		n = escape(s, dst);
		if (n == 0)
			return false;
		s = slice_from(s, n);
		n = slice_chr(s, '\\');
	}
	*out = slice_of(dst->ptr + start, dst->len - start);
	return true;
}

/* Decode the byte numbers of an array, s being what follows its bracket. */
static bool
bytes_text(struct slice s, struct buf *dst, struct slice *out)
{
	size_t start = dst->len, n;
	uint64_t v;

	do {
		skip_blanks(&s);
		n = bare_len(s);
		if (!slice_u64(slice_sub(s, 0, n), 255, &v))
			return false;
		dst->ptr[dst->len++] = (unsigned char)v;
		s = slice_from(s, n);
	} while (take(&s, ','));
	*out = slice_of(dst->ptr + start, dst->len - start);
	return take(&s, ']');
}

bool
jsonline_text(struct slice value, struct buf *dst, struct slice *out)
{
	struct slice first;
	bool array = take(&value, '[');

	if (!buf_reserve(dst, value.len))
		return false;
	skip_blanks(&value);
	if (array && value.len > 0 && *value.ptr == ']') {
		*out = slice_of(value.ptr, 0);
		return true;
	}
	if (array && value.len > 0 && ascii_digit(*value.ptr))
		return bytes_text(value, dst, out);
	if (!take_value(&value, &first))
		return false;
	if (slice_eq(first, SLICE("null"))) {
		*out = slice_of(NULL, 0);
		return true;
	}
	if (*first.ptr == '"')
		return string_text(slice_sub(first, 1, first.len - 2), dst,
		    out);
	if (array && take(&first, '['))
		return bytes_text(first, dst, out);
	return false;
}
