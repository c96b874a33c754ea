/*
 * journalpart - any bytes as an image with pieces of journals: looking for
 * them ends, a piece lies in the image and holds the text that it was found
 * by, what it tells of its entries lies in the file that it is part of, and
 * its texts lie in it
 */
#include "source/journallone.h"

#include "scan/anchor.h"
#include "source/journalfields.h"
#include "must.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
keep(void *arg, uint64_t hash, struct slice field)
{
	struct slice found;

	if (journalfields_keep(arg, hash, field))
		must(journalfields_find(arg, hash, &found) &&
		    slice_eq(found, field));
}

static bool
find(void *arg, uint64_t hash, struct slice *field)
{
	return journalfields_find(arg, hash, field);
}

static bool
entry(void *arg, const struct journalfile_entry *e, int64_t base)
{
	const struct journalpart *p = arg;
	uint64_t off = (uint64_t)base + e->off;

	must(off >= p->off && off < p->end);
	must(e->message == 0 || e->message < e->off);
	for (size_t i = 0; i < e->nfield; i++)
		must(slice_chr(e->field[i], '=') != SLICE_NONE);
	return true;
}

static bool
text(void *arg, const struct journallone_text *t)
{
	const struct journalpart *p = arg;

	must(t->off > p->off && t->off < p->end && t->len <= p->end - t->off);
	must(slice_starts(t->field, SLICE("MESSAGE=")));
	must(t->flags != 0 || t->field.len == t->len);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice all = slice_of(data, size);
	struct stream s = { .read = must_read, .arg = &all, .size = size };
	struct journalfields *known = journalfields_new();
	struct journalfile_fields fields = { keep, find, known };
	struct journallone lone;
	struct journalpart p;
	uint64_t floor = 0;
	enum anchor what;

	journallone_init(&lone);
	journallone_key(&lone, (const unsigned char *)"0123456789abcdef");
	for (size_t pos = 0; (pos = anchor_next(all, pos, &what)) != SLICE_NONE;
	     pos++) {
		size_t n;

		if (pos < floor ||
		    (what != ANCHOR_ENTRY && what != ANCHOR_ZSTD &&
			what != ANCHOR_XZ))
			continue;
		n = journalpart_find(&s, pos, floor, &p);
		if (n == 0)
			continue;
		must(p.off >= floor && p.off < pos && p.end > pos &&
		    p.end <= size + 7);
		if (n > 1) {
			floor = p.end;
			(void)journalpart_read(&s, &p, &fields, entry, &p);
		}
		must(journallone_read(&lone, &s, &p, text, &p));
	}
	journallone_free(&lone);
	journalfields_free(known);
	return 0;
}
