/*
 * journalpart - pieces of systemd journals whose header is not there
 *
 * A piece is found by a DATA object that holds MESSAGE=, anywhere in an image,
 * and goes on as long as objects follow one another; it begins with the first
 * of those that lead up to that one, JOURNALPART_BACK bytes before it at
 * most, and not before `floor`.  journalpart_find wants the offset of the
 * text, also of one within an LZ4 block, or that of a zstd or xz frame that may
 * hold it, and gives the number of objects; 0: none holds it.  One may be
 * anything that looks like it.
 *
 * Objects name each other by offsets in the file, and where that began is not
 * known.  But a DATA object names the first entry that has it, and that entry
 * names the DATA object: where both agree, the place of the file is known,
 * and all that it still holds before the piece can be read, too.
 * journalpart_read finds that place and gives the entries of the piece; their
 * off and message count from it: *base, which may be before the image.  It
 * gives false when it finds none.  Fields that are not there are lost, unless
 * src.fields knows them by their hash.
 *
 * journalpart_data gives the DATA objects of a piece whose fields are wanted,
 * whatever is known of their file; hashes are not checked, and all of them are
 * told to `fields`, unless NULL.  fn may be NULL.  It returns how many bytes
 * were decoded.
 *
 * Hostile input: a piece is at most JOURNALPART_SIZE bytes, and reading it
 * decodes at most JOURNALFILE_RATIO times them and JOURNALPART_SLACK.
 * Facts: systemd's JOURNAL_FILE_FORMAT.
 */
#ifndef SOURCE_JOURNALPART_H
#define SOURCE_JOURNALPART_H

#include "fmt/journalfile.h"
#include "source/finds.h"

#define JOURNALPART_SIZE ((uint64_t)256 * 1024 * 1024)
#define JOURNALPART_BACK (64 * 1024)
#define JOURNALPART_SLACK ((uint64_t)256 * 1024)

struct journalpart {
	uint64_t off, end;
	bool compact;
};

/* False to stop. */
typedef bool journalpart_fn(
    void *arg, const struct journalfile_entry *, int64_t base);

/* A DATA object, whose field stands at off of the image, as stored. */
struct journalpart_data {
	uint64_t off, len;
	unsigned int flags; /* how it is compressed */
	struct slice field;
	uint64_t hash, jenkins; /* that it says it has, and has */
};

/* False to stop. */
typedef bool journalpart_data_fn(void *arg, const struct journalpart_data *);

size_t journalpart_find(const struct stream *, uint64_t message, uint64_t floor,
    struct journalpart *);
bool journalpart_read(const struct stream *, const struct journalpart *,
    const struct journalfile_fields *, journalpart_fn *, void *arg);
uint64_t journalpart_data(const struct stream *, const struct journalpart *,
    const struct journalfile_fields *, journalfile_want *,
    journalpart_data_fn *, void *arg);

#endif
