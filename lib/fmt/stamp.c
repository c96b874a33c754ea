#include "fmt/stamp.h"

#include "base/caltime.h"

#include "base/banned.h"

#define SEC_MIN	INT64_C(-62135596800)	/* 0001-01-01T00:00:00Z */
#define SEC_MAX	INT64_C(253402300799)	/* 9999-12-31T23:59:59Z */

/* Two digits, or 100. */
static inline unsigned int
two(const unsigned char *p)
{
	unsigned int a = (unsigned int)p[0] - '0';
	unsigned int b = (unsigned int)p[1] - '0';

	return a > 9 || b > 9 ? 100 : a * 10 + b;
}

/* HH:MM:SS, or -1. */
static inline int
hms(const unsigned char *p)
{
	unsigned int h = two(p), m = two(p + 3), s = two(p + 6);

	if (p[2] != ':' || p[5] != ':' || h > 23 || m > 59 || s > 60)
		return -1;
	return (int)(h * 3600 + m * 60 + (s == 60 ? 59 : s));
}

#define NAME(a, b, c)							\
	((uint32_t)(a) << 16 | (uint32_t)(b) << 8 | (uint32_t)(c))

/* 1 to 12 for an English month name of three letters, or 0. */
static inline unsigned int
month(const unsigned char *p)
{
	switch (NAME(p[0], p[1], p[2])) {
	case NAME('J', 'a', 'n'):
		return 1;
	case NAME('F', 'e', 'b'):
		return 2;
	case NAME('M', 'a', 'r'):
		return 3;
	case NAME('A', 'p', 'r'):
		return 4;
	case NAME('M', 'a', 'y'):
		return 5;
	case NAME('J', 'u', 'n'):
		return 6;
	case NAME('J', 'u', 'l'):
		return 7;
	case NAME('A', 'u', 'g'):
		return 8;
	case NAME('S', 'e', 'p'):
		return 9;
	case NAME('O', 'c', 't'):
		return 10;
	case NAME('N', 'o', 'v'):
		return 11;
	case NAME('D', 'e', 'c'):
		return 12;
	default:
		return 0;
	}
}

static bool
is_weekday(const unsigned char *p)
{
	switch (NAME(p[0], p[1], p[2])) {
	case NAME('M', 'o', 'n'):
	case NAME('T', 'u', 'e'):
	case NAME('W', 'e', 'd'):
	case NAME('T', 'h', 'u'):
	case NAME('F', 'r', 'i'):
	case NAME('S', 'a', 't'):
	case NAME('S', 'u', 'n'):
		return true;
	default:
		return false;
	}
}

/*
 * The fraction at pos of s, 1 to 9 digits after a point or comma; returns
 * the position after it, which is pos if there is none.
 */
static inline size_t
fraction(struct slice s, size_t pos, struct stamp *st)
{
	uint32_t v = 0;
	size_t n = 0;

	st->nsec = 0;
	st->digits = 0;
	if (pos + 1 >= s.len || (s.ptr[pos] != '.' && s.ptr[pos] != ','))
		return pos;
	while (n < 9 && pos + 1 + n < s.len && ascii_digit(s.ptr[pos + 1 + n]))
		v = v * 10 + (uint32_t)(s.ptr[pos + 1 + n++] - '0');
	if (n == 0)
		return pos;
	st->digits = (uint8_t)n;
	for (size_t i = n; i < 9; i++)
		v *= 10;
	st->nsec = v;
	return pos + 1 + n;
}

/*
 * The zone at pos of s: Z, +HH:MM, +HHMM or +HH; returns the position after
 * it, which is pos if there is none.
 */
static inline size_t
zone(struct slice s, size_t pos, int64_t *east)
{
	const unsigned char *p;
	unsigned int h, m = 0;
	size_t n, end;

	*east = 0;
	if (pos >= s.len)
		return pos;
	p = s.ptr + pos;
	n = s.len - pos;
	if (*p == 'Z' || *p == 'z')
		return pos + 1;
	if ((*p != '+' && *p != '-') || n < 3 || (h = two(p + 1)) > 23)
		return pos;
	end = 3;
	if (n >= 6 && p[3] == ':' && two(p + 4) < 60) {
		m = two(p + 4);
		end = 6;
	} else if (n >= 5 && two(p + 3) < 60) {
		m = two(p + 3);
		end = 5;
	}
	*east = (int64_t)h * 3600 + (int64_t)m * 60;
	if (*p == '-')
		*east = -*east;
	return pos + end;
}

