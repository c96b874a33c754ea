#include "source/years.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/msg.h"
#include "source/rotation.h"
#include "source/yearguess.h"

#define ENOUGH_IDS	20

/* A file in its set. */
struct member {
	struct feed	*f;
};

static int
by_set(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	int c = rotation_cmp(buf_slice(&x->f->name), buf_slice(&y->f->name));

	if (c == 0 && x->f->part != y->f->part)
		return x->f->part < y->f->part ? -1 : 1;
	if (c == 0)
		c = slice_cmp(buf_slice(&x->f->host), buf_slice(&y->f->host));
	if (c == 0 && x->f != y->f)
		return x->f < y->f ? -1 : 1;
	return c;
}

/* Month and day as a number. */
static int
yday(const struct survey *v)
{
	return v->mon * 31 + v->day;
}

/* Set the year of every file of the set by one file whose year is known. */
static void
count_from(struct member *m, size_t n, size_t from, enum clock_year why,
    int year)
{
	int y = year;

	for (size_t i = from, last = from; i < n; i++) {
		struct survey *v = &m[i].f->survey;

		if (!v->bsd)
			continue;
		if (yday(v) < yday(&m[last].f->survey) - 7)
			y++;
		last = i;
		clock_year(&m[i].f->clock, why, y);
	}
	y = year;
	for (size_t i = from, last = from; i-- > 0;) {
		struct survey *v = &m[i].f->survey;

		if (!v->bsd)
			continue;
		if (yday(v) > yday(&m[last].f->survey) + 7)
			y--;
		last = i;
		clock_year(&m[i].f->clock, why, y);
	}
}

/*
 * Of files that were copied, only those with a date in their name tell it:
 * mail.log follows on mail.log-20260901, but not into the future.
 */
static void
follow_named(struct member *m, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		const struct clock *before = &m[i - 1].f->clock;
		const struct survey *v = &m[i].f->survey;
		struct clock *c = &m[i].f->clock;
		int year = before->year +
		    (yday(v) < yday(&m[i - 1].f->survey) - 7);

		if (before->from != CLOCK_YEAR_NAME ||
		    c->from != CLOCK_YEAR_MTIME || year > c->year ||
		    yearguess_fresh(v, v->mtime, c->year))
			continue;
		clock_year(c, CLOCK_YEAR_NAME, year);
	}
}

/*
 * Counting from a neighbour errs where files are missing, or where the set
 * was rotated by number before it was by date: the name may know better.
 */
static void
mend_by_name(struct member *m, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct survey *v = &m[i].f->survey;
		int year;

		if (!v->bsd || v->has_dated)
			continue;
		year = yearguess_named(m[i].f);
		if (year != 0 && year != m[i].f->clock.year)
			clock_year(&m[i].f->clock, CLOCK_YEAR_NAME, year);
	}
}

static void
decide_years(struct member *m, size_t n, const struct opt *opt)
{
	size_t first = n, dated = n;

	for (size_t i = 0; i < n; i++) {
		struct survey *v = &m[i].f->survey;

		if (!v->bsd)
			continue;
		if (first == n)
			first = i;
		if (dated == n && v->has_dated)
			dated = i;
	}
	if (first == n)
		return;
	if (opt->year != 0) {
		count_from(m, n, first, CLOCK_YEAR_GIVEN, opt->year);
		return;
	}
	if (dated == n) {
		for (size_t i = 0; i < n; i++)
			if (m[i].f->survey.bsd)
				yearguess_weak(m[i].f);
		follow_named(m, n);
		return;
	}
	count_from(m, n, dated, m[dated].f->survey.by_qid ?
	    CLOCK_YEAR_QUEUE_ID : CLOCK_YEAR_DATED, m[dated].f->survey.year);
	/* Files that date themselves need no counting. */
	for (size_t i = 0; i < n; i++) {
		struct survey *v = &m[i].f->survey;

		if (v->bsd && v->has_dated)
			clock_year(&m[i].f->clock, v->by_qid ?
			    CLOCK_YEAR_QUEUE_ID : CLOCK_YEAR_DATED, v->year);
	}
	mend_by_name(m, n);
}

