/*
 * mem - memory or exit
 *
 * Real lack of memory ends the program here and nowhere else.  Sizes are
 * multiplied with a check.  Memory is zeroed.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void	*mem_alloc(size_t n, size_t size);
/* Grow an array of old elements to n; the new ones are zeroed. */
void	*mem_grow(void *, size_t old, size_t n, size_t size);
/* A copy of len bytes with a NUL after them. */
char	*mem_dup(const void *, size_t len);
void	 mem_free(void *);

#endif
