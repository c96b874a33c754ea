#include "fmt/journalread.h"

#include "base/mem.h"
#include "base/num.h"
#include "fmt/journaldata.h"
#include "fmt/journalhash.h"

#include "base/banned.h"

#define WIDE (JOURNALFILE_FIELD + 4096)
#define COST 64	     /* bytes that reading a DATA object counts at least */
#define ITEM_COST 16 /* and looking at an item of an entry */
#define KNOWN_MIN 64
#define ITEM_HASH 8  /* position in an item that is not compact */
#define DATA_HASH 16 /* position in a DATA object */

void
journalread_init(struct journalread *j, const struct journalfile_src *src,
    journalfile_want *want)
{
	*j = (struct journalread){ .src = *src, .want = want };
	if (!num_mul(src->size, JOURNALFILE_RATIO, &j->budget) ||
	    !num_add(j->budget, JOURNALFILE_SLACK, &j->budget))
		j->budget = UINT64_MAX;
	j->nknown = KNOWN_MIN;
	while (j->nknown < JOURNALREAD_KNOWN && j->nknown < src->size / COST)
		j->nknown *= 2;
	j->known = mem_alloc(j->nknown, sizeof(*j->known));
	j->field = mem_alloc(JOURNALOBJ_ITEMS, sizeof(*j->field));
	buf_init(&j->wide, WIDE);
	buf_init(&j->unpacked, WIDE);
	buf_init(&j->items, WIDE);
	buf_init(&j->text, JOURNALFILE_TEXT);
}

void
journalread_free(struct journalread *j)
{
	for (size_t i = 0; i < JOURNALREAD_BLOCKS; i++)
		mem_free(j->block[i].ptr);
	mem_free(j->known);
	mem_free(j->field);
	buf_free(&j->wide);
	buf_free(&j->unpacked);
	buf_free(&j->items);
	buf_free(&j->text);
}

/* The block of that number. */
static struct slice
block(struct journalread *j, uint64_t n)
{
	struct journal_block *b = &j->block[n % JOURNALREAD_BLOCKS];

	if (b->ptr == NULL || b->number != n) {
		if (b->ptr == NULL)
			b->ptr = mem_alloc(1, JOURNALREAD_BLOCK);
		b->len = j->src.read(j->src.arg, n * JOURNALREAD_BLOCK, b->ptr,
		    JOURNALREAD_BLOCK);
		b->number = n;
	}
	return slice_of(b->ptr, b->len);
}

void
journalread_forget(struct journalread *j)
{
	for (size_t i = 0; i < j->nknown; i++)
		j->known[i].off = 0;
}

struct slice
journalread_at(struct journalread *j, uint64_t off, size_t n)
{
	size_t pos = (size_t)(off % JOURNALREAD_BLOCK);

	if (off >= j->src.size)
		return slice_of(NULL, 0);
	if (n > j->src.size - off)
		n = (size_t)(j->src.size - off);
	if (n <= JOURNALREAD_BLOCK - pos)
		return slice_sub(block(j, off / JOURNALREAD_BLOCK), pos, n);
	j->wide.len = 0;
	if (n > WIDE || !buf_reserve(&j->wide, n))
		return slice_of(NULL, 0);
	/* Two blocks, or what is too large to be kept. */
	while (n <= JOURNALREAD_BLOCK && j->wide.len < n) {
		struct slice s = slice_sub(block(j, off / JOURNALREAD_BLOCK),
		    (size_t)(off % JOURNALREAD_BLOCK), n - j->wide.len);

		if (s.len == 0)
			break;
		(void)buf_add(&j->wide, s);
		off += s.len;
	}
	if (n > JOURNALREAD_BLOCK)
		j->wide.len = j->src.read(j->src.arg, off, j->wide.ptr, n);
	return buf_slice(&j->wide);
}

bool
journalread_head(struct journalread *j, uint64_t off, struct journal_head *o)
{
	return journalobj_head(journalread_at(j, off, JOURNALOBJ_HEAD), off,
	    j->src.size, j->compact, o);
}

