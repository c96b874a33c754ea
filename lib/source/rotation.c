#include "source/rotation.h"

#include "base/caltime.h"

#define YOUNGEST	(-1)
#define AGE_DIGITS	4		/* of mail.log.N */
#define DATE_DIGITS	8
#define EPOCH_DIGITS	10		/* seconds since 1970, from 2001 on */
#define DATE_MAX	32		/* bytes of it, no name makes us search */
#define DATES		100000000	/* above all dates YYYYMMDD */

/* Drop .gz and the like from the end. */
static struct slice
no_suffix(struct slice s)
{
	static const char *const end[] = { ".gz", ".xz", ".zst", ".bz2",
		".Z" };

	for (size_t i = 0; i < sizeof(end) / sizeof(end[0]); i++)
		if (slice_ends(s, slice_cstr(end[i])))
			return slice_sub(s, 0, s.len -
			    slice_cstr(end[i]).len);
	return s;
}

/* Drop @OFFSET-KIND from the end. */
static struct slice
no_container(struct slice s)
{
	struct slice head, tail, off, kind;
	uint64_t n;

	if (slice_rcut(s, '@', &head, &tail) &&
	    slice_cut(tail, '-', &off, &kind) &&
	    slice_u64(off, UINT64_MAX, &n) && kind.len > 0)
		return head;
	return s;
}

/* ./mail.log is mail.log. */
static struct slice
no_here(struct slice s)
{
	while (slice_take(&s, SLICE("./")))
		while (slice_take(&s, SLICE("/")))
			continue;
	return s;
}

/* The digits of a date, and what stands between them. */
struct digits {
	size_t		 n;
	unsigned int	 ymd;	/* the first eight, zeros for what is missing */
	uint64_t	 epoch;	/* the first ten */
	bool		 apart;	/* not all in one */
	bool		 dot, week;
	bool		 more;	/* behind the eight */
};

/*
 * 20260901, 2026-09-01, 202609, 2026w36, 20260901-1200, 20260901T120000,
 * 20260901.1: to the end of s.
 */
static bool
take_digits(struct slice s, struct digits *d)
{
	bool between = true;

	*d = (struct digits){ .n = 0 };
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = s.ptr[i];

		if (ascii_digit(c)) {
			if (d->n < DATE_DIGITS)
				d->ymd = d->ymd * 10 + (c - '0');
			if (d->n++ < EPOCH_DIGITS)
				d->epoch = d->epoch * 10 + (c - '0');
			between = false;
			continue;
		}
		if (d->n >= DATE_DIGITS) {
			/* The time of day, or a number. */
			if (between || slice_chr(SLICE("-_.:T"), c) ==
			    SLICE_NONE)
				return false;
			between = true;
			d->more = true;
			continue;
		}
		if (between || d->n < 4 || slice_chr(SLICE("-_.wW"), c) ==
		    SLICE_NONE)
			return false;
		/* 2026-W36 */
		between = s.len > i + 1 && ascii_tolower(s.ptr[i + 1]) != 'w';
		d->apart = true;
		d->dot = d->dot || c == '.';
		d->week = d->week || ascii_tolower(c) == 'w';
	}
	for (size_t n = d->n; n < DATE_DIGITS; n++)
		d->ymd *= 10;
	return !between;
}

/* The date that the digits are, if they are meant as one. */
static bool
is_date(const struct digits *d, int64_t *date)
{
	struct caltime c = { .year = (int)(d->ymd / 10000),
		.mon = (int)(d->ymd / 100 % 100), .day = (int)(d->ymd % 100) };
	bool valid;

	if (d->n < DATE_DIGITS)
		c.day = 1;
	*date = ROTATION_NO_DATE;
	valid = c.year >= 1990 && c.year < 2100 && !d->week &&
	    caltime_sec(&c, date);
	if (!valid)
		*date = ROTATION_NO_DATE;
	/* A number that grows; 01092026 does not. */
	if (d->n > DATE_DIGITS && !d->apart && !d->more) {
		if (!valid && d->n == EPOCH_DIGITS)
			*date = (int64_t)d->epoch;
		return true;
	}
	return d->n >= 6 && (valid || d->week) &&
	    (d->n >= DATE_DIGITS || !d->dot);
}

/* A date behind a dash, a dot or a low line, to the end of s. */
static bool
by_date(struct slice s, struct rotation *r)
{
	struct digits d;
	int64_t date;

	for (size_t i = s.len > DATE_MAX ? s.len - DATE_MAX : 0; i + 1 < s.len;
	    i++) {
		if (slice_chr(SLICE("-._"), s.ptr[i]) == SLICE_NONE ||
		    !take_digits(slice_from(s, i + 1), &d) ||
		    !is_date(&d, &date))
			continue;
		r->base = slice_sub(s, 0, i);
		r->age = DATES - (int64_t)d.ymd;
		r->date = date;
		return true;
	}
	return false;
}

static bool
by_number(struct slice s, struct rotation *r)
{
	struct slice base, tail;
	uint64_t n;

	if (!slice_rcut(s, '.', &base, &tail) || tail.len > AGE_DIGITS ||
	    !slice_u64(tail, 9999, &n))
		return false;
	r->base = base;
	r->age = (int64_t)n;
	return true;
}

/* The end of s is a number of its own: 192.0.2.1 of 192.0.2.1.log. */
static bool
ends_in_number(struct slice s)
{
	struct slice head, tail;
	uint64_t n;

	return slice_rcut(s, '.', &head, &tail) &&
	    slice_u64(tail, UINT64_MAX, &n);
}

struct rotation
rotation_of(struct slice name)
{
	static const struct slice ext = SLICE(".log");
	struct slice s = no_suffix(no_container(no_here(name))), head;
	struct rotation r = { .base = s, .age = YOUNGEST,
		.date = ROTATION_NO_DATE };

	if (slice_ends(s, ext)) {
		head = slice_sub(s, 0, s.len - ext.len);
		if (by_date(head, &r) || (by_number(head, &r) &&
		    !ends_in_number(r.base))) {
			r.ext = ext;
			return r;
		}
		r.base = s;
		r.age = YOUNGEST;
		return r;
	}
	if (!by_date(s, &r))
		(void)by_number(s, &r);
	return r;
}

/* The byte at i of the name of the log, or -1. */
static int
byte_of(const struct rotation *r, size_t i)
{
	if (i < r->base.len)
		return r->base.ptr[i];
	i -= r->base.len;
	return i < r->ext.len ? r->ext.ptr[i] : -1;
}

static int
log_cmp(const struct rotation *a, const struct rotation *b)
{
	for (size_t i = 0;; i++) {
		int x = byte_of(a, i), y = byte_of(b, i);

		if (x != y)
			return x < y ? -1 : 1;
		if (x < 0)
			return 0;
	}
}

bool
rotation_same(struct slice a, struct slice b)
{
	struct rotation x = rotation_of(a), y = rotation_of(b);

	return log_cmp(&x, &y) == 0;
}

int
rotation_cmp(struct slice a, struct slice b)
{
	struct rotation x = rotation_of(a), y = rotation_of(b);
	int c = log_cmp(&x, &y);

	if (c != 0)
		return c;
	if (x.age != y.age)
		return x.age > y.age ? -1 : 1;
	return slice_cmp(a, b);
}
