#include "source/carve.h"

#include "base/mem.h"
#include "io/srcpath.h"
#include "scan/member.h"
#include "source/extracts.h"
#include "source/finder.h"
#include "source/scout.h"

#define DECODED	((size_t)512 * 1024)	/* window of a decoded stream */
#define BACK	((size_t)128 * 1024)	/* before a block, looked at */
#define OVERLAP	(2 * ANCHOR_MAX)

struct carve;

/* The image, or a stream decoded out of it. */
struct level {
	struct carve		*c;
	unsigned int		 depth;		/* 0: the image */
	struct buf		 path;
	struct stream		 stream;	/* as finders see it */
	struct scan		 scan;
	uint64_t		 run_off;	/* of the run at hand */
	uint64_t		 run_end;
	struct logrun		*run;
	unsigned char		*window;
	size_t			 cap;
	/* What this level's bytes are decoded from, read forward. */
	enum member_kind	 kind;
	uint64_t		 start;
	struct member		 member;
	uint64_t		 pos;		/* decoded so far */
	unsigned char		*held;		/* the last bytes decoded */
	size_t			 nheld;
};

struct carve {
	struct image		*image;
	const struct carve_opt	*o;
	struct carve_total	*t;
	struct level		*level[CARVE_DEPTH + 1];
	void			*state[FINDER_MAX];	/* of the finders */
	unsigned int		 nested;	/* anchors of finders */
	size_t			 opened;	/* finders */
	uint64_t		 work;		/* bytes decoded */
	uint64_t		 done;		/* bytes of the image */
	uint64_t		 lines;
	uint64_t		 next;		/* of the image, to be read */
	bool			 pipe;
	bool			 stopped;
	uint64_t		 marked;	/* done at the last mark */
};

static const struct slice kind_name[] = {
	[MEMBER_GZIP] = { (const unsigned char *)"GZIP", 4 },
	[MEMBER_DEFLATE] = { (const unsigned char *)"DEFLATE", 7 },
	[MEMBER_ZSTD] = { (const unsigned char *)"ZSTD", 4 },
	[MEMBER_XZ] = { (const unsigned char *)"XZ", 2 }
};

static size_t read_level(
    void *arg, uint64_t off, unsigned char *dst, size_t len);

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
	while (got < len &&
	    (n = read_decoded(l, off + got, dst + got, len - got)) > 0)
		got += n;
	return got;
}

/* An event of a run. */
static void
on_event(void *arg, const struct logrun_line *line)
{
	const struct level *l = arg;
	struct carve *c = l->c;
	char name[EXTRACTS_NAME];

	/* All of a nested stream is in the file of the outermost one. */
	if (finds_extracts(c->o->finds) != NULL)
		rec_set(&line->event->rec, F_EXTRACT,
		    l->depth == 0 ?
			extracts_name(name, FIND_LOG, l->run_off) :
			extracts_name(name, FIND_GZIP, c->level[1]->start));
	if (!find_line(&l->stream, line))
		c->stopped = true;
}

static bool
on_line(void *arg, const struct scan_line *line)
{
	struct level *l = arg;
	struct carve *c = l->c;

	if (l->run_end == 0)
		l->run_off = line->off;
	l->run_end = line->next;

	c->lines++;
	c->t->framings |= 1U << line->frame->kind;
	logrun_line(l->run, line);
	return !c->stopped;
}

static void
on_end(void *arg, unsigned int flags)
{
	struct level *l = arg;
	struct find_piece piece = { l->run_off, l->run_end - l->run_off };
	struct find find = { .class = FIND_LOG, .piece = &piece, .n = 1 };

	find.confidence = logrun_end(l->run, flags);
	if (l->run_end > 0)
		find_claim(&l->stream, &find);
	l->run_end = 0;
}

static uint64_t on_other(void *arg, enum anchor, uint64_t off);

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
	l->run = logrun_new(c->o->opt, c->o->prefix, c->o->runs, on_event, l);
	srcpath_init(&l->path);
	l->stream = (struct stream){ .read = read_level,
		.arg = l,
		.depth = depth,
		.from = depth == 0 ? c->o->from : 0,
		.until = depth == 0 ? c->o->until : UINT64_MAX,
		.pipe = c->pipe,
		.opt = c->o->opt,
		.unallocated = c->o->unallocated,
		.prefix = c->o->prefix,
		.runs = c->o->runs,
		.part = c->t->part,
		.npart = c->t->npart,
		.finds = c->o->finds };
	l->cap = depth == 0 ? SCOUT_BLOCK + SCAN_KEEP : DECODED;
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
	bool		 whole;
	/* lines, or other compressed files */
	bool		 worth;
	uint64_t	 made;
	uint64_t	 end;
	uint64_t	 good;
	uint64_t	 block;
	bool		 has_mtime;
	int64_t		 mtime;
};

