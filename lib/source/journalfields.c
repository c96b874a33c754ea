#include "source/journalfields.h"

#include "base/arena.h"
#include "base/mem.h"
#include "rec/keyset.h"

#define MEMORY ((size_t)JOURNALFIELDS_MAX * (JOURNALFIELDS_LEN + 16))

struct journalfields {
	struct keyset hashes;
	struct slice *field; /* by number */
	size_t cap;
	struct arena mem;
};

struct journalfields *
journalfields_new(void)
{
	struct journalfields *f = mem_alloc(1, sizeof(*f));

	keyset_init(&f->hashes, JOURNALFIELDS_MAX);
	arena_init(&f->mem, MEMORY);
	return f;
}

void
journalfields_free(struct journalfields *f)
{
	if (f == NULL)
		return;
	keyset_free(&f->hashes);
	arena_free(&f->mem);
	mem_free(f->field);
	mem_free(f);
}

bool
journalfields_wants(struct slice field)
{
	/* Of these, every entry has another value. */
	static const char *const name[] = { "_SOURCE_REALTIME_TIMESTAMP=",
		"SYSLOG_TIMESTAMP=", "SYSLOG_RAW=" };

	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		if (slice_starts(field, slice_cstr(name[i])))
			return false;
	return field.len <= JOURNALFIELDS_LEN;
}

bool
journalfields_keep(struct journalfields *f, uint64_t hash, struct slice field)
{
	uint32_t old = f->hashes.n, n;

	if (!journalfields_wants(field))
		return false;
	n = keyset_add(&f->hashes, keyset_key(slice_of(&hash, sizeof(hash))));
	if (n == KEYSET_NONE || n < old)
		return false;
	if (n >= f->cap) {
		size_t cap = f->cap == 0 ? 256 : 2 * f->cap;

		f->field = mem_grow(f->field, f->cap, cap, sizeof(*f->field));
		f->cap = cap;
	}
	f->field[n] = arena_dup(&f->mem, field);
	return f->field[n].ptr != NULL;
}

bool
journalfields_find(
    const struct journalfields *f, uint64_t hash, struct slice *field)
{
	uint32_t n =
	    keyset_find(&f->hashes, keyset_key(slice_of(&hash, sizeof(hash))));

	if (n == KEYSET_NONE || f->field[n].ptr == NULL)
		return false;
	*field = f->field[n];
	return true;
}
