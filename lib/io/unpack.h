/*
 * unpack - xz, zstd and bzip2 data to bytes, and UTF-16 to UTF-8
 *
 * The libraries of the formats, used as pure state machines over memory: the
 * same input gives the same output and offsets however it is cut.
 * unpack_open takes the kind and the offset of the first byte.  unpack_step
 * decodes from in to dst until one of them is used up (RC_OK), the data ends
 * (RC_END) or is damaged (RC_DAMAGED; err.off is where the decoder stood, or
 * the end of what was cut off); *made bytes were decoded before that in every
 * case, and after RC_DAMAGED there is no more.  eof says that nothing follows
 * in.  Streams and frames that follow one another are one piece of data.
 *
 * What is decoded up to damage depends on the format: of xz every byte; of
 * zstd all but the block that is damaged (at most 128 KB), of bzip2 likewise
 * (at most 900 KB).  bzip2 checks a block before it hands it out; xz and zstd
 * check it behind, so that bytes shortly before damage may be wrong.
 *
 * Memory is bounded: UNPACK_MEMORY for xz and zstd, 4 MB for bzip2; what was
 * packed to need more (xz --long dictionaries, zstd --ultra --long) is
 * RC_DAMAGED and says so.
 */
#ifndef IO_UNPACK_H
#define IO_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"
#include "io/sniff.h"

#define UNPACK_MEMORY ((size_t)128 * 1024 * 1024)

struct unpack;

struct unpack *unpack_open(enum sniff, uint64_t off);
void unpack_free(struct unpack *);
enum rc unpack_step(struct unpack *, struct slice in, bool eof, size_t *used,
    unsigned char *dst, size_t cap, size_t *made, struct err *);

#endif
