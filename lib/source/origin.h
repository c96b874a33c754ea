/*
 * origin - the evidence that records rest on, found again, checked and read
 *
 * A record names its evidence by a forensic path (io/srcpath.h): the file,
 * and what inside it.  origin_stream gives such a path a number,
 * origin_file the number of the outermost file; equal names have equal
 * numbers.  origin_claim takes what a `source` record says of a file: its
 * size and SHA-256.
 *
 * origin_read reads places of one file, sorted by stream, offset and length,
 * and hands out the bytes of each, in this order but for the streams of a
 * bundle, which come in the bundle's.  Before the first of them it opens the
 * file and checks that its first `size` bytes have the SHA-256 claimed.  A
 * file whose bytes are others is refused; one of which nothing is claimed is
 * read, but that is said.  Whatever cannot be handed out is reported, once a
 * file or stream (msg_error), and makes the status 2.
 *
 * Where a file is looked for: under its name in `as` ("SRC=FILE", SRC as in
 * the records); "-" is our own standard input if a source record of this
 * very program says so; the inputs of the command line are opened as they
 * were; any other name only beneath the directories of io/beneath.h.  What
 * is read through a container takes the place of standard input meanwhile:
 * nothing else may be read from there any more.
 *
 * A pipe on standard input is copied to a file under TMPDIR while it is
 * read, if it is no record stream.  Use: origins_open before confinement,
 * origins_start after it, then read the records, then origin_read.
 *
 * Limits: ORIGIN_MAX names, 64 MB of them; past it ORIGIN_NONE.  No place is
 * longer than ORIGIN_LINE.
 */
#ifndef SOURCE_ORIGIN_H
#define SOURCE_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/field.h"
#include "base/slice.h"
#include "io/inputs.h"

#define ORIGIN_MAX	((uint32_t)1 << 20)
#define ORIGIN_NONE	UINT32_MAX
#define ORIGIN_LINE	((uint32_t)1024 * 1024 + 4096)
#define ORIGIN_AS	64

struct origins;

struct origin_place {
	uint64_t	off;
	uint64_t	order;		/* the caller's */
	uint32_t	len;
	uint32_t	stream;
};

/* False to stop. */
typedef bool	origin_fn(void *arg, const struct origin_place *, struct slice);

/*
 * Open what `as` names and the directories that may be read: those of
 * `root`, the working directory unless it is /, and /var/log.  Mistakes end
 * the program.  *in, which was found before, must stay.
 */
struct origins	*origins_open(const struct inputs *in,
		    const char *const *root, size_t nroot,
		    const char *const *as, size_t nas);
/* The inputs and the directories, for sandbox_enter. */
const struct inputs *origins_allowed(const struct origins *);
enum rc		 origins_start(struct origins *, struct err *);
/* The inputs have been read. */
enum rc		 origins_end(struct origins *, struct err *);
void		 origins_free(struct origins *);

uint32_t	 origin_stream(struct origins *, struct slice src);
uint32_t	 origin_file(const struct origins *, uint32_t stream);
bool		 origin_claim(struct origins *, const struct rec *);
/* All n places lie in that file; EXIT_YES, or EXIT_TROUBLE. */
int		 origin_read(struct origins *, uint32_t file,
		    const struct origin_place *, size_t n, origin_fn *,
		    void *arg);

#endif
