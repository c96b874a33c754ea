/*
 * queuerecord - the records of a queue file; internal to queueread
 *
 * queuerecord_write makes the `file` record and the events from the facts,
 * the file's state and the texts of its logs; queuerecord_log those of a log
 * without its message; queuerecord_file only the `file` record of what is
 * told elsewhere or is no queue file.  All leave the hash in sha256.
 * Contradictions between name, file and contents are added to the facts.
 */
#ifndef SOURCE_QUEUERECORD_H
#define SOURCE_QUEUERECORD_H

#include "base/field.h"
#include "fmt/queuefacts.h"
#include "fmt/queuepath.h"
#include "io/atfile.h"
#include "io/digest.h"
#include "scan/pieces.h"

struct queuerecord {
	struct atfile		*file;
	struct queuepath	 path;
	bool			 told_qid;	/* path.qid is by the contents */
	struct slice		 src;
	struct slice		 log[3];	/* bounce, defer, trace */
	int64_t			 log_time[3];
	bool			 log_cut;	/* there is more of one */
	uint64_t		 base, size;	/* of this queue file in it */
	bool			 whole;
	bool			 hash;
	/* Of a carved file: where it lies in the image, and what it is. */
	const struct pieces	*carved;
	struct slice		 recovered;
	char			 sha256[DIGEST_HEX];	/* "": none; of a carved
							 * one as given */
};

typedef bool	queuerecord_fn(void *arg, const struct rec *);


void	queuerecord_write(struct queuerecord *, struct queuefacts *,
	    queuerecord_fn *, void *arg);
/* One MIME part of the message; see source/queueparts.h. */
struct queuepart {
	struct slice	number, type, name, magic, sha256, extract;
	bool		has_name, whole;
	uint64_t	size, off, len;	/* len 0: not in one piece */
};

bool	queuerecord_part(struct queuerecord *, const struct queuefacts *,
	    const struct queuepart *, queuerecord_fn *, void *arg);
void	queuerecord_file(struct queuerecord *, struct slice format,
	    queuerecord_fn *, void *arg);
void	queuerecord_log(struct queuerecord *, struct slice log,
	    queuerecord_fn *, void *arg);

#endif
