#include "source/clock.h"

#include "base/caltime.h"

#define BACK_NEW_YEAR	7	/* days back that make a new year */
#define YEAR		372	/* days, of 31 to a month */
#define HALF_YEAR	186
#define JUMP		10	/* seconds back that are worth a note */
#define QUARTER		900	/* zones differ by quarters of an hour */
#define BARE_YEAR	2000	/* counted with when no year is known */
#define DAY		86400
#define NEAR		60	/* seconds between a queue ID and its line */
#define EAST_MAX	(15 * 3600)	/* no zone is farther away */

void
clock_init(struct clock *c, const struct zone *zone)
{
	*c = (struct clock){ .zone = zone, .year = BARE_YEAR };
}

void
clock_year(struct clock *c, enum clock_year from, int year)
{
	c->from = from;
	c->year = from == CLOCK_YEAR_NONE ? BARE_YEAR : year;
	c->begun = false;
	c->day_known = false;
	c->same.kind = STAMP_NONE;
}

int
clock_year_before(uint8_t mon, uint8_t day, int64_t limit)
{
	struct caltime c;
	int64_t sec;

	caltime_of(limit + DAY, &c);
	/* 29 February may be up to eight years away. */
	for (int back = 0; back <= 8; back++) {
		struct caltime at = { .year = c.year - back, .mon = mon,
			.day = day };

		if (caltime_sec(&at, &sec) && sec <= limit + DAY)
			return at.year;
	}
	return 0;
}

int
clock_year_near(uint8_t mon, uint8_t day, int64_t sec)
{
	struct caltime c;
	int64_t t, best = INT64_MAX;
	int year = 0;

	caltime_of(sec, &c);
	for (int y = c.year - 4; y <= c.year + 4; y++) {
		struct caltime at = { .year = y, .mon = mon, .day = day };

		if (!caltime_sec(&at, &t))
			continue;
		t = t > sec ? t - sec : sec - t;
		if (t < best) {
			best = t;
			year = y;
		}
	}
	return year;
}

/* Month and day as a number that steps evenly enough. */
static int
yday_of(const struct stamp *s)
{
	return (s->mon - 1) * 31 + s->day;
}

/* A local time as UTC, with what is to be said about it. */
static int64_t
to_utc(const struct clock *c, int64_t local, unsigned int *flags)
{
	int64_t utc = local, later;

	if (c->zone == NULL) {
		*flags |= c->inferred ? CLOCK_ZONE_INFERRED :
		    CLOCK_ZONE_ASSUMED;
		return c->inferred ? local - c->east : local;
	}
	switch (zone_utc(c->zone, local, &utc)) {
	case ZONE_AMBIGUOUS:
		*flags |= CLOCK_DST;
		/* The second time round the earlier reading lies behind. */
		later = local - zone_offset(c->zone, utc + 3 * 3600, NULL);
		if (c->has_latest && later > utc && c->latest - utc > 600)
			return later;
		return utc;
	case ZONE_SKIPPED:
		*flags |= CLOCK_DST;
		return utc;
	default:
		return utc;
	}
}

/* Midnight of the stamp's day in that year, as if UTC; false if none. */
static bool
midnight(const struct stamp *s, int year, int64_t *sec)
{
	struct caltime c = { .year = year, .mon = s->mon, .day = s->day };

	return caltime_sec(&c, sec);
}

/* The year of a BSD stamp, counted on from the one before. */
static int
count_year(struct clock *c, const struct stamp *s)
{
	int yday = yday_of(s), step = yday - c->yday;
	int64_t sec;

	if (!c->begun) {
		c->begun = true;
		c->yday = yday;
		return c->year;
	}
	/* From January to the last days of December: a late line. */
	if (step > YEAR - BACK_NEW_YEAR)
		return c->year - 1;
	if (step < -BACK_NEW_YEAR) {
		if (c->bounded && c->from != CLOCK_YEAR_NONE &&
		    midnight(s, c->year + 1, &sec) && sec > c->limit + DAY) {
			if (step > -HALF_YEAR)
				return c->year;
			c->from = CLOCK_YEAR_NONE;
			c->doubted = true;
		}
		c->year++;
		c->yday = yday;
		return c->year;
	}
	if (step > 0)
		c->yday = yday;
	return c->year;
}

