#include "source/journalpart.h"

#include "fmt/journald.h"
#include "fmt/journaldata.h"
#include "fmt/journalread.h"

#define STEP 8U /* objects begin at multiples of it */
#define LZ4_TEXT 9 /* size and token of an LZ4 block, then its length */
#define LZ4_TRIES 8
#define DATA_MOST 72  /* bytes before the field */
#define AHEAD 64      /* so that no object has the offset 0 */
#define RECENT 16     /* DATA objects before an entry */
#define DATA_FIXED 48 /* bytes up to its entry's offset */
#define DATA_HASH 16  /* where that stands */
#define DATA_ENTRY 40 /* where its entry's offset stands */
#define OFFSET_LIMIT (UINT64_C(1) << 40) /* of a file */

/* The object at off of the image. */
static bool
head_at(
    const struct stream *s, uint64_t off, bool compact, struct journal_head *o)
{
	unsigned char bytes[JOURNALOBJ_HEAD];
	uint64_t size = s->size;

	if (size > INT64_MAX)
		size = INT64_MAX;
	return off < size &&
	    journalobj_head(
		slice_of(bytes, stream_read(s, off, bytes, sizeof(bytes))), off,
		size, compact, o) &&
	    o->size <= JOURNALPART_SIZE;
}

static bool
array_at(const struct stream *s, uint64_t off, bool compact)
{
	struct journal_head o;

	return head_at(s, off, compact, &o) && o.type == JOURNALOBJ_T_ARRAY;
}

/* Objects that follow one another from p->off on: p->end, and how many. */
static size_t
walk(const struct stream *s, struct journalpart *p)
{
	struct journal_head o;
	uint64_t last = p->off;
	size_t n = 0;

	p->end = p->off;
	while (p->end - p->off < JOURNALPART_SIZE &&
	    head_at(s, p->end, p->compact, &o)) {
		last = p->end;
		p->end = journalobj_next(p->end, o.size);
		n++;
	}
	/* What an array has not used yet may not have been stored. */
	if (n > 1 && array_at(s, last, p->compact))
		p->end = last + JOURNALOBJ_ARRAY;
	return n;
}

/*
 * Objects before the piece that lead up to it: texts that entries share are
 * stored once, so that a piece need not begin with one.
 */
static void
extend(const struct stream *s, struct journalpart *p, uint64_t floor)
{
	unsigned char bytes[JOURNALPART_BACK];
	bool leads[JOURNALPART_BACK / STEP + 1] = { false };
	uint64_t from =
	    p->off < JOURNALPART_BACK ? 0 : p->off - JOURNALPART_BACK;
	size_t len;

	if (from < floor)
		from = floor + (STEP - floor % STEP) % STEP;
	if (from >= p->off)
		return;
	len = (size_t)(p->off - from);
	if (stream_read(s, from, bytes, len) != len)
		return;
	leads[len / STEP] = true;
	for (size_t pos = len; pos >= STEP;) {
		struct journal_head o;
		uint64_t next;

		pos -= STEP;
		if (!journalobj_head(
			slice_sub(slice_of(bytes, len), pos, JOURNALOBJ_HEAD),
			pos, len, p->compact, &o))
			continue;
		next = journalobj_next(pos, o.size);
		if (next > len || !leads[next / STEP])
			continue;
		leads[pos / STEP] = true;
		p->off = from + pos;
	}
}

/*
 * Objects from p->off on, if a DATA object begins there that is packed as
 * it has to be; its head is h.
 */
static size_t
try_at(const struct stream *s, struct slice h, bool lz4, struct journalpart *p)
{
	struct journal_head o;

	if (!journalobj_head(h, p->off, INT64_MAX, p->compact, &o) ||
	    o.type != JOURNALOBJ_T_DATA || lz4 != (o.flags == JOURNALDATA_LZ4))
		return 0;
	return walk(s, p);
}

