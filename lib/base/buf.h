/*
 * buf - growable bytes with a hard limit
 *
 * buf_reserve makes room for n more bytes at buf.ptr + buf.len and returns
 * false when that would pass the limit; the contents stay as they are.
 * Out of memory exits with a message.  buf_free may be called twice.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

struct buf {
	unsigned char	*ptr;
	size_t		 len;
	size_t		 cap;
	size_t		 limit;
};

void	buf_init(struct buf *, size_t limit);
void	buf_free(struct buf *);
bool	buf_reserve(struct buf *, size_t n);
bool	buf_add(struct buf *, struct slice);
bool	buf_addc(struct buf *, unsigned char);
/* A decimal number. */
bool	buf_addu(struct buf *, uint64_t);

static inline struct slice
buf_slice(const struct buf *b)
{
	return slice_of(b->ptr, b->len);
}

#endif
