#include "base/pool.h"

#include <stdalign.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

#define BLOCK	((size_t)64 * 1024)	/* as mem_pages gives them */

struct pool_block {
	struct pool_block	*next;
	size_t			 bytes;
	alignas(64) unsigned char at[];
};

void
pool_init(struct pool *p, size_t size)
{
	if (size < sizeof(void *))
		size = sizeof(void *);
	*p = (struct pool){ .size = (size + 15) & ~(size_t)15 };
}

void
pool_free(struct pool *p)
{
	while (p->blocks != NULL) {
		struct pool_block *next = p->blocks->next;

		mem_pages_free(p->blocks, p->blocks->bytes);
		p->blocks = next;
	}
	pool_init(p, p->size);
}

/* A block with room for one object at least. */
static void
add_block(struct pool *p)
{
	size_t n = BLOCK;
	struct pool_block *b;

	if (n < sizeof(*b) + p->size + POOL_PAD)
		n = sizeof(*b) + p->size + POOL_PAD;
	b = mem_pages(n);
	b->bytes = n;
	b->next = p->blocks;
	p->blocks = b;
	p->at = b->at;
	p->left = n - sizeof(*b) - POOL_PAD;
	p->total += n;
}

void *
pool_take_raw(struct pool *p)
{
	void *v;

	if (p->nspare > 0) {
		v = p->spare[--p->nspare];
		/* The one behind it will be asked for next. */
		mem_prefetch(p->nspare > 0 ? p->spare[p->nspare - 1] :
		    p->more, 1);
		return v;
	}
	if (p->more != NULL) {
		v = p->more;
		memcpy(&p->more, v, sizeof(p->more));
		mem_prefetch(p->more, 1);
		return v;
	}
	if (p->left < p->size)
		add_block(p);
	v = p->at;
	p->at += p->size;
	p->left -= p->size;
	return v;
}

void *
pool_take(struct pool *p)
{
	/* Memory of a block is zero when it is new. */
	bool used = p->nspare > 0 || p->more != NULL;
	void *v = pool_take_raw(p);

	return used ? memset(v, 0, p->size) : v;
}

void
pool_give(struct pool *p, void *v)
{
	if (p->nspare < POOL_SPARE) {
		p->spare[p->nspare++] = v;
		return;
	}
	memcpy(v, &p->more, sizeof(p->more));
	p->more = v;
}
