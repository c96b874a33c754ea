#include "scan/ext4inode.h"

#include "base/bytes.h"
#include "base/mem.h"

#include "base/banned.h"

#define EXTENT_MAGIC 0xf30a
#define EXTENT_DEPTH 5
#define EXTENT_SIZE 12	/* of header, extent and index */
#define UNWRITTEN 32768 /* longer extents are such */
#define DIRECT 12	/* blocks in the inode itself */

/* Seconds of 34 bits and nanoseconds. */
static struct ext4_time
time_of(uint32_t sec, uint32_t extra)
{
	struct ext4_time t = { (int32_t)sec, extra >> 2 };

	t.sec += (int64_t)(extra & 3) << 32;
	if (t.nsec > 999999999)
		t.nsec = 0;
	return t;
}

void
ext4_inode_parse(struct slice s, struct ext4_inode *in)
{
	size_t extra = s.len > 128 ? bytes_le16(s, 128) : 0;
	struct slice x;

	*in = (struct ext4_inode){ .mode = bytes_le16(s, 0) };
	/* Fields that this inode does not have are zero. */
	x = slice_sub(s, 0, 128 + (extra < 4 || extra % 4 != 0 ? 0 : extra));
	in->uid = bytes_le16(s, 2) | (uint32_t)bytes_le16(s, 120) << 16;
	in->gid = bytes_le16(s, 24) | (uint32_t)bytes_le16(s, 122) << 16;
	in->links = bytes_le16(s, 26);
	in->flags = bytes_le32(s, 32);
	in->generation = bytes_le32(s, 100);
	in->dtime = bytes_le32(s, 20);
	in->size = bytes_le32(s, 4);
	if ((in->mode & EXT4_TYPE) == EXT4_REGULAR)
		in->size |= (uint64_t)bytes_le32(s, 108) << 32;
	in->accessed = time_of(bytes_le32(s, 8), bytes_le32(x, 140));
	in->changed = time_of(bytes_le32(s, 12), bytes_le32(x, 132));
	in->modified = time_of(bytes_le32(s, 16), bytes_le32(x, 136));
	in->made = time_of(bytes_le32(x, 144), bytes_le32(x, 148));
	in->has_nsec = x.len >= 152;
	if (s.len >= 100)
		memcpy(in->block, s.ptr + 40, sizeof(in->block));
}

bool
ext4_inode_at(struct ext4 *fs, uint64_t ino, uint64_t *block, size_t *pos)
{
	const struct ext4_super *sb = &fs->super;
	struct ext4_group g;
	uint64_t byte;

	if (ino == 0 || ino > sb->inodes ||
	    !ext4_group(fs, (uint32_t)((ino - 1) / sb->group_inodes), &g))
		return false;
	byte = (ino - 1) % sb->group_inodes * sb->inode_size;
	*block = g.inode_table + byte / sb->block_size;
	*pos = (size_t)(byte % sb->block_size);
	return true;
}

bool
ext4_inode_read(struct ext4 *fs, uint64_t ino, struct ext4_inode *in)
{
	struct slice b;
	uint64_t block;
	size_t pos;

	if (!ext4_inode_at(fs, ino, &block, &pos))
		return false;
	b = slice_sub(ext4_block(fs, block), pos, fs->super.inode_size);
	if (b.len == 0)
		return false;
	ext4_inode_parse(b, in);
	return true;
}

struct slice
ext4_block_now(void *arg, uint64_t nr)
{
	return ext4_block(arg, nr);
}

/* A map being read. */
struct reading {
	struct ext4 *fs;
	const struct ext4_super *sb;
	ext4_block_fn *fn;
	void *arg;
	struct ext4_map *map;
	uint64_t next; /* logical blocks before it are
			* done with */
	uint64_t end;  /* by the size of the file */
};

/* Add blocks; false if they do not fit. */
static bool
add(struct reading *r, uint64_t logical, uint64_t block, uint64_t n,
    bool unwritten)
{
	struct ext4_map *m = r->map;
	struct ext4_run *last = m->n > 0 ? &m->v[m->n - 1] : NULL;

	/* Blocks past the end may be there (fallocate); they hold nothing. */
	if (logical >= r->end)
		return true;
	if (logical < r->next || block <= r->sb->first_block ||
	    block >= r->sb->blocks || n > r->sb->blocks - block)
		return false;
	if (n > r->end - logical)
		n = r->end - logical;
	r->next = logical + n;
	if (last != NULL && last->unwritten == unwritten &&
	    last->logical + last->n == logical &&
	    last->block + last->n == block) {
		last->n += n;
		return true;
	}
	if (m->n == EXT4_MAP_RUNS)
		return false;
	if (m->n == m->cap) {
		m->cap = m->cap == 0 ? 16 : m->cap * 2;
		m->v = mem_grow(m->v, m->n, m->cap, sizeof(*m->v));
	}
	m->v[m->n++] = (struct ext4_run){ logical, block, n, unwritten };
	return true;
}

/* The bytes of an index block, which must last while others are read. */
static bool
take(struct reading *r, uint64_t nr, unsigned char *dst)
{
	struct slice b;

	if (r->fs->index_work == 0)
		return false;
	r->fs->index_work--;
	b = r->fn(r->arg, nr);
	if (b.len != r->sb->block_size)
		return false;
	memcpy(dst, b.ptr, b.len);
	return true;
}

