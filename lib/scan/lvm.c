#include "scan/lvm.h"

#include "base/bytes.h"
#include "base/mem.h"
#include "base/num.h"
#include "scan/lvmtext.h"

#include "base/banned.h"

#define SECTOR 512
#define LABEL_SECTORS 4 /* of which one has the label */
#define AREAS 16	/* of data and of metadata, at most */
#define AREA_HEAD 512	/* before the text, which goes round behind it */
#define AREA_MAGIC                                                             \
	"\x20\x4c\x56\x4d\x32\x20\x78\x5b\x35\x41\x25\x72\x30\x4e\x2a\x3e"
#define AREA_LOCN 40	      /* where the text in force stands, in the head */
#define SUM_START 0xf597a6cfu /* of LVM's CRC-32, which is not inverted */

/* A physical volume of the group at hand. */
struct member {
	struct slice name;
	const struct lvm_pv *pv; /* NULL: not in this image */
	uint64_t start;		 /* of its extents, in sectors */
};

/* A volume group while its text is read. */
struct group {
	struct lvm *l;
	deflate_read_fn *read;
	void *arg;
	uint64_t extent; /* sectors */
	struct member member[LVM_PVS];
	size_t nmember;
	/* The volume at hand, and its segment. */
	struct slice name, segment;
	struct lvm_volume *v; /* NULL: none, or one that users do not see */
	bool visible;
	uint64_t first, count, stripes, at; /* extents; stripes */
	struct slice type, on;
};

/* Bytes of so many extents. */
static bool
extents(const struct group *g, uint64_t n, uint64_t *bytes)
{
	return num_mul(n, g->extent, bytes) && num_mul(*bytes, SECTOR, bytes) &&
	    *bytes < INT64_MAX;
}

/* Add a piece, to the last one if it goes on there. */
static bool
add_piece(struct pieced *p, uint64_t off, uint64_t len)
{
	if (p->n > 0 && p->v[p->n - 1].off + p->v[p->n - 1].len == off &&
	    len <= INT64_MAX - p->size) {
		p->v[p->n - 1].len += len;
		p->size += len;
		return true;
	}
	return pieced_add(p, off, len);
}

static const struct member *
find_member(const struct group *g, struct slice name)
{
	for (size_t i = 0; i < g->nmember; i++)
		if (slice_eq(g->member[i].name, name))
			return &g->member[i];
	return NULL;
}

/* The segment at hand has ended: its piece. */
static const char *
place(struct group *g)
{
	const struct member *m = find_member(g, g->on);
	uint64_t first, len, from, start;

	if (!slice_eq(g->type, SLICE("striped")) || g->stripes != 1)
		return "it is striped, mirrored, thin, cached or the like";
	if (m == NULL || m->pv == NULL)
		return "a part of it lies on another disk";
	if (!extents(g, g->first, &first) || !extents(g, g->count, &len) ||
	    !extents(g, g->at, &from) || !num_mul(m->start, SECTOR, &start) ||
	    first != g->v->data.size || !num_add(from, start, &from))
		return "its place makes no sense";
	if (from > m->pv->len || len > m->pv->len - from)
		return "a part of it lies behind the end of the image";
	if (!add_piece(&g->v->data, m->pv->off + from, len))
		return "it lies in too many pieces";
	return NULL;
}

static void
end_segment(struct group *g)
{
	if (g->segment.len > 0 && g->v != NULL && g->v->why == NULL)
		g->v->why = place(g);
	g->segment = slice_of(NULL, 0);
}

static void
end_volume(struct group *g)
{
	end_segment(g);
	if (g->v != NULL && g->v->why != NULL)
		pieced_init(&g->v->data, g->read, g->arg);
	/* Without pieces there is nothing to look at. */
	if (g->v != NULL &&
	    (!g->visible || (g->v->why == NULL && g->v->data.n == 0)))
		g->l->n--;
	g->v = NULL;
	g->name = slice_of(NULL, 0);
}

