#include "source/carveprobe.h"

#include "base/mem.h"
#include "source/carve.h"
#include "source/finder.h"

#define OVERLAP (2 * ANCHOR_MAX)
#define ZEROES ((size_t)4096) /* stored bytes that are seldom data */
#define SMALL ((size_t)4096)  /* made of a zlib stream between other bytes */

bool
carveprobe_kind(enum anchor what, enum member_kind *kind)
{
	switch (what) {
	case ANCHOR_GZIP:
		*kind = MEMBER_GZIP;
		return true;
	case ANCHOR_ZSTD:
		*kind = MEMBER_ZSTD;
		return true;
	case ANCHOR_XZ:
		*kind = MEMBER_XZ;
		return true;
	case ANCHOR_ZLIB:
		*kind = MEMBER_ZLIB;
		return true;
	default:
		return false;
	}
}

/* Lines, or what a finder or another look inside would begin with. */
static bool
is_worth(const struct carveprobe_src *src, struct slice s)
{
	enum member_kind kind;
	enum anchor a;
	size_t pos = 0;

	while ((pos = anchor_next(s, pos, &a)) != SLICE_NONE) {
		if (a == ANCHOR_TAG || a == ANCHOR_NAME ||
		    (src->anchors & FINDER_BIT(a)) != 0 ||
		    (src->deeper && carveprobe_kind(a, &kind)))
			return true;
		pos++;
	}
	return false;
}

/* Stored bytes up to a place, as a deflate_read_fn. */
struct upto {
	const struct carveprobe_src *src;
	uint64_t end;
	bool zeroes; /* nothing but that was read last */
};

/* Are they all the same? */
static bool
is_even(const unsigned char *p, size_t n)
{
	return n == 0 || memcmp(p, p + 1, n - 1) == 0;
}

static size_t
read_upto(void *arg, uint64_t off, unsigned char *dst, size_t len)
{
	struct upto *u = arg;

	if (off >= u->end)
		return 0;
	if (len > u->end - off)
		len = (size_t)(u->end - off);
	len = u->src->read(u->src->arg, off, dst, len);
	u->zeroes = len >= ZEROES && dst[0] == 0 && is_even(dst, len);
	return len;
}

/* Decode an open member; what was made goes through buf. */
static void
decode(struct upto *u, struct member *m, uint64_t off, uint64_t limit,
    struct carveprobe *p, unsigned char *buf)
{
	const struct carveprobe_src *src = u->src;
	/* Pictures and documents are full of them; small files are worth it. */
	bool inner = m->kind == MEMBER_ZLIB && off % ANCHOR_SECTOR != 0;
	size_t keep = 0, made;
	enum rc rc = RC_OK;

	while (rc == RC_OK && p->work < limit) {
		rc = member_read(m, buf + keep,
		    inner && !p->worth ? SMALL : MEMBER_BUF, &made);
		p->work += made;
		/* Zeroes are data where what was packed is as empty. */
		if (u->zeroes && !is_even(buf + keep, made))
			rc = RC_DAMAGED;
		keep += made;
		p->worth = p->worth || is_worth(src, slice_of(buf, keep));
		if (keep > OVERLAP) {
			memmove(buf, buf + keep - OVERLAP, OVERLAP);
			keep = OVERLAP;
		}
		if (m->made > (m->end - off) * CARVE_RATIO + CARVE_SLACK)
			break;
		if (rc == RC_OK && inner && !p->worth && m->made > SMALL)
			rc = RC_DAMAGED;
	}
	p->whole = rc == RC_END;
	p->over = rc == RC_OK;
	p->tired = p->over && p->work >= limit;
}

/* Where so many zeroes stand that they are no data, or end. */
static uint64_t
first_zeroes(const struct carveprobe_src *src, uint64_t off, uint64_t end,
    unsigned char *buf)
{
	size_t n = MEMBER_BUF, run = 0;

	for (; off < end && n > 0; off += n) {
		n = src->read(src->arg, off, buf, MEMBER_BUF);
		for (size_t i = 0; i < n && off + i < end; i++) {
			run = buf[i] == 0 ? run + 1 : 0;
			if (run == INFLATE_ZEROES)
				return off + i + 1 - run;
		}
	}
	return end;
}

/* Decode a member up to there at most; false if there is none. */
static bool
look(const struct carveprobe_src *src, enum member_kind kind, uint64_t off,
    uint64_t end, uint64_t limit, struct carveprobe *p, unsigned char *buf)
{
	struct upto u = { .src = src, .end = end };
	uint64_t work = p->work;
	struct member m;

	*p = (struct carveprobe){ .work = work };
	p->found = member_open(&m, kind, read_upto, &u, off);
	p->work += m.searched;
	if (!p->found)
		return false;
	decode(&u, &m, off, limit, p, buf);
	p->made = m.made;
	p->end = m.end;
	p->solid = m.solid;
	p->good = m.good;
	p->block = m.block;
	p->data = m.data;
	p->has_mtime = m.has_mtime;
	p->mtime = m.mtime;
	member_close(&m);
	return true;
}

void
carveprobe_make(const struct carveprobe_src *src, enum member_kind kind,
    uint64_t off, uint64_t limit, struct carveprobe *p)
{
	unsigned char *buf = mem_alloc(OVERLAP + MEMBER_BUF, 1);
	uint64_t end;

	*p = (struct carveprobe){ .found = false };
	/* What was cut off goes on without end in zeroes that follow. */
	if (look(src, kind, off, UINT64_MAX, limit, p, buf) &&
	    (kind == MEMBER_GZIP || kind == MEMBER_ZLIB) && p->worth &&
	    !p->whole && !p->tired &&
	    (end = first_zeroes(src, off, p->end, buf)) < p->end)
		(void)look(src, kind, off, end, limit, p, buf);
	mem_free(buf);
}
