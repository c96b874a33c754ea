/*
 * journalobj - header and objects of systemd journal files
 *
 * A file is a header and objects that begin at multiples of 8 bytes: a head
 * of 16 bytes (type, flags, size) and what the type asks for.  An ENTRY names
 * the DATA objects of its fields, which stand before it; a chain of
 * ENTRY_ARRAY objects names the entries in order.  Files with the flag
 * COMPACT write offsets in 32 bits.  All numbers are little-endian.
 *
 * journalobj_header wants the first JOURNALOBJ_HEADER bytes, or what there is
 * of them; false if that cannot be a journal's.  journalobj_head decodes the
 * head at offset `off` of a file of `size` bytes: false unless it is one that
 * journald could have written there.  It says nothing of what follows it.
 * journalobj_entry decodes the fixed part of an ENTRY,
 * its head included, of JOURNALOBJ_ENTRY bytes.  Pure.
 * Facts: systemd's JOURNAL_FILE_FORMAT.
 */
#ifndef FMT_JOURNALOBJ_H
#define FMT_JOURNALOBJ_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

#define JOURNALOBJ_MAGIC SLICE("LPKSHHRH")
#define JOURNALOBJ_HEADER 272	  /* the longest that is known */
#define JOURNALOBJ_HEADER_MIN 208 /* the first that was published */
#define JOURNALOBJ_HEAD 16	  /* of every object */
#define JOURNALOBJ_ENTRY 64	  /* before the items of an ENTRY */
#define JOURNALOBJ_ARRAY 24	  /* before those of an ENTRY_ARRAY */
#define JOURNALOBJ_ITEMS 1024	  /* that an entry has at most */
#define JOURNALOBJ_ID 16	  /* bytes of a file or boot ID */

enum journalobj_type {
	JOURNALOBJ_UNUSED,
	JOURNALOBJ_T_DATA,
	JOURNALOBJ_T_FIELD,
	JOURNALOBJ_T_ENTRY,
	JOURNALOBJ_T_DATA_HASH,
	JOURNALOBJ_T_FIELD_HASH,
	JOURNALOBJ_T_ARRAY,
	JOURNALOBJ_T_TAG,
	JOURNALOBJ_T_N
};

enum journalobj_state {
	JOURNALOBJ_OFFLINE,
	JOURNALOBJ_ONLINE, /* not closed: in use, or after a crash */
	JOURNALOBJ_ARCHIVED
};

struct journal_header {
	unsigned char file_id[JOURNALOBJ_ID];
	unsigned char seqnum_id[JOURNALOBJ_ID];
	bool keyed; /* hashes are SipHash */
	bool compact;
	bool strange; /* has flags that are not known */
	uint8_t state;
	uint64_t size;	/* of the header */
	uint64_t arena; /* bytes behind it */
	uint64_t tail;	/* offset of the last object */
	uint64_t entries;
	uint64_t array;	    /* offset of the first ENTRY_ARRAY */
	uint64_t head_usec; /* time of the first entry, */
	uint64_t tail_usec; /* of the last */
};

struct journal_head {
	enum journalobj_type type;
	unsigned int flags; /* of DATA: how it is compressed */
	uint64_t size;	    /* head included */
};

struct journal_entry_head {
	uint64_t seqnum;
	uint64_t realtime;  /* microseconds since the epoch */
	uint64_t monotonic; /* since boot */
	uint64_t xor_hash;
	unsigned char boot_id[JOURNALOBJ_ID];
};

bool journalobj_header(struct slice, struct journal_header *);
bool journalobj_head(struct slice, uint64_t off, uint64_t size, bool compact,
    struct journal_head *);
/* Bytes before the payload of DATA. */
size_t journalobj_data(bool compact);
/* False if the numbers are none that journald writes. */
bool journalobj_entry(struct slice, struct journal_entry_head *);
/* Bytes of an item of an ENTRY, and of an ENTRY_ARRAY. */
size_t journalobj_item(bool compact);
size_t journalobj_array_item(bool compact);
/* The offset in an item at p. */
uint64_t journalobj_ref(const unsigned char *p, bool compact);
/* 8 bytes. */
uint64_t journalobj_u64(const unsigned char *p);
/* Where the next object begins at the earliest; 0 if that is too far. */
uint64_t journalobj_next(uint64_t off, uint64_t size);

#endif
