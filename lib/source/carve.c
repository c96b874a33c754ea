#include "source/carve.h"

#include "base/mem.h"
#include "io/srcpath.h"
#include "scan/member.h"

#define DECODED		((size_t)512 * 1024)	/* window of a decoded stream */
#define OVERLAP		(2 * ANCHOR_MAX)

struct carve;

/* The image, or a stream decoded out of it. */
struct level {
	struct carve	*c;
	unsigned int	 depth;		/* 0: the image */
	struct buf	 path;
	struct scan	 scan;
	struct logrun	*run;
	unsigned char	*window;
	size_t		 cap;
	/* What this level's bytes are decoded from, read forward. */
	enum member_kind kind;
	uint64_t	 start;
	struct member	 member;
	uint64_t	 pos;		/* decoded so far */
	unsigned char	*held;		/* the last bytes decoded */
	size_t		 nheld;
};

struct carve {
	struct image		*image;
	const struct carve_opt	*o;
	struct carve_total	*t;
	struct level		*level[CARVE_DEPTH + 1];
	uint64_t		 work;		/* bytes decoded */
	uint64_t		 done;		/* bytes of the image */
	uint64_t		 lines;
	uint64_t		 next;		/* of the image, to be read */
	bool			 pipe;
	bool			 stopped;
};

static const struct slice kind_name[] = {
	[MEMBER_GZIP] = { (const unsigned char *)"GZIP", 4 },
	[MEMBER_DEFLATE] = { (const unsigned char *)"DEFLATE", 7 },
	[MEMBER_ZSTD] = { (const unsigned char *)"ZSTD", 4 },
	[MEMBER_XZ] = { (const unsigned char *)"XZ", 2 }
};

static size_t	read_level(void *arg, uint64_t off, unsigned char *dst,
		    size_t len);

/* Bytes of the image, for decoders and tables. */
static size_t
read_image(struct carve *c, uint64_t off, unsigned char *dst, size_t len)
{
	size_t got;

	/* What a pipe is read ahead must still be there for the window. */
	if (c->pipe && off + len > c->next + IMAGE_BACK / 2)
		return 0;
	return image_read(c->image, off, dst, len, &got, NULL) == RC_OK ? got :
	    0;
}

/* Begin to decode a level again. */
static bool
rewind_level(struct level *l)
{
	struct level *up = l->c->level[l->depth - 1];

	member_close(&l->member);
	l->pos = 0;
	l->nheld = 0;
	return member_open(&l->member, l->kind, read_level, up, l->start);
}

/*
 * Bytes of a decoded level at any offset: forward from where it is, or again
 * from the start.
 */
static size_t
read_decoded(struct level *l, uint64_t off, unsigned char *dst, size_t len)
{
	size_t skip;

	if (off < l->pos - l->nheld && !rewind_level(l))
		return 0;
	while (l->pos <= off) {
		size_t made;

		if (!l->member.open)
			return 0;
		(void)member_read(&l->member, l->held, MEMBER_BUF, &made);
		l->c->work += made;
		if (made == 0)
			return 0;
		l->nheld = made;
		l->pos += made;
	}
	skip = (size_t)(off - (l->pos - l->nheld));
	if (len > l->nheld - skip)
		len = l->nheld - skip;
	memcpy(dst, l->held + skip, len);
	return len;
}

static size_t
read_level(void *arg, uint64_t off, unsigned char *dst, size_t len)
{
	struct level *l = arg;
	size_t got = 0, n;

	if (l->depth == 0)
		return read_image(l->c, off, dst, len);
	while (got < len && (n = read_decoded(l, off + got, dst + got,
	    len - got)) > 0)
		got += n;
	return got;
}

static bool
on_line(void *arg, const struct scan_line *line)
{
	struct level *l = arg;
	struct carve *c = l->c;

	c->lines++;
	c->t->framings |= 1U << line->frame->kind;
	logrun_line(l->run, line);
	return !c->stopped;
}

static void
on_end(void *arg, unsigned int flags)
{
	struct level *l = arg;

	logrun_end(l->run, flags);
}

