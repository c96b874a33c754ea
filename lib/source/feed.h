/*
 * feed - the lines of one evidence file, as events or as records
 *
 * feed_survey looks at the beginning of the file: is it evidence or the
 * records of another tool, when does it begin, and what does it say about
 * year and zone.  It opens and closes the file; standard input and pipes stay
 * open.  A bundle is only counted (nstreams): each of its streams is then a
 * feed of its own (`only`), because they need not be in time order.  After
 * the years were decided on (source/years), feed_open reads from the start
 * and feed_next gives one item after the other:
 *
 *	FEED_EVENT   feed.event is filled: a line, or an event record
 *	FEED_RECORD  feed.event.rec is a record of another type
 *	FEED_END     the file is read; feed.total is set
 *
 * A file of pieces (source/piece.h) is several feeds, one for each.  With
 * `undated` set, stamps without year or zone are left as they are.
 *
 * A systemd journal file gives an event for each entry.
 *
 * Damage is reported once with msg_err, counted in `damaged`, and reading goes
 * on behind it.  Slices live until the next call.
 */
#ifndef SOURCE_FEED_H
#define SOURCE_FEED_H

#include "fmt/framing.h"
#include "fmt/postfix.h"
#include "io/inputs.h"
#include "io/reader.h"
#include "rec/rec.h"
#include "source/again.h"
#include "source/clock.h"
#include "source/journals.h"

#define FEED_STAMP_MAX	48	/* Tue 2026-09-01 10:04:05.123456789 +0200 */

/* What the beginning of a file says. */
struct survey {
	bool		records;	/* NDJSON or TSV of ours */
	bool		pieces;		/* of --partial */
	bool		queue;		/* of mxqueue */
	bool		hosted;		/* records of lines name a host */
	bool		first_record;	/* is looked at */
	bool		readable;
	bool		journal;	/* a systemd journal file */
	bool		timed;		/* a stamp was found */
	struct event_time first;	/* of the first stamp, when decided */
	struct stamp	stamp;		/* the first stamp */
	struct stamp	outer;
	unsigned char	text[FEED_STAMP_MAX];	/* of the first stamp */
	size_t		ntext;
	bool		bsd;		/* a BSD stamp without year was found */
	uint8_t		mon, day;	/* of the first one */
	bool		local;		/* stamps without zone were found */
	bool		has_dated;	/* a dated line, or a queue ID */
	bool		by_qid;
	int		year;		/* of the first BSD stamp, by that */
	int		given;		/* year given to a piece, or 0 */
	bool		has_gzip;
	int64_t		gzip_mtime;
	bool		has_mtime;	/* of the file */
	int64_t		mtime;
	unsigned int	nids;		/* long queue IDs compared with stamps */
	bool		ids_agree;
	int32_t		east;		/* what they agree on */
	bool		has_date;	/* a dated line was met, */
	int64_t		date;		/* of that time */
	bool		has_named;
	int64_t		named;		/* date in the name of the stream */
	int		last;		/* day of the latest BSD stamp */
	unsigned int	wraps;		/* new years seen */
};

enum feed_item {
	FEED_EVENT,
	FEED_RECORD,
	FEED_END
};

struct spooled;
struct track;

struct feed {
	const struct input	*input;
	const struct prefix	*prefix;
	unsigned int		 only;		/* this stream of a bundle, from
						 * 1; 0: all streams */
	unsigned int		 nstreams;	/* of a bundle, by the survey */
	struct buf		 name;		/* as in forensic paths */
	struct buf		 host;		/* of the first line with a stamp */
	unsigned int		 part;		/* number of the stream in a
						 * bundle, or 0 */
	bool			 undated;
	struct feed_piece {
		bool		is;
		bool		dated;		/* when it was made */
		bool		headed;		/* its head was read */
		bool		over;		/* the next one begins */
		uint64_t	off;
		int		fd;		/* -1: of the input's path */
	}			 piece;
	struct survey		 survey;
	struct clock		 clock;
	struct reader		*reader;	/* NULL when not open */
	struct reader_stream	 stream;
	bool			 in_stream;
	bool			 stream_end;
	enum rc			 stream_rc;	/* why it ended */
	struct err		 stream_err;
	struct journals		*journal;	/* the stream is one, or NULL */
	bool			 looked;	/* whether it is */
	bool			 lines;		/* the stream at hand has lines */
	struct feed_flaws {
		uint64_t	places;		/* of damage */
		uint64_t	hash, lost, unlinked;	/* entries */
	}			 flaws;		/* of the journal */
	struct buf		 note;
	struct slice		 rest;		/* of the window: to be read */
	uint64_t		 rest_off;	/* where it begins */
	size_t			 taken;		/* before it, not yet consumed */
	struct framing		 framing;
	struct again		 again;
	struct track		*track;		/* that the lines are for, or NULL */
	uint64_t		 line;		/* lines of the stream so far */
	struct rec_in		 rec_in;
	struct buf		 scratch;
	struct buf		 src;		/* path of the stream at hand */
	struct event		 event;
	bool			 any;		/* a line was given out */
	bool			 ended;		/* a source record was read */
	bool			 pieces;	/* and events behind it */
	unsigned int		 damaged;
	unsigned int		 breaks;	/* damage that a piece tells of */
	unsigned int		 told;		/* of both, to the next line */
	struct buf		 last_host;	/* of its latest line */
	uint64_t		 number;	/* of the stream, for its events */
	struct buf		 last_src;	/* of records: their latest source */
	struct reader_total	 total;
	bool			 done;
	uint64_t		 n[4];		/* lines by class */
	unsigned int		 framings;	/* bits of the kinds seen */
	int64_t			 sec;		/* latest time given out: the */
	uint32_t		 nsec;		/* place in the merged order */
	size_t			 order;		/* among equals: by path */
	size_t			 set;		/* the same: of one rotated set */
	struct feed		*newer;		/* the next file of the set, or NULL */
	bool			 goes_on;	/* an older one has its host's lines */
	bool			 beside;	/* and later ones than its first */
	enum feed_item		 item;		/* what is at hand */
	const char		*container;
};

/* The hosts that its beginning names are told to *s, if that is not NULL. */
void	feed_survey(struct feed *, bool hash, struct spooled *s);
/* One more line from the beginning of a source. */
void	survey_line(struct survey *, const struct frame *);
/* The times of the event at hand, whose frame this is. */
void	feed_time(struct feed *, const struct frame *);
/* One more word in the note of the event at hand. */
void	feed_note(struct feed *, struct slice word);
bool	feed_open(struct feed *, bool hash);
enum feed_item feed_next(struct feed *);
/*
 * The next item, if it is the event of a line as most are, of the stream at
 * hand; else nothing has happened, and feed_next has to be asked.
 */
bool	feed_usual(struct feed *);
void	feed_close(struct feed *);
/* Begin the next stream (the one of `only`); false at the end. */
bool	feed_stream(struct feed *);

#endif
