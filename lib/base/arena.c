#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>

#include "base/mem.h"

#define BLOCK	((size_t)4096)
#define LARGE	((size_t)64 * 1024)	/* as mem_pages gives them */

struct arena_block {
	struct arena_block	*next;
	size_t			 cap;
	size_t			 len;
	alignas(16) unsigned char bytes[];
};

void
arena_init(struct arena *a, size_t limit)
{
	*a = (struct arena){ .limit = limit };
}

void
arena_init_large(struct arena *a, size_t limit)
{
	*a = (struct arena){ .limit = limit, .large = true };
}

/* Free all blocks from b on. */
static void
free_from(const struct arena *a, struct arena_block *b)
{
	while (b != NULL) {
		struct arena_block *next = b->next;

		if (a->large)
			mem_pages_free(b, sizeof(*b) + b->cap);
		else
			mem_free(b);
		b = next;
	}
}

/* A block at the end, with room for n bytes. */
static struct arena_block *
add_block(struct arena *a, size_t n)
{
	size_t least = a->large ? LARGE - sizeof(struct arena_block) : BLOCK;
	size_t cap = n > least ? n : least;
	struct arena_block *b;

	b = a->large ? mem_pages(sizeof(*b) + cap) :
	    mem_alloc(1, sizeof(*b) + cap);
	b->cap = cap;
	if (a->last == NULL)
		a->first = b;
	else
		a->last->next = b;
	a->last = b;
	return b;
}

void
arena_free(struct arena *a)
{
	free_from(a, a->first);
	*a = (struct arena){ .limit = a->limit, .large = a->large };
}

void
arena_reset(struct arena *a)
{
	a->used = 0;
	if (a->first == NULL)
		return;
	free_from(a, a->first->next);
	a->first->next = NULL;
	a->first->len = 0;
	a->last = a->first;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	struct arena_block *b = a->last;
	void *p;

	if (n > a->limit - a->used || n > SIZE_MAX / 2)
		return NULL;
	n = (n + 15) & ~(size_t)15;
	if (b == NULL || b->cap - b->len < n)
		b = add_block(a, n);
	p = b->bytes + b->len;
	memset(p, 0, n);
	b->len += n;
	a->used = n > a->limit - a->used ? a->limit : a->used + n;
	return p;
}

struct slice
arena_dup(struct arena *a, struct slice s)
{
	return arena_dup_padded(a, s, 0);
}

struct slice
arena_dup_padded(struct arena *a, struct slice s, size_t n)
{
	void *p = s.len > SIZE_MAX - n ? NULL : arena_alloc(a, s.len + n);

	if (p == NULL)
		return slice_of(NULL, 0);
	if (s.len > 0)
		memcpy(p, s.ptr, s.len);
	return slice_of(p, s.len);
}
