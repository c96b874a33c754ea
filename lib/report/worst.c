#include "report/worst.h"

#include <stdlib.h>

#include "base/mem.h"
#include "rec/packed.h"

#include "base/banned.h"

#define RECORD	((size_t)1 << 20)	/* bytes of one */

struct worst_entry {
	unsigned int	 severity;
	int64_t		 time;
	uint64_t	 seq;
	char		*text;
	size_t		 len;
};

void
worst_init(struct worst *w, size_t limit)
{
	*w = (struct worst){ .limit = limit > WORST_MAX ? WORST_MAX : limit };
	buf_init(&w->text, RECORD);
}

void
worst_free(struct worst *w)
{
	for (size_t i = 0; i < w->n; i++)
		mem_free(w->v[i].text);
	mem_free(w->v);
	buf_free(&w->text);
	worst_init(w, 0);
}

/* Below zero when x is to be shown before y. */
static int
compare(const void *a, const void *b)
{
	const struct worst_entry *x = a, *y = b;

	if (x->severity != y->severity)
		return x->severity > y->severity ? -1 : 1;
	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static void
swap(struct worst *w, size_t i, size_t k)
{
	struct worst_entry t = w->v[i];

	w->v[i] = w->v[k];
	w->v[k] = t;
}

static void
sift_up(struct worst *w, size_t i)
{
	while (i > 0 && compare(&w->v[i], &w->v[(i - 1) / 2]) > 0) {
		swap(w, i, (i - 1) / 2);
		i = (i - 1) / 2;
	}
}

static void
sift_down(struct worst *w)
{
	size_t i = 0, k;

	while ((k = 2 * i + 1) < w->n) {
		if (k + 1 < w->n && compare(&w->v[k + 1], &w->v[k]) > 0)
			k++;
		if (compare(&w->v[k], &w->v[i]) <= 0)
			return;
		swap(w, i, k);
		i = k;
	}
}

bool
worst_wants(struct worst *w, unsigned int severity, int64_t time)
{
	struct worst_entry e = { .severity = severity, .time = time,
		.seq = w->total };

	if (w->limit > 0 && (w->n < w->limit || compare(&e, &w->v[0]) < 0))
		return true;
	w->total++;
	return false;
}

void
worst_add(struct worst *w, unsigned int severity, int64_t time,
    const struct rec *r)
{
	struct worst_entry e = { .severity = severity, .time = time,
		.seq = w->total++ };
	size_t cap;

	if (w->limit == 0 || (w->n == w->limit && compare(&e, &w->v[0]) > 0))
		return;
	w->text.len = 0;
	if (!packed_put(&w->text, r))
		return;
	e.text = mem_dup(w->text.ptr, w->text.len);
	e.len = w->text.len;
	if (w->n == w->limit) {
		mem_free(w->v[0].text);
		w->v[0] = e;
		sift_down(w);
		return;
	}
	if (w->n == w->cap) {
		cap = w->cap == 0 ? 64 : w->cap * 2;
		w->v = mem_grow(w->v, w->cap, cap, sizeof(*w->v));
		w->cap = cap;
	}
	w->v[w->n++] = e;
	sift_up(w, w->n - 1);
}

void
worst_sort(struct worst *w)
{
	if (w->n > 0)
		qsort(w->v, w->n, sizeof(*w->v), compare);
}

bool
worst_get(const struct worst *w, size_t i, struct rec *r)
{
	return i < w->n &&
	    packed_get(slice_of(w->v[i].text, w->v[i].len), r);
}
