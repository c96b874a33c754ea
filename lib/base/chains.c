#include "base/chains.h"

#include "base/mem.h"

#define FEWEST	8192		/* slots: a piece of mem_pages */

static void
init(struct chains *c, uint32_t nslot)
{
	*c = (struct chains){ .nslot = nslot,
		.slot = mem_pages(nslot * sizeof(*c->slot)),
		.marks = mem_pages(nslot / 16 * sizeof(*c->marks)) };
}

void
chains_init(struct chains *c)
{
	init(c, FEWEST);
}

void
chains_free(struct chains *c)
{
	mem_pages_free(c->slot, c->nslot * sizeof(*c->slot));
	mem_pages_free(c->marks, c->nslot / 16 * sizeof(*c->marks));
	*c = (struct chains){ .slot = NULL };
}

static uint32_t
key_of(uint64_t hash)
{
	return (uint32_t)hash;
}

/* The place of a key; it stands there or in one of those behind it. */
static uint32_t
place(const struct chains *c, uint32_t key)
{
	return key & (c->nslot - 1);
}

static uint32_t
behind(const struct chains *c, uint32_t i)
{
	return (i + 1) & (c->nslot - 1);
}

/* The marks of a place, and the one that a key makes there. */
static uint64_t
marks_of(uint32_t i)
{
	return UINT64_C(15) << i % 16 * 4;
}

static uint64_t
mark(uint32_t i, uint32_t key)
{
	return UINT64_C(1) << (i % 16 * 4 + (key >> 30));
}

/* The slot of a key, or the free one where it would be put. */
static uint32_t
find(const struct chains *c, uint32_t key)
{
	uint32_t i = place(c, key);

	while (c->slot[i].first != 0 && c->slot[i].key != key)
		i = behind(c, i);
	return i;
}

uint32_t
chains_first(const struct chains *c, uint64_t hash)
{
	uint32_t key = key_of(hash), i = place(c, key);

	return (c->marks[i / 16] & mark(i, key)) == 0 ? 0 :
	    c->slot[find(c, key)].first;
}

static void
put(struct chains *c, uint32_t i, uint32_t key, uint32_t first)
{
	uint32_t at = place(c, key);

	c->slot[i] = (struct chains_slot){ .key = key, .first = first };
	c->marks[at / 16] |= mark(at, key);
}

/* Twice as many slots. */
static void
grow(struct chains *c)
{
	struct chains old = *c;

	init(c, old.nslot * 2);
	c->n = old.n;
	for (uint32_t i = 0; i < old.nslot; i++)
		if (old.slot[i].first != 0)
			put(c, find(c, old.slot[i].key), old.slot[i].key,
			    old.slot[i].first);
	chains_free(&old);
}

/* Mark a place anew: those that belong to it stand before the next free one. */
static void
mark_again(struct chains *c, uint32_t at)
{
	uint64_t marks = 0;

	for (uint32_t i = at; c->slot[i].first != 0; i = behind(c, i))
		if (place(c, c->slot[i].key) == at)
			marks |= mark(at, c->slot[i].key);
	c->marks[at / 16] = (c->marks[at / 16] & ~marks_of(at)) | marks;
}

/* Free a slot; what stands behind it moves up as far as its place. */
static void
take_out(struct chains *c, uint32_t i)
{
	uint32_t at = place(c, c->slot[i].key), last = c->nslot - 1;

	for (uint32_t k = behind(c, i); c->slot[k].first != 0;
	    k = behind(c, k)) {
		if (((k - place(c, c->slot[k].key)) & last) < ((k - i) & last))
			continue;
		c->slot[i] = c->slot[k];
		i = k;
	}
	c->slot[i].first = 0;
	c->n--;
	mark_again(c, at);
}

void
chains_set(struct chains *c, uint64_t hash, uint32_t first)
{
	uint32_t key = key_of(hash), i = find(c, key);

	if (c->slot[i].first != 0 && first != 0) {
		c->slot[i].first = first;
		return;
	}
	if (first == 0) {
		if (c->slot[i].first != 0)
			take_out(c, i);
		return;
	}
	/* At most five of eight. */
	if (c->n >= c->nslot / 8 * 5) {
		grow(c);
		i = find(c, key);
	}
	c->n++;
	put(c, i, key, first);
}

void
chains_ahead(const struct chains *c, uint64_t hash)
{
	uint32_t i = place(c, key_of(hash));

	mem_prefetch(&c->slot[i], 1);
	mem_prefetch(&c->marks[i / 16], 1);
}
