#include "scan/ext4.h"

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/mem.h"

#include "base/banned.h"

#define MAGIC 0xef53
#define BLOCKS_MAX ((uint64_t)1 << 48)
#define GROUP_MIN 256  /* blocks; mke2fs makes no smaller */
#define CLUSTER_MAX 16 /* log2 of blocks */
#define WORK_SLACK ((uint64_t)64 << 20)
#define INDEX_SLACK 4096

static bool
is_power(uint32_t v)
{
	return v != 0 && (v & (v - 1)) == 0;
}

static bool
has(uint32_t features, uint32_t one)
{
	return (features & one) != 0;
}

/* Sizes of blocks, clusters, inodes and descriptors. */
static const char *
check_sizes(struct slice s, struct ext4_super *sb)
{
	uint32_t block = bytes_le32(s, 24), cluster = bytes_le32(s, 28);

	if (block > 6)
		return "block size of no ext4";
	sb->block_size = 1024U << block;
	if (cluster < block || cluster - block > CLUSTER_MAX ||
	    (cluster != block && !has(sb->ro_compat, EXT4_BIGALLOC)))
		return "cluster size does not fit the block size";
	sb->cluster_shift = cluster - block;
	sb->inode_size = 128;
	if (bytes_le32(s, 76) > 0)
		sb->inode_size = bytes_le16(s, 88);
	if (!is_power(sb->inode_size) || sb->inode_size < 128 ||
	    sb->inode_size > sb->block_size)
		return "inode size of no ext4";
	sb->desc_size = 32;
	if (has(sb->incompat, EXT4_64BIT)) {
		sb->desc_size = bytes_le16(s, 254);
		if (!is_power(sb->desc_size) || sb->desc_size < 64 ||
		    sb->desc_size > 1024)
			return "group descriptor size of no ext4";
	}
	return NULL;
}

/* Groups, and that blocks and inodes are as many as they hold. */
static const char *
check_groups(struct slice s, struct ext4_super *sb)
{
	uint32_t clusters = bytes_le32(s, 36);
	uint64_t groups;

	sb->group_blocks = bytes_le32(s, 32);
	sb->group_inodes = bytes_le32(s, 40);
	sb->first_block = bytes_le32(s, 20);
	sb->inodes = bytes_le32(s, 0);
	sb->blocks = bytes_le32(s, 4);
	if (has(sb->incompat, EXT4_64BIT))
		sb->blocks |= (uint64_t)bytes_le32(s, 336) << 32;
	if (clusters < GROUP_MIN / 8 || clusters % 8 != 0 ||
	    clusters > 8 * sb->block_size ||
	    sb->group_blocks != (uint64_t)clusters << sb->cluster_shift ||
	    sb->group_blocks < GROUP_MIN)
		return "blocks per group of no ext4";
	if (sb->group_inodes == 0 || sb->group_inodes % 8 != 0 ||
	    sb->group_inodes > 8 * sb->block_size)
		return "inodes per group of no ext4";
	if (sb->first_block > (sb->block_size == 1024 ? 1U : 0U) ||
	    sb->blocks <= sb->first_block || sb->blocks > BLOCKS_MAX)
		return "number of blocks of no ext4";
	groups = (sb->blocks - sb->first_block + sb->group_blocks - 1) /
	    sb->group_blocks;
	if (groups > UINT32_MAX || groups * sb->group_inodes != sb->inodes)
		return "number of inodes does not fit the groups";
	sb->groups = (uint32_t)groups;
	sb->first_meta_bg = bytes_le32(s, 260);
	sb->reserved_gdt = bytes_le16(s, 206);
	if (sb->reserved_gdt > sb->block_size / 4)
		return "more reserved blocks than ext4 has";
	sb->group = bytes_le16(s, 90);
	return NULL;
}

