/*
 * inside - a stream inside a raw image, by the end of its forensic path
 *
 * For quoting what mxcarve has found: "@4096-GZIP", "@4096-GZIP@0-XZ",
 * "@4096+8192,40960+100-GZIP" of one in pieces, the part of a path
 * (io/srcpath.h) behind the file's name.  Behind a gzip member that is
 * damaged also "@9000.3-DEFLATE" and "@9000.3-BITFLIP", a part of it
 * (scan/resync.h), which is searched for anew and may take seconds.
 * inside_open is NULL
 * when it is none, is deeper than INSIDE_DEPTH, or no such file begins there.
 * inside_read gives its bytes, forward at best.  At most `limit` bytes are
 * decoded.
 */
#ifndef SOURCE_INSIDE_H
#define SOURCE_INSIDE_H

#include "scan/unpacked.h"

#define INSIDE_DEPTH	3

struct inside;

/* Does it have the form? */
bool		 inside_is(struct slice path);
struct inside	*inside_open(deflate_read_fn *read, void *arg,
		    uint64_t limit, struct slice path);
size_t		 inside_read(struct inside *, uint64_t off, unsigned char *dst,
		    size_t len);
void		 inside_close(struct inside *);

#endif