static void
bsd_time(struct clock *c, const struct stamp *s, struct event_time *t,
    unsigned int *flags)
{
	int64_t day, a, b;
	int year;

	*flags |= (unsigned int)c->from;
	if (c->day_known && s->mon == c->mon && s->day == c->day) {
		*flags |= c->zone != NULL ? 0 : c->inferred ?
		    CLOCK_ZONE_INFERRED : CLOCK_ZONE_ASSUMED;
		t->sec = c->day_sec + s->sec;
		t->known = c->from != CLOCK_YEAR_NONE;
		t->ordered = true;
		return;
	}
	year = count_year(c, s);
	if (!midnight(s, year, &day)) {
		c->impossible++;
		return;
	}
	*flags = (*flags & ~(unsigned int)CLOCK_YEAR_MASK) |
	    (unsigned int)c->from;
	t->sec = to_utc(c, day + s->sec, flags);
	t->known = c->from != CLOCK_YEAR_NONE;
	t->ordered = true;
	if (c->zone == NULL)
		a = b = 0;
	else {
		a = zone_offset(c->zone, day - DAY, NULL);
		b = zone_offset(c->zone, day + 2 * DAY, NULL);
	}
	if (year == c->year && a == b) {
		c->mon = s->mon;
		c->day = s->day;
		c->day_known = true;
		c->day_sec = t->sec - s->sec;
	}
}

/*
 * The local time of a stamp in a container's, whose year it may need, and how
 * far east that is, in quarters of an hour; false if it is no time.
 */
static bool
boxed(const struct stamp *s, const struct stamp *outer, int64_t *local,
    int64_t *east)
{
	int64_t diff;
	int year;

	*local = s->sec;
	if (s->kind == STAMP_BSD) {
		year = clock_year_before(s->mon, s->day, outer->sec);
		if (year == 0 || !midnight(s, year, local))
			return false;
		*local += s->sec;
	}
	diff = *local - outer->sec;
	*east = (diff + (diff < 0 ? -QUARTER / 2 : QUARTER / 2)) / QUARTER *
	    QUARTER;
	return true;
}

static bool
is_zone(int64_t east)
{
	return east <= EAST_MAX && east >= -EAST_MAX;
}

bool
clock_late(const struct stamp *s, const struct stamp *outer)
{
	int64_t local, east;

	return (s->kind == STAMP_BSD || s->kind == STAMP_LOCAL) &&
	    boxed(s, outer, &local, &east) && !is_zone(east);
}

/*
 * A local stamp whose instant is close to the container's; one that a logger
 * has got much later has its year from there, and the zone of all others.
 */
static void
boxed_time(struct clock *c, const struct stamp *s, const struct stamp *outer,
    struct event_time *t, unsigned int *flags)
{
	int64_t local, east;

	if (!boxed(s, outer, &local, &east))
		return;
	if (s->kind == STAMP_BSD)
		*flags |= CLOCK_YEAR_DATED;
	if (is_zone(east)) {
		*flags |= CLOCK_ZONE_INFERRED;
		t->sec = local - east;
	} else
		t->sec = to_utc(c, local, flags);
	t->known = t->ordered = true;
}

