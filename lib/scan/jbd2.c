#include "scan/jbd2.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/crc32c.h"
#include "base/mem.h"

#include "base/banned.h"

#define MAGIC 0xc03b3998u
#define HEAD 12
#define SUPER 1024 /* bytes of the journal's superblock */
#define REVOKES 65536
#define AGE_NOW 0x80000000u /* age of the next transaction */

/* Types of blocks. */
#define DESCRIPTOR 1
#define COMMIT 2
#define SUPER_V1 3
#define SUPER_V2 4
#define REVOKE 5

/* Features. */
#define F_64BIT 0x2u
#define F_CSUM_V2 0x8u
#define F_CSUM_V3 0x10u
#define F_FAST_COMMIT 0x20u

/* Flags of a tag. */
#define TAG_ESCAPED 1u
#define TAG_SAME_UUID 2u
#define TAG_LAST 8u

struct tag {
	uint64_t block;
	uint32_t sum;
	unsigned int flags;
};

struct revoke {
	uint64_t block;
	uint32_t age;
};

/* The log while it is read. */
struct reading {
	struct jbd2 *j;
	unsigned char *block; /* at hand */
	unsigned char *data;
	uint32_t end; /* of the ring */
	struct revoke *revoke;
	size_t nrevoke, cap;
};

static uint32_t
age(const struct jbd2 *j, uint32_t sequence)
{
	return sequence - j->sequence + AGE_NOW;
}

static bool
log_off(const struct jbd2 *j, uint32_t where, uint64_t *off)
{
	const struct ext4 *fs = j->fs;
	size_t lo = 0, hi = j->map.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct ext4_run *r = &j->map.v[mid];

		if (where < r->logical)
			hi = mid;
		else if (where - r->logical >= r->n)
			lo = mid + 1;
		else {
			uint64_t nr = r->block + (where - r->logical);

			*off = fs->base + nr * fs->super.block_size;
			return nr < fs->len / fs->super.block_size;
		}
	}
	return false;
}

static bool
read_log(const struct jbd2 *j, uint32_t where, unsigned char *dst)
{
	uint64_t off;

	return log_off(j, where, &off) && ext4_read_at(j->fs, off, dst);
}

bool
jbd2_copy_off(const struct jbd2 *j, const struct jbd2_copy *c, uint64_t *off)
{
	return log_off(j, c->where, off);
}

bool
jbd2_copy_read(
    const struct jbd2 *j, const struct jbd2_copy *c, unsigned char *dst)
{
	if (!read_log(j, c->where, dst))
		return false;
	if (c->escaped)
		memcpy(dst, "\xc0\x3b\x39\x98", 4);
	return true;
}

static bool
is_kind(struct slice b, uint32_t kind)
{
	return bytes_be32(b, 0) == MAGIC && bytes_be32(b, 4) == kind;
}

static uint32_t
after(const struct jbd2 *j, const struct reading *r, uint32_t pos)
{
	return pos + 1 >= r->end ? j->first : pos + 1;
}

static bool
has_sums(const struct jbd2 *j)
{
	return (j->incompat & (F_CSUM_V2 | F_CSUM_V3)) != 0;
}

/* The tag at pos of a descriptor block, and the place of the next. */
static bool
next_tag(const struct jbd2 *j, struct slice b, size_t *pos, struct tag *t)
{
	size_t len = 8;

	if ((j->incompat & F_CSUM_V3) != 0)
		len = 16;
	else {
		len += (j->incompat & F_CSUM_V2) != 0 ? 2 : 0;
		len += (j->incompat & F_64BIT) != 0 ? 4 : 0;
	}
	if (has_sums(j) && b.len > 4)
		b.len -= 4; /* the block's own checksum */
	if (*pos > b.len || b.len - *pos < len)
		return false;
	t->block = bytes_be32(b, *pos);
	if ((j->incompat & F_CSUM_V3) != 0) {
		t->flags = bytes_be32(b, *pos + 4);
		t->sum = bytes_be32(b, *pos + 12);
	} else {
		t->sum = (uint32_t)bytes_be(b, *pos + 4, 2);
		t->flags = (unsigned int)bytes_be(b, *pos + 6, 2);
	}
	if ((j->incompat & F_64BIT) != 0)
		t->block |= (uint64_t)bytes_be32(b, *pos + 8) << 32;
	*pos += len + ((t->flags & TAG_SAME_UUID) != 0 ? 0 : 16);
	return true;
}

