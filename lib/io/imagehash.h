/*
 * imagehash - the hashes of an image's data, made while it is read
 *
 * SHA-256 is made beside the reader (io/digest.h); MD5 and SHA-1, when asked
 * for or stored in the image, by imagehash_add, which gets all bytes in order.
 * imagehash_end waits and fills the hexadecimal texts; an empty one was not
 * made: not asked for, or not all bytes were seen or could be read.  `stored` is then true if
 * the image has hashes of its own, and `wrong` if one of them is not that of
 * the data.
 */
#ifndef IO_IMAGEHASH_H
#define IO_IMAGEHASH_H

#include "io/digest.h"
#include "io/image.h"

struct imagehash {
	const struct image	*image;
	struct digest		*digest;
	bool			 seekable;
	uint64_t		 seen;
	void			*md5, *sha1;	/* EVP_MD_CTX */
	char			 sha256_hex[DIGEST_HEX];
	char			 md5_hex[DIGEST_HEX];
	char			 sha1_hex[DIGEST_HEX];
	bool			 stored, wrong;
};

/* `all` is false when only a part of the image will be read. */
void	imagehash_start(struct imagehash *, const struct image *, bool all,
	    bool sha256, bool md5, bool sha1);
/* The bytes themselves are needed, not only how many there were. */
bool	imagehash_exact(const struct imagehash *);
void	imagehash_add(struct imagehash *, struct slice);
/* The image's size; complete is false if reading was stopped. */
void	imagehash_end(struct imagehash *, uint64_t size, bool complete);

#endif
