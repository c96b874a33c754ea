#include "fmt/journalverbose.h"

#include "base/banned.h"

#define FIELDS_MAX	32	/* of those that journald_wants */

/* Take " [s=...;...]" from behind the stamp; the cursor. */
static bool
take_cursor(struct slice *s, struct slice *cursor)
{
	if (!slice_starts(*s, SLICE(" [s=")) || !slice_ends(*s, SLICE("]")))
		return false;
	*cursor = slice_sub(*s, 2, s->len - 3);
	return true;
}

bool
journalverbose_begins(struct slice line)
{
	struct slice cursor;
	struct stamp st;

	if (slice_ends(line, SLICE("\r")))
		line.len--;
	return stamp_take_full(&line, &st) && take_cursor(&line, &cursor);
}

/* The hexadecimal microseconds of t=, as a stamp. */
static bool
cursor_time(struct slice cursor, struct stamp *st)
{
	size_t at = slice_find(cursor, SLICE(";t="));
	struct slice text;
	uint64_t usec;

	if (at == SLICE_NONE)
		return false;
	text = slice_from(cursor, at + 3);
	text = slice_sub(text, 0, slice_near(text, 0, ';'));
	return text.len < 16 && slice_hex(text, &usec) &&
	    stamp_of_count(usec, text, st);
}

/* A field that is wanted, from an indented line. */
static bool
wanted(struct slice line, struct slice *field)
{
	struct slice name, value;

	if (!slice_take(&line, SLICE("    ")) ||
	    !slice_cut(line, '=', &name, &value) || !journald_wants(name))
		return false;
	*field = line;
	return true;
}

enum journald_got
journalverbose_entry(struct slice data, size_t limit, bool eof, size_t *used,
    struct frame *fr)
{
	struct slice field[FIELDS_MAX], line, cursor = { NULL, 0 };
	struct stamp st = { 0 };
	size_t n = 0, pos = 0, len;
	bool over = data.len >= limit;

	data = slice_sub(data, 0, limit);
	for (;;) {
		if (pos == data.len && !(eof && !over))
			return over ? JOURNALD_OVER : JOURNALD_MORE;
		if (pos == data.len || (pos > 0 && data.ptr[pos] != ' '))
			break;
		line = slice_from(data, pos);
		len = slice_chr(line, '\n');
		if (len == SLICE_NONE && !(eof && !over))
			return over ? JOURNALD_OVER : JOURNALD_MORE;
		line = slice_sub(line, 0, len);
		pos += line.len + (len != SLICE_NONE);
		if (slice_ends(line, SLICE("\r")))
			line.len--;
		if (cursor.ptr == NULL) {
			if (!stamp_take_full(&line, &st) ||
			    !take_cursor(&line, &cursor))
				return JOURNALD_OVER;
		} else if (n < FIELDS_MAX && wanted(line, &field[n]))
			n++;
	}
	journald_fields(field, n, fr);
	if (fr->stamp.kind == STAMP_NONE && !cursor_time(cursor, &fr->stamp))
		fr->stamp = st;
	*used = pos;
	while (pos > 0 && (data.ptr[pos - 1] == '\n' ||
	    data.ptr[pos - 1] == '\r'))
		pos--;
	fr->line = slice_sub(data, 0, pos);
	return JOURNALD_DONE;
}
