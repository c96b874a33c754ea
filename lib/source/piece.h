/*
 * piece - evidence traced apart, to be merged: mxtrace --partial
 *
 * A piece is one stream of evidence as records: its head, of the type
 * `piece`, then its events in the order of the file, then `source` and
 * `coverage`.  What a neighbour could change is left undecided: stamps
 * without year or zone stay as they are, unless both were given, and the
 * head's `anchors` hold what the beginning of the file says of them (struct
 * survey).  Where bytes were lost stands a record of the type `piece` with
 * `damaged`.  Pieces may stand one behind the other in a stream.
 *
 * The words of `anchors`, parted by blanks:
 *
 *	dated		the times are decided
 *	part=N		stream N of a bundle
 *	tz=ZONE		the zone that was given
 *	given=YYYY	the year of the first line, given
 *	local		there are stamps without zone
 *	bsd=MM-DD	the first stamp without year
 *	last=MM-DD	the latest of those that were looked at,
 *	years=N		and how often a new year began there
 *	dated-line=YYYY, queue-id=YYYY	what tells the year of the first
 *	gzip=TIME, mtime=TIME	of the gzip header and of the file
 *	ids=N:EAST	N long queue IDs are EAST seconds (-3600) off their
 *			stamps; EAST is `mixed` when they do not agree
 *
 * pieces_find reads a feed's records through and gives one feed for each
 * piece in it; what cannot be opened twice (pipes, compressed files) is kept
 * in a temporary file that pieces_open opens before confinement.  Pieces of
 * the same evidence, told by name, size and SHA-256, are kept once.  A
 * record that is no head as it was written is damage.  At most PIECES_MAX.
 */
#ifndef SOURCE_PIECE_H
#define SOURCE_PIECE_H

#include "source/feed.h"
#include "source/opt.h"

#define PIECES_MAX	1000000

struct pieces {
	int		 fd;		/* the temporary file, or -1 */
	int		 sys;		/* why not */
	uint64_t	 end;
};

typedef bool	piece_fn(void *arg, const struct rec *);

void	pieces_open(struct pieces *);
void	pieces_close(struct pieces *);

/* Leave open what a neighbour could date; false if all was given. */
bool	piece_leaves_open(const struct feed *, const struct opt *);
/* Call put with the head of a feed whose year was decided on. */
bool	piece_head(const struct feed *, const struct opt *, piece_fn *put,
	    void *arg);
/* Call put with the mark of lost bytes. */
bool	piece_break(piece_fn *put, void *arg);

/* The words of a head: written, and read into the survey; false if one of
 * them cannot be.  The zone is a slice of what was read. */
void	piece_put_anchors(struct buf *, const struct feed *,
	    const struct opt *);
bool	piece_anchors(struct feed *, struct slice, struct slice *tz);

/* Is this line a piece's head or mark? */
bool	piece_is(struct slice line);
/*
 * The feeds of all pieces in *f, which has been surveyed and is closed by
 * this; *n of them, to be freed with mem_free.  Their bufs are theirs.
 */
struct feed *pieces_find(struct pieces *, struct feed *f,
	    const struct opt *, size_t *n);
/* Leave one of those that are the same. */
size_t	pieces_once(struct feed *, size_t n);
/* Date the event at hand by what its record says; its stamp. */
void	piece_time(struct feed *, struct stamp *);

#endif
