/*
 * head - what a program repeats at the start of each of its lines
 *
 * A table remembers "HOST TAG[" by its bytes, with the tag decoded, so that a
 * line of a program that was met costs one comparison.  head_find looks for
 * the beginning of s; head_keep remembers that of s, in which host and tag
 * were found.  NULL if it is longer than HEAD_MAX or has another shape.  What
 * is remembered may have to give way to another one.
 *
 * The slices of a head point into it; they live until the next head_keep.
 */
#ifndef FMT_HEAD_H
#define FMT_HEAD_H

#include "fmt/postfix.h"

#define HEAD_MAX	96
#define HEAD_N		1024	/* places of a table; of zeroes at first */
#define HEAD_VALUES	4	/* keys of a record that a head gives */

struct head {
	size_t			len;	/* with the bracket; 0: not used */
	uint64_t		writer;	/* its number, never given twice */
	unsigned char		bytes[HEAD_MAX];	/* compared after len */
	struct slice		host, tag;
	struct postfix_tag	postfix;
	/* Of one that is Postfix's: F_HOST, F_INSTANCE, F_SERVICE, F_DAEMON. */
	struct slice		value[HEAD_VALUES];
	uint64_t		set;	/* which of them, as in a record */
};

const struct head	*head_find(const struct head *table, struct slice s);
void			 head_keep(struct head *table, struct slice s,
			    struct slice host, struct slice tag);

#endif