enum rc
ext4_super_parse(struct slice s, struct ext4_super *sb, struct err *e)
{
	const char *bad;

	*sb = (struct ext4_super){ .block_size = 0 };
	/* Magic, state, what to do on errors, system that made it, revision. */
	if (s.len < EXT4_SUPER || bytes_le16(s, 56) != MAGIC ||
	    bytes_le16(s, 58) > 0x3f || bytes_le16(s, 60) > 3 ||
	    bytes_le32(s, 72) > 4 || bytes_le32(s, 76) > 1)
		return RC_END;
	s.len = EXT4_SUPER;
	if (bytes_le32(s, 76) > 0) {
		sb->compat = bytes_le32(s, 92);
		sb->incompat = bytes_le32(s, 96);
		sb->ro_compat = bytes_le32(s, 100);
	}
	if (has(sb->incompat, EXT4_JOURNAL_DEV))
		return RC_END;
	if ((bad = check_sizes(s, sb)) != NULL ||
	    (bad = check_groups(s, sb)) != NULL)
		return err_damaged(e, 0, bad);
	memcpy(sb->uuid, s.ptr + 104, sizeof(sb->uuid));
	sb->seed = has(sb->incompat, EXT4_CSUM_SEED) ?
	    bytes_le32(s, 624) :
	    crc32c(UINT32_MAX, slice_of(sb->uuid, sizeof(sb->uuid)));
	if (has(sb->ro_compat, EXT4_METADATA_CSUM) &&
	    crc32c(UINT32_MAX, slice_sub(s, 0, 1020)) != bytes_le32(s, 1020))
		return err_damaged(e, 1020, "checksum of the superblock");
	sb->backup[0] = bytes_le32(s, 588);
	sb->backup[1] = bytes_le32(s, 592);
	if (has(sb->compat, EXT4_HAS_JOURNAL))
		sb->journal = bytes_le32(s, 224);
	sb->has_journal_map = s.ptr[253] == 1;
	memcpy(sb->journal_map, s.ptr + 268, sizeof(sb->journal_map));
	sb->journal_size =
	    (uint64_t)bytes_le32(s, 268 + 60) << 32 | bytes_le32(s, 268 + 64);
	return RC_OK;
}

uint64_t
ext4_group_first(const struct ext4_super *sb, uint32_t g)
{
	return sb->first_block + (uint64_t)g * sb->group_blocks;
}

uint32_t
ext4_group_length(const struct ext4_super *sb, uint32_t g)
{
	uint64_t left = sb->blocks - ext4_group_first(sb, g);

	return left < sb->group_blocks ? (uint32_t)left : sb->group_blocks;
}

static bool
is_power_of(uint32_t g, uint32_t base)
{
	while (g > 1 && g % base == 0)
		g /= base;
	return g == 1;
}

bool
ext4_has_super(const struct ext4_super *sb, uint32_t g)
{
	if (g == 0)
		return true;
	if (has(sb->compat, EXT4_SPARSE2))
		return g == sb->backup[0] || g == sb->backup[1];
	if (!has(sb->ro_compat, EXT4_SPARSE))
		return true;
	return is_power_of(g, 3) || is_power_of(g, 5) || is_power_of(g, 7);
}

uint32_t
ext4_desc_blocks(const struct ext4_super *sb)
{
	uint32_t each = sb->block_size / sb->desc_size;

	return sb->groups / each + (sb->groups % each != 0);
}

/* Try the bytes at an offset; RC_END when there is no superblock. */
static enum rc
try_super(struct ext4 *fs, uint64_t off, struct err *e)
{
	unsigned char b[EXT4_SUPER];
	enum rc rc;

	if (off > fs->len || fs->len - off < sizeof(b) ||
	    fs->read(fs->arg, fs->base + off, b, sizeof(b)) != sizeof(b))
		return RC_END;
	rc = ext4_super_parse(slice_of(b, sizeof(b)), &fs->super, e);
	if (rc == RC_DAMAGED && e != NULL)
		e->off += fs->base + off;
	return rc;
}

/*
 * Copies in the groups that have one in all layouts.  Such a copy says where
 * it stands, which tells it from one in a file.
 */
static bool
try_copies(struct ext4 *fs)
{
	static const uint32_t group[] = { 1, 3, 5, 7, 9, 25, 27, 49 };

	for (uint32_t size = 1024; size <= EXT4_BLOCK_MAX; size *= 2)
		for (size_t i = 0; i < sizeof(group) / sizeof(group[0]); i++) {
			uint64_t first = size == 1024 ? 1 : 0;
			uint64_t off =
			    (first + (uint64_t)group[i] * 8 * size) * size;

			if (try_super(fs, off, NULL) == RC_OK &&
			    fs->super.block_size == size &&
			    fs->super.group == group[i] &&
			    ext4_group_first(&fs->super, group[i]) * size ==
				off)
				return true;
		}
	return false;
}

