/*
 * container - lines that a container runtime has wrapped
 *
 * Docker's json-file driver and the Kubernetes CRI format.  Both name the
 * stream, stamp the line and split long lines in pieces: a piece of Docker
 * has no newline at its end, a piece of CRI the tag P.  The text is given
 * without its newline.  Decoded text is put at the end of *scratch, which
 * must have room for line.len bytes more.  False: not such a line.
 * Facts: reference/postfix-logs.md 1.8.
 */
#ifndef FMT_CONTAINER_H
#define FMT_CONTAINER_H

#include "base/buf.h"
#include "fmt/stamp.h"

struct container_piece {
	struct slice	text;
	struct stamp	stamp;
	size_t		stream;		/* 0: stdout, 1: stderr */
	bool		partial;
};

bool	container_docker(struct slice line, struct buf *scratch,
	    struct container_piece *);
bool	container_cri(struct slice line, struct stamp_memo *,
	    struct container_piece *);

#endif
