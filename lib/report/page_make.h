/*
 * page_make - what lays out the sections of a page; internal to page
 *
 * page_section begins a section, page_line a paragraph in it, page_begin a
 * table; page_cell and the others add its next cell.  page_full is true when
 * a table has as many rows as are shown: count its rows in `total` all the
 * same.
 */
#ifndef REPORT_PAGE_MAKE_H
#define REPORT_PAGE_MAKE_H

#include "report/page.h"
#include "report/words.h"

#define PAGE_COLUMNS(c)	(c), sizeof(c) / sizeof(*(c))

struct page_section *page_section(struct page *, const char *id,
	    const char *title);
/* The text of the latest section, where a new paragraph may begin. */
struct buf	*page_line(struct page *);
struct page_table *page_begin(struct page *, const char *key,
	    const char *caption, const struct page_column *, size_t n);
bool		 page_full(const struct page *);
void		 page_cell(struct page *, struct slice);
void		 page_cell_u(struct page *, uint64_t);
void		 page_cell_time(struct page *, int64_t sec);
/* What words were written into the scratch buffer, which is emptied. */
void		 page_cell_words(struct page *);
/* Evidence that is empty when not known. */
void		 page_cell_some(struct page *, struct slice);
/* A command that prints the whole table: by mxreport itself. */
void		 page_command(struct page *);
/* Say what a bounded table could not take. */
void		 page_dropped(struct page *, uint64_t n, const char *what);

/* The parts, in their order. */
void	page_answer(struct page *, const struct report *);
void	page_coverage(struct page *, const struct report *);
void	page_tls(struct page *, const struct report *);
void	page_violations(struct page *, const struct report *);
void	page_changes(struct page *, struct report *);
void	page_traffic(struct page *, const struct report *);
void	page_policy(struct page *, const struct report *);
void	page_sources(struct page *, const struct report *);

#endif
