#include "source/carvemember.h"

#include "base/mem.h"
#include "io/srcpath.h"
#include "scan/pieced.h"
#include "source/carvefind.h"
#include "source/carvepart.h"
#include "source/extracts.h"
#include "source/scout.h"

/* Bytes that may still be decoded; 0: none. */
static uint64_t
work_left(const struct carve *c)
{
	uint64_t most =
	    (c->done + CARVE_WINDOW) * CARVE_WORK + 64 * CARVE_SLACK;

	return c->work < most ? most - c->work : 0;
}

/* What is worth looking for in a stream of this depth. */
static struct carveprobe_src
probe_src(struct carvelevel *up, deflate_read_fn *read, void *arg)
{
	return (struct carveprobe_src){ .read = read,
		.arg = arg,
		.anchors = up->c->nested,
		.deeper = up->depth + 1 < CARVE_DEPTH };
}

/* Decode it all and see, unless a scout has done it; false: there is none. */
static bool
probe(struct carvelevel *up, enum member_kind kind, uint64_t off,
    struct carveprobe *p)
{
	struct carve *c = up->c;
	uint64_t left = work_left(c);
	struct carveprobe_src src = probe_src(up, carvelevel_read, up);

	if (up->depth > 0 || c->scout == NULL ||
	    !scout_probe(c->scout, kind, off, p) || p->work > left)
		carveprobe_make(&src, kind, off, left, p);
	c->work += p->work;
	if (p->over)
		c->t->skipped++;
	return p->found;
}

/* Write what a compressed file holds to a file, as far as it is whole. */
static void
extract_member(struct carvelevel *up, enum member_kind kind, uint64_t off,
    const struct carveprobe *p)
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
	if (l->unpacked.part > 0)
		logrun_behind(l->run);
	scan_init(&l->scan, c->o->prefix, &carvefind_ops, l);
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

/* Look through what a compressed file holds: l is open, and has its path. */
static void
scan_decoded(struct carvelevel *l, const struct carveprobe *p)
{
	carvemember_scan(l, p->made, p->has_mtime ? &p->mtime : NULL,
	    p->whole ? UINT64_MAX : p->good);
	unpacked_close(&l->unpacked);
}

/*
 * How far the bytes of a damaged one are surely its own.  Behind where it was
 * cut off others follow, which decode for a while; a sector of zeroes, too.
 */
static uint64_t
solid_end(struct carvelevel *up, uint64_t off, uint64_t end)
{
	static const unsigned char none[SCAN_SECTOR];
	unsigned char *buf;
	uint64_t at = (off / SCAN_SECTOR + 1) * SCAN_SECTOR;
	size_t n = MEMBER_BUF;

	/* Claims are of the image's own bytes. */
	if (up->depth > 0)
		return end;
	buf = mem_alloc(MEMBER_BUF, 1);
	for (; at < end && n == MEMBER_BUF; at += n) {
		n = up->stream.read(up->stream.arg, at, buf, MEMBER_BUF);
		for (size_t i = 0; i + SCAN_SECTOR <= n && at + i < end;
		     i += SCAN_SECTOR)
			if (memcmp(buf + i, none, sizeof(none)) == 0)
				end = at + i;
	}
	mem_free(buf);
	return end;
}

/* A compressed file may begin here; where to go on. */
uint64_t
carvemember_at(struct carvelevel *up, enum member_kind kind, uint64_t off)
{
	struct carve *c = up->c;
	struct carvelevel *down;
	struct carveprobe p;

	if (up->depth == CARVE_DEPTH)
		return 0;
	if (work_left(c) == 0) {
		c->t->skipped++;
		return 0;
	}
	if (!probe(up, kind, off, &p))
		return 0;
	if (p.worth && !p.whole && !p.over && kind == MEMBER_GZIP &&
	    carvepart_scan(
		up, off, p.data, p.has_mtime ? &p.mtime : NULL))
		c->t->damaged++;
	else if (p.worth && p.made > 0) {
		uint64_t end = p.whole ? p.end : solid_end(up, off, p.solid);
		struct find_piece piece = { off, end - off };
		struct find find = { .class = FIND_GZIP,
			.piece = &piece,
			.n = 1,
			.confidence = p.whole ? LOGRUN_HIGH : LOGRUN_MEDIUM };

		find_claim(&up->stream, &find);
		*(p.whole ? &c->t->whole : &c->t->damaged) += 1;
		extract_member(up, kind, off, &p);
		down = carvelevel_get(c, up->depth + 1);
		srcpath_data(&down->path, buf_slice(&up->path), off,
		    unpacked_name[kind]);
		down->place = off;
		(void)unpacked_open(
		    &down->unpacked, kind, carvelevel_read, up, off);
		scan_decoded(down, &p);
	}
	/* The end of the others was looked for before, and is no proof. */
	if (p.whole && (kind == MEMBER_GZIP || kind == MEMBER_ZLIB))
		return p.end;
	return 0;
}

void
carvemember_pieces(const struct stream *s, enum member_kind kind,
    const struct find_piece *v, size_t n)
{
	struct carvelevel *up = s->arg, *down;
	struct pieced pieces;
	struct carveprobe_src src = probe_src(up, pieced_read, &pieces);
	struct carve *c = up->c;
	struct carveprobe p;

	pieced_init(&pieces, carvelevel_read, up);
	for (size_t i = 0; i < n; i++)
		if (!pieced_add(&pieces, v[i].off, v[i].len))
			return;
	if (n == 0 || work_left(c) == 0) {
		c->t->skipped++;
		return;
	}
	carveprobe_make(&src, kind, 0, work_left(c), &p);
	c->work += p.work;
	if (!p.whole || !p.worth)
		return;
	c->t->whole++;
	down = carvelevel_get(c, up->depth + 1);
	down->path.len = 0;
	(void)buf_add(&down->path, buf_slice(&up->path));
	(void)buf_addc(&down->path, '@');
	pieced_put(&pieces, &down->path);
	(void)buf_addc(&down->path, '-');
	(void)buf_add(&down->path, unpacked_name[kind]);
	down->place = v[0].off;
	(void)unpacked_open(&down->unpacked, kind, pieced_read, &pieces, 0);
	scan_decoded(down, &p);
}
