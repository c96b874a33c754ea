#include "source/yearguess.h"

#include "base/caltime.h"
#include "source/rotation.h"

/* A log may be named by the first day of the month that is in it. */
#define NAMED_DAYS	33
#define FRESH_DAYS	3

/* Month and day of the last line. */
static struct caltime
last_stamp(const struct survey *v)
{
	return (struct caltime){ .mon = (v->last - 1) / 31 + 1,
		.day = (v->last - 1) % 31 + 1 };
}

/* Midnight of the last line's day, when the file begins in that year. */
static bool
last_day(const struct survey *v, int year, int64_t *sec)
{
	struct caltime c = last_stamp(v);

	c.year = year + (int)v->wraps;
	return caltime_sec(&c, sec);
}

/* The latest year of the first line with which none is after limit, or 0. */
static int
year_below(const struct survey *v, int64_t limit)
{
	/* The latest stamp seen is before it, the first one so much earlier. */
	struct caltime c = last_stamp(v);
	int year = clock_year_before((uint8_t)c.mon, (uint8_t)c.day, limit);

	return year == 0 ? 0 : year - (int)v->wraps;
}

bool
yearguess_near(const struct survey *v, int64_t modified, int year, int days)
{
	int64_t sec;

	return year != 0 && last_day(v, year, &sec) &&
	    modified - sec < (int64_t)days * 86400;
}

bool
yearguess_fresh(const struct survey *v, int64_t modified, int year)
{
	return yearguess_near(v, modified, year, FRESH_DAYS);
}

/* The year by the date in the file's name, or 0. */
static int
named_year(const struct feed *f, int64_t *limit)
{
	int64_t date = rotation_of(buf_slice(&f->name)).date;

	/* A member of a bundle has a name of its own. */
	if (date == ROTATION_NO_DATE && f->survey.has_named)
		date = f->survey.named;
	if (date == ROTATION_NO_DATE)
		return 0;
	*limit = date + NAMED_DAYS * 86400;
	return year_below(&f->survey, *limit);
}

/* The last line is of about the time that the name tells. */
static bool
is_near(const struct survey *v, int64_t limit, int year)
{
	int64_t sec;

	return last_day(v, year, &sec) &&
	    limit - sec < INT64_C(2) * NAMED_DAYS * 86400;
}

int
yearguess_named(const struct feed *f)
{
	int64_t limit;
	int year = named_year(f, &limit);

	return year != 0 && is_near(&f->survey, limit, year) ? year : 0;
}

void
yearguess_weak(struct feed *f)
{
	struct survey *v = &f->survey;
	enum clock_year why = CLOCK_YEAR_NONE;
	int64_t limit = INT64_MAX, by_name;
	int year = 0, named = named_year(f, &by_name);

	if (v->has_gzip) {
		why = CLOCK_YEAR_GZIP;
		limit = v->gzip_mtime;
	} else if (v->has_mtime) {
		why = CLOCK_YEAR_MTIME;
		limit = v->mtime;
	}
	if (why != CLOCK_YEAR_NONE)
		year = year_below(v, limit);
	if (named != 0 && by_name < limit && (is_near(v, by_name, named) ||
	    !yearguess_fresh(v, limit, year))) {
		why = CLOCK_YEAR_NAME;
		limit = by_name;
		year = named;
	}
	if (year == 0)
		return;
	clock_year(&f->clock, why, year);
	f->clock.bounded = true;
	f->clock.limit = limit;
}
