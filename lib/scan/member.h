/*
 * member - what a compressed file holds that lies anywhere in raw bytes
 *
 * member_open looks at the header of gzip or zlib, or at the magic of zstd or
 * xz, at an offset of the bytes that a function gives, and is false if there is
 * none.
 * member_read makes the next bytes: RC_OK with
 * at least one; RC_END at the end, after checksum and length were found
 * right; RC_DAMAGED when the data ends or is damaged, with what was made
 * before.  After that, `end` is the offset behind the last byte used, `solid`
 * that up to which the stored bytes are surely its own (a file that is cut off
 * may seem to go on for long in what lies behind it, as in zeroes), and of gzip
 * and zlib `good` the bytes made before the block in which the damage showed and
 * `block` the bit where that begins.  A checksum that is wrong behind data that
 * decoded well to its end sets `sum_bad`, and good is 0: any byte may be
 * wrong.
 *
 * Of a gzip member that is damaged, member_open_part gives a part as
 * scan/resync.h does, which ends with RC_END, or all of it as it is with the
 * bit inverted that the plan says is wrong.  The plan must outlive the member.
 *
 * gzip: one member, because what follows on a disk is another file.  zstd and
 * xz go through libarchive; their end is looked for first, and `searched` is
 * what that took.  member_close frees; it may be called twice.
 * Facts: RFC 1950, RFC 1952, RFC 8878, the .xz file format 1.1.
 */
#ifndef SCAN_MEMBER_H
#define SCAN_MEMBER_H

#include "scan/deflate.h"
#include "scan/resync.h"

#define MEMBER_HEAD	1024	/* largest gzip header, with its names */
#define MEMBER_BUF	(64 * 1024)

enum member_kind {
	MEMBER_GZIP,
	MEMBER_ZSTD,
	MEMBER_XZ,
	MEMBER_ZLIB
};

struct member {
	enum member_kind	 kind;
	deflate_read_fn		*read;
	void			*arg;
	bool			 open;
	struct deflate		*deflate;
	struct resync_text	*part;
	struct resync_flip	 flip;		/* what it is read through */
	uint64_t		 data;		/* where gzip's header ends */
	void			*archive;
	unsigned char		*in;		/* of libarchive */
	uint64_t		 next;
	uint64_t		 limit;		/* where xz and zstd end */
	uint64_t		 searched;	/* bytes read to find that */
	uint32_t		 sum;		/* CRC-32, of zlib Adler-32 */
	uint64_t		 made;
	uint64_t		 end;
	uint64_t		 solid;
	uint64_t		 good;
	uint64_t		 block;
	bool			 sum_bad;
	bool			 has_mtime;
	int64_t			 mtime;
};

bool	 member_open(struct member *m, enum member_kind kind,
	    deflate_read_fn *read, void *arg, uint64_t off);
bool	 member_open_part(struct member *m, deflate_read_fn *read, void *arg,
	    uint64_t off, const struct resync *plan, size_t part,
	    const struct prefix *prefix);
enum rc	 member_read(struct member *, unsigned char *dst, size_t cap,
	    size_t *made);
void	 member_close(struct member *);
/* Bytes of a gzip header, 0 if there is none or it is longer than s. */
size_t	 member_header(struct slice s, int64_t *mtime, bool *has_mtime);

#endif
