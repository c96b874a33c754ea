#include "rec/keyset.h"

#include "base/hash.h"
#include "base/mem.h"

#include "base/banned.h"

void
keyset_init(struct keyset *s, uint32_t limit)
{
	*s = (struct keyset){ .limit = limit };
}

void
keyset_free(struct keyset *s)
{
	mem_free(s->node);
	mem_free(s->slot);
	keyset_init(s, s->limit);
}

struct keyset_key
keyset_key(struct slice s)
{
	return (struct keyset_key){ hash_bytes(s, 1), hash_bytes(s, 2) };
}

/* The slot that holds the key, or the free one where it belongs. */
static size_t
find_slot(const struct keyset *s, struct keyset_key k)
{
	size_t i = (size_t)k.a & (s->nslot - 1);

	while (s->slot[i] != 0) {
		const struct keyset_node *n = &s->node[s->slot[i] - 1];

		if (n->key.a == k.a && n->key.b == k.b)
			break;
		i = (i + 1) & (s->nslot - 1);
	}
	return i;
}

uint32_t
keyset_find(const struct keyset *s, struct keyset_key k)
{
	size_t i;

	if (s->n == 0)
		return KEYSET_NONE;
	i = find_slot(s, k);
	return s->slot[i] == 0 ? KEYSET_NONE : s->slot[i] - 1;
}

/* Slots for twice as many nodes; at most half of them are in use. */
static void
grow(struct keyset *s)
{
	uint32_t cap = s->cap == 0 ? 512 : s->cap * 2;

	s->node = mem_grow(s->node, s->cap, cap, sizeof(*s->node));
	s->cap = cap;
	mem_free(s->slot);
	s->nslot = (size_t)cap * 2;
	s->slot = mem_alloc(s->nslot, sizeof(*s->slot));
	for (uint32_t i = 0; i < s->n; i++)
		s->slot[find_slot(s, s->node[i].key)] = i + 1;
}

uint32_t
keyset_add(struct keyset *s, struct keyset_key k)
{
	uint32_t i = keyset_find(s, k);

	if (i != KEYSET_NONE)
		return i;
	if (s->n >= s->limit)
		return KEYSET_NONE;
	if (s->n == s->cap)
		grow(s);
	i = s->n++;
	s->node[i] = (struct keyset_node){ .key = k, .parent = i };
	s->slot[find_slot(s, k)] = i + 1;
	return i;
}

uint32_t
keyset_root(struct keyset *s, uint32_t i)
{
	/* Halving the way each time keeps it short. */
	while (s->node[i].parent != i) {
		s->node[i].parent = s->node[s->node[i].parent].parent;
		i = s->node[i].parent;
	}
	return i;
}

void
keyset_join(struct keyset *s, uint32_t a, uint32_t b)
{
	a = keyset_root(s, a);
	b = keyset_root(s, b);
	/* The older one leads: chains stay short, and runs are the same. */
	if (a < b)
		s->node[b].parent = a;
	else
		s->node[a].parent = b;
}
