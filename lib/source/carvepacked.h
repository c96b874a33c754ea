/*
 * carvepacked - the finder of queue files in what is compressed
 *
 * A file system that compresses (btrfs by zstd) keeps a queue file in extents
 * that each are a compressed file to mxcarve.  The front of such a one, at
 * most CARVEPACKED_REACH bytes of what it holds, is looked through for queue
 * files and for logs of bounce, defer and trace that lie in a row; what goes
 * on in another extent is cut.  To read back means to decode once more, so at
 * most CARVEPACKED_MAX are taken of each.
 */
#ifndef SOURCE_CARVEPACKED_H
#define SOURCE_CARVEPACKED_H

#include "source/finder.h"

#define CARVEPACKED_REACH ((uint64_t)1024 * 1024)
#define CARVEPACKED_MAX 64

extern const struct finder carvepacked_finder;

#endif
