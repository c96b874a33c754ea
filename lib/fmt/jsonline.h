/*
 * jsonline - the members of one JSON object that fills a line
 *
 * For the two JSON shapes that logs come in (journalctl -o json, Docker
 * json-file), in which only the top level matters.  Values are handed out
 * as they stand; nested ones are stepped over by counting brackets.
 *
 * jsonline_next gives members until it returns false: then jsonline.bad is
 * false if the object ended properly and nothing but blanks followed.
 * jsonline_text decodes a value: a string; an array of byte numbers; an
 * array of either (its first element); null gives an absent slice.  It
 * returns false for anything else.  The slice points into the value or to
 * the end of *dst, which must have room for value.len bytes more; dst is
 * not moved.  The result is never longer than the value.
 *
 * Escapes: surrogate pairs are joined, a lone \udc80 to \udcff is the byte
 * 0x80 to 0xff, another lone surrogate its three bytes.
 */
#ifndef FMT_JSONLINE_H
#define FMT_JSONLINE_H

#include "base/buf.h"

struct jsonline {
	struct slice	rest;
	bool		first;
	bool		bad;
};

/* False if the line does not begin with an object. */
bool	jsonline_open(struct jsonline *, struct slice line);
/* name is raw, without its quotes. */
bool	jsonline_next(struct jsonline *, struct slice *name,
	    struct slice *value);
bool	jsonline_text(struct slice value, struct buf *dst,
	    struct slice *out);

#endif
