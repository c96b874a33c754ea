#include "track/journal.h"

#include "base/mem.h"

#include "base/banned.h"

#define FIRST		384	/* bytes of a new journal */
#define SPARE_MAX	65536	/* journals kept for reuse */
#define SPARE_CAP	2048	/* larger ones are freed */
#define LIMIT		(UINT32_MAX / 2)
/* Above the keys: what an entry is. */
#define TAG_LONG	0xfc	/* a fact with a long value */
#define TAG_MARK	0xfd
#define TAG_BLOCK	0xfe

_Static_assert(FIELD_N < TAG_LONG, "a key must fit one byte");

void
journal_pool_free(struct journal_pool *p)
{
	for (size_t i = 0; i < p->n; i++)
		mem_free(p->spare[i].ptr);
	mem_free(p->spare);
	*p = (struct journal_pool){ .n = 0 };
}

void
journal_drop(struct journal_pool *p, struct journal *j)
{
	if (j->ptr == NULL)
		return;
	if (p->n == p->cap && p->cap < SPARE_MAX) {
		size_t cap = p->cap == 0 ? 64 : p->cap * 2;

		p->spare = mem_grow(p->spare, p->cap, cap, sizeof(*p->spare));
		p->cap = cap;
	}
	if (p->n < p->cap && j->cap <= SPARE_CAP)
		p->spare[p->n++] = *j;
	else
		mem_free(j->ptr);
	*j = (struct journal){ .ptr = NULL };
}

/* Make room for n more bytes. */
static bool
grow(struct journal_pool *p, struct journal *j, size_t n)
{
	uint32_t cap;

	if (n > LIMIT - j->len)
		return false;
	if (j->ptr == NULL && p->n > 0) {
		*j = p->spare[--p->n];
		j->len = 0;
		if (n <= j->cap)
			return true;
	}
	cap = j->cap == 0 ? FIRST : j->cap;
	while (cap - j->len < n)
		cap += cap < 2048 ? 256 : cap / 2;
	j->ptr = mem_grow(j->ptr, cap, cap, 1);
	j->cap = cap;
	return true;
}

static inline bool
reserve(struct journal_pool *p, struct journal *j, size_t n)
{
	return n <= j->cap - j->len || grow(p, j, n);
}

/* Bytes that a value needs with its key, at most. */
static inline size_t
fact_size(struct slice v)
{
	return v.len + 6;
}

/* One fact: key, length, bytes. */
static inline void
put_fact(struct journal *j, enum field f, struct slice v)
{
	unsigned char *at = j->ptr + j->len;
	uint16_t n = (uint16_t)v.len;
	uint32_t big = (uint32_t)v.len;

	if (v.len <= UINT16_MAX) {
		at[0] = (unsigned char)f;
		memcpy(at + 1, &n, sizeof(n));
		at += 3;
	} else {
		at[0] = TAG_LONG;
		at[1] = (unsigned char)f;
		memcpy(at + 2, &big, sizeof(big));
		at += 6;
	}
	if (v.len > 0)
		memcpy(at, v.ptr, v.len);
	j->len = (uint32_t)(at - j->ptr) + big;
}

/* Read the fact at p; the bytes it takes. */
static inline size_t
get_fact(const unsigned char *p, enum field *f, struct slice *v)
{
	uint16_t n;
	uint32_t big;

	if (p[0] != TAG_LONG) {
		*f = (enum field)p[0];
		memcpy(&n, p + 1, sizeof(n));
		*v = slice_of(p + 3, n);
		return 3 + (size_t)n;
	}
	*f = (enum field)p[1];
	memcpy(&big, p + 2, sizeof(big));
	*v = slice_of(p + 6, big);
	return 6 + (size_t)big;
}

bool
journal_fact(struct journal_pool *p, struct journal *j, enum field f,
    struct slice v)
{
	if (v.len > LIMIT / 2 || !reserve(p, j, fact_size(v)))
		return false;
	put_fact(j, f, v);
	return true;
}

bool
journal_mark(struct journal_pool *p, struct journal *j, const void *mark)
{
	if (!reserve(p, j, 1 + JOURNAL_MARK_LEN))
		return false;
	j->ptr[j->len] = TAG_MARK;
	memcpy(j->ptr + j->len + 1, mark, JOURNAL_MARK_LEN);
	j->len += 1 + JOURNAL_MARK_LEN;
	return true;
}

bool
journal_block(struct journal_pool *p, struct journal *j, struct slice head,
    const struct rec *r, const enum field *keys, size_t nkeys)
{
	size_t need = 9 + head.len;
	uint32_t start, n[2];

	for (size_t i = 0; i < nkeys; i++)
		if (rec_has(r, keys[i]))
			need += fact_size(r->v[keys[i]]);
	if (need > LIMIT / 2 || !reserve(p, j, need))
		return false;
	start = j->len;
	j->ptr[start] = TAG_BLOCK;
	j->len += 9;
	memcpy(j->ptr + j->len, head.ptr, head.len);
	j->len += (uint32_t)head.len;
	for (size_t i = 0; i < nkeys; i++)
		if (rec_has(r, keys[i]))
			put_fact(j, keys[i], r->v[keys[i]]);
	n[0] = (uint32_t)head.len;
	n[1] = j->len - start - 9 - n[0];
	memcpy(j->ptr + start + 1, n, sizeof(n));
	return true;
}

enum journal_kind
journal_next(const struct journal *j, uint32_t *pos, struct journal_entry *e)
{
	const unsigned char *p;
	uint32_t n[2];

	if (*pos >= j->len)
		return JOURNAL_END;
	p = j->ptr + *pos;
	if (p[0] == TAG_MARK) {
		e->head = slice_of(p + 1, JOURNAL_MARK_LEN);
		*pos += 1 + JOURNAL_MARK_LEN;
		return e->kind = JOURNAL_MARK;
	}
	if (p[0] == TAG_BLOCK) {
		memcpy(n, p + 1, sizeof(n));
		e->head = slice_of(p + 9, n[0]);
		e->facts = slice_of(p + 9 + n[0], n[1]);
		*pos += 9 + n[0] + n[1];
		return e->kind = JOURNAL_BLOCK;
	}
	*pos += (uint32_t)get_fact(p, &e->field, &e->value);
	return e->kind = JOURNAL_FACT;
}

void
journal_facts(struct slice s, struct rec *r)
{
	const unsigned char *p = s.ptr, *end = s.ptr + s.len;
	enum field f;
	struct slice v;

	while (p < end) {
		p += get_fact(p, &f, &v);
		rec_set(r, f, v);
	}
}
