/*
 * journaldata - what a DATA object of a systemd journal file holds
 *
 * Its payload is "NAME=value", as it is or compressed: as an xz stream, as an
 * LZ4 block behind its size (64 bits, little-endian), or as a zstd frame; the
 * object's flags say which.  journaldata_unpack appends what the payload
 * decodes to, at most `limit` bytes, and is false when it is no whole such
 * thing, when it is larger, or when *out has no room: *out is then as it was.
 *
 * The decoders get memory of their own, at most JOURNALDATA_MEMORY of it for
 * xz.  Facts: systemd's JOURNAL_FILE_FORMAT.
 */
#ifndef FMT_JOURNALDATA_H
#define FMT_JOURNALDATA_H

#include "base/buf.h"

#define JOURNALDATA_XZ 1U
#define JOURNALDATA_LZ4 2U
#define JOURNALDATA_ZSTD 4U
#define JOURNALDATA_MEMORY ((uint64_t)128 * 1024 * 1024)

bool journaldata_unpack(
    struct buf *out, struct slice payload, unsigned int flags, size_t limit);

#endif
