#include "fmt/journald.h"

#include "fmt/jsonline.h"

#include "base/banned.h"

#define NAME_MAX_LEN	64
/* What journald itself stores at most. */
#define BINARY_MAX	(UINT64_C(768) * 1024 * 1024)
#define PID_DIGITS	10

enum member {
	M_SOURCE_TIME,
	M_TIME,
	M_HOST,
	M_IDENT,
	M_COMM,
	M_PID,
	M_SENDER_PID,
	M_MESSAGE,
	M_UID,
	M_EXE,
	M_SEQNUM,
	M_N
};

static const struct slice member_name[M_N] = {
	[M_SOURCE_TIME] = { (const unsigned char *)
	    "_SOURCE_REALTIME_TIMESTAMP", 26 },
	[M_TIME] = { (const unsigned char *)"__REALTIME_TIMESTAMP", 20 },
	[M_HOST] = { (const unsigned char *)"_HOSTNAME", 9 },
	[M_IDENT] = { (const unsigned char *)"SYSLOG_IDENTIFIER", 17 },
	[M_COMM] = { (const unsigned char *)"_COMM", 5 },
	[M_PID] = { (const unsigned char *)"SYSLOG_PID", 10 },
	[M_SENDER_PID] = { (const unsigned char *)"_PID", 4 },
	[M_MESSAGE] = { (const unsigned char *)"MESSAGE", 7 },
	[M_UID] = { (const unsigned char *)"_UID", 4 },
	[M_EXE] = { (const unsigned char *)"_EXE", 4 },
	[M_SEQNUM] = { (const unsigned char *)"__SEQNUM", 8 },
};

static enum member
find(struct slice name)
{
	enum member m;

	for (m = 0; m < M_N; m++)
		if (slice_eq(name, member_name[m]))
			break;
	return m;
}

static bool
read_time(const struct slice v[M_N], struct stamp *st)
{
	return stamp_of_usec(v[M_SOURCE_TIME], st) ||
	    stamp_of_usec(v[M_TIME], st);
}

static void
fill(const struct slice v[M_N], struct frame *fr)
{
	fr->host = v[M_HOST];
	fr->tag = v[M_IDENT].ptr != NULL ? v[M_IDENT] : v[M_COMM];
	for (enum member m = M_PID; m <= M_SENDER_PID; m++)
		if (fr->pid.ptr == NULL && slice_digits(v[m]) &&
		    v[m].len <= PID_DIGITS)
			fr->pid = v[m];
	fr->text = v[M_MESSAGE];
	fr->has_who = true;
	fr->who = (struct frame_who){ .pid = v[M_SENDER_PID], .uid = v[M_UID],
		.exe = v[M_EXE], .comm = v[M_COMM], .seqnum = v[M_SEQNUM] };
}

bool
journald_wants(struct slice name)
{
	return find(name) != M_N;
}

void
journald_fields(const struct slice *field, size_t n, struct frame *fr)
{
	struct slice v[M_N] = { { NULL, 0 } }, name, value;

	for (size_t i = 0; i < n; i++) {
		enum member m;

		if (!slice_cut(field[i], '=', &name, &value))
			continue;
		m = find(name);
		if (m != M_N && v[m].ptr == NULL)
			v[m] = value;
	}
	(void)read_time(v, &fr->stamp);
	fill(v, fr);
}

bool
journald_json(struct slice line, struct buf *scratch, struct frame *fr)
{
	struct slice raw[M_N] = { { NULL, 0 } }, v[M_N] = { { NULL, 0 } };
	struct slice name, value;
	struct jsonline j;

	if (!jsonline_open(&j, line))
		return false;
	while (jsonline_next(&j, &name, &value)) {
		enum member m = find(name);

		if (m != M_N && raw[m].ptr == NULL)
			raw[m] = value;
		else if (slice_eq(name, SLICE("log")))
			return false;
	}
	if (j.bad)
		return false;
	for (size_t i = 0; i < M_N; i++) {
		if (raw[i].ptr == NULL)
			continue;
		if (slice_digits(raw[i]))
			v[i] = raw[i];	/* a number, of other writers */
		else if (!jsonline_text(raw[i], scratch, &v[i]))
			return false;
	}
	if (!read_time(v, &fr->stamp) &&
	    (raw[M_MESSAGE].ptr == NULL || raw[M_IDENT].ptr == NULL))
		return false;
	fill(v, fr);
	return true;
}

/* The length of the field name at the start of s, 0 if there is none. */
static size_t
name_len(struct slice s)
{
	size_t n = 0;

	while (n < s.len && n <= NAME_MAX_LEN && (ascii_upper(s.ptr[n]) ||
	    s.ptr[n] == '_' || (n > 0 && ascii_digit(s.ptr[n]))))
		n++;
	return n <= NAME_MAX_LEN ? n : 0;
}

bool
journald_is_export(struct slice line, bool inside)
{
	size_t n = name_len(line);
	struct slice name = slice_sub(line, 0, n);

	if (n < 2 || n == line.len || line.ptr[n] != '=')
		return false;
	return inside || slice_starts(name, SLICE("__")) ||
	    slice_starts(name, SLICE("SYSLOG_")) ||
	    (*name.ptr == '_' && ascii_upper(name.ptr[1])) ||
	    slice_eq(name, member_name[M_MESSAGE]) ||
	    slice_eq(name, SLICE("PRIORITY"));
}

