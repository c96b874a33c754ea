/*
 * carvemember - compressed files in a stream, and what they hold
 *
 * Inside of source/carve.h; for its own files.  carvemember_at is asked where
 * a file of this kind may begin in a level.  It decodes it once, to know how
 * it ends and whether anything is in it, and then again to look through it;
 * the offset to go on from comes back, or 0.  carvemember_pieces, for the
 * `unpack` of source/finds.h, does the same of one that a file system knows
 * the pieces of, PIECED_MAX at most; its path is IMAGE@OFF+LEN,OFF+LEN-GZIP.
 * Bounds: those of source/carve.h.
 *
 * carvemember_scan looks through what a level holds, which is open and has its
 * path: `made` bytes if that is known, else UINT64_MAX; the time in the header,
 * or NULL; from `doubt` on its lines may be wrong.
 */
#ifndef SOURCE_CARVEMEMBER_H
#define SOURCE_CARVEMEMBER_H

#include "source/carvelevel.h"

uint64_t carvemember_at(struct carvelevel *, enum member_kind, uint64_t off);
void	carvemember_pieces(const struct stream *, enum member_kind,
	    const struct find_piece *, size_t n);

void	carvemember_scan(struct carvelevel *, uint64_t made,
	    const int64_t *mtime, uint64_t doubt);

#endif
