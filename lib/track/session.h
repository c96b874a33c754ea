/*
 * session - processes: the smtpd sessions and smtp requests they run
 *
 * A process is found by its full tag and pid.  A server process holds its
 * current session, which messages share (counted references); a client
 * process holds what it logged about the connections of the request at hand.
 * Processes that were silent for an hour are dropped.
 */
#ifndef TRACK_SESSION_H
#define TRACK_SESSION_H

#include "base/pool.h"
#include "track/journal.h"
#include "track/node.h"
#include "track/tlsinfo.h"

#define REQUEST_FACTS	6	/* connections of one request kept */
#define REQUEST_RCPTS	64	/* recipients of one request remembered */
#define PROCESS_IDLE	3600	/* seconds */

struct message;

/* What few sessions have to say of a message to come. */
struct session_ahead {
	uint32_t	 saw;		/* hold, discard */
	struct journal	 next;		/* of the next one, before its client= */
	struct journal	 front;		/* NOQUEUE: client=, proxied */
};

struct session {
	struct tag	*tag;
	uint32_t	 pid;
	uint32_t	 uses;		/* references held */
	uint32_t	 gap_epoch;	/* of the host, when it began */
	bool		 ended;
	bool		 whole;		/* to its disconnect line, no gap */
	bool		 no_data;	/* its counters: none was accepted */
	bool		 counted;	/* the disconnect line had counters */
	bool		 starttls;
	bool		 starttls_tried;
	bool		 login;		/* a client has logged in */
	bool		 shelved;	/* its memory is that of its message */
	struct node_ref	 begun;		/* the latest message */
	struct node_ref	 broken;	/* its body broke off */
	struct session_ahead *ahead;	/* NULL: nothing */
	int64_t		 end_sec;
	struct ref	 end_ref;
	struct tlsinfo	 tls;
	struct message	*waiting;	/* closed, but for the session's end */
	struct message	*waiting_last;
};

enum fact_kind {
	FACT_HANDSHAKE,
	FACT_SSL_ERROR,
	FACT_OFFERED
};

/* One thing logged about one peer. */
struct fact {
	uint64_t	 peer;		/* hash of name[addr]:port, or of the
					 * name that offered */
	uint64_t	 addr;		/* hash of addr */
	enum fact_kind	 kind;
	bool		 pending;	/* no line with a queue ID since */
	bool		 fresh;		/* no recipient was settled since */
	bool		 dead;		/* the connection ended */
	struct ref	 lost;		/* where that is said */
	bool		 cannot;	/* "Cannot start TLS" came after it */
	int64_t		 sec;
	uint32_t	 gap_epoch;	/* of the host */
	struct tlsinfo	 tls;		/* .ref for all kinds */
};

struct request {
	struct node_ref	 node;		/* the message at hand */
	uint32_t	 rcpt[REQUEST_RCPTS];	/* hashes, the latest ones */
	size_t		 nrcpt;
	uint32_t	 nactive;	/* of the message, at the first one */
	size_t		 n;
	struct fact	 fact[REQUEST_FACTS];
};

struct process {
	struct process	*due_next;	/* among those of its second (due) */
	struct tag	*tag;
	struct session	*session;
	struct request	*request;	/* NULL until the first fact */
	int64_t		 last;
	struct process	*next;		/* hash chain */
	uint32_t	 pid;
	uint32_t	 nreject;	/* rejects in the second of the latest */

	_Alignas(64) int64_t reject_sec;	/* that second */
};

#define PROCESS_RECENT	1024	/* a power of two */
#define PROCESS_DUE	4096	/* the same, more than PROCESS_IDLE */

struct processes {
	struct process	**bucket;
	size_t		 nbucket, n;
	/* Those met lately: these entries stay in the cache. */
	struct process	*recent[PROCESS_RECENT];
	/*
	 * Those to be asked whether they are idle, by the second of a line,
	 * modulo PROCESS_DUE.  Later lines do not move a process; it is moved
	 * when it is asked.
	 */
	struct process	*due[PROCESS_DUE];
	struct process	*asked;		/* those of the second before `swept` */
	int64_t		 swept;		/* seconds looked at: all before */
	struct pool	 processes, sessions, aheads, requests;
	struct journal_pool *journals;
};

void		 processes_init(struct processes *, struct journal_pool *);
void		 processes_free(struct processes *);
/* The process of that tag and pid, made when it is new. */
struct process	*process_find(struct processes *, struct tag *, uint32_t pid,
		    int64_t now);
/* It will soon be looked for. */
void		 process_ahead(const struct processes *, const struct tag *,
		    uint32_t pid);
/*
 * The longest silent process, if its last line was before `before`, or NULL;
 * all of them are to be dropped.  `before` is not less than the last time, nor
 * more than PROCESS_IDLE behind the lines.
 */
struct process	*process_idle(struct processes *, int64_t before);
void		 process_drop(struct processes *, struct process *);
/* All of them, one after the other: begin with NULL and *i = 0. */
struct process	*process_each(const struct processes *, const struct process *,
		    size_t *i);

struct session	*session_new(struct processes *, struct tag *, uint32_t pid);
/* The same as it was, held once; of a session that was its message's own. */
struct session	*session_again(struct processes *, const struct session *);
void		 session_release(struct processes *, struct session *);
/* Is it the message's alone that has it, with nothing more to come? */
static inline bool
session_is_own(const struct session *s)
{
	return s != NULL &&
	    (s->ended & (s->uses == 1) & (s->ahead == NULL));
}

/* The ahead of a session, made when there is none. */
struct session_ahead *session_ahead(struct processes *, struct session *);

/* Remember a TLS line, an SSL error or an offer. */
void		 request_fact(struct processes *, struct names *,
		    struct process *, enum fact_kind, const struct rec *,
		    struct ref, int64_t sec);
/*
 * A line with a queue ID: facts that waited belong to that message; facts of
 * another message, or older than `since` (when the message last became
 * active), are dropped.
 */
void		 request_for(struct process *, struct node_ref, int64_t since);
/*
 * A recipient is settled: once in a request.  If the message became active
 * again (nactive counts that), its second time begins a new request, and the
 * facts of the old one are dropped.
 */
void		 request_rcpt(struct process *, const struct rec *,
		    uint32_t nactive);
/* "lost connection with PEER", "conversation with PEER timed out". */
void		 request_lost(struct process *, struct slice text, struct ref);
void		 request_cannot(struct process *);

/* The latest of what was said of the relay of a delivery; NULL: nothing. */
struct request_said {
	const struct fact *handshake;	/* dead: the connection was lost */
	const struct fact *error;	/* with "Cannot start TLS" */
	const struct fact *offered;
};

void		 request_ask(const struct process *, const struct rec *,
		    struct request_said *);

#endif
