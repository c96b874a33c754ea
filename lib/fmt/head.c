#include "fmt/head.h"

#include "base/banned.h"

#define WORD	8	/* bytes that are looked at together */

static uint64_t writers;	/* numbers given, in whatever table */

/* The length up to the first bracket, or 0. */
static inline size_t
length(struct slice s)
{
	size_t max = s.len < HEAD_MAX ? s.len : HEAD_MAX;
	size_t n = slice_near(slice_of(s.ptr, max), 0, '[') + 1;

	return n < WORD || n > max ? 0 : n;
}

/*
 * The place of n bytes, by their beginning, middle and end; its neighbour is
 * the second choice.
 */
static inline size_t
place(const unsigned char *p, size_t n)
{
	uint64_t a = slice_word(p, WORD);
	uint64_t b = slice_word(p + (n - WORD) / 2, WORD);
	uint64_t c = slice_word(p + n - WORD, WORD);

	/* One product: the line waits for it. */
	b = b << 23 | b >> 41;
	c = c << 43 | c >> 21;
	return (size_t)((a ^ b ^ c) * UINT64_C(0x9e3779b97f4a7c15) >> 48) %
	    HEAD_N;
}

static inline bool
is(const struct head *h, const unsigned char *p, size_t n)
{
	if (h->len != n)
		return false;
	/* Most have 16 to 32 bytes: two halves, which may overlap. */
	if (n - 2 * WORD <= 2 * WORD)
		return slice_same(h->bytes, p, 2 * WORD) &&
		    slice_same(h->bytes + n - 2 * WORD, p + n - 2 * WORD,
		    2 * WORD);
	for (size_t i = 0; i + WORD < n; i += WORD)
		if (slice_word(h->bytes + i, WORD) != slice_word(p + i, WORD))
			return false;
	return slice_word(h->bytes + n - WORD, WORD) == slice_word(p + n - WORD, WORD);
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

/* What its lines have in common. */
static void
set_values(struct head *h)
{
	const struct postfix_tag *t = &h->postfix;

	h->value[0] = h->host;
	h->value[F_INSTANCE - F_HOST] = t->instance;
	h->value[F_SERVICE - F_HOST] = t->service;
	h->value[F_DAEMON - F_HOST] = daemon_name[t->daemon];
	h->set = UINT64_C(1) << F_INSTANCE;
	if (h->host.len > 0)
		h->set |= UINT64_C(1) << F_HOST;
	if (t->service.len > 0)
		h->set |= UINT64_C(1) << F_SERVICE;
	if (t->daemon != DM_NONE)
		h->set |= UINT64_C(1) << F_DAEMON;
}

void
head_keep(struct head *table, struct slice s, struct slice host,
    struct slice tag)
{
	size_t n = length(s), i;
	struct head *h;

	if (n == 0 || host.ptr != s.ptr || host.len + tag.len + 2 != n ||
	    slice_near(tag, 0, ':') < tag.len)
		return;
	i = place(s.ptr, n);
	h = table[i].len == 0 || table[i ^ 1].len != 0 ? &table[i] :
	    &table[i ^ 1];
	memcpy(h->bytes, s.ptr, n);
	h->len = n;
	h->writer = ++writers;
	h->host = slice_of(h->bytes, host.len);
	h->tag = slice_of(h->bytes + host.len + 1, tag.len);
	postfix_tag(h->tag, false, &h->postfix);
	set_values(h);
}
