/*
 * diskkind - disks and volumes whose bytes are not those of what they hold
 *
 * Such as the images of virtual machines, in which the blocks of a disk lie
 * anywhere and may be compressed, and volumes that are encrypted: what is
 * looked for in them as they lie is found by chance, or not at all.
 *
 * diskkind_image knows an image by its first DISKKIND_HEAD bytes, or by what
 * there is of them: it gives a literal that names it, or NULL.  diskkind_disk
 * is whether it is the image of a disk or of a file system at all, by up to
 * DISKKIND_DISK bytes; text is none.  diskkind_volume reads a few bytes of what
 * begins at an offset: a partition, or the image as one.  Pure but for the
 * function.  Nothing more than a signature is looked at, so that one that was
 * damaged is named, too.
 * Facts: the specifications of QCOW2, VMDK, VDI, VHD, VHDX, EWF2, AFF, LUKS,
 * LVM2 and btrfs; the boot sectors of BitLocker and NTFS; f2fs_fs.h of Linux;
 * ZFS On-Disk Specification 1.3.
 */
#ifndef SCAN_DISKKIND_H
#define SCAN_DISKKIND_H

#include "scan/deflate.h"

#define DISKKIND_HEAD 512
#define DISKKIND_DISK 0x11000

enum diskkind {
	DISKKIND_PLAIN,
	DISKKIND_ENCRYPTED, /* by LUKS or BitLocker */
	DISKKIND_LVM,	    /* a physical volume of LVM2 */
	DISKKIND_LZO,	    /* btrfs that has compressed files with LZO */
	DISKKIND_ZFS,	    /* which compresses with LZ4 as a rule */
	DISKKIND_F2FS,	    /* one that may compress with LZO, LZ4 */
	DISKKIND_NTFS	    /* which may compress files in its own way */
};

const char *diskkind_image(struct slice head);
bool diskkind_disk(struct slice head);
enum diskkind diskkind_volume(deflate_read_fn *read, void *arg, uint64_t off);

#endif
