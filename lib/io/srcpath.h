/*
 * srcpath - forensic paths: which bytes inside which container
 *
 *	FILE			a plain file
 *	FILE@OFF-GZIP		data inflated from the gzip member at OFF
 *	FILE@0-UTF16		a text in UTF-16, as UTF-8
 *	FILE@OFF-ZLIB		from the zlib stream, as btrfs stores extents
 *	FILE@OFF+LEN,OFF+LEN-GZIP	or from one in pieces (scan/pieced.h)
 *	FILE@OFF-GZIP@BYTE.BIT-DEFLATE	what that member holds behind damage,
 *				decoded from a bit of FILE on
 *	FILE@OFF-GZIP@BYTE.BIT-BITFLIP	what it holds when that bit of FILE,
 *				which is wrong, is inverted
 *	FILE!NAME		a file in a bundle
 *	FILE!NAME@0-XZ		a compressed file in a bundle
 *
 * In names `%`, `!`, `@`, DEL and control bytes are written %XX, so that a
 * path can be split again.  Names longer than SRCPATH_MAX bytes are cut.
 */
#ifndef IO_SRCPATH_H
#define IO_SRCPATH_H

#include <stdint.h>

#include "base/buf.h"

#define SRCPATH_MAX	(16 * 1024)

void	srcpath_init(struct buf *);
/* Start anew with a file's name. */
void	srcpath_file(struct buf *, struct slice name);
/* Start anew with FILE@OFF-WORD, WORD in capitals. */
void	srcpath_data(struct buf *, struct slice file, uint64_t off,
	    struct slice word);
/* Start anew with FILE@BYTE.BIT-WORD. */
void	srcpath_bit(struct buf *, struct slice file, uint64_t bit,
	    struct slice word);
/* Start anew with FILE!NAME. */
void	srcpath_member(struct buf *, struct slice file, struct slice name);

/* The part of a path that names the file which is stored. */
struct slice	srcpath_outer(struct slice path);
/* Start anew with a name as it was before it was encoded. */
void	srcpath_decode(struct buf *, struct slice);

#endif
