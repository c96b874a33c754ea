#include "io/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/msg.h"
#include "io/bundle.h"
#include "io/digest.h"
#include "io/gunzip.h"
#include "io/sniff.h"
#include "io/srcpath.h"
#include "io/unpack.h"

#define ROOM		(READER_BUF / 4)	/* least room worth a read */
#define SALVAGE_MAX	65536		/* streams found behind damage */

/*
 * Bytes as one decoder makes them.  Level 0 is the stored file; each level
 * above reads the window of the one below.  The caller sees the window of
 * the topmost one.
 */
struct level {
	enum sniff	 kind;		/* SNIFF_NONE: the stored file */
	unsigned char	*buf;		/* the window is buf + pos to len */
	size_t		 cap, pos, len;
	size_t		 keep;		/* bytes before pos to be kept */
	uint64_t	 off;		/* offset of buf + pos */
	uint64_t	 made;		/* bytes made, all streams together */
	enum rc		 end;		/* RC_OK: more may come */
	struct err	 err;		/* of RC_DAMAGED and RC_FAIL */
	bool		 told;		/* it has been reported */
	bool		 torn;		/* gzip: there may be more behind it */
	struct gunzip	*gunzip;
	struct unpack	*unpack;
	struct bundle	*bundle;
	size_t		 lent;		/* bytes of the window below in use */
	struct buf	 path;
	struct buf	 outer;		/* path for the files in a bundle */
	bool		 has_mtime;
	int64_t		 mtime;
	struct reader	*r;
};

struct reader {
	int		 fd;
	bool		 ours;		/* to be closed */
	bool		 seekable;
	bool		 shared;	/* others read from fd, too */
	uint64_t	 base;		/* where it begins */
	struct stat	 st;
	struct digest	*digest;
	uint64_t	 stored;	/* bytes read */
	struct level	 level[READER_DEPTH + 1];
	size_t		 top;
	bool		 started;
	bool		 bad_news;	/* the stream is nothing but damage */
	bool		 finished;
	bool		 stop;		/* the limit of decoding was passed */
	size_t		 salvaged;
};

static enum rc	fill(struct reader *, size_t);

/* Open for reading without a trace where the kernel allows. */
static int
open_file(const char *path, bool nofollow)
{
	/* A file that has become a fifo since must not make us wait. */
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY |
	    (nofollow ? O_NOFOLLOW | O_NONBLOCK : 0);
	int fd = open(path, flags | O_NOATIME);

	if (fd == -1 && errno == EPERM)
		fd = open(path, flags);
	return fd;
}

/* What can be opened but is not to be read. */
static int
wrong_type(const struct stat *st, bool found)
{
	if (S_ISDIR(st->st_mode))
		return EISDIR;
	if (found && !S_ISREG(st->st_mode))
		return EINVAL;
	return 0;
}

enum rc
reader_open(struct reader **out, const char *path, bool nofollow, bool hash,
    struct err *e)
{
	struct slice name = slice_cstr(path);
	bool in = slice_eq(name, SLICE("-"));
	int fd = in ? STDIN_FILENO : open_file(path, nofollow);
	off_t base;
	struct reader *r;
	struct stat st;

	*out = NULL;
	if (fd == -1 || fstat(fd, &st) == -1)
		return err_fail(e, "cannot open");
	errno = wrong_type(&st, nofollow);
	if (errno != 0) {
		err_fail(e, "cannot read");
		if (!in)
			close(fd);
		return RC_FAIL;
	}
	r = mem_alloc(1, sizeof(*r));
	r->fd = fd;
	r->ours = !in;
	r->st = st;
	for (size_t i = 0; i <= READER_DEPTH; i++) {
		r->level[i].r = r;
		srcpath_init(&r->level[i].path);
		srcpath_init(&r->level[i].outer);
	}
	srcpath_file(&r->level[0].path, name);
	srcpath_file(&r->level[0].outer, name);
	/* Standard input may stand in the middle of its file. */
	base = lseek(fd, 0, SEEK_CUR);
	r->seekable = base >= 0 &&
	    (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode));
	r->base = r->seekable ? (uint64_t)base : 0;
	if (r->seekable)
		(void)posix_fadvise(fd, base, 0, POSIX_FADV_SEQUENTIAL);
	if (hash)
		r->digest = digest_start(fd, r->seekable,
		    r->seekable ? (uint64_t)base : 0);
	*out = r;
	return RC_OK;
}

