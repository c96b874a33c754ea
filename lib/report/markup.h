/*
 * markup - text into HTML, the one way for evidence
 *
 * markup_put first makes text clean (view/text.h: controls, bidirectional
 * and zero-width characters become visible escapes), then escapes what HTML
 * would read.  The result is safe as element content and within quotes.
 * markup_breaks also says where a long name is best broken; markup_bdi does
 * that too, and puts it into an element of its own direction, so that letters
 * written from right to left do not rearrange what stands beside them.
 * markup_dates marks the dates,
 * YYYY-MM-DD, as such, so that none of them is broken.
 */
#ifndef REPORT_MARKUP_H
#define REPORT_MARKUP_H

#include "base/buf.h"

void	markup_put(struct buf *, struct slice);
void	markup_breaks(struct buf *, struct slice);
void	markup_bdi(struct buf *, struct slice);
void	markup_dates(struct buf *, struct slice);

#endif
