/*
 * queuelog - a bounce, defer or trace log in raw bytes
 *
 * queuelog_len tells how many bytes from the front of s are such a log in the
 * form of Postfix 2.1 and later, 0 if none: lines name=value of the names that
 * Postfix writes, lines of the old form, blank lines, and at least one entry
 * with recipient, status, action and reason, which is the first.  A line that
 * is not ended does not belong to it, nor does what follows where an entry has no
 * reason, two recipients, or another reason than its line of the old form:
 * there begins a block of another log.  *whole: the last entry is ended by a
 * blank line, and no other one begins behind it.  s holds QUEUELOG_MAX
 * bytes, or all there are.  Facts: reference/postfix-queue-files.md 15.
 */
#ifndef SCAN_QUEUELOG_H
#define SCAN_QUEUELOG_H

#include <stdbool.h>

#include "base/slice.h"

#define QUEUELOG_MAX ((size_t)4 * 1024 * 1024)
#define QUEUELOG_LOOK ((size_t)8 * 1024) /* holds a first entry */

size_t queuelog_len(struct slice s, bool *whole);

#endif
