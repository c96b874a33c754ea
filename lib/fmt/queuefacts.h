/*
 * queuefacts - what a queue file says, taken from its records
 *
 * queuefacts_take takes the records as queuefile_next gives them;
 * queuefacts_end, after the last, checks what must agree inside the file.
 * Texts are copied to an arena of at most QUEUEFACTS_MEMORY bytes, which
 * queuefacts_reset empties for the next file; what does not fit is not kept,
 * and `full` says so.  Of a header field QUEUEFACTS_HEADERS bytes are kept.
 *
 * `bad` collects contradictions, words with blanks between; `loss` what was
 * lost, OFF+LEN:what.  Facts: reference/postfix-queue-files.md 4 to 6, 18.
 */
#ifndef FMT_QUEUEFACTS_H
#define FMT_QUEUEFACTS_H

#include "base/arena.h"
#include "base/buf.h"
#include "fmt/queuefile.h"
#include "fmt/rfc822.h"

#define QUEUEFACTS_MEMORY	((size_t)64 * 1024 * 1024)
#define QUEUEFACTS_HEADERS	((size_t)256 * 1024)
#define QUEUEFACTS_HOPS		256
#define QUEUEFACTS_WORDS	((size_t)64 * 1024)

/* Named attributes that are looked at; the others are kept as text. */
enum queueattr {
	QA_CREATE_TIME, QA_LOG_IDENT, QA_SASL_METHOD, QA_SASL_USERNAME,
	QA_CLIENT_NAME, QA_CLIENT_ADDRESS, QA_CLIENT_PORT, QA_HELO_NAME,
	QA_PROTOCOL_NAME, QA_ADDRESS_TYPE, QA_LOG_CLIENT_NAME,
	QA_LOG_CLIENT_ADDRESS, QA_LOG_CLIENT_PORT, QA_LOG_HELO_NAME,
	QA_LOG_PROTOCOL_NAME, QA_LOG_ORIGIN, QA_ENVELOPE_ID, QA_MESSAGE_ID,
	QA_N
};

struct queuercpt {
	struct queuercpt	*next;
	uint64_t		 off;		/* of its record */
	uint32_t		 len;		/* with its head */
	unsigned char		 type;		/* R, D, / or > */
	bool			 stray;
	struct slice		 addr;
	struct slice		 orig;		/* O before it */
	struct slice		 orcpt;
};

struct queuehop {
	uint64_t		 off;		/* of its first record */
	uint64_t		 len;		/* to the end of its last */
	struct received		 r;
	bool			 own;		/* written by the host that
						 * made this queue file */
};

struct queuefacts {
	struct arena		 mem;
	bool			 full;
	struct queuesize	 size;
	bool			 has_size;
	bool			 cleanup;	/* it is the first record, and
						 * not as in maildrop */
	bool			 has_time;
	int64_t			 sec;		/* of T */
	uint32_t		 usec;
	unsigned int		 digits;
	bool			 has_created;
	int64_t			 created;
	uint64_t		 warning;	/* of W, or 0 */
	bool			 named;		/* has a named attribute */
	bool			 has_sender;
	struct slice		 sender;
	struct slice		 redirect;
	struct slice		 attr[QA_N];
	struct buf		 others;	/* NAME=VALUE of the others, and
						 * of F, L and V records */
	struct queuercpt	*rcpt, *last;
	uint64_t		 nrcpt[3];	/* R, D, / */
	struct queuehop		 hop[QUEUEFACTS_HOPS];
	size_t			 nhop;
	struct slice		 message_id, subject;
	uint64_t		 text_bytes;	/* of the message with LF */
	uint64_t		 content_off, content_end;
	bool			 has_content, has_end;
	bool			 end_pointed;	/* a pointer or its place stood
						 * before X */
	unsigned char		 before;	/* type of the record before */
	unsigned char		 last_type;
	struct buf		 loss, bad, gaps;
	/* While reading. */
	struct slice		 next_orig, next_orcpt;
	struct buf		 header;	/* the field at hand */
	uint64_t		 header_off, header_end;
	bool			 in_header, over;
};

void	queuefacts_init(struct queuefacts *);
void	queuefacts_reset(struct queuefacts *);
void	queuefacts_free(struct queuefacts *);
/*
 * What queuefile_next gave, a loss or a record; one that the end of the file
 * cuts off is both.  The reason if something was lost, else NULL.
 */
const char *queuefacts_take(struct queuefacts *, enum queuefile_item,
	    const struct queuefile_rec *);
/* qid: of the file, or absent. */
void	queuefacts_end(struct queuefacts *, const struct queuefile *,
	    struct slice qid);
/*
 * Before queuefacts_end: the queue ID of a file whose name is lost, by the
 * header that its maker put on top, and log_ident or the time of submission
 * beside it; an absent slice if they do not say.
 */
struct slice queuefacts_qid(const struct queuefacts *);
/* Add a contradiction. */
void	queuefacts_bad(struct queuefacts *, struct slice word);
/* E was reached, T, S and a recipient are there, and the sizes are set. */
bool	queuefacts_whole(const struct queuefacts *);
/* Nothing that only a queue file has: text may look like an S or R record. */
bool	queuefacts_none(const struct queuefacts *);
/* Not made by cleanup, which puts a C record first. */
bool	queuefacts_maildrop(const struct queuefacts *);

#endif
