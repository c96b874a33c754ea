#include "base/pool.h"

#include <stdalign.h>
#include <string.h>

#include "base/mem.h"

#define BLOCK	(64 * 1024)

struct pool_block {
	struct pool_block	*next;
	alignas(16) unsigned char bytes[];
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

		mem_free(p->blocks);
		p->blocks = next;
	}
	pool_init(p, p->size);
}

void *
pool_take(struct pool *p)
{
	void *v = p->spare;

	if (v != NULL) {
		memcpy(&p->spare, v, sizeof(p->spare));
		memset(v, 0, p->size);
		return v;
	}
	if (p->left < p->size) {
		size_t n = p->size > BLOCK ? p->size : BLOCK / p->size *
		    p->size;
		struct pool_block *b = mem_alloc(1, sizeof(*b) + n);

		b->next = p->blocks;
		p->blocks = b;
		p->at = b->bytes;
		p->left = n;
	}
	v = p->at;
	p->at += p->size;
	p->left -= p->size;
	return v;
}

void
pool_give(struct pool *p, void *v)
{
	memcpy(v, &p->spare, sizeof(p->spare));
	p->spare = v;
}
