/*
 * ashtml - a report as one static HTML page
 *
 * No script, nothing from elsewhere; light and dark, for screens from a
 * phone on, for paper and for readers that speak it.  Everything from
 * evidence goes through report/markup.
 *
 * ashtml_style is the style sheet, ashtml_chart the figure of the TLS status
 * by day.
 */
#ifndef REPORT_ASHTML_H
#define REPORT_ASHTML_H

#include "report/page.h"

void	ashtml_put(struct buf *, const struct page *);
void	ashtml_style(struct buf *);
void	ashtml_chart(struct buf *, const struct report *);
/* A small square in the look of a TLS status, for legends and headings. */
void	ashtml_swatch(struct buf *, enum days_tls);

#endif