static void
begin_volume(struct group *g, struct slice group, struct slice name)
{
	struct lvm *l = g->l;
	struct lvm_volume *v;

	g->name = name;
	g->visible = false;
	if (l->n == LVM_VOLUMES) {
		l->over = true;
		return;
	}
	if (l->n == l->cap) {
		size_t cap = l->cap == 0 ? 8 : 2 * l->cap;

		l->v = mem_grow(l->v, l->cap, cap, sizeof(*l->v));
		l->cap = cap;
	}
	g->v = v = &l->v[l->n++];
	*v = (struct lvm_volume){ .why = NULL };
	pieced_init(&v->data, g->read, g->arg);
	group = slice_sub(group, 0, LVM_NAME / 2 - 1);
	name = slice_sub(name, 0, LVM_NAME / 2 - 1);
	memcpy(v->name, group.ptr, group.len);
	v->name[group.len] = '/';
	memcpy(v->name + group.len + 1, name.ptr, name.len);
}

/* "physical_volumes/pv0/KEY". */
static void
on_member(struct group *g, const struct lvmtext *t)
{
	struct member *m = g->nmember > 0 ? &g->member[g->nmember - 1] : NULL;
	unsigned char id[LVM_UUID];
	size_t n = 0;

	if (m == NULL || !slice_eq(m->name, t->section[2])) {
		if (g->nmember == LVM_PVS)
			return;
		m = &g->member[g->nmember++];
		*m = (struct member){ .name = t->section[2] };
	}
	if (slice_eq(t->key, SLICE("pe_start")))
		(void)slice_u64(t->v[0], INT64_MAX / SECTOR, &m->start);
	if (!slice_eq(t->key, SLICE("id")))
		return;
	for (size_t i = 0; i < t->v[0].len && n < LVM_UUID; i++)
		if (t->v[0].ptr[i] != '-')
			id[n++] = t->v[0].ptr[i];
	for (size_t i = 0; n == LVM_UUID && i < g->l->npv; i++)
		if (memcmp(id, g->l->pv[i].uuid, LVM_UUID) == 0) {
			m->pv = &g->l->pv[i];
			g->l->pv[i].known = true;
		}
}

/* "logical_volumes/root/segment1/KEY". */
static void
on_segment(struct group *g, const struct lvmtext *t)
{
	uint64_t *n = NULL;

	if (!slice_eq(g->segment, t->section[3])) {
		end_segment(g);
		g->segment = t->section[3];
		g->first = g->count = g->stripes = g->at = 0;
		g->type = g->on = slice_of(NULL, 0);
	}
	if (slice_eq(t->key, SLICE("start_extent")))
		n = &g->first;
	else if (slice_eq(t->key, SLICE("extent_count")))
		n = &g->count;
	else if (slice_eq(t->key, SLICE("stripe_count")))
		n = &g->stripes;
	else if (slice_eq(t->key, SLICE("type")))
		g->type = t->v[0];
	else if (slice_eq(t->key, SLICE("stripes")) && t->n == 2) {
		g->on = t->v[0];
		if (!slice_u64(t->v[1], UINT32_MAX, &g->at))
			g->on = slice_of(NULL, 0);
	}
	if (n != NULL)
		(void)slice_u64(t->v[0], UINT32_MAX, n);
}

static void
on_volume(struct group *g, const struct lvmtext *t)
{
	if (!slice_eq(g->name, t->section[2])) {
		end_volume(g);
		begin_volume(g, t->section[0], t->section[2]);
	}
	if (t->depth == 4)
		on_segment(g, t);
	if (t->depth == 3 && slice_eq(t->key, SLICE("status")))
		for (size_t i = 0; i < t->n; i++)
			g->visible |= slice_eq(t->v[i], SLICE("VISIBLE"));
}

static void
on_value(void *arg, const struct lvmtext *t)
{
	struct group *g = arg;

	if (t->n == 0)
		return;
	if (t->depth == 1 && slice_eq(t->key, SLICE("extent_size")))
		(void)slice_u64(t->v[0], UINT32_MAX, &g->extent);
	if (t->depth < 3)
		return;
	if (slice_eq(t->section[1], SLICE("physical_volumes")))
		on_member(g, t);
	else if (slice_eq(t->section[1], SLICE("logical_volumes")))
		on_volume(g, t);
}

