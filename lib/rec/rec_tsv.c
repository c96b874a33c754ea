#include "rec/rec_tsv.h"

#include "rec/rec_text.h"

#include "base/banned.h"

bool
rec_tsv(struct buf *b, const struct rec *r, const enum field *column,
    size_t ncolumn)
{
	struct rec_text t;

	rec_text_begin(&t, b);
	for (size_t i = 0; i < ncolumn; i++) {
		if (!rec_has(r, column[i])) {
			if (!rec_text_room(&t, REC_TEXT_SLACK))
				return false;
			*t.at++ = '\\';
			*t.at++ = 'N';
		} else if (!rec_text_put(&t, r->v[column[i]], REC_ESCAPE_TSV))
			return false;
		*t.at++ = i + 1 == ncolumn ? '\n' : '\t';
	}
	rec_text_end(&t);
	return true;
}

bool
rec_tsv_header(struct buf *b, const enum field *column, size_t ncolumn,
    unsigned char sep)
{
	for (size_t i = 0; i < ncolumn; i++)
		if (!buf_add(b, field_info[column[i]].name) ||
		    !buf_addc(b, i + 1 == ncolumn ? '\n' : sep))
			return false;
	return true;
}

/* The value of a hexadecimal digit, 16 for anything else. */
static unsigned int
hex(unsigned char c)
{
	c = ascii_tolower(c);
	if (ascii_digit(c))
		return (unsigned int)(c - '0');
	return c >= 'a' && c <= 'f' ? (unsigned int)(c - 'a' + 10) : 16;
}

/* One escape; s is what follows its backslash.  Bytes used, 0: not one. */
static size_t
escape(struct slice s, unsigned char d[4], size_t *n)
{
	size_t used;

	*n = 1;
	if (s.len == 0)
		return 0;
	switch (s.ptr[0]) {
	case 't':
		d[0] = '\t';
		return 1;
	case 'n':
		d[0] = '\n';
		return 1;
	case 'r':
		d[0] = '\r';
		return 1;
	case '\\':
		d[0] = '\\';
		return 1;
	case 'x':
		if (s.len < 3 || hex(s.ptr[1]) > 15 || hex(s.ptr[2]) > 15)
			return 0;
		d[0] = (unsigned char)(hex(s.ptr[1]) << 4 | hex(s.ptr[2]));
		return 3;
	case 'u':
		*n = rec_text_decode_u(s, d, &used);
		return *n == 0 ? 0 : used;
	default:
		return 0;
	}
}

/* A value with a backslash; room for it is there.  False: a bad escape. */
static bool
decode(struct buf *b, struct slice s, struct slice *v)
{
	size_t start = b->len, pos;

	while ((pos = slice_chr(s, '\\')) != SLICE_NONE) {
		unsigned char d[4];
		size_t n, used;

		memcpy(b->ptr + b->len, s.ptr, pos);
		b->len += pos;
		used = escape(slice_from(s, pos + 1), d, &n);
		if (used == 0)
			return false;
		memcpy(b->ptr + b->len, d, n);
		b->len += n;
		s = slice_from(s, pos + 1 + used);
	}
	memcpy(b->ptr + b->len, s.ptr, s.len);
	b->len += s.len;
	*v = slice_of(b->ptr + start, b->len - start);
	return true;
}

enum rc
rec_tsv_parse(struct rec *r, const enum field *column, size_t ncolumn,
    struct slice line, struct buf *scratch, struct err *e)
{
	struct slice rest = line, v;
	size_t i = 0;
	bool more;

	rec_clear(r);
	scratch->len = 0;
	if (line.len == 0)
		rest = line = SLICE("");
	do {
		uint64_t off = (uint64_t)(rest.ptr - line.ptr);

		if (i == ncolumn)
			return err_damaged(e, off, "more values than columns");
		more = slice_cut(rest, '\t', &v, &rest);
		if (!more)
			v = rest;
		if (column[i] == FIELD_N)
			continue;
		if (slice_eq(v, SLICE("\\N"))) {
			rec_unset(r, column[i]);
			continue;
		}
		if (slice_chr(v, '\\') != SLICE_NONE) {
			/* Decoding shortens: room for the line is enough. */
			if (scratch->len == 0 &&
			    !buf_reserve(scratch, line.len + 4))
				return err_damaged(e, off, "record too large");
			if (!decode(scratch, v, &v))
				return err_damaged(e, off,
				    "bad escape in a value");
		}
		rec_set(r, column[i], v);
	} while (i++, more);
	if (i < ncolumn)
		return err_damaged(e, line.len, "fewer values than columns");
	return RC_OK;
}
