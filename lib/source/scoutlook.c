#include "source/scoutlook.h"

#include "base/mem.h"

/* An image for threads; what cannot be read spoils what was made of it. */
struct peek {
	const struct image *image;
	uint64_t size;
	bool failed;
};

static size_t
read_peek(void *arg, uint64_t off, unsigned char *dst, size_t len)
{
	struct peek *p = arg;
	size_t got;

	if (off >= p->size)
		return 0;
	if (image_peek(p->image, off, dst, len, &got))
		return got;
	p->failed = true;
	return 0;
}

/* What begins at pos, or is cut off there, is in a part or in two. */
static void
mark_loud(struct scoutlook *l, size_t pos, size_t back)
{
	size_t part = pos < back ? 0 : (pos - back) / SCOUT_PART;
	size_t next = pos + ANCHOR_MAX < back ?
	    0 :
	    (pos + ANCHOR_MAX - back) / SCOUT_PART;

	l->loud |= 1U << part;
	if (next < SCOUT_BLOCK / SCOUT_PART)
		l->loud |= 1U << next;
}

/* Keep what came of a first look. */
static void
keep(struct scoutlook *l, uint64_t off, enum member_kind kind,
    const struct carveprobe *p)
{
	if (l->n == SCOUT_PROBES)
		return;
	if (l->n == l->cap) {
		size_t cap = l->cap == 0 ? 16 : 2 * l->cap;

		l->probe = mem_grow(l->probe, l->cap, cap, sizeof(*l->probe));
		l->cap = cap;
	}
	l->probe[l->n++] =
	    (struct scoutlook_probe){ .off = off, .kind = kind, .p = *p };
}

/* A compressed file may begin at off: where to go on, or 0. */
static uint64_t
look_inside(struct scoutlook *l, const struct carveprobe_src *src, uint64_t off,
    enum member_kind kind, uint64_t *limit)
{
	struct peek *peek = src->arg;
	struct carveprobe p;

	if (*limit == 0 || l->n == SCOUT_PROBES)
		return 0;
	peek->failed = false;
	carveprobe_make(src, kind, off, *limit, &p);
	*limit -= p.work < *limit ? p.work : *limit;
	if (peek->failed || p.tired)
		return 0;
	keep(l, off, kind, &p);
	return p.found && p.whole && kind == MEMBER_GZIP ? p.end : 0;
}

/* On to the end of a file, in steps that leave out no part. */
static size_t
step(uint64_t base, size_t pos, uint64_t end)
{
	uint64_t left = end - (base + pos);

	return left < SCOUT_PART ? (size_t)left : SCOUT_PART;
}

void
scoutlook_block(const struct image *im, unsigned int anchors, uint64_t off,
    size_t len, bool first, uint64_t *limit, struct scoutlook *l,
    unsigned char *buf)
{
	struct peek peek = { .image = im };
	struct carveprobe_src src = { .read = read_peek,
		.arg = &peek,
		.anchors = anchors,
		.deeper = true };
	size_t back = first ? 0 : ANCHOR_MAX, got, pos = 0;
	uint64_t base = off - back;
	enum member_kind kind;
	struct slice s;
	enum anchor a;

	*l = (struct scoutlook){ .loud = 0 };
	l->bad = !image_size(im, &peek.size) ||
	    !image_peek(im, base, buf, back + len, &got);
	if (l->bad)
		return;
	s = slice_of(buf, got);
	while ((pos = anchor_sector(s, base, pos, &a)) != SLICE_NONE) {
		mark_loud(l, pos, back);
		if (carveprobe_kind(a, &kind))
			(void)look_inside(l, &src, base + pos, kind, limit);
		pos++;
	}
	for (pos = 0; (pos = anchor_next(s, pos, &a)) != SLICE_NONE;) {
		uint64_t end = 0;

		mark_loud(l, pos, back);
		if (carveprobe_kind(a, &kind))
			end = look_inside(l, &src, base + pos, kind, limit);
		if (end <= base + pos)
			pos++;
		/* Inside of it nothing is looked for here. */
		for (; pos < got && base + pos < end;
		     pos += step(base, pos, end))
			mark_loud(l, pos, back);
	}
}

void
scoutlook_free(struct scoutlook *l)
{
	mem_free(l->probe);
	*l = (struct scoutlook){ .loud = 0 };
}