/* Is the block in r->data what a tag says it is? */
static bool
is_data(const struct reading *r, const struct tag *t, uint32_t sequence)
{
	const struct jbd2 *j = r->j;
	struct slice b = slice_of(r->data, j->fs->super.block_size);
	unsigned char seq[4] = { (unsigned char)(sequence >> 24),
		(unsigned char)(sequence >> 16), (unsigned char)(sequence >> 8),
		(unsigned char)sequence };
	uint32_t sum;

	/* Data that would look like a block of the log is escaped. */
	if (bytes_be32(b, 0) == MAGIC)
		return false;
	if (!has_sums(j))
		return true;
	sum = crc32c(crc32c(j->seed, slice_of(seq, sizeof(seq))), b);
	return (j->incompat & F_CSUM_V3) != 0 ? sum == t->sum :
						(sum & 0xffff) == t->sum;
}

static void
add_copy(struct jbd2 *j, const struct tag *t, uint32_t where, uint32_t sequence)
{
	if (t->block >= j->fs->super.blocks)
		return;
	if (j->n == JBD2_COPIES) {
		j->over = true;
		return;
	}
	if (j->n == j->cap) {
		j->cap = j->cap == 0 ? 1024 : j->cap * 2;
		j->v = mem_grow(j->v, j->n, j->cap, sizeof(*j->v));
	}
	j->v[j->n++] = (struct jbd2_copy){ .block = t->block,
		.where = where,
		.sequence = sequence,
		.age = age(j, sequence),
		.escaped = (t->flags & TAG_ESCAPED) != 0 };
}

/* The copies behind the descriptor block at pos; how many there are. */
static uint32_t
read_copies(struct reading *r, uint32_t pos)
{
	struct jbd2 *j = r->j;
	struct slice b = slice_of(r->block, j->fs->super.block_size);
	uint32_t sequence = bytes_be32(b, 8), where = pos, n = 0;
	struct tag t = { .flags = 0 };
	size_t at = HEAD;

	j->transactions++;
	while ((t.flags & TAG_LAST) == 0 && next_tag(j, b, &at, &t) &&
	    n < r->end - j->first) {
		where = after(j, r, where);
		if (!read_log(j, where, r->data))
			break;
		if (!is_data(r, &t, sequence)) {
			/* A newer transaction, or one block that is bad. */
			if (!has_sums(j) ||
			    bytes_be32(slice_of(r->data, 4), 0) == MAGIC)
				break;
		} else
			add_copy(j, &t, where, sequence);
		n++;
	}
	return n;
}

static void
read_all(struct reading *r)
{
	struct jbd2 *j = r->j;
	struct slice b = slice_of(r->block, j->fs->super.block_size);
	uint32_t pos = j->first;

	while (pos < r->end) {
		uint32_t n = 0;

		if (read_log(j, pos, r->block) && is_kind(b, DESCRIPTOR))
			n = read_copies(r, pos);
		/* Behind the ring's end they were seen, but not passed. */
		pos = n >= r->end - pos ? r->end : pos + 1 + n;
	}
}

