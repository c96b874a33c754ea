#include "fmt/head.h"

#include "base/banned.h"

#define WORD	8	/* bytes compared at a time */

static inline uint64_t
word_at(const unsigned char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* The length up to the first colon and a blank; 0 if it is not usual. */
static inline size_t
length(struct slice s)
{
	size_t n = slice_any(slice_sub(s, 0, HEAD_MAX), ':', ':', ':') + 2;

	return n <= WORD + 2 || n > HEAD_MAX || n > s.len ||
	    s.ptr[n - 1] != ' ' ? 0 : n;
}

/* The place of n bytes, by tag and pid at their end. */
static inline size_t
place(const unsigned char *p, size_t n)
{
	uint64_t v = word_at(p + n - 2 - WORD);

	return (size_t)(v * UINT64_C(0x9e3779b97f4a7c15) >> 32) % HEAD_N;
}

/* Are n bytes the same, of which there are more than WORD? */
static inline bool
same(const unsigned char *a, const unsigned char *b, size_t n)
{
	for (size_t i = 0; i + WORD < n; i += WORD)
		if (word_at(a + i) != word_at(b + i))
			return false;
	return word_at(a + n - WORD) == word_at(b + n - WORD);
}

const struct head *
head_find(const struct head *table, struct slice s)
{
	const struct head *h;
	size_t n = length(s);

	if (n == 0)
		return NULL;
	h = &table[place(s.ptr, n)];
	return h->len == n && same(h->bytes, s.ptr, n) ? h : NULL;
}

/* The same bytes in the copy of s. */
static struct slice
copied(const struct head *h, struct slice s, struct slice part)
{
	return slice_of(h->bytes + (part.ptr - s.ptr), part.len);
}

const struct head *
head_keep(struct head *table, struct slice s, struct slice text,
    struct slice host, struct slice tag, struct slice pid)
{
	size_t n = length(s);
	struct head *h;
	uint64_t v = 0;

	if (n == 0 || text.ptr != s.ptr + n || host.len == 0 ||
	    tag.len == 0 || pid.len == 0)
		return NULL;
	h = &table[place(s.ptr, n)];
	memcpy(h->bytes, s.ptr, n);
	h->len = n;
	h->host = copied(h, s, host);
	h->tag = copied(h, s, tag);
	h->pid = copied(h, s, pid);
	h->has_number = slice_u64(pid, UINT32_MAX, &v);
	h->number = (uint32_t)v;
	postfix_tag(h->tag, false, &h->postfix);
	return h;
}
