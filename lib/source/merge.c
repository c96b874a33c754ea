#include "source/merge.h"

#include <stdlib.h>

#include "base/mem.h"
#include "source/rotation.h"

/* Where the item at hand stands: of records, the source they speak of. */
static struct slice
place(const struct feed *f)
{
	return f->last_src.len > 0 ? buf_slice(&f->last_src) :
	    buf_slice(&f->name);
}

/* At the same time, the older file of a rotated set comes first. */
static bool
before_by_name(const struct feed *a, const struct feed *b)
{
	int c = rotation_cmp(place(a), place(b));

	return c != 0 ? c < 0 : a->order < b->order;
}

/* Is a before b in the merged order? */
static bool
earlier(const struct feed *a, const struct feed *b)
{
	if (a->sec != b->sec)
		return a->sec < b->sec;
	if (a->nsec != b->nsec)
		return a->nsec < b->nsec;
	return before_by_name(a, b);
}

static int
by_first(const void *a, const void *b)
{
	const struct feed *x = *(struct feed *const *)a;
	const struct feed *y = *(struct feed *const *)b;

	return earlier(x, y) ? -1 : earlier(y, x);
}

static int
by_path(const void *a, const void *b)
{
	const struct feed *x = *(struct feed *const *)a;
	const struct feed *y = *(struct feed *const *)b;
	int c = rotation_cmp(buf_slice(&x->name), buf_slice(&y->name));

	if (c == 0 && x->part != y->part)
		return x->part < y->part ? -1 : 1;
	if (c == 0)
		c = slice_cmp(buf_slice(&x->host), buf_slice(&y->host));
	if (c == 0 && x != y)
		return x < y ? -1 : 1;
	return c;
}

/* Of one log that was rotated, and not twice the same file. */
static bool
one_log(const struct feed *a, const struct feed *b)
{
	return rotation_same(buf_slice(&a->name), buf_slice(&b->name)) &&
	    rotation_cmp(buf_slice(&a->name), buf_slice(&b->name)) != 0;
}

void
merge_init(struct merge *m, struct feed *f, size_t n, bool hash)
{
	*m = (struct merge){ .hash = hash };
	m->pending = mem_alloc(n, sizeof(struct feed *));
	m->heap = mem_alloc(n, sizeof(struct feed *));
	for (size_t i = 0; i < n; i++)
		m->pending[m->npending++] = &f[i];
	qsort(m->pending, n, sizeof(struct feed *), by_path);
	for (size_t i = 0; i < n; i++) {
		struct feed *p = m->pending[i];

		p->order = i;
		p->set = i;
		if (i > 0 && one_log(m->pending[i - 1], p)) {
			p->set = m->pending[i - 1]->set;
			m->pending[i - 1]->newer = p;
		}
		p->sec = p->survey.first.ordered ? p->survey.first.sec :
		    INT64_MIN;
		p->nsec = p->survey.first.ordered ? p->survey.first.nsec : 0;
	}
	qsort(m->pending, n, sizeof(struct feed *), by_first);
}

void
merge_free(struct merge *m)
{
	for (size_t i = 0; i < m->n; i++)
		feed_close(m->heap[i]);
	mem_free(m->pending);
	mem_free(m->heap);
}

/* Move the feed at i down to its place. */
static void
sink(struct merge *m, size_t i)
{
	for (;;) {
		size_t least = i, l = 2 * i + 1, r = 2 * i + 2;
		struct feed *t;

		if (l < m->n && earlier(m->heap[l], m->heap[least]))
			least = l;
		if (r < m->n && earlier(m->heap[r], m->heap[least]))
			least = r;
		if (least == i)
			return;
		t = m->heap[i];
		m->heap[i] = m->heap[least];
		m->heap[least] = t;
		i = least;
	}
}

/* Move the feed at i up to its place. */
static void
rise(struct merge *m, size_t i)
{
	while (i > 0 && earlier(m->heap[i], m->heap[(i - 1) / 2])) {
		struct feed *t = m->heap[i];

		m->heap[i] = m->heap[(i - 1) / 2];
		m->heap[(i - 1) / 2] = t;
		i = (i - 1) / 2;
	}
}

