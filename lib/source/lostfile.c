#include "source/lostfile.h"

#include "base/caltime.h"
#include "base/mem.h"
#include "base/num.h"
#include "fmt/queuepath.h"
#include "io/digest.h"
#include "source/lostcontent.h"
#include "source/queuerecord.h"

#define REFS_MAX	((size_t)64 * 1024)
#define CREATED_LATE	10	/* seconds from the file to its first record */

/* What the records of a file have in common, as text. */
struct lostfile_text {
	unsigned char	num[7][NUM_MAX];
	unsigned char	deleted[CALTIME_MAX];
};

void
lostfile_init(struct lostfile *f, const struct stream *s, struct ext4 *fs)
{
	*f = (struct lostfile){ .s = s };
	ext4_data_init(&f->data, fs);
	queuefacts_init(&f->facts);
	f->piece = mem_alloc(FIND_PIECES, sizeof(*f->piece));
	buf_init(&f->refs, REFS_MAX);
	f->decoded = fs->work > UINT64_MAX / LOSTFILE_RATIO ? UINT64_MAX :
	    fs->work * LOSTFILE_RATIO;
}

void
lostfile_free(struct lostfile *f)
{
	ext4_data_free(&f->data);
	queuefacts_free(&f->facts);
	mem_free(f->piece);
	buf_free(&f->refs);
}

/* The extents, in bytes of the image, in order of the file. */
static void
make_pieces(struct lostfile *f)
{
	uint64_t off = 0, len, at;

	f->npiece = 0;
	while (off < f->data.size && f->npiece < FIND_PIECES) {
		at = ext4_data_image(&f->data, off, &len);
		if (at != UINT64_MAX)
			f->piece[f->npiece++] =
			    (struct find_piece){ at, len };
		off += len;
	}
}

static void
hash(struct lostfile *f)
{
	struct digest *d;
	uint64_t off = 0;
	struct slice s;

	f->sha256[0] = '\0';
	if (!f->s->opt->hash || f->data.size == 0 ||
	    f->data.size != f->lost->inode.size)
		return;
	d = digest_start(-1, false, 0);
	while ((s = ext4_data_at(&f->data, off, EXT4_DATA_ASK)).len > 0) {
		digest_add(d, s);
		off += s.len;
	}
	if (off != f->data.size || !digest_done(d, f->sha256)) {
		f->sha256[0] = '\0';
		if (off != f->data.size)
			digest_drop(d);
	}
}

static void
put_num(struct rec *r, enum field key, unsigned char num[NUM_MAX], uint64_t v)
{
	rec_set(r, key, slice_of(num, num_u64(num, v)));
}

/* What is said of the deleted file, whatever kind it is. */
static void
put_common(const struct lostfile *f, struct rec *r, struct lostfile_text *t)
{
	const struct ext4_lost *l = f->lost;
	uint64_t one = 1;
	size_t n;

	if (l->path.ptr != NULL && !f->nameless)
		rec_set(r, F_FILE_NAME, l->path);
	put_num(r, F_INODE, t->num[0], l->ino);
	if (l->has_inode)
		put_num(r, F_INODE_OFF, t->num[1],
		    l->off == 0 ? 0 : ext4_image(f->data.fs, l->off, &one));
	if (l->has_deleted) {
		n = caltime_text(t->deleted, l->deleted, 0, 0);
		if (n > 0)
			rec_set(r, F_DELETED, slice_of(t->deleted, n));
	}
	if (f->sha256[0] != '\0')
		rec_set(r, F_SHA256, slice_cstr(f->sha256));
	if (f->extract[0] != '\0')
		rec_set(r, F_EXTRACT, slice_cstr(f->extract));
	if (f->type[0] != '\0')
		rec_set(r, F_MAGIC, slice_cstr(f->type));
	rec_set(r, F_RECOVERED, slice_cstr(f->recovered));
	rec_set(r, F_NOTE, l->truncated ? SLICE("truncated") :
	    l->used > 0 ? SLICE("deleted blocks-in-use") : SLICE("deleted"));
}

