#include "scan/ext4lost.h"

#include "base/bytes.h"
#include "base/mem.h"
#include "fmt/queueid.h"
#include "scan/ext4free.h"
#include "scan/ext4past.h"

#include "base/banned.h"

#define USED_BLOCKS 65536     /* of a file that are looked up */
#define NOT_A_TIME 1000000000 /* smaller ones chain orphans */
#define SECOND 1000000	      /* microseconds */

struct finding {
	struct ext4 *fs;
	const struct jbd2 *journal;
	struct ext4_past past;
	struct ext4_lost lost;
	struct buf path;
	unsigned char *index; /* an index block of long ago */
	unsigned char *inode;
	ext4_lost_fn *fn;
	void *arg;
	struct ext4_lost_total *total;
	bool stopped;
};

enum ext4_lost_kind
ext4_lost_name(struct slice name, uint64_t ino)
{
	static const struct slice log[] = {
#define LOG(t) { (const unsigned char *)t, sizeof(t) - 1 }
		LOG("mail.log"), LOG("mail.info"), LOG("mail.warn"),
		LOG("mail.err"), LOG("maillog"), LOG("mail-"), LOG("syslog"),
		LOG("messages"), LOG("postfix.log"), LOG("postfix-")
#undef LOG
	};
	struct queueid id;

	for (size_t i = 0; i < sizeof(log) / sizeof(log[0]); i++)
		if (slice_starts(name, log[i]))
			return EXT4_LOST_LOG;
	if (slice_ends(name, SLICE(".journal")) ||
	    slice_ends(name, SLICE(".journal~")))
		return EXT4_LOST_JOURNAL;
	if (queueid_parse(name, &id, NULL) != RC_OK)
		return EXT4_LOST_NAMELESS;
	return ino != 0 && id.inode == ino ? EXT4_LOST_QUEUE : EXT4_LOST_NOTICE;
}

static struct slice
name_of(const struct finding *f, const struct ext4_name *x)
{
	return slice_sub(buf_slice(&f->past.text), x->text, x->len);
}

static bool
holds(struct slice s, struct slice word)
{
	for (size_t i = 0; i + word.len <= s.len; i++)
		if (slice_starts(slice_from(s, i), word))
			return true;
	return false;
}

/* The path of a name, in f->path; what it is there. */
static enum ext4_lost_kind
path_of(struct finding *f, const struct ext4_name *x)
{
	enum ext4_lost_kind kind = ext4_lost_name(name_of(f, x), x->ino);
	struct slice dir;

	if (x->dir == 0) {
		f->path.len = 0;
		(void)buf_add(&f->path, SLICE("?/"));
	} else
		ext4_tree_path(&f->past.tree, x->dir, &f->path);
	dir = buf_slice(&f->path);
	if (kind == EXT4_LOST_NOTICE && !holds(dir, SLICE("/bounce/")) &&
	    !holds(dir, SLICE("/defer/")) && !holds(dir, SLICE("/trace/")))
		kind = EXT4_LOST_NAMELESS;
	(void)buf_add(&f->path, name_of(f, x));
	return kind;
}

bool
ext4_lost_near(
    const struct queueid *id, const struct ext4_inode *in, uint64_t *apart)
{
	int64_t sec = id->sec - in->made.sec, d;

	*apart = UINT64_MAX;
	if (!in->has_nsec)
		return !id->has_time ||
		    in->changed.sec >= id->sec - EXT4_LOST_NEAR;
	if (id->has_time && (sec < -EXT4_LOST_NEAR || sec > EXT4_LOST_NEAR))
		return false;
	if (in->made.nsec == 0)
		return true;
	d = (int64_t)id->usec - (int64_t)(in->made.nsec / 1000);
	if (id->has_time)
		d += sec * SECOND;
	else if (d > SECOND / 2)
		d -= SECOND;
	else if (d < -SECOND / 2)
		d += SECOND;
	*apart = (uint64_t)(d < 0 ? -d : d);
	return d >= -EXT4_LOST_EARLY && d <= EXT4_LOST_LATE;
}

/* May a name have belonged to that life of its inode? */
static bool
fits(const struct finding *f, const struct ext4_name *x,
    const struct ext4_inode *in, uint64_t *apart)
{
	struct queueid id;

	*apart = UINT64_MAX;
	return queueid_parse(name_of(f, x), &id, NULL) != RC_OK ||
	    id.inode != x->ino || ext4_lost_near(&id, in, apart);
}

