/*
 * reader - the bytes of one evidence file, with their offsets
 *
 * A source is a file, a descriptor or standard input, opened read-only
 * (O_NOFOLLOW only for files found in a directory walk, O_NOATIME where the
 * kernel allows, never mapped) and read until read(2) gives nothing, whatever
 * its size was.  It holds no, one or more streams: a plain file one; a gzip
 * file one with the path FILE@0-GZIP (several members run on as one stream;
 * after damage a later member that can be found starts a new one,
 * FILE@OFFSET-GZIP); xz, zstd and bzip2 one, FILE@0-XZ, -ZSTD, -BZIP2;
 * a text in UTF-16 one in UTF-8, FILE@0-UTF16; a tar,
 * zip or cpio bundle (also compressed) one for each regular file in it,
 * FILE!NAME, and a compressed member of a bundle FILE!NAME@0-GZIP.  In names
 * `!`, `@`, `%`, DEL and control bytes are percent-encoded; standard input
 * is "-".  Containers are known by their bytes, not by name (io/sniff.h).
 * Nesting is bounded (READER_DEPTH decoders) and so is the size that each of
 * them may decode to (READER_RATIO times the stored size plus READER_SLACK;
 * past it the stream, and the source, ends as damaged).
 *
 * Use: reader_open, then for each stream reader_stream (RC_OK, RC_END), then
 * reader_window / reader_consume / reader_more until eof.  The window is
 * contiguous memory of the reader's own; it moves with reader_more.
 * reader_more adds at least a byte when it gives RC_OK, unless READER_MAX
 * bytes are waiting to be consumed.  Damage ends a stream: reader_more gives
 * RC_DAMAGED once, after everything before it has been handed out; eof is set
 * from then on, what is left in the window is the rest, and the next
 * reader_stream goes on behind the damage where possible.  err.off counts in
 * the bytes that the damaged decoder reads: the stored file, or the file
 * inside a bundle that the path names.  Damage between streams, or in what
 * the caller has skipped, comes as an empty stream that ends with it.  A
 * failed read ends a stream with RC_FAIL likewise, and then the source.
 *
 * Memory: READER_BUF bytes for each of the levels in use (READER_MAX when the
 * caller does not consume) and the decoder's state.  reader_stream.path lives
 * until the next reader_stream or reader_close.
 *
 * Unless hashing is off, SHA-256 of the stored bytes, as they were read, is
 * made beside the reader in a thread of its own (io/digest.h).
 * reader_finish waits for it; what was not read of a bundle or after damage
 * is read then, so that size and hash cover the stored file.  has_sha256 is
 * false if the file became shorter meanwhile.
 */
#ifndef IO_READER_H
#define IO_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"

#define READER_BUF	(256 * 1024)
#define READER_MAX	(8 * 1024 * 1024)	/* largest window: a line of
						 * 1 MiB, escaped in a record */
#define READER_DEPTH	8	/* a .gz in a tar.gz in a tar.xz: five */
#define READER_RATIO	2000
#define READER_SLACK	(64 * 1024 * 1024)

struct reader;

struct reader_stream {
	struct slice	path;		/* the `src` of records */
	int64_t		mtime;		/* from the gzip header or the bundle */
	bool		has_mtime;
	const char	*container;	/* "", "gzip", "xz", "tar", ... */
};

struct reader_total {
	uint64_t	size;		/* stored bytes read */
	int64_t		mtime;		/* of the file, seconds */
	bool		has_mtime;	/* false for pipes */
	bool		has_sha256;
	char		sha256[65];
};

/* path "-" is standard input; nofollow for files found in directories. */
enum rc	reader_open(struct reader **, const char *path, bool nofollow,
	    bool hash, struct err *);
/*
 * From an offset on, without a hash: of fd, which stays open and is not moved,
 * or of the file when fd is -1.
 */
enum rc	reader_open_at(struct reader **, const char *path, bool nofollow,
	    int fd, uint64_t off, struct err *);
enum rc	reader_stream(struct reader *, struct reader_stream *, struct err *);
/* What is at hand; *off is the stream offset of its first byte. */
struct slice reader_window(struct reader *, uint64_t *off, bool *eof);
void	reader_consume(struct reader *, size_t n);
/* Read more behind the window; RC_END when the stream has no more. */
enum rc	reader_more(struct reader *, struct err *);
/*
 * True if the stream at hand is a regular file itself, whose bytes can be read
 * from fd at base and behind it, too; size at the time when it was opened.
 */
bool	reader_stored(const struct reader *, int *fd, uint64_t *base,
	    uint64_t *size);
enum rc	reader_finish(struct reader *, struct reader_total *, struct err *);
void	reader_close(struct reader *);

#endif
