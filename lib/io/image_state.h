/*
 * image_state - what is known of an open image
 *
 * Private to image*.c.  image.c finds, opens and closes the files of an image,
 * image_read.c reads its bytes, whatever they are kept in.
 */
#ifndef IO_IMAGE_STATE_H
#define IO_IMAGE_STATE_H

#include <libewf.h>

#include "io/image.h"

#define IMAGE_MD5	16	/* bytes */
#define IMAGE_SHA1	20

struct segment {
	char		*path;
	int		 fd;
	uint64_t	 off;	/* of its first byte in the image */
	uint64_t	 len;
};

struct image {
	const char	*format;
	struct segment	*seg;
	size_t		 nseg;
	image_fn	*fn;
	void		*arg;
	libewf_handle_t	*ewf;
	bool		 has_size;
	uint64_t	 size;
	uint64_t	 whole;	/* what is behind it is missing */
	/* Standard input: the last bytes read, a ring. */
	unsigned char	*ring;
	uint64_t	 end;		/* offset behind its last byte */
	bool		 eof;
	struct image_bad bad[IMAGE_BAD];
	size_t		 nbad;
	uint64_t	 bad_bytes;
	char		*missing;	/* the first segment that is */
	char		 md5[2 * IMAGE_MD5 + 1];
	char		 sha1[2 * IMAGE_SHA1 + 1];
};

/* Bytes that cannot be read, which are zeroes instead. */
void	image_note_bad(struct image *, uint64_t off, uint64_t len);

#endif
