/*
 * anchor - where in raw bytes evidence may begin, fast
 *
 * anchor_next looks for the next place from pos on that is worth a closer
 * look, and says what it may be; SLICE_NONE at the end.  It is a filter: a
 * few bytes are compared, and most of what it finds in files of other kinds
 * is nothing.  It finds
 *
 *	ANCHOR_TAG	the "]" of "/smtp[4711]: " and the like: a word behind a
 *			slash, a number in brackets, a colon, a blank
 *	ANCHOR_NAME	the "p" of "postfix/" or "postfix 4711 - - ", for
 *			framings without brackets
 *	ANCHOR_GZIP	the first byte of 1f 8b 08, flags that exist
 *	ANCHOR_ZSTD	28 b5 2f fd
 *	ANCHOR_XZ	fd 37 7a 58 5a 00
 *	ANCHOR_ZLIB	the header of a zlib stream, and of a block with codes
 *			of its own
 *	ANCHOR_JOURNAL	LPKSHHRH, systemd's journal
 *	ANCHOR_ENTRY	MESSAGE=, the text of a journal's entry
 *	ANCHOR_PEM	the first dash of "-----BEGIN "
 *	ANCHOR_DER	the 02 01 of the version of a key, a certificate or a
 *			PKCS #12 file in DER, behind the heads that it has
 *	ANCHOR_RECEIVED	the "R" of "Received: " at the start of a line, or of
 *			a record of a queue file
 *	ANCHOR_QUEUE	the first record of a Postfix queue file: C with a width
 *			that it had and a blank column, or T with 17 bytes of
 *			time and a record behind: btrfs keeps small files
 *			between others
 *	ANCHOR_QUEUELOG	"\nrecipient=", in a bounce, defer or trace log
 *
 * anchor_sector looks only at multiples of ANCHOR_SECTOR of the stream that s
 * is from offset off on, where files begin, for
 *
 *	ANCHOR_QUEUE	the same, with less that has to agree
 *	ANCHOR_QUEUELOG	"\n<", "<" or "recipient=": a bounce, defer or trace
 *			log, or most often something else
 *	ANCHOR_RECEIVED	"Received: ", whatever stands before it
 *	ANCHOR_ZLIB	the same, of any block
 *
 * An anchor whose bytes are cut by the end of s is not found: windows overlap
 * by ANCHOR_MAX bytes.  A place is given once and in order of its first byte.
 * Pure; it reads within s only.
 */
#ifndef SCAN_ANCHOR_H
#define SCAN_ANCHOR_H

#include "base/slice.h"

#define ANCHOR_MAX	64	/* bytes that decide, before and behind */
#define ANCHOR_SECTOR	512

enum anchor {
	ANCHOR_NONE,
	ANCHOR_TAG,
	ANCHOR_NAME,
	ANCHOR_GZIP,
	ANCHOR_ZSTD,
	ANCHOR_XZ,
	ANCHOR_ZLIB,
	ANCHOR_JOURNAL,
	ANCHOR_ENTRY,
	ANCHOR_PEM,
	ANCHOR_DER,
	ANCHOR_RECEIVED,
	ANCHOR_QUEUE,
	ANCHOR_QUEUELOG
};

size_t	anchor_next(struct slice s, size_t pos, enum anchor *);
size_t	anchor_sector(struct slice s, uint64_t off, size_t pos,
	    enum anchor *);

#endif
