/*
 * carve - the mail evidence in the bytes of one image
 *
 * carve_image reads an image from `from` to `until` and hands each log line
 * to `finds` (source/finds.h), and every other anchor to the finders
 * (source/finder.h): of the image itself, and of every gzip, zstd and xz file
 * that begins anywhere in it, down to CARVE_DEPTH of them inside one
 * another.  A compressed file is decoded once without looking at its lines, to
 * know whether there is any and how it ends, and then again.  Inside of one
 * that is whole nothing else is looked for; behind damage the bytes
 * are looked through as any others, and what the gzip member goes on with
 * there is decoded, too (scan/resync.h).  Decoding is bounded: CARVE_RATIO
 * times the bytes of one file, and CARVE_WORK times those of the image in all;
 * what is left out then is counted in `skipped`.  The search behind damage is
 * bounded by CARVE_TRIALS times the bytes of the image and 2 GB.
 *
 * The image is open.  `tick` is called now and then with the bytes and lines
 * so far; false from it stops.  carve_image gives RC_FAIL when the image
 * cannot be read at all.  Bad places are the image's.
 */
#ifndef SOURCE_CARVE_H
#define SOURCE_CARVE_H

#include "io/image.h"
#include "source/finds.h"

#define CARVE_WINDOW	((size_t)1024 * 1024)
#define CARVE_DEPTH	3
#define CARVE_RATIO	1100	/* deflate makes at most 1,032 of a byte */
#define CARVE_SLACK	((uint64_t)1024 * 1024)
#define CARVE_WORK	32
#define CARVE_TRIALS	8
#define CARVE_MARK	((uint64_t)64 * 1024 * 1024)

struct carve_opt {
	const struct opt	*opt;
	const struct prefix	*prefix;
	struct slice		 src;		/* the image's name in paths */
	uint64_t		 from;
	uint64_t		 until;		/* UINT64_MAX: its end */
	/* counts the runs of all images */
	uint64_t		*runs;
	struct finds		*finds;
	struct checkpoint	*checkpoint;	/* begun, or NULL */
	bool			 resumes;	/* it has a mark */
	bool			 unallocated;	/* leave out what is in use */
	bool			(*tick)(void *arg, uint64_t bytes,
				    uint64_t lines);
	unsigned int		 threads;	/* that look ahead; 0, 1: none */
	/*
	 * Stored bytes in order; without `exact`, only how many of them, with
	 * NULL, where nothing is.
	 */
	bool			 exact;
	void			(*bytes)(void *arg, uint64_t off,
				    struct slice);
	void			*arg;
};

struct carve_total {
	uint64_t		 size;		/* bytes looked through */
	unsigned int		 framings;	/* bits of the kinds seen */
	/* compressed files with lines, */
	uint64_t		 whole;
	uint64_t		 damaged;	/* cut off or damaged ones */
	uint64_t		 skipped;
	/* runs whose zone was assumed, */
	size_t			 assumed;
	size_t			 yearless;	/* and such without year */
	struct partition	 part[PARTITION_MAX];
	size_t			 npart;
};

enum rc carve_image(struct image *, const struct carve_opt *,
    struct carve_total *, struct err *);

#endif
