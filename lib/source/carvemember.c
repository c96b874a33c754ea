#include "source/carvemember.h"

#include "base/mem.h"
#include "io/srcpath.h"
#include "source/carvefind.h"
#include "source/carvepart.h"
#include "source/extracts.h"
#include "source/finder.h"

#define OVERLAP (2 * ANCHOR_MAX)

static const struct slice kind_name[] = {
	[MEMBER_GZIP] = { (const unsigned char *)"GZIP", 4 },
	[MEMBER_ZSTD] = { (const unsigned char *)"ZSTD", 4 },
	[MEMBER_XZ] = { (const unsigned char *)"XZ", 2 }
};

/* What a first look at a compressed file tells. */
struct probe {
	bool whole;
	/* lines, or other compressed files */
	bool worth;
	uint64_t made;
	uint64_t end;
	uint64_t good;
	uint64_t data;
	bool has_mtime;
	int64_t mtime;
};

static bool
is_worth(const struct carvelevel *up, struct slice s)
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
probe(
    struct carvelevel *up, enum member_kind kind, uint64_t off, struct probe *p)
{
	struct carve *c = up->c;
	unsigned char *buf = mem_alloc(OVERLAP + MEMBER_BUF, 1);
	struct member m;
	size_t keep = 0, made;
	enum rc rc = RC_OK;

	*p = (struct probe){ .made = 0 };
	if (!member_open(&m, kind, carvelevel_read, up, off)) {
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
	p->data = m.data;
	p->has_mtime = m.has_mtime;
	p->mtime = m.mtime;
	member_close(&m);
	mem_free(buf);
	return true;
}

/* Write what a compressed file holds to a file, as far as it is whole. */
static void
extract_member(struct carvelevel *up, enum member_kind kind, uint64_t off,
    const struct probe *p)
{
	struct extracts *x = finds_extracts(up->c->o->finds);
	char hex[DIGEST_HEX];
	unsigned char *buf;
	struct member m;
	size_t made;

	if (x == NULL || up->depth > 0 ||
	    !member_open(&m, kind, carvelevel_read, up, off))
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

void
carvemember_scan(struct carvelevel *l, uint64_t made, const int64_t *mtime,
    uint64_t doubt)
{
	struct carve *c = l->c;
	uint64_t base = 0;
	size_t len = 0, n;

	l->stream.src = buf_slice(&l->path);
	l->stream.size = doubt == UINT64_MAX ? made : UINT64_MAX;
	logrun_stream(l->run, l->stream.src, mtime, doubt);
	if (l->plan != NULL && l->part > 0)
		logrun_behind(l->run);
	scan_init(&l->scan, c->o->prefix, &carvefind_ops, l);
	(void)carvelevel_rewind(l);
	for (;;) {
		n = carvelevel_read(
		    l, base + len, l->window + len, l->cap - len);
		len += n;
		if (len == 0 || c->stopped)
			break;
		n = scan_window(&l->scan, slice_of(l->window, len), base,
		    n == 0 || base + len >= made);
		if (base + len >= made)
			break;
		memmove(l->window, l->window + n, len - n);
		base += n;
		len -= n;
	}
	scan_free(&l->scan);
}

/* Look through what a compressed file holds, up to damage. */
static void
scan_decoded(struct carvelevel *up, enum member_kind kind, uint64_t off,
    const struct probe *p)
{
	struct carvelevel *l = carvelevel_get(up->c, up->depth + 1);

	l->kind = kind;
	l->start = off;
	l->plan = NULL;
	srcpath_data(&l->path, buf_slice(&up->path), off, kind_name[kind]);
	carvemember_scan(l, p->made, p->has_mtime ? &p->mtime : NULL,
	    p->whole ? UINT64_MAX : p->good);
	member_close(&l->member);
}

/* A compressed file may begin here; where to go on. */
uint64_t
carvemember_at(struct carvelevel *up, enum member_kind kind, uint64_t off)
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
	if (p.worth && !p.whole && kind == MEMBER_GZIP &&
	    carvepart_scan(
		up, off, p.data, p.has_mtime ? &p.mtime : NULL))
		c->t->damaged++;
	else if (p.worth && p.made > 0) {
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
