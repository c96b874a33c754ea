/*
 * spool - sort more than memory holds
 *
 * Entries are a binary key of a fixed length, compared with memcmp, and any
 * bytes.  Use: spool_open before confinement (it opens an unlinked file under
 * TMPDIR, or /tmp), spool_put for each entry, spool_sort once, spool_next
 * until RC_END, spool_close.  Equal keys keep the order of spool_put.
 *
 * Nothing is written to the file while the entries fit in `memory` bytes
 * (their bytes, keys and SPOOL_OVERHEAD each); a file that could not be
 * opened is an error only then.  Past it, sorted runs are written and merged
 * at the end, SPOOL_FANIN at a time; the merge stays within `memory` too,
 * unless single entries are larger than their share of it.  An entry is
 * at most SPOOL_ENTRY bytes (RC_DAMAGED, nothing is kept of it).
 *
 * The key and bytes that spool_next gives live until the next call.
 * RC_FAIL: the temporary file cannot be opened, written or read back.  Out of
 * memory exits.
 */
#ifndef IO_SPOOL_H
#define IO_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"

#define SPOOL_MEMORY	((size_t)64 * 1024 * 1024)	/* DESIGN.md 5 */
#define SPOOL_OVERHEAD	(4 + 2 * sizeof(void *))
#define SPOOL_ENTRY	((size_t)16 * 1024 * 1024)
#define SPOOL_FANIN	64
#define SPOOL_I64	8	/* bytes that spool_i64 writes */

struct spool;

struct spool	*spool_open(size_t key_len, size_t memory);
enum rc		 spool_put(struct spool *, const unsigned char *key,
		    struct slice, struct err *);
enum rc		 spool_sort(struct spool *, struct err *);
enum rc		 spool_next(struct spool *, const unsigned char **key,
		    struct slice *, struct err *);
/* True if the temporary file has been written to. */
bool		 spool_spilled(const struct spool *);
void		 spool_close(struct spool *);
/* An unlinked file under TMPDIR that only we can read; -1 with errno set. */
int		 spool_temp(void);

/* A number as 8 key bytes that sort as the numbers do. */
void		 spool_i64(unsigned char dst[SPOOL_I64], int64_t);

#endif
