/*
 * carvemember - compressed files in a stream, and what they hold
 *
 * Inside of source/carve.h; for its own files.  carvemember_at is asked where
 * a file of this kind may begin in a level.  It decodes it once, to know how
 * it ends and whether anything is in it, and then again to look through it;
 * the offset to go on from comes back, or 0.  Bounds: those of source/carve.h.
 */
#ifndef SOURCE_CARVEMEMBER_H
#define SOURCE_CARVEMEMBER_H

#include "source/carvelevel.h"

uint64_t carvemember_at(struct carvelevel *, enum member_kind, uint64_t off);

#endif
