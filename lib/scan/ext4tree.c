#include "scan/ext4tree.h"

#include <stdlib.h>

#include "base/mem.h"

#include "base/banned.h"

void
ext4_tree_init(struct ext4_tree *t)
{
	*t = (struct ext4_tree){ .ndir = 0 };
	buf_init(&t->names, EXT4_TREE_NAMES);
}

void
ext4_tree_free(struct ext4_tree *t)
{
	mem_free(t->dir);
	mem_free(t->block);
	buf_free(&t->names);
	*t = (struct ext4_tree){ .ndir = 0 };
}

void
ext4_tree_dir(
    struct ext4_tree *t, uint32_t ino, uint32_t parent, struct slice name)
{
	struct ext4_dir d = { .ino = ino,
		.parent = parent,
		.name = (uint32_t)t->names.len,
		.order = (uint32_t)t->ndir,
		.len = (uint8_t)name.len };

	if (name.len > UINT8_MAX || t->ndir == EXT4_TREE_DIRS ||
	    !buf_add(&t->names, name)) {
		t->over = true;
		return;
	}
	if (t->ndir == t->dir_cap) {
		t->dir_cap = t->dir_cap == 0 ? 256 : t->dir_cap * 2;
		t->dir = mem_grow(t->dir, t->ndir, t->dir_cap, sizeof(*t->dir));
	}
	t->dir[t->ndir++] = d;
}

void
ext4_tree_block(struct ext4_tree *t, uint64_t block, uint32_t ino)
{
	if (t->nblock == EXT4_TREE_BLOCKS) {
		t->over = true;
		return;
	}
	if (t->nblock == t->block_cap) {
		t->block_cap = t->block_cap == 0 ? 256 : t->block_cap * 2;
		t->block = mem_grow(
		    t->block, t->nblock, t->block_cap, sizeof(*t->block));
	}
	t->block[t->nblock++] = (struct ext4_dirblock){ block, ino };
}

static int
by_ino(const void *x, const void *y)
{
	const struct ext4_dir *a = x, *b = y;

	if (a->ino != b->ino)
		return a->ino < b->ino ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

static int
by_block(const void *x, const void *y)
{
	const struct ext4_dirblock *a = x, *b = y;

	if (a->block != b->block)
		return a->block < b->block ? -1 : 1;
	return (a->ino > b->ino) - (a->ino < b->ino);
}

void
ext4_tree_sort(struct ext4_tree *t)
{
	if (t->ndir > 0)
		qsort(t->dir, t->ndir, sizeof(*t->dir), by_ino);
	if (t->nblock > 0)
		qsort(t->block, t->nblock, sizeof(*t->block), by_block);
}

static const struct ext4_dir *
find_dir(const struct ext4_tree *t, uint32_t ino)
{
	size_t lo = 0, hi = t->ndir;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (t->dir[mid].ino < ino)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < t->ndir && t->dir[lo].ino == ino ? &t->dir[lo] : NULL;
}

uint32_t
ext4_tree_owner(const struct ext4_tree *t, uint64_t block)
{
	size_t lo = 0, hi = t->nblock;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (t->block[mid].block < block)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < t->nblock && t->block[lo].block == block ?
	    t->block[lo].ino :
	    0;
}

void
ext4_tree_path(const struct ext4_tree *t, uint32_t ino, struct buf *dst)
{
	const struct ext4_dir *up[EXT4_TREE_DEPTH], *d;
	size_t n = 0;

	dst->len = 0;
	while (ino != EXT4_TREE_ROOT) {
		d = n == EXT4_TREE_DEPTH ? NULL : find_dir(t, ino);
		if (d == NULL) {
			(void)buf_addc(dst, '?');
			break;
		}
		up[n++] = d;
		ino = d->parent;
	}
	(void)buf_addc(dst, '/');
	while (n-- > 0) {
		(void)buf_add(dst,
		    slice_sub(buf_slice(&t->names), up[n]->name, up[n]->len));
		(void)buf_addc(dst, '/');
	}
}
