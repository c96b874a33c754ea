/*
 * rest - what nobody has claimed of an image, for the next carver
 *
 * rest_write copies the bytes of an image, of those from `from` to `until`,
 * that no claim covers to the same offsets of a new file; claimed bytes and blocks of zeroes are holes in it.
 * So what another tool finds there has the image's offsets.  The image must
 * be one that can be read again.  RC_FAIL: the file cannot be written.
 */
#ifndef SOURCE_REST_H
#define SOURCE_REST_H

#include "io/image.h"
#include "source/claims.h"

#define REST_BLOCK	((size_t)64 * 1024)

enum rc	rest_write(struct image *, const struct claims *, uint64_t from,
	    uint64_t until, int fd, struct err *);

#endif
