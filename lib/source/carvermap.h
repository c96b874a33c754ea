/*
 * carvermap - the block map of an image, while it is carved
 *
 * carvermap_bytes takes the image's bytes in order and enters what each block
 * looks like (scan/blockclass.h); carvermap_claims enters what was found.
 * carvermap_types then asks libmagic what each run of other bytes begins as, by
 * one block of each: the first that is not all zeroes, among the first
 * CARVERMAP_LOOK.  Of more than CARVERMAP_RUNS runs the longest are looked at.
 */
#ifndef SOURCE_CARVERMAP_H
#define SOURCE_CARVERMAP_H

#include "base/slice.h"
#include "io/image.h"
#include "io/imagemap.h"
#include "io/magictype.h"
#include "source/claims.h"

#define CARVERMAP_RUNS	1024
#define CARVERMAP_LOOK	16

void	carvermap_bytes(struct imagemap *, uint64_t off, struct slice);
void	carvermap_claims(struct imagemap *, const struct claims *);
void	carvermap_types(
	   struct imagemap *, struct image *, struct magictype *);

#endif