enum rc
reader_open_at(struct reader **out, const char *path, bool nofollow, int fd,
    uint64_t off, struct err *e)
{
	enum rc rc = reader_open(out, path, nofollow, false, e);
	struct reader *r = *out;

	if (rc != RC_OK)
		return rc;
	if (fd != -1) {
		if (r->ours)
			close(r->fd);
		r->fd = fd;
		r->ours = false;
	}
	r->shared = true;
	r->base = off;
	return RC_OK;
}

static struct slice
window(const struct level *l)
{
	return slice_of(l->buf == NULL ? NULL : l->buf + l->pos,
	    l->len - l->pos);
}

static void
consume(struct level *l, size_t n)
{
	l->pos += n;
	l->off += n;
}

/* The stream of a level ends here, and how. */
static void
end_stream(struct level *l, enum rc rc, const struct err *e)
{
	l->end = rc;
	l->told = false;
	if (rc == RC_DAMAGED || rc == RC_FAIL)
		l->err = *e;
}

/* A new stream at a level. */
static void
begin_stream(struct level *l)
{
	l->pos = l->len = 0;
	l->off = 0;
	l->end = RC_OK;
	l->told = l->torn = false;
}

/*
 * Make room behind the window: move its rest to the front, then grow, each
 * only when needed.  False if it is full at its largest.
 */
static bool
make_room(struct level *l)
{
	size_t from = l->pos < l->keep ? 0 : l->pos - l->keep;
	size_t cap;

	if (from == l->len)
		l->pos = l->len = 0;
	else if (l->cap - l->len < ROOM && from > 0) {
		memmove(l->buf, l->buf + from, l->len - from);
		l->pos -= from;
		l->len -= from;
	}
	if (l->cap - l->len < ROOM && l->cap < READER_MAX) {
		/* What is decoded is best kept in the processor's cache. */
		cap = l->cap > 0 ? 2 * l->cap :
		    l->kind == SNIFF_NONE ? READER_BUF : ROOM;
		l->buf = mem_grow(l->buf, l->cap, cap, 1);
		l->cap = cap;
	}
	return l->cap > l->len;
}

/* Read stored bytes straight into the window. */
static enum rc
fill_stored(struct reader *r, struct level *l)
{
	ssize_t n;
	struct err e = { 0 };

	for (;;) {
		if (r->shared)
			n = pread(r->fd, l->buf + l->len, l->cap - l->len,
			    (off_t)(r->base + r->stored));
		else
			n = read(r->fd, l->buf + l->len, l->cap - l->len);
		if (n >= 0 || (errno != EINTR && errno != EAGAIN))
			break;
		if (errno == EAGAIN)
			(void)poll(&(struct pollfd){ .fd = r->fd,
			    .events = POLLIN }, 1, -1);
	}
	if (n < 0)
		err_fail(&e, "cannot read");
	if (n <= 0) {
		end_stream(l, n < 0 ? RC_FAIL : RC_END, &e);
		return l->end;
	}
	r->stored += (uint64_t)n;
	if (r->digest != NULL && r->seekable)
		digest_reach(r->digest, r->stored);
	else if (r->digest != NULL)
		digest_add(r->digest, slice_of(l->buf + l->len, (size_t)n));
	l->len += (size_t)n;
	return RC_OK;
}

/*
 * A decoder has come to its end.  When the bytes below ended badly and all
 * of them were used, then that is the reason, to be told once.
 */
static void
end_decoder(struct level *l, enum rc rc, const struct err *e)
{
	struct level *low = l - 1;

	if (rc != RC_END && low->end != RC_OK && low->end != RC_END &&
	    !low->told) {
		end_stream(l, low->end, &low->err);
		low->told = true;
	} else
		end_stream(l, rc, e);
}