static bool
is_worth(const struct level *up, struct slice s)
{
	enum anchor a;
	size_t pos = 0;

	while ((pos = anchor_next(s, pos, &a)) != SLICE_NONE) {
		if (a == ANCHOR_TAG || a == ANCHOR_NAME ||
		    (up->c->nested & FINDER_BIT(a)) != 0 ||
		    (up->depth + 1 < CARVE_DEPTH &&
			(a == ANCHOR_GZIP || a == ANCHOR_ZSTD ||
			    a == ANCHOR_XZ)))
			return true;
		pos++;
	}
	return false;
}

/* Work that is left for decoding. */
static bool
may_work(const struct carve *c)
{
	return c->work <
	    (c->done + CARVE_WINDOW) * CARVE_WORK + 64 * CARVE_SLACK;
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
		c->work += m.searched;
		mem_free(buf);
		return false;
	}
	c->work += m.searched;
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

/* Write what a compressed file holds to a file, as far as it is whole. */
static void
extract_member(struct level *up, enum member_kind kind, uint64_t off,
    const struct probe *p)
{
	struct extracts *x = finds_extracts(up->c->o->finds);
	char hex[DIGEST_HEX];
	unsigned char *buf;
	struct member m;
	size_t made;

	if (x == NULL || up->depth > 0 ||
	    !member_open(&m, kind, read_level, up, off))
		return;
	buf = mem_alloc(MEMBER_BUF, 1);
	if (extracts_begin(x, FIND_GZIP, off)) {
		enum rc rc = RC_OK;

		while (rc == RC_OK && m.made < p->made) {
			rc = member_read(&m, buf, MEMBER_BUF, &made);
			up->c->work += made;
			extracts_put(x, slice_of(buf, made));
		}
		(void)extracts_end(x, hex);
	}
	member_close(&m);
	mem_free(buf);
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
	l->stream.src = buf_slice(&l->path);
	l->stream.size = p->whole ? p->made : UINT64_MAX;
	logrun_stream(l->run, l->stream.src, p->has_mtime ? &p->mtime : NULL,
	    p->whole ? UINT64_MAX : p->good);
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
		struct find_piece piece = { off, p.end - off };
		struct find find = { .class = FIND_GZIP,
			.piece = &piece,
			.n = 1,
			.confidence = p.whole ? LOGRUN_HIGH : LOGRUN_MEDIUM };

		find_claim(&up->stream, &find);
		*(p.whole ? &c->t->whole : &c->t->damaged) += 1;
		extract_member(up, kind, off, &p);
		scan_decoded(up, kind, off, &p);
	}
	if (p.whole && kind == MEMBER_GZIP)
		return p.end;
	return 0;
}

/* Ask the finders for an anchor, in order of their table. */
static uint64_t
ask_finders(struct level *l, enum anchor what, uint64_t off)
{
	struct carve *c = l->c;

	for (size_t i = 0; finder_table[i] != NULL; i++) {
		const struct finder *f = finder_table[i];
		uint64_t next;

		if ((f->anchors & FINDER_BIT(what)) == 0 ||
		    (l->depth > 0 && !f->nested))
			continue;
		next = f->at(&l->stream, c->state[i], what, off);
		if (next > off)
			return next;
	}
	return 0;
}

/* Behind what is claimed already at this place, or 0. */
static uint64_t
claimed(const struct level *l, uint64_t off)
{
	const struct claim *claim =
	    l->depth > 0 ? NULL : claims_at(finds_claims(l->c->o->finds), off);

	return claim != NULL && claim->off <= off ? claim->end : 0;
}

