/*
 * journalfile - the entries of a systemd journal file
 *
 * Reads regular and compact files, with either hash, compressed or not, in
 * whatever state: archived, in use, or left behind by a crash.  All that
 * stands in the file may be a lie; it is read through a function of the
 * caller's, which gives the bytes at an offset, fewer at the end or when they
 * cannot be read.
 *
 * journalfile_next gives the entries in their order.  It walks from object to
 * object, so that entries are found which no entry array names, and beside
 * it follows the chain of entry arrays, so that they are found where the walk
 * loses its way; behind damage the walk goes on at the next object whose hash
 * is right.  Entries do not overlap.
 *
 *	RC_OK       an entry, possibly with flaws
 *	RC_DAMAGED  something at err.off, behind which it goes on: call again
 *	RC_END      no more
 *
 * What an entry points to is right when the XOR of its fields' Jenkins hashes
 * is the one that it keeps; that does not cover sequence number and times.
 * Without that, JOURNALFILE_BAD_HASH is set, and values may be wrong.
 * JOURNALFILE_LOST: a field could not be read, or was larger than
 * JOURNALFILE_FIELD bytes, or there was no room for it.
 * JOURNALFILE_UNLINKED: no entry array names the entry, so that journalctl
 * does not show it, and yet the file was closed or later ones are named.
 *
 * Only fields that `want` says yes to are kept (NULL: all).  The slices of an
 * entry are "NAME=value" and live until the next call.
 *
 * Bounds: JOURNALOBJ_ITEMS fields, JOURNALFILE_TEXT bytes of an entry; all
 * that is decoded is at most JOURNALFILE_RATIO times the file and
 * JOURNALFILE_SLACK, past which the rest is left out; 6 MB of memory.
 * Facts: systemd's JOURNAL_FILE_FORMAT.
 */
#ifndef FMT_JOURNALFILE_H
#define FMT_JOURNALFILE_H

#include "base/buf.h"
#include "base/err.h"
#include "fmt/journalobj.h"

#define JOURNALFILE_FIELD ((size_t)1024 * 1024 + 4096)
#define JOURNALFILE_TEXT ((size_t)4 * 1024 * 1024)
#define JOURNALFILE_RATIO 64
#define JOURNALFILE_SLACK ((uint64_t)8 * 1024 * 1024)

#define JOURNALFILE_BAD_HASH 1U
#define JOURNALFILE_LOST 2U
#define JOURNALFILE_UNLINKED 4U

/*
 * Fields by the hash of their DATA object, which is that of an item: what one
 * file knows helps with pieces of it elsewhere.  find gives a field that was
 * kept, "NAME=value"; false if there is none.
 */
struct journalfile_fields {
	void (*keep)(void *arg, uint64_t hash, struct slice field);
	bool (*find)(void *arg, uint64_t hash, struct slice *field);
	void *arg;
};

struct journalfile_src {
	/* Fill buf with n bytes from off on; how many there are. */
	size_t (*read)(void *arg, uint64_t off, void *buf, size_t n);
	void *arg;
	uint64_t size;
	/*
	 * How far to look for an object behind damage, and what is decoded for
	 * it is 16 times that; 0: to the end.
	 */
	uint64_t patience;
	const struct journalfile_fields *fields; /* NULL: none */
};

typedef bool journalfile_want(struct slice name);

struct journalfile_entry {
	uint64_t off, len; /* of the ENTRY object */
	struct journal_entry_head head;
	unsigned int flaws;
	const struct slice *field;
	size_t nfield;
	uint64_t message, message_len; /* MESSAGE= as stored; 0: not there */
	unsigned int message_flags;    /* how it is compressed */
};

struct journalfile;

/* NULL if that is no journal. */
struct journalfile *journalfile_open(
    const struct journalfile_src *, journalfile_want *);
void journalfile_close(struct journalfile *);
const struct journal_header *journalfile_header(const struct journalfile *);
enum rc journalfile_next(
    struct journalfile *, struct journalfile_entry *, struct err *);
/* Up to here objects followed one another, then room for more. */
uint64_t journalfile_solid(const struct journalfile *);
/* How much was decoded so far. */
uint64_t journalfile_spent(const struct journalfile *);
/* The entry at that offset; false if there is none. */
bool journalfile_at(
    struct journalfile *, uint64_t off, struct journalfile_entry *);
/*
 * Append an entry as `journalctl -o export` of systemd 252 writes it, without
 * the empty line that ends it; false if it has no room.
 */
bool journalfile_export(
    const struct journalfile *, const struct journalfile_entry *, struct buf *);

#endif
