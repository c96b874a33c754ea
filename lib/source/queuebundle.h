/*
 * queuebundle - the queue files in a tar, zip or cpio bundle, or compressed
 *
 * queuebundle_is tells by the first bytes whether an input is a container
 * (io/sniff.h).  queuebundle_read reads it once (io/reader.h) and copies what
 * is a queue file, or a log of bounce, defer or trace, to an unlinked file:
 * by its name in a queue, or by its first bytes.  Each is an input of its own
 * then, its path FILE!NAME.  Others are left out; `queue` says for each
 * stream of the container, in its order, whether it was taken; of a file that
 * is only compressed, and is none, no more is read.  `source` has the size and
 * the hash of each container that was taken from; standard input has none.
 *
 * Use: queuebundle_init with a file of io/spool.h, or -1 (then nothing can be
 * kept, and the first queue file fails with ESPIPE); queuebundle_read for each
 * container, which must stay an input as long as what was found in it;
 * queuebundle_free.  Limits: QUEUEBUNDLE_MAX bytes in all, QUEUEBUNDLE_FILES
 * files.  Damage of the container is reported (msg_err) and RC_DAMAGED.
 */
#ifndef SOURCE_QUEUEBUNDLE_H
#define SOURCE_QUEUEBUNDLE_H

#include "base/err.h"
#include "io/atfile.h"
#include "io/inputs.h"
#include "io/reader.h"

#define QUEUEBUNDLE_MAX		((uint64_t)1 << 34)
#define QUEUEBUNDLE_FILES	((size_t)4000000)

/* A container in which a queue file was, as stored. */
struct queuebundle_source {
	char			*path;
	struct reader_total	 total;
};

struct queuebundle {
	int			 temp;
	uint64_t		 used;		/* bytes of it */
	struct input		*v;
	size_t			 n;
	struct queuebundle_source *source;
	size_t			 nsource;
	bool			*queue;		/* of the latest container */
	size_t			 nstream;
};

void	queuebundle_init(struct queuebundle *, int temp);
void	queuebundle_free(struct queuebundle *);
/* peek is used to look at it, and free to be used again. */
bool	queuebundle_is(const struct input *, struct atfile *peek);
enum rc	queuebundle_read(struct queuebundle *, const struct input *,
	    bool hash);
/* Keep the stream that a reader has just begun. */
enum rc	queuebundle_keep(struct queuebundle *, struct reader *,
	    const struct reader_stream *, struct err *);

#endif
