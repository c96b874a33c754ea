/*
 * journalread - objects of a journal file, checked; for journalfile, and for
 * who has a piece of such a file only
 *
 * journalread_at gives at most n bytes from an offset on, fewer at the end of
 * the file; they live until the next call.  journalread_data reads and checks
 * the DATA object at an offset; what was seen is remembered, because entries
 * share most of theirs.  With `again` its payload is wanted as well:
 * *payload then lives until the next call of either.  journalread_entry reads
 * an ENTRY and what it points to; false if it is none.  With `mend` the type
 * of the object may be damaged, when all else is proven right by its hash.
 */
#ifndef FMT_JOURNALREAD_H
#define FMT_JOURNALREAD_H

#include "fmt/journalfile.h"

#define JOURNALREAD_BLOCK ((size_t)16 * 1024)
#define JOURNALREAD_BLOCKS 128
#define JOURNALREAD_KNOWN 8192 /* at most; a power of two */

enum journal_known_state {
	JOURNAL_GOOD,
	JOURNAL_BAD_HASH, /* its own hash is not that of its payload */
	JOURNAL_LONG,	  /* more than JOURNALFILE_FIELD */
	JOURNAL_NONE	  /* no DATA object, or none that decodes */
};

/* A DATA object that was met. */
struct journal_known {
	uint64_t off;	  /* 0: this place is free */
	uint64_t hash;	  /* that it says it has */
	uint64_t jenkins; /* of its payload */
	enum journal_known_state state;
	bool wanted;
};

struct journalread {
	struct journalfile_src src;
	struct journal_header header;
	bool compact;
	bool unkeyed; /* the file's ID is not known */
	journalfile_want *want;
	uint64_t budget; /* bytes that may still be decoded */
	uint64_t spent;	 /* those that were */
	struct journal_block {
		unsigned char *ptr; /* NULL: not used yet */
		uint64_t number;
		size_t len;
	} block[JOURNALREAD_BLOCKS];
	struct journal_known *known;
	size_t nknown;
	struct buf wide; /* what is larger than a block */
	struct buf unpacked;
	struct buf items;
	struct buf text; /* the fields of an entry */
	struct slice *field;
};

void journalread_init(
    struct journalread *, const struct journalfile_src *, journalfile_want *);
void journalread_free(struct journalread *);
struct slice journalread_at(struct journalread *, uint64_t off, size_t n);
/* What is known is of no use any more. */
void journalread_forget(struct journalread *);
bool journalread_head(
    struct journalread *, uint64_t off, struct journal_head *);
const struct journal_known *journalread_data(
    struct journalread *, uint64_t off, bool again, struct slice *payload);
bool journalread_entry(
    struct journalread *, uint64_t off, bool mend, struct journalfile_entry *);

#endif