/* Count what is decoded; false when it is too much. */
static bool
spend(struct journalread *j, uint64_t n)
{
	if (j->budget < n + COST) {
		j->budget = 0;
		return false;
	}
	j->budget -= n + COST;
	j->spent += n + COST;
	return true;
}

/* The payload of a DATA object, decoded. */
static enum journal_known_state
unpack(struct journalread *j, uint64_t off, const struct journal_head *o,
    struct slice *out)
{
	size_t skip = journalobj_data(j->compact), len;

	if (o->size - skip > JOURNALFILE_FIELD)
		return JOURNAL_LONG;
	len = (size_t)o->size - skip;
	*out = journalread_at(j, off + skip, len);
	if (out->len < len || !spend(j, len))
		return JOURNAL_NONE;
	if (o->flags == 0)
		return JOURNAL_GOOD;
	j->unpacked.len = 0;
	if (!journaldata_unpack(
		&j->unpacked, *out, o->flags, JOURNALFILE_FIELD) ||
	    !spend(j, j->unpacked.len))
		return JOURNAL_NONE;
	*out = buf_slice(&j->unpacked);
	return JOURNAL_GOOD;
}

/* Read a DATA object and find out whether its hash is right. */
static void
look(struct journalread *j, uint64_t off, struct journal_known *k,
    struct slice *out)
{
	struct journal_head o;
	struct slice s, name, value;
	uint64_t hash;

	*k = (struct journal_known){ .off = off, .state = JOURNAL_NONE };
	if (!journalread_head(j, off, &o) || o.type != JOURNALOBJ_T_DATA)
		return;
	s = journalread_at(j, off + DATA_HASH, sizeof(k->hash));
	if (s.len < sizeof(k->hash))
		return;
	k->hash = journalobj_u64(s.ptr);
	k->state = unpack(j, off, &o, out);
	if (k->state != JOURNAL_GOOD)
		return;
	k->jenkins = journalhash_jenkins(*out);
	hash = j->header.keyed ? journalhash_siphash(*out, j->header.file_id) :
				 k->jenkins;
	if (hash != k->hash && !j->unkeyed)
		k->state = JOURNAL_BAD_HASH;
	else if (j->src.fields != NULL)
		j->src.fields->keep(j->src.fields->arg, k->hash, *out);
	k->wanted = slice_cut(*out, '=', &name, &value) && name.len > 0 &&
	    (j->want == NULL || j->want(name));
}

const struct journal_known *
journalread_data(
    struct journalread *j, uint64_t off, bool again, struct slice *payload)
{
	const uint64_t odd = UINT64_C(0x9e3779b97f4a7c15);
	struct journal_known *k = &j->known[(off * odd >> 32) % j->nknown];

	*payload = slice_of(NULL, 0);
	if (k->off != off || (again && k->wanted))
		look(j, off, k, payload);
	return k;
}

/* Keep a field of an entry. */
static bool
keep(struct journalread *j, struct journalfile_entry *e, struct slice value)
{
	if (!buf_add(&j->text, value))
		return false;
	/* The text may move: what counts for now is the length. */
	j->field[e->nfield++].len = value.len;
	return true;
}

/* The fields stand one behind the other. */
static void
point(struct journalread *j, struct journalfile_entry *e)
{
	const unsigned char *p = j->text.ptr;

	for (size_t i = 0; i < e->nfield; i++) {
		j->field[i].ptr = p;
		p += j->field[i].len;
	}
	e->field = j->field;
}

/* What is known of an entry's items. */
struct sum {
	uint64_t jenkins;
	size_t read; /* that could be read */
	bool all;    /* all of them */
	bool own;    /* the hashes of those read are right */
};

/* A field of an item that is known by its hash only. */
static bool
by_hash(struct journalread *j, struct journalfile_entry *e, uint64_t hash,
    struct sum *sum)
{
	const struct journalfile_fields *f = j->src.fields;
	struct slice field, name, value;

	if (j->compact || f == NULL || !f->find(f->arg, hash, &field))
		return false;
	sum->read++;
	sum->jenkins ^= journalhash_jenkins(field);
	if (slice_cut(field, '=', &name, &value) &&
	    (j->want == NULL || j->want(name)) && !keep(j, e, field))
		e->flaws |= JOURNALFILE_LOST;
	return true;
}

