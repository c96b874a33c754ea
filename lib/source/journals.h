/*
 * journals - systemd journal files among the evidence
 *
 * journals_here is true when the reader's stream begins like a journal
 * (fmt/journalfile.h).  journals_open then reads it: a stored file in place,
 * by offset, which leaves the reader where it is; what comes through a pipe or
 * out of a container is taken into memory first, at most JOURNALS_MEMORY
 * bytes of it.
 * It takes what begins like a journal and never fails: what is wrong with it
 * comes from journals_next, which gives the entries as frames
 * (fmt/framing.h), or as journalfile_next does.  RC_FAIL: a read failed; then
 * it is over.  journals_again goes back to the first entry.
 *
 * journals_quote appends the entry at that offset as text, as `journalctl -o
 * export` shows it; false if there is none of that length.  It wants `all`
 * fields to be kept.
 */
#ifndef SOURCE_JOURNALS_H
#define SOURCE_JOURNALS_H

#include "fmt/framing.h"
#include "fmt/journalfile.h"
#include "io/reader.h"

#define JOURNALS_MEMORY ((size_t)512 * 1024 * 1024)

struct journals;

/* Storage for what stands in an entry's head. */
#define JOURNALS_OWN 2
struct journals_text {
	struct slice field[JOURNALOBJ_ITEMS + JOURNALS_OWN];
	unsigned char own[JOURNALS_OWN][64];
};
/* An entry as a frame, which lives as long as both. */
void journals_frame(
    struct journals_text *, const struct journalfile_entry *, struct frame *);

struct journals_place {
	uint64_t off, len;
	unsigned int flaws; /* of fmt/journalfile.h */
};

/* Words for the note of an entry with flaws; their number. */
#define JOURNALS_WORDS 3
size_t journals_words(unsigned int flaws, struct slice[JOURNALS_WORDS]);

bool journals_here(struct reader *);
struct journals *journals_open(struct reader *, bool all);
/* Whatever that function reads; NULL if it is no journal. */
struct journals *journals_of(const struct journalfile_src *, bool all);
void journals_close(struct journals *);
enum rc journals_next(
    struct journals *, struct frame *, struct journals_place *, struct err *);
void journals_again(struct journals *);
/* journalfile_solid */
uint64_t journals_solid(const struct journals *);
/* journalfile_spent */
uint64_t journals_spent(const struct journals *);
bool journals_quote(
    struct journals *, uint64_t off, uint64_t len, struct buf *);

#endif
