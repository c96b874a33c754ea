/*
 * rec - records in and out: NDJSON, TSV, CSV
 *
 * Output: rec_out_open, rec_put for each record, rec_out_close, which says
 * whether all was written.  In TSV and CSV a header line comes first; the
 * columns are those of the column list, or all keys of the table.  In JSON
 * the keys stand in table order, or in that of the column list.  Strings are
 * escaped as DESIGN.md 2 says: bytes that are not UTF-8 become lone
 * surrogates \udc80..\udcff; DEL, C1, bidirectional and zero-width
 * characters are written \uXXXX.  A NUM or BOOL whose logged text is not one
 * of JSON (007, .5, empty) is written in quotes, so that nothing is lost.
 * TSV escapes with \t \n \r \\ \xNN \uXXXX and has \N for absent values.
 * CSV is guarded against formulas and is one-way.  Output is written 256 KB
 * at a time.  A write error stops further output (rec_put returns false) and
 * is reported by rec_out_close as RC_FAIL; EPIPE too, with err.sys EPIPE,
 * which callers pass over in silence.  A record over 1 GB is EOVERFLOW.
 *
 * Input: rec_parse_json reads one line without its newline; rec_in holds
 * the header of a TSV stream.  Values that need decoding are put into
 * scratch, which is emptied first and belongs to this record until the next
 * call; the others point into the line.  RC_DAMAGED for what is not a flat
 * JSON object (nested values, text behind it, controls in strings), or has
 * not as many values as the TSV header has columns; the record then holds
 * what was read before the damage.  Unknown keys are ignored, of a key that
 * stands twice the last counts, null is absent.  A NUM or BOOL may be in
 * quotes and is then taken as it is; a boolean for a NUM or a number for a
 * BOOL is damage; either for a text is its text.  What one writes the other
 * reads: the record is the same for any bytes.
 */
#ifndef REC_REC_H
#define REC_REC_H

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/field.h"

enum rec_format {
	REC_JSON,
	REC_TSV,
	REC_CSV
};

struct rec_out {
	struct buf	 buf;
	int		 fd;
	enum rec_format	 format;
	enum field	 column[FIELD_N];
	size_t		 ncolumn;	/* 0: all */
	bool		 header_done;
	bool		 failed;
	int		 sys;		/* errno of the failed write */
	uint64_t	 written;	/* bytes */
};

/* json, tsv or csv; false for another word. */
bool	rec_format_find(struct slice, enum rec_format *);
void	rec_out_open(struct rec_out *, int fd, enum rec_format);
/* KEY,KEY,...; false and *bad set to the first unknown key. */
bool	rec_out_columns(struct rec_out *, struct slice list, struct slice *bad);
bool	rec_put(struct rec_out *, const struct rec *);
/* Write what is buffered now. */
bool	rec_flush(struct rec_out *);
enum rc	rec_out_close(struct rec_out *, struct err *);

/* Append one record to buf as a JSON object without newline. */
bool	rec_json(struct buf *, const struct rec *);
/* Append s to buf as JSON string contents, without the quotes. */
bool	rec_json_escape(struct buf *, struct slice s);

enum rc	rec_parse_json(struct rec *, struct slice line, struct buf *scratch,
	    struct err *);

struct rec_in {
	enum field	 column[FIELD_N * 2];	/* FIELD_N: unknown key */
	size_t		 ncolumn;		/* 0: JSON */
};

/* True and the columns are set if the line is a TSV header of ours. */
bool	rec_in_header(struct rec_in *, struct slice line);
/* One line by the format that rec_in is in. */
enum rc	rec_in_line(const struct rec_in *, struct rec *, struct slice line,
	    struct buf *scratch, struct err *);

#endif
