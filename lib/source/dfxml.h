/*
 * dfxml - finds as Digital Forensics XML, for other tools
 *
 * dfxml_begin, then dfxml_source for the `source` record and dfxml_file for
 * each `file` record, dfxml_end.  A file object has its byte runs, with
 * offsets from the start of the image (img_offset) and of the partition
 * (fs_offset), and its SHA-256 where it is known.  Finds in nested streams
 * have no bytes of the image of their own and are left out.  Errors stay with
 * the stream.  Facts: the DFXML schema 1.2.
 */
#ifndef SOURCE_DFXML_H
#define SOURCE_DFXML_H

#include <stdio.h>

#include "base/field.h"

void	dfxml_begin(FILE *);
void	dfxml_source(FILE *, const struct rec *);
void	dfxml_file(FILE *, const struct rec *);
void	dfxml_end(FILE *);

#endif