static void
add_revokes(struct reading *r, uint32_t sequence)
{
	const struct jbd2 *j = r->j;
	struct slice b = slice_of(r->block, j->fs->super.block_size);
	size_t n = (j->incompat & F_64BIT) != 0 ? 8 : 4;
	size_t end = bytes_be32(b, HEAD), pos = HEAD + 4;

	if (end > b.len)
		return;
	for (; end >= n && pos <= end - n; pos += n) {
		if (r->nrevoke == REVOKES)
			return;
		if (r->nrevoke == r->cap) {
			r->cap = r->cap == 0 ? 256 : r->cap * 2;
			r->revoke = mem_grow(
			    r->revoke, r->nrevoke, r->cap, sizeof(*r->revoke));
		}
		r->revoke[r->nrevoke++] =
		    (struct revoke){ bytes_be(b, pos, n), age(j, sequence) };
	}
}

static int
by_revoked(const void *x, const void *y)
{
	const struct revoke *a = x, *b = y;

	if (a->block != b->block)
		return a->block < b->block ? -1 : 1;
	return (a->age > b->age) - (a->age < b->age);
}

/* The latest transaction that revokes a block, or 0. */
static uint32_t
revoked(const struct reading *r, uint64_t block)
{
	size_t lo = 0, hi = r->nrevoke;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (r->revoke[mid].block <= block)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo > 0 && r->revoke[lo - 1].block == block ?
	    r->revoke[lo - 1].age :
	    0;
}

/* Blocks that a descriptor names. */
static uint32_t
count_tags(const struct reading *r)
{
	struct slice b = slice_of(r->block, r->j->fs->super.block_size);
	struct tag t = { .flags = 0 };
	size_t at = HEAD;
	uint32_t n = 0;

	while ((t.flags & TAG_LAST) == 0 && next_tag(r->j, b, &at, &t))
		n++;
	return n;
}

/* Follow what is still to be written; mark its copies. */
static void
find_live(struct reading *r)
{
	struct jbd2 *j = r->j;
	struct slice b = slice_of(r->block, j->fs->super.block_size);
	uint32_t pos = j->start, sequence = j->sequence, left;

	if (pos < j->first || pos >= r->end)
		return;
	for (left = r->end - j->first; left > 0; left--) {
		uint32_t n = 0;

		if (!read_log(j, pos, r->block) || bytes_be32(b, 0) != MAGIC ||
		    bytes_be32(b, 8) != sequence)
			break;
		if (is_kind(b, DESCRIPTOR))
			n = count_tags(r);
		else if (is_kind(b, REVOKE))
			add_revokes(r, sequence);
		else if (is_kind(b, COMMIT))
			sequence++;
		else
			break;
		for (n++; n > 0 && left > 0; n--, left--)
			pos = after(j, r, pos);
		left++;
	}
	if (r->nrevoke > 0)
		qsort(r->revoke, r->nrevoke, sizeof(*r->revoke), by_revoked);
	for (size_t i = 0; i < j->n; i++) {
		struct jbd2_copy *c = &j->v[i];

		c->live = c->age >= AGE_NOW && c->age < age(j, sequence) &&
		    revoked(r, c->block) < c->age;
		j->live += c->live;
	}
}

static int
by_block(const void *x, const void *y)
{
	const struct jbd2_copy *a = x, *b = y;

	if (a->block != b->block)
		return a->block < b->block ? -1 : 1;
	if (a->age != b->age)
		return a->age < b->age ? -1 : 1;
	return (a->where > b->where) - (a->where < b->where);
}

/* The journal's inode, or the copy of its map in the superblock. */
static bool
find_log(struct jbd2 *j)
{
	struct ext4 *fs = j->fs;
	const struct ext4_super *sb = &fs->super;
	struct ext4_inode in;

	if (ext4_inode_read(fs, sb->journal, &in) &&
	    (in.mode & EXT4_TYPE) == EXT4_REGULAR && in.size > 0) {
		ext4_map_read(fs, &in, ext4_block_now, fs, &j->map);
		if (!j->map.damaged && j->map.n > 0)
			goto found;
	}
	if (!sb->has_journal_map)
		return false;
	in = (struct ext4_inode){ .mode = EXT4_REGULAR,
		.size = sb->journal_size };
	memcpy(in.block, sb->journal_map, sizeof(in.block));
	if (bytes_le16(slice_of(in.block, sizeof(in.block)), 0) == 0xf30a)
		in.flags = EXT4_EXTENTS;
	ext4_map_read(fs, &in, ext4_block_now, fs, &j->map);
	if (j->map.n == 0)
		return false;
found:
	j->blocks = in.size / sb->block_size > UINT32_MAX ?
	    UINT32_MAX :
	    (uint32_t)(in.size / sb->block_size);
	return true;
}