/* Nothing but zeroes where the first superblock should be? */
static bool
is_wiped(struct ext4 *fs)
{
	unsigned char b[EXT4_SUPER];

	if (fs->len < 2 * sizeof(b) ||
	    fs->read(fs->arg, fs->base + EXT4_SUPER, b, sizeof(b)) != sizeof(b))
		return false;
	for (size_t i = 0; i < sizeof(b); i++)
		if (b[i] != 0)
			return false;
	return true;
}

enum rc
ext4_open(struct ext4 *fs, deflate_read_fn *read, void *arg, uint64_t base,
    uint64_t len, struct err *e)
{
	enum rc rc;

	*fs = (struct ext4){ .read = read,
		.arg = arg,
		.base = base,
		.len = len > UINT64_MAX - base ? UINT64_MAX - base : len };
	rc = try_super(fs, EXT4_SUPER, e);
	if (rc != RC_OK && (rc == RC_DAMAGED || is_wiped(fs)) &&
	    try_copies(fs)) {
		fs->copy = true;
		rc = RC_OK;
	}
	if (rc != RC_OK)
		return rc;
	fs->work =
	    fs->len > UINT64_MAX / 4 ? UINT64_MAX : fs->len * 2 + WORK_SLACK;
	/* A block of the index holds at least a twelfth of its size. */
	fs->index_work = INDEX_SLACK +
	    fs->len / fs->super.block_size * 32 / fs->super.block_size;
	fs->cache.bytes = mem_alloc(fs->super.block_size, 1);
	fs->groups.bytes = mem_alloc(fs->super.block_size, 1);
	fs->cache.nr = fs->groups.nr = UINT64_MAX;
	return RC_OK;
}

void
ext4_close(struct ext4 *fs)
{
	mem_free(fs->cache.bytes);
	mem_free(fs->groups.bytes);
	fs->cache.bytes = fs->groups.bytes = NULL;
}

void
ext4_follow(struct ext4 *fs, ext4_live_fn *live, void *arg)
{
	fs->live = live;
	fs->live_arg = arg;
	fs->cache.nr = fs->groups.nr = UINT64_MAX;
}

uint64_t
ext4_image(const struct ext4 *fs, uint64_t off, uint64_t *len)
{
	return fs->in == NULL ? off : pieced_place(fs->in, off, len);
}

bool
ext4_read_at(struct ext4 *fs, uint64_t off, unsigned char *dst)
{
	uint32_t size = fs->super.block_size;

	if (fs->work < size)
		return false;
	fs->work -= size;
	return fs->read(fs->arg, off, dst, size) == size;
}

static struct slice
cached(struct ext4 *fs, struct ext4_cache *c, uint64_t nr)
{
	uint32_t size = fs->super.block_size;
	bool escaped = false;
	uint64_t off;

	if (nr == c->nr)
		return slice_of(c->bytes, size);
	c->nr = UINT64_MAX;
	if (nr >= fs->super.blocks || nr >= fs->len / size)
		return slice_of(NULL, 0);
	if (fs->live == NULL || !fs->live(fs->live_arg, nr, &off, &escaped))
		off = fs->base + nr * size;
	if (!ext4_read_at(fs, off, c->bytes))
		return slice_of(NULL, 0);
	if (escaped)
		memcpy(c->bytes, "\xc0\x3b\x39\x98", 4);
	c->nr = nr;
	return slice_of(c->bytes, size);
}

struct slice
ext4_block(struct ext4 *fs, uint64_t nr)
{
	return cached(fs, &fs->cache, nr);
}

uint64_t
ext4_block_off(const struct ext4 *fs, uint64_t nr)
{
	uint64_t off;
	bool escaped;

	return fs->live != NULL && fs->live(fs->live_arg, nr, &off, &escaped) ?
	    off :
	    fs->base + nr * fs->super.block_size;
}

