/*
 * digest - SHA-256 of the stored bytes of a source, beside its reader
 *
 * One hashing thread a process serves all readers.  It is started when the
 * first of them has enough to hash and ends with the last; without it (small
 * files, no more threads to be had) the work is done in digest_done and
 * digest_add, so that the thread changes the speed only.
 *
 * A seekable source costs the reader nothing but digest_reach: the bytes
 * from base up to the position reached are read again with pread from the
 * same descriptor, which must stay open and stand for the same file until
 * digest_done or digest_drop.  For a pipe digest_add copies the bytes into
 * a ring of DIGEST_RING blocks and waits while it is full.
 *
 * digest_done and digest_drop free the digest.  digest_done returns false
 * when there is no digest of all the bytes: the file has become shorter
 * since, or cannot be read again.  libcrypto is started without its
 * configuration file.  A digest is fed by one thread at a time.
 */
#ifndef IO_DIGEST_H
#define IO_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

#define DIGEST_BLOCK	(256 * 1024)
#define DIGEST_RING	4
#define DIGEST_HEX	65	/* bytes of the text with its NUL */

struct digest;

struct digest	*digest_start(int fd, bool seekable, uint64_t base);
/* Seekable: the first n bytes from base on have been read. */
void		 digest_reach(struct digest *, uint64_t n);
/* Not seekable: the next bytes. */
void		 digest_add(struct digest *, struct slice);
bool		 digest_done(struct digest *, char hex[DIGEST_HEX]);
void		 digest_drop(struct digest *);

#endif
