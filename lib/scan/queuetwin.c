#include "scan/queuetwin.h"

#include <stdlib.h>

#include "base/mem.h"

#include "base/banned.h"

void
queuetwin_add(struct queuetwin *t, const struct queuewalk *w)
{
	if (queuewalk_border(w) == 0)
		return;
	if (t->n == t->cap) {
		size_t cap = t->cap == 0 ? 64 : 2 * t->cap;

		t->span = mem_grow(t->span, t->cap, cap, sizeof(*t->span));
		t->border =
		    mem_grow(t->border, t->cap, cap, sizeof(*t->border));
		t->cap = cap;
	}
	t->span[t->n] = w->size.v[QUEUESIZE_SPAN];
	t->border[t->n++] = queuewalk_border(w);
}

static int
by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

void
queuetwin_sort(struct queuetwin *t)
{
	if (t->n == 0)
		return;
	qsort(t->span, t->n, sizeof(*t->span), by_number);
	qsort(t->border, t->n, sizeof(*t->border), by_number);
}

/* Is a number in the sorted list so often? */
static bool
is_often(const uint64_t *v, size_t n, uint64_t want, size_t often)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (v[mid] < want)
			lo = mid + 1;
		else
			hi = mid;
	}
	return n - lo >= often && v[lo + often - 1] == want;
}

bool
queuetwin_has(const struct queuetwin *t, const struct queuewalk *w, size_t n)
{
	uint64_t border = queuewalk_border(w);

	return border != 0 &&
	    (is_often(t->span, t->n, w->size.v[QUEUESIZE_SPAN], n) ||
		is_often(t->border, t->n, border, n));
}

void
queuetwin_free(struct queuetwin *t)
{
	mem_free(t->span);
	mem_free(t->border);
	*t = (struct queuetwin){ .n = 0 };
}
