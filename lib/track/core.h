/*
 * core - the state of the tracker, shared by the files of lib/track
 *
 * Private.  locate.c finds who wrote a line, on_*.c take it apart (lines.h),
 * join.c finds and links messages, store.c keeps their times, lists.c their
 * places and their sleep, inbound.c judges how they came, write*.c make
 * records (write.h).
 */
#ifndef TRACK_CORE_H
#define TRACK_CORE_H

#include "base/buf.h"
#include "base/caltime.h"
#include "track/links.h"
#include "track/message.h"
#include "track/asleep.h"
#include "track/shelf.h"
#include "track/track.h"

#define HOLD_AFTER	300	/* seconds between an end and its record */
#define SLEEP_AFTER	60	/* seconds without a line */
#define SLEEP_MOST	16384	/* bytes of a journal that is packed */
#define FRESH_IDLE	3600
#define QUEUED_IDLE	(6 * 86400)
#define LATE		10	/* seconds that a removed life still takes lines */
#define LINK_WINDOW	3600	/* seconds for links by "queued as" */
#define SILENCE		(6 * 3600)	/* a gap */
#define TLS_BACK	86400	/* how far back handshakes count */
#define CACHE_AGE	300	/* seconds that a cached connection may live */
#define PEERS		4096	/* connections of tlsproxy remembered */
#define MIDS		4096	/* buckets of the Message-ID table */
#define TAG_MEMO	64
#define WRITERS		256	/* a power of two */
#define DOUBTS		32
#define ZONE_SLACK	(15 * 3600)	/* seconds that a zone may be off */
#define SETTLE		60	/* seconds that processes outlive a reload */
#define LATER_PIDS	1024	/* process IDs that are given in that time */
#define SWAPPED		5	/* seconds that lines may be out of order */
#define RAN		128	/* messages remembered that a program got */
#define EARLY		16	/* such lines that wait for the one before */

struct list {
	struct listed	*first, *last;
	struct listed	*awake;	/* it and those behind it are awake */
};

/* A connection that tlsproxy serves, by host, address and port. */
struct peer_conn {
	uint64_t	key;
	int64_t		sec;
	struct instance	*by;	/* whose tlsproxy; NULL: of several */
	struct tlsinfo	tls;	/* server role: its handshake */
};

/* Evidence of TLS logging that a line of tlsproxy may yet take back. */
struct doubt {
	uint64_t	key;		/* of the connection */
	int64_t		sec;
	struct tag	*tag;
	struct ref	 ref;		/* of the handshake */
	struct evidence	before;
};

/* proxy-accept: came before the client line of the message that it names. */
struct early {
	struct session	*session;	/* counted; NULL: free */
	struct tag	*tag;
	struct journal	 front;
	struct ref	 ref;
	int64_t		 sec;
	unsigned char	 qidlen;
	char		 qid[NODE_QID_MAX];
};

/* A message that was given to a user's program. */
struct ran {
	uint64_t	mid_hash;
	struct node_ref	node;
};

struct track {
	struct track_opt	 opt;
	track_put		*put;
	void			*arg;
	bool			 stopped;
	struct names		 names;
	struct nodes		 nodes;
	struct processes	 processes;
	struct journal_pool	 pool;
	struct links		 links;
	struct early		 early[EARLY];
	size_t			 nearly;	/* so far; the latest are kept */
	struct list		 list[LIST_N];
	size_t			 nopen;
	struct pool		 messages;
	struct shelf		 shelf;
	/* By Message-ID, and which ones a bucket may have, 16 bits each. */
	uint32_t		 mid[MIDS];	/* nodes, 0: none */
	uint16_t		 mid_marks[MIDS];
	struct ran		 ran[RAN];
	size_t			 nran;		/* so far; the latest are kept */
	struct peer_conn	*conn;		/* PEERS, direct-mapped */
	bool			 served;	/* there is one in it */
	struct doubt		 doubt[DOUBTS];
	size_t			 ndoubt;	/* so far; the latest are kept */
	int64_t			 now;		/* merged time */
	bool			 started;
	uint64_t		 order;		/* events so far */
	struct track_lost	 lost;
	struct {
		struct field_set delivery, client, queued, reject, file;
		struct field_set repeat;	/* of a message, by deliveries */
	}			 keys;		/* of a line, that are kept */
	struct rec		 out;
	struct rec		 tmp;		/* facts of one delivery */
	struct host		*last_host;
	struct tag		*memo[TAG_MEMO];	/* tags met lately */
	/* Tags by the number of their writer, with their daemon. */
	struct {
		uint64_t	 writer;
		struct tag	*tag;
	}			 writer[WRITERS];
	/* The stream of the latest line (fmt/event.h), and its time note. */
	struct {
		uint64_t	 number;	/* 0: none */
		uint32_t	 src;
		uint8_t		 note;
		struct slice	 text;		/* of the note */
	}			 stream;
	struct caltime_day	 day;
	struct node_ref		 joined;	/* message of the line at hand */
	struct node_ref		 filed;		/* of the queue file at hand */
	const struct message	*ahead;		/* written next, to be asked for */
	/* Of the message that is being written. */
	struct buf		 refs, parents, why, to, bad;
	bool			 refs_ready;
	struct due {
		int64_t		sec;
		uint32_t	nsec;
		struct slice	head, facts;	/* in its journal */
	}			*due;		/* its deliveries, in order */
	size_t			 ndue, capdue;
};