/* Count what a decoder has made; false when it is too much. */
static bool
within_limit(struct reader *r, struct level *l, size_t n)
{
	uint64_t limit;

	l->made += n;
	if (__builtin_mul_overflow(r->stored, READER_RATIO, &limit) ||
	    __builtin_add_overflow(limit, READER_SLACK, &limit))
		return true;
	return l->made <= limit;
}

/* Decompress from the window below. */
static enum rc
fill_packed(struct reader *r, size_t i)
{
	struct level *l = &r->level[i], *low = l - 1;
	size_t before = l->len;
	enum rc rc = RC_OK;
	struct err e;

	while (rc == RC_OK && l->len < l->cap) {
		size_t used, made;

		if (low->pos == low->len && low->end == RC_OK) {
			/* Wait for more only when there is nothing yet. */
			if (l->len > before)
				break;
			fill(r, i - 1);
		}
		rc = l->kind == SNIFF_GZIP ?
		    gunzip_step(l->gunzip, window(low), low->end != RC_OK,
		    &used, l->buf + l->len, l->cap - l->len, &made, &e) :
		    unpack_step(l->unpack, window(low), low->end != RC_OK,
		    &used, l->buf + l->len, l->cap - l->len, &made, &e);
		consume(low, used);
		l->len += made;
	}
	if (rc != RC_OK)
		end_decoder(l, rc, &e);
	l->torn = rc == RC_DAMAGED && l->kind == SNIFF_GZIP;
	return l->len > before ? RC_OK : l->end;
}

static enum rc
fill_bundle(struct level *l)
{
	size_t got;
	struct err e;
	enum rc rc;

	rc = bundle_read(l->bundle, l->buf + l->len, l->cap - l->len, &got, &e);
	l->len += got;
	if (rc != RC_OK)
		end_decoder(l, rc, &e);
	return got > 0 ? RC_OK : l->end;
}

/*
 * Add to a window.  RC_OK: at least a byte, or the window is full; else how
 * the stream has ended.  Levels call the one below, READER_DEPTH deep.
 */
static enum rc
fill(struct reader *r, size_t i)
{
	struct level *l = &r->level[i];
	size_t before;
	enum rc rc;

	if (l->end != RC_OK)
		return l->end;
	if (!make_room(l))
		return RC_OK;
	if (i == 0)
		return fill_stored(r, l);
	before = l->len;
	rc = sniff_bundle(l->kind) ? fill_bundle(l) : fill_packed(r, i);
	if (!within_limit(r, l, l->len - before)) {
		end_stream(l, RC_DAMAGED, &(struct err){
		    .what = "decompresses to far more than is plausible",
		    .off = l[-1].off });
		r->stop = true;
	}
	return rc;
}

/* libarchive asks for stored bytes: lend it the window below. */
static enum rc
lend(void *arg, struct slice *s)
{
	struct level *l = arg, *low = l - 1;
	enum rc rc;

	consume(low, l->lent);
	l->lent = 0;
	if (low->pos == low->len) {
		rc = fill(l->r, (size_t)(low - l->r->level));
		if (rc != RC_OK)
			return rc;
	}
	*s = window(low);
	l->lent = s->len;
	return RC_OK;
}

/* Read on to the end of a stream and forget it. */
static void
skip(struct reader *r, size_t i)
{
	struct level *l = &r->level[i];

	do
		consume(l, l->len - l->pos);
	while (fill(r, i) == RC_OK);
}

static void
copy_path(struct buf *dst, const struct buf *src)
{
	dst->len = 0;
	buf_add(dst, buf_slice(src));
}

/* Name the stream of a level that decodes what is below. */
static void
name_data(struct level *l, uint64_t off)
{
	struct level *low = l - 1;
	struct slice word = slice_cstr(sniff_name(l->kind));

	srcpath_data(&l->path, buf_slice(&low->path), off, word);
	/* A compressed bundle is called like the file itself. */
	if (off == 0)
		copy_path(&l->outer, &low->outer);
	else
		srcpath_data(&l->outer, buf_slice(&low->path), off, word);
}

/* Begin to decompress what the window below shows. */
static void
begin_data(struct level *l)
{
	struct level *low = l - 1;

	begin_stream(l);
	name_data(l, low->off);
	l->has_mtime = low->has_mtime;
	l->mtime = low->mtime;
}

