#include "track/links.h"

#include "base/mem.h"

#include "base/banned.h"

/* Bytes of the tables. */
#define ENTRIES	(LINKS_MAX * sizeof(struct link))
#define BUCKETS	(LINKS_MAX * sizeof(struct links_bucket))

void
links_free(struct links *t)
{
	if (t->v != NULL) {
		mem_pages_free(t->v, ENTRIES);
		mem_pages_free(t->bucket, BUCKETS);
	}
	*t = (struct links){ .v = NULL };
}

static struct links_bucket *
bucket(const struct links *t, uint64_t hash)
{
	return &t->bucket[hash & (LINKS_MAX - 1)];
}

/* The bit of an entry in the marks of its bucket. */
static uint16_t
mark(uint64_t hash)
{
	return (uint16_t)(1U << (hash >> 32 & 15));
}

/* The first entry of a bucket, + 1; 0 if it has none. */
static uint32_t
first(const struct links_bucket *b)
{
	return b->marks == 0 ? 0 : (uint32_t)b->first + 1;
}

/* Take the entry at index i out of its chain, which is then marked anew. */
static void
unchain(struct links *t, uint32_t i)
{
	struct links_bucket *b = bucket(t, t->v[i].hash);
	uint32_t next = first(b), last = 0;

	b->marks = 0;
	for (; next != 0; next = t->v[next - 1].next) {
		if (next == i + 1)
			continue;
		if (last != 0)
			t->v[last - 1].next = next;
		else
			b->first = (uint16_t)(next - 1);
		b->marks |= mark(t->v[next - 1].hash);
		last = next;
	}
	if (last != 0)
		t->v[last - 1].next = 0;
}

void
links_add(struct links *t, const struct link *l)
{
	uint32_t i = t->at;
	struct links_bucket *b;

	if (t->v == NULL) {
		t->v = mem_pages(ENTRIES);
		t->bucket = mem_pages(BUCKETS);
	}
	if (t->v[i].used)
		unchain(t, i);
	b = bucket(t, l->hash);
	t->v[i] = *l;
	t->v[i].used = true;
	t->v[i].next = first(b);
	b->first = (uint16_t)i;
	b->marks |= mark(l->hash);
	t->at = (i + 1) & (LINKS_MAX - 1);
}

uint32_t
links_next(const struct links *t, uint64_t hash, uint32_t i)
{
	const struct links_bucket *b;

	if (t->v == NULL)
		return 0;
	b = bucket(t, hash);
	if ((b->marks & mark(hash)) == 0)
		return 0;
	i = i == 0 ? first(b) : t->v[i - 1].next;
	while (i != 0 && t->v[i - 1].hash != hash)
		i = t->v[i - 1].next;
	return i;
}

struct link *
links_get(const struct links *t, uint32_t i)
{
	return &t->v[i - 1];
}
