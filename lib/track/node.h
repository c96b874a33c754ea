/*
 * node - who a message is, kept for an hour longer than the message
 *
 * A node is the identity of one life of a queue ID and its place in a path.
 * It is found by queue ID while the message is open and, in a table of its
 * own, when it has ended and for some time after it was written, so that late
 * lines find it and links that are learned late can still be said.
 * Nodes refer to each other by index and generation: a reference to a node
 * that is gone is noticed.  At most TRACK_NODES nodes of written messages are
 * kept, the oldest go first; but a parent whose child is still open, in the
 * queue for days perhaps, stays until the child is written, and so do
 * TRACK_NODES children at most until their parent is.
 */
#ifndef TRACK_NODE_H
#define TRACK_NODE_H

#include "base/caltime.h"
#include "base/chains.h"
#include "base/hash.h"
#include "base/same.h"
#include "track/names.h"

#define NODE_PARENTS	3
#define NODE_QID_MAX	28
#define NODE_CHAIN_MAX	256	/* lives of one queue ID looked at */

enum node_why {
	WHY_NONE,
	WHY_QUEUED_AS,
	WHY_ORIG_QID,
	WHY_FORWARDED,
	WHY_REQUEUED,
	WHY_MESSAGE_ID,
	WHY_NOTICE,
	WHY_N
};

extern const struct slice node_why[WHY_N];	/* ready */

struct node_ref {
	uint32_t	idx;	/* 0: none */
	uint32_t	gen;
};

#define IDENT_NO_TIME	INT64_MIN	/* .sec of a line without any */

struct ident {
	struct instance	*instance;
	int64_t		 sec;		/* of the earliest line */
	bool		 timed;		/* false: the year is not known */
	bool		 is_long;
	bool		 reject;	/* NOQUEUE: qid holds pid and number */
	unsigned char	 qidlen;
	char		 qid[NODE_QID_MAX];
};

/* A refusal without queue ID: which one of that process and second. */
void	ident_reject(struct ident *, uint32_t pid, uint32_t nth);

struct listed;

/* What only a linked node has. */
struct node_links {
	struct node_ref	 parent[NODE_PARENTS];
	unsigned char	 why[NODE_PARENTS];
	unsigned char	 n;
	bool		 old;		/* to go when no one waits for it */
	uint32_t	 pins;		/* open parents and children */
	uint32_t	 child;		/* index of the latest, 0: none */
	/* The next older child of that parent, which was open. */
	uint32_t	 sibling[NODE_PARENTS];
	struct ident	 root;		/* of its path, when it was written */
};

/* Two cache lines; what a look-up needs stands in the first. */
struct node {
	uint32_t	 gen;
	uint32_t	 next;		/* of that queue ID, or free list */
	struct listed	*msg;		/* NULL when written */
	struct ident	 id;

	uint64_t	 hash;		/* of the queue ID */
	struct node_links *links;	/* NULL: no parent, no child */
	int64_t		 arrival;	/* seconds, of its client= line, 0: none */
	uint64_t	 mid_hash;	/* of its Message-ID, 0: none */
	struct ref	 tls_ref;	/* inbound verdict, for peer-log */
	uint32_t	 idx;
	uint32_t	 prev;		/* of that queue ID */
	uint32_t	 hop;		/* set when the message is written */
	unsigned char	 tls_in;
	bool		 ended;		/* in the table of those */
	bool		 written;	/* its message is gone */
	bool		 twin;		/* begun when its ID had another life */
};

#define NODE_RECENT	512	/* a power of two; more of them crowd the cache */
#define NODE_BLOCK	16384	/* nodes allocated at once */

