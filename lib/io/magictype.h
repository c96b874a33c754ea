/*
 * magictype - what bytes are, by libmagic
 *
 * magictype_open loads the database, before confinement; RC_FAIL when there
 * is none.  magictype_of gives the MIME type, such as "image/png", of the
 * first bytes of something (MAGICTYPE_BYTES are enough), in memory that
 * stays until it is called again; an absent slice when libmagic gives up.
 * It opens no file, runs no program and unpacks nothing.
 */
#ifndef IO_MAGICTYPE_H
#define IO_MAGICTYPE_H

#include "base/err.h"
#include "base/slice.h"

#define MAGICTYPE_BYTES	((size_t)64 * 1024)

struct magictype;

enum rc		magictype_open(struct magictype **, struct err *);
struct slice	magictype_of(struct magictype *, struct slice);
void		magictype_close(struct magictype *);

#endif
