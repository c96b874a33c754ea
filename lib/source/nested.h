/*
 * nested - the bytes that a forensic path names inside of other bytes
 *
 * nested_open takes the part of a path behind the name of the stored file, as
 * mxcarve writes it: @OFF-GZIP, -ZSTD or -XZ, what the compressed file at OFF
 * holds; behind a gzip member also @BYTE.BIT-DEFLATE or -BITFLIP
 * (scan/resync.h); and so on inside of that, NESTED_DEPTH deep.  The stored
 * bytes come from a function, `size` of them.  nested_read gives bytes at any
 * offset, fewer at the end; reading on is cheap, going back decodes again.
 *
 * NULL: no such path, or nothing of that kind lies there.  A damaged member is
 * looked through when it is opened, which may take seconds.
 */
#ifndef SOURCE_NESTED_H
#define SOURCE_NESTED_H

#include "scan/member.h"

#define NESTED_DEPTH 3

struct nested;

struct nested *nested_open(
    deflate_read_fn *, void *arg, uint64_t size, struct slice path);
size_t nested_read(
    struct nested *, uint64_t off, unsigned char *dst, size_t len);
void nested_close(struct nested *);

#endif