/* The text of a metadata area; NULL if there is none, or it is damaged. */
static unsigned char *
read_text(deflate_read_fn *read, void *arg, const struct lvm_pv *pv,
    uint64_t at, uint64_t size, size_t *len)
{
	unsigned char b[AREA_HEAD], *text;
	struct slice head = slice_of(b, sizeof(b));
	uint64_t off, n, first;

	if (size <= AREA_HEAD || size > pv->len || at > pv->len - size ||
	    read(arg, pv->off + at, b, sizeof(b)) != sizeof(b) ||
	    !slice_eq(slice_sub(head, 4, 16), SLICE(AREA_MAGIC)))
		return NULL;
	off = bytes_le(head, AREA_LOCN, 8);
	n = bytes_le(head, AREA_LOCN + 8, 8);
	if (off < AREA_HEAD || off >= size || n == 0 || n > LVM_TEXT ||
	    n > size - AREA_HEAD)
		return NULL;
	first = n < size - off ? n : size - off;
	text = mem_alloc((size_t)n, 1);
	if (read(arg, pv->off + at + off, text, (size_t)first) == first &&
	    read(arg, pv->off + at + AREA_HEAD, text + first,
		(size_t)(n - first)) == n - first &&
	    ~(uint32_t)crc32(~SUM_START & 0xffffffff, text, (unsigned int)n) ==
		bytes_le32(head, AREA_LOCN + 16)) {
		*len = (size_t)n;
		return text;
	}
	mem_free(text);
	return NULL;
}

/* Its header, in the sector of the label. */
static bool
read_label(deflate_read_fn *read, void *arg, struct lvm_pv *pv,
    struct slice *header, unsigned char b[SECTOR])
{
	for (size_t i = 0; i < LABEL_SECTORS; i++) {
		struct slice s =
		    slice_of(b, read(arg, pv->off + i * SECTOR, b, SECTOR));
		uint32_t at = bytes_le32(s, 20);

		if (!slice_starts(s, SLICE("LABELONE")) ||
		    !slice_eq(slice_sub(s, 24, 8), SLICE("LVM2 001")) ||
		    at > SECTOR - LVM_UUID)
			continue;
		*header = slice_from(s, at);
		if (header->len < LVM_UUID)
			continue;
		memcpy(pv->uuid, header->ptr, LVM_UUID);
		return true;
	}
	return false;
}

/* Read the group that a physical volume describes. */
static void
read_group(struct lvm *l, deflate_read_fn *read, void *arg, struct lvm_pv *pv)
{
	struct group g = { .l = l, .read = read, .arg = arg };
	unsigned char b[SECTOR], *text = NULL;
	size_t pos = LVM_UUID + 8, lists = 0, len;
	struct slice header;

	if (!read_label(read, arg, pv, &header, b))
		return;
	/* Offset and size of areas, first of data, then of metadata. */
	for (size_t i = 0; i < AREAS && lists < 2 && text == NULL; i++) {
		uint64_t off = bytes_le(header, pos, 8);
		uint64_t size = bytes_le(header, pos + 8, 8);

		pos += 16;
		if (off == 0)
			lists++;
		else if (lists == 1)
			text = read_text(read, arg, pv, off, size, &len);
	}
	if (text == NULL)
		return;
	pv->known = true;
	/* What is damaged behind its checksum is read as far as it goes. */
	(void)lvmtext_read(slice_of(text, len), on_value, &g);
	end_volume(&g);
	mem_free(text);
}

static void
find_pv(
    struct lvm *l, deflate_read_fn *read, void *arg, uint64_t off, uint64_t len)
{
	struct lvm_pv pv = { .off = off, .len = len };
	unsigned char b[SECTOR];
	struct slice header;

	if (l->npv < LVM_PVS && read_label(read, arg, &pv, &header, b))
		l->pv[l->npv++] = pv;
}

void
lvm_read(struct lvm *l, deflate_read_fn *read, void *arg,
    const struct partition *part, size_t npart)
{
	*l = (struct lvm){ .n = 0 };
	for (size_t i = 0; i < npart; i++)
		find_pv(l, read, arg, part[i].off, part[i].len);
	for (size_t i = 0; i < l->npv; i++)
		if (!l->pv[i].known)
			read_group(l, read, arg, &l->pv[i]);
}

void
lvm_free(struct lvm *l)
{
	mem_free(l->v);
	*l = (struct lvm){ .n = 0 };
}
