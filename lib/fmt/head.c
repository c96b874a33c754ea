#include "fmt/head.h"

#include "base/banned.h"

#define WORD	8	/* bytes that are looked at together */

static inline uint64_t
word_at(const unsigned char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* The length up to the first bracket, or 0. */
static inline size_t
length(struct slice s)
{
	size_t max = s.len < HEAD_MAX ? s.len : HEAD_MAX;
	size_t n = slice_any(slice_of(s.ptr, max), '[', '[', '[') + 1;

	return n < WORD || n > max ? 0 : n;
}

/* The place of n bytes; its neighbour is the second choice. */
static inline size_t
place(const unsigned char *p, size_t n)
{
	uint64_t h = word_at(p + n - WORD);

	for (size_t i = 0; i + WORD < n; i += WORD)
		h = (h ^ word_at(p + i)) * UINT64_C(0x9e3779b97f4a7c15);
	return (size_t)(h >> 32) % HEAD_N;
}

static inline bool
is(const struct head *h, const unsigned char *p, size_t n)
{
	if (h->len != n)
		return false;
	for (size_t i = 0; i + WORD < n; i += WORD)
		if (word_at(h->bytes + i) != word_at(p + i))
			return false;
	return word_at(h->bytes + n - WORD) == word_at(p + n - WORD);
}

const struct head *
head_find(const struct head *table, struct slice s)
{
	size_t n = length(s), i;

	if (n == 0)
		return NULL;
	i = place(s.ptr, n);
	if (is(&table[i], s.ptr, n))
		return &table[i];
	return is(&table[i ^ 1], s.ptr, n) ? &table[i ^ 1] : NULL;
}

void
head_keep(struct head *table, struct slice s, struct slice host,
    struct slice tag)
{
	size_t n = length(s), i;
	struct head *h;

	if (n == 0 || host.ptr != s.ptr || host.len + tag.len + 2 != n ||
	    slice_any(tag, ':', ':', ':') < tag.len)
		return;
	i = place(s.ptr, n);
	h = table[i].len == 0 || table[i ^ 1].len != 0 ? &table[i] :
	    &table[i ^ 1];
	memcpy(h->bytes, s.ptr, n);
	h->len = n;
	h->host = slice_of(h->bytes, host.len);
	h->tag = slice_of(h->bytes + host.len + 1, tag.len);
	postfix_tag(h->tag, false, &h->postfix);
}
