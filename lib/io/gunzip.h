/*
 * gunzip - gzip data to bytes, and where to go on after damage
 *
 * A pure state machine over memory; the same input gives the same output
 * and offsets however it is cut.  gunzip_start takes the offset of the first
 * byte of a member.  gunzip_step inflates from in to dst until one of them is
 * used up (RC_OK), the data ends (RC_END) or is damaged (RC_DAMAGED, err.off
 * is the offset of the byte that is wrong, or of the end of what was cut
 * off); *made bytes are good in every case.  Members that follow one another
 * are one piece of data; zero bytes behind the last one are padding.
 * A checksum or length that does not match is damage, behind the data.
 *
 * After damage, go back gunzip_back bytes from the end of what was used (at
 * most GUNZIP_KEEP: a member that was cut off and runs into the next one
 * inflates to garbage for a while) and call gunzip_find for the next member:
 * the magic bytes, flags that exist, and a beginning that inflates to at
 * least a few bytes (it may be damaged further on).  It sets
 * *pos to it and returns true; otherwise everything before *pos is done with
 * and it wants more behind that, unless eof was set.
 */
#ifndef IO_GUNZIP_H
#define IO_GUNZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"

#define GUNZIP_BACK	(64 * 1024)
#define GUNZIP_KEEP	(GUNZIP_BACK + 64)
#define GUNZIP_TRIAL	4096	/* bytes of input that decide about a member */

struct gunzip;

struct gunzip	*gunzip_new(void);
void		 gunzip_free(struct gunzip *);
void		 gunzip_start(struct gunzip *, uint64_t off);
enum rc		 gunzip_step(struct gunzip *, struct slice in, bool eof,
		    size_t *used, unsigned char *dst, size_t cap,
		    size_t *made, struct err *);
size_t		 gunzip_back(const struct gunzip *);
bool		 gunzip_find(struct gunzip *, struct slice in, bool eof,
		    size_t *pos);
/* The time in a gzip header; false if there is none. */
bool		 gunzip_mtime(struct slice, int64_t *sec);

#endif