struct nodes {
	struct node	**block;
	uint32_t	 n, nblock, free;	/* n: indices given, from 1 */
	/* Most lines ask for open messages, which are few. */
	struct chains	 open, ended;
	/*
	 * By hash, the first open node of a queue ID: most lines are about
	 * messages met lately, and these few entries stay in the cache.
	 */
	struct node_recent {
		uint32_t	mark;	/* lower half of the hash */
		uint32_t	idx;	/* 0: none */
	}		 recent[NODE_RECENT];
	/* Written nodes in order, to be dropped. */
	struct node_old {
		uint32_t	idx;
		uint32_t	hash;	/* its lower half, for chains */
		int64_t		sec;
	}		*old;
	uint32_t	 oldcap, oldhead, noldest;
	uint32_t	 nstay;		/* children that stay for a parent */
	uint32_t	 ntwin;		/* twins that are not written */
};

#define NODE_TRACE_MAX	1280

void	nodes_init(struct nodes *);
void	nodes_free(struct nodes *);
/* A new node in the table of its queue ID (none for rejects). */
struct node_ref	node_new(struct nodes *, const struct ident *);

static inline struct node *
node_at(const struct nodes *t, uint32_t idx)
{
	return &t->block[idx / NODE_BLOCK][idx % NODE_BLOCK];
}

static inline struct node *
node_get(const struct nodes *t, struct node_ref ref)
{
	struct node *n;

	if (ref.idx == 0)
		return NULL;
	n = node_at(t, ref.idx);
	return n->gen == ref.gen ? n : NULL;
}

static inline struct node_ref
node_ref(const struct node *n)
{
	return (struct node_ref){ .idx = n->idx, .gen = n->gen };
}

static inline size_t
node_nparent(const struct node *n)
{
	return n->links == NULL ? 0 : n->links->n;
}

static inline struct slice
ident_qid(const struct ident *id)
{
	return slice_of(id->qid, id->qidlen);
}

static inline struct node_recent *
node_recent(struct nodes *t, uint64_t hash)
{
	return &t->recent[hash >> 32 & (NODE_RECENT - 1)];
}

/* The first node of that queue ID that is not written, met lately or not. */
uint32_t node_look(struct nodes *, struct slice qid, uint64_t hash);

/* The same, and its hash; mostly it was met lately. */
static inline uint32_t
node_live(struct nodes *t, struct slice qid, uint64_t *hash)
{
	const struct node_recent *r;

	*hash = hash_bytes(qid, 2);
	r = node_recent(t, *hash);
	return r->idx != 0 && r->mark == (uint32_t)*hash &&
	    same_text(ident_qid(&node_at(t, r->idx)->id), qid) ? r->idx :
	    node_look(t, qid, *hash);
}

/* The next one that is not written. */
uint32_t node_next_live(const struct nodes *, uint32_t idx, struct slice qid,
	    uint64_t hash);
/* All nodes of a queue ID, those that have not ended first. */
uint32_t node_first(struct nodes *, struct slice qid, uint64_t *hash);
uint32_t node_next(const struct nodes *, uint32_t idx, struct slice qid,
	    uint64_t hash);
/* node_ended will soon be called for it. */
void	node_ahead(const struct nodes *, struct node_ref);
/* Most of what is to come is not about this message; more than once is once. */
void	node_ended(struct nodes *, struct node_ref);
/* The message was written at sec: keep the node for an hour. */
void	node_written(struct nodes *, struct node_ref, int64_t sec);
/* Drop nodes written before sec. */
void	nodes_expire(struct nodes *, int64_t sec);
/* Add a parent once; false if it is there, or is the node itself. */
bool	node_link(struct nodes *, struct node_ref child, struct node_ref parent,
	    enum node_why);
/* Find root and hop by the parents that are known now. */
void	node_path(const struct nodes *, const struct node *, struct ident *root,
	    uint32_t *hop);
/* The trace text in dst; its slice. */
struct slice node_trace(const struct ident *, struct caltime_day *,
	    unsigned char dst[NODE_TRACE_MAX]);
/* The same as a value of a record, which lives as long as dst. */
struct slice node_put_trace(const struct ident *, struct caltime_day *,
	    unsigned char dst[NODE_TRACE_MAX], struct rec *, enum field);

#endif
