/*
 * smallfile - a file of ours, read whole: a policy, a main.cf
 *
 * Not for evidence.  The buffer's limit is the largest file; over it, and for
 * what is no regular file or pipe, RC_FAIL with EFBIG or EISDIR.
 */
#ifndef IO_SMALLFILE_H
#define IO_SMALLFILE_H

#include "base/buf.h"
#include "base/err.h"

enum rc	smallfile_read(struct buf *, const char *path, struct err *);

#endif