bool
clock_check(struct clock *c, const struct stamp *s, int64_t id_sec)
{
	int64_t local = s->sec, diff, east;

	if (!c->inferred || c->zone != NULL)
		return false;
	/* Nearly always the offset at hand fits. */
	if (clock_is_same(c, s)) {
		diff = c->same_time.sec - id_sec;
		if (diff >= -NEAR && diff <= NEAR)
			return false;
	}
	if (s->kind == STAMP_BSD) {
		if (!midnight(s, clock_year_near(s->mon, s->day, id_sec),
		    &local))
			return false;
		local += s->sec;
	} else if (s->kind != STAMP_LOCAL)
		return false;
	diff = local - id_sec;
	east = (diff + (diff < 0 ? -QUARTER / 2 : QUARTER / 2)) / QUARTER *
	    QUARTER;
	if (east == c->east || diff - east > NEAR || diff - east < -NEAR ||
	    !is_zone(east))
		return false;
	/* The lines since the change were taken for later than they are. */
	if (east > c->east && c->has_latest)
		c->latest -= east - c->east;
	c->east = (int32_t)east;
	c->day_known = false;
	c->same.kind = STAMP_NONE;
	return true;
}

/* The words of a note. */
static struct slice
note_text(struct clock *c, unsigned int flags)
{
	static const char *const year[] = { "", "year-given",
		"year-inferred year-from-dated-line",
		"year-inferred year-from-queue-id",
		"year-inferred year-from-gzip-header",
		"year-inferred year-from-mtime",
		"year-inferred year-from-file-name", "" };
	static const char *const word[] = { "zone-assumed", "zone-inferred",
		"dst-ambiguous", "clock-jump" };
	struct slice part;
	size_t n = 0;

	if (c->note[flags].made)
		return slice_of(c->note[flags].text, c->note[flags].len);
	part = slice_cstr(year[flags & CLOCK_YEAR_MASK]);
	memcpy(c->note[flags].text, part.ptr, part.len);
	n = part.len;
	for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++) {
		if ((flags >> i & CLOCK_ZONE_ASSUMED) == 0)
			continue;
		part = slice_cstr(word[i]);
		if (n > 0)
			c->note[flags].text[n++] = ' ';
		memcpy(c->note[flags].text + n, part.ptr, part.len);
		n += part.len;
	}
	c->note[flags].len = n;
	c->note[flags].made = true;
	return slice_of(c->note[flags].text, n);
}

void
clock_read(struct clock *c, const struct stamp *s, const struct stamp *outer,
    struct event_time *t, struct slice *note)
{
	unsigned int flags = 0;

	c->same.kind = STAMP_NONE;
	*t = (struct event_time){ .nsec = s->nsec, .digits = s->digits };
	*note = slice_of(NULL, 0);
	if (s->kind == STAMP_ZONED) {
		t->sec = s->sec;
		t->known = t->ordered = true;
	} else if (outer->kind == STAMP_ZONED && s->kind == STAMP_NONE) {
		t->sec = outer->sec;
		t->nsec = outer->nsec;
		t->digits = outer->digits;
		t->known = t->ordered = true;
	} else if (outer->kind == STAMP_ZONED)
		boxed_time(c, s, outer, t, &flags);
	else if (s->kind == STAMP_LOCAL) {
		t->sec = to_utc(c, s->sec, &flags);
		t->known = t->ordered = true;
	} else if (s->kind == STAMP_BSD)
		bsd_time(c, s, t, &flags);
	if (!t->ordered) {
		if (c->impossible > 0 && s->kind == STAMP_BSD)
			*note = SLICE(CLOCK_NO_SUCH_DAY);
		return;
	}
	if (!c->has_latest || t->sec > c->latest) {
		c->latest = t->sec;
		c->has_latest = true;
	} else if (c->latest - t->sec > JUMP)
		flags |= CLOCK_JUMP;
	if (flags != 0)
		*note = note_text(c, flags);
	/* Stamps of no day are counted, each. */
	if (outer->kind != STAMP_NONE || c->impossible > 0)
		return;
	c->same = *s;
	c->same.text = slice_of(NULL, 0);
	c->same_time = *t;
	c->same_note = *note;
}