static void
decide_zone(struct member *m, size_t n)
{
	unsigned int ids = 0;
	int32_t east = 0;

	for (size_t i = 0; i < n; i++) {
		const struct survey *v = &m[i].f->survey;

		if (v->nids == 0)
			continue;
		if (!v->ids_agree || (ids > 0 && v->east != east))
			return;
		east = v->east;
		ids += v->nids;
	}
	if (ids < ENOUGH_IDS)
		return;
	for (size_t i = 0; i < n; i++) {
		m[i].f->clock.inferred = true;
		m[i].f->clock.east = east;
	}
}

void
years_announce(size_t assumed, size_t yearless)
{
	if (assumed > 0)
		msg_note("the time stamps have no zone: UTC is ASSUMED; "
		    "give the zone of the logs with -z, such as "
		    "-z Europe/Berlin");
	if (yearless > 0)
		msg_note("the time stamps have no year and nothing tells it: "
		    "records have no time; give the year of the first line "
		    "with --year");
}

bool
years_assumed(const struct feed *f, const struct opt *opt)
{
	return f->survey.local && opt->zone == NULL && !f->clock.inferred;
}

bool
years_yearless(const struct feed *f)
{
	return f->survey.bsd && f->clock.from == CLOCK_YEAR_NONE;
}

/* Say once, for all files, what had to be assumed. */
static void
announce(const struct feed *f, size_t n, const struct opt *opt)
{
	size_t assumed = 0, yearless = 0;

	for (size_t i = 0; i < n; i++) {
		if (f[i].undated)
			continue;
		assumed += years_assumed(&f[i], opt);
		yearless += years_yearless(&f[i]);
	}
	years_announce(assumed, yearless);
}

static void
decide(struct member *m, size_t n, const struct opt *opt)
{
	decide_years(m, n, opt);
	if (opt->zone == NULL)
		decide_zone(m, n);
	/* What was said of a piece alone. */
	for (size_t i = 0; i < n; i++)
		if (m[i].f->survey.given != 0 &&
		    (opt->year == 0 || m[i].f->piece.dated))
			clock_year(&m[i].f->clock, CLOCK_YEAR_GIVEN,
			    m[i].f->survey.given);
}

void
years_alone(struct feed *f, const struct opt *opt)
{
	struct member m = { .f = f };

	clock_init(&f->clock, opt->zone);
	decide(&m, 1, opt);
}

static int
by_host(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int c = slice_cmp(buf_slice(&x->f->host), buf_slice(&y->f->host));

	return c != 0 ? c : by_set(a, b);
}

/*
 * Pieces of several machines may have one name; then the host tells which
 * of them are one set.
 */
static void
decide_set(struct member *m, size_t n, const struct opt *opt)
{
	bool same = false;
	size_t end;

	for (size_t i = 1; i < n; i++)
		same = same || (m[i].f->part == m[i - 1].f->part &&
		    slice_eq(buf_slice(&m[i].f->name),
		    buf_slice(&m[i - 1].f->name)));
	if (!same) {
		decide(m, n, opt);
		return;
	}
	qsort(m, n, sizeof(*m), by_host);
	for (size_t i = 0; i < n; i = end) {
		for (end = i + 1; end < n && slice_eq(buf_slice(&m[i].f->host),
		    buf_slice(&m[end].f->host)); end++)
			continue;
		decide(m + i, end - i, opt);
	}
}

void
years_decide(struct feed *f, size_t n, const struct opt *opt)
{
	struct member *m = mem_alloc(n, sizeof(*m));
	size_t end;

	for (size_t i = 0; i < n; i++) {
		m[i].f = &f[i];
		clock_init(&f[i].clock, opt->zone);
	}
	if (n > 0)
		qsort(m, n, sizeof(*m), by_set);
	for (size_t i = 0; i < n; i = end) {
		for (end = i + 1; end < n &&
		    rotation_same(buf_slice(&m[end].f->name),
		    buf_slice(&m[i].f->name)); end++)
			continue;
		decide_set(m + i, end - i, opt);
	}
	mem_free(m);
	announce(f, n, opt);
	for (size_t i = 0; i < n; i++) {
		struct slice note;
		struct clock first = f[i].clock;

		if (f[i].survey.timed)
			clock_time(&first, &f[i].survey.stamp,
			    &f[i].survey.outer, &f[i].survey.first, &note);
	}
}
