#include "scan/ext4past.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "scan/ext4dir.h"

#include "base/banned.h"

#define GROUPS_MAX ((uint32_t)1 << 21) /* 256 TB of 4 KB blocks */
#define DIR_BLOCKS 65536	       /* of one directory */

bool
ext4_past_has_data(const struct ext4_inode *in)
{
	struct slice b = slice_of(in->block, sizeof(in->block));

	if ((in->mode & EXT4_TYPE) != EXT4_REGULAR || in->size == 0 ||
	    (in->flags & EXT4_INLINE) != 0 ||
	    (in->links == 0 && in->dtime == 0))
		return false;
	if ((in->flags & EXT4_EXTENTS) != 0)
		return bytes_le16(b, 0) == 0xf30a && bytes_le16(b, 2) > 0;
	for (size_t i = 0; i < EXT4_I_BLOCK; i++)
		if (in->block[i] != 0)
			return true;
	return false;
}

static int
by_life(const void *x, const void *y)
{
	const struct ext4_state *a = x, *b = y;

	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	if (a->generation != b->generation)
		return a->generation < b->generation ? -1 : 1;
	if (a->age != b->age)
		return a->age < b->age ? -1 : 1;
	return (a->off > b->off) - (a->off < b->off);
}

/* Sort, and keep the latest state of each life. */
static void
settle_states(struct ext4_past *p)
{
	size_t n = 0;

	if (p->nstate == 0)
		return;
	qsort(p->state, p->nstate, sizeof(*p->state), by_life);
	for (size_t i = 0; i < p->nstate; i++) {
		const struct ext4_state *s = &p->state[i];

		if (i + 1 < p->nstate && s[1].ino == s->ino &&
		    s[1].generation == s->generation)
			continue;
		p->state[n++] = *s;
	}
	p->nstate = n;
}

static void
add_state(struct ext4_past *p, struct ext4_state s)
{
	if (p->over)
		return;
	if (p->nstate == EXT4_LOST_STATES) {
		settle_states(p);
		if (p->nstate > EXT4_LOST_STATES / 4 * 3) {
			p->over = true;
			return;
		}
	}
	if (p->nstate == p->state_cap) {
		p->state_cap = p->state_cap == 0 ? 256 : p->state_cap * 2;
		p->state = mem_grow(
		    p->state, p->nstate, p->state_cap, sizeof(*p->state));
	}
	p->state[p->nstate++] = s;
}

static int
by_text(const void *x, const void *y, void *arg)
{
	const struct ext4_name *a = x, *b = y;
	const unsigned char *text = arg;
	int c;

	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	if (a->dir != b->dir)
		return a->dir < b->dir ? -1 : 1;
	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	c = memcmp(text + a->text, text + b->text, a->len);
	if (c != 0)
		return c;
	if (a->age != b->age)
		return a->age < b->age ? -1 : 1;
	return (a->text > b->text) - (a->text < b->text);
}

/* Sort, and keep each name once. */
static void
settle_names(struct ext4_past *p)
{
	struct buf text;
	size_t n = 0;

	if (p->nname == 0)
		return;
	qsort_r(p->name, p->nname, sizeof(*p->name), by_text, p->text.ptr);
	buf_init(&text, EXT4_PAST_TEXT);
	for (size_t i = 0; i < p->nname; i++) {
		struct ext4_name *x = &p->name[i];
		struct slice s =
		    slice_sub(buf_slice(&p->text), x->text, x->len);

		if (i + 1 < p->nname && x[1].ino == x->ino &&
		    x[1].dir == x->dir &&
		    slice_eq(
			slice_sub(buf_slice(&p->text), x[1].text, x[1].len),
			s)) {
			x[1].now |= x->now;
			continue;
		}
		x->text = (uint32_t)text.len;
		(void)buf_add(&text, s);
		p->name[n++] = *x;
	}
	buf_free(&p->text);
	p->text = text;
	p->nname = n;
}

static void
add_name(struct ext4_past *p, struct ext4_name x, struct slice s)
{
	if (p->over)
		return;
	if (p->nname == EXT4_LOST_NAMES ||
	    p->text.len + s.len > EXT4_PAST_TEXT) {
		settle_names(p);
		if (p->nname > EXT4_LOST_NAMES / 4 * 3 ||
		    p->text.len > EXT4_PAST_TEXT / 4 * 3) {
			p->over = true;
			return;
		}
	}
	if (p->nname == p->name_cap) {
		p->name_cap = p->name_cap == 0 ? 256 : p->name_cap * 2;
		p->name =
		    mem_grow(p->name, p->nname, p->name_cap, sizeof(*p->name));
	}
	x.text = (uint32_t)p->text.len;
	x.len = (uint8_t)s.len;
	(void)buf_add(&p->text, s);
	p->name[p->nname++] = x;
}

