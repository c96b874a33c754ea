#include "fmt/bouncelog.h"

#include "base/banned.h"

static struct slice
take_line(struct slice text, size_t *pos)
{
	struct slice rest = slice_from(text, *pos);
	size_t n = slice_chr(rest, '\n');

	if (n == SLICE_NONE)
		n = rest.len;
	*pos += n + (n < rest.len);
	return slice_sub(rest, 0, n);
}

/* <address>: reason */
static bool
old_form(struct slice line, struct bouncelog *b)
{
	struct slice head, tail;

	if (line.len == 0 || line.ptr[0] != '<' ||
	    !slice_cut_str(line, SLICE(">: "), &head, &tail))
		return false;
	if (b->recipient.ptr == NULL)
		b->recipient = slice_from(head, 1);
	if (b->reason.ptr == NULL)
		b->reason = tail;
	return true;
}

/* Addresses may stand in <>; the null address is <>. */
static struct slice
address(struct slice s)
{
	if (slice_starts(s, SLICE("<")) && slice_ends(s, SLICE(">")))
		return slice_sub(s, 1, s.len - 2);
	return s;
}

static void
set(struct bouncelog *b, struct slice name, struct slice value)
{
	if (slice_eq(name, SLICE("recipient")))
		b->recipient = address(value);
	else if (slice_eq(name, SLICE("original_recipient")))
		b->original = address(value);
	else if (slice_eq(name, SLICE("offset")))
		(void)slice_u64(value, UINT64_MAX - 1, &b->offset);
	else if (slice_eq(name, SLICE("dsn_orig_rcpt")))
		b->orcpt = value;
	else if (slice_eq(name, SLICE("status")))
		b->status = value;
	else if (slice_eq(name, SLICE("action")))
		b->action = value;
	else if (slice_eq(name, SLICE("reason")))
		b->reason = value;
	else if (slice_eq(name, SLICE("diag_type")))
		b->diag_type = value;
	else if (slice_eq(name, SLICE("diag_text")))
		b->diag_text = value;
	else if (slice_eq(name, SLICE("mta_mname")))
		b->mta_name = value;
}

bool
bouncelog_next(struct slice text, size_t *pos, struct bouncelog *b)
{
	bool any = false;

	*b = (struct bouncelog){ .offset = UINT64_MAX };
	while (*pos < text.len) {
		size_t at = *pos;
		struct slice line = take_line(text, pos), name, value;

		if (slice_trim(line).len == 0) {
			if (any)
				return true;
			continue;
		}
		if (!old_form(line, b)) {
			if (!ascii_alnum(line.ptr[0]) ||
			    !slice_cut(line, '=', &name, &value))
				continue;
			set(b, slice_trim(name), slice_trim(value));
		}
		if (!any)
			b->pos = at;
		b->len = at + line.len - b->pos;
		any = true;
	}
	return any;
}

bool
bouncelog_begins(struct slice text)
{
	size_t pos = 0;
	struct bouncelog b;

	return text.len > 0 && (text.ptr[0] == '\n' || text.ptr[0] == '<' ||
	    text.ptr[0] == 'r') && bouncelog_next(text, &pos, &b) &&
	    b.recipient.ptr != NULL && b.reason.ptr != NULL;
}
