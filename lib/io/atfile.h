/*
 * atfile - the bytes of one evidence file at any offset
 *
 * For formats that lead back and forth.  The file is opened read-only
 * (O_NOFOLLOW when it was found in a directory, O_NOATIME where the kernel
 * allows, never mapped); what statx(2) says is kept as it was before the
 * first read.  A pipe cannot be read twice: what it holds is copied to `temp`,
 * an unlinked file of io/spool.h, at most ATFILE_PIPE_MAX bytes of it.
 *
 * atfile_at gives at least the first n bytes (at most ATFILE_ASK) from an
 * offset, or all that are left, in memory that stays until the next call;
 * less when the file became shorter or cannot be read, which `failed` tells
 * with its errno (0: it ended).  The block is kept from file to file: begin
 * with a zeroed struct, free once with atfile_free.
 */
#ifndef IO_ATFILE_H
#define IO_ATFILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"
#include "base/slice.h"
#include "io/inputs.h"

#define ATFILE_BLOCK	(256 * 1024)
#define ATFILE_PEEK	(8 * 1024)
#define ATFILE_ASK	(128 * 1024)
#define ATFILE_PIPE_MAX	((uint64_t)1 << 32)

struct atfile_window {
	unsigned char	*ptr;
	size_t		 cap;
	uint64_t	 off;
	size_t		 len;
};

struct atfile {
	int		 fd;
	bool		 ours;		/* to be closed */
	bool		 copied;	/* from a pipe or a bundle */
	bool		 dated;		/* a bundle gave its mtime, in st */
	uint64_t	 base;		/* where standard input stands */
	uint64_t	 size;		/* from there */
	struct statx	 st;
	struct atfile_window block;
	struct atfile_window peek;	/* where little was asked for */
	bool		 failed;
	int		 sys;
};

/* A file of a bundle, of so many bytes, that was copied; without system call. */
void		 atfile_open_copy(struct atfile *, const struct input *);
/* path "-" is standard input; temp may be -1 when it is no pipe. */
enum rc		 atfile_open(struct atfile *, const char *path, bool nofollow,
		    int temp, struct err *);
struct slice	 atfile_at(struct atfile *, uint64_t off, size_t n);
void		 atfile_close(struct atfile *);
void		 atfile_free(struct atfile *);

#endif
