#include "fmt/journalfile.h"

#include "base/mem.h"
#include "fmt/journalread.h"

#include "base/banned.h"

#define NONE UINT64_MAX
#define STEP 8U	   /* objects begin at multiples of it */
#define PROBE 4096 /* objects that tell how a file is written */
#define NAME 64	   /* longest name of a field */
#define EFFORT 16  /* bytes decoded for each of `patience` behind damage */

struct journalfile {
	struct journalread r;
	uint64_t end;	/* of the latest entry */
	uint64_t found; /* entries */
	bool told;	/* some damage */
	bool over;	/* all is said */
	/* The walk. */
	uint64_t pos;
	uint64_t solid;	 /* end of what it met before damage */
	bool frozen;	 /* there was some */
	uint64_t last;	 /* the object before, or 0 */
	uint64_t torn;	 /* where damage began, or NONE */
	uint64_t left;	 /* of the budget, there */
	uint64_t walked; /* the entry it has found, or NONE */
	bool has_walked;
	/* The chain of entry arrays. */
	uint64_t array;	      /* the one at hand, 0 at the end */
	uint64_t items, item; /* of it */
	uint64_t latest;      /* entry that it named */
	uint64_t named;	      /* the entry that it names now, or NONE */
	bool has_named;
	bool mend;   /* whose type is damaged */
	bool broken; /* it does not tell what is unlinked */
};

static enum rc
damage(struct journalfile *j, struct err *e, uint64_t off, const char *what)
{
	j->told = true;
	return err_damaged(e, off, what);
}

/* A DATA object begins like a field, as far as that can be seen. */
static bool
is_field(struct journalfile *j, uint64_t off, const struct journal_head *o)
{
	size_t skip = journalobj_data(j->r.compact);
	struct slice s = journalread_at(&j->r, off + skip, NAME + 1);
	size_t n = slice_chr(s, '=');

	if (o->flags != 0)
		return true;
	if (n == 0 || n == SLICE_NONE)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((s.ptr[i] < 'A' || s.ptr[i] > 'Z') &&
		    (s.ptr[i] < '0' || s.ptr[i] > '9') && s.ptr[i] != '_')
			return false;
	return true;
}

/* The object at off can be trusted, whatever stood before it. */
static bool
sure(struct journalfile *j, uint64_t off, const struct journal_head *o)
{
	struct journalfile_entry e;
	struct slice payload;

	if (o->type == JOURNALOBJ_T_DATA)
		return is_field(j, off, o) &&
		    journalread_data(&j->r, off, false, &payload)->state ==
		    JOURNAL_GOOD;
	return o->type == JOURNALOBJ_T_ENTRY &&
	    journalread_entry(&j->r, off, false, &e) &&
	    (e.flaws & JOURNALFILE_BAD_HASH) == 0;
}

/* Where to look for objects when there is none at pos. */
static uint64_t
go_back(struct journalfile *j)
{
	struct journal_head o;

	/* The size of the object before may be wrong. */
	if (j->last == 0 || !journalread_head(&j->r, j->last, &o) ||
	    sure(j, j->last, &o))
		return j->pos + STEP;
	return j->last + STEP;
}

/* How many zero bytes there are in front. */
static size_t
zeroes(struct slice s)
{
	size_t n = 0;

	while (n < s.len && s.ptr[n] == 0)
		n++;
	return n;
}

/* Step over zeroes, to the end of a block or where an object's head has more.
 */
static void
skip_zeroes(struct journalfile *j)
{
	size_t n = JOURNALREAD_BLOCK - (size_t)(j->pos % JOURNALREAD_BLOCK);
	size_t k = zeroes(journalread_at(&j->r, j->pos, n));

	if (k == n)
		j->pos += n;
	else if (k > JOURNALOBJ_HEAD)
		j->pos += (k - JOURNALOBJ_HEAD + STEP) / STEP * STEP;
	else
		j->pos += STEP;
}

/* Damage ends at pos: say so, if it was any. */
static enum rc
end_damage(struct journalfile *j, struct err *e)
{
	uint64_t from = j->torn;

	j->torn = NONE;
	if (from == NONE)
		return RC_OK;
	return damage(
	    j, e, from, "no object of a journal; looked for the next one");
}

/* Behind damage there is nothing for long, or much that is none. */
static bool
lost_patience(const struct journalfile *j)
{
	return j->torn != NONE && j->r.src.patience != 0 && j->pos > j->torn &&
	    (j->pos - j->torn > j->r.src.patience ||
		(j->left - j->r.budget) / EFFORT > j->r.src.patience);
}

