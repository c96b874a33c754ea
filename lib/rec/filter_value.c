#include "rec/filter_value.h"

#include <arpa/inet.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/caltime.h"

#include "base/banned.h"

struct decimal {
	bool		neg;
	struct slice	whole;	/* without leading zeros */
	struct slice	frac;	/* without trailing zeros */
};

static bool
decimal(struct slice s, struct decimal *d)
{
	bool point;

	*d = (struct decimal){ .neg = slice_take(&s, SLICE("-")) };
	point = slice_cut(s, '.', &d->whole, &d->frac);
	if (!point) {
		d->whole = s;
		d->frac = slice_of(NULL, 0);
	}
	if (d->whole.len + d->frac.len == 0 ||
	    (d->whole.len > 0 && !slice_digits(d->whole)) ||
	    (d->frac.len > 0 && !slice_digits(d->frac)))
		return false;
	while (d->whole.len > 0 && d->whole.ptr[0] == '0')
		d->whole = slice_from(d->whole, 1);
	while (d->frac.len > 0 && d->frac.ptr[d->frac.len - 1] == '0')
		d->frac.len--;
	if (d->whole.len + d->frac.len == 0)
		d->neg = false;
	return true;
}

bool
filter_is_number(struct slice s)
{
	struct decimal d;

	return decimal(s, &d);
}

bool
filter_number_cmp(struct slice a, struct slice b, int *cmp)
{
	struct decimal x, y;
	int c;

	if (!decimal(a, &x) || !decimal(b, &y))
		return false;
	if (x.neg != y.neg) {
		*cmp = x.neg ? -1 : 1;
		return true;
	}
	if (x.whole.len != y.whole.len)
		c = x.whole.len < y.whole.len ? -1 : 1;
	else {
		c = slice_cmp(x.whole, y.whole);
		if (c == 0)
			c = slice_cmp(x.frac, y.frac);
	}
	*cmp = x.neg ? -c : c;
	return true;
}

int
filter_instant_cmp(struct filter_instant a, struct filter_instant b)
{
	if (a.sec != b.sec)
		return a.sec < b.sec ? -1 : 1;
	return a.nsec < b.nsec ? -1 : a.nsec > b.nsec;
}

/* n digits at the start of *s, of a number between lo and hi. */
static bool
take(struct slice *s, size_t n, int lo, int hi, int *v)
{
	uint64_t u;

	if (s->len < n || !slice_u64(slice_sub(*s, 0, n), 9999, &u) ||
	    (int)u < lo || (int)u > hi)
		return false;
	*v = (int)u;
	*s = slice_from(*s, n);
	return true;
}

/* Z, +HH:MM, +HHMM or +HH at the end: seconds east; nothing is UTC. */
static bool
take_zone(struct slice s, int64_t *east)
{
	int h, m = 0, sign = 1;

	*east = 0;
	if (s.len == 0 || slice_eq(s, SLICE("Z")) || slice_eq(s, SLICE("z")))
		return true;
	if (s.ptr[0] == '-')
		sign = -1;
	else if (s.ptr[0] != '+')
		return false;
	s = slice_from(s, 1);
	if (!take(&s, 2, 0, 23, &h))
		return false;
	(void)slice_take(&s, SLICE(":"));
	if (s.len > 0 && !take(&s, 2, 0, 59, &m))
		return false;
	*east = sign * ((int64_t)h * 3600 + (int64_t)m * 60);
	return s.len == 0;
}

enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, PARTS };

/* The parts of a time that s begins with; how many, 0 if it is none. */
static size_t
take_parts(struct slice *s, int part[PARTS])
{
	static const struct {
		struct slice	sep;
		size_t		digits;
		int		lo, hi;
	} rule[PARTS] = {
		{ SLICE(""), 4, 1, 9999 }, { SLICE("-"), 2, 1, 12 },
		{ SLICE("-"), 2, 1, 31 }, { SLICE("Tt "), 2, 0, 23 },
		{ SLICE(":"), 2, 0, 59 }, { SLICE(":"), 2, 0, 60 },
	};
	size_t n;

	for (n = 0; n < PARTS; n++) {
		if (n > 0) {
			if (s->len == 0 || slice_chr(rule[n].sep,
			    s->ptr[0]) == SLICE_NONE)
				break;
			*s = slice_from(*s, 1);
		}
		if (!take(s, rule[n].digits, rule[n].lo, rule[n].hi, &part[n]))
			return 0;
	}
	return n;
}

/* Up to nine digits behind a point: nanoseconds, and those of one step. */
static bool
take_fraction(struct slice *s, uint32_t *nsec, uint32_t *step)
{
	size_t n = 0;

	while (n < s->len && n < 9 && ascii_digit(s->ptr[n])) {
		*step /= 10;
		*nsec += *step * (uint32_t)(s->ptr[n++] - '0');
	}
	*s = slice_from(*s, n);
	return n > 0;
}

