/*
 * finds - what is found in an image, handed over by whoever finds it
 *
 * A finder looks at a stream: the image itself (depth 0) or what a compressed
 * file in it holds.  Offsets count in the stream; stream_read gives its bytes
 * at any of them, fewer at the end, and 0 where there are none.  Reading a
 * nested stream backwards means decoding it again, and a pipe gives only some
 * MB around the place at hand: look forward, and not far.
 *
 * A find is a class, the pieces that it lies in, in the order of its content,
 * and how plausible it is.
 *
 *	struct find f = { .class = FIND_QUEUE, .piece = v, .n = n,
 *	    .confidence = LOGRUN_HIGH };
 *
 *	find_claim(s, &f);			once, before its records
 *	rec_clear(&r); rec_set(&r, F_TYPE, SLICE("file")); ...
 *	if (!find_record(s, &f, &r)) ...	each record of it
 *
 * find_claim remembers whose the bytes are; nothing is looked for in them when
 * the finder then gives their end as the place to go on from.  find_record
 * takes a record of type `file` or `event`.  It sets src, off, len (from the
 * pieces), refs (if there is more than one), confidence, volume and
 * volume_off, each unless it is set already.  Records are written in order of
 * time (of `time`, or of `mtime` or `created` if there is none), at the end;
 * those without come last, in order of their discovery.  Log lines (of a
 * journal) go through find_line instead, which knows copies and --known.
 * False: the spool has failed; give up.  All slices are copied.
 *
 * With s->unallocated set, a finder that reads file systems calls
 * find_allocated, from its `open`, for the bytes that are in use: these are
 * not looked through.
 *
 * find_demote: a file that was handed over whole is a guess after all; its
 * records will say so.
 *
 * find_doubt: something could not be told or read, and a message has said so;
 * the exit status will be 2.
 *
 * How to add a finder: lib/source/finder.h.
 */
#ifndef SOURCE_FINDS_H
#define SOURCE_FINDS_H

#include "scan/member.h"
#include "scan/partition.h"
#include "source/claims.h"
#include "source/dated.h"
#include "source/found.h"

enum find_class {
	FIND_LOG,
	FIND_QUEUE, /* queue files; bounce, defer and trace logs */
	FIND_MAIL,  /* messages that are no queue file */
	FIND_GZIP,  /* compressed: gzip, zstd, xz */
	FIND_JOURNAL,
	FIND_KEY, /* keys and certificates */
	FIND_N
};

extern const char *const find_name[FIND_N];

#define FIND_PIECES	65536

struct find_piece {
	uint64_t	 off;
	uint64_t	 len;
};

struct find {
	enum find_class		 class;
	const struct find_piece	*piece;
	size_t			 n;		/* at most FIND_PIECES */
	enum logrun_confidence	 confidence;
};

struct finds;

struct stream {
	deflate_read_fn		*read;
	void			*arg;
	struct slice		 src;		/* its forensic path */
	unsigned int		 depth;		/* 0: the image */
	uint64_t		 size;		/* UINT64_MAX: not known */
	uint64_t		 from, until;	/* what is looked through of it */
	bool			 pipe;		/* no way back */
	bool			 unallocated;	/* leave out what is in use */
	const struct opt	*opt;
	const struct prefix	*prefix;	/* --prefix, or NULL */
	uint64_t		*runs;		/* see logrun_new */
	/*
	 * Look through what a compressed file holds that lies in pieces of the
	 * image: in `end` of a finder.
	 */
	void			(*unpack)(const struct stream *,
				    enum member_kind,
				    const struct find_piece *, size_t n);
	/* Of the image at hand. */
	const struct partition	*part;
	size_t			 npart;
	struct finds		*finds;
};

static inline size_t
stream_read(const struct stream *s, uint64_t off, void *dst, size_t len)
{
	return s->read(s->arg, off, dst, len);
}

void find_allocated(const struct stream *, uint64_t off, uint64_t len);
void find_doubt(const struct stream *);
/* The logs of an image, and when they were modified. */
struct dated *finds_dated(struct finds *);
void find_demote(const struct stream *, uint64_t off, uint64_t len);
void find_claim(const struct stream *, const struct find *);
bool find_record(
    const struct stream *, const struct find *, const struct rec *);
/* A line as logrun gives it; line->event has src, off and len. */
bool find_line(const struct stream *, const struct logrun_line *);

/*
 * For who runs the finders: all finds of all images.  finds_image begins an
 * image, finds_state tells whether the spool has failed.
 */
struct finds_count {
	uint64_t	 found[FIND_N];		/* find_claim was called */
	uint64_t	 doubts;		/* calls of find_doubt */
	/* log lines by enum line_class */
	uint64_t	 line[4];
};

struct extracts;

struct finds *finds_open(struct found *);
/*
 * Write what is found in the image to files, unless NULL; with `list` make a
 * `file` record of each run of lines and each compressed file, too.
 */
void finds_files(struct finds *, struct extracts *, bool list);
/*
 * Claims and records go to the checkpoint, too.  While `muted` nothing is
 * taken: it was, in the run before.
 */
void finds_log(struct finds *, struct checkpoint *);
struct checkpoint *finds_checkpoint(const struct finds *);
void finds_mute(struct finds *, bool);
/* An entry of the checkpoint: a claim or a record. */
void finds_restore(struct finds *, enum checkpoint_kind, struct slice);
struct finds_count *finds_counts(struct finds *);
/* What a nested stream holds is written by who decodes it. */
struct extracts *finds_extracts(const struct finds *);
/* For what cannot be read backwards; finds_open opens it. */
struct scratch *finds_scratch(struct finds *);
void finds_close(struct finds *);
void finds_image(struct finds *, struct finds_count *);
enum rc finds_state(const struct finds *, struct err *);
/* Of the image at hand. */
const struct claims *finds_claims(const struct finds *);
const struct claims *finds_allocated(const struct finds *);

#endif
