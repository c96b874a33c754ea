/*
 * inputs - the evidence files that a command line names
 *
 * Files, "-" or nothing for standard input, directories (every regular file
 * below, in order of their paths' bytes; no symbolic links followed, other
 * file systems entered, at most INPUTS_DEPTH deep and INPUTS_MAX files).  A
 * name that cannot be opened is reported at once (msg_error, with what to do)
 * and counted in `failed`, as is what lies beyond the bounds; a directory
 * without files is reported, but nothing failed.  What is left out on purpose is counted in a msg_note:
 * symbolic links and special files found, and files met twice (same device
 * and inode), which are kept once.
 *
 * What is no longer there when it is looked at, as in a spool that is in use,
 * stays in the list: whoever opens it knows where it went, or says so.
 *
 * Nothing is opened but directories.  The strings belong to the inputs.
 */
#ifndef IO_INPUTS_H
#define IO_INPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INPUTS_DEPTH	32
#define INPUTS_MAX	1000000

/* Where the bytes of a file in a bundle were copied to. */
struct input_copy {
	int		 fd;
	uint64_t	 off;
	bool		 has_mtime;
};

struct input {
	char		*path;		/* as named, or DIR/NAME */
	bool		 found;		/* found in a directory, not named */
	bool		 regular;
	int64_t		 mtime;
	uint64_t	 size;
	const struct input_copy *copy;	/* of a file in a bundle, whose path
					 * is as io/srcpath.h writes it */
};

struct inputs {
	struct input	*v;
	size_t		 n;
	size_t		 failed;
	char		**roots;	/* what was named and exists, for
					 * the sandbox; without "-" */
	size_t		 nroots;
};

void	inputs_find(struct inputs *, char **argv, int argc);
void	inputs_free(struct inputs *);

#endif
