#include "report/counts.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

#include "base/banned.h"

void
counts_init(struct counts *c, size_t rows, size_t bytes)
{
	*c = (struct counts){ .limit = rows };
	arena_init(&c->mem, bytes);
}

void
counts_free(struct counts *c)
{
	arena_free(&c->mem);
	mem_free(c->row);
	mem_free(c->note);
	mem_free(c->slot);
	*c = (struct counts){ .limit = 0 };
}

static void
put_slot(struct counts *c, uint32_t hash, size_t row)
{
	size_t i = hash & (c->nslot - 1);

	while (c->slot[i].row != 0)
		i = (i + 1) & (c->nslot - 1);
	c->slot[i] = (struct counts_slot){ hash, (uint32_t)row + 1 };
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
	c->slot = mem_alloc(c->nslot, sizeof(*c->slot));
	for (size_t i = 0; i < n; i++)
		if (old[i].row != 0)
			put_slot(c, old[i].hash, old[i].row - 1);
	mem_free(old);
	return true;
}

static struct counts_row *
look_up(const struct counts *c, uint32_t hash, struct slice name)
{
	size_t i = hash & (c->nslot - 1);

	if (c->nslot == 0)
		return NULL;
	for (; c->slot[i].row != 0; i = (i + 1) & (c->nslot - 1)) {
		struct counts_row *r = &c->row[c->slot[i].row - 1];

		if (c->slot[i].hash == hash && slice_eq(r->name, name))
			return r;
	}
	return NULL;
}

struct counts_row *
counts_find(struct counts *c, struct slice name)
{
	struct counts_row *r;
	uint32_t hash;

	name = slice_sub(name, 0, COUNTS_NAME);
	hash = (uint32_t)hash_bytes(name, 3);
	r = look_up(c, hash, name);
	if (r != NULL)
		return r;
	if (!make_room(c)) {
		c->dropped++;
		return NULL;
	}
	r = &c->row[c->n];
	*r = (struct counts_row){ .name = name.len == 0 ? SLICE("") :
	    arena_dup(&c->mem, name) };
	if (r->name.ptr == NULL) {
		c->dropped++;
		return NULL;
	}
	put_slot(c, hash, c->n++);
	return r;
}

void
counts_note(struct counts *c, const struct counts_row *r, struct slice text)
{
	size_t i = (size_t)(r - c->row);

	if (c->note == NULL)
		c->note = mem_alloc(c->limit, sizeof(*c->note));
	if (c->note[i].ptr == NULL && text.len > 0)
		c->note[i] = arena_dup(&c->mem, slice_sub(text, 0,
		    COUNTS_NAME));
}

struct slice
counts_noted(const struct counts *c, const struct counts_row *r)
{
	return c->note == NULL ? slice_of(NULL, 0) : c->note[r - c->row];
}

void
counts_message(struct counts_row *r, size_t i, struct slice trace)
{
	uint64_t h = hash_bytes(trace, i + 1);

	if (h != r->trace || r->n[i] == 0)
		r->n[i]++;
	r->trace = h;
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
	for (; at < k->len; at++)
		k->text[at] = ascii_tolower(k->text[at]);
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
		if (c->row[i].n[by] > 0)
			v[(*n)++] = (struct sort_row){ c->row[i].n[by],
				&c->row[i] };
	qsort(v, *n, sizeof(*v), compare);
	for (size_t i = 0; i < *n; i++)
		out[i] = v[i].row;
	mem_free(v);
	return out;
}
