/*
 * carvermap - the block map of an image, while it is carved
 *
 * carvermap_bytes takes the image's bytes in order and enters what each block
 * looks like (scan/blockclass.h); carvermap_claims enters what was found.
 */
#ifndef SOURCE_CARVERMAP_H
#define SOURCE_CARVERMAP_H

#include "base/slice.h"
#include "io/imagemap.h"
#include "source/claims.h"

void	carvermap_bytes(struct imagemap *, uint64_t off, struct slice);
void	carvermap_claims(struct imagemap *, const struct claims *);

#endif
