#include "source/rotation.h"

#define YOUNGEST	(-1)
#define AGE_DIGITS	4		/* of mail.log.N */
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

/* -YYYYMMDD or .YYYYMMDD with more digits and dashes at the end. */
static bool
by_date(struct slice s, struct rotation *r)
{
	uint64_t n;

	for (size_t i = 0; i + 9 <= s.len; i++) {
		size_t end = i + 9;

		if ((s.ptr[i] != '-' && s.ptr[i] != '.') ||
		    !slice_u64(slice_sub(s, i + 1, 8), DATES - 1, &n))
			continue;
		while (end < s.len && (ascii_digit(s.ptr[end]) ||
		    s.ptr[end] == '-'))
			end++;
		if (end != s.len)
			continue;
		r->base = slice_sub(s, 0, i);
		r->age = DATES - (int64_t)n;
		return true;
	}
	return false;
}

struct rotation
rotation_of(struct slice name)
{
	struct slice s = no_suffix(no_container(name)), base, tail;
	struct rotation r = { .base = s, .age = YOUNGEST };
	uint64_t n;

	if (slice_rcut(s, '.', &base, &tail) && tail.len <= AGE_DIGITS &&
	    slice_u64(tail, 9999, &n)) {
		r.base = base;
		r.age = (int64_t)n;
		return r;
	}
	(void)by_date(s, &r);
	return r;
}

int
rotation_cmp(struct slice a, struct slice b)
{
	struct rotation x = rotation_of(a), y = rotation_of(b);
	int c = slice_cmp(x.base, y.base);

	if (c != 0)
		return c;
	if (x.age != y.age)
		return x.age > y.age ? -1 : 1;
	return slice_cmp(a, b);
}
