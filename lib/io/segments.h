/*
 * segments - the names of the files that an image consists of
 *
 * segments_kind tells by the name of the first file and the first bytes of it
 * what the image may be: SEGMENTS_SPLIT for NAME.001 (whether there is a
 * NAME.002 the caller has to see), SEGMENTS_EWF for NAME.E01 that begins like
 * one.  segments_name puts the name of the n-th file (from 1) into *b:
 * NAME.002 to NAME.999, NAME.1000 and on; NAME.E02 to .E99, .EAA to .EZZ,
 * .FAA to .ZZZ, in small letters if those of the first are small.  False
 * behind the last name, and past IMAGE_SEGMENTS.  Pure.
 *
 * Facts: libewf's "Expert Witness Compression Format"; what split(1) and
 * FTK Imager do.
 */
#ifndef IO_SEGMENTS_H
#define IO_SEGMENTS_H

#include <stdbool.h>

#include "base/buf.h"

#define SEGMENTS_HEAD 8 /* first bytes that tell an EWF image */

enum segments_kind { SEGMENTS_NONE, SEGMENTS_SPLIT, SEGMENTS_EWF };

enum segments_kind segments_kind(struct slice name, struct slice head);
bool segments_name(struct buf *, struct slice first, unsigned int n);

#endif