static void
start_gzip(struct level *l)
{
	struct level *low = l - 1;
	int64_t mtime;

	begin_data(l);
	if (gunzip_mtime(window(low), &mtime)) {
		l->has_mtime = true;
		l->mtime = mtime;
	}
	gunzip_start(l->gunzip, low->off);
}

/* Go to the next file of a bundle. */
static enum rc
next_file(struct level *l)
{
	struct level *low = l - 1;
	struct bundle_file f;
	struct err e;
	enum rc rc;

	begin_stream(l);
	l->has_mtime = low->has_mtime;
	l->mtime = low->mtime;
	rc = bundle_next(l->bundle, &f, &e);
	if (rc == RC_OK) {
		srcpath_member(&l->path, buf_slice(&low->outer), f.name);
		srcpath_member(&l->outer, buf_slice(&low->outer), f.name);
		if (f.has_mtime) {
			l->has_mtime = true;
			l->mtime = f.mtime;
		}
	} else {
		copy_path(&l->path, &low->outer);
		end_decoder(l, rc, &e);
		rc = l->end;
	}
	return rc;
}

/* Put a decoder on top; false if that would be too deep. */
static bool
push(struct reader *r, enum sniff kind)
{
	struct level *low = &r->level[r->top], *l = low + 1;

	if (r->top == READER_DEPTH)
		return false;
	r->top++;
	l->kind = kind;
	l->lent = 0;
	l->keep = 0;
	if (kind == SNIFF_GZIP) {
		low->keep = GUNZIP_KEEP;
		if (l->gunzip == NULL)
			l->gunzip = gunzip_new();
		start_gzip(l);
		return true;
	}
	if (!sniff_bundle(kind)) {
		begin_data(l);
		l->unpack = unpack_open(kind, low->off);
		return true;
	}
	begin_stream(l);
	copy_path(&l->path, &low->outer);
	copy_path(&l->outer, &low->outer);
	l->bundle = bundle_open(kind, lend, l);
	(void)next_file(l);
	return true;
}

/* Take the topmost decoder away. */
static void
pop(struct reader *r)
{
	struct level *l = &r->level[r->top], *low = l - 1;

	consume(low, l->lent);
	l->lent = 0;
	low->keep = 0;
	bundle_free(l->bundle);
	l->bundle = NULL;
	unpack_free(l->unpack);
	l->unpack = NULL;
	r->top--;
}

/* Search the stored bytes for a gzip member behind damage. */
static bool
salvage(struct reader *r, struct level *l)
{
	struct level *low = l - 1;
	size_t back = gunzip_back(l->gunzip), pos;

	if (back > low->pos)
		msg_panic("gzip lookback is gone");
	low->pos -= back;
	low->off -= back;
	while (!gunzip_find(l->gunzip, window(low), low->end != RC_OK, &pos)) {
		consume(low, pos);
		if (low->end != RC_OK)
			return false;
		fill(r, (size_t)(low - r->level));
	}
	consume(low, pos);
	start_gzip(l);
	return true;
}

/* Damage that the caller does not know of yet. */
static bool
untold(const struct level *l)
{
	return l->end != RC_OK && l->end != RC_END && !l->told;
}

/*
 * Go on behind the stream on top; false if that was the last.  *look is set
 * if the new one may be a container; otherwise it only brings damage.
 */
static bool
advance(struct reader *r, bool *look)
{
	for (;;) {
		struct level *l = &r->level[r->top];

		*look = false;
		skip(r, r->top);
		if (untold(l))
			return true;
		if (r->top == 0)
			return false;
		if (r->stop) {
			pop(r);
			continue;
		}
		if (l->torn && salvage(r, l)) {
			if (++r->salvaged <= SALVAGE_MAX) {
				*look = true;
				return true;
			}
			end_stream(l, RC_DAMAGED, &(struct err){
			    .what = "too much damage, the rest is left out",
			    .off = l[-1].off });
			r->stop = true;
			return true;
		}
		if (sniff_bundle(l->kind) && next_file(l) != RC_END) {
			*look = l->end == RC_OK;
			return true;
		}
		pop(r);
	}
}

