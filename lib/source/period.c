#include "source/period.h"

#include "base/caltime.h"

#define DAY		INT64_C(86400)
#define YEAR_MIN	1970
#define YEAR_MAX	2100

enum unit { UNIT_DAY, UNIT_WEEK, UNIT_MONTH, UNIT_YEAR, UNIT_TIME };

/* One name: a unit and the local day that it begins with; or a time. */
struct name {
	enum unit	unit;
	int64_t		day;	/* days since 1970-01-01 */
	int64_t		time;	/* of UNIT_TIME */
	bool		open;
};

static const struct {
	struct slice	text;
	enum unit	unit;
	int		shift;
} words[] = {
	{ SLICE("today"), UNIT_DAY, 0 },
	{ SLICE("yesterday"), UNIT_DAY, -1 },
	{ SLICE("this-week"), UNIT_WEEK, 0 },
	{ SLICE("last-week"), UNIT_WEEK, -1 },
	{ SLICE("this-month"), UNIT_MONTH, 0 },
	{ SLICE("last-month"), UNIT_MONTH, -1 },
	{ SLICE("this-year"), UNIT_YEAR, 0 },
	{ SLICE("last-year"), UNIT_YEAR, -1 },
};

/* The local day of a time. */
static int64_t
local_day(const struct zone *z, int64_t t)
{
	int64_t local = t + (z == NULL ? 0 : zone_offset(z, t, NULL));

	return local / DAY - (local % DAY < 0);
}

/* When a local day begins. */
static int64_t
begin(const struct zone *z, int64_t day)
{
	int64_t utc = day * DAY;

	if (z != NULL)
		(void)zone_utc(z, day * DAY, &utc);
	return utc;
}

/* That day; false if there is none. */
static bool
day_of(int year, int mon, int mday, int64_t *day)
{
	struct caltime c = { .year = year, .mon = mon, .day = mday };
	int64_t sec;

	if (!caltime_sec(&c, &sec))
		return false;
	*day = sec / DAY - (sec % DAY < 0);
	return true;
}

/* The Monday of the week that a day lies in; 1970-01-01 was a Thursday. */
static int64_t
monday(int64_t day)
{
	int64_t w = (day + 3) % 7;

	return day - (w < 0 ? w + 7 : w);
}

/* The first day of the unit that is n after the one of this day. */
static int64_t
step(enum unit unit, int64_t day, int n)
{
	struct caltime c;
	int64_t first = day;
	int m;

	switch (unit) {
	case UNIT_WEEK:
		return monday(day) + 7 * n;
	case UNIT_MONTH:
		caltime_of(day * DAY, &c);
		m = c.year * 12 + c.mon - 1 + n;
		(void)day_of(m / 12, m % 12 + 1, 1, &first);
		return first;
	case UNIT_YEAR:
		caltime_of(day * DAY, &c);
		(void)day_of(c.year + n, 1, 1, &first);
		return first;
	case UNIT_DAY:
	case UNIT_TIME:
		break;
	}
	return day + n;
}

/* 2026-W47: week 1 is the one that has January 4. */
static enum rc
week(struct name *n, int year, struct slice s, uint64_t off, struct err *e)
{
	int64_t first = 0, next = 0;
	uint64_t w;

	if (s.len != 2 || !slice_u64(s, 99, &w))
		return err_damaged(e, off, "a week has two digits: 2026-W07");
	(void)day_of(year, 1, 4, &first);
	(void)day_of(year + 1, 1, 4, &next);
	first = monday(first);
	n->unit = UNIT_WEEK;
	n->day = first + 7 * ((int64_t)w - 1);
	if (w < 1 || n->day >= monday(next))
		return err_damaged(e, off, "no such week in that year");
	return RC_OK;
}

/* A time has seconds, an offset and no fraction. */
static enum rc
instant(struct name *n, struct slice s, uint64_t off, struct err *e)
{
	unsigned int digits;
	struct caltime c;
	uint32_t nsec;

	if (!caltime_parse(s, &n->time, &nsec, &digits))
		return err_damaged(e, off, "bad time: give the seconds and the "
		    "offset, as in 2026-11-24T10:00:00+01:00");
	if (digits != 0)
		return err_damaged(e, off, "a time in whole seconds is "
		    "wanted");
	caltime_of(n->time, &c);
	if (c.year < YEAR_MIN || c.year > YEAR_MAX)
		return err_damaged(e, off, "the year is not between 1970 and "
		    "2100");
	n->unit = UNIT_TIME;
	return RC_OK;
}

