/*
 * bundle - the files in tar, zip and cpio bundles
 *
 * libarchive with the one format that the caller has recognised,
 * in this process only: no other program is ever started.  bundle_open asks
 * pull for the stored bytes: RC_OK with a slice that stays valid until the
 * next call, RC_END, or an error, which ends them as well (the caller knows
 * it and reports it).
 *
 * bundle_next goes to the next regular file.  bundle_read fills dst and gives RC_OK with at least a
 * byte, RC_END, or RC_DAMAGED when there is no more of this file.  After
 * RC_DAMAGED bundle_next goes on behind the damage where the format can, and
 * ends otherwise.  Offsets in errors count in the stored bytes.
 */
#ifndef IO_BUNDLE_H
#define IO_BUNDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"
#include "io/sniff.h"

struct bundle;

struct bundle_file {
	struct slice	name;		/* until the next call */
	bool		has_mtime;
	int64_t		mtime;
};

typedef enum rc	bundle_pull(void *arg, struct slice *);

struct bundle	*bundle_open(enum sniff, bundle_pull *, void *arg);
enum rc		 bundle_next(struct bundle *, struct bundle_file *,
		    struct err *);
enum rc		 bundle_read(struct bundle *, unsigned char *dst, size_t cap,
		    size_t *got, struct err *);
void		 bundle_free(struct bundle *);

#endif
