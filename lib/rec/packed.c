#include "rec/packed.h"

#include "base/banned.h"

/* A value: the byte of its key, its length (little-endian), its bytes. */
#define HEAD	4

static size_t
value_len(const unsigned char *p)
{
	return (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 |
	    (size_t)p[3] << 24;
}

bool
packed_put(struct buf *b, const struct rec *r)
{
	enum field f;

	for (f = rec_next_field(r, 0); f != FIELD_N;
	    f = rec_next_field(r, (size_t)f + 1)) {
		struct slice v = r->v[f];
		unsigned char head[1 + HEAD];

		if (v.len > PACKED_VALUE)
			return false;
		head[0] = (unsigned char)f;
		for (unsigned int i = 0; i < HEAD; i++)
			head[1 + i] = (unsigned char)(v.len >> (8 * i) & 0xff);
		if (!buf_add(b, slice_of(head, sizeof(head))) || !buf_add(b, v))
			return false;
	}
	return true;
}

bool
packed_get(struct slice s, struct rec *r)
{
	_Static_assert(FIELD_N <= 256, "a key is one byte");

	rec_clear(r);
	while (s.len > 0) {
		size_t len;

		if (s.len < 1 + HEAD || s.ptr[0] >= FIELD_N)
			return false;
		len = value_len(s.ptr + 1);
		if (len > s.len - (1 + HEAD))
			return false;
		rec_set(r, (enum field)s.ptr[0], slice_sub(s, 1 + HEAD, len));
		s = slice_from(s, 1 + HEAD + len);
	}
	return true;
}
