#include "report/counts.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

#include "base/banned.h"

/* What is looked for is in two places of memory: here and in its row. */
struct counts_slot {
	uint64_t		 hash;
	struct counts_row	*row;	/* NULL: free */
};

#define WAITS		16	/* names that wait, a power of two */
#define HALF		(WAITS / 2)
#define WAIT_NAME	96	/* bytes of the longest of them */

struct counts_wait {
	uint64_t	hash, trace;
	uint64_t	n[COUNTS_N];
	uint32_t	once;
	uint32_t	len;
	unsigned char	name[WAIT_NAME];
};

void
counts_init(struct counts *c, size_t rows, size_t bytes)
{
	*c = (struct counts){ .limit = rows };
	arena_init_large(&c->mem, bytes + rows * sizeof(struct counts_row));
}

void
counts_free(struct counts *c)
{
	arena_free(&c->mem);
	mem_free(c->row);
	mem_free(c->note);
	mem_free(c->wait);
	if (c->slot != NULL)
		mem_pages_free(c->slot, c->nslot * sizeof(*c->slot));
	*c = (struct counts){ .limit = 0 };
}

static void
put_slot(struct counts *c, uint64_t hash, struct counts_row *row)
{
	size_t i = hash & (c->nslot - 1);

	while (c->slot[i].row != NULL)
		i = (i + 1) & (c->nslot - 1);
	c->slot[i] = (struct counts_slot){ hash, row };
}

static bool
make_room(struct counts *c)
{
	struct counts_slot *old = c->slot;
	size_t n = c->nslot, cap;

	if (c->n == c->limit)
		return false;
	if (c->n < c->cap)
		return true;
	cap = c->cap == 0 ? 64 : c->cap * 2;
	c->row = mem_grow(c->row, c->cap, cap, sizeof(*c->row));
	c->cap = cap;
	c->nslot = cap * 2;
	c->slot = mem_pages(c->nslot * sizeof(*c->slot));
	for (size_t i = 0; i < n; i++)
		if (old[i].row != NULL)
			put_slot(c, old[i].hash, old[i].row);
	if (old != NULL)
		mem_pages_free(old, n * sizeof(*old));
	return true;
}

static struct counts_row *
look_up(const struct counts *c, uint64_t hash, struct slice name)
{
	size_t i = hash & (c->nslot - 1);

	if (c->nslot == 0)
		return NULL;
	for (; c->slot[i].row != NULL; i = (i + 1) & (c->nslot - 1))
		if (c->slot[i].hash == hash &&
		    slice_eq(c->slot[i].row->name, name))
			return c->slot[i].row;
	return NULL;
}

/* The row of a name that is no longer than it may be. */
static struct counts_row *
find(struct counts *c, uint64_t hash, struct slice name)
{
	struct counts_row *r = look_up(c, hash, name);

	if (r != NULL)
		return r;
	if (!make_room(c) ||
	    (r = arena_alloc(&c->mem, sizeof(*r) + name.len)) == NULL) {
		c->dropped++;
		return NULL;
	}
	r->name = slice_of((unsigned char *)(r + 1), name.len);
	if (name.len > 0)
		memcpy(r + 1, name.ptr, name.len);
	r->i = c->n;
	c->row[c->n++] = r;
	put_slot(c, hash, r);
	return r;
}

static void
add(struct counts *c, const struct counts_wait *w, struct slice name)
{
	struct counts_row *r = find(c, w->hash, name);

	if (r == NULL)
		return;
	for (size_t i = 0; i < COUNTS_N; i++)
		r->n[i] += w->n[i];
	if (w->once >= COUNTS_N)
		return;
	if (w->trace != r->trace || r->n[w->once] == 0)
		r->n[w->once]++;
	r->trace = w->trace;
}

/* The one that has waited longest. */
static void
add_first(struct counts *c)
{
	const struct counts_wait *w = &c->wait[(c->nput - c->nwait--) % WAITS];

	add(c, w, slice_of(w->name, w->len));
}

void
counts_settle(struct counts *c)
{
	while (c->nwait > 0)
		add_first(c);
}

struct counts_row *
counts_find(struct counts *c, struct slice name)
{
	counts_settle(c);
	name = slice_sub(name, 0, COUNTS_NAME);
	return find(c, hash_bytes(name, 3), name);
}

/* The slot that is probably the one of a hash. */
static inline const struct counts_slot *
slot_at(const struct counts *c, uint64_t hash)
{
	return &c->slot[hash & (c->nslot - 1)];
}

/* Ask for the row of a name that has waited half its time. */
static inline void
ask_row(const struct counts *c, const struct counts_wait *w)
{
	const struct counts_row *r = slot_at(c, w->hash)->row;

	if (r == NULL)
		return;
	mem_prefetch(r, sizeof(*r));
	mem_prefetch(r + 1, 1);
	/* It may be another's, and shorter. */
	mem_prefetch((const void *)((uintptr_t)(r + 1) + w->len), 1);
}