static uint64_t
on_other(void *arg, enum anchor what, uint64_t off)
{
	struct level *l = arg;
	uint64_t next = claimed(l, off);

	if (next > 0)
		return next;
	switch (what) {
	case ANCHOR_GZIP:
		return carve_member(l, MEMBER_GZIP, off);
	case ANCHOR_ZSTD:
		return carve_member(l, MEMBER_ZSTD, off);
	case ANCHOR_XZ:
		return carve_member(l, MEMBER_XZ, off);
	default:
		return ask_finders(l, what, off);
	}
}

/* The image's own bytes: what is held of them, and where to go on. */
struct range {
	struct carve	*c;
	struct level	*l;
	uint64_t	 from, until;
	uint64_t	 next;		/* block to be read */
	uint64_t	 base;		/* of what the window holds */
	size_t		 len;
};

/* Account for the bytes of a block. */
static void
pass(struct range *r, const unsigned char *p, size_t n)
{
	struct carve *c = r->c;

	c->o->bytes(c->o->arg, r->next, slice_of(p, n));
	r->next += n;
	c->next = r->next;
	c->done += n;
}

/* All before the next block is done with, so it may be left out if quiet. */
static bool
may_skip(const struct range *r)
{
	return !r->l->scan.in_run && r->l->scan.pos + ANCHOR_MAX >= r->next;
}

/* The block up to r->next is quiet: go on behind it, but for its end. */
static void
skip(struct range *r)
{
	if (r->next - r->from > ANCHOR_MAX &&
	    r->l->scan.pos < r->next - ANCHOR_MAX)
		r->l->scan.pos = r->next - ANCHOR_MAX;
}

/* What stands before the block to be read, for those that look back. */
static enum rc
reload(struct range *r, struct err *e)
{
	size_t back = r->next - r->from < BACK ?
	    (size_t)(r->next - r->from) : BACK;

	r->base = r->next - back;
	return back == 0 ? RC_OK : image_read(r->c->image, r->base,
	    r->l->window, back, &r->len, e);
}

/* Keep the last bytes of the window only. */
static void
shrink(struct range *r)
{
	size_t n = r->len > BACK ? r->len - BACK : 0;

	memmove(r->l->window, r->l->window + n, r->len - n);
	r->base += n;
	r->len -= n;
}

/* Read the next block and look through it; RC_END at the end. */
static enum rc
scan_block(struct range *r, struct err *e)
{
	struct level *l = r->l;
	unsigned char *p;
	size_t want = r->until - r->next < SCOUT_BLOCK ?
	    (size_t)(r->until - r->next) : SCOUT_BLOCK;
	size_t got = 0, n, before;
	enum rc rc = RC_OK;

	if (r->len == 0)
		rc = reload(r, e);
	if (rc != RC_OK)
		return rc;
	p = l->window + r->len;
	rc = want == 0 ? RC_END : image_read(r->c->image, r->next, p, want,
	    &got, e);
	if (rc == RC_FAIL || rc == RC_DAMAGED)
		return rc;
	before = r->len < ANCHOR_MAX ? r->len : ANCHOR_MAX;
	r->len += got;
	if (got > 0 && may_skip(r) && (l->scan.pos >= r->next + got ||
	    scout_test(slice_of(p - before, got + before),
	    r->next - before))) {
		pass(r, p, got);
		skip(r);
		shrink(r);
		return rc;
	}
	if (got > 0)
		pass(r, p, got);
	n = scan_window(&l->scan, slice_of(l->window, r->len), r->base,
	    rc == RC_END);
	memmove(l->window, l->window + n, r->len - n);
	r->base += n;
	r->len -= n;
	return rc;
}

/* What a checkpoint knows of the search, between two blocks. */
struct saved {
	uint64_t		 from, next, base;	/* of the range */
	uint64_t		 pos, floor, text_start, text_end, sector;
	unsigned int		 begins, tried;
	uint64_t		 work, done, lines, runs;
	uint64_t		 whole, damaged, skipped;
	uint64_t		 assumed, yearless;
	unsigned int		 framings, pad;
	struct finds_count	 count;
};

