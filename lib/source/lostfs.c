#include "source/lostfs.h"

#include "base/mem.h"
#include "base/msg.h"
#include "scan/ext4free.h"
#include "scan/pieced.h"
#include "source/lostfile.h"

/* A compressed log in pieces, whose lines are looked for at the end. */
struct packed {
	enum member_kind	 kind;
	struct find_piece	 v[PIECED_MAX];
	size_t			 n;
};

/* What is kept of all file systems of an image. */
struct lostfs {
	struct packed		*packed;
	size_t			 n, cap;
};

/* A file system while it is looked at. */
struct looking {
	const struct stream	*s;
	struct lostfs		*all;
	struct lostfile		 file;
	uint64_t		 next;		/* not yet free or in use */
};

/* One message about what begins at an offset. */
static void
tell(const struct stream *s, uint64_t off, const char *what)
{
	char name[256];

	(void)msg_quote(name, sizeof(name), s->src);
	(void)msg_error("%s: offset %llu: %s", name, (unsigned long long)off,
	    what);
	find_doubt(s);
}

static bool
on_free(void *arg, uint64_t off, uint64_t len)
{
	struct looking *l = arg;

	if (off > l->next)
		find_allocated(l->s, l->next, off - l->next);
	l->next = off + len;
	return true;
}

/* All of a file system that it does not say is free. */
static void
leave_out_used(struct looking *l, struct ext4 *fs)
{
	struct ext4_free total;
	char name[256];

	l->next = fs->base;
	ext4_free(fs, &total, on_free, l);
	if (fs->base + fs->len > l->next)
		find_allocated(l->s, l->next, fs->base + fs->len - l->next);
	if (total.groups == 0)
		return;
	(void)msg_quote(name, sizeof(name), l->s->src);
	(void)msg_error("%s: offset %llu: the file system is damaged: what is "
	    "free of %llu bytes cannot be told, and they are left out", name,
	    (unsigned long long)fs->base, (unsigned long long)total.unknown);
	find_doubt(l->s);
}

/* What lies in one piece is found by its bytes. */
static void
keep_packed(struct lostfs *all, const struct lostfile *f)
{
	struct packed *p;

	if (!f->packed || f->npiece < 2 || f->npiece > PIECED_MAX ||
	    all->n == LOSTFS_PACKED)
		return;
	if (all->n == all->cap) {
		size_t cap = all->cap == 0 ? 8 : 2 * all->cap;

		all->packed =
		    mem_grow(all->packed, all->cap, cap, sizeof(*all->packed));
		all->cap = cap;
	}
	p = &all->packed[all->n++];
	p->kind = f->kind;
	p->n = f->npiece;
	memcpy(p->v, f->piece, f->npiece * sizeof(p->v[0]));
}

static bool
on_lost(void *arg, const struct ext4_lost *lost)
{
	struct looking *l = arg;
	bool good = lostfile_put(&l->file, lost);

	keep_packed(l->all, &l->file);
	return good;
}

static void
find_lost(struct looking *l, struct ext4 *fs, const struct jbd2 *journal)
{
	struct ext4_lost_total total;
	char name[256];

	lostfile_init(&l->file, l->s, fs);
	ext4_lost_find(fs, journal, &total, on_lost, l);
	(void)msg_quote(name, sizeof(name), l->s->src);
	if (l->file.files > 0)
		msg_note("%s: offset %llu: deleted files of mail that the file "
		    "system still knows: %llu; whole: %llu", name,
		    (unsigned long long)fs->base,
		    (unsigned long long)l->file.files,
		    (unsigned long long)l->file.whole);
	if (total.over)
		tell(l->s, fs->base, "the file system names more than can be "
		    "looked at; some deleted files are left out");
	lostfile_free(&l->file);
}

/* The file system at an offset, if it is one that we know. */
static void
look(const struct stream *s, struct lostfs *all, uint64_t off, uint64_t len)
{
	struct looking l = { .s = s, .all = all };
	struct jbd2 journal;
	struct ext4 fs;
	struct err e;
	enum rc rc = ext4_open(&fs, s->read, s->arg, off, len, &e);

	if (rc == RC_DAMAGED)
		tell(s, off, "a file system of ext2, ext3 or ext4 that is "
		    "damaged: read as raw bytes");
	if (rc != RC_OK) {
		if (!s->unallocated)
			return;
		tell(s, off, "no ext2, ext3 or ext4 file system: what is free "
		    "cannot be told, and nothing of it is read");
		find_allocated(s, off, len);
		return;
	}
	if (fs.copy)
		tell(s, off, "the superblock is damaged; a copy is used");
	rc = jbd2_read(&journal, &fs, &e);
	if (rc == RC_DAMAGED)
		tell(s, off, e.what);
	if (rc == RC_OK && journal.live > 0)
		ext4_follow(&fs, jbd2_live, &journal);
	if (s->unallocated)
		leave_out_used(&l, &fs);
	find_lost(&l, &fs, rc == RC_OK ? &journal : NULL);
	jbd2_free(&journal);
	ext4_close(&fs);
}

/* What lies in no partition is in no file system either. */
static void
leave_out_gaps(const struct stream *s)
{
	uint64_t next = 0;

	for (size_t i = 0; i < s->npart; i++) {
		const struct partition *p = &s->part[i];

		if (p->off > next)
			find_allocated(s, next, p->off - next);
		if (p->off + p->len > next)
			next = p->off + p->len;
	}
	if (s->size > next)
		find_allocated(s, next, s->size - next);
}

/* --offset leads to a file system that no partition table knows, as in LVM. */
static bool
is_named(const struct stream *s)
{
	struct ext4 fs;
	struct err e;
	bool named;

	for (size_t i = 0; i < s->npart; i++)
		if (s->part[i].off == s->from)
			return false;
	if (s->from == 0 || s->from >= s->size || ext4_open(&fs, s->read,
	    s->arg, s->from, s->size - s->from, &e) != RC_OK)
		return false;
	named = !fs.copy;
	ext4_close(&fs);
	return named;
}

static void *
open_stream(const struct stream *s)
{
	struct lostfs *all = mem_alloc(1, sizeof(*all));

	if (s->pipe) {
		if (s->unallocated) {
			tell(s, 0, "what is free cannot be told of standard "
			    "input that cannot be read twice");
			find_allocated(s, 0, UINT64_MAX / 2);
		}
		return all;
	}
	if (is_named(s)) {
		look(s, all, s->from, s->size - s->from);
		return all;
	}
	if (s->npart == 0)
		look(s, all, 0, s->size);
	else if (s->unallocated)
		leave_out_gaps(s);
	for (size_t i = 0; i < s->npart; i++)
		look(s, all, s->part[i].off, s->part[i].len);
	return all;
}

/* The lines of what is in pieces. */
static void
end(const struct stream *s, void *state)
{
	const struct lostfs *all = state;

	for (size_t i = 0; i < all->n && s->unpack != NULL; i++)
		s->unpack(s, all->packed[i].kind, all->packed[i].v,
		    all->packed[i].n);
}

static void
close_state(void *state)
{
	struct lostfs *all = state;

	mem_free(all->packed);
	mem_free(all);
}

const struct finder lostfs_finder = { .open = open_stream,
	.end = end,
	.close = close_state };
