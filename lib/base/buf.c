#include "base/buf.h"

#include "base/mem.h"
#include "base/num.h"

void
buf_init(struct buf *b, size_t limit)
{
	*b = (struct buf){ .limit = limit };
}

void
buf_free(struct buf *b)
{
	mem_free(b->ptr);
	*b = (struct buf){ .limit = b->limit };
}

bool
buf_reserve(struct buf *b, size_t n)
{
	size_t cap;

	if (n <= b->cap - b->len)
		return true;
	if (n > b->limit - b->len || b->len > b->limit)
		return false;
	cap = b->cap < 256 ? 256 : b->cap;
	while (cap - b->len < n)
		cap = cap > b->limit / 2 ? b->limit : cap * 2;
	b->ptr = mem_grow(b->ptr, b->cap, cap, 1);
	b->cap = cap;
	return true;
}

bool
buf_add(struct buf *b, struct slice s)
{
	if (!buf_reserve(b, s.len))
		return false;
	if (s.len > 0)
		memcpy(b->ptr + b->len, s.ptr, s.len);
	b->len += s.len;
	return true;
}

bool
buf_addc(struct buf *b, unsigned char c)
{
	if (!buf_reserve(b, 1))
		return false;
	b->ptr[b->len++] = c;
	return true;
}

bool
buf_addu(struct buf *b, uint64_t v)
{
	unsigned char text[NUM_MAX];

	return buf_add(b, slice_of(text, num_u64(text, v)));
}
