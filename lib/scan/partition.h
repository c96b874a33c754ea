/*
 * partition - where the partitions of a disk lie, by its MBR or GPT
 *
 * partition_find reads the tables through a function and fills at most cap
 * entries, in order of their first byte; the number of them.  Sectors have 512
 * bytes, and where that gives no GPT header, 4096.  GPT counts when its
 * header and entries have their checksums right, the copy at the end of the
 * disk otherwise; logical partitions of an MBR are followed through at most
 * PARTITION_MAX tables.  Numbers are those that Linux gives them.  What lies
 * outside of the disk or has no length is left out.  0 when there is no
 * table: the image is one file system, or something else.
 * Facts: UEFI specification, 5.2 and 5.3.
 */
#ifndef SCAN_PARTITION_H
#define SCAN_PARTITION_H

#include "scan/deflate.h"

#define PARTITION_MAX	128

struct partition {
	uint64_t	off;
	uint64_t	len;
	unsigned int	number;
};

/* size: of the disk, UINT64_MAX if it is not known. */
size_t	partition_find(deflate_read_fn *read, void *arg, uint64_t size,
	    struct partition *v, size_t cap);
/* The partition that holds off, or NULL. */
const struct partition *partition_at(const struct partition *, size_t n,
	    uint64_t off);

#endif
