#include "report/mailcode.h"

#include "base/utf8.h"

#include "base/banned.h"

#define LINE		76	/* of an encoded body, RFC 2045 6.7 and 6.8 */
#define HEADER		78	/* of a header line, RFC 5322 2.1.1 */
#define WORD		39	/* bytes in an encoded word, which makes 64 */

/* Must the byte at pos of a line be written as =XX? */
static bool
is_quoted(struct slice s, size_t pos, size_t column)
{
	unsigned char c = s.ptr[pos];
	bool last = pos + 1 == s.len || s.ptr[pos + 1] == '\n';

	if (c == ' ' || c == '\t')
		return last;
	if (c < '!' || c > '~' || c == '=')
		return true;
	return column == 0 && (c == '.' ||
	    slice_starts(slice_from(s, pos), SLICE("From ")));
}

static bool
put_quoted(struct buf *b, unsigned char c)
{
	static const unsigned char hex[] = "0123456789ABCDEF";
	unsigned char text[3] = { '=', hex[c >> 4], hex[c & 15] };

	return buf_add(b, slice_of(text, sizeof(text)));
}

bool
mailcode_quoted(struct buf *b, struct slice s)
{
	size_t column = 0;
	bool ok = true;

	for (size_t i = 0; ok && i < s.len; i++) {
		bool quoted;
		size_t n;

		if (s.ptr[i] == '\n') {
			ok = buf_addc(b, '\n');
			column = 0;
			continue;
		}
		quoted = is_quoted(s, i, column);
		n = quoted ? 3 : 1;
		if (column + n >= LINE) {	/* room for the last = */
			ok = buf_add(b, SLICE("=\n"));
			column = 0;
			quoted = quoted || is_quoted(s, i, 0);
			n = quoted ? 3 : 1;
		}
		ok = ok && (quoted ? put_quoted(b, s.ptr[i]) :
		    buf_addc(b, s.ptr[i]));
		column += n;
	}
	return ok;
}

/* Four characters for one to three bytes. */
static bool
put_group(struct buf *b, struct slice s)
{
	static const unsigned char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned char c[3] = { 0 }, text[4];

	memcpy(c, s.ptr, s.len);
	text[0] = digit[c[0] >> 2];
	text[1] = digit[(c[0] & 3) << 4 | c[1] >> 4];
	text[2] = s.len < 2 ? '=' : digit[(c[1] & 15) << 2 | c[2] >> 6];
	text[3] = s.len < 3 ? '=' : digit[c[2] & 63];
	return buf_add(b, slice_of(text, sizeof(text)));
}

bool
mailcode_base64(struct buf *b, struct slice s)
{
	size_t column = 0;
	bool ok = true;

	for (size_t i = 0; ok && i < s.len; i += 3) {
		if (column == LINE) {
			ok = buf_addc(b, '\n');
			column = 0;
		}
		ok = ok && put_group(b, slice_sub(s, i, 3));
		column += 4;
	}
	return ok && (s.len == 0 || buf_addc(b, '\n'));
}

/* Can it stand in a header as it is? */
static bool
is_plain(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < ' ' || s.ptr[i] > '~')
			return false;
	/* Blanks at an end, or two in a row, may not survive. */
	return slice_find(s, SLICE("=?")) == SLICE_NONE &&
	    slice_find(s, SLICE("  ")) == SLICE_NONE && s.len > 0 &&
	    s.ptr[0] != ' ' && s.ptr[s.len - 1] != ' ';
}

/* Words that fit, folded at blanks that stay; false if one is too long. */
static bool
put_folded(struct buf *b, struct slice s, size_t column)
{
	size_t begin = b->len;

	for (size_t pos = 0; pos < s.len;) {
		size_t n = slice_chr(slice_from(s, pos + 1), ' ');

		n = n == SLICE_NONE ? s.len - pos : n + 1;
		if (column + n > HEADER && pos > 0) {
			(void)buf_addc(b, '\n');
			column = 0;
		}
		column += n;
		if (column > HEADER || !buf_add(b, slice_sub(s, pos, n))) {
			b->len = begin;
			return false;
		}
		pos += n;
	}
	return true;
}

/* As many whole characters as an encoded word takes. */
static struct slice
word_of(struct slice s)
{
	uint32_t cp;
	size_t n = 0;

	while (n < s.len) {
		size_t one = utf8_next(slice_from(s, n), &cp);

		if (n + one > WORD)
			break;
		n += one;
	}
	return slice_sub(s, 0, n);
}

bool
mailcode_header(struct buf *b, struct slice s, size_t column)
{
	bool ok = true;

	if (is_plain(s) && put_folded(b, s, column))
		return true;
	for (size_t pos = 0; ok && pos < s.len;) {
		struct slice word = word_of(slice_from(s, pos));

		ok = buf_add(b, pos == 0 ? SLICE("=?utf-8?B?") :
		    SLICE("\n =?utf-8?B?"));
		for (size_t i = 0; ok && i < word.len; i += 3)
			ok = put_group(b, slice_sub(word, i, 3));
		ok = ok && buf_add(b, SLICE("?="));
		pos += word.len;
	}
	return ok;
}
