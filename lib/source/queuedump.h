/*
 * queuedump - one queue file as people and programs see it
 *
 * queuedump_records writes a line for each record, in logical order: offset,
 * type, name, length and value with controls escaped; losses and residue
 * have lines of their own.  queuedump_message writes the message byte for
 * byte, a line feed behind each line, as a delivery agent reads it.  Both
 * return RC_DAMAGED when something was lost (e tells the first place) and
 * RC_FAIL when the output cannot be written.
 */
#ifndef SOURCE_QUEUEDUMP_H
#define SOURCE_QUEUEDUMP_H

#include <stdio.h>

#include "io/atfile.h"

enum rc	queuedump_records(struct atfile *, FILE *, struct err *);
enum rc	queuedump_message(struct atfile *, FILE *, struct err *);

#endif
