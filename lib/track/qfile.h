/*
 * qfile - what a queue file says about the message at hand
 *
 * Private to lib/track.  mxqueue's records of one queue file (or of the log
 * of bounce or defer that stands alone) come one behind the other: the
 * `file` record first.  track_qfile finds the life of the queue ID that the
 * file belongs to, or begins one, and keeps what the file says in its
 * journal.  When the message is written, qfile_merge fills in what the log
 * lacks, adds the recipients that no delivery line names, and says what does
 * not agree:
 *
 *	file-after-removed	the log says that it was removed, deleted or
 *				requeued, the queue files are later, and the
 *				file is there
 *	no-file			the log says that it is in the queue, and the
 *				whole queue does not have it
 *	id-in-use		the log gives the ID to a later message
 *	sender size recipients	differ
 *	done-not-logged		a recipient is done in the file, and the log,
 *				which has the arrival and no gap, does not say so
 *	settled-but-pending	sent or bounced in the log, pending in the file
 *	tls			the log and our own Received header differ
 *
 * qfile.c takes the records in, qfile_merge.c is for the end.
 *
 * How late the queue files are is known by the times inside them
 * (track_spool.asof).
 */
#ifndef TRACK_QFILE_H
#define TRACK_QFILE_H

#include "track/core.h"

#define HEAD_FILE	'Q'
#define HEAD_RCPT	'R'	/* a delivery_head */

#define QFILE_REF	((uint32_t)1024 * 1024)	/* of its bytes referred to */
#define QFILE_RCPTS	4096	/* bytes of pending recipients in `to` */

/* Head of a block in the journal; its facts are the file's. */
struct file_head {
	unsigned char	 kind;		/* HEAD_FILE */
	unsigned char	 place;		/* enum qfile_place */
	unsigned char	 tls_status;	/* by our own Received header */
	struct tlsinfo	 tls;
	const struct track_spool *spool;	/* NULL: not known */
	uint64_t	 canceled;	/* recipients taken back by a milter */
};

enum qfile_place {
	QFILE_QUEUED,	/* incoming, active, corrupt, saved; or not known */
	QFILE_DEFERRED,
	QFILE_HOLD,
	QFILE_MAILDROP,
	QFILE_LOG	/* only the log of bounce or defer is there */
};

void		qfile_init(struct track *);
/* Of the message; kind 0 without a file.  *r, if not NULL, gets the facts. */
struct file_head qfile_head(const struct message *, struct rec *r);
/* The verdict of our own Received header where the log proves nothing. */
struct verdict	qfile_inbound(const struct message *, const struct file_head *,
		    struct verdict);
/* Facts, recipients and contradictions into the message record. */
void		qfile_merge(struct track *, const struct message *,
		    const struct verdict *in, struct rec *);
/* Is it deferred, held by where the file lies? */
enum qfile_place qfile_place(const struct message *);
/* Before the rest is written: which instances the queues belong to. */
void		qfile_settle(struct track *);

#endif
