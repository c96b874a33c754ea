/*
 * carvepart - what stands before and behind the damage in a gzip member
 *
 * Inside of source/carve.h; for its own files.  carvepart_scan is given a gzip
 * member that is known to be damaged, the offset where its data begins, and
 * the time in its header or NULL.  It looks through what scan/resync.h finds
 * of it, part by part, claims the bytes, writes the extract, and says where
 * the damage lies.  False if nothing can be told of it; nothing was done then.
 */
#ifndef SOURCE_CARVEPART_H
#define SOURCE_CARVEPART_H

#include "source/carvelevel.h"

bool carvepart_scan(
    struct carvelevel *up, uint64_t off, uint64_t data, const int64_t *mtime);

#endif
