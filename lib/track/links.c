#include "track/links.h"

#include "base/mem.h"

#include "base/banned.h"

void
links_free(struct links *t)
{
	mem_free(t->v);
	mem_free(t->bucket);
	mem_free(t->some);
	*t = (struct links){ .v = NULL };
}

static uint32_t
slot(uint64_t hash)
{
	return (uint32_t)hash & (LINKS_MAX - 1);
}

/* Take the entry at index i out of its chain. */
static void
unchain(struct links *t, uint32_t i)
{
	uint32_t s = slot(t->v[i].hash), *p = &t->bucket[s];

	while (*p != i + 1)
		p = &t->v[*p - 1].next;
	*p = t->v[i].next;
	if (t->bucket[s] == 0)
		t->some[s / 64] &= ~(UINT64_C(1) << s % 64);
}

void
links_add(struct links *t, const struct link *l)
{
	uint32_t i = t->at, s = slot(l->hash);

	if (t->v == NULL) {
		t->v = mem_alloc(LINKS_MAX, sizeof(*t->v));
		t->bucket = mem_alloc(LINKS_MAX, sizeof(*t->bucket));
		t->some = mem_alloc(LINKS_MAX / 64, sizeof(*t->some));
	}
	if (t->v[i].used)
		unchain(t, i);
	t->v[i] = *l;
	t->v[i].used = true;
	t->v[i].next = t->bucket[s];
	t->bucket[s] = i + 1;
	t->some[s / 64] |= UINT64_C(1) << s % 64;
	t->at = (i + 1) & (LINKS_MAX - 1);
}

uint32_t
links_next(const struct links *t, uint64_t hash, uint32_t i)
{
	uint32_t s = slot(hash);

	/* Most look-ups find nothing, and the bits are small enough to stay. */
	if (t->v == NULL || (t->some[s / 64] >> s % 64 & 1) == 0)
		return 0;
	i = i == 0 ? t->bucket[s] : t->v[i - 1].next;
	while (i != 0 && t->v[i - 1].hash != hash)
		i = t->v[i - 1].next;
	return i;
}

struct link *
links_get(const struct links *t, uint32_t i)
{
	return &t->v[i - 1];
}
