/*
 * track - from log lines to messages, deliveries and their TLS status
 *
 * Feed events in merged order (track_event); records come out through the
 * callback as soon as DESIGN.md 3 "Writing" allows, the rest at track_end.
 * The record given to the callback and its slices live during the call only.
 * The callback returns false to stop all further output.
 *
 * An event's slices need to live during track_event only.  Memory grows with
 * the messages in flight (at most TRACK_OPEN_MAX; the longest silent one is
 * then written early) and with what an hour of joins needs (TRACK_NODES
 * identities of messages already written).
 *
 * Nothing here reads a clock or the environment: the same events give the
 * same records.
 */
#ifndef TRACK_TRACK_H
#define TRACK_TRACK_H

#include "fmt/event.h"

#define TRACK_OPEN_MAX	1000000
#define TRACK_NODES	57344

typedef bool	track_put(void *arg, const struct rec *);

struct track;

/* What there was no room for; the caller tells it. */
struct track_lost {
	uint64_t	unjoined;	/* lines of too many hosts or tags */
	uint64_t	early;		/* messages written while still open */
	uint64_t	proxied;	/* messages that a filter before the
					 * queue took without a queue ID */
	bool		words;		/* details of handshakes */
};

/* The queue directory that a queue file was found in. */
struct track_spool {
	int64_t	asof;		/* it is no older: the latest time inside */
	bool	whole;		/* every queue was read whole */
};

struct track_opt {
	bool	events;		/* hand event records on, with their trace */
	bool	tls_failures;	/* those of handshakes of clients that failed */
	bool	no_refs;	/* of a message, all its lines: for who counts */
};

struct track	*track_new(const struct track_opt *, track_put *, void *arg);
/*
 * A line of that writer (fmt/event.h) and process comes next: what is known of
 * it is asked for while the line is being read.
 */
void		 track_ahead(const struct track *, uint64_t writer,
		    uint32_t pid);
/* One line of evidence; also those that are not Postfix's. */
void		 track_event(struct track *, struct event *);
/*
 * One record of mxqueue, in the place of its file's arrival or later: the
 * `file` record, then its events.  They are handed on with their trace: the
 * file always, events with opt.events.  `spool` stays until track_end.
 */
void		 track_qfile(struct track *, struct event *,
		    const struct track_spool *spool);
/* Write what is still held. */
void		 track_end(struct track *);
struct track_lost track_lost(const struct track *);
void		 track_free(struct track *);

#endif
