/*
 * sparse - memory that is mostly zero, without its zeroes
 *
 * For what is kept long and looked at seldom.  Of eight pairs of bytes one
 * byte tells, a bit each, which are not zero, and these follow.  The form is
 * for memory of the same program: sparse_get trusts it.
 */
#ifndef BASE_SPARSE_H
#define BASE_SPARSE_H

#include <stddef.h>

#define SPARSE_UNIT	16	/* bytes: what is packed is a multiple */
#define SPARSE_PAD	2	/* behind the packed form, which may be read */
/* Room for what n bytes take at most. */
#define SPARSE_MAX(n)	((n) + (n) / SPARSE_UNIT + SPARSE_PAD)

/* How many bytes were written that count. */
size_t	sparse_put(unsigned char *dst, const void *src, size_t n);
/* The n bytes again; how many bytes of the packed form there were. */
size_t	sparse_get(void *dst, const unsigned char *src, size_t n);

#endif