/* The inode as queuerecord wants it. */
static void
fill_stat(const struct ext4_lost *l, struct statx *st)
{
	const struct ext4_inode *in = &l->inode;
	uint32_t keep = in->has_nsec ? UINT32_MAX : 0;

	*st = (struct statx){ .stx_mode = (uint16_t)in->mode,
		.stx_uid = in->uid, .stx_gid = in->gid, .stx_ino = l->ino,
		.stx_size = in->size,
		.stx_nlink = in->links == 0 ? 1 : in->links };
	st->stx_mtime.tv_sec = in->modified.sec;
	st->stx_mtime.tv_nsec = in->modified.nsec & keep;
	st->stx_ctime.tv_sec = in->changed.sec;
	st->stx_ctime.tv_nsec = in->changed.nsec & keep;
	st->stx_atime.tv_sec = in->accessed.sec;
	st->stx_atime.tv_nsec = in->accessed.nsec & keep;
	if (in->has_nsec) {
		st->stx_mask = STATX_BTIME;
		st->stx_btime.tv_sec = in->made.sec;
		st->stx_btime.tv_nsec = in->made.nsec;
	}
}

/* Where bytes of the file lie in the image, in one piece or several. */
static size_t
find_place(const struct lostfile *f, uint64_t off, uint64_t len,
    struct find_piece *v, size_t cap)
{
	size_t n = 0;

	while (len > 0 && n < cap && off < f->data.size) {
		uint64_t have, at = ext4_data_image(&f->data, off, &have);

		if (have > len)
			have = len;
		if (at != UINT64_MAX)
			v[n++] = (struct find_piece){ at, have };
		off += have;
		len -= have;
	}
	return n;
}

static void
set_place(struct lostfile *f, struct rec *r, const struct find_piece *v,
    size_t n, struct lostfile_text *t)
{
	const struct partition *p;
	uint64_t len = 0;

	if (n == 0)
		return;
	f->refs.len = 0;
	for (size_t i = 0; i < n; i++) {
		len += v[i].len;
		if (f->refs.len + 2 * NUM_MAX + 2 > REFS_MAX)
			continue;
		if (i > 0)
			(void)buf_addc(&f->refs, ' ');
		(void)buf_addu(&f->refs, v[i].off);
		(void)buf_addc(&f->refs, '+');
		(void)buf_addu(&f->refs, v[i].len);
	}
	if (n > 1)
		rec_set(r, F_REFS, buf_slice(&f->refs));
	put_num(r, F_OFF, t->num[3], v[0].off);
	put_num(r, F_LEN, t->num[4], len);
	p = partition_at(f->s->part, f->s->npart, v[0].off);
	if (p == NULL)
		return;
	put_num(r, F_VOLUME, t->num[5], p->number);
	put_num(r, F_VOLUME_OFF, t->num[6], v[0].off - p->off);
}

/* A record of queuerecord.h: offsets of the file become those of the image. */
static bool
on_queue(void *arg, const struct rec *given)
{
	struct lostfile *f = arg;
	struct lostfile_text t = { .deleted = { 0 } };
	struct rec r = *given;
	struct find_piece v[16];
	uint64_t off = 0, len = 0;
	bool placed = rec_has(&r, F_OFF) &&
	    slice_u64(rec_get(&r, F_OFF), UINT64_MAX, &off) &&
	    slice_u64(rec_get(&r, F_LEN), UINT64_MAX, &len);

	rec_unset(&r, F_SRC);
	rec_unset(&r, F_OFF);
	rec_unset(&r, F_LEN);
	if (slice_eq(rec_get(&r, F_TYPE), SLICE("file"))) {
		put_common(f, &r, &t);
		set_place(f, &r, f->piece, f->npiece, &t);
	} else if (placed)
		set_place(f, &r, v, find_place(f, off, len, v,
		    sizeof(v) / sizeof(v[0])), &t);
	/* Of a hop: a place in the file, which has no file now. */
	if (rec_has(&r, F_TLS_SRC) &&
	    slice_u64(rec_get(&r, F_TLS_OFF), UINT64_MAX, &off)) {
		uint64_t at = ext4_data_image(&f->data, off, &len);

		rec_set(&r, F_TLS_SRC, f->s->src);
		put_num(&r, F_TLS_OFF, t.num[2], at);
		if (at == UINT64_MAX) {
			rec_unset(&r, F_TLS_OFF);
			rec_unset(&r, F_TLS_LEN);
		}
	}
	f->good = find_record(f->s, &f->find, &r);
	return f->good;
}