/* Damage begins at pos. */
static void
tear(struct journalfile *j)
{
	j->torn = j->pos;
	j->left = j->r.budget;
}

/*
 * Damage at pos.  What an array has not used yet may not have been stored,
 * so that other bytes stand there.
 */
static void
freeze(struct journalfile *j)
{
	struct journal_head o;

	if (!j->frozen && j->last != 0 &&
	    journalread_head(&j->r, j->last, &o) &&
	    o.type == JOURNALOBJ_T_ARRAY)
		j->solid = j->last + JOURNALOBJ_ARRAY;
	j->frozen = true;
}

/* Find the next entry at pos or behind it: j->walked. */
static enum rc
walk(struct journalfile *j, struct err *e)
{
	bool searching = j->torn != NONE;
	struct journal_head o;
	struct slice s;

	while (!j->has_walked && j->r.budget > 0) {
		s = journalread_at(&j->r, j->pos, JOURNALOBJ_HEAD);
		if (s.len < JOURNALOBJ_HEAD || lost_patience(j)) {
			j->pos = j->r.src.size;
			j->walked = NONE;
			j->has_walked = true;
			return end_damage(j, e);
		}
		if (zeroes(s) == s.len) {
			/* Behind the last object there is room for more. */
			if (!searching && j->pos <= j->r.header.tail) {
				tear(j);
				j->frozen = true;
			}
			searching = true;
			skip_zeroes(j);
			if (!j->frozen)
				j->solid = j->pos;
			continue;
		}
		if (!journalobj_head(
			s, j->pos, j->r.src.size, j->r.compact, &o) ||
		    (searching && !sure(j, j->pos, &o))) {
			freeze(j);
			if (!searching) {
				tear(j);
				searching = true;
				j->pos = go_back(j);
			} else
				j->pos += STEP;
			continue;
		}
		searching = false;
		j->last = j->pos;
		j->pos = journalobj_next(j->pos, o.size);
		if (!j->frozen)
			j->solid = j->pos;
		if (o.type == JOURNALOBJ_T_ENTRY) {
			j->walked = j->last;
			j->has_walked = true;
		}
		if (end_damage(j, e) != RC_OK)
			return RC_DAMAGED;
	}
	return RC_OK;
}

/* Go to the entry array at off; false if there is none. */
static bool
enter_array(struct journalfile *j, uint64_t off)
{
	struct journal_head o;

	j->array = 0;
	if (off == 0)
		return true;
	if (!journalread_head(&j->r, off, &o) || o.type != JOURNALOBJ_T_ARRAY)
		return false;
	j->array = off;
	j->item = 0;
	j->items =
	    (o.size - JOURNALOBJ_ARRAY) / journalobj_array_item(j->r.compact);
	return true;
}

/* Behind the last item of an array: go to the next one. */
static enum rc
next_array(struct journalfile *j, struct err *e)
{
	struct slice s =
	    journalread_at(&j->r, j->array + JOURNALOBJ_HEAD, sizeof(uint64_t));
	uint64_t here = j->array, off;

	off = s.len < sizeof(off) ? 0 : journalobj_u64(s.ptr);
	if ((off == 0 || off > here) && enter_array(j, off))
		return RC_OK;
	j->array = 0;
	j->broken = true;
	return damage(j, e, here, "the chain of entry arrays breaks");
}

/* Find the entry that the arrays name next: j->named. */
static enum rc
follow(struct journalfile *j, struct err *e)
{
	size_t step = journalobj_array_item(j->r.compact);
	struct journalfile_entry entry;
	struct journal_head o;
	struct slice s;
	uint64_t ref;

	while (!j->has_named && j->r.budget > 0) {
		if (j->array == 0) {
			j->named = NONE;
			j->has_named = true;
			break;
		}
		if (j->item == j->items) {
			if (next_array(j, e) != RC_OK)
				return RC_DAMAGED;
			continue;
		}
		s = journalread_at(&j->r,
		    j->array + JOURNALOBJ_ARRAY + j->item++ * step, step);
		ref = s.len < step ? 0 : journalobj_ref(s.ptr, j->r.compact);
		if (ref == 0) {
			/* Not used yet. */
			j->item = j->items;
			continue;
		}
		j->mend = !journalread_head(&j->r, ref, &o) ||
		    o.type != JOURNALOBJ_T_ENTRY;
		if (ref <= j->latest ||
		    (j->mend && !journalread_entry(&j->r, ref, true, &entry)))
			return damage(j, e,
			    ref < j->r.src.size ? ref : j->array,
			    "an entry array names what is no entry");
		j->latest = j->named = ref;
		j->has_named = true;
	}
	return RC_OK;
}

