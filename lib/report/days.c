#include "report/days.h"

#include "base/caltime.h"
#include "base/mem.h"

#include "base/banned.h"

#define DAY		86400
#define QUARTER		900
#define DAY_FIRST	INT64_C(-719162)	/* 0001-01-01 */
#define DAY_LAST	INT64_C(2932896)	/* 9999-12-31 */

void
days_init(struct days *d, const struct zone *z)
{
	*d = (struct days){ .zone = z, .slot = INT64_MIN };
}

void
days_free(struct days *d)
{
	mem_free(d->v);
	days_init(d, d->zone);
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int64_t
days_local(struct days *d, int64_t sec)
{
	int64_t slot = floor_div(sec, QUARTER);

	if (d->zone == NULL)
		return sec;
	if (slot != d->slot) {
		d->slot = slot;
		d->offset = zone_offset(d->zone, sec, NULL);
	}
	return sec + d->offset;
}

/* The first entry that is not before that day. */
static size_t
place(const struct days *d, int64_t day)
{
	size_t lo = 0, hi = d->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (d->v[mid].day < day)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static struct day *
day_at(struct days *d, int64_t day)
{
	size_t i, cap;

	if (d->latest < d->n && d->v[d->latest].day == day)
		return &d->v[d->latest];
	i = place(d, day);
	d->latest = i;
	if (i < d->n && d->v[i].day == day)
		return &d->v[i];
	if (d->n == DAYS_MAX || day < DAY_FIRST || day > DAY_LAST) {
		d->dropped++;
		return NULL;
	}
	if (d->n == d->cap) {
		cap = d->cap == 0 ? 32 : d->cap * 2;
		d->v = mem_grow(d->v, d->cap, cap, sizeof(*d->v));
		d->cap = cap;
	}
	for (size_t k = d->n; k > i; k--)
		d->v[k] = d->v[k - 1];
	d->n++;
	d->v[i] = (struct day){ .day = day };
	return &d->v[i];
}

struct day *
days_at(struct days *d, int64_t sec)
{
	return day_at(d, floor_div(days_local(d, sec), DAY));
}

static void
count_mail(struct days *d, int64_t sec, enum days_mail what, uint64_t n,
    bool back)
{
	int64_t local = days_local(d, sec);
	int64_t day = floor_div(local, DAY);
	struct day *v = day_at(d, day);
	uint64_t *hour;

	if (v == NULL)
		return;
	hour = &d->hour[(local - day * DAY) / 3600][what];
	if (back) {
		v->mail[what] -= n;
		*hour -= n;
	} else {
		v->mail[what] += n;
		*hour += n;
	}
}

void
days_mail(struct days *d, int64_t sec, enum days_mail what, uint64_t n)
{
	count_mail(d, sec, what, n, false);
}

void
days_mail_back(struct days *d, int64_t sec, enum days_mail what)
{
	count_mail(d, sec, what, 1, true);
}

void
days_text(struct buf *b, int64_t day)
{
	unsigned char text[CALTIME_MAX];
	size_t n = caltime_text(text, day * DAY, 0, 0);

	(void)buf_add(b, slice_of(text, n < 10 ? n : 10));
}

uint64_t
days_tls_sum(const uint64_t n[DAYS_TLS_N])
{
	uint64_t sum = 0;

	for (size_t i = 0; i < DAYS_TLS_N; i++)
		sum += n[i];
	return sum;
}