size_t
journalpart_find(const struct stream *s, uint64_t message, uint64_t floor,
    struct journalpart *p)
{
	unsigned char bytes[DATA_MOST + LZ4_TEXT + LZ4_TRIES];
	size_t len = message < sizeof(bytes) ? (size_t)message : sizeof(bytes);
	struct journalpart one = { .off = 0 };
	bool found = false;

	if (stream_read(s, message - len, bytes, len) != len)
		return 0;
	for (size_t i = 0; i < (size_t)2 * LZ4_TRIES; i++) {
		bool compact = i % 2 != 0;
		size_t before = journalobj_data(compact), n;

		if (i >= 2)
			before += LZ4_TEXT + i / 2 - 1;
		if (before > len || message - before < floor)
			continue;
		*p = (struct journalpart){ .off = message - before,
			.compact = compact };
		n = try_at(s, slice_of(bytes + len - before, JOURNALOBJ_HEAD),
		    i >= 2, p);
		if (n > 1) {
			extend(s, p, floor);
			return n;
		}
		if (n == 1 && !found) {
			found = true;
			one = *p;
		}
	}
	*p = one;
	return found ? 1 : 0;
}

/* A DATA object that was met. */
struct data {
	uint64_t off, hash;
	uint64_t entry; /* where the first entry that has it stands */
};

/* The entry has an item for what would be at that offset. */
static bool
has_item(struct slice items, bool compact, uint64_t ref, uint64_t hash)
{
	size_t step = journalobj_item(compact);

	for (; items.len >= step; items = slice_from(items, step))
		if (journalobj_ref(items.ptr, compact) == ref)
			return compact || journalobj_u64(items.ptr + 8) == hash;
	return false;
}

/* Where the file began, by this entry and the DATA objects before it. */
static bool
agree(const struct stream *s, const struct journalpart *p, uint64_t off,
    const struct journal_head *o, const struct data *d, int64_t *base)
{
	unsigned char bytes[JOURNALOBJ_ENTRY + JOURNALOBJ_ITEMS * 16];
	struct slice items =
	    slice_of(bytes, stream_read(s, off, bytes, (size_t)o->size));

	items = slice_from(items, JOURNALOBJ_ENTRY);
	for (size_t i = 0; i < RECENT; i++) {
		if (d[i].entry < JOURNALOBJ_HEADER_MIN ||
		    d[i].entry > OFFSET_LIMIT || off - d[i].off >= d[i].entry)
			continue;
		*base = (int64_t)off - (int64_t)d[i].entry;
		if (has_item(items, p->compact, d[i].entry - (off - d[i].off),
			d[i].hash))
			return true;
	}
	return false;
}

/* Where the file began. */
static bool
find_base(const struct stream *s, const struct journalpart *p, int64_t *base)
{
	unsigned char bytes[DATA_FIXED];
	struct data recent[RECENT] = { { 0, 0, 0 } };
	struct journal_head o;
	size_t n = 0;

	for (uint64_t off = p->off;
	     off < p->end && head_at(s, off, p->compact, &o);
	     off = journalobj_next(off, o.size)) {
		if (o.type == JOURNALOBJ_T_ENTRY) {
			if (agree(s, p, off, &o, recent, base))
				return true;
		} else if (o.type == JOURNALOBJ_T_DATA &&
		    stream_read(s, off, bytes, sizeof(bytes)) ==
			sizeof(bytes)) {
			recent[n++ % RECENT] = (struct data){ off,
				journalobj_u64(bytes + DATA_HASH),
				journalobj_u64(bytes + DATA_ENTRY) };
		}
	}
	return false;
}

/* A file of which the image holds a part. */
struct part {
	const struct stream *stream;
	int64_t base;
	uint64_t size;
};

