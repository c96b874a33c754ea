/*
 * origins - the parts of origin; internal to it
 *
 * origin.c knows the names and what is claimed of them, origin_open.c finds a
 * file and checks it, origin_read.c reads places of the file at hand.
 */
#ifndef SOURCE_ORIGINS_H
#define SOURCE_ORIGINS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/msg.h"
#include "io/beneath.h"
#include "rec/keyset.h"
#include "source/origin.h"
#include "source/stdincopy.h"

/* What a source record says. */
struct claim {
	struct claim	*next;
	uint64_t	 size;
	struct slice	 sha256;	/* empty: none */
};

struct file {
	struct slice	 name;
	struct claim	*claims;
	size_t		 nclaims;
	bool		 ours;		/* claimed by this program */
	const struct input *input;	/* of this command line */
};

struct stream {
	struct slice	 src;
	size_t		 outer;		/* bytes of src that name the file */
	uint32_t	 file;
};

/* --as */
struct as {
	struct slice	 name;
	const char	*path;
	int		 fd;
};

struct origins {
	struct arena	 mem;
	struct keyset	 files, streams;
	struct file	*file;
	struct stream	*stream;
	size_t		 capfile, capstream;
	struct buf	 text;		/* scratch */
	uint32_t	 last;		/* the latest stream, */
	const struct inputs *in;
	struct as	 as[ORIGIN_AS];
	size_t		 nas;
	struct beneath	*beneath;
	struct stdincopy *copy;		/* of standard input; NULL: none */
	int		 copy_fd;
	uint64_t	 copy_base;
	struct inputs	 allowed;
	/* The file at hand. */
	uint32_t	 cur;
	int		 fd;		/* -1: refused */
	bool		 borrowed;
	uint64_t	 base;		/* where it begins */
	uint64_t	 size;		/* bytes that may be read */
	bool		 trouble;
	unsigned char	*block;
};

/* What is claimed about the file of that stream. */
const struct claim *origins_claims(struct origins *, uint32_t stream);
/* Make a file the one at hand; fd is -1 if it is refused. */
void	origins_enter(struct origins *, uint32_t file, uint32_t stream);
void	origins_leave(struct origins *);
/* Report trouble with a file or stream: "tool: NAME: text". */
void	origins_complain(struct origins *, struct slice name, const char *fmt,
	    ...) MSG_PRINTF(3, 4);

#endif
