/*
 * scratch - what a stream holds, at any offset, where it goes forward only
 *
 * A journal refers back and forth; what a compressed file holds can be read
 * in one direction.  scratch_open, before confinement, makes an unlinked file
 * under TMPDIR; -1: there is none.  scratch_fill copies `len` bytes of a
 * stream from `off` on to it, fewer at the end of the stream, SCRATCH_MAX at
 * most, or when the file cannot be written (`failed`); it gives their number.
 * scratch_read, a read function of fmt/journalfile.h, gives bytes of the copy,
 * which lasts until the next one.
 */
#ifndef SOURCE_SCRATCH_H
#define SOURCE_SCRATCH_H

#include <stdbool.h>

#include "scan/deflate.h"

#define SCRATCH_MAX ((uint64_t)1024 * 1024 * 1024)

struct scratch {
	int fd;
	uint64_t size;
	bool failed;
};

void scratch_open(struct scratch *);
void scratch_close(struct scratch *);
uint64_t scratch_fill(struct scratch *, deflate_read_fn *read, void *arg,
    uint64_t off, uint64_t len);
size_t scratch_read(void *scratch, uint64_t off, void *buf, size_t n);

#endif
