#include "source/dated.h"

#include <stdlib.h>

#include "base/mem.h"

void
dated_add(struct dated *d, uint64_t off, uint64_t len, int64_t modified)
{
	if (len == 0 || d->n >= DATED_MAX)
		return;
	if (d->n == d->cap) {
		size_t cap = d->cap == 0 ? 64 : d->cap * 2;

		d->v = mem_grow(d->v, d->cap, cap, sizeof(d->v[0]));
		d->cap = cap;
	}
	d->v[d->n++] = (struct dated_place){ off, len, modified };
	d->sorted = false;
}

static int
by_place(const void *a, const void *b)
{
	const struct dated_place *x = a, *y = b;

	if (x->off != y->off)
		return x->off < y->off ? -1 : 1;
	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return x->modified == y->modified ? 0 :
	    x->modified < y->modified ? -1 : 1;
}

bool
dated_time(struct dated *d, uint64_t off, int64_t *modified)
{
	size_t lo = 0, hi = d->n;

	if (d->n == 0)
		return false;
	if (!d->sorted)
		qsort(d->v, d->n, sizeof(d->v[0]), by_place);
	d->sorted = true;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (d->v[mid].off <= off)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0 || off - d->v[lo - 1].off >= d->v[lo - 1].len)
		return false;
	*modified = d->v[lo - 1].modified;
	return true;
}

void
dated_reset(struct dated *d)
{
	d->n = 0;
}

void
dated_free(struct dated *d)
{
	mem_free(d->v);
	*d = (struct dated){ .n = 0 };
}
