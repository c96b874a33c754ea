/*
 * run - one reading of all inputs; what records_run is made of
 *
 * Private to records.c and run_*.c.  run_feeds.c makes feeds of the inputs,
 * run_item.c takes what a feed gives, one event or record at a time,
 * run_give.c hands out records and, at the end, what they come from,
 * run_say.c tells what the user should know and with what status to end.
 * `status` is EXIT_YES until something is wrong; a run that is `stopped`
 * gives nothing more.
 */
#ifndef SOURCE_RUN_H
#define SOURCE_RUN_H

#include "io/progress.h"
#include "source/piece.h"
#include "source/records.h"
#include "source/spooled.h"
#include "source/twins.h"
#include "track/track.h"

#define RUN_LOST 16 /* hosts whose lines were just lost */

/* One run: what flows where. */
struct run {
	const struct opt *opt;
	enum records_mode mode;
	records_fn *fn;
	void *arg;
	bool stopped;
	struct feed *feed;
	size_t nfeed;
	struct pieces pieces;
	struct spooled spooled; /* queue files */
	struct feed *queue;	/* streams of mxqueue, read */
	size_t nqueue;
	struct coverage *coverage;
	uint64_t lines; /* of Postfix, in pieces written */
	struct track *track;
	struct buf kept;	   /* source records of other tools */
	size_t nrecords;	   /* records read */
	bool sourced;		   /* a source record was read */
	bool has_records;	   /* some input is records */
	struct buf lost[RUN_LOST]; /* damage; not yet said */
	size_t nlost;
	uint64_t unlogged; /* hops over a network, TLS not logged */
	uint64_t odd; /* lines with odd queue IDs */
	uint64_t alone; /* texts of journals without their entry */
	struct twins twins;
	char twin[128]; /* such a source */
	uint64_t twice; /* lines that another source has, too */
	bool shared; /* another source has items of about now */
	int status;
};

/* run_feeds.c */
/* One feed for an input, or one for each stream of a bundle. */
void run_add(struct run *, const struct input *, const struct prefix *,
    size_t *cap);
/* A file found in a directory that holds no log line is no evidence. */
void run_drop_found(struct run *);
/* Those that are evidence, moved to the front; their number. */
size_t run_evidence_first(struct feed *, size_t n);
void run_free_feed(struct feed *);

/* run_item.c */
void run_event(struct run *, struct feed *);
/* The lines behind it, as far as none of them needs more than to be traced. */
void run_usual(struct run *, struct feed *, struct progress *);
/* A record of a feed that is no event, or not to be traced. */
void run_record(struct run *, struct feed *, struct rec *);
/* Queue files whose arrival is not later than the item at hand. */
void run_files_before(struct run *, const struct feed *);
/* The source that this host's lines come from is damaged here. */
void run_damage(struct run *, struct slice host);
/* What follows the end of a stream is another one. */
void run_tell_pieces(struct feed *);

/* run_give.c; false when nothing more is wanted */
bool run_give(struct run *, const struct rec *);
bool run_give_record(void *run, const struct rec *);
/* The source record of the feeds of one input. */
void run_give_source(struct run *, const struct feed *, size_t n);
/* The source and coverage records. */
void run_give_ends(struct run *);

/* run_say.c */
/* What the user should know before trusting the answer. */
void run_say_unknown(const struct run *);
/* Limits that were met. */
void run_say_lost(struct run *);
int run_status(struct run *, const struct inputs *);

#endif
