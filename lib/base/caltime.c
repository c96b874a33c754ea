#include "base/caltime.h"

#define DAY	INT64_C(86400)

bool
caltime_leap(int y)
{
	return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
}

/* Days in that month. */
static int
month_days(int year, int mon)
{
	static const unsigned char n[12] =
	    { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return mon == 2 && caltime_leap(year) ? 29 : n[mon - 1];
}

/* Days from 1970-01-01 to that day; the year starts in March here. */
static int64_t
days_of(int year, int mon, int day)
{
	int64_t y = mon <= 2 ? year - 1 : year;
	int64_t era = y / 400, yoe = y - era * 400;
	int64_t doy = (153 * ((int64_t)mon + (mon > 2 ? -3 : 9)) + 2) / 5 +
	    day - 1;

	return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

bool
caltime_sec(const struct caltime *c, int64_t *sec)
{
	int s = c->sec == 60 ? 59 : c->sec;

	if (c->year < 1 || c->year > 9999 || c->mon < 1 || c->mon > 12 ||
	    c->day < 1 || c->day > month_days(c->year, c->mon) ||
	    c->hour < 0 || c->hour > 23 || c->min < 0 || c->min > 59 ||
	    s < 0 || s > 59)
		return false;
	*sec = days_of(c->year, c->mon, c->day) * DAY + c->hour * 3600 +
	    c->min * 60 + s;
	return true;
}

void
caltime_of(int64_t sec, struct caltime *c)
{
	int64_t day = sec / DAY, rest = sec % DAY, era, doe, yoe, doy, mp;

	if (rest < 0) {
		rest += DAY;
		day--;
	}
	day += 719468;
	era = (day >= 0 ? day : day - 146096) / 146097;
	doe = day - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	c->day = (int)(doy - (153 * mp + 2) / 5 + 1);
	c->mon = (int)(mp < 10 ? mp + 3 : mp - 9);
	c->year = (int)(yoe + era * 400 + (c->mon <= 2));
	c->hour = (int)(rest / 3600);
	c->min = (int)(rest / 60 % 60);
	c->sec = (int)(rest % 60);
}

/* n decimal digits of v, zero-padded. */
static void
put(unsigned char *dst, unsigned int v, size_t n)
{
	while (n-- > 0) {
		dst[n] = (unsigned char)('0' + v % 10);
		v /= 10;
	}
}

static void
put2(unsigned char *dst, uint32_t v)
{
	dst[0] = (unsigned char)('0' + v / 10);
	dst[1] = (unsigned char)('0' + v % 10);
}

/* HH:MM:SS[.digits]Z of a second of the day; the length. */
static size_t
put_clock(unsigned char *dst, uint32_t sec, uint32_t nsec, unsigned int digits)
{
	unsigned char frac[9];
	size_t n = 8;

	put2(dst, sec / 3600);
	dst[2] = ':';
	put2(dst + 3, sec / 60 % 60);
	dst[5] = ':';
	put2(dst + 6, sec % 60);
	if (digits > 9)
		digits = 9;
	if (digits > 0) {
		put(frac, nsec % 1000000000U, 9);
		dst[n++] = '.';
		memcpy(dst + n, frac, digits);
		n += digits;
	}
	dst[n++] = 'Z';
	return n;
}

/* The day of that second, if it has four digits for its year. */
static bool
find_day(struct caltime_date *d, int64_t sec)
{
	struct caltime c;

	if (d->known && sec >= d->start && sec - d->start < DAY)
		return true;
	if (sec < INT64_C(-62135596800) || sec > INT64_C(253402300799))
		return false;
	caltime_of(sec, &c);
	put(d->text, (unsigned int)c.year, 4);
	d->text[4] = '-';
	put2(d->text + 5, (uint32_t)c.mon);
	d->text[7] = '-';
	put2(d->text + 8, (uint32_t)c.day);
	d->text[10] = 'T';
	d->start = sec - (sec % DAY + DAY) % DAY;
	d->known = true;
	return true;
}

static size_t
put_text(struct caltime_date *d, unsigned char dst[CALTIME_MAX], int64_t sec,
    uint32_t nsec, unsigned int digits)
{
	if (!find_day(d, sec))
		return 0;
	memcpy(dst, d->text, CALTIME_DAY);
	return CALTIME_DAY + put_clock(dst + CALTIME_DAY,
	    (uint32_t)(sec - d->start), nsec, digits);
}

size_t
caltime_text_day(struct caltime_day *d, unsigned char dst[CALTIME_MAX],
    int64_t sec, uint32_t nsec, unsigned int digits)
{
	struct caltime_late *l = &d->late[(uint64_t)sec & (CALTIME_LATE - 1)];
	size_t n;

	if (digits == 0 && l->known && l->sec == sec) {
		memcpy(dst, l->text, sizeof(l->text));
		return sizeof(l->text);
	}
	n = put_text(&d->date, dst, sec, nsec, digits);
	if (digits == 0 && n == sizeof(l->text)) {
		l->known = true;
		l->sec = sec;
		memcpy(l->text, dst, sizeof(l->text));
	}
	return n;
}

size_t
caltime_text(unsigned char dst[CALTIME_MAX], int64_t sec, uint32_t nsec,
    unsigned int digits)
{
	struct caltime_date date = { .known = false };

	return put_text(&date, dst, sec, nsec, digits);
}

/* Exactly n digits at the start of *s; n is at most 4. */
static bool
take(struct slice *s, size_t n, int *v)
{
	int sum = 0;

	if (s->len < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!ascii_digit(s->ptr[i]))
			return false;
		sum = sum * 10 + (s->ptr[i] - '0');
	}
	*v = sum;
	*s = slice_from(*s, n);
	return true;
}

/* The zone at the end: Z, +HH:MM, +HHMM, +HH; seconds east of UTC. */
static bool
take_zone(struct slice s, int64_t *east)
{
	int h, m = 0;
	bool neg;

	*east = 0;
	if (s.len == 1 && (s.ptr[0] == 'Z' || s.ptr[0] == 'z'))
		return true;
	if (s.len == 0 || (s.ptr[0] != '+' && s.ptr[0] != '-'))
		return false;
	neg = s.ptr[0] == '-';
	s = slice_from(s, 1);
	if (!take(&s, 2, &h) || h > 23)
		return false;
	(void)slice_take(&s, SLICE(":"));
	if (s.len != 0 && (!take(&s, 2, &m) || m > 59))
		return false;
	*east = (neg ? -1 : 1) * ((int64_t)h * 3600 + (int64_t)m * 60);
	return s.len == 0;
}

/* Two digits at p; *bad is not 0 if they are none. */
static int
two(const unsigned char *p, unsigned int *bad)
{
	unsigned int a = (unsigned int)p[0] - '0', b = (unsigned int)p[1] - '0';

	*bad |= (unsigned int)((a > 9) | (b > 9));
	return (int)(a * 10 + b);
}

/* YYYY-MM-DDTHH:MM:SSZ, as most are; false for anything else. */
static bool
take_plain(struct slice s, struct caltime *c)
{
	const unsigned char *p = s.ptr;
	unsigned int bad = 0;

	if (s.len != CALTIME_SEC || p[4] != '-' || p[7] != '-' ||
	    p[10] != 'T' || p[13] != ':' || p[16] != ':' || p[19] != 'Z')
		return false;
	c->year = two(p, &bad) * 100;
	c->year += two(p + 2, &bad);
	c->mon = two(p + 5, &bad);
	c->day = two(p + 8, &bad);
	c->hour = two(p + 11, &bad);
	c->min = two(p + 14, &bad);
	c->sec = two(p + 17, &bad);
	return bad == 0;
}

bool
caltime_parse(struct slice s, int64_t *sec, uint32_t *nsec,
    unsigned int *digits)
{
	struct caltime c;
	int64_t t, east;
	uint32_t frac = 0;
	unsigned int n = 0;

	if (take_plain(s, &c)) {
		if (!caltime_sec(&c, &t))
			return false;
		*sec = t;
		*nsec = *digits = 0;
		return true;
	}
	if (!take(&s, 4, &c.year) || !slice_take(&s, SLICE("-")) ||
	    !take(&s, 2, &c.mon) || !slice_take(&s, SLICE("-")) ||
	    !take(&s, 2, &c.day) || s.len == 0 ||
	    (s.ptr[0] != 'T' && s.ptr[0] != 't' && s.ptr[0] != ' '))
		return false;
	s = slice_from(s, 1);
	if (!take(&s, 2, &c.hour) || !slice_take(&s, SLICE(":")) ||
	    !take(&s, 2, &c.min) || !slice_take(&s, SLICE(":")) ||
	    !take(&s, 2, &c.sec))
		return false;
	if (slice_take(&s, SLICE(".")) || slice_take(&s, SLICE(","))) {
		while (n < s.len && n < 9 && ascii_digit(s.ptr[n]))
			frac = frac * 10 + (uint32_t)(s.ptr[n++] - '0');
		if (n == 0)
			return false;
		s = slice_from(s, n);
		for (unsigned int i = n; i < 9; i++)
			frac *= 10;
	}
	if (!take_zone(s, &east) || !caltime_sec(&c, &t))
		return false;
	*sec = t - east;
	*nsec = frac;
	*digits = n;
	return true;
}
