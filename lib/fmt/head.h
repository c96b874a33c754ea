/*
 * head - what a process repeats at the start of each of its lines
 *
 * A table remembers host, tag and pid of "HOST TAG[PID]: " by these bytes,
 * with tag and pid decoded: a line of a process that was met costs one
 * comparison.  head_find gives what is remembered of the line that begins
 * with s, whose text then begins head.len bytes behind; NULL if it has not
 * that shape or is not remembered.  head_keep remembers the head of s, of
 * which `text` is left; NULL if there is more in it than the shape has.  Two
 * processes may share a place, which the later one then has.
 *
 * The slices of a head point into it; they live until the next head_keep.
 */
#ifndef FMT_HEAD_H
#define FMT_HEAD_H

#include "fmt/postfix.h"

#define HEAD_MAX	96	/* bytes; a longer one is not remembered */

struct head {
	size_t			len;		/* with the blank */
	struct slice		host, tag, pid;
	uint32_t		number;		/* the pid, */
	bool			has_number;	/* if it is not too large */
	struct postfix_tag	postfix;	/* the tag */
	unsigned char		bytes[HEAD_MAX];
};

/* The table, of zeroes at first, has so many places. */
#define HEAD_N	4096

const struct head	*head_find(const struct head *table, struct slice s);
const struct head	*head_keep(struct head *table, struct slice s,
			    struct slice text, struct slice host,
			    struct slice tag, struct slice pid);

#endif