/* The header's flags may be wrong: try whether an entry reads well. */
static bool
reads_well(struct journalfile *j)
{
	uint64_t pos = j->pos;
	struct journal_head o;

	for (int i = 0; i < PROBE && journalread_head(&j->r, pos, &o); i++) {
		if (o.type == JOURNALOBJ_T_ENTRY && sure(j, pos, &o))
			return true;
		pos = journalobj_next(pos, o.size);
	}
	return false;
}

/* What is known of the other way of writing is of no use. */
static void
use_compact(struct journalfile *j, bool compact)
{
	j->r.compact = compact;
	journalread_forget(&j->r);
}

struct journalfile *
journalfile_open(const struct journalfile_src *src, journalfile_want *want)
{
	struct journalfile *j = mem_alloc(1, sizeof(*j));
	struct journal_header *h = &j->r.header;

	*j = (struct journalfile){ .torn = NONE };
	journalread_init(&j->r, src, want);
	if (!journalobj_header(
		journalread_at(&j->r, 0, JOURNALOBJ_HEADER), h)) {
		journalfile_close(j);
		return NULL;
	}
	j->pos = h->size;
	if (h->size < JOURNALOBJ_HEADER_MIN || h->size % STEP != 0 ||
	    h->size > src->size) {
		j->pos = JOURNALOBJ_HEADER_MIN;
		tear(j);
	}
	use_compact(j, h->compact);
	if (!reads_well(j)) {
		use_compact(j, !h->compact);
		if (!reads_well(j))
			use_compact(j, h->compact);
	}
	j->broken = !enter_array(j, h->array);
	return j;
}

void
journalfile_close(struct journalfile *j)
{
	if (j == NULL)
		return;
	journalread_free(&j->r);
	mem_free(j);
}

uint64_t
journalfile_solid(const struct journalfile *j)
{
	return j->solid < j->r.src.size ? j->solid : j->r.src.size;
}

uint64_t
journalfile_spent(const struct journalfile *j)
{
	return j->r.spent;
}

const struct journal_header *
journalfile_header(const struct journalfile *j)
{
	return &j->r.header;
}

/* At the end: what the header promised. */
static enum rc
finish(struct journalfile *j, struct err *e)
{
	const struct journal_header *h = &j->r.header;

	if (j->over)
		return RC_END;
	j->over = true;
	if (j->r.budget == 0)
		return damage(j, e, j->pos,
		    "decodes to far more than is "
		    "plausible, the rest is left out");
	if (h->size > j->r.src.size || h->arena > j->r.src.size - h->size)
		return damage(j, e, j->r.src.size, "the journal is cut off");
	if (!j->told && j->found < h->entries)
		return damage(j, e, j->r.src.size,
		    "the header counts more entries than there are");
	if (!j->told && h->strange)
		return damage(j, e, 0,
		    "a kind of journal that is not known; read as far as it is");
	return RC_END;
}

enum rc
journalfile_next(
    struct journalfile *j, struct journalfile_entry *entry, struct err *e)
{
	for (;;) {
		bool walked, named, mend;
		uint64_t off;

		if (walk(j, e) != RC_OK || follow(j, e) != RC_OK)
			return RC_DAMAGED;
		if (!j->has_walked || !j->has_named ||
		    (j->walked == NONE && j->named == NONE))
			return finish(j, e);
		walked = j->walked <= j->named;
		named = j->named <= j->walked;
		off = walked ? j->walked : j->named;
		mend = named && j->mend;
		j->has_walked = j->has_walked && !walked;
		j->has_named = j->has_named && !named;
		/* Inside of an entry there is none. */
		if (off < j->end)
			continue;
		if (!journalread_entry(&j->r, off, mend, entry))
			return damage(j, e, off, "an entry cannot be read");
		j->end = entry->off + entry->len;
		j->found++;
		if (!named && !j->broken &&
		    (j->named != NONE ||
			j->r.header.state != JOURNALOBJ_ONLINE))
			entry->flaws |= JOURNALFILE_UNLINKED;
		return RC_OK;
	}
}

bool
journalfile_at(struct journalfile *j, uint64_t off, struct journalfile_entry *e)
{
	return journalread_entry(&j->r, off, false, e) ||
	    journalread_entry(&j->r, off, true, e);
}
