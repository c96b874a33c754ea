/*
 * beneath - open files that evidence names, beneath directories of ours only
 *
 * The directories are the user's: beneath_add opens them, following links,
 * before confinement.  The names are not: beneath_open makes a name absolute
 * and clean by its text alone (".." never leads out of a directory) and then
 * follows no symbolic link, opens nothing but regular files, and never waits.
 * It tries the name behind each directory that was added with `prefix`, in
 * their order, as if that were the root of a file system, and then the name
 * itself beneath each directory.
 *
 * RC_FAIL: the name lies outside (err.sys is 0), or the best try failed.
 * Names longer than BENEATH_MAX and names with a NUL lie outside.
 */
#ifndef IO_BENEATH_H
#define IO_BENEATH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/slice.h"

#define BENEATH_MAX	((size_t)16 * 1024)
#define BENEATH_DIRS	64

struct beneath;

struct beneath	*beneath_new(void);
/* False with errno set. */
bool		 beneath_add(struct beneath *, const char *dir, bool prefix);
enum rc		 beneath_open(const struct beneath *, struct slice name,
		    int *fd, struct err *);
/* The absolute name of a directory by number, NULL behind the last. */
const char	*beneath_dir(const struct beneath *, size_t);
void		 beneath_free(struct beneath *);

#endif
