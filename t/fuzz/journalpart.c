/*
 * journalpart - any bytes as an image with pieces of journals: looking for
 * them ends, a piece lies in the image and holds the text that it was found
 * by, and what it tells of its entries lies in the file that it is part of
 */
#include "source/journalpart.h"

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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice all = slice_of(data, size), rest = all;
	struct stream s = { .read = must_read, .arg = &all, .size = size };
	struct journalfields *known = journalfields_new();
	struct journalfile_fields fields = { keep, find, known };
	struct journalpart p;
	uint64_t floor = 0;
	size_t pos;

	while ((pos = slice_find(rest, SLICE("MESSAGE="))) != SLICE_NONE) {
		uint64_t off = (uint64_t)(rest.ptr - data) + pos;

		rest = slice_from(rest, pos + 1);
		if (off < floor || !journalpart_find(&s, off, floor, &p))
			continue;
		must(p.off >= floor && p.off < off && p.end > off &&
		    p.end <= size + 7);
		floor = p.end;
		(void)journalpart_read(&s, &p, &fields, entry, &p);
	}
	journalfields_free(known);
	return 0;
}