/* The journal's superblock; false if it is none. */
static bool
read_super(struct reading *r)
{
	struct jbd2 *j = r->j;
	struct slice b = slice_of(r->block, j->fs->super.block_size);
	uint32_t fast;

	if (!read_log(j, 0, r->block) ||
	    (!is_kind(b, SUPER_V1) && !is_kind(b, SUPER_V2)) ||
	    bytes_be32(b, HEAD) != j->fs->super.block_size)
		return false;
	r->end = bytes_be32(b, 16);
	j->first = bytes_be32(b, 20);
	j->sequence = bytes_be32(b, 24);
	j->start = bytes_be32(b, 28);
	if (is_kind(b, SUPER_V2))
		j->incompat = bytes_be32(b, 40);
	j->seed = crc32c(UINT32_MAX, slice_sub(b, 48, 16));
	if (r->end > j->blocks)
		r->end = j->blocks;
	fast = (j->incompat & F_FAST_COMMIT) == 0 ? 0 : bytes_be32(b, 84);
	if ((j->incompat & F_FAST_COMMIT) != 0 && fast == 0)
		fast = 256;
	if (fast < r->end)
		r->end -= fast;
	return j->first > 0 && j->first < r->end;
}

enum rc
jbd2_read(struct jbd2 *j, struct ext4 *fs, struct err *e)
{
	struct reading r = { .j = j };
	bool good;

	*j = (struct jbd2){ .fs = fs };
	if (fs->super.journal == 0)
		return RC_END;
	if (!find_log(j))
		return err_damaged(e, fs->base, "the journal cannot be found");
	r.block = mem_alloc(fs->super.block_size, 1);
	r.data = mem_alloc(fs->super.block_size, 1);
	good = read_super(&r);
	if (good) {
		read_all(&r);
		if ((fs->super.incompat & EXT4_RECOVER) != 0 && j->start != 0)
			find_live(&r);
		if (j->n > 0)
			qsort(j->v, j->n, sizeof(*j->v), by_block);
	}
	mem_free(r.block);
	mem_free(r.data);
	mem_free(r.revoke);
	return good ?
	    RC_OK :
	    err_damaged(e, fs->base, "the journal's superblock is damaged");
}

void
jbd2_free(struct jbd2 *j)
{
	ext4_map_free(&j->map);
	mem_free(j->v);
	j->v = NULL;
	j->n = j->cap = 0;
}

/* The first copy of a block above nr, or of nr and younger than `age`. */
static size_t
above(const struct jbd2 *j, uint64_t nr, uint32_t limit)
{
	size_t lo = 0, hi = j->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct jbd2_copy *c = &j->v[mid];

		if (c->block < nr || (c->block == nr && c->age <= limit))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct jbd2_copy *
jbd2_at(const struct jbd2 *j, uint64_t nr, uint32_t sequence)
{
	size_t i = above(j, nr, age(j, sequence));

	return i > 0 && j->v[i - 1].block == nr ? &j->v[i - 1] : NULL;
}

bool
jbd2_live(void *arg, uint64_t nr, uint64_t *off, bool *escaped)
{
	const struct jbd2 *j = arg;

	for (size_t i = above(j, nr, UINT32_MAX);
	     i > 0 && j->v[i - 1].block == nr; i--) {
		const struct jbd2_copy *c = &j->v[i - 1];

		if (!c->live)
			continue;
		*escaped = c->escaped;
		return jbd2_copy_off(j, c, off);
	}
	return false;
}
