/*
 * prefix - the user's own line prefix, a PCRE2 pattern with named groups
 *
 * Groups: stamp (any stamp that fmt/stamp reads, or digits with an optional
 * fraction for seconds since the epoch), host, tag or program, pid, text.
 * Without a text group the text is what follows the match; the pattern is
 * anchored at the line start.  JIT, with match and depth limits; a line on
 * which a limit is hit does not match.  A stamp that cannot be read leaves its
 * text in stamp.text, with STAMP_NONE.  Bytes, not characters: a pattern may
 * not ask for UTF mode.  One prefix serves any number of threads.
 *
 * prefix_compile returns NULL and fills what (a text, cut at cap) and *pos
 * (offset in the pattern) when the pattern is wrong.
 */
#ifndef FMT_PREFIX_H
#define FMT_PREFIX_H

#include "fmt/framing.h"

struct prefix	*prefix_compile(const char *pattern, char *what, size_t cap,
		    size_t *pos);
void		 prefix_free(struct prefix *);
/* Fill stamp, host, tag, pid and text of the frame; false: no match. */
bool		 prefix_split(const struct prefix *, struct slice line,
		    struct frame *);

#endif