/* Write down where the search is, now and then. */
static void
mark(struct range *r)
{
	struct carve *c = r->c;
	const struct scan *s = &r->l->scan;
	struct checkpoint *log = c->o->checkpoint;
	const struct image_bad *bad;
	size_t assumed = c->t->assumed, yearless = c->t->yearless;
	struct saved v = { .from = r->from, .next = r->next, .base = r->base,
		.pos = s->pos, .floor = s->floor, .text_start = s->text_start,
		.text_end = s->text_end, .sector = s->sector,
		.begins = s->begins, .tried = s->tried, .work = c->work,
		.done = c->done, .lines = c->lines, .runs = *c->o->runs,
		.whole = c->t->whole, .damaged = c->t->damaged,
		.skipped = c->t->skipped, .framings = c->t->framings,
		.count = *finds_counts(c->o->finds) };
	uint64_t bytes;
	size_t n;

	if (log == NULL || s->in_run || c->done - c->marked < CARVE_MARK)
		return;
	c->marked = c->done;
	for (unsigned int i = 0; i <= CARVE_DEPTH; i++)
		if (c->level[i] != NULL)
			logrun_unsure(c->level[i]->run, &assumed, &yearless);
	v.assumed = assumed;
	v.yearless = yearless;
	n = image_bad(c->image, &bad, &bytes);
	for (size_t i = 0; i < n; i++)
		checkpoint_put(log, CHECKPOINT_BAD, slice_of(&bad[i],
		    sizeof(bad[i])), slice_of(NULL, 0));
	checkpoint_mark(log, slice_of(&v, sizeof(v)));
}

/* Go on from a mark; false if it cannot be one of this search. */
static bool
resume(struct range *r, const struct saved *v)
{
	struct carve *c = r->c;
	struct scan *s = &r->l->scan;

	if (v->base < v->from || v->base > v->next ||
	    v->next - v->base > SCAN_KEEP || v->pos < v->base ||
	    v->begins > ANCHOR_QUEUELOG)
		return false;
	r->from = v->from;
	r->next = v->next;
	r->base = v->base;
	s->pos = v->pos;
	s->floor = v->floor;
	s->text_start = v->text_start;
	s->text_end = v->text_end;
	s->sector = v->sector;
	s->begins = (enum anchor)v->begins;
	s->tried = v->tried != 0;
	c->work = v->work;
	c->done = c->marked = v->done;
	c->next = v->next;
	c->lines = v->lines;
	*c->o->runs = v->runs;
	c->t->whole = v->whole;
	c->t->damaged = v->damaged;
	c->t->skipped = v->skipped;
	c->t->framings = v->framings;
	c->t->assumed = (size_t)v->assumed;
	c->t->yearless = (size_t)v->yearless;
	*finds_counts(c->o->finds) = v->count;
	return image_read(c->image, r->base, r->l->window,
	    (size_t)(v->next - v->base), &r->len, NULL) != RC_FAIL &&
	    r->len == v->next - v->base;
}

/* The bytes before a mark, for those who count or hash them. */
static void
pass_again(struct range *r, uint64_t until)
{
	struct carve *c = r->c;
	uint64_t off = r->from;
	size_t got;

	if (!c->o->exact && until > off)
		c->o->bytes(c->o->arg, off, slice_of(NULL,
		    (size_t)(until - off)));
	while (c->o->exact && off < until && image_read(c->image, off,
	    r->l->window, until - off < SCOUT_BLOCK ? (size_t)(until - off) :
	    SCOUT_BLOCK, &got, NULL) == RC_OK) {
		c->o->bytes(c->o->arg, off, slice_of(r->l->window, got));
		off += got;
	}
}

/* What an earlier run found; true if there is a mark to go on from. */
static bool
replay(struct carve *c, struct saved *v)
{
	enum checkpoint_kind kind;
	struct image_bad bad;
	unsigned char sector[IMAGE_SECTOR];
	struct slice s;
	bool found = false;
	size_t got;

	while (c->o->checkpoint != NULL &&
	    checkpoint_next(c->o->checkpoint, &kind, &s)) {
		if (kind == CHECKPOINT_MARK && s.len == sizeof(*v)) {
			memcpy(v, s.ptr, sizeof(*v));
			found = true;
		} else if (kind == CHECKPOINT_NOTE && s.len > 0 &&
		    *s.ptr < FINDER_MAX && c->opened > *s.ptr) {
			const struct finder *f = finder_table[*s.ptr];

			f->note(c->state[*s.ptr], slice_from(s, 1));
		} else if (kind == CHECKPOINT_BAD && s.len == sizeof(bad)) {
			memcpy(&bad, s.ptr, sizeof(bad));
			for (uint64_t n = 0; n < bad.len; n += IMAGE_SECTOR)
				(void)image_read(c->image, bad.off + n, sector,
				    sizeof(sector), &got, NULL);
		} else
			finds_restore(c->o->finds, kind, s);
	}
	return found;
}

