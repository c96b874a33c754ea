/*
 * sniff - what a container is, by its first bytes
 *
 * A text in UTF-16 (io/utf16.h) is one, too, of its text in UTF-8.  Names are
 * not looked at.  A tar header is known by its checksum, so that old ones
 * without "ustar" are found as well.  SNIFF_LEN bytes, or all that there are,
 * decide.  Pure.
 */
#ifndef IO_SNIFF_H
#define IO_SNIFF_H

#include <stdbool.h>

#include "base/slice.h"

#define SNIFF_LEN	512

enum sniff {
	SNIFF_NONE,
	SNIFF_GZIP,
	SNIFF_XZ,
	SNIFF_ZSTD,
	SNIFF_BZIP2,
	SNIFF_UTF16,
	SNIFF_TAR,
	SNIFF_ZIP,
	SNIFF_CPIO
};

enum sniff	 sniff(struct slice);
/* "gzip", "tar", ...; "" for SNIFF_NONE. */
const char	*sniff_name(enum sniff);
/* True for what holds named files. */
bool		 sniff_bundle(enum sniff);

#endif
