/*
 * queuefile - a Postfix queue file read as a message is read
 *
 * The records come in logical order: pointers are followed.  Bytes are asked
 * for as they are needed, so that a message of any size needs no memory; `at`
 * returns at least the first n bytes from an offset that is not past the
 * end, or all that are left (nothing when they cannot be read), in memory
 * that stays until it is called again; n is at most QUEUEFILE_ASK.
 *
 *	queuefile_init(&q, &src);
 *	while ((item = queuefile_next(&q, &r)) != QUEUEFILE_END)
 *		...
 *	queuefile_gaps(&q, fn, arg);
 *	queuefile_free(&q);
 *
 * QUEUEFILE_RECORD: r.type, where it stands (off, of the type byte; head
 * bytes of type and length; len bytes of data), and `data`: all of them, or
 * the first QUEUEFILE_DATA.  `cut` is set when the file ends inside them; len
 * is then what there is.  Padding and pointers come, too.
 *
 * QUEUEFILE_LOSS: from r.off on r.lost bytes hold no record that can be read;
 * r.what says why, as err.what does.  Reading goes on at the next place from
 * which a run of records can be read.  A damaged type or length loses its
 * record; where only the length of a record is in doubt the next one is not
 * lost.  A pointer that leads outside, to where no record is, or to where
 * reading has been, is a loss of its own bytes; reading goes on behind the
 * jump before it.  No byte is read twice, so there is no loop, and no more
 * than QUEUEFILE_RUNS jumps.
 *
 * After damage, or without E, the places that no pointer led to are searched,
 * too: `stray` is set on such records.  What is then left over are the gaps:
 * bytes that belong to no record.  In a sound file without pointers there are
 * none; with them they hold what a milter replaced.
 *
 * r.data lives until the next call.  `ended` says that E was reached, `end`
 * is the end of the last record that was read in order of the file, `jumps`
 * counts pointers followed, `losses` what was lost.
 * Facts: reference/postfix-queue-files.md 1, 2, 8 and 10.
 */
#ifndef FMT_QUEUEFILE_H
#define FMT_QUEUEFILE_H

#include "fmt/queuerec.h"

#define QUEUEFILE_DATA	65536
#define QUEUEFILE_ASK	(QUEUEFILE_DATA + 2 * QUEUEREC_HEAD + QUEUEREC_LOOK)
#define QUEUEFILE_RUNS	16384

struct queuefile_src {
	struct slice	(*at)(void *arg, uint64_t off, size_t n);
	void		*arg;
	uint64_t	 base;		/* where the file begins in it; offsets
					 * count from here */
	uint64_t	 size;		/* bytes from there */
};

enum queuefile_item {
	QUEUEFILE_RECORD,
	QUEUEFILE_LOSS,
	QUEUEFILE_END
};

struct queuefile_rec {
	unsigned char		 type;
	uint8_t			 head;
	uint32_t		 len;
	uint64_t		 off;
	enum queue_segment	 segment;
	struct slice		 data;
	bool			 cut;
	bool			 stray;
	uint64_t		 target;	/* p: where it leads, 0: dummy */
	uint64_t		 lost;
	const char		*what;
};

struct queuefile_run {
	uint64_t	from, to;
};

struct queuefile {
	const struct queuefile_src	*src;
	uint64_t		 pos;
	uint64_t		 run;		/* where this run began */
	uint64_t		 stop;		/* where another begins */
	uint64_t		 back;		/* behind the latest jump, or 0 */
	enum queue_segment	 segment;
	struct queuefile_run	*runs;		/* sorted, apart */
	size_t			 nruns, cap;
	struct queuesize	 size;		/* of the first C record */
	bool			 has_size;
	bool			 sweep;		/* searching what is left */
	bool			 ended;
	bool			 hopeless;	/* no record from pos to stop */
	uint64_t		 end;
	uint64_t		 jumps;
	uint64_t		 losses;
};

void	queuefile_init(struct queuefile *, const struct queuefile_src *);
void	queuefile_free(struct queuefile *);
enum queuefile_item queuefile_next(struct queuefile *, struct queuefile_rec *);
/* After the end: bytes of no record, in order; fn returns false to stop. */
void	queuefile_gaps(const struct queuefile *,
	    bool (*fn)(void *arg, uint64_t off, uint64_t len), void *arg);
/*
 * Does it begin like a queue file?  s holds the first QUEUEREC_LOOK bytes or
 * all.  True for a C record of any width, and for a maildrop file of 2.3 or
 * later (T, then A, C, F or S); older ones begin like nothing in particular.
 */
bool	queuefile_begins(struct slice);

#endif
