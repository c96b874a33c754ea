#include "rec/rec_text.h"

#include "base/banned.h"

/* The longest escape: a surrogate pair. */
#define ESCAPE	12

void
rec_text_begin(struct rec_text *t, struct buf *b)
{
	*t = (struct rec_text){ .buf = b };
	if (b->ptr == NULL)
		return;
	t->at = b->ptr + b->len;
	t->end = b->ptr + b->cap;
}

void
rec_text_end(struct rec_text *t)
{
	t->buf->len = (size_t)(t->at - t->buf->ptr);
}

bool
rec_text_grow(struct rec_text *t, size_t n)
{
	struct buf *b = t->buf;
	size_t start = b->len, len = b->ptr == NULL ? 0 :
	    (size_t)(t->at - b->ptr);
	bool ok;

	/* The record so far must move along, but is not in the buffer yet. */
	b->len = len;
	ok = buf_reserve(b, n);
	b->len = start;
	if (!ok)
		return false;
	t->at = b->ptr + len;
	t->end = b->ptr + b->cap;
	return true;
}

static const unsigned char hex[] = "0123456789abcdef";

static unsigned char *
put_u(unsigned char *d, uint32_t v)
{
	d[0] = '\\';
	d[1] = 'u';
	d[2] = hex[v >> 12 & 15];
	d[3] = hex[v >> 8 & 15];
	d[4] = hex[v >> 4 & 15];
	d[5] = hex[v & 15];
	return d + 6;
}

static unsigned char *
put_x(unsigned char *d, unsigned char c)
{
	d[0] = '\\';
	d[1] = 'x';
	d[2] = hex[c >> 4];
	d[3] = hex[c & 15];
	return d + 4;
}

/* The letter of a short escape, 0 if c has none. */
static unsigned char
letter(uint32_t c, enum rec_escape esc)
{
	switch (c) {
	case '\t':
		return 't';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\b':
		return esc == REC_ESCAPE_TSV ? 0 : 'b';
	case '\f':
		return esc == REC_ESCAPE_TSV ? 0 : 'f';
	case '\\':
		return esc == REC_ESCAPE_CSV ? 0 : '\\';
	case '"':
		return esc == REC_ESCAPE_JSON ? '"' : 0;
	default:
		return 0;
	}
}

/* One character that is not plain: its n bytes at s, its code cp. */
static unsigned char *
put_special(unsigned char *d, const unsigned char *s, size_t n, uint32_t cp,
    enum rec_escape esc)
{
	unsigned char c;

	if (cp == UTF8_BAD)
		return esc == REC_ESCAPE_TSV ? put_x(d, *s) :
		    put_u(d, 0xdc00U + *s);
	c = letter(cp, esc);
	if (c != 0) {
		d[0] = '\\';
		d[1] = c;
		return d + 2;
	}
	if (rec_text_is_safe(cp)) {
		for (size_t i = 0; i < n; i++)
			*d++ = s[i];
		if (cp == '"' && esc == REC_ESCAPE_CSV)
			*d++ = '"';
		return d;
	}
	if (cp < 0x80 && esc == REC_ESCAPE_TSV)
		return put_x(d, *s);
	if (cp < 0x10000)
		return put_u(d, cp);
	d = put_u(d, 0xd800 + ((cp - 0x10000) >> 10));
	return put_u(d, 0xdc00 + ((cp - 0x10000) & 0x3ff));
}

bool
rec_text_slow(struct rec_text *t, struct slice s, enum rec_escape esc)
{
	while (s.len > 0) {
		uint32_t cp;
		size_t n = utf8_next(s, &cp);

		if (!rec_text_room(t, s.len + ESCAPE + REC_TEXT_SLACK))
			return false;
		t->at = put_special(t->at, s.ptr, n, cp, esc);
		s.ptr += n;
		s.len -= n;
		n = plain_copy(t->at, s.ptr, s.len);
		t->at += n;
		s.ptr += n;
		s.len -= n;
	}
	return true;
}

/* The position behind the digits at pos. */
static size_t
skip_digits(struct slice s, size_t pos)
{
	while (pos < s.len && ascii_digit(s.ptr[pos]))
		pos++;
	return pos;
}

bool
rec_text_is_number(struct slice s)
{
	size_t pos = 0, from;

	if (s.len > 0 && s.ptr[0] == '-')
		pos++;
	from = pos;
	pos = skip_digits(s, pos);
	if (pos == from || (pos - from > 1 && s.ptr[from] == '0'))
		return false;
	if (pos < s.len && s.ptr[pos] == '.') {
		from = ++pos;
		pos = skip_digits(s, pos);
		if (pos == from)
			return false;
	}
	if (pos < s.len && (s.ptr[pos] == 'e' || s.ptr[pos] == 'E')) {
		pos++;
		if (pos < s.len && (s.ptr[pos] == '+' || s.ptr[pos] == '-'))
			pos++;
		from = pos;
		pos = skip_digits(s, pos);
		if (pos == from)
			return false;
	}
	return pos == s.len;
}

/* Four hexadecimal digits behind a 'u'. */
static bool
decode_hex(struct slice s, uint32_t *v)
{
	*v = 0;
	if (s.len < 5 || s.ptr[0] != 'u')
		return false;
	for (size_t i = 1; i < 5; i++) {
		unsigned char c = ascii_tolower(s.ptr[i]);

		if (ascii_digit(c))
			*v = *v << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			*v = *v << 4 | (uint32_t)(c - 'a' + 10);
		else
			return false;
	}
	return true;
}

size_t
rec_text_decode_u(struct slice s, unsigned char dst[4], size_t *used)
{
	uint32_t a, b;

	if (!decode_hex(s, &a))
		return 0;
	*used = 5;
	if (a >= 0xd800 && a < 0xdc00 && s.len > 6 && s.ptr[5] == '\\' &&
	    decode_hex(slice_from(s, 6), &b) && b >= 0xdc00 && b < 0xe000) {
		*used = 11;
		a = 0x10000 + ((a - 0xd800) << 10) + (b - 0xdc00);
	} else if (a >= 0xdc80 && a <= 0xdcff) {
		dst[0] = (unsigned char)(a - 0xdc00);
		return 1;
	}
	return utf8_put(dst, a);
}
