/*
 * mdraid - where on a member of a Linux software RAID its data begin
 *
 * mdraid_find looks at what begins at off of the bytes that a function gives,
 * len of them, for a superblock of version 1.1 or 1.2, which stands before the
 * data: their offset from there, and the level.  Of level 1, a mirror, what
 * lies there is the whole of what the RAID holds.  False: there is none, or it
 * does not stand where it says, or the data begin outside.  Other versions
 * have it behind the data, which begin with the member.  Pure but for the
 * function.  Facts: linux/raid/md_p.h; mdadm --examine as oracle in
 * t/carve-raid.t.
 */
#ifndef SCAN_MDRAID_H
#define SCAN_MDRAID_H

#include "scan/deflate.h"

#define MDRAID_MIRROR 1

struct mdraid {
	uint64_t data;
	int32_t level; /* -1: linear; 0, 1, 4, 5, 6, 10 */
};

bool mdraid_find(deflate_read_fn *read, void *arg, uint64_t off, uint64_t len,
    struct mdraid *);

#endif
