#include "source/carveprobe.h"

#include "base/mem.h"
#include "source/carve.h"
#include "source/finder.h"

#define OVERLAP (2 * ANCHOR_MAX)

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

/* Decode an open member; what was made goes through buf. */
static void
decode(const struct carveprobe_src *src, struct member *m, uint64_t off,
    uint64_t limit, struct carveprobe *p, unsigned char *buf)
{
	size_t keep = 0, made;
	enum rc rc = RC_OK;

	while (rc == RC_OK && p->work < limit) {
		rc = member_read(m, buf + keep, MEMBER_BUF, &made);
		p->work += made;
		keep += made;
		p->worth = p->worth || is_worth(src, slice_of(buf, keep));
		if (keep > OVERLAP) {
			memmove(buf, buf + keep - OVERLAP, OVERLAP);
			keep = OVERLAP;
		}
		if (m->made > (m->end - off) * CARVE_RATIO + CARVE_SLACK)
			break;
	}
	p->whole = rc == RC_END;
	p->over = rc == RC_OK;
	p->tired = p->over && p->work >= limit;
}

void
carveprobe_make(const struct carveprobe_src *src, enum member_kind kind,
    uint64_t off, uint64_t limit, struct carveprobe *p)
{
	unsigned char *buf;
	struct member m;

	*p = (struct carveprobe){ .found = false };
	p->found = member_open(&m, kind, src->read, src->arg, off);
	p->work = m.searched;
	if (!p->found)
		return;
	buf = mem_alloc(OVERLAP + MEMBER_BUF, 1);
	decode(src, &m, off, limit, p, buf);
	p->made = m.made;
	p->end = m.end;
	p->solid = m.solid;
	p->good = m.good;
	p->block = m.block;
	p->data = m.data;
	p->has_mtime = m.has_mtime;
	p->mtime = m.mtime;
	member_close(&m);
	mem_free(buf);
}