/*
 * Does what stands there, whose queue ID is `id`, belong to another file?
 * Blocks that were used again may hold one as whole as this one was.  A spool
 * that was restored has other inodes than its IDs say, and younger ones.
 */
static bool
is_others(struct lostfile *f, struct queuepath *path, struct slice id)
{
	const struct ext4_inode *in = &f->lost->inode;
	int64_t born = in->has_nsec ? in->made.sec : in->changed.sec;
	struct queuepath own = { .qid = id };
	uint64_t apart;

	if (id.ptr == NULL || slice_eq(id, path->qid) ||
	    queueid_parse(id, &own.id, NULL) != RC_OK)
		return false;
	if (own.id.inode == f->lost->ino &&
	    ext4_lost_near(&own.id, in, &apart)) {
		/* It is the name that is another's. */
		*path = own;
		f->nameless = true;
		return false;
	}
	if (path->qid.ptr == NULL && f->facts.has_created &&
	    f->facts.created < born - 1) {
		*path = own;
		return false;
	}
	return true;
}

/*
 * The facts of a queue file; false if it is another file's.  `fills` is that
 * nothing stands behind its end.
 */
static bool
read_queue(struct lostfile *f, struct queuepath *path, bool *whole, bool *fills)
{
	struct queuefile_src src = { .at = ext4_data_at, .arg = &f->data,
		.size = f->data.size };
	struct queuefile walk;
	struct queuefile_rec r;
	enum queuefile_item item;
	bool others;

	queuefacts_reset(&f->facts);
	queuefile_init(&walk, &src);
	while ((item = queuefile_next(&walk, &r)) != QUEUEFILE_END)
		(void)queuefacts_take(&f->facts, item, &r);
	others = is_others(f, path, queuefacts_qid(&f->facts));
	queuefacts_end(&f->facts, &walk, path->qid);
	*whole = walk.ended && walk.losses == 0 &&
	    queuefacts_whole(&f->facts) && f->data.size == f->lost->inode.size;
	*fills = f->facts.gaps.len == 0 || walk.jumps > 0;
	queuefile_free(&walk);
	return !others;
}

/* Was the content made when the file was, where it can be told? */
static bool
is_own(const struct lostfile *f, const struct queuepath *path)
{
	const struct ext4_inode *in = &f->lost->inode;
	int64_t made;

	if (path->qid.ptr != NULL && path->id.inode != f->lost->ino)
		return false;
	if (!f->facts.has_created)
		return true;
	if (in->has_nsec)
		made = in->made.sec;
	else if (path->qid.ptr != NULL && path->id.has_time)
		made = path->id.sec;
	else
		return true;
	return f->facts.created >= made - 1 &&
	    f->facts.created <= made + CREATED_LATE;
}

/* *others: it is another file's, and nothing was written. */
static bool
put_queue(struct lostfile *f, const struct queuepath *named, bool *others)
{
	struct atfile file = { .fd = -1 };
	struct queuerecord x = { .file = &file,
		.path = *named,
		.src = f->s->src,
		.size = f->data.size };
	bool own, fills;

	fill_stat(f->lost, &file.st);
	*others = !read_queue(f, &x.path, &x.whole, &fills);
	if (*others)
		return true;
	own = x.whole && fills && is_own(f, &x.path);
	f->recovered = own ? "whole" : x.whole ? "plausible" : "partial";
	f->find.confidence = own ? LOGRUN_HIGH : LOGRUN_MEDIUM;
	f->files++;
	f->whole += own;
	hash(f);
	if (own) {
		f->find.piece = f->piece;
		f->find.n = f->npiece;
		find_claim(f->s, &f->find);
	}
	f->good = true;
	queuerecord_write(&x, &f->facts, on_queue, f);
	return f->good;
}

