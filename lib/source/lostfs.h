/*
 * lostfs - what ext2, ext3 and ext4 file systems in an image know
 *
 * A finder (source/finder.h) that looks before the first byte of an image at
 * each of its partitions, or at the image as one: deleted files that concern
 * mail (scan/ext4lost.h, source/lostfile.h), and with s->unallocated what is
 * in use.  Compressed logs that are whole and lie in pieces are looked through
 * at the end, LOSTFS_PACKED of them.  What no such file system says is free is left out then, and a
 * message says so.  A file system that is damaged past use is named, and the
 * image looked through as any other bytes.
 */
#ifndef SOURCE_LOSTFS_H
#define SOURCE_LOSTFS_H

#include "source/finder.h"

#define LOSTFS_PACKED	256

extern const struct finder lostfs_finder;

#endif