static bool
is_dots(struct slice s)
{
	return slice_is(s, ".") || slice_is(s, "..");
}

/* An entry of a directory, now or then. */
static bool
on_entry(void *arg, const struct ext4_entry *e)
{
	struct ext4_past *p = arg;
	struct ext4_inode in;
	bool dir = e->type == EXT4_DIR_DIR;

	if (e->name.len > UINT8_MAX || is_dots(e->name))
		return true;
	if (e->type == 0 && !e->deleted && e->ino != 0 &&
	    ext4_inode_read(p->fs, e->ino, &in))
		dir = (in.mode & EXT4_TYPE) == EXT4_DIRECTORY;
	if (dir && e->ino != 0)
		ext4_tree_dir(&p->tree, (uint32_t)e->ino, p->dir, e->name);
	else if (ext4_lost_name(e->name, e->ino) != EXT4_LOST_NAMELESS)
		add_name(p,
		    (struct ext4_name){ .ino = (uint32_t)e->ino,
			.dir = p->dir,
			.age = p->age,
			.now = !e->deleted && p->age == EXT4_PAST_NOW },
		    e->name);
	return true;
}

/* The blocks of a directory as it is now; buf holds one. */
static void
read_dir(struct ext4_past *p, uint32_t ino, const struct ext4_inode *in,
    unsigned char *buf)
{
	struct ext4 *fs = p->fs;
	struct ext4_map m = { .n = 0 };
	uint64_t left = DIR_BLOCKS;

	ext4_map_read(fs, in, ext4_block_now, fs, &m);
	p->dir = ino;
	p->age = EXT4_PAST_NOW;
	for (size_t i = 0; i < m.n; i++)
		for (uint64_t k = 0; k < m.v[i].n && left > 0; k++, left--) {
			struct slice b = ext4_block(fs, m.v[i].block + k);

			if (!ext4_dir_plausible(&fs->super, b))
				continue;
			/* Looking up inodes reads other blocks. */
			memcpy(buf, b.ptr, b.len);
			ext4_tree_block(&p->tree, m.v[i].block + k, ino);
			ext4_dir_block(
			    &fs->super, slice_of(buf, b.len), on_entry, p);
		}
	ext4_map_free(&m);
}

/* The inodes of a table's block as it is now: directories, dead files. */
static void
read_table(struct ext4_past *p, uint64_t nr, uint64_t ino, uint32_t n,
    unsigned char *table, unsigned char *buf)
{
	struct ext4 *fs = p->fs;
	uint32_t size = fs->super.inode_size;
	struct slice b = ext4_block(fs, nr);
	uint64_t off;

	if (b.len == 0)
		return;
	off = ext4_block_off(fs, nr);
	memcpy(table, b.ptr, b.len);
	for (uint32_t i = 0; i < n; i++) {
		struct ext4_inode in;

		/* Most are empty, or what nobody looks for. */
		if (table[i * size + 1] == 0)
			continue;
		ext4_inode_parse(slice_of(table + i * size, size), &in);
		if ((in.mode & EXT4_TYPE) == EXT4_DIRECTORY && in.links > 0)
			read_dir(p, (uint32_t)(ino + i), &in, buf);
		else if (in.links == 0 && ext4_past_has_data(&in))
			add_state(p,
			    (struct ext4_state){ .ino = (uint32_t)(ino + i),
				.generation = in.generation,
				.age = EXT4_PAST_NOW,
				.off = off + i * size });
	}
}

static int
by_first(const void *x, const void *y)
{
	const struct ext4_table *a = x, *b = y;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return (a->group > b->group) - (a->group < b->group);
}

/* All inode tables as they are now. */
static void
read_tables(struct ext4_past *p, unsigned char *table, unsigned char *buf)
{
	struct ext4 *fs = p->fs;
	const struct ext4_super *sb = &fs->super;
	uint32_t each = sb->block_size / sb->inode_size, cap = sb->groups;

	if (cap > GROUPS_MAX) {
		cap = GROUPS_MAX;
		p->over = true;
	}
	p->table = mem_alloc(cap, sizeof(*p->table));
	for (uint32_t g = 0; g < cap; g++) {
		uint64_t ino = (uint64_t)g * sb->group_inodes + 1;
		struct ext4_group grp;
		uint32_t n;

		if (ext4_group_first(sb, g) >= fs->len / sb->block_size ||
		    fs->work < sb->block_size)
			break;
		if (!ext4_group(fs, g, &grp))
			continue;
		p->table[p->ntable++] =
		    (struct ext4_table){ grp.inode_table, g };
		n = (grp.flags & EXT4_INODE_UNINIT) != 0 ?
		    0 :
		    sb->group_inodes - grp.unused;
		for (uint32_t i = 0; i < n; i += each)
			read_table(p, grp.inode_table + i / each, ino + i,
			    n - i < each ? n - i : each, table, buf);
	}
	if (p->ntable > 0)
		qsort(p->table, p->ntable, sizeof(*p->table), by_first);
}