/* The start of the period of n parts that follows. */
static bool
next_period(const int part[PARTS], size_t n, int64_t lo, int64_t *hi)
{
	struct caltime c = { .year = part[YEAR], .mon = 1, .day = 1 };

	if (n > MONTH + 1) {
		*hi = lo + (n == DAY + 1 ? 86400 : n == HOUR + 1 ? 3600 :
		    n == MINUTE + 1 ? 60 : 1);
		return true;
	}
	if (n == MONTH + 1 && part[MONTH] < 12)
		c.mon = part[MONTH] + 1;
	else if (c.year == 9999) {
		*hi = lo + 366 * INT64_C(86400);	/* past all times */
		return true;
	} else
		c.year++;
	return caltime_sec(&c, hi);
}

bool
filter_period(struct slice s, struct filter_instant *lo,
    struct filter_instant *hi)
{
	int part[PARTS] = { 0, 1, 1, 0, 0, 0 };
	uint32_t step = 1000000000;
	size_t n = take_parts(&s, part);
	struct caltime c = { part[YEAR], part[MONTH], part[DAY], part[HOUR],
	    part[MINUTE], part[SECOND] };
	int64_t east;

	*lo = *hi = (struct filter_instant){ 0, 0 };
	if (n == 0 || !caltime_sec(&c, &lo->sec) ||
	    !next_period(part, n, lo->sec, &hi->sec))
		return false;
	if (n == PARTS && slice_take(&s, SLICE("."))) {
		if (!take_fraction(&s, &lo->nsec, &step))
			return false;
		hi->sec = lo->sec + (lo->nsec + step) / 1000000000;
		hi->nsec = (lo->nsec + step) % 1000000000;
	}
	/* Only what has minutes can have a zone. */
	if ((n <= MINUTE && s.len > 0) || !take_zone(s, &east))
		return false;
	lo->sec -= east;
	hi->sec -= east;
	return true;
}

bool
filter_addr_parse(struct slice s, struct filter_addr *a)
{
	static const unsigned char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	    0xff, 0xff };
	char text[INET6_ADDRSTRLEN];
	size_t zone;

	*a = (struct filter_addr){ .bits = 0 };
	zone = slice_chr(s, '%');
	if (zone != SLICE_NONE)
		s = slice_sub(s, 0, zone);
	if (s.len < 2 || s.len >= sizeof(text) ||
	    slice_chr(s, '\0') != SLICE_NONE)
		return false;
	memcpy(text, s.ptr, s.len);
	text[s.len] = '\0';
	if (slice_chr(s, ':') == SLICE_NONE) {
		a->bits = 32;
		return inet_pton(AF_INET, text, a->bytes) == 1;
	}
	a->bits = 128;
	if (inet_pton(AF_INET6, text, a->bytes) != 1)
		return false;
	if (memcmp(a->bytes, mapped, sizeof(mapped)) == 0) {
		memmove(a->bytes, a->bytes + 12, 4);
		memset(a->bytes + 4, 0, 12);
		a->bits = 32;
	}
	return true;
}

bool
filter_addr_in(const struct filter_addr *a, const struct filter_addr *net,
    unsigned int prefix)
{
	size_t whole = prefix / 8;
	unsigned int rest = prefix % 8;

	if (a->bits != net->bits || prefix > net->bits ||
	    memcmp(a->bytes, net->bytes, whole) != 0)
		return false;
	return rest == 0 ||
	    (a->bytes[whole] ^ net->bytes[whole]) >> (8 - rest) == 0;
}

/* The needle at p, whatever its case. */
static bool
is_at(const unsigned char *p, struct slice needle)
{
	for (size_t i = 0; i < needle.len; i++)
		if (ascii_tolower(p[i]) != needle.ptr[i])
			return false;
	return true;
}

bool
filter_find_nocase(struct slice s, struct slice needle)
{
	size_t last, n, i = 0;

	if (needle.len == 0)
		return true;
	if (s.len < needle.len)
		return false;
	last = needle.len - 1;
	n = s.len - last;	/* places where it may begin */
#ifdef __SSE2__
	{
		/* A letter differs from its capital by one bit. */
		unsigned char c0 = needle.ptr[0], c1 = needle.ptr[last];
		__m128i m0 = _mm_set1_epi8(ascii_lower(c0) ? 0x20 : 0);
		__m128i m1 = _mm_set1_epi8(ascii_lower(c1) ? 0x20 : 0);
		__m128i v0 = _mm_set1_epi8((char)c0);
		__m128i v1 = _mm_set1_epi8((char)c1);

		for (; n - i >= 16; i += 16) {
			__m128i a = _mm_loadu_si128((const __m128i *)
			    (s.ptr + i));
			__m128i b = _mm_loadu_si128((const __m128i *)
			    (s.ptr + i + last));
			unsigned int bits = (unsigned int)_mm_movemask_epi8(
			    _mm_and_si128(
			    _mm_cmpeq_epi8(_mm_or_si128(a, m0), v0),
			    _mm_cmpeq_epi8(_mm_or_si128(b, m1), v1)));

			for (; bits != 0; bits &= bits - 1)
				if (is_at(s.ptr + i + __builtin_ctz(bits),
				    needle))
					return true;
		}
	}
#endif
	for (; i < n; i++)
		if (ascii_tolower(s.ptr[i]) == needle.ptr[0] &&
		    is_at(s.ptr + i, needle))
			return true;
	return false;
}
