#include "source/lostfs.h"

#include "base/mem.h"
#include "base/msg.h"
#include "scan/ext4free.h"
#include "source/lostfile.h"
#include "source/volumes.h"

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
	const struct volume	*at;
	struct lostfs		*all;
	struct lostfile		 file;
	uint64_t		 next;		/* not yet free or in use */
};

/* One message about a volume. */
static void
tell(const struct stream *s, const struct volume *v, const char *what)
{
	char name[256], volume[VOLUME_NAME];

	(void)msg_quote(name, sizeof(name), s->src);
	(void)msg_error("%s: %s: %s", name, volume_name(volume, v), what);
	find_doubt(s);
}

/* Bytes of a volume, from off on, are in use. */
static void
leave_out(const struct stream *s, const struct volume *v, uint64_t off,
    uint64_t len)
{
	uint64_t n = len, at;

	for (; len > 0; off += n, len -= n, n = len) {
		at = v->logical == NULL ? off :
		    pieced_place(&v->logical->data, off, &n);
		if (at == UINT64_MAX)
			break;
		find_allocated(s, at, n);
	}
}

static bool
on_free(void *arg, uint64_t off, uint64_t len)
{
	struct looking *l = arg;

	if (off > l->next)
		leave_out(l->s, l->at, l->next, off - l->next);
	l->next = off + len;
	return true;
}

/* All of a file system that it does not say is free. */
static void
leave_out_used(struct looking *l, struct ext4 *fs)
{
	char name[256], volume[VOLUME_NAME];
	struct ext4_free total;

	l->next = fs->base;
	ext4_free(fs, &total, on_free, l);
	if (fs->base + fs->len > l->next)
		leave_out(
		    l->s, l->at, l->next, fs->base + fs->len - l->next);
	if (total.groups == 0)
		return;
	(void)msg_quote(name, sizeof(name), l->s->src);
	(void)msg_error("%s: %s: the file system is damaged: what is free of "
	    "%llu bytes cannot be told, and they are left out", name,
	    volume_name(volume, l->at), (unsigned long long)total.unknown);
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
	char name[256], volume[VOLUME_NAME];
	struct ext4_lost_total total;

	lostfile_init(&l->file, l->s, fs);
	ext4_lost_find(fs, journal, &total, on_lost, l);
	(void)msg_quote(name, sizeof(name), l->s->src);
	if (l->file.files > 0)
		msg_note("%s: %s: deleted files of mail that the file system "
		    "still knows: %llu; whole: %llu", name,
		    volume_name(volume, l->at),
		    (unsigned long long)l->file.files,
		    (unsigned long long)l->file.whole);
	if (total.over)
		tell(l->s, l->at, "the file system names more than can be "
		    "looked at; some deleted files are left out");
	lostfile_free(&l->file);
}

/* The file system in a volume, if it is one that we know. */
static void
look(const struct stream *s, struct lostfs *all, const struct volume *v)
{
	struct looking l = { .s = s, .at = v, .all = all };
	struct jbd2 journal;
	struct ext4 fs;
	struct err e;
	enum rc rc = ext4_open(&fs, v->read, v->arg, v->off, v->len, &e);

	if (rc == RC_DAMAGED)
		tell(s, v, "a file system of ext2, ext3 or ext4 that is "
		    "damaged: read as raw bytes");
	if (rc != RC_OK) {
		if (!s->unallocated)
			return;
		tell(s, v, "no ext2, ext3 or ext4 file system: what is free "
		    "cannot be told, and nothing of it is read");
		leave_out(s, v, v->off, v->len);
		return;
	}
	if (v->logical != NULL)
		fs.in = &v->logical->data;
	if (fs.copy)
		tell(s, v, "the superblock is damaged; a copy is used");
	rc = jbd2_read(&journal, &fs, &e);
	if (rc == RC_DAMAGED)
		tell(s, v, e.what);
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

/* Does it hold logical volumes that are known? */
static bool
is_physical(const struct volumes *vs, const struct volume *v)
{
	for (size_t i = 0; v->logical == NULL && i < vs->lvm.npv; i++)
		if (vs->lvm.pv[i].off == v->image && vs->lvm.pv[i].known)
			return true;
	return false;
}

/* What of a physical volume lies in no logical one that can be read. */
static void
leave_out_rest(
    const struct stream *s, const struct volumes *vs, const struct volume *v)
{
	uint64_t next = v->image, end = v->image + v->len;

	while (next < end) {
		uint64_t from = end, until = end;

		/* The first piece that ends behind what was left out. */
		for (size_t i = 0; i < vs->lvm.n; i++) {
			const struct pieced *p = &vs->lvm.v[i].data;

			for (size_t k = 0; k < p->n; k++)
				if (p->v[k].off + p->v[k].len > next &&
				    p->v[k].off < from) {
					from = p->v[k].off;
					until = from + p->v[k].len;
				}
		}
		if (from > next)
			find_allocated(s, next, from - next);
		next = until;
	}
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
	struct volume one = { .read = s->read, .arg = s->arg, .len = s->size };
	struct volumes vs;

	if (s->pipe) {
		if (s->unallocated) {
			tell(s, &one, "what is free cannot be told of standard "
			    "input that cannot be read twice");
			find_allocated(s, 0, UINT64_MAX / 2);
		}
		return all;
	}
	if (is_named(s)) {
		one.off = one.image = s->from;
		one.len = s->size - s->from;
		look(s, all, &one);
		return all;
	}
	if (s->npart > 0 && s->unallocated)
		leave_out_gaps(s);
	volumes_find(&vs, s);
	for (size_t i = 0; i < vs.n && s->unallocated; i++)
		if (vs.v[i].head > 0)
			find_allocated(s, vs.v[i].image - vs.v[i].head,
			    vs.v[i].head);
	for (size_t i = 0; i < vs.n; i++)
		if (!is_physical(&vs, &vs.v[i]))
			look(s, all, &vs.v[i]);
		else if (s->unallocated)
			leave_out_rest(s, &vs, &vs.v[i]);
	volumes_free(&vs);
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
