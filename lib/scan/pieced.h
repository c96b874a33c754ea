/*
 * pieced - bytes that lie in pieces of others, one behind the other
 *
 * pieced_init is given the function that reads the others, pieced_add the
 * pieces in order; false when there are PIECED_MAX, or their sizes do not add
 * up.  pieced_read is a deflate_read_fn whose argument is the struct.
 * pieced_place says where a byte of them lies in the others, UINT64_MAX if it
 * does not, and makes *len shorter if less lies there in a row.
 * pieced_parse takes them from a text as pieced_put writes it, "OFF+LEN" with
 * commas between; false for any other text.
 */
#ifndef SCAN_PIECED_H
#define SCAN_PIECED_H

#include "base/buf.h"
#include "scan/deflate.h"

#define PIECED_MAX	64

struct pieced {
	deflate_read_fn	*read;
	void		*arg;
	struct {
		uint64_t off, len;
	}		 v[PIECED_MAX];
	size_t		 n;
	uint64_t	 size;		/* of all */
};

void	pieced_init(struct pieced *p, deflate_read_fn *read, void *arg);
bool	pieced_add(struct pieced *p, uint64_t off, uint64_t len);
size_t	pieced_read(void *arg, uint64_t off, unsigned char *dst, size_t len);
uint64_t pieced_place(const struct pieced *p, uint64_t off, uint64_t *len);
bool	pieced_parse(struct pieced *p, struct slice s);
void	pieced_put(const struct pieced *p, struct buf *b);

#endif