/* Bytes of it; zeroes where the image has not begun. */
static size_t
read_part(void *arg, uint64_t off, void *buf, size_t n)
{
	const struct part *p = arg;
	unsigned char *dst = buf;
	size_t before = 0;

	if (off >= p->size)
		return 0;
	if (n > p->size - off)
		n = (size_t)(p->size - off);
	if (p->base < 0 && off < (uint64_t)-p->base) {
		uint64_t gap = (uint64_t)-p->base - off;

		before = gap < n ? (size_t)gap : n;
		memset(dst, 0, before);
	}
	if (before == n)
		return n;
	/* Modulo 2^64 this is right for a negative base, too. */
	return before +
	    stream_read(p->stream, (uint64_t)p->base + off + before,
		dst + before, n - before);
}

/* The piece as a file that begins AHEAD bytes before it. */
struct piece {
	const struct stream *stream;
	const struct journalpart *part;
};

static size_t
read_piece(void *arg, uint64_t off, void *buf, size_t n)
{
	const struct piece *p = arg;
	unsigned char *dst = buf;
	size_t before = 0;

	if (off < AHEAD) {
		before = (size_t)(AHEAD - off) < n ? (size_t)(AHEAD - off) : n;
		memset(dst, 0, before);
	}
	if (before == n)
		return n;
	return before +
	    stream_read(p->stream, p->part->off + (off + before - AHEAD),
		dst + before, n - before);
}

uint64_t
journalpart_data(const struct stream *s, const struct journalpart *p,
    const struct journalfile_fields *fields, journalfile_want *want,
    journalpart_data_fn *fn, void *arg)
{
	struct piece piece = { s, p };
	struct journalfile_src src = { .read = read_piece,
		.arg = &piece,
		.size = p->end - p->off + AHEAD,
		.fields = fields };
	size_t skip = journalobj_data(p->compact);
	struct journal_head o;
	struct journalread r;
	uint64_t budget;
	bool more = true;

	journalread_init(&r, &src, want);
	r.budget = budget =
	    (p->end - p->off) * JOURNALFILE_RATIO + JOURNALPART_SLACK;
	r.compact = p->compact;
	r.unkeyed = true;
	for (uint64_t off = AHEAD;
	     more && off < src.size && journalread_head(&r, off, &o);
	     off = journalobj_next(off, o.size)) {
		struct journalpart_data d = { .off =
						  p->off + off - AHEAD + skip,
			.len = o.size - skip,
			.flags = o.flags };
		const struct journal_known *k;

		if (o.type != JOURNALOBJ_T_DATA)
			continue;
		k = journalread_data(&r, off, true, &d.field);
		if (k->state != JOURNAL_GOOD || !k->wanted || fn == NULL)
			continue;
		d.hash = k->hash;
		d.jenkins = k->jenkins;
		more = fn(arg, &d);
	}
	budget -= r.budget;
	journalread_free(&r);
	return budget;
}

bool
journalpart_read(const struct stream *s, const struct journalpart *p,
    const struct journalfile_fields *fields, journalpart_fn *fn, void *arg)
{
	struct part part = { .stream = s };
	struct journalfile_src src = {
		.read = read_part, .arg = &part, .fields = fields
	};
	struct journalfile_entry e;
	struct journalread r;
	struct journal_head o;
	bool more = true;

	if (!find_base(s, p, &part.base))
		return false;
	part.size = src.size = p->end - (uint64_t)part.base;
	journalread_init(&r, &src, journald_wants);
	r.budget = (p->end - p->off) * JOURNALFILE_RATIO + JOURNALPART_SLACK;
	r.compact = p->compact;
	r.unkeyed = true;
	for (uint64_t off = p->off - (uint64_t)part.base;
	     more && off < src.size && journalread_head(&r, off, &o);
	     off = journalobj_next(off, o.size))
		if (o.type == JOURNALOBJ_T_ENTRY &&
		    journalread_entry(&r, off, false, &e))
			more = fn(arg, &e, part.base);
	journalread_free(&r);
	return true;
}
