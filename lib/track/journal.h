/*
 * journal - what a message holds: facts, line references, deliveries
 *
 * An append-only string of entries in pieces of memory, so that a message in
 * flight costs about what its lines say.  A fact is a key and a value; a
 * later fact of the same key replaces an earlier one when they are read
 * back.  A delivery is a fixed head (copied as it is) and facts.  No entry
 * lies in two pieces.
 *
 * journal_next walks the entries; the slices point into the journal and live
 * until it is dropped.  Facts of plain bytes are ready to be written again
 * (base/field.h).  Pieces are recycled through a pool.
 */
#ifndef TRACK_JOURNAL_H
#define TRACK_JOURNAL_H

#include "base/field.h"
#include "base/pool.h"
#include "track/names.h"

enum journal_kind {
	JOURNAL_END,
	JOURNAL_FACT,
	JOURNAL_LINE,		/* a place in the evidence */
	JOURNAL_BLOCK		/* a head and facts */
};

struct journal_piece;

struct journal {
	struct journal_piece	*first, *last;
	uint32_t		 left;	/* bytes that the last piece has room for */
	uint32_t		 len;	/* bytes of all entries */
	struct ref		 line;	/* the latest */
};

/* A place in a journal, before an entry; all zero: before the first. */
struct journal_at {
	struct journal_piece	*piece;
	uint32_t		 pos;
	struct ref		 line;	/* the latest before it */
};

struct journal_pool {
	struct pool	 pieces;
	/* Of the line at hand, what is plain (fmt/event.h); mostly empty. */
	struct slice	 plain;
};

struct journal_entry {
	enum journal_kind kind;
	enum field	 field;		/* FACT */
	struct slice	 value;		/* FACT */
	bool		 ready;		/* FACT */
	struct ref	 line;		/* LINE */
	struct slice	 head;		/* BLOCK */
	struct slice	 facts;		/* BLOCK: to be read by journal_facts */
};

void	journal_pool_init(struct journal_pool *);
void	journal_pool_free(struct journal_pool *);
/* Give the memory back; the journal is empty then. */
void	journal_drop(struct journal_pool *, struct journal *);
/* False when the journal would grow past 2 GB. */
bool	journal_fact(struct journal_pool *, struct journal *, enum field,
	    struct slice value);
bool	journal_line(struct journal_pool *, struct journal *, const struct ref *);
/* A fact for each of the keys that the record has. */
bool	journal_take(struct journal_pool *, struct journal *,
	    const struct rec *, const struct field_set *keys);
/* Bytes that journal_pack writes. */
size_t	journal_packed(const struct journal *);
/*
 * Move all entries to that memory, aligned to 8 bytes, which is not given
 * back by journal_drop; FIELD_PAD bytes behind it may be read.
 */
void	journal_pack(struct journal_pool *, struct journal *, void *);
/*
 * All entries as bytes of memory, j->len of them, and the journal again from
 * these, with no more of it known than len and line.
 */
void	journal_save(struct journal_pool *, struct journal *,
	    unsigned char *);
void	journal_load(struct journal_pool *, struct journal *,
	    const unsigned char *);
/* A block: head and facts as by journal_take; NULL: no facts. */
bool	journal_block(struct journal_pool *, struct journal *,
	    struct slice head, const struct rec *, const struct field_set *keys);
/* The entry at that place, which moves on. */
enum journal_kind journal_next(const struct journal *, struct journal_at *,
	    struct journal_entry *);
/* Set the facts of a block in the record. */
void	journal_facts(struct slice facts, struct rec *);

#endif