static uint64_t	on_other(void *arg, enum anchor, uint64_t off);

static const struct scan_ops scan_ops = { on_line, on_end, on_other };

/* The level below, made when it is needed first. */
static struct level *
level_of(struct carve *c, unsigned int depth)
{
	struct level *l = c->level[depth];

	if (l != NULL)
		return l;
	l = c->level[depth] = mem_alloc(1, sizeof(*l));
	l->c = c;
	l->depth = depth;
	l->run = logrun_new(c->o->opt, c->o->prefix, c->o->runs, c->o->put,
	    c->o->arg);
	srcpath_init(&l->path);
	l->cap = depth == 0 ? CARVE_WINDOW + SCAN_KEEP : DECODED;
	l->window = mem_alloc(l->cap, 1);
	if (depth > 0)
		l->held = mem_alloc(MEMBER_BUF, 1);
	return l;
}

static void
free_level(struct level *l)
{
	if (l == NULL)
		return;
	member_close(&l->member);
	logrun_free(l->run);
	buf_free(&l->path);
	mem_free(l->window);
	mem_free(l->held);
	mem_free(l);
}

/* What a first look at a compressed file tells. */
struct probe {
	bool		whole;
	bool		worth;		/* lines, or other compressed files */
	uint64_t	made;
	uint64_t	end;
	uint64_t	good;
	uint64_t	block;
	bool		has_mtime;
	int64_t		mtime;
};

static bool
is_worth(const struct level *up, struct slice s)
{
	enum anchor a;
	size_t pos = 0;

	while ((pos = anchor_next(s, pos, &a)) != SLICE_NONE) {
		if (a == ANCHOR_TAG || a == ANCHOR_NAME ||
		    (up->depth + 1 < CARVE_DEPTH && (a == ANCHOR_GZIP ||
		    a == ANCHOR_ZSTD || a == ANCHOR_XZ)))
			return true;
		pos++;
	}
	return false;
}

/* Work that is left for decoding. */
static bool
may_work(const struct carve *c)
{
	return c->work < (c->done + CARVE_WINDOW) * CARVE_WORK +
	    64 * CARVE_SLACK;
}

/* Decode it all and see; false if there is none. */
static bool
probe(struct level *up, enum member_kind kind, uint64_t off, struct probe *p)
{
	struct carve *c = up->c;
	unsigned char *buf = mem_alloc(OVERLAP + MEMBER_BUF, 1);
	struct member m;
	size_t keep = 0, made;
	enum rc rc = RC_OK;

	*p = (struct probe){ .made = 0 };
	if (!member_open(&m, kind, read_level, up, off)) {
		mem_free(buf);
		return false;
	}
	while (rc == RC_OK && may_work(c)) {
		rc = member_read(&m, buf + keep, MEMBER_BUF, &made);
		c->work += made;
		keep += made;
		p->worth = p->worth || is_worth(up, slice_of(buf, keep));
		if (keep > OVERLAP) {
			memmove(buf, buf + keep - OVERLAP, OVERLAP);
			keep = OVERLAP;
		}
		if (m.made > (m.end - off) * CARVE_RATIO + CARVE_SLACK)
			break;
	}
	p->whole = rc == RC_END;
	if (rc == RC_OK)
		c->t->skipped++;
	p->made = m.made;
	p->end = m.end;
	p->good = m.good;
	p->block = m.block;
	p->has_mtime = m.has_mtime;
	p->mtime = m.mtime;
	member_close(&m);
	mem_free(buf);
	return true;
}

/* Look through what a compressed file holds. */
static void
scan_decoded(struct level *up, enum member_kind kind, uint64_t off,
    const struct probe *p)
{
	struct carve *c = up->c;
	struct level *l = level_of(c, up->depth + 1);
	uint64_t base = 0;
	size_t len = 0, n;

	l->kind = kind;
	l->start = off;
	srcpath_data(&l->path, buf_slice(&up->path), off, kind_name[kind]);
	logrun_stream(l->run, buf_slice(&l->path), p->has_mtime ? &p->mtime :
	    NULL, p->whole ? UINT64_MAX : p->good);
	scan_init(&l->scan, c->o->prefix, &scan_ops, l);
	(void)rewind_level(l);
	for (;;) {
		n = read_level(l, base + len, l->window + len, l->cap - len);
		len += n;
		if (len == 0 || c->stopped)
			break;
		n = scan_window(&l->scan, slice_of(l->window, len), base,
		    n == 0 || base + len >= p->made);
		if (base + len >= p->made)
			break;
		memmove(l->window, l->window + n, len - n);
		base += n;
		len -= n;
	}
	scan_free(&l->scan);
	member_close(&l->member);
}

