/*
 * mem - memory or exit
 *
 * Real lack of memory ends the program here and nowhere else.  Sizes are
 * multiplied with a check.  Memory is zeroed.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

/* Let the first memory also come in large pages; called by msg_init. */
void	 mem_init(void);
void	*mem_alloc(size_t n, size_t size);
/* Grow an array of old elements to n; the new ones are zeroed. */
void	*mem_grow(void *, size_t old, size_t n, size_t size);
/* A copy of len bytes with a NUL after them. */
char	*mem_dup(const void *, size_t len);
void	 mem_free(void *);
/*
 * Zeroed memory for what is used at random and long: where the kernel can, in
 * large pages, which small requests share, and which save the look-ups of
 * addresses.  It comes in pieces of 64 KB.  mem_pages_free wants the same size
 * again; what is smaller than a large page is kept for later requests, since
 * it would break that up.
 */
void	*mem_pages(size_t bytes);
void	 mem_pages_free(void *, size_t bytes);

/*
 * Fill with zeroes.  For what is cleared often: compilers make of a compound
 * literal of some hundred bytes an instruction that is slow to begin.
 */
void	 mem_clear(void *, size_t bytes) __attribute__((noinline));

/* Ask for the bytes that will soon be read; p may be NULL. */
static inline void
mem_prefetch(const void *p, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += 64)
		__builtin_prefetch((const void *)((uintptr_t)p + i));
}

#endif
