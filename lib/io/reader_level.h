/*
 * reader_level - the decoders of a reader, one above the other
 *
 * Private to reader*.c.  reader.c opens, gives out the topmost window and
 * closes, reader_fill.c adds bytes to a window, reader_walk.c goes from stream
 * to stream and puts decoders on top for that.
 */
#ifndef IO_READER_LEVEL_H
#define IO_READER_LEVEL_H

#include <sys/stat.h>

#include "base/buf.h"
#include "io/bundle.h"
#include "io/digest.h"
#include "io/gunzip.h"
#include "io/reader.h"
#include "io/sniff.h"
#include "io/unpack.h"

/*
 * Bytes as one decoder makes them.  Level 0 is the stored file; each level
 * above reads the window of the one below.  The caller sees the window of
 * the topmost one.
 */
struct level {
	enum sniff	 kind;		/* SNIFF_NONE: the stored file */
	unsigned char	*buf;		/* the window is buf + pos to len */
	size_t		 cap, pos, len;
	size_t		 keep;		/* bytes before pos to be kept */
	uint64_t	 off;		/* offset of buf + pos */
	uint64_t	 made;		/* bytes made, all streams together */
	enum rc		 end;		/* RC_OK: more may come */
	struct err	 err;		/* of RC_DAMAGED and RC_FAIL */
	bool		 told;		/* it has been reported */
	bool		 torn;		/* gzip: there may be more behind it */
	struct gunzip	*gunzip;
	struct unpack	*unpack;
	struct bundle	*bundle;
	size_t		 lent;		/* bytes of the window below in use */
	struct buf	 path;
	struct buf	 outer;		/* path for the files in a bundle */
	bool		 has_mtime;
	int64_t		 mtime;
	struct reader	*r;
};

struct reader {
	int		 fd;
	bool		 ours;		/* to be closed */
	bool		 seekable;
	bool		 shared;	/* others read from fd, too */
	uint64_t	 base;		/* where it begins */
	struct stat	 st;
	struct digest	*digest;
	uint64_t	 stored;	/* bytes read */
	struct level	 level[READER_DEPTH + 1];
	size_t		 top;
	bool		 started;
	bool		 bad_news;	/* the stream is nothing but damage */
	bool		 finished;
	bool		 stop;		/* the limit of decoding was passed */
	size_t		 salvaged;
};

static inline struct slice
level_window(const struct level *l)
{
	return slice_of(l->buf == NULL ? NULL : l->buf + l->pos,
	    l->len - l->pos);
}

static inline void
level_consume(struct level *l, size_t n)
{
	l->pos += n;
	l->off += n;
}

/* Damage that the caller does not know of yet. */
static inline bool
level_untold(const struct level *l)
{
	return l->end != RC_OK && l->end != RC_END && !l->told;
}

/* reader_fill.c */
/* A new stream at a level. */
void	level_begin(struct level *);
/* The stream of a level ends here, and how. */
void	level_end(struct level *, enum rc, const struct err *);
/*
 * A decoder has come to its end.  When the bytes below ended badly and all
 * of them were used, then that is the reason, to be told once.
 */
void	level_end_decoder(struct level *, enum rc, const struct err *);
/*
 * Add to the window of level i.  RC_OK: at least a byte, or the window is
 * full; else how the stream has ended.  Levels call the one below,
 * READER_DEPTH deep.
 */
enum rc	reader_fill(struct reader *, size_t i);
/* Read on to the end of the stream of level i and forget it. */
void	reader_skip(struct reader *, size_t i);
/* libarchive asks for stored bytes: lend it the window below a level. */
enum rc	level_lend(void *level, struct slice *);

#endif
