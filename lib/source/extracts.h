/*
 * extracts - what was found, as files in a new directory
 *
 * extracts_open, before confinement, makes the directory (which must not
 * exist: RC_FAIL, EEXIST), a directory in it for each class of finds, and
 * manifest.sha256; the sandbox then allows new files beneath it and nothing
 * else.  Names are made of the class and the find's offset (extracts_name),
 * never of evidence; no link is followed, no file written over, and all files
 * are for their owner only.
 *
 * extracts_begin, extracts_put and extracts_end write one file; its SHA-256
 * goes into the manifest, which sha256sum -c verifies, and into hex.  What
 * fails is remembered; extracts_close gives it (RC_FAIL), and the rest is left
 * out.  A second find of a class at an offset is left out and counted there.
 */
#ifndef SOURCE_EXTRACTS_H
#define SOURCE_EXTRACTS_H

#include "io/digest.h"
#include "source/finds.h"

#define EXTRACTS_HEAD	((size_t)4096)
#define EXTRACTS_TYPED	((size_t)16 * 1024)
#define EXTRACTS_NAME	40	/* bytes of a name with its NUL */

struct extracts;

enum rc		 extracts_open(struct extracts **, const char *dir,
		    struct err *);
/* CLASS/OFFSET.SUFFIX, the offset with sixteen digits or more. */
struct slice	 extracts_name(char dst[EXTRACTS_NAME], enum find_class,
		    uint64_t off);
/* False if there will be none. */
bool		 extracts_begin(struct extracts *, enum find_class,
		    uint64_t off);
void		 extracts_put(struct extracts *, struct slice);
bool		 extracts_end(struct extracts *, char hex[DIGEST_HEX]);
struct slice	 extracts_type(const struct extracts *);
enum rc		 extracts_close(struct extracts *, uint64_t *left_out,
		    struct err *);

#endif
