/*
 * blockclass - what a block of bytes looks like, cheaply
 *
 * Zero if all bytes are; text if nine of ten bytes that are not zero are
 * printable ASCII, line ends or tabs, and there are sixteen at least; other
 * otherwise.  Pure.
 */
#ifndef SCAN_BLOCKCLASS_H
#define SCAN_BLOCKCLASS_H

#include "base/slice.h"

enum blockclass {
	BLOCKCLASS_ZERO,
	BLOCKCLASS_TEXT,
	BLOCKCLASS_OTHER
};

enum blockclass	blockclass(struct slice);

#endif