/* The first inode of a table's block, or 0. */
static uint64_t
table_inode(const struct ext4_past *p, uint64_t nr)
{
	const struct ext4_super *sb = &p->fs->super;
	size_t lo = 0, hi = p->ntable;
	uint64_t i;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (p->table[mid].first <= nr)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0)
		return 0;
	i = (nr - p->table[lo - 1].first) * (sb->block_size / sb->inode_size);
	return i >= sb->group_inodes ?
	    0 :
	    (uint64_t)p->table[lo - 1].group * sb->group_inodes + i + 1;
}

/* Inodes in an old copy that are not what they are now. */
static void
compare_table(struct ext4_past *p, const struct jbd2_copy *c, uint64_t ino,
    const unsigned char *old)
{
	struct ext4 *fs = p->fs;
	uint32_t size = fs->super.inode_size;
	struct slice now = ext4_block(fs, c->block);
	uint64_t off;

	if (!jbd2_copy_off(p->journal, c, &off))
		return;
	for (uint32_t i = 0; i < fs->super.block_size / size; i++) {
		struct slice s = slice_of(old + i * size, size);
		struct ext4_inode was, is;

		if (s.ptr[1] == 0)
			continue;
		ext4_inode_parse(s, &was);
		if (!ext4_past_has_data(&was))
			continue;
		ext4_inode_parse(slice_sub(now, i * size, size), &is);
		/* It lives, and nothing was cut off. */
		if (is.links > 0 && is.generation == was.generation &&
		    is.size >= was.size)
			continue;
		add_state(p,
		    (struct ext4_state){ .ino = (uint32_t)(ino + i),
			.generation = was.generation,
			.age = c->age,
			.sequence = c->sequence,
			.off = off + i * size });
	}
}

/* A block of a directory begins with "." only if it is the first. */
static uint32_t
own_number(struct slice b)
{
	return bytes_le16(b, 4) == 12 && bytes_le(b, 6, 1) == 1 &&
		bytes_le(b, 8, 1) == '.' ?
	    bytes_le32(b, 0) :
	    0;
}

static void
read_journal(struct ext4_past *p, unsigned char *old, unsigned char *buf)
{
	struct ext4 *fs = p->fs;
	const struct jbd2 *j = p->journal;

	for (size_t i = 0; i < j->n; i++) {
		const struct jbd2_copy *c = &j->v[i];
		struct slice b = slice_of(old, fs->super.block_size);
		uint64_t ino;

		if (!jbd2_copy_read(j, c, old))
			continue;
		ino = table_inode(p, c->block);
		if (ino != 0)
			compare_table(p, c, ino, old);
		else if (ext4_dir_plausible(&fs->super, b)) {
			memcpy(buf, old, b.len);
			b.ptr = buf;
			p->dir = own_number(b);
			if (p->dir == 0)
				p->dir = ext4_tree_owner(&p->tree, c->block);
			p->age = c->age;
			ext4_dir_block(&fs->super, b, on_entry, p);
		}
	}
}

void
ext4_past_read(struct ext4_past *p, struct ext4 *fs, const struct jbd2 *journal)
{
	unsigned char *a, *b;

	*p = (struct ext4_past){ .fs = fs, .journal = journal };
	ext4_tree_init(&p->tree);
	buf_init(&p->text, EXT4_PAST_TEXT);
	a = mem_alloc(fs->super.block_size, 1);
	b = mem_alloc(fs->super.block_size, 1);
	read_tables(p, a, b);
	ext4_tree_sort(&p->tree);
	if (journal != NULL) {
		read_journal(p, a, b);
		ext4_tree_sort(&p->tree);
	}
	settle_states(p);
	settle_names(p);
	p->over = p->over || p->tree.over;
	mem_free(a);
	mem_free(b);
}

void
ext4_past_free(struct ext4_past *p)
{
	ext4_tree_free(&p->tree);
	mem_free(p->state);
	mem_free(p->name);
	mem_free(p->table);
	buf_free(&p->text);
}
