/*
 * carvelevel - the streams that carve.c looks through, one inside another
 *
 * Inside of source/carve.h; for its own files.  Level 0 is the image, the one
 * below it what a compressed file in it holds, and so on down to CARVE_DEPTH.
 * carvelevel_get makes a level when it is needed first; it lives until
 * carvelevel_free.  carvelevel_read gives bytes of a level at any offset, 0
 * where there are none: of the image as it is, of a decoded stream as
 * scan/unpacked.h gives them.
 */
#ifndef SOURCE_CARVELEVEL_H
#define SOURCE_CARVELEVEL_H

#include "scan/scan.h"
#include "scan/unpacked.h"
#include "source/carve.h"
#include "source/finder.h"

struct carvelevel {
	struct carve		*c;
	unsigned int		 depth;		/* 0: the image */
	struct buf		 path;
	struct stream		 stream;	/* as finders see it */
	struct scan		 scan;
	uint64_t		 run_off;	/* of the run at hand */
	uint64_t		 run_end;
	struct logrun		*run;
	unsigned char		*window;
	size_t			 cap;
	struct unpacked		 unpacked;	/* where depth is not 0 */
	uint64_t		 place;		/* of its first byte above */
};

/* The search through one image. */
struct carve {
	struct image		*image;
	const struct carve_opt	*o;
	struct carve_total	*t;
	struct carvelevel	*level[CARVE_DEPTH + 1];
	void			*state[FINDER_MAX];	/* of the finders */
	unsigned int		 nested;	/* anchors of finders */
	size_t			 opened;	/* finders */
	uint64_t		 work;		/* bytes decoded, */
	uint64_t		 trials;	/* and those on trial */
	uint64_t		 done;		/* bytes of the image */
	uint64_t		 lines;
	uint64_t		 next;		/* of the image, to be read */
	struct scout		*scout;		/* ahead of it, or NULL */
	bool			 pipe;
	bool			 stopped;
	uint64_t		 marked;	/* done at the last mark */
};

struct carvelevel *carvelevel_get(struct carve *, unsigned int depth);
void	carvelevel_free(struct carvelevel *);
/* A deflate_read_fn; its argument is the level. */
size_t	carvelevel_read(void *, uint64_t off, unsigned char *dst, size_t len);

#endif
