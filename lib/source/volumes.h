/*
 * volumes - where in an image file systems may begin
 *
 * volumes_find lists the partitions of an image, or the image as one when it
 * has none, and the logical volumes of LVM2 in them (scan/lvm.h).  What a
 * volume holds is read by its function, from off on; its first byte lies at
 * `image` of the image.  Of a member of a software RAID that is a mirror
 * (scan/mdraid.h) it is the data; `head` are the bytes before them, `striped`
 * is whether it is a member of another one, in which nothing lies in a row.  Of
 * a pipe there are no logical volumes.  The list points into itself: it must
 * not be moved.  volumes_free frees.
 *
 * volume_name is "offset N" or "offset N, volume GROUP/NAME", for messages.
 */
#ifndef SOURCE_VOLUMES_H
#define SOURCE_VOLUMES_H

#include "scan/lvm.h"
#include "source/finds.h"

#define VOLUME_NAME (LVM_NAME + 40)

struct volume {
	deflate_read_fn *read;
	void *arg;
	uint64_t off, len;
	uint64_t image;
	const struct lvm_volume *logical; /* or NULL */
	uint64_t head;
	bool striped;
};

struct volumes {
	struct lvm lvm;
	struct volume *v;
	size_t n;
};

void volumes_find(struct volumes *, const struct stream *);
void volumes_free(struct volumes *);
char *volume_name(char dst[VOLUME_NAME], const struct volume *);

#endif
