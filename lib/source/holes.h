/*
 * holes - what is said of the damage in a compressed file
 *
 * A line on standard error for each hole (scan/resync.h): where it lies, how
 * many compressed bytes were skipped, and how much text was lost; for a bit
 * that was wrong, which one.  Numbers are offsets in what the file lies in.
 */
#ifndef SOURCE_HOLES_H
#define SOURCE_HOLES_H

#include "scan/resync.h"

/* src: the file's path; left_out: lines behind its damage. */
void holes_tell(struct slice src, const struct resync *, uint64_t left_out);

#endif