/* The extents of a leaf. */
static bool
add_leaf(struct reading *r, struct slice node, unsigned int n)
{
	for (unsigned int i = 1; i <= n; i++) {
		struct slice x = slice_sub(node, i * EXTENT_SIZE, EXTENT_SIZE);
		uint64_t len = bytes_le16(x, 4);
		bool unwritten = len > UNWRITTEN;

		if (unwritten)
			len -= UNWRITTEN;
		if (len == 0 ||
		    !add(r, bytes_le32(x, 0),
			bytes_le32(x, 8) | (uint64_t)bytes_le16(x, 6) << 32,
			len, unwritten))
			return false;
	}
	return true;
}

/* Is it a node of that depth?  The number of its entries. */
static bool
node_sound(struct slice node, unsigned int depth, unsigned int *n)
{
	*n = bytes_le16(node, 2);
	return bytes_le16(node, 0) == EXTENT_MAGIC &&
	    bytes_le16(node, 6) == depth && *n <= bytes_le16(node, 4) &&
	    *n <= node.len / EXTENT_SIZE - 1;
}

/* All extents, down the tree with one block a level. */
static bool
read_extents(struct reading *r, const struct ext4_inode *in)
{
	struct {
		struct slice node;
		unsigned int n, pos;
	} level[EXTENT_DEPTH + 1];
	unsigned char *mem;
	unsigned int depth, down = 0;
	bool good = true;

	level[0].node = slice_of(in->block, sizeof(in->block));
	depth = bytes_le16(level[0].node, 6);
	if (depth > EXTENT_DEPTH ||
	    !node_sound(level[0].node, depth, &level[0].n))
		return false;
	if (depth == 0)
		return add_leaf(r, level[0].node, level[0].n);
	level[0].pos = 0;
	mem = mem_alloc(depth, r->sb->block_size);
	while (good) {
		struct slice x;
		unsigned char *b = mem + (size_t)down * r->sb->block_size;

		if (level[down].pos == level[down].n) {
			if (down-- == 0)
				break;
			continue;
		}
		x = slice_sub(level[down].node, ++level[down].pos * EXTENT_SIZE,
		    EXTENT_SIZE);
		level[down + 1].node = slice_of(b, r->sb->block_size);
		good =
		    take(r, bytes_le32(x, 4) | (uint64_t)bytes_le16(x, 8) << 32,
			b) &&
		    node_sound(level[down + 1].node, depth - down - 1,
			&level[down + 1].n);
		if (!good)
			break;
		if (down + 1 == depth)
			good = add_leaf(
			    r, level[down + 1].node, level[down + 1].n);
		else
			level[++down].pos = 0;
	}
	mem_free(mem);
	return good;
}

/* What a number of a block map stands for, `depth` index blocks deep. */
static bool
read_pointer(
    struct reading *r, uint64_t nr, unsigned int depth, unsigned char *mem)
{
	uint32_t size = r->sb->block_size, each = size / 4;
	struct {
		unsigned int pos;
	} level[3] = { { 0 } };
	unsigned int down = 0;
	uint64_t span = 1, logical = r->next;

	if (depth == 0)
		return nr == 0 ? (r->next++, true) :
				 add(r, r->next, nr, 1, false);
	for (unsigned int i = 0; i < depth; i++)
		span *= each;
	if (nr == 0 || logical >= r->end) {
		r->next += span;
		return true;
	}
	if (!take(r, nr, mem))
		return false;
	for (;;) {
		struct slice b = slice_of(mem + (size_t)down * size, size);

		if (level[down].pos == each) {
			if (down == 0)
				break;
			down--;
			continue;
		}
		if (r->next >= r->end)
			break;
		nr = bytes_le32(b, (size_t)level[down].pos++ * 4);
		if (down + 1 == depth) {
			if (nr == 0)
				r->next++;
			else if (!add(r, r->next, nr, 1, false))
				return false;
			continue;
		}
		if (nr == 0) {
			span = 1;
			for (unsigned int i = down + 1; i < depth; i++)
				span *= each;
			r->next += span;
			continue;
		}
		down++;
		level[down].pos = 0;
		if (!take(r, nr, mem + (size_t)down * size))
			return false;
	}
	return true;
}

static bool
read_pointers(struct reading *r, const struct ext4_inode *in)
{
	struct slice b = slice_of(in->block, sizeof(in->block));
	unsigned char *mem = mem_alloc(3, r->sb->block_size);
	bool good = true;

	for (size_t i = 0; good && i < DIRECT + 3; i++)
		good = read_pointer(r, bytes_le32(b, i * 4),
		    i < DIRECT ? 0 : (unsigned int)(i - DIRECT + 1), mem);
	mem_free(mem);
	return good;
}

void
ext4_map_read(struct ext4 *fs, const struct ext4_inode *in, ext4_block_fn *fn,
    void *arg, struct ext4_map *m)
{
	struct reading r = {
		.fs = fs, .sb = &fs->super, .fn = fn, .arg = arg, .map = m
	};
	uint32_t size = fs->super.block_size;

	m->n = 0;
	m->damaged = false;
	if ((in->flags & EXT4_INLINE) != 0)
		return;
	r.end = in->size / size + (in->size % size != 0);
	m->damaged = (in->flags & EXT4_EXTENTS) != 0 ? !read_extents(&r, in) :
						       !read_pointers(&r, in);
}

void
ext4_map_free(struct ext4_map *m)
{
	mem_free(m->v);
	*m = (struct ext4_map){ .n = 0 };
}
