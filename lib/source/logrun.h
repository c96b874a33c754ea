/*
 * logrun - lines found side by side in raw bytes, as events
 *
 * A run (scan/scan.h) has no name and no modification time: its year and zone
 * come from the options, from dated lines and long queue IDs in it, from the
 * time in the gzip header that it was found behind, or, of a raw image, from
 * the modification time of the log that its first byte lies in, if that is at
 * most LOGRUN_DAYS after its lines: blocks may be another log's now.  Its first
 * LOGRUN_HOLD bytes are held back until that, and how plausible the run is,
 * is decided; then put is called for each line, in order.  event.rec has all
 * keys but src, off and len set, whose values stand in the event; `line` is
 * the stored line.  The storage of keys is borrowed for the call.
 *
 * confidence is
 *	low	for lines within other text; for few lines (LOGRUN_FEW) with text
 *		of another kind on both sides; for what damage makes doubtful
 *	medium	for few lines with such a text on one side, for less than three
 *		lines, for a line that may be cut, or that lies over the edge
 *		of a sector and is not understood, and where damage shows later
 *	high	otherwise
 *
 * The first line of a run has the note `lines-lost`, since what stood before it
 * is not known; one that may be cut has `cut`.
 */
#ifndef SOURCE_LOGRUN_H
#define SOURCE_LOGRUN_H

#include "scan/scan.h"
#include "source/dated.h"
#include "source/feed.h"
#include "source/opt.h"

#define LOGRUN_HOLD	((size_t)256 * 1024)
#define LOGRUN_FEW	50
#define LOGRUN_DAYS	62

enum logrun_confidence {
	LOGRUN_HIGH,
	LOGRUN_MEDIUM,
	LOGRUN_LOW
};

extern const struct slice logrun_word[];	/* "high", "medium", "low" */

struct logrun_line {
	struct event		*event;
	struct slice		 line;
	uint64_t		 run;		/* its number, from 1: ++*runs */
	enum logrun_confidence	 confidence;
	bool			 entry;		/* of a journal */
};

typedef void	logrun_fn(void *arg, const struct logrun_line *);

struct logrun;

/* *runs counts the runs of all of them. */
struct logrun	*logrun_new(const struct opt *, const struct prefix *,
		    uint64_t *runs, logrun_fn *, void *arg);
void		 logrun_free(struct logrun *);
/*
 * Where the lines stand: a stream's path, which must outlive it, and the time
 * of its gzip header, if it has one.  From the offset `doubt` on, decoded
 * bytes may be wrong; UINT64_MAX if not.
 */
void		 logrun_stream(struct logrun *, struct slice src,
		    const int64_t *mtime, uint64_t doubt);
/* What is known of the logs in the stream, an image; or NULL. */
void		 logrun_dated(struct logrun *, struct dated *);
/* Since then all lines stand behind damage: none is of high confidence. */
void		 logrun_behind(struct logrun *);
void		 logrun_line(struct logrun *, const struct scan_line *);
/* How plausible the run was. */
enum logrun_confidence logrun_end(struct logrun *, unsigned int flags);
/* Add the runs whose zone was assumed, and those without year. */
void		 logrun_unsure(const struct logrun *, size_t *assumed,
		    size_t *yearless);

#endif
