/*
 * page - a report as sections and tables, for any form of output
 *
 * page_make lays out a report (after report_end): the sentence that answers,
 * then sections with text and tables.  A cell is bytes, raw when they come
 * from evidence: whoever writes them escapes them.  A cell without a pointer
 * is not known.  Text and titles are safe (report/words.h).  Tables have at
 * most `rows` rows; `total` says how many there are, and `command` prints
 * them all.
 *
 * The columns' kinds say how cells are shown: numbers are decimal text,
 * PAGE_SHARE percent, PAGE_TIME RFC 3339 in UTC, PAGE_SECONDS decimal
 * seconds.  A column that is `under` the one before shares its place where
 * there is little room.
 *
 * The page lives in its arena, and as long as the report.
 */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "report/report.h"

#define PAGE_SECTIONS	16
#define PAGE_TABLES	32
#define PAGE_MEMORY	((size_t)256 * 1024 * 1024)

enum page_kind {
	PAGE_TEXT,	/* from evidence */
	PAGE_WORD,	/* one of ours */
	PAGE_NUM,
	PAGE_SHARE,
	PAGE_TIME,
	PAGE_SECONDS,
	PAGE_CODE	/* from evidence; a path, a hash, an identifier */
};

struct page_column {
	const char	*key;	/* in JSON and CSV */
	const char	*title;
	enum page_kind	 kind;
	bool		 under;
};

struct page_table {
	const char		*key;
	const char		*caption;
	const struct page_column *column;
	size_t			 ncolumn;
	struct slice		*cell;		/* row by row */
	size_t			 ncell, cap;
	uint64_t		 total;		/* rows */
	struct slice		 command;
	struct slice		 note;
	size_t			 section;
};

struct page_section {
	const char	*id;
	const char	*title;
	struct buf	 text;		/* paragraphs, a newline between */
	bool		 chart;
};

struct page {
	const struct report	*report;
	struct arena		 mem;
	struct buf		 sentence;
	struct buf		 period;	/* in words */
	struct buf		 scratch;
	struct page_section	 section[PAGE_SECTIONS];
	size_t			 nsection;
	struct page_table	 table[PAGE_TABLES];
	size_t			 ntable;
};

void	page_make(struct page *, struct report *);
void	page_free(struct page *);
/* "compliant", "nothing to judge", "violations" or "cannot say" */
const char *page_status(const struct report *);
/* Rows that are there. */
static inline size_t
page_rows(const struct page_table *t)
{
	return t->ncell / t->ncolumn;
}

#endif
