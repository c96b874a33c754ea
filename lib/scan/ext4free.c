#include "scan/ext4free.h"

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/mem.h"

#include "base/banned.h"

struct walk {
	struct ext4 *fs;
	struct ext4_free *total;
	ext4_free_fn *fn;
	void *arg;
	unsigned char *map;   /* one bit a cluster, 1: used */
	uint64_t from, until; /* the free range at hand */
	bool stopped;
};

static void
flush(struct walk *w)
{
	uint64_t size = w->fs->super.block_size;
	uint64_t end = w->fs->len / size;

	if (w->until > end)
		w->until = end;
	if (w->from < w->until && !w->stopped) {
		w->total->free += (w->until - w->from) * size;
		w->stopped = !w->fn(w->arg, w->fs->base + w->from * size,
		    (w->until - w->from) * size);
	}
	w->from = w->until = 0;
}

static void
add_free(struct walk *w, uint64_t from, uint64_t until)
{
	if (from != w->until || w->until == 0) {
		flush(w);
		w->from = from;
	}
	w->until = until;
}

/* n blocks from nr on are used, as far as they lie in group g. */
static void
mark(struct walk *w, uint32_t g, uint64_t nr, uint64_t n)
{
	const struct ext4_super *sb = &w->fs->super;
	uint64_t first = ext4_group_first(sb, g), end = nr + n;

	if (end > first + ext4_group_length(sb, g))
		end = first + ext4_group_length(sb, g);
	for (nr = nr < first ? first : nr; nr < end; nr++) {
		uint64_t bit = (nr - first) >> sb->cluster_shift;

		w->map[bit / 8] |= (unsigned char)(1U << bit % 8);
	}
}

/* A bitmap that was never written: the group holds its own tables only. */
static void
make_map(struct walk *w, uint32_t g, const struct ext4_group *grp)
{
	const struct ext4_super *sb = &w->fs->super;
	uint64_t first = ext4_group_first(sb, g);
	uint32_t each = sb->block_size / sb->desc_size;
	uint32_t meta = g / each, n = 0;
	bool super = ext4_has_super(sb, g);

	memset(w->map, 0, sb->block_size);
	if ((sb->incompat & EXT4_META_BG) == 0 || meta < sb->first_meta_bg) {
		if (super) {
			n = (sb->incompat & EXT4_META_BG) != 0 ?
			    sb->first_meta_bg :
			    ext4_desc_blocks(sb) + sb->reserved_gdt;
		}
	} else if (g % each == 0 || g % each == 1 || g % each == each - 1)
		n = 1;
	mark(w, g, first, (uint64_t)n + super);
	mark(w, g, grp->block_bitmap, 1);
	mark(w, g, grp->inode_bitmap, 1);
	mark(w, g, grp->inode_table,
	    ((uint64_t)sb->group_inodes * sb->inode_size + sb->block_size - 1) /
		sb->block_size);
}

static bool
read_map(struct walk *w, const struct ext4_group *grp)
{
	const struct ext4_super *sb = &w->fs->super;
	struct slice b = ext4_block(w->fs, grp->block_bitmap);
	uint32_t bits = sb->group_blocks >> sb->cluster_shift, sum, mask;

	if (b.len == 0)
		return false;
	if ((sb->ro_compat & EXT4_METADATA_CSUM) != 0) {
		sum = crc32c(sb->seed, slice_sub(b, 0, bits / 8));
		mask = sb->desc_size >= 64 ? UINT32_MAX : 0xffff;
		if ((sum & mask) != (grp->bitmap_sum & mask))
			return false;
	}
	memcpy(w->map, b.ptr, b.len);
	return true;
}

/* The free ranges of a group, clusters at a time. */
static void
give_group(struct walk *w, uint32_t g)
{
	const struct ext4_super *sb = &w->fs->super;
	uint64_t first = ext4_group_first(sb, g);
	uint32_t len = ext4_group_length(sb, g);

	for (uint64_t pos = 0; pos < len && !w->stopped;) {
		uint64_t bit = pos >> sb->cluster_shift;
		uint64_t next = (bit + 1) << sb->cluster_shift;

		if (next > len)
			next = len;
		if ((w->map[bit / 8] >> bit % 8 & 1) == 0)
			add_free(w, first + pos, first + next);
		pos = next;
	}
}

void
ext4_free(struct ext4 *fs, struct ext4_free *total, ext4_free_fn *fn, void *arg)
{
	const struct ext4_super *sb = &fs->super;
	struct walk w = { .fs = fs, .total = total, .fn = fn, .arg = arg };
	struct ext4_group grp;

	*total = (struct ext4_free){ .free = 0 };
	w.map = mem_alloc(sb->block_size, 1);
	for (uint32_t g = 0; g < sb->groups && !w.stopped; g++) {
		/* What the image does not hold is not asked for. */
		if (ext4_group_first(sb, g) >= fs->len / sb->block_size)
			break;
		if (ext4_group(fs, g, &grp)) {
			if ((grp.flags & EXT4_BLOCK_UNINIT) != 0) {
				make_map(&w, g, &grp);
				give_group(&w, g);
				continue;
			}
			if (read_map(&w, &grp)) {
				give_group(&w, g);
				continue;
			}
		}
		total->groups++;
		total->unknown +=
		    (uint64_t)ext4_group_length(sb, g) * sb->block_size;
	}
	flush(&w);
	mem_free(w.map);
}

uint64_t
ext4_used(struct ext4 *fs, uint64_t nr, uint64_t n)
{
	const struct ext4_super *sb = &fs->super;
	uint64_t used = 0, end = nr + n;

	while (nr < end && nr >= sb->first_block && nr < sb->blocks) {
		uint32_t g =
		    (uint32_t)((nr - sb->first_block) / sb->group_blocks);
		uint64_t first = ext4_group_first(sb, g);
		uint64_t stop = first + ext4_group_length(sb, g);
		struct ext4_group grp;
		struct slice map = { NULL, 0 };

		if (stop > end)
			stop = end;
		if (ext4_group(fs, g, &grp) &&
		    (grp.flags & EXT4_BLOCK_UNINIT) == 0)
			map = ext4_block(fs, grp.block_bitmap);
		for (; nr < stop && map.len > 0; nr++) {
			uint64_t bit = (nr - first) >> sb->cluster_shift;

			used +=
			    bytes_le(map, (size_t)(bit / 8), 1) >> (bit % 8) &
			    1;
		}
		nr = stop;
	}
	return used;
}
