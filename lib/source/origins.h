/*
 * origins - the parts of origin; internal to it
 *
 * origin.c knows the names and what is claimed of them, origin_open.c finds a
 * file and checks it, origin_image.c finds the other files of an image that is
 * in several, origin_read.c reads places of the file at hand.
 */
#ifndef SOURCE_ORIGINS_H
#define SOURCE_ORIGINS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/msg.h"
#include "io/beneath.h"
#include "io/image.h"
#include "rec/keyset.h"
#include "source/origin.h"
#include "source/scratch.h"
#include "source/stdincopy.h"

/* What a source record says. */
struct claim {
	struct claim	*next;
	uint64_t	 size;
	struct slice	 sha256;	/* empty: none */
	bool		 disk;		/* of an image, as its bytes */
	bool		 split;		/* in several files */
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
	struct scratch	 scratch;
	struct inputs	 allowed;
	/* The file at hand. */
	uint32_t	 cur;
	int		 fd;		/* -1: refused */
	bool		 borrowed;
	struct image	*image;		/* instead of fd, or NULL */
	bool		 disk;		/* nothing but bytes */
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
/* Bytes of the file at hand, a deflate_read_fn; fewer at the end only. */
size_t	origins_bytes(void *, uint64_t off, unsigned char *dst, size_t len);
/*
 * The file at hand is the first of an image in several, or an EWF image, if
 * its name, its first bytes and what is claimed of it say so: o->image is set,
 * and its fd is the image's.  `as` is the name of what stands for it, or NULL.
 */
enum rc	origins_image(struct origins *, struct slice name, const char *as,
	    const struct claim *, struct err *);
/* Before confinement: a file of --as may be an image. */
void	origins_allow_image(struct origins *, const char *as);
/* Report trouble with a file or stream: "tool: NAME: text". */
void	origins_complain(struct origins *, struct slice name, const char *fmt,
	    ...) MSG_PRINTF(3, 4);

#endif
