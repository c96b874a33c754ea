#include "base/mem.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#define LARGE_PAGE	((size_t)2 << 20)
#define HEAP		(2 * LARGE_PAGE)	/* of the heap, in large pages */
#define LEAST		((size_t)2048)	/* so much comes from its end at first */
#define PIECE		((size_t)64 << 10)	/* no common page is larger */
#ifdef SANITIZER_BUILD
#define UNMAP	true	/* who uses what was given back is to be found */
#else
#define UNMAP	false
#endif

/* There is no way on without memory; nothing is held back by exiting. */
static _Noreturn void
out_of_memory(void)
{
	(void)fputs("out of memory\n", stderr);
	exit(2);
}

/*
 * Each page of 4 KB that is touched for the first time costs some
 * microseconds.  The heap begins anywhere, and a page that was touched stays
 * small: what fills it up to the next large page is never used.
 */
void
mem_init(void)
{
#if defined(__GLIBC__) && !defined(SANITIZER_BUILD)
	static char *fill;
	size_t n;

	(void)mallopt(M_MMAP_THRESHOLD, (int)(2 * LARGE_PAGE));
	(void)mallopt(M_TRIM_THRESHOLD, (int)(4 * HEAP));
	(void)mallopt(M_TOP_PAD, (int)(HEAP + LARGE_PAGE));
	fill = malloc(LEAST);
	n = LARGE_PAGE - (uintptr_t)fill % LARGE_PAGE;
	if (n < LARGE_PAGE / 8)
		n += LARGE_PAGE;	/* it has that much already */
	free(fill);
	fill = malloc(n - 2 * LEAST);
	(void)mallopt(M_TOP_PAD, (int)(LARGE_PAGE / 16));
	/* Fails, and nothing is lost, where that did not come from the end. */
	if (fill != NULL)
		(void)madvise(fill + n, HEAP, MADV_HUGEPAGE);
#endif
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

	if (old == NULL)
		return mem_alloc(n, size);
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

/* Given back, for the next ones; the head stands in the memory itself. */
struct spare {
	struct spare	*next;
	size_t		 bytes;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct spare *spares;
static struct {
	char	*at;
	size_t	 left;
} rest;		/* of the latest large page */

static void
keep(void *p, size_t bytes)
{
	struct spare *s = p;

	*s = (struct spare){ .next = spares, .bytes = bytes };
	spares = s;
}

/* Of what was given back, zeroed; NULL if there is not as much. */
static char *
take_spare(size_t bytes)
{
	struct spare **s = &spares, *found, *behind;
	char *p;

	while (*s != NULL && (*s)->bytes < bytes)
		s = &(*s)->next;
	if ((found = *s) == NULL)
		return NULL;
	p = (char *)found;
	if (found->bytes == bytes) {
		*s = found->next;
	} else {
		behind = (struct spare *)(void *)(p + bytes);
		*behind = (struct spare){ .next = found->next,
			.bytes = found->bytes - bytes };
		*s = behind;
	}
	return memset(p, 0, bytes);
}

void *
mem_pages(size_t bytes)
{
	char *p;

	if (bytes > SIZE_MAX - 2 * LARGE_PAGE)
		out_of_memory();
	bytes = pieces(bytes);
	if (bytes >= LARGE_PAGE)
		return map_large(bytes);
	(void)pthread_mutex_lock(&lock);
	p = take_spare(bytes);
	if (p == NULL) {
		if (bytes > rest.left) {
			if (rest.left > 0)
				keep(rest.at, rest.left);
			rest.at = map_large(LARGE_PAGE);
			rest.left = LARGE_PAGE;
		}
		p = rest.at;
		rest.at += bytes;
		rest.left -= bytes;
	}
	(void)pthread_mutex_unlock(&lock);
	return p;
}

void
mem_pages_free(void *p, size_t bytes)
{
	bytes = pieces(bytes);
	if (bytes >= LARGE_PAGE || UNMAP) {
		(void)munmap(p, bytes);
		return;
	}
	(void)pthread_mutex_lock(&lock);
	keep(p, bytes);
	(void)pthread_mutex_unlock(&lock);
}
