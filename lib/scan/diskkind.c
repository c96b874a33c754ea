#include "scan/diskkind.h"

#include "base/bytes.h"

#include "base/banned.h"

#define SECTOR 512
#define LVM_SECTORS 4 /* of which one has the label */
#define MBR_MAGIC 510
#define EXT_MAGIC 0x438
#define BTRFS_SUPER 0x10000 /* its superblock */
#define BTRFS_MAGIC 0x40    /* in that */
#define BTRFS_FEATURES 0xbc /* incompatible ones, little-endian */
#define BTRFS_LZO (1U << 3) /* COMPRESS_LZO */
#define F2FS_SUPER 1024
#define F2FS_FEATURES 2180	    /* in that */
#define F2FS_COMPRESSION (1U << 13) /* files may be compressed */
#define ZFS_RING 0x20000	    /* of uberblocks, in the first label */
#define ZFS_SLOT 1024		    /* at multiples of that */

struct signature {
	const char *name;
	size_t off;
	const char *bytes;
	size_t len;
};

static const struct signature image_kind[] = {
#define KIND(name, off, bytes)                                                 \
	{                                                                      \
		name, off, bytes, sizeof(bytes) - 1                            \
	}
	KIND("a QCOW image of QEMU", 0, "QFI\xfb"),
	KIND("a sparse VMDK image of VMware", 0, "KDMV"),
	KIND("a sparse VMDK image of VMware ESX", 0, "COWD"),
	KIND("the description of a VMDK image of VMware, not its data", 0,
	    "# Disk DescriptorFile"),
	KIND("a VDI image of VirtualBox", 64, "\x7f\x10\xda\xbe"),
	KIND("a dynamic VHD image", 0, "conectix"),
	KIND("a VHDX image", 0, "vhdxfile"),
	KIND("an EWF image of version 2 (Ex01)", 0, "EVF2\r\n\x81"),
	KIND("a logical EWF image (L01)", 0, "LVF\t\r\n\xff"),
	KIND("a logical EWF image (Lx01)", 0, "LEF2\r\n\x81"),
	KIND("an AFF image", 0, "AFF10\r\n"),
	KIND("an image of partclone", 0, "partclone-image"),
	KIND("an image of ntfsclone", 0, "\0ntfsclone-image"),
#undef KIND
};

static bool
has(struct slice s, size_t off, const char *bytes, size_t len)
{
	return slice_eq(slice_sub(s, off, len),
	    slice_of((const unsigned char *)bytes, len));
}

const char *
diskkind_image(struct slice head)
{
	for (size_t i = 0; i < sizeof(image_kind) / sizeof(image_kind[0]); i++)
		if (has(head, image_kind[i].off, image_kind[i].bytes,
			image_kind[i].len))
			return image_kind[i].name;
	return NULL;
}

bool
diskkind_disk(struct slice head)
{
	if (diskkind_image(head) != NULL || has(head, 0, "EVF\t\r\n\xff", 7) ||
	    has(head, 0, "XFSB\0\0", 6) || has(head, 0, "LUKS\xba\xbe", 6) ||
	    has(head, BTRFS_SUPER + BTRFS_MAGIC, "_BHRfS_M", 8) ||
	    has(head, SECTOR, "EFI PART", 8) ||
	    has(head, SECTOR, "LABELONE", 8))
		return true;
	/* Two bytes alone: text has no zeroes before them. */
	return slice_chr(slice_sub(head, 0, SECTOR), '\0') != SLICE_NONE &&
	    (has(head, EXT_MAGIC, "\x53\xef", 2) ||
		has(head, MBR_MAGIC, "\x55\xaa", 2));
}

/* An uberblock, of either end. */
static bool
is_zfs(deflate_read_fn *read, void *arg, uint64_t off)
{
	unsigned char b[8];

	if (off > UINT64_MAX - 2 * ZFS_RING)
		return false;
	for (uint64_t i = ZFS_RING; i < 2 * (uint64_t)ZFS_RING; i += ZFS_SLOT) {
		struct slice s = slice_of(b, read(arg, off + i, b, sizeof(b)));

		if (s.len < sizeof(b))
			return false;
		if (has(s, 0, "\x0c\xb1\xba\0\0\0\0\0", 8) ||
		    has(s, 0, "\0\0\0\0\0\xba\xb1\x0c", 8))
			return true;
	}
	return false;
}

static bool
is_f2fs(deflate_read_fn *read, void *arg, uint64_t off)
{
	unsigned char b[F2FS_FEATURES + 4];
	struct slice s = slice_of(b,
	    off > UINT64_MAX - F2FS_SUPER ?
		0 :
		read(arg, off + F2FS_SUPER, b, sizeof(b)));

	return has(s, 0, "\x10\x20\xf5\xf2", 4) &&
	    (bytes_le32(s, F2FS_FEATURES) & F2FS_COMPRESSION) != 0;
}

enum diskkind
diskkind_volume(deflate_read_fn *read, void *arg, uint64_t off)
{
	unsigned char b[LVM_SECTORS * SECTOR];
	struct slice s = slice_of(b, read(arg, off, b, sizeof(b)));

	if (has(s, 0, "LUKS\xba\xbe", 6) || has(s, 3, "-FVE-FS-", 8))
		return DISKKIND_ENCRYPTED;
	if (has(s, 3, "NTFS    ", 8))
		return DISKKIND_NTFS;
	for (size_t i = 0; i < LVM_SECTORS; i++)
		if (has(s, i * SECTOR, "LABELONE", 8) &&
		    has(s, i * SECTOR + 24, "LVM2 001", 8))
			return DISKKIND_LVM;
	if (off > UINT64_MAX - BTRFS_SUPER)
		return DISKKIND_PLAIN;
	s = slice_of(b, read(arg, off + BTRFS_SUPER, b, SECTOR));
	if (has(s, BTRFS_MAGIC, "_BHRfS_M", 8) &&
	    (bytes_le32(s, BTRFS_FEATURES) & BTRFS_LZO) != 0)
		return DISKKIND_LZO;
	if (is_f2fs(read, arg, off))
		return DISKKIND_F2FS;
	return is_zfs(read, arg, off) ? DISKKIND_ZFS : DISKKIND_PLAIN;
}
