#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* There is no way on without memory; nothing is held back by exiting. */
static _Noreturn void
out_of_memory(void)
{
	(void)fputs("out of memory\n", stderr);
	exit(2);
}

void *
mem_alloc(size_t n, size_t size)
{
	void *p = calloc(n == 0 ? 1 : n, size == 0 ? 1 : size);

	if (p == NULL)
		out_of_memory();
	return p;
}

void *
mem_grow(void *old, size_t nold, size_t n, size_t size)
{
	size_t bytes;
	char *p;

	if (__builtin_mul_overflow(n, size, &bytes))
		out_of_memory();
	p = realloc(old, bytes == 0 ? 1 : bytes);
	if (p == NULL)
		out_of_memory();
	if (n > nold)
		memset(p + nold * size, 0, (n - nold) * size);
	return p;
}

char *
mem_dup(const void *src, size_t len)
{
	char *p;

	if (len == SIZE_MAX)
		out_of_memory();
	p = mem_alloc(len + 1, 1);
	if (len > 0)
		memcpy(p, src, len);
	return p;
}

void
mem_free(void *p)
{
	free(p);
}
