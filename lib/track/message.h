/*
 * message - one life of a queue ID, while it is in flight
 *
 * Private to lib/track.  A message collects facts, line references and
 * deliveries in a journal; message_write makes the records of it.  Lists
 * hold the open messages by what they wait for, in order of their last line;
 * those without a line for a minute are asleep (asleep.h), and to be had by
 * message_at alone (core.h).
 */
#ifndef TRACK_MESSAGE_H
#define TRACK_MESSAGE_H

#include "track/journal.h"
#include "track/session.h"
#include "track/verdict.h"

#define MESSAGE_HAVE		2	/* words of keys that may be facts of one */
#define MESSAGE_REFS		256	/* line references kept */
#define MESSAGE_DELIVERIES	4096	/* held before they are written early */

enum list_id {
	LIST_FRESH,	/* no queue entry seen: closes after an hour */
	LIST_DONE,	/* every recipient is settled: closes after an hour */
	LIST_QUEUED,	/* in the queue: closes after six days */
	LIST_HELD,	/* on hold: never */
	LIST_CLOSED,	/* of this second, to be put on the shelf */
	LIST_WAITING,	/* waits for the end of its session */
	LIST_SHELF,	/* waits until it may be written (shelf.h) */
	LIST_N
};

/* What happened, as bits. */
#define SAW_CLIENT	0x0001	/* client= */
#define SAW_PICKUP	0x0002
#define SAW_NOTICE	0x0004	/* made by bounce, or forwarded by local */
#define SAW_CLEANUP	0x0008
#define SAW_QUEUED	0x0010	/* (queue active) */
#define SAW_REMOVED	0x0020
#define SAW_CANCELED	0x0040
#define SAW_DISCARD	0x0080
#define SAW_HELD	0x0100	/* on hold now */
#define SAW_DELETED	0x0200
#define SAW_REQUEUED	0x0400
#define SAW_EXPIRED	0x0800
#define SAW_REJECT	0x1000	/* refused with this queue ID */
#define SAW_HOLD	0x2000	/* was on hold some time */
#define SAW_NO_NAME	0x4000	/* removed, the framing lost by whom */
#define SAW_FILE	0x8000	/* its queue file is there (qfile.h) */
#define SAW_REUSED	0x10000	/* and the log uses its ID again */
#define SAW_POSTED	0x20000	/* made by smtp or smtpd for the postmaster */
#define SAW_REFUSED	0x40000	/* and not some recipients, but all of it */
#define SAW_LOOPED	0x80000	/* by SMTP on loopback, for nobody else */
#define SAW_ARRIVAL	(SAW_CLIENT | SAW_PICKUP | SAW_NOTICE)
#define SAW_END		(SAW_REMOVED | SAW_DELETED | SAW_REQUEUED)

/* Outcomes of deliveries, as bits. */
#define DONE_SENT	0x01
#define DONE_BOUNCED	0x02
#define DONE_DEFERRED	0x04
#define DONE_REJECTED	0x08
#define DONE_DELIVERABLE	0x10	/* an address that was asked about */
#define DONE_UNDELIVERABLE	0x20
#define DONE_PROBED	(DONE_DELIVERABLE | DONE_UNDELIVERABLE)

/* What of a message is at hand, also asleep; it begins with this. */
struct listed {
	struct listed	*next;		/* its list */
	union {
		struct listed		*prev;
		struct shelf_block	*block;	/* LIST_SHELF */
	};
	int64_t		 touch;		/* merged time of the last line */
	uint32_t	 nsettled;	/* sent and bounced lines */
	uint16_t	 nrefs;		/* to MESSAGE_REFS */
	unsigned char	 done;		/* all outcomes so far */
	unsigned char	 list : 3;	/* an enum list_id */
	bool		 asleep : 1;
	bool		 reject : 1;	/* NOQUEUE */
	bool		 mid_listed : 1;
	bool		 piped : 1;	/* delivered by pipe */
	bool		 ran : 1;	/* to a command or a server on this host */
};

_Static_assert(LIST_N <= 8, "three bits");

/* Neighbours in a chain by Message-ID: their nodes, 0: none. */
struct mid_chain {
	uint32_t	 next, prev;
};

/*
 * Four cache lines; what most lines look at stands in the first two, and the
 * pool hands out multiples of 64 bytes, so that a message begins with one.
 */
struct message {
	struct listed	 l;
	struct node_ref	 node;
	struct session	*session;	/* NULL without */
	struct tag	*tag;		/* of the arrival, or of the first line */
	uint32_t	 saw;
	uint32_t	 nrcpt;

	struct journal	 journal;
	struct event_time last;
	int64_t		 active;	/* seconds, of the latest queue active */

	struct event_time first;
	uint64_t	 have[MESSAGE_HAVE];	/* keys that have a fact */
	int64_t		 held;		/* seconds, of the latest hold */
	int64_t		 ended;		/* seconds, of removed and its like */
	uint32_t	 nactive;	/* times that it became active */
	uint16_t	 ndelivery;	/* held, to MESSAGE_DELIVERIES */
	unsigned char	 done_early;	/* outcomes already written; deferred:
					 * if a recipient waited then */
	unsigned char	 note;		/* of the first time */
	uint64_t	 order;		/* of the first line in merged order */

	struct ref	 ref;		/* of the first line */
	uint64_t	 line;
	union {
		struct message	*wait_next;	/* LIST_WAITING: of a session */
		int64_t		 deadline;	/* LIST_CLOSED, LIST_SHELF */
	};
	struct session	*front;		/* of the client, before a filter */
	struct mid_chain mids;
	int64_t		 handed_sec;	/* of the latest such delivery */
	uint32_t	 pid;		/* of a reject */
	uint32_t	 nfiled;	/* recipients of its queue file */
};

_Static_assert(sizeof(struct message) <= 256, "four cache lines");

/* Head of a delivery in the journal. */
struct delivery_head {
	unsigned char	 kind;		/* HEAD_DELIVERY */
	unsigned char	 note;		/* of the time */
	unsigned char	 daemon;
	bool		 reused;
	uint32_t	 pid;
	struct verdict	 verdict;
	const struct tls_words *words;	/* NULL without handshake */
	struct event_time time;
	struct tag	*tag;
	struct ref	 ref;
	uint64_t	 line;
};

/* The inbound handshake. */
struct tls_head {
	unsigned char	 kind;		/* HEAD_TLS */
	struct tlsinfo	 tls;
};

#define HEAD_DELIVERY	'D'
#define HEAD_TLS	'T'

/*
 * The client named sender and recipients, and no more: nothing was queued.
 * So does a server that checks whether an address exists.  False where the
 * log may lack the rest.
 */
bool	message_unqueued(const struct message *);

/*
 * Of verify, or `sendmail -bv': its addresses were asked about, and nothing
 * was sent.  Only Postfix itself makes such messages.
 */
bool	message_probe(const struct message *);
/* outcome.c: which of DONE_* the status of a delivery is */
unsigned char	outcome_done(struct slice status);
/* Is the latest that was said of a recipient that it has to wait? */
bool	outcome_deferred(const struct message *);

#endif
