#include "scan/mail.h"

#include "fmt/mimehead.h"
#include "fmt/rfc822.h"

#include "base/banned.h"

/* A line of text up to \n: its length without that, or SLICE_NONE. */
static size_t
line_len(struct slice s, size_t pos)
{
	return slice_chr(slice_sub(s, pos, MAIL_LINE), '\n');
}

static struct slice
chomp(struct slice line)
{
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

static bool
is_text(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((s.ptr[i] < ' ' && s.ptr[i] != '\t' && s.ptr[i] != '\f' &&
			s.ptr[i] != 0x1b && s.ptr[i] != '\b') ||
		    s.ptr[i] == 0x7f)
			return false;
	return true;
}

/* A field begins here, whose name has letters, digits and dashes. */
static bool
is_field(struct slice line)
{
	struct slice name, value;

	if (!is_text(line) || !rfc822_field(line, &name, &value) ||
	    name.len > 76)
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!ascii_alnum(name.ptr[i]) && name.ptr[i] != '-' &&
		    name.ptr[i] != '_')
			return false;
	return true;
}

static bool
is_fold(struct slice line)
{
	return line.len > 1 && (line.ptr[0] == ' ' || line.ptr[0] == '\t') &&
	    is_text(line);
}

/* "From address date" between the messages of an mbox. */
static bool
is_from(struct slice line)
{
	struct slice from, year;

	if (!slice_starts(line, SLICE("From ")) || !is_text(line) ||
	    line.len < 24 || !slice_rcut(chomp(line), ' ', &from, &year))
		return false;
	return year.len == 4 && slice_digits(year) &&
	    slice_chr(from, ':') != SLICE_NONE;
}

/* The line that ends before pos, which is the start of one. */
static struct slice
line_before(struct slice s, size_t pos)
{
	size_t from = pos > MAIL_LINE ? pos - MAIL_LINE : 0, p;

	if (pos == 0 || s.ptr[pos - 1] != '\n')
		return slice_of(NULL, 0);
	p = slice_rchr(slice_of(s.ptr + from, pos - 1 - from), '\n');
	p = p == SLICE_NONE ? from : from + p + 1;
	/* What stands before the first line of a file is no text. */
	for (size_t i = pos - 1; i > p; i--)
		if (s.ptr[i - 1] == '\0')
			return slice_of(s.ptr + i, pos - 1 - i);
	return slice_of(s.ptr + p, pos - 1 - p);
}

/* Where the header begins that has a field at `at`. */
static size_t
find_start(struct slice s, size_t at, bool *mbox)
{
	size_t start = at, pos = at;

	*mbox = false;
	for (;;) {
		struct slice line = line_before(s, pos);

		if (line.ptr == NULL)
			return start;
		pos = (size_t)(line.ptr - s.ptr);
		if (is_from(line)) {
			*mbox = true;
			return pos;
		}
		line = chomp(line);
		if (is_field(line))
			start = pos;
		else if (!is_fold(line))
			return start;
	}
}

bool
mail_field(struct slice h, size_t *pos, struct slice *name, struct slice *value,
    struct slice *whole)
{
	size_t start = *pos, n;

	if (start >= h.len)
		return false;
	do {
		n = slice_chr(slice_from(h, *pos), '\n');
		*pos = n == SLICE_NONE ? h.len : *pos + n + 1;
	} while (*pos < h.len && (h.ptr[*pos] == ' ' || h.ptr[*pos] == '\t'));
	*whole = slice_sub(h, start, *pos - start);
	while (whole->len > 0 &&
	    (whole->ptr[whole->len - 1] == '\n' ||
		whole->ptr[whole->len - 1] == '\r'))
		whole->len--;
	return rfc822_field(*whole, name, value);
}

static bool
is_usual(struct slice name)
{
	return slice_eq_nocase(name, SLICE("from")) ||
	    slice_eq_nocase(name, SLICE("to")) ||
	    slice_eq_nocase(name, SLICE("date")) ||
	    slice_eq_nocase(name, SLICE("subject")) ||
	    slice_eq_nocase(name, SLICE("message-id"));
}

/* Are these fields the header of a message? */
static bool
is_header(struct mail *m, struct slice fields)
{
	struct slice name, value, whole;
	unsigned int n = 0, usual = 0;
	struct received r;
	size_t pos = 0;

	while (mail_field(fields, &pos, &name, &value, &whole)) {
		n++;
		usual += is_usual(name);
		if (slice_eq_nocase(name, SLICE("content-type")) &&
		    m->boundary.ptr == NULL)
			m->boundary = mimehead_boundary(value);
		if (!slice_eq_nocase(name, SLICE("received")))
			continue;
		rfc822_received(value, &r);
		m->nhop += r.by.ptr != NULL && r.has_time;
	}
	return m->nhop > 0 && usual > 0 && n >= MAIL_FIELDS;
}

bool
mail_header(struct slice s, size_t at, struct mail *m)
{
	size_t pos, n, fields;

	*m = (struct mail){ .cut = true };
	m->start = find_start(s, at, &m->mbox);
	pos = m->start;
	if (m->mbox)
		pos += line_len(s, pos) + 1;
	fields = pos;
	while ((n = line_len(s, pos)) != SLICE_NONE) {
		struct slice line = chomp(slice_sub(s, pos, n));

		if (line.len == 0) {
			m->cut = false;
			break;
		}
		if (!is_field(line) && (pos == fields || !is_fold(line)))
			break;
		pos += n + 1;
	}
	m->past = pos;
	m->header = slice_sub(s, m->start, pos - m->start);
	if (!m->cut)
		m->past += n + 1;
	return is_header(m, slice_sub(s, fields, pos - fields));
}

/* The first byte that no text has, or the length. */
static size_t
text_len(struct slice s)
{
	size_t i = 0;

	while (i < s.len &&
	    (s.ptr[i] >= ' ' || s.ptr[i] == '\n' || s.ptr[i] == '\r' ||
		s.ptr[i] == '\t' || s.ptr[i] == '\f' || s.ptr[i] == 0x1b ||
		s.ptr[i] == '\b') &&
	    s.ptr[i] != 0x7f)
		i++;
	return i;
}

/* --BOUNDARY-- */
static bool
is_last(struct slice line, struct slice b)
{
	return slice_take(&line, SLICE("--")) && slice_take(&line, b) &&
	    slice_starts(line, SLICE("--"));
}

size_t
mail_body(struct slice s, const struct mail *m, enum mail_end *how)
{
	size_t text = text_len(s), pos = 0, n;
	bool blank = true;

	*how = text < s.len ? MAIL_BYTE : MAIL_MORE;
	for (; pos < text; pos += n + 1) {
		struct slice line;

		n = slice_chr(slice_sub(s, pos, text - pos), '\n');
		if (n == SLICE_NONE)
			n = text - pos;
		line = slice_sub(s, pos, n);
		if (m->mbox && blank && is_from(line)) {
			*how = MAIL_NEXT;
			return pos;
		}
		if (m->boundary.len > 0 && is_last(line, m->boundary)) {
			*how = MAIL_DELIMITER;
			return pos + n < text ? pos + n + 1 : text;
		}
		blank = chomp(line).len == 0;
	}
	return text;
}
