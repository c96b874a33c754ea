/*
 * scoutlook - one block of an image, as a thread of source/scout.h sees it
 *
 * scoutlook_block reads a block of len bytes at off, and ANCHOR_MAX bytes
 * before it unless it is the first; `bad` if it cannot.  Each bit of `loud` is a part of
 * SCOUT_PART bytes that is not quiet; `probe` are the compressed files that
 * begin there.  buf holds SCOUT_BLOCK + ANCHOR_MAX bytes.  *limit is
 * the work that is left, and less behind it.  scoutlook_free frees the probes.
 */
#ifndef SOURCE_SCOUTLOOK_H
#define SOURCE_SCOUTLOOK_H

#include "source/scout.h"

struct scoutlook_probe {
	uint64_t		 off;
	enum member_kind	 kind;
	struct carveprobe	 p;
};

struct scoutlook {
	bool			 bad;		/* it cannot be read */
	unsigned int		 loud;
	struct scoutlook_probe	*probe;
	size_t			 n, cap;
};

void	scoutlook_block(const struct image *, unsigned int anchors,
	    uint64_t off, size_t len, bool first, uint64_t *limit,
	    struct scoutlook *, unsigned char *buf);
void	scoutlook_free(struct scoutlook *);

#endif
