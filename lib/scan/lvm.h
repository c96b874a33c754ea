/*
 * lvm - where the logical volumes of LVM2 lie
 *
 * lvm_read looks for physical volumes where these parts of an image begin,
 * LVM_PVS at most, reads the metadata of each volume group and
 * makes a list of the volumes that users see, LVM_VOLUMES at most: a name,
 * GROUP/VOLUME, and the pieces of the image that it lies in, in order, to be
 * read by pieced_read.  A volume that is not one row behind the other, or one
 * on a disk that is not in the image, has no pieces, and `why` is a literal.
 * A group that several physical volumes describe is listed once.
 *
 * lvm_pv of a physical volume: its place, and `known` when its metadata could
 * be read and has the right checksum.  Everything is bounded by what the
 * image holds and by LVM_TEXT bytes of metadata; lvm_free frees, also a struct
 * of zeroes.  Pure but for the function.
 * Facts: lib/format_text/layout.h and format-text.c of LVM2; pvcreate(8),
 * lvcreate(8) and vgcfgbackup(8) as oracle in t/carve-lvm.t.
 */
#ifndef SCAN_LVM_H
#define SCAN_LVM_H

#include "scan/partition.h"
#include "scan/pieced.h"

#define LVM_PVS 32
#define LVM_VOLUMES 256
#define LVM_NAME 258 /* GROUP/VOLUME; each has at most 127 */
#define LVM_TEXT ((size_t)4 * 1024 * 1024)
#define LVM_UUID 32

struct lvm_pv {
	uint64_t off, len; /* in the image */
	unsigned char uuid[LVM_UUID];
	bool known;
};

struct lvm_volume {
	char name[LVM_NAME];
	struct pieced data;
	const char *why;
};

struct lvm {
	struct lvm_pv pv[LVM_PVS];
	size_t npv;
	struct lvm_volume *v;
	size_t n, cap;
	bool over; /* there are more */
};

void lvm_read(struct lvm *, deflate_read_fn *read, void *arg,
    const struct partition *, size_t npart);
void lvm_free(struct lvm *);

#endif
