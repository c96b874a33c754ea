/*
 * journallone - texts of systemd journals whose entry is gone
 *
 * A DATA object holds a field, and an ENTRY names the fields of a line and
 * knows when that was.  Where only the DATA object of the text is left, the
 * line is known and nothing else: no time, no host, no program.
 *
 * journallone_wants is true for a text that only Postfix writes: a line that
 * is understood, with a queue ID or in the layout of one of its daemons.
 * journallone_read gives such texts of a piece, those that entries name
 * as well; false: stopped.  `proven`: the object's hash is that of its
 * field, with the key of a file that was met (journallone_key) or without
 * one.  `work` counts the bytes that were decoded.
 *
 * Who gives an entry calls journallone_add with the hash of its text, and so
 * for each text that is given; false: it was there before.  At most
 * JOURNALLONE_TEXTS are remembered; `full` is set past that, and what stands
 * alone is not known any more.
 *
 * Bounds: as those of source/journalpart.h.
 */
#ifndef SOURCE_JOURNALLONE_H
#define SOURCE_JOURNALLONE_H

#include "rec/keyset.h"
#include "source/journalpart.h"

#define JOURNALLONE_TEXTS ((uint32_t)512 * 1024)
#define JOURNALLONE_KEYS 64

struct journallone {
	struct keyset texts;
	unsigned char key[JOURNALLONE_KEYS][JOURNALOBJ_ID];
	size_t nkey;
	bool full;
	uint64_t work;
};

struct journallone_text {
	uint64_t off, len;  /* of the field in the image, as stored */
	unsigned int flags; /* how it is compressed */
	struct slice field; /* MESSAGE= and the text */
	bool proven;
};

/* False to stop. */
typedef bool journallone_fn(void *arg, const struct journallone_text *);

void journallone_init(struct journallone *);
void journallone_free(struct journallone *);
/* The ID of a file. */
void journallone_key(struct journallone *, const unsigned char *id);
bool journallone_wants(struct slice text);
uint64_t journallone_hash(struct slice text);
bool journallone_has(const struct journallone *, uint64_t hash);
bool journallone_add(struct journallone *, uint64_t hash);
bool journallone_read(struct journallone *, const struct stream *,
    const struct journalpart *, journallone_fn *, void *arg);

#endif
