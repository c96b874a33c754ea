#include "io/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/slice.h"

#define ZONE_DIR	"/usr/share/zoneinfo/"
#define ZONE_NAME_MAX	64
#define ZONE_ABBREV	12		/* bytes of an abbreviation, with NUL */
#define ZONE_END	INT64_C(4102444800)	/* 2100-01-01 */
#define ZONE_STEP	INT64_C(604800)	/* no two changes of a zone are nearer */
#define ZONE_FAR	(INT64_C(1) << 60)
#define ZONE_DAY	INT64_C(86400)

/* A stretch of time with one offset; it ends where the next one begins. */
struct period {
	int64_t	start;
	int32_t	east;
	char	abbrev[ZONE_ABBREV];
};

struct zone {
	struct period	*v;
	size_t		 n;	/* at least 1; v[0].start is the far past */
	_Atomic size_t	*last;	/* the period found last: a guess only */
};

/* The period that holds at that time, by libc's TZ. */
static struct period
libc_period(int64_t utc)
{
	struct period p = { .start = utc };
	time_t t = (time_t)utc;
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL)
		return p;
	p.east = (int32_t)tm.tm_gmtoff;
	if (tm.tm_zone != NULL)
		(void)snprintf(p.abbrev, sizeof(p.abbrev), "%s", tm.tm_zone);
	return p;
}

static bool
same(const struct period *a, const struct period *b)
{
	return a->east == b->east &&
	    slice_eq(slice_of(a->abbrev, ZONE_ABBREV),
	    slice_of(b->abbrev, ZONE_ABBREV));
}

static void
add(struct zone *z, const struct period *p)
{
	if ((z->n & (z->n - 1)) == 0)
		z->v = mem_grow(z->v, z->n, z->n == 0 ? 1 : z->n * 2,
		    sizeof(*z->v));
	z->v[z->n++] = *p;
}

/* Collect the changes that libc knows: steps, then bisection. */
static void
collect(struct zone *z)
{
	struct period a = libc_period(0), b, m;
	int64_t lo, hi, mid;

	a.start = -ZONE_FAR;
	add(z, &a);
	for (int64_t t = 0; t < ZONE_END; t += ZONE_STEP) {
		hi = t + ZONE_STEP;
		b = libc_period(hi);
		if (same(&a, &b))
			continue;
		for (lo = t; hi - lo > 1;) {
			mid = lo + (hi - lo) / 2;
			m = libc_period(mid);
			if (same(&a, &m)) {
				lo = mid;
			} else {
				hi = mid;
				b = m;
			}
		}
		b.start = hi;
		add(z, &b);
		a = b;
	}
}

/* A zone name that stays below the directory. */
static bool
name_ok(struct slice s)
{
	if (s.len == 0 || s.len > ZONE_NAME_MAX || s.ptr[0] == '/' ||
	    slice_find(s, SLICE("..")) != SLICE_NONE)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_alnum(s.ptr[i]) && s.ptr[i] != '/' &&
		    s.ptr[i] != '_' && s.ptr[i] != '-' && s.ptr[i] != '+')
			return false;
	return true;
}

/* True if the file is one of compiled zone data. */
static bool
is_zone_file(const char *path)
{
	unsigned char magic[4];
	struct stat st;
	bool ok;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd == -1)
		return false;
	ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    read(fd, magic, sizeof(magic)) == (ssize_t)sizeof(magic) &&
	    slice_eq(slice_of(magic, sizeof(magic)), SLICE("TZif"));
	(void)close(fd);
	return ok;
}

/* Read a zone by its name, with TZ set to it for the time being. */
static enum rc
open_named(struct zone *z, const char *name, struct err *e)
{
	char tz[sizeof(":" ZONE_DIR) + ZONE_NAME_MAX];
	const char *env;
	char *old;
	int sys;

	(void)snprintf(tz, sizeof(tz), ":" ZONE_DIR "%s", name);
	if (!is_zone_file(tz + 1)) {
		errno = 0;
		return err_fail(e, "unknown zone: see timedatectl "
		    "list-timezones or use +HH:MM");
	}
	env = getenv("TZ");
	old = env == NULL ? NULL : mem_dup(env, slice_cstr(env).len);
	if (setenv("TZ", tz, 1) == 0) {
		tzset();
		collect(z);
	}
	sys = old != NULL ? setenv("TZ", old, 1) : unsetenv("TZ");
	mem_free(old);
	tzset();
	if (sys != 0 || z->n == 0)
		return err_fail(e, "cannot set the zone");
	return RC_OK;
}

