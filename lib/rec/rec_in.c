#include "rec/rec.h"
#include "rec/rec_tsv.h"

#include "base/banned.h"

/* Only letters of our key names; true for "". */
static bool
is_name(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_lower(s.ptr[i]) && !ascii_digit(s.ptr[i]) &&
		    s.ptr[i] != '_')
			return false;
	return s.len > 0;
}

bool
rec_in_header(struct rec_in *in, struct slice line)
{
	const size_t max = sizeof(in->column) / sizeof(in->column[0]);
	enum field column[sizeof(in->column) / sizeof(in->column[0])];
	struct slice name;
	bool more;
	size_t n = 0;

	do {
		more = slice_cut(line, '\t', &name, &line);
		if (!more)
			name = line;
		if (n == max || !is_name(name))
			return false;
		column[n] = field_find(name);
		if (n == 0 && column[0] == FIELD_N)
			return false;
		n++;
	} while (more);
	memcpy(in->column, column, sizeof(column));
	in->ncolumn = n;
	return true;
}

enum rc
rec_in_line(const struct rec_in *in, struct rec *r, struct slice line,
    struct buf *scratch, struct err *e)
{
	if (in->ncolumn == 0)
		return rec_parse_json(r, line, scratch, e);
	return rec_tsv_parse(r, in->column, in->ncolumn, line, scratch, e);
}