/* The image's own bytes from `from` to `until`, block by block. */
static enum rc
scan_range(struct carve *c, struct level *l, uint64_t from, uint64_t until,
    const struct saved *v, struct err *e)
{
	struct range r = { .c = c, .l = l, .from = from, .until = until,
		.next = from, .base = from };
	struct scout *scout = c->o->exact ? NULL :
	    scout_open(c->image, from, until, c->o->threads);
	enum rc rc = RC_OK;

	l->scan.pos = l->scan.floor = from;
	if (v != NULL) {
		pass_again(&r, v->next);
		if (!resume(&r, v))
			rc = err_damaged(e, 0, "checkpoint's mark");
	}
	while (rc == RC_OK && !c->stopped) {
		mark(&r);
		if (scout != NULL && may_skip(&r) &&
		    scout_quiet(scout, r.next)) {
			pass(&r, NULL, scout_len(scout, r.next));
			skip(&r);
			r.base = r.next;
			r.len = 0;
		} else
			rc = scan_block(&r, e);
		if (!c->o->tick(c->o->arg, c->done, c->lines))
			c->stopped = true;
	}
	scout_close(scout);
	return rc == RC_END ? RC_OK : rc;
}

/* The image, without the places that are in use if these are not wanted. */
static enum rc
scan_image(struct carve *c, struct level *l, struct err *e)
{
	const struct claims *used = finds_allocated(c->o->finds);
	uint64_t off = c->o->from;
	struct saved v;
	bool again = replay(c, &v);
	enum rc rc = RC_OK;

	if (again)
		off = v.from;
	while (rc == RC_OK && !c->stopped && off < c->o->until) {
		const struct claim *skip = claims_at(used, off);
		uint64_t end = skip == NULL || skip->off > c->o->until ?
		    c->o->until :
		    skip->off;

		if (end > off)
			rc = scan_range(c, l, off, end, again ? &v : NULL, e);
		again = false;
		if (skip == NULL)
			break;
		off = skip->end;
	}
	return rc;
}

static void
open_finders(struct carve *c, struct level *l)
{
	for (size_t i = 0; finder_table[i] != NULL; i++) {
		const struct finder *f = finder_table[i];

		if (f->nested)
			c->nested |= f->anchors;
		if (f->open != NULL)
			c->state[i] = f->open(&l->stream);
		c->opened = i + 1;
	}
}

static void
close_finders(struct carve *c, struct level *l, bool good)
{
	for (size_t i = 0; finder_table[i] != NULL; i++) {
		const struct finder *f = finder_table[i];

		if (good && !c->stopped && f->end != NULL)
			f->end(&l->stream, c->state[i]);
		if (f->close != NULL)
			f->close(c->state[i]);
	}
}

enum rc
carve_image(struct image *im, const struct carve_opt *o, struct carve_total *t,
    struct err *e)
{
	struct carve c = { .image = im, .o = o, .t = t };
	struct level *l;
	uint64_t size;
	enum rc rc;

	*t = (struct carve_total){ .size = 0 };
	c.pipe = slice_is(slice_cstr(image_format(im)), "pipe");
	c.next = o->from;
	l = level_of(&c, 0);
	srcpath_file(&l->path, o->src);
	l->stream.src = buf_slice(&l->path);
	l->stream.size = image_size(im, &size) ? size : UINT64_MAX;
	logrun_stream(l->run, l->stream.src, NULL, UINT64_MAX);
	l->stream.npart = t->npart = partition_find(
	    read_level, l, l->stream.size, t->part, PARTITION_MAX);
	/* What they find at once, an earlier run has written down. */
	finds_mute(o->finds, o->resumes);
	open_finders(&c, l);
	finds_mute(o->finds, false);
	scan_init(&l->scan, o->prefix, &scan_ops, l);
	rc = scan_image(&c, l, e);
	scan_free(&l->scan);
	t->size = c.done;
	close_finders(&c, l, rc == RC_OK);
	for (unsigned int i = 0; i <= CARVE_DEPTH; i++) {
		if (c.level[i] != NULL)
			logrun_unsure(
			    c.level[i]->run, &t->assumed, &t->yearless);
		free_level(c.level[i]);
	}
	return rc;
}
