/*
 * deflate - compressed blocks out of raw bytes
 *
 * The bytes come from a function, so that a stream may lie in an image or in
 * another stream.  deflate_start begins at a byte of them.
 *
 * deflate_step makes up to cap bytes, fewer at the end of a block.  RC_OK: go
 * on; RC_END: the stream's last block has ended; RC_DAMAGED: the bytes are
 * no deflate data, or there are no more, *made bytes are good or not.  `block`
 * is the bit where the block at hand begins and block_made how many bytes were
 * made before it: damage makes that block doubtful, since it shows late.
 *
 * deflate_find looks for the next bit from `from` on where a block with codes
 * of its own could begin: its header is complete and right.  Pure, fast; one
 * bit in some thousand of random data passes.  False if there is none in s.
 *
 * deflate_zlib is whether s begins like a zlib stream: its header, for a window
 * of 32 KB and no dictionary, and a block; 1 in 25,000 of random data does.
 * deflate_zlib_sure takes only a block with codes of its own, as deflate_find.
 * Facts: RFC 1950, RFC 1951.
 */
#ifndef SCAN_DEFLATE_H
#define SCAN_DEFLATE_H

#include <stdbool.h>
#include <stdint.h>
#include <zlib.h>

#include "base/err.h"
#include "base/slice.h"

#define DEFLATE_IN	16384
#define DEFLATE_HEAD	16	/* bytes that hold a block's first header */
#define DEFLATE_ZLIB	2	/* bytes of the header of zlib */

/* Up to len bytes from off on; 0 at the end or when there are none. */
typedef size_t	deflate_read_fn(void *arg, uint64_t off, unsigned char *dst,
		    size_t len);

struct deflate {
	deflate_read_fn	*read;
	void		*arg;
	z_stream	 z;
	bool		 ready;		/* z holds memory */
	uint64_t	 next;		/* offset behind what was read */
	uint64_t	 made;
	uint64_t	 block;		/* bit */
	uint64_t	 block_made;
	unsigned char	 in[DEFLATE_IN];
};

void	 deflate_init(struct deflate *, deflate_read_fn *, void *arg);
void	 deflate_free(struct deflate *);
void	 deflate_start(struct deflate *, uint64_t off);
enum rc	 deflate_step(struct deflate *, unsigned char *dst, size_t cap,
	    size_t *made);
/* The offset behind the last byte used. */
uint64_t deflate_pos(const struct deflate *);
bool	 deflate_find(struct slice s, size_t from, size_t *bit);
bool	 deflate_zlib(struct slice s);
bool	 deflate_zlib_sure(struct slice s);

#endif
