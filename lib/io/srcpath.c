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
srcpath_member(struct buf *b, struct slice file, struct slice name)
{
	b->len = 0;
	buf_add(b, file);
	buf_addc(b, '!');
	add_name(b, name);
}