/* A compressed file may begin here; where to go on. */
static uint64_t
carve_member(struct level *up, enum member_kind kind, uint64_t off)
{
	struct carve *c = up->c;
	struct probe p;

	if (up->depth == CARVE_DEPTH)
		return 0;
	if (!may_work(c)) {
		c->t->skipped++;
		return 0;
	}
	if (!probe(up, kind, off, &p))
		return 0;
	if (p.worth && p.made > 0) {
		*(p.whole ? &c->t->whole : &c->t->damaged) += 1;
		scan_decoded(up, kind, off, &p);
	}
	if (p.whole && kind == MEMBER_GZIP)
		return p.end;
	return 0;
}

static uint64_t
on_other(void *arg, enum anchor what, uint64_t off)
{
	struct level *l = arg;

	switch (what) {
	case ANCHOR_GZIP:
		return carve_member(l, MEMBER_GZIP, off);
	case ANCHOR_ZSTD:
		return carve_member(l, MEMBER_ZSTD, off);
	case ANCHOR_XZ:
		return carve_member(l, MEMBER_XZ, off);
	default:
		return 0;
	}
}

/* The image's own bytes, window by window. */
static enum rc
scan_image(struct carve *c, struct level *l, struct err *e)
{
	uint64_t base = c->o->from, next = base;
	size_t len = 0, got, n;
	bool eof = false;
	enum rc rc;

	l->scan.pos = l->scan.floor = base;
	while (!eof && !c->stopped) {
		size_t want = l->cap - len;

		if (want > c->o->until - next)
			want = (size_t)(c->o->until - next);
		rc = want == 0 ? RC_END : image_read(c->image, next,
		    l->window + len, want, &got, e);
		if (rc == RC_FAIL || rc == RC_DAMAGED)
			return rc;
		if (rc == RC_END)
			got = 0;
		eof = rc == RC_END;
		if (got > 0 && c->o->bytes != NULL)
			c->o->bytes(c->o->arg, slice_of(l->window + len, got));
		len += got;
		next += got;
		c->next = next;
		c->done = next - c->o->from;
		n = scan_window(&l->scan, slice_of(l->window, len), base, eof);
		memmove(l->window, l->window + n, len - n);
		base += n;
		len -= n;
		if (!c->o->tick(c->o->arg, c->done, c->lines))
			c->stopped = true;
	}
	return RC_OK;
}

enum rc
carve_image(struct image *im, const struct carve_opt *o, struct carve_total *t,
    struct err *e)
{
	struct carve c = { .image = im, .o = o, .t = t };
	struct level *l = level_of(&c, 0);
	uint64_t size;
	enum rc rc;

	*t = (struct carve_total){ .size = 0 };
	c.pipe = slice_is(slice_cstr(image_format(im)), "pipe");
	srcpath_file(&l->path, o->src);
	logrun_stream(l->run, buf_slice(&l->path), NULL, UINT64_MAX);
	t->npart = partition_find(read_level, l, image_size(im, &size) ? size :
	    UINT64_MAX, t->part, PARTITION_MAX);
	scan_init(&l->scan, o->prefix, &scan_ops, l);
	rc = scan_image(&c, l, e);
	scan_free(&l->scan);
	t->size = c.done;
	for (unsigned int i = 0; i <= CARVE_DEPTH; i++) {
		if (c.level[i] != NULL)
			logrun_unsure(c.level[i]->run, &t->assumed,
			    &t->yearless);
		free_level(c.level[i]);
	}
	return rc;
}