/* What the bytes of the stream on top are. */
static enum sniff
look_into(struct reader *r)
{
	struct level *l = &r->level[r->top];

	while (l->len - l->pos < SNIFF_LEN && fill(r, r->top) == RC_OK)
		;
	return sniff(window(l));
}

/* The outermost container that the path shows. */
static enum sniff
container(const struct reader *r)
{
	const struct level *l = r->level;

	if (r->top == 0)
		return SNIFF_NONE;
	if (r->top > 1 && !sniff_bundle(l[1].kind) && sniff_bundle(l[2].kind))
		return l[2].kind;
	return l[1].kind;
}

enum rc
reader_stream(struct reader *r, struct reader_stream *s, struct err *e)
{
	bool look = !r->started;
	struct level *l;

	(void)e;
	if (r->finished)
		return RC_END;
	r->started = true;
	if (r->bad_news)
		r->level[r->top].told = true;
	while (look || advance(r, &look)) {
		enum sniff kind = look ? look_into(r) : SNIFF_NONE;

		l = &r->level[r->top];
		if (kind == SNIFF_NONE) {
			r->bad_news = !look;
			if (r->bad_news)
				l->off = 0;
			*s = (struct reader_stream){
			    .path = buf_slice(&l->path),
			    .mtime = l->mtime,
			    .has_mtime = l->has_mtime,
			    .container = sniff_name(container(r)) };
			return RC_OK;
		}
		if (push(r, kind)) {
			/* A bundle without files has no stream. */
			l = &r->level[r->top];
			look = !sniff_bundle(kind) || l->end != RC_END;
			continue;
		}
		skip(r, r->top);
		end_stream(l, RC_DAMAGED, &(struct err){
		    .what = "containers nested too deep" });
		look = false;
	}
	return RC_END;
}

struct slice
reader_window(struct reader *r, uint64_t *off, bool *eof)
{
	const struct level *l = &r->level[r->top];

	*off = l->off;
	*eof = l->end != RC_OK && !untold(l);
	return window(l);
}

void
reader_consume(struct reader *r, size_t n)
{
	struct level *l = &r->level[r->top];

	if (n > l->len - l->pos)
		msg_panic("more consumed than there is");
	consume(l, n);
}

enum rc
reader_more(struct reader *r, struct err *e)
{
	struct level *l = &r->level[r->top];
	enum rc rc = fill(r, r->top);

	if (rc == RC_OK || !untold(l))
		return rc == RC_OK ? RC_OK : RC_END;
	l->told = true;
	if (e != NULL)
		*e = l->err;
	return l->end;
}

bool
reader_stored(const struct reader *r, int *fd, uint64_t *base, uint64_t *size)
{
	*fd = r->fd;
	*base = r->base;
	*size = (uint64_t)r->st.st_size - r->base;
	return r->top == 0 && (r->seekable || r->shared) &&
	    S_ISREG(r->st.st_mode) && r->base <= (uint64_t)r->st.st_size;
}

enum rc
reader_finish(struct reader *r, struct reader_total *t, struct err *e)
{
	struct level *l = &r->level[0];

	if (!r->finished)
		skip(r, 0);
	r->finished = true;
	*t = (struct reader_total){ .size = r->stored };
	if (S_ISREG(r->st.st_mode)) {
		t->has_mtime = true;
		t->mtime = r->st.st_mtime;
	}
	if (r->digest != NULL)
		t->has_sha256 = digest_done(r->digest, t->sha256);
	r->digest = NULL;
	if (l->end != RC_FAIL || l->told)
		return RC_OK;
	l->told = true;
	if (e != NULL)
		*e = l->err;
	return RC_FAIL;
}

void
reader_close(struct reader *r)
{
	if (r == NULL)
		return;
	if (r->digest != NULL)
		digest_drop(r->digest);
	for (size_t i = 0; i <= READER_DEPTH; i++) {
		struct level *l = &r->level[i];

		bundle_free(l->bundle);
		unpack_free(l->unpack);
		gunzip_free(l->gunzip);
		buf_free(&l->path);
		buf_free(&l->outer);
		mem_free(l->buf);
	}
	if (r->ours)
		close(r->fd);
	mem_free(r);
}
