/*
 * journalfields - fields of journals by their hash, to help with pieces
 *
 * What most entries of a file share (host, program, user) is stored once, at
 * its beginning.  A piece of the file that lies elsewhere only has the hash of
 * such a field.  journalfields_keep remembers a field of at most
 * JOURNALFIELDS_LEN bytes that is no time; true if it is new.  At most
 * JOURNALFIELDS_MAX of them; those that come later are not kept.
 */
#ifndef SOURCE_JOURNALFIELDS_H
#define SOURCE_JOURNALFIELDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

#define JOURNALFIELDS_MAX 65536
#define JOURNALFIELDS_LEN 256

struct journalfields;

/* Is that one of those? */
bool journalfields_wants(struct slice field);
struct journalfields *journalfields_new(void);
void journalfields_free(struct journalfields *);
bool journalfields_keep(struct journalfields *, uint64_t hash, struct slice);
bool journalfields_find(
    const struct journalfields *, uint64_t hash, struct slice *);

#endif