/* A record from the inode only. */
static bool
put_plain(struct lostfile *f, const struct queuepath *path)
{
	static const enum field key[4] = { F_MTIME, F_CTIME, F_ATIME,
		F_BTIME };
	const struct ext4_inode *in = &f->lost->inode;
	const struct ext4_time when[4] = { in->modified, in->changed,
		in->accessed, in->made };
	unsigned char time[5][CALTIME_MAX], num[4][NUM_MAX], mode[4];
	struct lostfile_text t = { .deleted = { 0 } };
	struct rec r;
	size_t n;

	rec_clear(&r);
	rec_set(&r, F_TYPE, SLICE("file"));
	put_common(f, &r, &t);
	set_place(f, &r, f->piece, f->npiece, &t);
	if (path->queue.ptr != NULL && path->qid.ptr != NULL)
		rec_set(&r, F_QUEUE, path->queue);
	if (path->qid.ptr != NULL) {
		rec_set(&r, F_QID, path->qid);
		put_num(&r, F_ID_INODE, num[0], path->id.inode);
		n = !path->id.has_time ? 0 : caltime_text(time[4],
		    path->id.sec, path->id.usec * 1000, 6);
		if (n > 0)
			rec_set(&r, F_ID_TIME, slice_of(time[4], n));
	}
	if (f->lost->has_inode) {
		put_num(&r, F_SIZE, num[1], in->size);
		put_num(&r, F_OWNER, num[2], in->uid);
		put_num(&r, F_GROUP, num[3], in->gid);
		for (size_t i = 0; i < 4; i++)
			mode[i] = (unsigned char)('0' +
			    ((in->mode >> (3 * (3 - i))) & 7));
		rec_set(&r, F_MODE, slice_of(mode, 4));
		for (size_t i = 0; i < (in->has_nsec ? 4U : 3U); i++) {
			n = caltime_text(time[i], when[i].sec,
			    when[i].nsec, in->has_nsec ? 9 : 0);
			if (n > 0)
				rec_set(&r, key[i], slice_of(time[i], n));
		}
	}
	f->files++;
	f->good = find_record(f->s, &f->find, &r);
	return f->good;
}

/* When the lines of a log were written at the latest. */
static void
date(const struct lostfile *f)
{
	if (f->lost->kind != EXT4_LOST_LOG || !f->lost->has_inode)
		return;
	for (size_t i = 0; i < f->npiece; i++)
		dated_add(finds_dated(f->s->finds), f->piece[i].off,
		    f->piece[i].len, f->lost->inode.modified.sec);
}

/* Does a part of it lie in what is looked through? */
static bool
is_asked(const struct lostfile *f)
{
	const struct stream *s = f->s;

	for (size_t i = 0; i < f->npiece; i++)
		if (f->piece[i].off < s->until &&
		    f->piece[i].off + f->piece[i].len > s->from)
			return true;
	return f->npiece == 0 && s->from == 0 && s->until == UINT64_MAX;
}

bool
lostfile_put(struct lostfile *f, const struct ext4_lost *l)
{
	struct queuepath path;
	struct slice head;
	bool others;

	f->lost = l;
	f->nameless = false;
	f->good = true;
	f->packed = false;
	f->sha256[0] = f->extract[0] = f->type[0] = '\0';
	ext4_data_file(&f->data, &l->map, l->inode.size);
	head = slice_sub(ext4_data_at(&f->data, 0, QUEUEREC_LOOK), 0,
	    QUEUEREC_LOOK);
	queuepath_parse(l->path.ptr == NULL ? SLICE("") : l->path, &path);
	make_pieces(f);
	f->find = (struct find){ .class = l->kind == EXT4_LOST_JOURNAL ?
		FIND_JOURNAL : l->kind == EXT4_LOST_LOG ? FIND_LOG :
		FIND_QUEUE, .confidence = LOGRUN_MEDIUM };
	date(f);
	/* What is not looked through is not told either. */
	if (l->live || !is_asked(f))
		return true;
	if ((l->kind == EXT4_LOST_NAMELESS || l->kind == EXT4_LOST_QUEUE) &&
	    queuefile_begins(head) &&
	    (!put_queue(f, &path, &others) || !others))
		return f->good;
	if (l->kind == EXT4_LOST_NAMELESS)
		return true;
	f->recovered = l->kind == EXT4_LOST_QUEUE ?
	    (head.len == 0 ? "lost" : "overwritten") : lostcontent_check(f);
	if (slice_is(slice_cstr(f->recovered), "whole")) {
		f->find.confidence = LOGRUN_HIGH;
		f->whole++;
	} else if (slice_is(slice_cstr(f->recovered), "overwritten"))
		f->find.confidence = LOGRUN_LOW;
	if (f->find.confidence == LOGRUN_HIGH ||
	    slice_is(slice_cstr(f->recovered), "plausible"))
		hash(f);
	if (l->kind != EXT4_LOST_QUEUE)
		lostcontent_extract(f);
	return put_plain(f, &path);
}
