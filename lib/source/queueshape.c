#include "source/queueshape.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/caltime.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"

#define SLOTS	((size_t)262144)	/* over twice the domains */
#define NUMBER	7			/* columns of a count */

struct domain {
	struct slice	name;
	uint64_t	total;
	uint64_t	age[QUEUESHAPE_AGES];
};

struct queueshape {
	bool		 by_sender;
	int64_t		 now;
	int64_t		 arrival;	/* of the message at hand */
	bool		 has_arrival;
	struct arena	 mem;
	struct domain	*v;
	size_t		 n, cap;
	uint32_t	*slot;		/* index + 1 */
	struct domain	 all;
};

struct queueshape *
queueshape_new(bool by_sender, int64_t now)
{
	struct queueshape *q = mem_alloc(1, sizeof(*q));

	q->by_sender = by_sender;
	q->now = now;
	arena_init(&q->mem, (size_t)64 * 1024 * 1024);
	q->slot = mem_alloc(SLOTS, sizeof(*q->slot));
	q->all.name = SLICE("TOTAL");
	return q;
}

void
queueshape_free(struct queueshape *q)
{
	arena_free(&q->mem);
	mem_free(q->v);
	mem_free(q->slot);
	mem_free(q);
}

/* The domain in lower case, "local" without one, MAILER-DAEMON for <>. */
static struct slice
domain_of(struct slice addr, unsigned char dst[256])
{
	struct slice local, d;

	if (addr.len == 0)
		return SLICE("MAILER-DAEMON");
	if (!slice_rcut(addr, '@', &local, &d) || d.len > 255)
		return SLICE("(none)");
	for (size_t i = 0; i < d.len; i++)
		dst[i] = ascii_tolower(d.ptr[i]);
	return slice_of(dst, d.len);
}

static struct domain *
find(struct queueshape *q, struct slice name)
{
	size_t i = (size_t)hash_bytes(name, 0) & (SLOTS - 1);

	for (; q->slot[i] != 0; i = (i + 1) & (SLOTS - 1))
		if (slice_eq(q->v[q->slot[i] - 1].name, name))
			return &q->v[q->slot[i] - 1];
	if (q->n >= QUEUESHAPE_DOMAINS)
		return slice_eq(name, SLICE("OTHERS")) && q->n > 0 ?
		    &q->v[q->n - 1] : find(q, SLICE("OTHERS"));
	if (q->n + 1 == QUEUESHAPE_DOMAINS)
		name = SLICE("OTHERS");
	if (q->n == q->cap) {
		size_t cap = q->cap == 0 ? 64 : 2 * q->cap;

		q->v = mem_grow(q->v, q->cap, cap, sizeof(*q->v));
		q->cap = cap;
	}
	q->v[q->n] = (struct domain){ .name = arena_dup(&q->mem, name) };
	if (q->v[q->n].name.ptr == NULL)
		q->v[q->n].name = SLICE("OTHERS");
	q->slot[i] = (uint32_t)++q->n;
	return &q->v[q->n - 1];
}

void
queueshape_add(struct queueshape *q, const struct rec *r)
{
	unsigned char text[256];
	struct slice addr;
	struct domain *d;
	unsigned int digits, class = 0;
	uint32_t nsec;
	int64_t limit = 300;

	if (slice_eq(rec_get(r, F_TYPE), SLICE("file")))
		q->has_arrival = caltime_parse(rec_get(r, F_TIME),
		    &q->arrival, &nsec, &digits) || caltime_parse(rec_get(r,
		    F_MTIME), &q->arrival, &nsec, &digits);
	if (!q->has_arrival)
		return;
	if (q->by_sender ? !slice_eq(rec_get(r, F_TYPE), SLICE("file")) ||
	    !rec_has(r, F_FROM) || slice_eq(rec_get(r, F_PENDING),
	    SLICE("0")) :
	    !slice_eq(rec_get(r, F_EVENT), SLICE("recipient")) ||
	    !(slice_eq(rec_get(r, F_STATUS), SLICE("pending")) ||
	    slice_eq(rec_get(r, F_STATUS), SLICE("deferred"))))
		return;
	addr = rec_get(r, q->by_sender ? F_FROM : F_TO);
	while (class + 1 < QUEUESHAPE_AGES && q->now - q->arrival >= limit) {
		class++;
		limit *= 2;
	}
	d = find(q, domain_of(addr, text));
	d->total++;
	d->age[class]++;
	q->all.total++;
	q->all.age[class]++;
}

static int
by_total(const void *a, const void *b)
{
	const struct domain *x = a, *y = b;

	if (x->total != y->total)
		return x->total > y->total ? -1 : 1;
	return slice_cmp(x->name, y->name);
}

static void
sort(struct queueshape *q)
{
	if (q->n > 1)
		qsort(q->v, q->n, sizeof(*q->v), by_total);
}

static void
put_row(FILE *out, const struct domain *d, int name)
{
	char text[256];

	(void)msg_quote(text, sizeof(text), d->name);
	(void)fprintf(out, "%*.*s %*llu", name, name, text, NUMBER - 1,
	    (unsigned long long)d->total);
	for (size_t i = 0; i < QUEUESHAPE_AGES; i++)
		(void)fprintf(out, " %*llu", NUMBER - 2,
		    (unsigned long long)d->age[i]);
	(void)fputc('\n', out);
}

void
queueshape_table(struct queueshape *q, FILE *out, size_t rows, size_t width)
{
	size_t used = NUMBER + QUEUESHAPE_AGES * (NUMBER - 1);
	int name = width > used + 16 ? (int)(width - used) : 16;
	unsigned int age = 5;

	sort(q);
	(void)fprintf(out, "%*s %*s", name, "", NUMBER - 1, "T");
	for (size_t i = 0; i + 1 < QUEUESHAPE_AGES; i++, age *= 2)
		(void)fprintf(out, " %*u", NUMBER - 2, age);
	(void)fprintf(out, " %*u+\n", NUMBER - 3, age / 2);
	put_row(out, &q->all, name);
	for (size_t i = 0; i < q->n && i < rows; i++)
		put_row(out, &q->v[i], name);
}

bool
queueshape_records(struct queueshape *q, struct rec_out *out)
{
	unsigned char num[NUM_MAX];
	struct buf ages;
	struct rec r;
	bool ok = true;

	sort(q);
	buf_init(&ages, 4096);
	for (size_t i = 0; i < q->n && ok; i++) {
		const struct domain *d = &q->v[i];
		unsigned int age = 5;

		ages.len = 0;
		for (size_t k = 0; k < QUEUESHAPE_AGES; k++, age *= 2) {
			bool last = k + 1 == QUEUESHAPE_AGES;

			if (k > 0)
				(void)buf_addc(&ages, ' ');
			(void)buf_addu(&ages, last ? age / 2 : age);
			(void)buf_add(&ages, last ? SLICE("+:") : SLICE(":"));
			(void)buf_addu(&ages, d->age[k]);
		}
		rec_clear(&r);
		rec_set(&r, F_TYPE, SLICE("shape"));
		rec_set(&r, F_COUNT, slice_of(num, num_u64(num, d->total)));
		rec_set(&r, F_DOMAIN, d->name);
		rec_set(&r, F_AGES, buf_slice(&ages));
		ok = rec_put(out, &r);
	}
	buf_free(&ages);
	return ok;
}
