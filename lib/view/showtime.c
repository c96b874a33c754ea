#include "view/showtime.h"

#include <stdio.h>

#include "base/caltime.h"

#define YEAR_1		INT64_C(-62135596800)
#define YEAR_9999	INT64_C(253402300799)

/* Calendar time in the zone; *abbrev is NULL in UTC. */
static void
local(const struct showtime *k, int64_t sec, struct caltime *c,
    const char **abbrev)
{
	*abbrev = NULL;
	if (k->zone != NULL)
		sec += zone_offset(k->zone, sec, abbrev);
	if (sec < YEAR_1)
		sec = YEAR_1;
	if (sec > YEAR_9999)
		sec = YEAR_9999;
	caltime_of(sec, c);
}

static unsigned int
shown_digits(const struct showtime *k)
{
	return k->digits > SHOWTIME_DIGITS ? SHOWTIME_DIGITS : k->digits;
}

size_t
showtime_width(const struct showtime *k)
{
	return 8 + (shown_digits(k) > 0 ? 1 + shown_digits(k) : 0);
}

void
showtime_time(const struct showtime *k, const struct text_time *t, bool mark,
    struct buf *b)
{
	struct caltime c;
	const char *abbrev;
	size_t from = b->len, width = showtime_width(k) + k->noted;
	unsigned int digits = t->digits > shown_digits(k) ?
	    shown_digits(k) : t->digits;
	char text[32];
	int n;

	local(k, t->sec, &c, &abbrev);
	n = snprintf(text, sizeof(text), "%02d:%02d:%02d", c.hour, c.min,
	    c.sec);
	(void)buf_add(b, slice_of(text, n < 0 ? 0 : (size_t)n));
	if (digits > 0) {
		n = snprintf(text, sizeof(text), ".%09u",
		    (unsigned int)(t->nsec % 1000000000U));
		(void)buf_add(b, slice_of(text, n < 0 ? 0 : 1 + digits));
	}
	if (mark && k->noted)
		(void)buf_addc(b, '~');
	while (b->len - from < width)
		if (!buf_addc(b, ' '))
			return;
}

void
showtime_day(const struct showtime *k, int64_t sec, struct buf *b)
{
	struct caltime c;
	const char *abbrev;
	char text[32];
	int n;

	local(k, sec, &c, &abbrev);
	n = snprintf(text, sizeof(text), "%04d-%02d-%02d", c.year, c.mon,
	    c.day);
	(void)buf_add(b, slice_of(text, n < 0 ? 0 : (size_t)n));
	if (abbrev != NULL) {
		(void)buf_addc(b, ' ');
		text_clean(b, slice_cstr(abbrev), NULL);
	}
}

bool
showtime_same_day(const struct showtime *k, int64_t a, int64_t b)
{
	struct caltime c, d;
	const char *abbrev;

	if (k->zone != NULL &&
	    zone_offset(k->zone, a, NULL) != zone_offset(k->zone, b, NULL))
		return false;
	local(k, a, &c, &abbrev);
	local(k, b, &d, &abbrev);
	return c.year == d.year && c.mon == d.mon && c.day == d.day;
}

int
showtime_year(const struct showtime *k, int64_t sec)
{
	struct caltime c;
	const char *abbrev;

	local(k, sec, &c, &abbrev);
	return c.year;
}

/* "CEST, +02:00" */
static void
put_offset(struct buf *b, const char *abbrev, int32_t east)
{
	int min = (east < 0 ? -east : east) / 60;
	char text[16];
	int n = snprintf(text, sizeof(text), ", %c%02d:%02d",
	    east < 0 ? '-' : '+', min / 60 % 100, min % 60);

	text_clean(b, slice_cstr(abbrev), NULL);
	(void)buf_add(b, slice_of(text, n < 0 ? 0 : (size_t)n));
}

void
showtime_zone(const struct showtime *k, int64_t first, int64_t last,
    struct buf *b)
{
	const char *abbrev = NULL;
	int32_t a, z;

	if (k->zone == NULL) {
		(void)buf_add(b, SLICE("UTC"));
		return;
	}
	text_clean(b, slice_cstr(k->name), NULL);
	(void)buf_add(b, SLICE(" ("));
	a = zone_offset(k->zone, first, &abbrev);
	put_offset(b, abbrev, a);
	z = zone_offset(k->zone, last, &abbrev);
	if (z != a) {
		(void)buf_add(b, SLICE("; then "));
		put_offset(b, abbrev, z);
	}
	(void)buf_addc(b, ')');
}
