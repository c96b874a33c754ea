/*
 * framing - log lines out of bytes, whatever wrote them
 *
 * framing_next looks at data, which begins at a line start, and takes one
 * logical line: a physical line, an entry of `journalctl -o export` (all
 * its lines, binary fields too) or verbose, or the last of several fragments
 * (Docker json-file pieces without "\n", CRI lines with P), which are then
 * joined.  It returns the number of bytes consumed, 0 when more data is
 * needed (never when eof is set and data is not empty).  frame.line is what
 * was consumed, without the line end; a fragment that only waits for its
 * last piece gives frame.kind FRAMING_PART and no text.  A joined line began
 * frame.back bytes before frame.line (lines of the other stream may stand
 * between).  After the last byte framing_flush gives lines whose last fragment
 * never came, without frame.line: frame.back then counts from the end.
 *
 * Every line may have another framing than the one before; the state only
 * remembers what was seen last, to try it first, and container fragments
 * (bounded; over FRAMING_JOIN_MAX the rest of the line is dropped and
 * frame.cut set).  A line of FRAMING_LINE_MAX bytes or more without end is
 * given cut off (frame.cut) and skipped up to its end: what is skipped comes
 * as FRAMING_PART with frame.cut, and is no line of its own.
 *
 * The window must be able to hold FRAMING_LINE_MAX bytes.  What is returned
 * does not depend on how the data is cut into windows, but for the number of
 * skipped parts.
 *
 * The slices of a frame point into data or into the state; they live until
 * the next call.  NUL bytes and invalid UTF-8 are kept; a CR before the LF is
 * not part of the line; NUL bytes before a line (a crash leaves them) and a
 * byte order mark are part of frame.line, but do not hide what follows.
 * Facts: reference/postfix-logs.md 1.
 */
#ifndef FMT_FRAMING_H
#define FMT_FRAMING_H

#include <stdbool.h>

#include "base/buf.h"
#include "fmt/head.h"
#include "fmt/lineends.h"
#include "fmt/stamp.h"

#define FRAMING_LINE_MAX	(1024 * 1024)
#define FRAMING_PLAIN_MAX	16384	/* a longer line is not said to be plain */
#define FRAMING_JOIN_MAX	FRAMING_LINE_MAX

enum framing_kind {
	FRAMING_NONE,		/* no framing that we know; text is the line */
	FRAMING_BLANK,		/* an empty line */
	FRAMING_MARK,		/* "-- Boot ... --" and the like: to be ignored */
	FRAMING_PART,		/* a fragment, joined later; or skipped */
	FRAMING_BSD,		/* also postlogd and journalctl -o short[-precise] */
	FRAMING_ISO,		/* rsyslog, short-iso[-precise] */
	FRAMING_RFC5424,
	FRAMING_RFC3164,	/* <PRI> before a BSD or ISO stamp */
	FRAMING_FULL,		/* journalctl -o short-full */
	FRAMING_UNIX,		/* journalctl -o short-unix */
	FRAMING_JSON,		/* journalctl -o json */
	FRAMING_EXPORT,		/* journalctl -o export */
	FRAMING_VERBOSE,	/* journalctl -o verbose */
	FRAMING_JOURNAL,	/* a journal file (fmt/journalfile.h) */
	FRAMING_DOCKER,
	FRAMING_CRI,
	FRAMING_COLLECTOR,	/* JSON of a log collector */
	FRAMING_PREFIX,		/* the user's own pattern */
	FRAMING_N
};

/*
 * What journald found out about the writer of an entry, which the writer
 * could not choose: _PID, _UID, _EXE, _COMM; and the entry's own number.
 */
struct frame_who {
	struct slice		pid, uid, exe, comm, seqnum;
};

struct frame {
	enum framing_kind	kind;
	enum framing_kind	inner;	/* DOCKER, CRI, COLLECTOR: framing of
					 * the text in it */
	struct slice		line;
	struct stamp		stamp;	/* of the line itself */
	struct stamp		outer;	/* of the container (its first piece),
					 * kind NONE without */
	struct slice		host;	/* absent when not given */
	struct slice		tag;	/* postfix/submission/smtpd; absent or empty if none */
	struct slice		pid;	/* digits; absent if none */
	const struct postfix_tag *postfix;	/* the tag, when it was
					 * decoded before; or NULL */
	uint64_t		number;	/* the pid, when postfix is set */
	uint64_t		writer;	/* then the number of host and tag */
	struct slice		text;	/* after "tag[pid]: " */
	uint32_t		repeat;	/* N of "message repeated N times: [ text]",
					 * text is then the text inside; also of
					 * "last message repeated N times" */
	uint64_t		back;	/* joined: bytes from the start of the first
					 * piece to the start of this one */
	uint32_t		lines;	/* physical lines that begin in it */
	bool			last_repeated;	/* the latter form, whose text
					 * stands in the line before */
	bool			lost_program;	/* stock RFC 5424: tag cut at its slash */
	bool			cut;	/* the line was longer than we keep */
	bool			plain;	/* line is, and FIELD_PAD bytes behind
					 * it may be read (base/field.h) */
	bool			has_who;	/* who is set */
	struct frame_who	who;
};

struct prefix;		/* fmt/prefix.h: --prefix */

/* What many lines have in common, so that it is decoded once. */
struct framing_memo {
	bool			plain;	/* no labels before lines */
	struct stamp_memo	stamp;
	struct head		*heads;		/* fmt/head.h: the table */
};

struct framing_join {
	struct buf		text;
	struct stamp		outer;
	enum framing_kind	kind;
	uint64_t		pos;	/* where its first piece begins */
	bool			open;	/* a piece is waiting */
	bool			cut;
};

struct framing {
	enum framing_kind	last;	/* of the last line that had one */
	const struct prefix	*prefix;	/* NULL without --prefix */
	size_t			 limit;		/* FRAMING_LINE_MAX; tests want less */
	uint64_t		 pos;		/* bytes consumed */
	bool			 stream;	/* what is given is one stream */
	struct lineends		 ends;		/* of a stream */
	bool			export;		/* inside an export stream */
	bool			skip_line;	/* inside an over-long line */
	bool			skip_entry;	/* inside an over-long entry */
	uint64_t		skip_bytes;	/* of a binary field */
	struct framing_memo	memo;
	struct buf		scratch;	/* decoded text */
	struct framing_join	join[2];	/* stdout, stderr */
};

extern const struct slice framing_name[FRAMING_N];

/* May FIELD_PAD bytes behind the first n be read, which are not too many? */
static inline bool
framing_is_padded(struct slice data, size_t n)
{
	return n <= FRAMING_PLAIN_MAX && data.len - n >= FIELD_PAD;
}

void	framing_init(struct framing *, const struct prefix *);
/*
 * From now on each call is given data that begins where the one before has
 * ended, up to framing_flush: lines are found faster, and plain ones known.
 */
void	framing_stream(struct framing *);
void	framing_free(struct framing *);
size_t	framing_next(struct framing *, struct slice data, bool eof,
	    struct frame *);
/* The same, any line the long way: usual_next (fmt/usual.h) was asked. */
size_t	framing_unusual(struct framing *, struct slice data, bool eof,
	    struct frame *);
/*
 * At the end of a stream, until it returns false: a line whose last fragment
 * is missing.  The state is then ready for another stream.
 */
bool	framing_flush(struct framing *, struct frame *);
/*
 * Split one line that is not wrapped and has no label before it; false
 * and kind FRAMING_NONE, text the line, if it has no framing.
 */
bool	framing_split(struct slice line, struct frame *);

#endif