/* The line at hand. */
struct at {
	struct event	*ev;
	struct host	*host;
	struct instance	*instance;
	struct tag	*tag;
	struct process	*process;	/* NULL for lines without pid */
	struct ref	 ref;
	int64_t		 sec;
	uint8_t		 note;
};

/* on_tls.c: the connection slot of an address and port on a host. */
struct peer_conn *conn_slot(struct track *, const struct host *,
		    struct slice addr, struct slice port, uint64_t *key);

/* lists.c */
void		 list_add(struct track *, struct message *, enum list_id);
void		 list_remove(struct track *, struct message *);
/* Put to sleep what was silent for SLEEP_AFTER. */
void		 lists_sleep(struct track *);
/* Wake a message: it stays in its list, its memory is new. */
struct message	*message_wake(struct track *, struct listed *);

/* Woken to be looked at only, it sleeps on; not if it was awake. */
void		 message_doze(struct track *, struct message *, bool slept);

static inline struct message *
message_awake(struct track *t, struct listed *l)
{
	return l->asleep ? message_wake(t, l) : (struct message *)l;
}

/* The message of a node, awake; NULL when it is written. */
static inline struct message *
message_at(struct track *t, const struct node *n)
{
	return n->msg == NULL ? NULL : message_awake(t, n->msg);
}

/* store.c */
/* Put an open message where it belongs after a line. */
void		 message_touch(struct track *, struct message *);
void		 message_close(struct track *, struct message *);
void		 message_free(struct track *, struct message *);
struct message	*message_new(struct track *, const struct at *,
		    const struct ident *);
void		 message_fact(struct track *, struct message *, enum field,
		    struct slice);
/* Those of the keys that the line has. */
void		 message_facts(struct track *, struct message *,
		    const struct rec *, const struct field_set *);
void		 message_first_fact(struct track *, struct message *, enum field,
		    struct slice);
void		 message_ref(struct track *, struct message *, const struct at *);
void		 session_end(struct track *, struct session *, int64_t sec);
/* Ask for the rest of the message to be written next. */
void		 message_ask(struct track *);
/* The first of the shelf, taken from its list. */
struct message	*unshelve(struct track *);
/* Merged time has moved: close and write what is due. */
void		 track_advance(struct track *);

/* join.c */
enum arrival {
	ARRIVAL_NO,
	ARRIVAL_CLIENT,
	ARRIVAL_PICKUP,
	ARRIVAL_MADE	/* announced by bounce or local */
};
/* The open life of that queue ID, or NULL. */
struct message	*join_known(struct track *, const struct at *, struct slice qid);
struct message	*join_find(struct track *, const struct at *, struct slice qid,
		    enum arrival);
/* The life that a queue file belongs to, or a new one. */
struct qfile {
	int64_t		made;
	uint64_t	mid_hash;
	bool		log;	/* of bounce or defer: written then */
};
struct message	*join_file(struct track *, const struct at *, struct slice qid,
		    const struct qfile *);
/* How far off the seconds of a line with that note may be: its zone. */
int64_t		 zone_slack(const struct track *, uint8_t note);
/* The reply of a sent delivery, or a notice, names another queue ID. */
void		 join_queued_as(struct track *, const struct at *,
		    struct message *, struct slice qid);
void		 join_orig(struct track *, const struct at *, struct message *,
		    struct slice qid, enum node_why);
void		 join_made(struct track *, const struct at *, struct message *,
		    struct slice qid, enum node_why);
/* The message has its client line and its Message-ID. */
void		 join_waiting(struct track *, struct message *);
void		 join_message_id(struct track *, struct message *);
void		 join_unlist_mid(struct track *, struct message *);
/* The node of that queue ID that has this parent, or NULL. */
const struct node *join_child(struct track *, struct node_ref parent,
		    struct slice qid);
void		 join_link(struct track *, struct node_ref child,
		    struct node_ref parent, enum node_why);

/* write.c */
void		 write_due(struct track *, const struct journal_entry *);
void		 write_message(struct track *, struct message *);
/* Deliveries held so far, before their message. */
void		 write_early(struct track *, struct message *);
void		 write_link(struct track *, struct node *child,
		    struct node *parent, enum node_why);

/* inbound.c */
/* The inbound handshake that the journal holds; ref.len 0 without. */
void		 message_handshake(const struct message *, struct tlsinfo *);
/* tls: the inbound handshake, or ref.len 0. */
struct verdict	 message_inbound(const struct message *, const struct tlsinfo *);

#endif
