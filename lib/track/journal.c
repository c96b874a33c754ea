#include "track/journal.h"

#include "base/mem.h"

#define FIRST		512	/* bytes of a new journal */
#define SPARE_MAX	4096	/* journals kept for reuse */
#define SPARE_CAP	2048	/* larger ones are freed */
#define LIMIT		(UINT32_MAX / 2)
#define TAG_BLOCK	0xff	/* no key has this number */

_Static_assert(FIELD_N < TAG_BLOCK, "a key must fit one byte");

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

/* Room for n more bytes. */
static bool
reserve(struct journal_pool *p, struct journal *j, size_t n)
{
	uint32_t cap;

	if (n <= j->cap - j->len)
		return true;
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
		cap += cap / 2;
	j->ptr = mem_grow(j->ptr, cap, cap, 1);
	j->cap = cap;
	return true;
}

/* One fact: key, length, bytes. */
static void
put_fact(struct journal *j, enum field f, struct slice v)
{
	uint32_t len = (uint32_t)v.len;

	j->ptr[j->len] = (unsigned char)f;
	memcpy(j->ptr + j->len + 1, &len, sizeof(len));
	if (len > 0)
		memcpy(j->ptr + j->len + 5, v.ptr, len);
	j->len += 5 + len;
}

bool
journal_fact(struct journal_pool *p, struct journal *j, enum field f,
    struct slice v)
{
	if (v.len > LIMIT / 2 || !reserve(p, j, v.len + 5))
		return false;
	put_fact(j, f, v);
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
			need += 5 + r->v[keys[i]].len;
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
	const unsigned char *p = j->ptr + *pos;
	uint32_t n[2];

	if (*pos >= j->len)
		return JOURNAL_END;
	if (p[0] == TAG_BLOCK) {
		memcpy(n, p + 1, sizeof(n));
		e->kind = JOURNAL_BLOCK;
		e->head = slice_of(p + 9, n[0]);
		e->facts = slice_of(p + 9 + n[0], n[1]);
		*pos += 9 + n[0] + n[1];
		return JOURNAL_BLOCK;
	}
	memcpy(n, p + 1, sizeof(n[0]));
	e->kind = JOURNAL_FACT;
	e->field = (enum field)p[0];
	e->value = slice_of(p + 5, n[0]);
	*pos += 5 + n[0];
	return JOURNAL_FACT;
}

void
journal_facts(struct slice s, struct rec *r)
{
	uint32_t len;

	while (s.len >= 5) {
		memcpy(&len, s.ptr + 1, sizeof(len));
		rec_set(r, (enum field)s.ptr[0], slice_sub(s, 5, len));
		s = slice_from(s, 5 + (size_t)len);
	}
}