/* What begins with a year. */
static enum rc
dated(struct name *n, struct slice s, uint64_t off, struct err *e)
{
	static const char shape[] = "bad date: use 2026, 2026-11, 2026-W47 or "
	    "2026-11-24";
	uint64_t year, mon = 1, mday = 1;
	struct slice rest = slice_from(s, 4);

	if (!slice_u64(slice_sub(s, 0, 4), 9999, &year) || s.len < 4)
		return err_damaged(e, off, shape);
	if (year < YEAR_MIN || year > YEAR_MAX)
		return err_damaged(e, off, "the year is not between 1970 and "
		    "2100");
	if (slice_take(&rest, SLICE("-W")))
		return week(n, (int)year, rest, off + 6, e);
	if (s.len > 10)
		return instant(n, s, off, e);
	if (s.len != 4 && s.len != 7 && s.len != 10)
		return err_damaged(e, off, shape);
	if (s.len >= 7 && (s.ptr[4] != '-' ||
	    !slice_u64(slice_sub(s, 5, 2), 99, &mon)))
		return err_damaged(e, off, shape);
	if (s.len == 10 && (s.ptr[7] != '-' ||
	    !slice_u64(slice_sub(s, 8, 2), 99, &mday)))
		return err_damaged(e, off, shape);
	if (mon < 1 || mon > 12)
		return err_damaged(e, off + 5, "no such month");
	if (!day_of((int)year, (int)mon, (int)mday, &n->day))
		return err_damaged(e, off + 8, "no such day in that month");
	n->unit = s.len == 4 ? UNIT_YEAR : s.len == 7 ? UNIT_MONTH : UNIT_DAY;
	return RC_OK;
}

/* One name, at off in the whole text. */
static enum rc
parse_name(struct name *n, struct slice s, uint64_t off, int64_t today,
    struct err *e)
{
	*n = (struct name){ .unit = UNIT_DAY };
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (slice_eq(s, words[i].text)) {
			n->unit = words[i].unit;
			n->day = step(n->unit, today, words[i].shift);
			n->open = words[i].shift == 0;
			return RC_OK;
		}
	if (s.len > 0 && ascii_digit(s.ptr[0]))
		return dated(n, s, off, e);
	return err_damaged(e, off, s.len == 0 ? "no period given" :
	    "no such period: use yesterday, last-week, last-month, 2026-11, "
	    "2026-11-24, 2026-W47 or A..B");
}

/* Where a name ends; `open` is told if that is now. */
static int64_t
end_of(const struct name *n, const struct zone *z, int64_t now, bool *open)
{
	*open = n->open;
	if (n->open)
		return now;
	if (n->unit == UNIT_TIME)
		return n->time;
	return begin(z, step(n->unit, n->day, 1));
}

/* The start of as long a stretch before it. */
static int64_t
as_long(const struct zone *z, const struct period *p)
{
	int64_t a = local_day(z, p->from), b = local_day(z, p->until);

	if (begin(z, a) == p->from && begin(z, b) == p->until)
		return begin(z, a - (b - a));
	return p->from - (p->until - p->from);
}

static enum rc
check(const struct period *p, uint64_t off, struct err *e)
{
	if (p->from < p->until)
		return RC_OK;
	if (p->open)
		return err_damaged(e, off, "nothing of this period is over "
		    "yet");
	return err_damaged(e, off, p->from == p->until ?
	    "nothing lies in this period: it ends when it begins" :
	    "this period ends before it begins");
}

enum rc
period_parse(struct period *p, struct slice s, const struct zone *z,
    int64_t now, struct err *e)
{
	int64_t today = local_day(z, now);
	struct slice head, tail;
	struct name a, b;
	enum rc rc;

	*p = (struct period){ 0 };
	if (!slice_cut_str(s, SLICE(".."), &head, &tail)) {
		rc = parse_name(&a, s, 0, today, e);
		if (rc != RC_OK)
			return rc;
		if (a.unit == UNIT_TIME)
			return err_damaged(e, 0, "a time is no period: give "
			    "two, A..B");
		p->from = begin(z, a.day);
		p->until = end_of(&a, z, now, &p->open);
		p->before = begin(z, step(a.unit, a.day, -1));
		return check(p, 0, e);
	}
	if (head.len == 0 || tail.len == 0)
		return err_damaged(e, head.len, "an end of A..B is missing");
	rc = parse_name(&a, head, 0, today, e);
	if (rc == RC_OK)
		rc = parse_name(&b, tail, head.len + 2, today, e);
	if (rc != RC_OK)
		return rc;
	p->from = a.unit == UNIT_TIME ? a.time : begin(z, a.day);
	p->until = end_of(&b, z, now, &p->open);
	p->before = as_long(z, p);
	return check(p, head.len + 2, e);
}

int64_t
period_day(const struct zone *z, int64_t t, int days)
{
	return begin(z, local_day(z, t) + days);
}
