/*
 * image - the bytes of a disk, partition or memory image, at any offset
 *
 * An image is a raw file, a block device, a split raw image (NAME.001 is
 * named, .002 and on are found beside it), an EWF image (NAME.E01, NAME.s01),
 * standard input ("-"), or whatever a function gives (image_of; for tests
 * and for what is held in memory).  It is opened read-only, never mapped.
 * image_of_files takes the files of a split or EWF image that are open already,
 * all of them in their order, and closes them in the end.
 *
 * image_find is called before confinement: it looks for the other segments
 * and adds them to the inputs that the sandbox allows.  image_open comes after
 * confinement and reads the first bytes.  Offsets are those of the
 * disk: of a split or EWF image, of the data inside.
 *
 * image_read fills dst with the bytes from off on.  Fewer than wanted, but not
 * none, are given at the end only; RC_END at and past it.  A sector that
 * cannot be read is not the end: IMAGE_SECTOR bytes of zeroes stand for
 * it, and image_bad tells where (adjoining ones are one place; the first
 * IMAGE_BAD places are kept, all bytes counted).  So is what the last files of
 * an EWF image would hold when they are missing.  RC_FAIL: nothing can be
 * read at all.
 *
 * Standard input goes forward: the IMAGE_BACK bytes behind the furthest byte
 * read so far can be read again, what is before them gives RC_FAIL with
 * ESPIPE.  Its size is not known (image_size is false) until its end was met.
 */
#ifndef IO_IMAGE_H
#define IO_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"
#include "io/inputs.h"

#define IMAGE_SECTOR	512
#define IMAGE_BACK	((size_t)32 * 1024 * 1024)
#define IMAGE_BAD	1024
#define IMAGE_SEGMENTS	10000

struct image;

struct image_bad {
	uint64_t	off;
	uint64_t	len;
};

/* Bytes read, 0 at the end, -1 with errno when they cannot be read. */
typedef ptrdiff_t image_fn(void *arg, uint64_t off, void *dst, size_t len);

struct image	*image_find(const char *path, struct inputs *);
struct image	*image_of(image_fn *fn, void *arg, uint64_t size);
struct image	*image_of_files(const int *fd, size_t n, bool ewf);
enum rc		 image_open(struct image *, struct err *);
enum rc		 image_read(struct image *, uint64_t off, void *dst,
		    size_t len, size_t *got, struct err *);
/*
 * Bytes of a raw or split image, by several threads at a time; image_peeks
 * says whether it is one.  False if they cannot be read; nothing is noted then.
 */
bool		 image_peeks(const struct image *);
bool		 image_peek(const struct image *, uint64_t off, void *dst,
		    size_t len, size_t *got);
void		 image_close(struct image *);

bool		 image_size(const struct image *, uint64_t *);
/* "raw", "split", "ewf", "pipe" or "memory". */
const char	*image_format(const struct image *);
/* The descriptor of a raw image that is one file, or -1. */
int		 image_fd(const struct image *);
/* Places that could not be read; *bytes are all of them. */
size_t		 image_bad(const struct image *, const struct image_bad **,
		    uint64_t *bytes);
/*
 * After reading: chunks of an EWF image whose checksum is wrong become places
 * that could not be read, and so do the sectors of which it says that the disk
 * did not give them.
 */
void		 image_verify(struct image *);
/* The first file of a split image that is not there, or NULL. */
const char	*image_missing(const struct image *);
/* The MD5 and SHA-1 that an EWF image says its data has; hexadecimal. */
bool		 image_stored(const struct image *, struct slice *md5,
		    struct slice *sha1);

#endif
