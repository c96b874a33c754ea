/*
 * veiled - what the bytes of an image do not show, said
 *
 * A finder (source/finder.h) that finds nothing: before the first byte of an
 * image it looks at its beginning and at that of each volume
 * (source/volumes.h), and names what cannot be read there (scan/diskkind.h): an
 * image of a virtual machine, an encrypted volume, files that are compressed
 * with LZO.  The exit status is 2 then.  Which volumes of LVM are not looked at
 * is said only.
 */
#ifndef SOURCE_VEILED_H
#define SOURCE_VEILED_H

#include "source/finder.h"

extern const struct finder veiled_finder;

#endif
