/*
 * spooled - queue files as evidence beside logs, in time order
 *
 * The records of queue files (source/queueread.h) come from files of a spool
 * among the inputs, or from a stream that mxqueue wrote.  Each file's records
 * stay together; all are sorted by the arrival that the file tells of and
 * handed to the tracker when merged time is there.
 *
 * A queue file does not name its host and instance as the log does: those are
 * found from what the beginnings of the logs say (spooled_host) and what the
 * directory's own Received headers call their host: the host of that name,
 * or whose name has the same first label, or the only one in the logs.  Else
 * the host is called as in the headers.  The instance is that of the log
 * if it is the only one of that host, or has the name of the directory;
 * `postfix` otherwise, until a line of the log names it.
 *
 * A directory is whole if it was named with all of its queues and nothing in
 * it was unreadable.  Use: spooled_open before confinement, spooled_take for
 * each input (or spooled_put for each record), spooled_sort, and then
 * spooled_next while `has`.  Limits: SPOOLED_ROOTS directories and
 * SPOOLED_HOSTS names; records of one file up to 8 MB, what is more is
 * counted in `cut`.
 */
#ifndef SOURCE_SPOOLED_H
#define SOURCE_SPOOLED_H

#include "io/spool.h"
#include "source/queueread.h"
#include "track/track.h"

#define SPOOLED_ROOTS	64
#define SPOOLED_HOSTS	256
#define SPOOLED_NAME	256
#define SPOOLED_FILE	((size_t)8 * 1024 * 1024)

struct spooled_name {
	unsigned char	text[SPOOLED_NAME];
	size_t		len;
};

/* A host in the logs, and an instance on it. */
struct spooled_host {
	struct spooled_name host, instance;
};

/* A queue directory. */
struct spooled_root {
	struct spooled_name	path;
	struct spooled_name	by;	/* what its headers call the host */
	struct track_spool	spool;
	bool			dated;
	bool			told;
};

struct spooled {
	const struct opt	*opt;
	struct spool		*sorted;
	struct inputs		 in;		/* the queue files */
	struct queuebundle	 bundle;	/* those of bundles */
	struct atfile		 peek;
	struct buf		 group, pack;	/* of the file at hand */
	unsigned char		 key[12];
	struct spooled_root	 root[SPOOLED_ROOTS];
	size_t			 nroot;
	size_t			 cur;		/* of the file at hand */
	struct spooled_host	 host[SPOOLED_HOSTS];
	size_t			 nhost;
	uint64_t		 files, damaged, cut;
	enum rc			 rc;
	struct err		 err;
	/* The file that comes next. */
	bool			 has;
	int64_t			 sec;
	uint32_t		 nsec;
	struct slice		 next;
};

/* False to stop. */
typedef bool	spooled_fn(void *arg, struct event *,
		    const struct track_spool *);

/* The inputs' directories are looked at for whole queues. */
void	spooled_open(struct spooled *, const struct inputs *,
	    const struct opt *);
void	spooled_close(struct spooled *);
/* Is this input a queue file, or a log of bounce, defer or trace? */
bool	spooled_is(struct spooled *, const struct input *);
/* Is it a record of mxqueue about one? */
bool	spooled_record(const struct rec *);
/*
 * The queue files in it, if it is a bundle: those streams of it that s->bundle
 * calls queue are kept.  False if not all of it could be read.
 */
bool	spooled_unpack(struct spooled *, const struct input *);
/* Somebody else says what it is that was unpacked. */
void	spooled_known(struct spooled *, const struct input *);
/* The same of a pipe that is a queue file, from its first byte on. */
bool	spooled_pipe(struct spooled *, struct reader *,
	    const struct reader_stream *);
/* Keep it, to be read by spooled_sort. */
void	spooled_take(struct spooled *, const struct input *);
void	spooled_put(struct spooled *, const struct rec *);
/* A source record of mxqueue: the directories that it read. */
void	spooled_source(struct spooled *, const struct rec *);
/* A host of the logs, and an instance there. */
void	spooled_host(struct spooled *, struct slice host,
	    struct slice instance);
/* Read what was taken, and begin. */
void	spooled_sort(struct spooled *, size_t failed);
/* The records of the next file. */
bool	spooled_next(struct spooled *, spooled_fn *, void *arg);
/* One record out of turn. */
bool	spooled_late(struct spooled *, const struct rec *, spooled_fn *,
	    void *arg);

#endif
