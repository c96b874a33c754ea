/*
 * carvefind - what the scan of a level meets, handed to who looks for it
 *
 * Inside of source/carve.h; for its own files.  carvefind_ops are the calls of
 * scan/scan.h with a struct carvelevel: lines go to the level's run, the
 * anchor of a compressed file to carvemember, every other one to the finders
 * in order of their table.  carvefind_event takes the lines of a run, once
 * the run is understood.
 */
#ifndef SOURCE_CARVEFIND_H
#define SOURCE_CARVEFIND_H

#include "source/carvelevel.h"

extern const struct scan_ops carvefind_ops;

/* A logrun_fn; its argument is the level. */
void	carvefind_event(void *, const struct logrun_line *);

#endif