/* +HH, +HHMM or +HH:MM, or a minus; false if it is none of them. */
static bool
parse_offset(struct slice s, int32_t *east)
{
	uint64_t h, m = 0;
	bool neg;

	if (s.len < 3 || (s.ptr[0] != '+' && s.ptr[0] != '-'))
		return false;
	neg = s.ptr[0] == '-';
	if (!slice_u64(slice_sub(s, 1, 2), 23, &h))
		return false;
	s = slice_from(s, 3);
	if (s.len == 3 && s.ptr[0] == ':')
		s = slice_from(s, 1);
	if (s.len != 0 && (s.len != 2 || !slice_u64(s, 59, &m)))
		return false;
	*east = (int32_t)(h * 3600 + m * 60);
	if (neg)
		*east = -*east;
	return true;
}

enum rc
zone_open(struct zone **out, const char *name, struct err *e)
{
	struct slice s = slice_cstr(name == NULL ? "UTC" : name);
	struct period p = { .start = -ZONE_FAR };
	struct zone *z;
	enum rc rc = RC_OK;

	z = mem_alloc(1, sizeof(*z));
	z->last = mem_alloc(1, sizeof(*z->last));
	atomic_init(z->last, 0);
	if (slice_eq(s, SLICE("UTC")) || slice_eq(s, SLICE("Z"))) {
		(void)snprintf(p.abbrev, sizeof(p.abbrev), "UTC");
		add(z, &p);
	} else if (parse_offset(s, &p.east)) {
		unsigned int min = (unsigned int)abs(p.east) / 60;

		(void)snprintf(p.abbrev, sizeof(p.abbrev), "%c%02u:%02u",
		    p.east < 0 ? '-' : '+', min / 60 % 24, min % 60);
		add(z, &p);
	} else if (name_ok(s)) {
		rc = open_named(z, name, e);
	} else {
		errno = 0;
		rc = err_fail(e, "unknown zone: see timedatectl "
		    "list-timezones or use +HH:MM");
	}
	if (rc != RC_OK) {
		zone_free(z);
		z = NULL;
	}
	*out = z;
	return rc;
}

void
zone_free(struct zone *z)
{
	if (z == NULL)
		return;
	mem_free(z->v);
	mem_free(z->last);
	mem_free(z);
}

/* When period i ends. */
static int64_t
end_of(const struct zone *z, size_t i)
{
	return i + 1 < z->n ? z->v[i + 1].start : ZONE_FAR;
}

/* The period of that time, which lies within +-ZONE_FAR. */
static size_t
find(const struct zone *z, int64_t utc)
{
	size_t i, lo = 0, hi = z->n;

	i = atomic_load_explicit(z->last, memory_order_relaxed);
	if (z->v[i].start <= utc && utc < end_of(z, i))
		return i;
	while (hi - lo > 1) {
		i = lo + (hi - lo) / 2;
		if (z->v[i].start <= utc)
			lo = i;
		else
			hi = i;
	}
	atomic_store_explicit(z->last, lo, memory_order_relaxed);
	return lo;
}

/* Keep arithmetic on a time from overflowing. */
static int64_t
clamp(int64_t t)
{
	if (t < -ZONE_FAR / 2)
		return -ZONE_FAR / 2;
	return t > ZONE_FAR / 2 ? ZONE_FAR / 2 : t;
}

int32_t
zone_offset(const struct zone *z, int64_t utc, const char **abbrev)
{
	const struct period *p = &z->v[find(z, clamp(utc))];

	if (abbrev != NULL)
		*abbrev = p->abbrev;
	return p->east;
}

enum zone_local
zone_utc(const struct zone *z, int64_t local, int64_t *utc)
{
	size_t first, hits = 0;
	int64_t t;

	local = clamp(local);
	/* No offset reaches a day: what matters lies a day around. */
	first = find(z, local - ZONE_DAY);
	for (size_t i = first; i < z->n; i++) {
		if (z->v[i].start > local + ZONE_DAY)
			break;
		t = local - z->v[i].east;
		if (t < z->v[i].start || t >= end_of(z, i))
			continue;
		if (hits++ == 0)
			*utc = t;
	}
	if (hits != 0)
		return hits == 1 ? ZONE_OK : ZONE_AMBIGUOUS;
	/* In the gap at the end of the last period that is over by then. */
	*utc = local - z->v[first].east;
	for (size_t i = first + 1; i < z->n; i++) {
		t = local - z->v[i].east;
		if (t < z->v[i].start)
			break;
		*utc = t;
	}
	return ZONE_SKIPPED;
}
