/*
 * claims - which bytes of an image are spoken for, and for what
 *
 * claims_add says that the bytes off to off + len are of a class.  Claims
 * are kept in order of their offset and never overlap: bytes that are claimed
 * already stay with whom they are.  Those that adjoin and are of the same
 * class become one.  At most CLAIMS_MAX are kept (24 bytes each); what is
 * above that is counted in `lost` and left unclaimed, which is the safe side.
 *
 * claims_at gives the first claim that ends behind off, or NULL.
 */
#ifndef SOURCE_CLAIMS_H
#define SOURCE_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLAIMS_MAX	((size_t)1 << 20)

struct claim {
	uint64_t	 off;
	uint64_t	 end;
	unsigned int	 class;
};

struct claims {
	struct claim	*v;
	size_t		 n, cap;
	uint64_t	 lost;
};

void claims_add(
    struct claims *, uint64_t off, uint64_t len, unsigned int class);
void claims_free(struct claims *);
const struct claim *claims_at(const struct claims *, uint64_t off);

#endif
