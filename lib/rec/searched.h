/*
 * searched - what a stream of records covers: its `coverage` records
 *
 * searched_add takes every record and keeps what source and coverage records
 * say.  searched_covers answers whether evidence covers a window: on every
 * host the first and the last line lie within `slack` seconds of its ends,
 * and no gap lies inside.  A side that is not given asks nothing.
 *
 * Limits: SEARCHED_MAX coverage records; past it nothing is covered.
 */
#ifndef REC_SEARCHED_H
#define REC_SEARCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/field.h"

#define SEARCHED_MAX	100000

struct searched_window {
	bool		has_since, has_until;
	int64_t		since, until;	/* half-open, seconds */
	int64_t		slack;
};

struct searched_span {
	struct slice	host;
	int64_t		from, to;	/* first and last line, seconds */
	bool		timed;		/* they are known */
	bool		foreign;	/* without a line of Postfix */
	struct slice	gaps;
	struct slice	tls;
};

struct searched {
	struct arena		 arena;
	struct searched_span	*span;
	size_t			 n;
	bool			 overflow;
	uint64_t		 records;	/* all that were added */
	uint64_t		 sources;
	bool			 at_end;	/* the last one was one of ours */
	uint64_t		 lines, unknown, foreign, copies;
};

void	searched_init(struct searched *);
void	searched_free(struct searched *);
/* True if the record is a source or coverage record. */
bool	searched_add(struct searched *, const struct rec *);
/*
 * False, and in why a text that is safe to print, when the window is not
 * covered or nothing is known of it.
 */
bool	searched_covers(const struct searched *,
	    const struct searched_window *, struct buf *why);
/* "period, hosts, lines, TLS logging", safe to print, of at most 1 KB. */
void	searched_text(const struct searched *, struct buf *);
/* The [time, end] of the record in seconds; false if it has no time. */
bool	searched_when(const struct rec *, int64_t *from, int64_t *to);

#endif
