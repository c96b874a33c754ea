#include "report/counts.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"

#include "base/banned.h"

#define PART	(COUNTS_NAME / 4)	/* bytes of one part */

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
	mem_free(c->slot);
	*c = (struct counts){ .limit = 0 };
}

static void
rehash(struct counts *c)
{
	mem_free(c->slot);
	c->nslot = c->cap * 2;
	c->slot = mem_alloc(c->nslot, sizeof(*c->slot));
	for (size_t i = 0; i < c->n; i++) {
		struct counts_row *r = &c->row[i];
		uint32_t *s = &c->slot[hash_bytes(r->name, 3) % c->nslot];

		r->next = *s;
		*s = (uint32_t)i + 1;
	}
}

static bool
make_room(struct counts *c)
{
	size_t cap;

	if (c->n == c->limit)
		return false;
	if (c->n < c->cap)
		return true;
	cap = c->cap == 0 ? 64 : c->cap * 2;
	c->row = mem_grow(c->row, c->cap, cap, sizeof(*c->row));
	c->cap = cap;
	rehash(c);
	return true;
}

struct counts_row *
counts_find(struct counts *c, struct slice name)
{
	struct counts_row *r;
	uint64_t h;
	uint32_t *s;

	name = slice_sub(name, 0, COUNTS_NAME);
	h = hash_bytes(name, 3);
	for (uint32_t i = c->nslot == 0 ? 0 : c->slot[h % c->nslot]; i != 0;
	    i = r->next) {
		r = &c->row[i - 1];
		if (slice_eq(r->name, name))
			return r;
	}
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
	s = &c->slot[h % c->nslot];
	r->next = *s;
	*s = (uint32_t)++c->n;
	return r;
}

void
counts_note(struct counts *c, struct counts_row *r, struct slice text)
{
	if (r->note.ptr == NULL && text.len > 0)
		r->note = arena_dup(&c->mem, slice_sub(text, 0, COUNTS_NAME));
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
	part = slice_sub(part, 0, PART - 1);
	if (k->len + part.len + 1 > sizeof(k->text))
		return;
	if (k->parts++ > 0)
		k->text[k->len++] = '\0';
	if (part.len > 0)
		memcpy(k->text + k->len, part.ptr, part.len);
	k->len += part.len;
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
