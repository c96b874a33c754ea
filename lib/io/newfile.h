/*
 * newfile - outputs that are made new, never written over
 *
 * newfile_open makes a file that only we can read, and fails (RC_FAIL, EEXIST)
 * if the name is taken, by a symbolic link as well.  It is called before
 * confinement; what it gives can be written afterwards.
 */
#ifndef IO_NEWFILE_H
#define IO_NEWFILE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum rc	newfile_open(const char *path, int *fd, struct err *);
/* Write all of it at an offset. */
enum rc	newfile_pwrite(int fd, const void *, size_t len, uint64_t off,
	    struct err *);

#endif