/* Give *st the text up to pos and drop that from *s. */
static inline bool
taken(struct slice *s, size_t pos, struct stamp *st)
{
	st->text = slice_of(s->ptr, pos);
	s->ptr += pos;
	s->len -= pos;
	return true;
}

/* Decode 15 bytes: month, day of two columns, time. */
static bool
bsd(const unsigned char *p, struct stamp_memo *m)
{
	static const unsigned char days[13] =
	    { 0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	unsigned int mon = month(p), day;
	int sec;

	if (mon == 0 || p[3] != ' ' || p[6] != ' ')
		return false;
	if (p[4] == ' ')
		day = ascii_digit(p[5]) ? (unsigned int)p[5] - '0' : 0;
	else
		day = two(p + 4);
	sec = hms(p + 7);
	if (day < 1 || day > days[mon] || sec < 0)
		return false;
	m->mon = (uint8_t)mon;
	m->day = (uint8_t)day;
	m->bsd_sec = sec;
	m->has_bsd = true;
	memcpy(m->bsd_key, p, STAMP_BSD_LEN);
	return true;
}

bool
stamp_read_bsd(struct slice *s, struct stamp *st, struct stamp_memo *memo)
{
	struct stamp_memo own;
	unsigned char wide[STAMP_BSD_LEN];
	const unsigned char *p = s->ptr;
	size_t pos = STAMP_BSD_LEN;

	if (s->len < STAMP_BSD_LEN - 1)
		return false;
	if (memo == NULL) {
		own.has_bsd = false;
		memo = &own;
	}
	if (p[5] == ' ' && p[4] != ' ') {
		/* A writer that does not pad the day. */
		memcpy(wide, p, 4);
		wide[4] = ' ';
		memcpy(wide + 5, p + 4, STAMP_BSD_LEN - 5);
		p = wide;
		pos--;
	} else if (s->len < STAMP_BSD_LEN)
		return false;
	if ((!memo->has_bsd ||
	    memcmp(memo->bsd_key, p, STAMP_BSD_LEN) != 0) && !bsd(p, memo))
		return false;
	st->kind = STAMP_BSD;
	st->mon = memo->mon;
	st->day = memo->day;
	st->sec = memo->bsd_sec;
	return taken(s, fraction(*s, pos, st), st);
}

/* Decode 19 bytes: date, separator, time. */
static bool
iso(const unsigned char *p, struct stamp_memo *m)
{
	unsigned int century = two(p), year = two(p + 2);
	unsigned int mon = two(p + 5), day = two(p + 8);
	int sec = hms(p + 11);
	struct caltime c = { 0 };

	if (century > 99 || year > 99 || p[4] != '-' || p[7] != '-' ||
	    sec < 0 || (p[10] != 'T' && p[10] != ' ' && p[10] != 't' &&
	    p[10] != '_'))
		return false;
	c.year = (int)(century * 100 + year);
	c.mon = (int)mon;
	c.day = (int)day;
	if (!caltime_sec(&c, &m->iso_sec))
		return false;
	m->iso_sec += sec;
	m->has_iso = true;
	memcpy(m->iso_key, p, STAMP_ISO_LEN);
	return true;
}

bool
stamp_take_iso(struct slice *s, struct stamp *st, struct stamp_memo *memo)
{
	struct stamp_memo own;
	size_t pos, end;
	int64_t east;

	if (s->len < STAMP_ISO_LEN || s->ptr[4] != '-')
		return false;
	if (memo == NULL) {
		own.has_iso = false;
		memo = &own;
	}
	if ((!memo->has_iso ||
	    memcmp(memo->iso_key, s->ptr, STAMP_ISO_LEN) != 0) &&
	    !iso(s->ptr, memo))
		return false;
	st->mon = st->day = 0;
	pos = fraction(*s, STAMP_ISO_LEN, st);
	end = zone(*s, pos, &east);
	if (end == pos && s->ptr[10] == ' ' && s->len - pos > 1 &&
	    s->ptr[pos] == ' ' &&
	    (s->ptr[pos + 1] == '+' || s->ptr[pos + 1] == '-')) {
		/* 2026-09-01 10:04:05 +0200 */
		end = zone(*s, pos + 1, &east);
		if (end == pos + 1)
			end = pos;
	}
	st->sec = memo->iso_sec - east;
	if (st->sec < SEC_MIN || st->sec > SEC_MAX)
		return false;
	/* svlogd -tt writes 2026-09-01_10:04:05.12345, always in UTC. */
	st->kind = end == pos && s->ptr[10] != '_' ? STAMP_LOCAL : STAMP_ZONED;
	return taken(s, end, st);
}

/* True if s names UTC, the only abbreviation without a second meaning. */
static bool
is_utc(struct slice s)
{
	return slice_eq(s, SLICE("UTC")) || slice_eq(s, SLICE("GMT")) ||
	    slice_eq(s, SLICE("Z"));
}

/* The length of a zone abbreviation at the start of s, or 0. */
static size_t
abbreviation(struct slice s)
{
	size_t n = 0;

	while (n < s.len && n < 7 && ascii_upper(s.ptr[n]))
		n++;
	if (n < s.len && s.ptr[n] != ' ')
		return 0;
	return n >= 3 && n <= 6 ? n : n == 1 && s.ptr[0] == 'Z';
}

bool
stamp_take_full(struct slice *s, struct stamp *st)
{
	struct stamp_memo m;
	struct slice rest;
	size_t pos = 4 + STAMP_ISO_LEN, end, n;
	int64_t east = 0;

	if (s->len < pos || s->ptr[3] != ' ' || !is_weekday(s->ptr) ||
	    s->ptr[14] != ' ' || !iso(s->ptr + 4, &m))
		return false;
	pos = fraction(*s, pos, st);
	st->kind = STAMP_LOCAL;
	st->mon = st->day = 0;
	if (pos < s->len && s->ptr[pos] == ' ') {
		rest = slice_from(*s, pos + 1);
		n = abbreviation(rest);
		if (n > 0) {
			if (is_utc(slice_sub(rest, 0, n)))
				st->kind = STAMP_ZONED;
			pos += 1 + n;
		} else if ((end = zone(*s, pos + 1, &east)) > pos + 1 &&
		    (end == s->len || s->ptr[end] == ' ')) {
			st->kind = STAMP_ZONED;
			pos = end;
		} else
			east = 0;
	}
	st->sec = m.iso_sec - east;
	if (st->sec < SEC_MIN || st->sec > SEC_MAX)
		return false;
	return taken(s, pos, st);
}

/* The number of digits at pos of s, at most max. */
static size_t
digits(struct slice s, size_t pos, size_t max)
{
	size_t n = 0;

	while (n < max && pos + n < s.len && ascii_digit(s.ptr[pos + n]))
		n++;
	return n;
}

bool
stamp_take_unix(struct slice *s, struct stamp *st)
{
	size_t n = digits(*s, 0, 12);
	uint64_t sec;

	/* Nine digits are 1973, eleven more than anybody's clock. */
	if (n < 9 || n > 11 || s->len - n < 7 || s->ptr[n] != '.' ||
	    digits(*s, n + 1, 7) != 6 ||
	    !slice_u64(slice_sub(*s, 0, n), (uint64_t)SEC_MAX, &sec))
		return false;
	st->kind = STAMP_ZONED;
	st->mon = st->day = 0;
	st->sec = (int64_t)sec;
	return taken(s, fraction(*s, n, st), st);
}

bool
stamp_take_epoch(struct slice *s, struct stamp *st)
{
	size_t n = digits(*s, 0, 11), end;
	uint64_t sec;

	/* Ten digits are 2001 to 2286. */
	if (n != 10 || !slice_u64(slice_sub(*s, 0, n), (uint64_t)SEC_MAX,
	    &sec))
		return false;
	end = fraction(*s, n, st);
	if (end == s->len || s->ptr[end] != ' ')
		return false;
	st->kind = STAMP_ZONED;
	st->mon = st->day = 0;
	st->sec = (int64_t)sec;
	return taken(s, end, st);
}

#define DATED_LEN	20	/* 2026 Sep  1 10:04:05 */

/* 2026/09/01 10:04:05 */
static bool
take_slashed(struct slice *s, struct stamp *st)
{
	unsigned char plain[STAMP_ISO_LEN];
	struct stamp_memo m;

	memcpy(plain, s->ptr, STAMP_ISO_LEN);
	if (plain[7] != '/' || plain[10] != ' ')
		return false;
	plain[4] = plain[7] = '-';
	if (!iso(plain, &m))
		return false;
	st->kind = STAMP_LOCAL;
	st->mon = st->day = 0;
	st->sec = m.iso_sec;
	return taken(s, fraction(*s, STAMP_ISO_LEN, st), st);
}

bool
stamp_take_dated(struct slice *s, struct stamp *st)
{
	unsigned char plain[STAMP_BSD_LEN];
	struct stamp_memo m;
	const unsigned char *p = s->ptr, *year = p;
	struct caltime c = { 0 };
	int64_t sec;

	if (s->len >= STAMP_ISO_LEN && p[4] == '/')
		return take_slashed(s, st);
	if (s->len < DATED_LEN)
		return false;
	if (ascii_digit(*p)) {
		memcpy(plain, p + 5, STAMP_BSD_LEN);
		if (p[4] != ' ')
			return false;
	} else {
		year = p + 7;
		memcpy(plain, p, 7);
		memcpy(plain + 7, p + 12, 8);
		if (p[11] != ' ')
			return false;
	}
	if (two(year) > 99 || two(year + 2) > 99 || !bsd(plain, &m))
		return false;
	c.year = (int)(two(year) * 100 + two(year + 2));
	c.mon = m.mon;
	c.day = m.day;
	if (!caltime_sec(&c, &sec))
		return false;
	st->kind = STAMP_LOCAL;
	st->mon = st->day = 0;
	st->sec = sec + m.bsd_sec;
	return taken(s, fraction(*s, DATED_LEN, st), st);
}

#define TAI_LEN		25	/* @ and 24 hexadecimal digits */
#define TAI_1970	((UINT64_C(1) << 62) + 10)	/* as in libtai */

bool
stamp_take_tai(struct slice *s, struct stamp *st)
{
	uint64_t sec, nsec;

	if (s->len < TAI_LEN || s->ptr[0] != '@' ||
	    !slice_hex(slice_sub(*s, 1, 16), &sec) ||
	    !slice_hex(slice_sub(*s, 17, 8), &nsec) ||
	    sec < TAI_1970 || sec - TAI_1970 > (uint64_t)SEC_MAX ||
	    nsec >= 1000000000)
		return false;
	st->kind = STAMP_ZONED;
	st->mon = st->day = 0;
	st->digits = 9;
	st->nsec = (uint32_t)nsec;
	st->sec = (int64_t)(sec - TAI_1970);
	return taken(s, TAI_LEN, st);
}

bool
stamp_of_usec(struct slice s, struct stamp *st)
{
	uint64_t usec;

	return slice_u64(s, (uint64_t)SEC_MAX * 1000000, &usec) &&
	    stamp_of_count(usec, s, st);
}

bool
stamp_of_count(uint64_t usec, struct slice s, struct stamp *st)
{
	if (usec > (uint64_t)SEC_MAX * 1000000)
		return false;
	*st = (struct stamp){
		.kind = STAMP_ZONED,
		.digits = 6,
		.nsec = (uint32_t)(usec % 1000000) * 1000,
		.sec = (int64_t)(usec / 1000000),
		.text = s
	};
	return true;
}

bool
stamp_of_epoch(struct slice s, struct stamp *st)
{
	size_t n = digits(s, 0, 13);
	uint64_t sec;

	*st = (struct stamp){ .text = s };
	if (!slice_u64(slice_sub(s, 0, n), (uint64_t)SEC_MAX, &sec) ||
	    fraction(s, n, st) != s.len) {
		*st = (struct stamp){ 0 };
		return false;
	}
	st->kind = STAMP_ZONED;
	st->sec = (int64_t)sec;
	return true;
}