/* Names of an inode: the first, and how many. */
static size_t
names_of(const struct finding *f, uint32_t ino, size_t *n)
{
	const struct ext4_past *p = &f->past;
	size_t lo = 0, hi = p->nname;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (p->name[mid].ino < ino)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (*n = 0; lo + *n < p->nname && p->name[lo + *n].ino == ino;)
		(*n)++;
	return lo;
}

/* The name that an inode's life had last, of those that are nearest to it. */
static const struct ext4_name *
best_name(struct finding *f, uint32_t ino, const struct ext4_inode *in)
{
	const struct ext4_name *best = NULL;
	uint64_t apart, least = 0;
	size_t n, i = names_of(f, ino, &n);

	for (; n > 0; n--, i++) {
		const struct ext4_name *x = &f->past.name[i];

		if (path_of(f, x) == EXT4_LOST_NAMELESS ||
		    !fits(f, x, in, &apart))
			continue;
		if (best == NULL || apart < least ||
		    (apart == least && x->age > best->age)) {
			best = x;
			least = apart;
		}
	}
	return best;
}

/* An index block as it was when the file was, else as it is now. */
static struct slice
block_then(void *arg, uint64_t nr)
{
	struct finding *f = arg;
	const struct jbd2_copy *c = NULL;
	struct slice b = slice_of(f->index, f->fs->super.block_size);

	if (f->journal != NULL && f->lost.old)
		c = jbd2_at(f->journal, nr, f->lost.sequence);
	if (c != NULL && jbd2_copy_read(f->journal, c, f->index) &&
	    ((f->lost.inode.flags & EXT4_EXTENTS) == 0 ||
		bytes_le16(b, 0) == 0xf30a))
		return b;
	return ext4_block(f->fs, nr);
}

/* Blocks of the file that are not its own any more. */
static uint64_t
count_used(struct finding *f)
{
	const struct ext4_map *m = &f->lost.map;
	uint64_t used = 0, left = USED_BLOCKS;

	if (f->lost.truncated)
		return 0;
	for (size_t i = 0; i < m->n && left > 0; i++) {
		uint64_t n = m->v[i].n < left ? m->v[i].n : left;

		used += ext4_used(f->fs, m->v[i].block, n);
		left -= n;
	}
	return used;
}

static void
give(struct finding *f, const struct ext4_name *x)
{
	struct ext4_lost *l = &f->lost;

	l->path = slice_of(NULL, 0);
	l->kind = EXT4_LOST_NAMELESS;
	if (x != NULL) {
		l->kind = path_of(f, x);
		l->path = buf_slice(&f->path);
	}
	f->total->files++;
	f->stopped = !f->fn(f->arg, l);
}

/* The time of deletion, if the number was not used again. */
static void
set_deleted(struct ext4_lost *l, const struct ext4_inode *now)
{
	l->has_deleted = now->links == 0 && now->dtime >= NOT_A_TIME &&
	    (!l->has_inode || now->generation == l->inode.generation);
	l->deleted = now->dtime;
}

static void
give_state(struct finding *f, const struct ext4_state *s)
{
	struct ext4_lost *l = &f->lost;
	struct ext4_inode now = { .mode = 0 };
	const struct ext4_name *x;

	if (f->fs->work < f->fs->super.inode_size ||
	    f->fs->read(f->fs->arg, s->off, f->inode,
		f->fs->super.inode_size) != f->fs->super.inode_size)
		return;
	f->fs->work -= f->fs->super.inode_size;
	ext4_inode_parse(
	    slice_of(f->inode, f->fs->super.inode_size), &l->inode);
	l->ino = s->ino;
	l->has_inode = true;
	l->off = s->off;
	l->old = s->age != EXT4_PAST_NOW;
	l->sequence = s->sequence;
	(void)ext4_inode_read(f->fs, s->ino, &now);
	l->truncated = now.links > 0 && now.generation == s->generation;
	set_deleted(l, &now);
	x = best_name(f, s->ino, &l->inode);
	if (l->truncated && (x == NULL || path_of(f, x) != EXT4_LOST_LOG))
		return;
	ext4_map_read(f->fs, &l->inode, block_then, f, &l->map);
	l->used = count_used(f);
	give(f, x);
}

