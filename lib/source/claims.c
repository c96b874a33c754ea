#include "source/claims.h"

#include <string.h>

#include "base/mem.h"

/* The index of the first claim that ends behind off. */
static size_t
find(const struct claims *c, uint64_t off)
{
	size_t lo = 0, hi = c->n;

	/* Nearly always it is the end. */
	if (c->n == 0 || c->v[c->n - 1].end <= off)
		return c->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->v[mid].end <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Bytes that nobody has claimed, before the claim i. */
static void
insert(struct claims *c, size_t i, struct claim new)
{
	struct claim *before = i > 0 ? &c->v[i - 1] : NULL;
	struct claim *behind = i < c->n ? &c->v[i] : NULL;

	if (before != NULL &&
	    (before->end != new.off || before->class != new.class))
		before = NULL;
	if (behind != NULL &&
	    (behind->off != new.end || behind->class != new.class))
		behind = NULL;
	if (before != NULL && behind != NULL) {
		before->end = behind->end;
		c->n--;
		memmove(behind, behind + 1, (c->n - i) * sizeof(*c->v));
		return;
	}
	if (before != NULL) {
		before->end = new.end;
		return;
	}
	if (behind != NULL) {
		behind->off = new.off;
		return;
	}
	if (c->n == CLAIMS_MAX) {
		c->lost++;
		return;
	}
	if (c->n == c->cap) {
		size_t cap = c->cap == 0 ? 256 : 2 * c->cap;

		c->v = mem_grow(c->v, c->cap, cap, sizeof(*c->v));
		c->cap = cap;
	}
	memmove(c->v + i + 1, c->v + i, (c->n - i) * sizeof(*c->v));
	c->v[i] = new;
	c->n++;
}

void
claims_add(struct claims *c, uint64_t off, uint64_t len, unsigned int class)
{
	uint64_t end = len > UINT64_MAX - off ? UINT64_MAX : off + len;
	size_t i = find(c, off);

	/* Fill the holes between those that are there. */
	while (off < end) {
		struct claim new = { off, end, class };

		if (i < c->n && c->v[i].off <= off) {
			off = c->v[i++].end;
			continue;
		}
		if (i < c->n && c->v[i].off < end)
			new.end = c->v[i].off;
		off = new.end;
		insert(c, i, new);
		i = find(c, off);
	}
}

void
claims_free(struct claims *c)
{
	mem_free(c->v);
	*c = (struct claims){ .n = 0 };
}

const struct claim *
claims_at(const struct claims *c, uint64_t off)
{
	size_t i = find(c, off);

	return i < c->n ? &c->v[i] : NULL;
}
