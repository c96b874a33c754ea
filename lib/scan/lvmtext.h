/*
 * lvmtext - the text in which LVM2 keeps what it knows of its volumes
 *
 * A section is a name with braces, a value a key with a number, a string or
 * a list of these behind an equals sign; a `#` begins a comment that ends with
 * its line.  lvmtext_read calls fn for each value in order: the names of the
 * sections around it, the outermost first, its key and what it is, strings
 * without their quotes.  Of a list the first LVMTEXT_VALUES are given.  The
 * slices are of the text.
 *
 * False: the text is none, is nested deeper than LVMTEXT_DEPTH, or ends within
 * a section or a value; what stood before was given.  Pure.
 * Facts: vgcfgbackup(8) writes it; lib/config/config.c of LVM2.
 */
#ifndef SCAN_LVMTEXT_H
#define SCAN_LVMTEXT_H

#include "base/slice.h"

#define LVMTEXT_DEPTH 8
#define LVMTEXT_VALUES 16

struct lvmtext {
	struct slice section[LVMTEXT_DEPTH];
	size_t depth;
	struct slice key;
	struct slice v[LVMTEXT_VALUES];
	size_t n;
};

typedef void lvmtext_fn(void *arg, const struct lvmtext *);

bool lvmtext_read(struct slice text, lvmtext_fn *fn, void *arg);

#endif