/* Did the name's file live on, or was it given with its state? */
static bool
is_known(struct finding *f, const struct ext4_name *x,
    const struct ext4_inode *now, bool has_now)
{
	const struct ext4_past *p = &f->past;
	size_t lo = 0, hi = p->nstate;
	uint64_t apart;

	if (has_now && now->links > 0 &&
	    (now->mode & EXT4_TYPE) == EXT4_REGULAR && fits(f, x, now, &apart))
		return true;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (p->state[mid].ino < x->ino)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < p->nstate && p->state[lo].ino == x->ino; lo++) {
		struct ext4_inode in;

		if (f->fs->read(f->fs->arg, p->state[lo].off, f->inode,
			f->fs->super.inode_size) != f->fs->super.inode_size)
			continue;
		ext4_inode_parse(
		    slice_of(f->inode, f->fs->super.inode_size), &in);
		if (fits(f, x, &in, &apart))
			return true;
	}
	return false;
}

/* Where an inode stands in the image; 0 if it is not known. */
static uint64_t
place_of(struct ext4 *fs, uint64_t ino)
{
	uint64_t block;
	size_t pos;

	return ext4_inode_at(fs, ino, &block, &pos) ?
	    ext4_block_off(fs, block) + pos :
	    0;
}

/* Names whose inode has no earlier state any more. */
static void
give_names(struct finding *f)
{
	const struct ext4_past *p = &f->past;

	for (size_t i = 0; i < p->nname && !f->stopped; i++) {
		const struct ext4_name *x = &p->name[i];
		struct ext4_lost *l = &f->lost;
		struct ext4_inode now = { .mode = 0 };
		bool has_now = ext4_inode_read(f->fs, x->ino, &now);
		uint64_t apart;

		if (x->now || path_of(f, x) == EXT4_LOST_NAMELESS ||
		    is_known(f, x, &now, has_now) ||
		    (i + 1 < p->nname && x[1].ino == x->ino &&
			slice_eq(name_of(f, x), name_of(f, &x[1]))))
			continue;
		l->map.n = 0;
		l->map.damaged = false;
		l->used = 0;
		l->old = l->truncated = false;
		l->ino = x->ino;
		l->has_inode = has_now && now.links == 0 &&
		    (now.mode & EXT4_TYPE) == EXT4_REGULAR &&
		    fits(f, x, &now, &apart);
		l->inode = now;
		l->off = place_of(f->fs, x->ino);
		set_deleted(l, &now);
		l->has_deleted = l->has_deleted && l->has_inode;
		give(f, x);
	}
}

/* Logs that are not deleted. */
static void
give_live(struct finding *f)
{
	const struct ext4_past *p = &f->past;
	struct ext4_lost *l = &f->lost;

	*l = (struct ext4_lost){ .live = true, .map = l->map };
	for (size_t i = 0; i < p->nname && !f->stopped; i++) {
		const struct ext4_name *x = &p->name[i];

		if (!x->now || path_of(f, x) != EXT4_LOST_LOG ||
		    !ext4_inode_read(f->fs, x->ino, &l->inode) ||
		    l->inode.links == 0 ||
		    (l->inode.mode & EXT4_TYPE) != EXT4_REGULAR)
			continue;
		l->ino = x->ino;
		l->has_inode = true;
		l->off = place_of(f->fs, x->ino);
		ext4_map_read(f->fs, &l->inode, block_then, f, &l->map);
		give(f, x);
		f->total->files--;
	}
}

void
ext4_lost_find(struct ext4 *fs, const struct jbd2 *journal,
    struct ext4_lost_total *total, ext4_lost_fn *fn, void *arg)
{
	struct finding f = { .fs = fs,
		.journal = journal,
		.fn = fn,
		.arg = arg,
		.total = total };

	*total = (struct ext4_lost_total){ .files = 0 };
	buf_init(&f.path, 64 * 1024);
	f.index = mem_alloc(fs->super.block_size, 1);
	f.inode = mem_alloc(fs->super.inode_size, 1);
	ext4_past_read(&f.past, fs, journal);
	for (size_t i = 0; i < f.past.nstate && !f.stopped; i++)
		give_state(&f, &f.past.state[i]);
	give_names(&f);
	give_live(&f);
	total->over = f.past.over || fs->work < fs->super.block_size ||
	    (journal != NULL && journal->over);
	ext4_map_free(&f.lost.map);
	ext4_past_free(&f.past);
	buf_free(&f.path);
	mem_free(f.index);
	mem_free(f.inode);
}