/* Where the text of an entry is stored. */
static void
note_message(struct journalread *j, struct journalfile_entry *e, uint64_t ref,
    struct slice field)
{
	struct journal_head o;

	if (e->message != 0 || !slice_starts(field, SLICE("MESSAGE=")) ||
	    !journalread_head(j, ref, &o))
		return;
	e->message = ref + journalobj_data(j->compact);
	e->message_len = o.size - journalobj_data(j->compact);
	e->message_flags = o.flags;
}

/* One item of an entry. */
static void
item(struct journalread *j, struct journalfile_entry *e, struct slice s,
    struct sum *sum)
{
	const struct journal_known *k;
	uint64_t ref = journalobj_ref(s.ptr, j->compact);
	uint64_t hash = j->compact ? 0 : journalobj_u64(s.ptr + ITEM_HASH);
	struct slice value;

	/* Fields are written before the entry that has them. */
	if (ref < JOURNALOBJ_HEADER_MIN || ref >= e->off) {
		e->flaws |= JOURNALFILE_LOST;
		sum->all = false;
		return;
	}
	k = journalread_data(j, ref, true, &value);
	if ((k->state == JOURNAL_NONE || k->hash != hash) &&
	    by_hash(j, e, hash, sum))
		return;
	/* In a piece of a file another one's field may stand there. */
	if (k->state == JOURNAL_NONE || k->state == JOURNAL_LONG ||
	    (j->unkeyed && !j->compact && k->hash != hash)) {
		e->flaws |= JOURNALFILE_LOST;
		sum->all = false;
		return;
	}
	sum->read++;
	sum->jenkins ^= k->jenkins;
	if (k->state == JOURNAL_BAD_HASH || (!j->compact && hash != k->hash))
		sum->own = false;
	if (!k->wanted)
		return;
	if (!keep(j, e, value))
		e->flaws |= JOURNALFILE_LOST;
	note_message(j, e, ref, value);
}

/* The head of an ENTRY; its type may be mended. */
static bool
entry_head(
    struct journalread *j, uint64_t off, bool mend, struct journal_head *o)
{
	unsigned char copy[JOURNALOBJ_HEAD] = { JOURNALOBJ_T_ENTRY };
	struct slice s = journalread_at(j, off, JOURNALOBJ_HEAD);

	if (s.len < JOURNALOBJ_HEAD)
		return false;
	if (mend) {
		memcpy(copy + 8, s.ptr + 8, 8);
		s = slice_of(copy, sizeof(copy));
	}
	return journalobj_head(s, off, j->src.size, j->compact, o) &&
	    o->type == JOURNALOBJ_T_ENTRY;
}

bool
journalread_entry(
    struct journalread *j, uint64_t off, bool mend, struct journalfile_entry *e)
{
	size_t step = journalobj_item(j->compact);
	struct sum sum = { .all = true, .own = true };
	struct journal_head o;

	if (!entry_head(j, off, mend, &o))
		return false;
	*e = (struct journalfile_entry){ .off = off, .len = o.size };
	if (!journalobj_entry(
		journalread_at(j, off, JOURNALOBJ_ENTRY), &e->head))
		return false;
	j->items.len = j->text.len = 0;
	if (!buf_add(&j->items,
		journalread_at(j, off + JOURNALOBJ_ENTRY,
		    (size_t)o.size - JOURNALOBJ_ENTRY)) ||
	    j->items.len != o.size - JOURNALOBJ_ENTRY ||
	    !spend(j, j->items.len / step * ITEM_COST))
		return false;
	for (size_t pos = 0; pos < j->items.len; pos += step)
		item(j, e, slice_sub(buf_slice(&j->items), pos, step), &sum);
	point(j, e);
	if (sum.all ? sum.jenkins != e->head.xor_hash : !sum.own)
		e->flaws |= JOURNALFILE_BAD_HASH;
	if (mend)
		return sum.all && (e->flaws & JOURNALFILE_BAD_HASH) == 0;
	return sum.read > 0;
}
