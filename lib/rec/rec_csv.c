#include "rec/rec_csv.h"

#include "rec/rec_text.h"

#include "base/banned.h"

/* A text that a spreadsheet might run. */
static bool
is_formula(struct slice s)
{
	static const struct slice wide[] = { SLICE("\xef\xbc\x9d"),
	    SLICE("\xef\xbc\x8b"), SLICE("\xef\xbc\x8d"),
	    SLICE("\xef\xbc\xa0") };

	while (s.len > 0 && (*s.ptr == ' ' || *s.ptr == '"' || *s.ptr == '\''))
		s = slice_from(s, 1);
	if (s.len == 0)
		return false;
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (slice_starts(s, wide[i]))
			return true;
	return slice_chr(SLICE("=+-@\t\r\n"), s.ptr[0]) != SLICE_NONE;
}

/* A text that must stand in quotes. */
static bool
needs_quotes(struct slice s)
{
	if (s.len == 0 || s.ptr[0] == ' ' || s.ptr[s.len - 1] == ' ')
		return true;
	for (size_t i = 0; i < s.len; i++)
		if (slice_chr(SLICE(",;\"'|"), s.ptr[i]) != SLICE_NONE)
			return true;
	return false;
}

static bool
put_value(struct rec_text *t, bool number, struct slice v)
{
	bool guard, quote;

	guard = !(number && rec_text_is_number(v)) && is_formula(v);
	quote = guard || needs_quotes(v);
	/* Two bytes here and two behind are the slack of a value. */
	if (quote)
		*t->at++ = '"';
	if (guard)
		*t->at++ = '\'';
	if (!rec_text_put(t, v, REC_ESCAPE_CSV))
		return false;
	if (quote)
		*t->at++ = '"';
	return true;
}

bool
rec_csv(struct buf *b, const struct rec *r, const enum field *column,
    size_t ncolumn)
{
	struct rec_text t;

	rec_text_begin(&t, b);
	for (size_t i = 0; i < ncolumn; i++) {
		if (!rec_text_room(&t, REC_TEXT_SLACK))
			return false;
		if (rec_has(r, column[i]) &&
		    !put_value(&t, field_info[column[i]].type == FIELD_NUM,
		    r->v[column[i]]))
			return false;
		*t.at++ = i + 1 == ncolumn ? '\n' : ',';
	}
	rec_text_end(&t);
	return true;
}

bool
rec_csv_value(struct buf *b, struct slice v, bool number)
{
	struct rec_text t;

	rec_text_begin(&t, b);
	if (!rec_text_room(&t, REC_TEXT_SLACK) || !put_value(&t, number, v))
		return false;
	rec_text_end(&t);
	return true;
}
