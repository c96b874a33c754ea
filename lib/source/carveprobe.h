/*
 * carveprobe - a first look at a compressed file: is anything in it?
 *
 * carveprobe_make decodes what may begin at an offset, to its end, and looks
 * for what begins a find, without keeping any of it.  It depends on the bytes
 * alone and may be called by several threads.  `limit` is how many bytes it
 * may make and search through; `work` is how many it did.  CARVE_RATIO of
 * source/carve.h bounds what is made of the bytes of one file.
 *
 * A zlib stream that begins at no sector is given up when its first bytes have
 * nothing: pictures and documents hold many.
 *
 * carveprobe_kind tells which anchors are those of compressed files.
 */
#ifndef SOURCE_CARVEPROBE_H
#define SOURCE_CARVEPROBE_H

#include "scan/anchor.h"
#include "scan/member.h"

/* The bytes, and what makes a file in them worth decoding again. */
struct carveprobe_src {
	deflate_read_fn	*read;
	void		*arg;
	unsigned int	 anchors;	/* FINDER_BIT, beside log lines */
	bool		 deeper;	/* or a compressed file inside */
};

struct carveprobe {
	bool		 found;		/* there is one */
	bool		 whole;
	bool		 worth;
	bool		 over;		/* not decoded to its end */
	bool		 tired;		/* because of the limit */
	uint64_t	 work;
	uint64_t	 made;
	uint64_t	 end;
	uint64_t	 solid;		/* see scan/member.h */
	uint64_t	 good;
	uint64_t	 block;
	uint64_t	 data;		/* where gzip's begins */
	bool		 has_mtime;
	int64_t		 mtime;
};

void	carveprobe_make(const struct carveprobe_src *, enum member_kind,
	    uint64_t off, uint64_t limit, struct carveprobe *);
bool	carveprobe_kind(enum anchor, enum member_kind *);

#endif