/* The block that holds descriptor g; a copy's when that is what we have. */
static uint64_t
desc_block(const struct ext4 *fs, uint32_t g)
{
	const struct ext4_super *sb = &fs->super;
	uint32_t each = sb->block_size / sb->desc_size, meta = g / each, home;

	if (!has(sb->incompat, EXT4_META_BG) || meta < sb->first_meta_bg) {
		home = fs->copy ? sb->group : 0;
		return ext4_group_first(sb, home) + 1 + meta +
		    (sb->block_size == 1024 && sb->first_block == 0 &&
			home == 0);
	}
	home = meta * each;
	return ext4_group_first(sb, home) + ext4_has_super(sb, home) +
	    (sb->block_size == 1024 && sb->first_block == 0 && home == 0);
}

static uint16_t
crc16(uint16_t crc, struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		crc ^= s.ptr[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (uint16_t)(crc >> 1 ^ ((crc & 1) ? 0xa001 : 0));
	}
	return crc;
}

/* The checksum of descriptor g is right, or there is none. */
static bool
desc_sound(const struct ext4_super *sb, uint32_t g, struct slice d)
{
	static const unsigned char none[2];
	unsigned char nr[4] = { (unsigned char)g, (unsigned char)(g >> 8),
		(unsigned char)(g >> 16), (unsigned char)(g >> 24) };
	uint16_t want = bytes_le16(d, 30), sum;
	uint32_t crc;

	if (has(sb->ro_compat, EXT4_METADATA_CSUM)) {
		crc = crc32c(sb->seed, slice_of(nr, sizeof(nr)));
		crc = crc32c(crc, slice_sub(d, 0, 30));
		crc = crc32c(crc, slice_of(none, sizeof(none)));
		return (crc32c(crc, slice_from(d, 32)) & 0xffff) == want;
	}
	if (!has(sb->ro_compat, EXT4_GDT_CSUM))
		return true;
	sum = crc16(UINT16_MAX, slice_of(sb->uuid, sizeof(sb->uuid)));
	sum = crc16(sum, slice_of(nr, sizeof(nr)));
	sum = crc16(sum, slice_sub(d, 0, 30));
	return crc16(sum, slice_from(d, 32)) == want;
}

/* n blocks from nr on lie within the file system. */
static bool
is_inside(const struct ext4_super *sb, uint64_t nr, uint64_t n)
{
	return nr > sb->first_block && nr < sb->blocks && n <= sb->blocks - nr;
}

bool
ext4_group(struct ext4 *fs, uint32_t g, struct ext4_group *out)
{
	const struct ext4_super *sb = &fs->super;
	uint32_t each = sb->block_size / sb->desc_size;
	struct slice d;

	*out = (struct ext4_group){ .flags = 0 };
	if (g >= sb->groups)
		return false;
	d = slice_sub(cached(fs, &fs->groups, desc_block(fs, g)),
	    (size_t)(g % each) * sb->desc_size, sb->desc_size);
	if (d.len == 0 || !desc_sound(sb, g, d))
		return false;
	out->block_bitmap =
	    bytes_le32(d, 0) | (uint64_t)bytes_le32(d, 32) << 32;
	out->inode_bitmap =
	    bytes_le32(d, 4) | (uint64_t)bytes_le32(d, 36) << 32;
	out->inode_table = bytes_le32(d, 8) | (uint64_t)bytes_le32(d, 40) << 32;
	if (has(sb->ro_compat, EXT4_GDT_CSUM | EXT4_METADATA_CSUM)) {
		out->flags = bytes_le16(d, 18);
		out->unused =
		    bytes_le16(d, 28) | (uint32_t)bytes_le16(d, 50) << 16;
	}
	if (out->unused > sb->group_inodes)
		out->unused = sb->group_inodes;
	out->bitmap_sum = bytes_le16(d, 24) | (uint32_t)bytes_le16(d, 56) << 16;
	return is_inside(sb, out->block_bitmap, 1) &&
	    is_inside(sb, out->inode_bitmap, 1) &&
	    is_inside(sb, out->inode_table,
		((uint64_t)sb->group_inodes * sb->inode_size + sb->block_size -
		    1) /
		    sb->block_size);
}
