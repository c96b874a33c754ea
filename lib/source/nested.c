#include "source/nested.h"

#include <string.h>

#include "base/mem.h"
#include "source/carve.h"

#define TRIALS_SLACK ((uint64_t)2 * 1024 * 1024 * 1024)

struct level {
	struct nested *n;
	unsigned int depth;
	enum member_kind kind;
	uint64_t start;
	struct resync *plan; /* NULL: as it is */
	size_t part;
	struct member member;
	unsigned char *held; /* the last bytes decoded */
	size_t nheld;
	uint64_t pos; /* behind them */
};

struct nested {
	deflate_read_fn *read;
	void *arg;
	uint64_t trials, limit;
	unsigned int depth;
	struct level level[NESTED_DEPTH];
};

static size_t read_level(void *, uint64_t, unsigned char *, size_t);

/* What a level is decoded from. */
static deflate_read_fn *
below(const struct level *l, void **arg)
{
	*arg = l->depth == 0 ? l->n->arg : &l->n->level[l->depth - 1];
	return l->depth == 0 ? l->n->read : read_level;
}

/* Begin to decode. */
static bool
start(struct level *l)
{
	void *arg;
	deflate_read_fn *read = below(l, &arg);

	member_close(&l->member);
	l->pos = 0;
	l->nheld = 0;
	if (l->plan != NULL)
		return member_open_part(
		    &l->member, read, arg, l->start, l->plan, l->part, NULL);
	return member_open(&l->member, l->kind, read, arg, l->start);
}

/* Some bytes from off on. */
static size_t
read_some(struct level *l, uint64_t off, unsigned char *dst, size_t len)
{
	size_t skip;

	if (off < l->pos - l->nheld && !start(l))
		return 0;
	while (l->pos <= off) {
		size_t made = 0;

		if (l->member.open)
			(void)member_read(
			    &l->member, l->held, MEMBER_BUF, &made);
		if (made == 0)
			return 0;
		l->nheld = made;
		l->pos += made;
	}
	skip = (size_t)(off - (l->pos - l->nheld));
	if (len > l->nheld - skip)
		len = l->nheld - skip;
	memcpy(dst, l->held + skip, len);
	return len;
}

static size_t
read_level(void *arg, uint64_t off, unsigned char *dst, size_t len)
{
	struct level *l = arg;
	size_t got = 0, n;

	while (got < len &&
	    (n = read_some(l, off + got, dst + got, len - got)) > 0)
		got += n;
	return got;
}

/* Put a level on top: @OFF-KIND. */
static bool
push(struct nested *n, struct slice word, uint64_t off)
{
	struct level *l = &n->level[n->depth];

	if (n->depth == NESTED_DEPTH)
		return false;
	*l = (struct level){ .n = n, .depth = n->depth, .start = off };
	if (slice_eq(word, SLICE("GZIP")))
		l->kind = MEMBER_GZIP;
	else if (slice_eq(word, SLICE("ZSTD")))
		l->kind = MEMBER_ZSTD;
	else if (slice_eq(word, SLICE("XZ")))
		l->kind = MEMBER_XZ;
	else
		return false;
	l->held = mem_alloc(MEMBER_BUF, 1);
	n->depth++;
	return start(l);
}

/* The part of the topmost level that begins at a bit, or what that mends. */
static bool
choose_part(struct nested *n, struct slice word, uint64_t bit)
{
	struct level *l = n->depth == 0 ? NULL : &n->level[n->depth - 1];
	bool flip = slice_eq(word, SLICE("BITFLIP"));
	void *arg;
	deflate_read_fn *read;

	if (l == NULL || l->kind != MEMBER_GZIP || l->plan != NULL ||
	    (!flip && !slice_eq(word, SLICE("DEFLATE"))))
		return false;
	read = below(l, &arg);
	l->plan = mem_alloc(1, sizeof(*l->plan));
	if (!resync_plan(l->plan, read, arg, l->member.data * 8, NULL, n->limit,
		&n->trials))
		return false;
	if (flip)
		return l->plan->flip == bit && start(l);
	for (size_t i = 0; i < l->plan->n; i++)
		if (l->plan->hole[i].to == bit) {
			l->part = i + 1;
			return start(l);
		}
	return false;
}

/* Take @OFF-WORD or @BYTE.BIT-WORD off the front of a path. */
static bool
take(struct nested *n, struct slice *path)
{
	struct slice number, word, rest, byte, bit;
	uint64_t off, b;

	if (!slice_take(path, SLICE("@")))
		return false;
	rest = slice_from(*path,
	    slice_chr(*path, '@') == SLICE_NONE ? path->len :
						  slice_chr(*path, '@'));
	*path = slice_sub(*path, 0, path->len - rest.len);
	if (!slice_cut(*path, '-', &number, &word))
		return false;
	*path = rest;
	if (slice_cut(number, '.', &byte, &bit))
		return slice_u64(byte, UINT64_MAX / 8 - 1, &off) &&
		    slice_u64(bit, 7, &b) && choose_part(n, word, off * 8 + b);
	return slice_u64(number, INT64_MAX, &off) && push(n, word, off);
}

struct nested *
nested_open(deflate_read_fn *read, void *arg, uint64_t size, struct slice path)
{
	struct nested *n = mem_alloc(1, sizeof(*n));

	n->read = read;
	n->arg = arg;
	n->limit = size < UINT64_MAX / CARVE_TRIALS / 2 ?
	    size * CARVE_TRIALS + TRIALS_SLACK :
	    UINT64_MAX;
	while (path.len > 0)
		if (!take(n, &path)) {
			nested_close(n);
			return NULL;
		}
	return n;
}

size_t
nested_read(struct nested *n, uint64_t off, unsigned char *dst, size_t len)
{
	if (n->depth == 0)
		return n->read(n->arg, off, dst, len);
	return read_level(&n->level[n->depth - 1], off, dst, len);
}

void
nested_close(struct nested *n)
{
	for (unsigned int i = 0; n != NULL && i < n->depth; i++) {
		struct level *l = &n->level[i];

		member_close(&l->member);
		mem_free(l->plan);
		mem_free(l->held);
	}
	mem_free(n);
}