void
counts_add(struct counts *c, struct slice name, const struct counts_more *more)
{
	struct counts_wait *w, now;
	bool waits;

	name = slice_sub(name, 0, COUNTS_NAME);
	waits = c->nslot > 0 && name.len <= WAIT_NAME;
	if (!waits) {
		counts_settle(c);
		w = &now;
	} else {
		if (c->wait == NULL)
			c->wait = mem_alloc(WAITS, sizeof(*c->wait));
		if (c->nwait == WAITS)
			add_first(c);
		if (c->nwait >= HALF)
			ask_row(c, &c->wait[(c->nput - HALF) % WAITS]);
		w = &c->wait[c->nput % WAITS];
	}
	w->hash = hash_bytes(name, 3);
	memcpy(w->n, more->n, sizeof(w->n));
	w->once = (uint32_t)more->once;
	if (w->once < COUNTS_N)
		w->trace = hash_bytes(more->trace, more->once + 1);
	if (!waits) {
		add(c, w, name);
		return;
	}
	w->len = (uint32_t)name.len;
	if (name.len > 0)
		memcpy(w->name, name.ptr, name.len);
	mem_prefetch(slot_at(c, w->hash), 1);
	c->nput++;
	c->nwait++;
}

void
counts_note(struct counts *c, const struct counts_row *r, struct slice text)
{
	size_t i = r->i;

	if (c->note == NULL)
		c->note = mem_alloc(c->limit, sizeof(*c->note));
	if (c->note[i].ptr == NULL && text.len > 0)
		c->note[i] = arena_dup(&c->mem, slice_sub(text, 0,
		    COUNTS_NAME));
}

struct slice
counts_noted(const struct counts *c, const struct counts_row *r)
{
	return c->note == NULL ? slice_of(NULL, 0) : c->note[r->i];
}

void
counts_key(struct counts_key *k, struct slice part)
{
	part = slice_sub(part, 0, COUNTS_PART - 1);
	if (k->len + part.len + 1 > sizeof(k->text))
		return;
	if (k->parts++ > 0)
		k->text[k->len++] = '\0';
	if (part.len > 0)
		memcpy(k->text + k->len, part.ptr, part.len);
	k->len += part.len;
}

/* What stands from byte at of the key on, in lower case. */
static void
fold(struct counts_key *k, size_t at)
{
	uint64_t v;
	size_t n = k->len - at, step = sizeof(v);

	for (size_t i = 0; n >= step && i < n; i += step) {
		/* The last eight may have been among those before. */
		unsigned char *p = k->text + at + (i + step > n ? n - step : i);

		memcpy(&v, p, step);
		v = ascii_tolower8(v);
		memcpy(p, &v, step);
	}
	for (size_t i = 0; n < step && i < n; i++)
		k->text[at + i] = ascii_tolower(k->text[at + i]);
}

void
counts_key_host(struct counts_key *k, struct slice name)
{
	size_t at = k->len;

	counts_key(k, name);
	fold(k, at);
}

void
counts_key_mail(struct counts_key *k, struct slice address)
{
	struct slice local, domain;
	size_t at = k->len;

	counts_key(k, address);
	if (slice_rcut(slice_of(k->text + at, k->len - at), '@', &local,
	    &domain))
		fold(k, k->len - domain.len);
}

struct slice
counts_part(struct slice name, size_t i)
{
	struct slice part, rest = name;

	while (slice_cut(rest, '\0', &part, &rest))
		if (i-- == 0)
			return part;
	return i == 0 ? rest : slice_of(NULL, 0);
}

/* For qsort, which passes nothing else: what to sort by stands in front. */
struct sort_row {
	uint64_t		 by;
	struct counts_row	*row;
};

static int
compare(const void *a, const void *b)
{
	const struct sort_row *x = a, *y = b;

	if (x->by != y->by)
		return x->by > y->by ? -1 : 1;
	return slice_cmp(x->row->name, y->row->name);
}

struct counts_row **
counts_sorted(const struct counts *c, size_t by, size_t *n)
{
	struct sort_row *v = mem_alloc(c->n + 1, sizeof(*v));
	struct counts_row **out = mem_alloc(c->n + 1, sizeof(*out));

	*n = 0;
	for (size_t i = 0; i < c->n; i++)
		if (c->row[i]->n[by] > 0)
			v[(*n)++] = (struct sort_row){ c->row[i]->n[by],
				c->row[i] };
	qsort(v, *n, sizeof(*v), compare);
	for (size_t i = 0; i < *n; i++)
		out[i] = v[i].row;
	mem_free(v);
	return out;
}
