/*
 * unpacked - what a compressed file in raw bytes holds, at any offset
 *
 * unpacked_open begins with the file of this kind at `start` of the bytes that
 * a function gives; false if there is none (scan/member.h).  unpacked_read is
 * a deflate_read_fn whose argument is the struct, so that one may lie in
 * another: it goes forward from where it was, and back by decoding again from
 * the start.  Behind the end, and behind damage, there are no bytes.  `work`
 * counts what was made, again and again; when it has reached `limit`, which
 * the caller may set after unpacked_open, nothing more is.  unpacked_close
 * frees; it may be called twice, and of a struct of zeroes.
 *
 * unpacked_open_part does so for a part of a gzip member that is damaged
 * (member_open_part); the plan must outlive it.
 *
 * unpacked_name are the words of io/srcpath.h for the kinds.
 */
#ifndef SCAN_UNPACKED_H
#define SCAN_UNPACKED_H

#include "scan/member.h"

#define UNPACKED_KINDS	4

struct unpacked {
	deflate_read_fn		*read;
	void			*arg;
	enum member_kind	 kind;
	uint64_t		 start;
	const struct resync	*plan;		/* of damage, or NULL */
	size_t			 part;
	const struct prefix	*prefix;
	uint64_t		 limit, work;
	struct member		 member;
	uint64_t		 pos;		/* decoded so far */
	unsigned char		*held;		/* the last bytes decoded */
	size_t			 nheld;
};

extern const struct slice unpacked_name[UNPACKED_KINDS];

bool	unpacked_open(struct unpacked *u, enum member_kind kind,
	    deflate_read_fn *read, void *arg, uint64_t start);
bool	unpacked_open_part(struct unpacked *u, deflate_read_fn *read, void *arg,
	    uint64_t start, const struct resync *plan, size_t part,
	    const struct prefix *prefix);
size_t	unpacked_read(void *arg, uint64_t off, unsigned char *dst, size_t len);
void	unpacked_close(struct unpacked *);

#endif
