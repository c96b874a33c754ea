#include "io/srcpath.h"

#define PATH_LIMIT	(SRCPATH_MAX * 16)

void
srcpath_init(struct buf *b)
{
	buf_init(b, PATH_LIMIT);
}

static void
add_name(struct buf *b, struct slice name)
{
	static const char digits[] = "0123456789ABCDEF";

	name = slice_sub(name, 0, SRCPATH_MAX);
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = name.ptr[i];

		if (c >= ' ' && c != 0x7f && c != '!' && c != '@' && c != '%') {
			buf_addc(b, c);
			continue;
		}
		buf_addc(b, '%');
		buf_addc(b, (unsigned char)digits[c >> 4]);
		buf_addc(b, (unsigned char)digits[c & 15]);
	}
}

void
srcpath_file(struct buf *b, struct slice name)
{
	b->len = 0;
	add_name(b, name);
}

void
srcpath_data(struct buf *b, struct slice file, uint64_t off, struct slice word)
{
	b->len = 0;
	buf_add(b, file);
	buf_addc(b, '@');
	buf_addu(b, off);
	buf_addc(b, '-');
	for (size_t i = 0; i < word.len; i++) {
		unsigned char c = word.ptr[i];

		if (ascii_lower(c))
			c = (unsigned char)(c - 'a' + 'A');
		buf_addc(b, c);
	}
}

void
srcpath_bit(struct buf *b, struct slice file, uint64_t bit, struct slice word)
{
	b->len = 0;
	buf_add(b, file);
	buf_addc(b, '@');
	buf_addu(b, bit / 8);
	buf_addc(b, '.');
	buf_addu(b, bit % 8);
	buf_addc(b, '-');
	buf_add(b, word);
}

void
srcpath_member(struct buf *b, struct slice file, struct slice name)
{
	b->len = 0;
	buf_add(b, file);
	buf_addc(b, '!');
	add_name(b, name);
}

struct slice
srcpath_outer(struct slice path)
{
	size_t n = 0;

	while (n < path.len && path.ptr[n] != '@' && path.ptr[n] != '!')
		n++;
	return slice_sub(path, 0, n);
}

void
srcpath_decode(struct buf *b, struct slice s)
{
	b->len = 0;
	for (size_t i = 0; i < s.len; i++) {
		unsigned int v = 0;
		size_t k;

		for (k = 1; s.ptr[i] == '%' && k <= 2 && i + k < s.len; k++) {
			unsigned char c = s.ptr[i + k];

			if (ascii_digit(c))
				v = v * 16 + (unsigned int)(c - '0');
			else if (c >= 'A' && c <= 'F')
				v = v * 16 + (unsigned int)(c - 'A' + 10);
			else if (c >= 'a' && c <= 'f')
				v = v * 16 + (unsigned int)(c - 'a' + 10);
			else
				break;
		}
		if (k == 3) {
			(void)buf_addc(b, (unsigned char)v);
			i += 2;
		} else
			(void)buf_addc(b, s.ptr[i]);
	}
}
