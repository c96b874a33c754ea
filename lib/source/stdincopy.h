/*
 * stdincopy - standard input that can be read a second time
 *
 * stdincopy_open remembers where a file on standard input stands.  Before a
 * pipe it puts a pump (io/pump.h) that copies what passes to an unlinked file
 * under TMPDIR, unless it begins like a stream of records.  After the end
 * stdincopy_end gives a descriptor and the offset of its first byte; -1 when
 * there is no copy.
 */
#ifndef SOURCE_STDINCOPY_H
#define SOURCE_STDINCOPY_H

#include <stdint.h>

#include "base/err.h"

struct stdincopy;

struct stdincopy *stdincopy_open(void);
enum rc		 stdincopy_start(struct stdincopy *, struct err *);
enum rc		 stdincopy_end(struct stdincopy *, int *fd, uint64_t *base,
		    struct err *);
void		 stdincopy_free(struct stdincopy *);

#endif
