/*
 * dated - which bytes of an image are those of a log that was modified when
 *
 * dated_add takes the places of a log that a file system knows, and when it was
 * modified; dated_time tells the latter of the log that has the byte at an
 * offset.  Where places overlap, that of the one that begins last counts.
 * dated_reset forgets all, for the next image.  At most DATED_MAX places are
 * kept; what more there are tells nothing.
 */
#ifndef SOURCE_DATED_H
#define SOURCE_DATED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DATED_MAX	((size_t)64 * 1024)

struct dated {
	struct dated_place {
		uint64_t	off, len;
		int64_t		modified;	/* seconds */
	}		*v;
	size_t		 n, cap;
	bool		 sorted;
};

void	dated_add(struct dated *, uint64_t off, uint64_t len, int64_t modified);
bool	dated_time(struct dated *, uint64_t off, int64_t *modified);
void	dated_reset(struct dated *);
void	dated_free(struct dated *);

#endif
