/*
 * queueparts - the MIME parts of the messages in queue files
 *
 * queueparts_open, before confinement, loads what libmagic needs and makes
 * the directory for extracts, if one is wanted (NULL: none); it must not
 * exist.  queueparts_write reads the content of a queue file once more and
 * gives a record for each part as it ends: type as claimed and by its first
 * bytes, size and SHA-256 of the decoded bytes.  Nothing is unpacked.  The
 * whole of a part is never in memory.
 *
 * Extracts are named NUMBER-QID-PART, NUMBER counting the messages; no name
 * is made of what a message says.  They are new files for their owner only.
 * RC_FAIL: no database, no directory; queueparts_close tells what could not
 * be written, once.
 */
#ifndef SOURCE_QUEUEPARTS_H
#define SOURCE_QUEUEPARTS_H

#include "fmt/queuefile.h"
#include "source/queuerecord.h"

struct queueparts;

enum rc	queueparts_open(struct queueparts **, const char *dir, struct err *);
/* False if fn was; src is that of the queue file. */
bool	queueparts_write(struct queueparts *, const struct queuefile_src *src,
	    struct queuerecord *, const struct queuefacts *, queuerecord_fn *,
	    void *arg);
enum rc	queueparts_close(struct queueparts *, struct err *);

#endif
