#include "base/mem.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define LARGE_PAGE	((size_t)2 << 20)
#define PIECE		((size_t)64 << 10)	/* no common page is larger */

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

void
mem_clear(void *p, size_t bytes)
{
	/* Not even where the optimizer knows how many there are. */
	__asm__("" : "+r" (bytes));
	memset(p, 0, bytes);
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

static size_t
pieces(size_t bytes)
{
	return (bytes + PIECE - 1) & ~(PIECE - 1);
}

/* New memory that begins at a multiple of a large page. */
static char *
map_large(size_t bytes)
{
	size_t room = bytes + LARGE_PAGE, before;
	char *p = mmap(NULL, room, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		out_of_memory();
	before = (LARGE_PAGE - (uintptr_t)p % LARGE_PAGE) % LARGE_PAGE;
	if (before > 0)
		(void)munmap(p, before);
	(void)munmap(p + before + bytes, LARGE_PAGE - before);
	(void)madvise(p + before, bytes, MADV_HUGEPAGE);
	return p + before;
}

void *
mem_pages(size_t bytes)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static struct {
		char	*at;
		size_t	 left;
	} rest;		/* of the latest large page */
	char *p;

	bytes = pieces(bytes);
	if (bytes >= LARGE_PAGE)
		return map_large(bytes);
	(void)pthread_mutex_lock(&lock);
	if (bytes > rest.left) {
		rest.at = map_large(LARGE_PAGE);
		rest.left = LARGE_PAGE;
	}
	p = rest.at;
	rest.at += bytes;
	rest.left -= bytes;
	(void)pthread_mutex_unlock(&lock);
	return p;
}

void
mem_pages_free(void *p, size_t bytes)
{
	(void)munmap(p, pieces(bytes));
}