enum field_shape {
	FIELD_MORE,
	FIELD_EMPTY,		/* the empty line */
	FIELD_TEXT,
	FIELD_BINARY,
	FIELD_BAD
};

struct journald_field {
	struct slice	name;
	struct slice	value;	/* BINARY: what is at hand of it */
	uint64_t	len;	/* BINARY: what it should be */
	size_t		head;	/* BINARY: bytes before the value */
	size_t		used;	/* with its newline */
};

static uint64_t
le64(const unsigned char *p)
{
	uint64_t v = 0;

	for (size_t i = 8; i-- > 0;)
		v = v << 8 | p[i];
	return v;
}

/* The shape of the field at the start of s, which is not empty. */
static enum field_shape
field(struct slice s, struct journald_field *f)
{
	size_t n = name_len(s), nl;

	*f = (struct journald_field){ .name = slice_sub(s, 0, n), .used = 1 };
	if (s.ptr[0] == '\n')
		return FIELD_EMPTY;
	if (s.ptr[0] == '\r') {
		f->used = 2;
		return s.len < 2 ? FIELD_MORE :
		    s.ptr[1] == '\n' ? FIELD_EMPTY : FIELD_BAD;
	}
	if (n == 0)
		return FIELD_BAD;
	if (n == s.len)
		return FIELD_MORE;
	if (s.ptr[n] == '=') {
		f->value = slice_from(s, n + 1);
		nl = slice_chr(f->value, '\n');
		if (nl == SLICE_NONE)
			return FIELD_MORE;
		f->used = n + 1 + nl + 1;
		if (nl > 0 && f->value.ptr[nl - 1] == '\r')
			nl--;
		f->value.len = nl;
		return FIELD_TEXT;
	}
	if (s.ptr[n] != '\n')
		return FIELD_BAD;
	f->head = n + 1 + 8;
	if (s.len < f->head)
		return FIELD_MORE;
	f->len = le64(s.ptr + n + 1);
	if (f->len > BINARY_MAX)
		return FIELD_BAD;
	f->value = slice_from(s, f->head);
	if (f->value.len <= f->len)
		return FIELD_MORE;
	if (f->value.ptr[f->len] != '\n')
		return FIELD_BAD;
	f->value.len = (size_t)f->len;
	f->used = f->head + f->value.len + 1;
	return FIELD_BINARY;
}

static void
keep(struct slice v[M_N], const struct journald_field *f)
{
	enum member m = find(f->name);

	if (m != M_N && v[m].ptr == NULL && f->value.ptr != NULL)
		v[m] = f->value;
}

enum journald_got
journald_export(struct slice data, size_t limit, bool eof, size_t *used,
    struct frame *fr)
{
	struct slice v[M_N] = { { NULL, 0 } };
	struct journald_field f;
	enum field_shape shape = FIELD_BAD;
	size_t pos = 0, end;
	bool over = data.len >= limit;

	data = slice_sub(data, 0, limit);
	while (pos < data.len) {
		shape = field(slice_from(data, pos), &f);
		if (shape != FIELD_TEXT && shape != FIELD_BINARY)
			break;
		keep(v, &f);
		pos += f.used;
	}
	end = pos;
	if (shape == FIELD_EMPTY) {
		pos += f.used;
	} else if (shape != FIELD_BAD) {
		/* The data ended, inside a field or behind one. */
		if (!over && !eof)
			return JOURNALD_MORE;
		fr->cut = over || (pos < data.len && f.head != 0);
		if (!over) {
			if (pos < data.len)
				keep(v, &f);
			pos = data.len;
			end = pos;
		}
	} else
		over = false;
	if (shape == FIELD_EMPTY)
		over = false;
	(void)read_time(v, &fr->stamp);
	fill(v, fr);
	if (end > 0 && data.ptr[end - 1] == '\n')
		end--;
	if (end > 0 && data.ptr[end - 1] == '\r')
		end--;
	fr->line = slice_sub(data, 0, end);
	*used = pos;
	return over ? JOURNALD_OVER : JOURNALD_DONE;
}

size_t
journald_skip(struct slice data, bool eof, struct journald_rest *r)
{
	struct journald_field f;
	size_t n = name_len(data);

	switch (data.len == 0 ? FIELD_MORE : field(data, &f)) {
	case FIELD_EMPTY:
		r->entry = false;
		return f.used;
	case FIELD_BAD:
		/* Whether a binary field ends well is not known in time. */
		if (f.head == 0 || f.len > BINARY_MAX) {
			r->entry = false;
			return 0;
		}
		break;
	default:
		break;
	}
	if (n > 0 && n < data.len && data.ptr[n] == '=') {
		r->line = true;
		return n + 1;
	}
	if (n > 0 && data.len > n + 8 && data.ptr[n] == '\n') {
		r->bytes = f.len + 1;
		return f.head;
	}
	return eof ? data.len : 0;
}
