/*
 * lostcontent - what a deleted file holds that is no queue file
 *
 * For source/lostfile.h, of the file at hand.  lostcontent_check gives the
 * word of `recovered` for it.  lostcontent_extract then writes it, all of it in
 * order of the file wherever it lies, to a file of source/extracts.h, if there
 * are any: a log or a journal as it is, what is compressed as what it holds.
 * It sets `extract` and `type`, or leaves them empty: of what is overwritten or
 * lost, or mostly holes, there is none.
 */
#ifndef SOURCE_LOSTCONTENT_H
#define SOURCE_LOSTCONTENT_H

#include "source/lostfile.h"

const char	*lostcontent_check(struct lostfile *);
void		 lostcontent_extract(struct lostfile *);

#endif
