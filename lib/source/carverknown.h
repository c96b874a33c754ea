/*
 * carverknown - the lines of a log that survives (--known)
 *
 * carverknown_read reads a log, plain or compressed, or a journal, and tells
 * source/found.h of each line.  It gives the exit status: the one before, or
 * EXIT_TROUBLE when the log cannot be read or is longer than found.h keeps;
 * a message says so.
 */
#ifndef SOURCE_CARVERKNOWN_H
#define SOURCE_CARVERKNOWN_H

#include "source/found.h"

int	carverknown_read(struct found *, const char *path, int status);

#endif