/* The line at hand of o is of the host that f begins with. */
static bool
same_host(const struct feed *o, const struct feed *f)
{
	return slice_eq(rec_get(&o->event.rec, F_HOST), buf_slice(&f->host));
}

/* Read the next item and note its place. */
static void
advance(struct feed *f)
{
	const struct event_time *t = &f->event.time;

	f->item = feed_next(f);
	if (f->survey.records && !f->piece.is && f->item == FEED_EVENT &&
	    !slice_eq(f->event.src, buf_slice(&f->last_src))) {
		f->last_src.len = 0;
		(void)buf_add(&f->last_src, f->event.src);
	}
	if (f->item != FEED_EVENT || !t->ordered)
		return;
	if (f->newer != NULL && !f->newer->goes_on)
		f->newer->goes_on = same_host(f, f->newer);
	if (t->sec > f->sec || (t->sec == f->sec && t->nsec > f->nsec)) {
		f->sec = t->sec;
		f->nsec = t->nsec;
	}
}

/* The line at hand of o is one that f should have, by its host's clock. */
static bool
overlaps(const struct feed *o, const struct feed *f)
{
	const struct event_time *t = &o->event.time;

	return o->item == FEED_EVENT && t->ordered && t->sec > f->sec + 1 &&
	    same_host(o, f);
}

/*
 * The log goes on where the older file of its set ends, whatever the clocks
 * of the hosts in it say: one that is ahead takes the other lines of its file
 * along, but not those of the next file, with which its own are due.  Files
 * that overlap, as copies do, are read side by side: the older one has later
 * lines of the host that the newer one begins with, or, after an hour, none of
 * that host at all.
 */
static bool
hold(struct merge *m, struct feed *f)
{
	for (size_t i = 0; i < m->n && !f->beside; i++) {
		struct feed *o = m->heap[i];

		if (o->set != f->set || o->order > f->order ||
		    o->item == FEED_END || o->sec <= f->sec ||
		    f->sec < o->survey.first.sec)
			continue;
		f->beside = overlaps(o, f) ||
		    (!f->goes_on && o->sec - f->sec > MERGE_AHEAD);
		if (f->beside)
			continue;
		o->sec = f->sec;
		o->nsec = f->nsec;
		rise(m, i);
		return true;
	}
	return false;
}

/* Open the sources whose first line may be the next one. */
static void
open_due(struct merge *m)
{
	while (m->next < m->npending &&
	    (m->n == 0 || !earlier(m->heap[0], m->pending[m->next]))) {
		struct feed *f = m->pending[m->next];

		if (hold(m, f))
			return;
		m->next++;
		if (!feed_open(f, m->hash)) {
			f->item = FEED_END;
		} else
			advance(f);
		m->heap[m->n++] = f;
		rise(m, m->n - 1);
	}
}

bool
merge_shared(const struct merge *m, int64_t sec)
{
	/* None of them is before the first, which may have no time. */
	uint64_t now = (uint64_t)m->heap[0]->sec;

	for (size_t i = 1; i < 3 && i < m->n; i++)
		if ((uint64_t)m->heap[i]->sec - now <= (uint64_t)sec)
			return true;
	return m->next < m->npending &&
	    (uint64_t)m->pending[m->next]->sec - now <= (uint64_t)sec;
}

struct feed *
merge_next(struct merge *m)
{
	/* Mostly one source is open, and none is to come. */
	if (m->n == 1 && m->next == m->npending && m->out != NULL &&
	    m->out->item != FEED_END) {
		advance(m->out);
		return m->out;
	}
	if (m->out != NULL) {
		if (m->out->item == FEED_END) {
			feed_close(m->out);
			m->heap[0] = m->heap[--m->n];
		} else
			advance(m->out);
		if (m->n > 1)
			sink(m, 0);
		m->out = NULL;
	}
	if (m->next < m->npending)
		open_due(m);
	if (m->n == 0)
		return NULL;
	m->out = m->heap[0];
	return m->out;
}
