/*
 * scan - log lines in raw bytes, and where other evidence may begin
 *
 * The caller shows a stream of bytes (an image, what a gzip member holds)
 * window by window: scan_window looks at w, whose first byte has the offset
 * off, and returns how many bytes from its front on are done with.  The next
 * window begins behind those and holds what was left, and more.  It holds on
 * to SCAN_KEEP bytes at most, so windows must be larger.  With eof set
 * nothing follows.  What is found does not depend on how the stream is cut.
 *
 * A line is found by an anchor (scan/anchor.h), its beginning looked for
 * before it, and split by fmt/framing: no other parser.  Lines that follow
 * one another are a run; those of other programs are part of it as long as a
 * line of Postfix stands at most SCAN_FOREIGN lines away.  `line` gets each
 * of them, `end` is called behind the last of a run; false from `line` stops
 * the scan.  A line begins behind a line end, a NUL or another byte that is
 * no text; at a multiple of SCAN_SECTOR, where a file may begin; or, when its
 * framing cannot be read there, within other text (SCAN_INSIDE): what quotes
 * or documents logs looks so, and a run of such lines goes on behind the same
 * prefix.  A line ends at a line end or before a byte that is no text.  One
 * of more than SCAN_LINE bytes is cut there, or ends the run if it was joined
 * from pieces.
 *
 * SCAN_CUT of a line: it does not end in a line end and may be incomplete, or
 * behind the edge of a sector it has what is no text, or another line's tag.
 * SCAN_BEFORE and SCAN_AFTER of a run: text that is no log line stands before
 * or behind it, and not at the edge of a sector.
 *
 * `other` gets every other anchor outside of runs with its offset and gives
 * the offset to go on from; anything up to off means the byte behind off.
 *
 * Memory: the framing's.  Times are not read here.  Facts:
 * reference/postfix-logs.md 1.
 */
#ifndef SCAN_SCAN_H
#define SCAN_SCAN_H

#include "fmt/framing.h"
#include "scan/anchor.h"

#define SCAN_LINE	((size_t)64 * 1024)	/* longest line found */
#define SCAN_KEEP	(4 * SCAN_LINE)
#define SCAN_SECTOR	512
#define SCAN_FOREIGN	64
#define SCAN_PREFIX	16

#define SCAN_INSIDE	0x1u
#define SCAN_CUT	0x2u
#define SCAN_BEFORE	0x4u
#define SCAN_AFTER	0x8u

struct scan_line {
	uint64_t		 off;
	struct slice		 bytes;		/* without line end */
	const struct frame	*frame;
	unsigned int		 flags;		/* INSIDE, CUT */
	uint64_t		 next;		/* behind its line end */
};

struct scan_ops {
	bool		(*line)(void *arg, const struct scan_line *);
	void		(*end)(void *arg, unsigned int flags);
	uint64_t	(*other)(void *arg, enum anchor, uint64_t off);
};

struct scan {
	const struct scan_ops	*ops;
	void			*arg;
	struct framing		 framing;
	struct framing		 trial;		/* is it a line at all? */
	uint64_t		 text_start;	/* of the latest anchor's text */
	uint64_t		 text_end;
	bool			 tried;		/* no line begins with it */
	uint64_t		 pos;		/* to be looked at next */
	uint64_t		 floor;		/* what is before is done with */
	uint64_t		 least;		/* behind the anchor of the run */
	uint64_t		 sector;	/* next anchor_sector, or where
						 * to look for it */
	enum anchor		 begins;	/* what it is, or none */
	bool			 in_run;
	bool			 stopped;
	unsigned int		 flags;		/* of the run */
	unsigned int		 foreign;	/* lines since one of Postfix */
	size_t			 nprefix;
	unsigned char		 prefix[SCAN_PREFIX];
};

void	scan_init(struct scan *, const struct prefix *,
	    const struct scan_ops *, void *arg);
void	scan_free(struct scan *);
size_t	scan_window(struct scan *, struct slice w, uint64_t off, bool eof);

#endif
