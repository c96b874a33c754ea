#include "scan/queuelog.h"

#include "fmt/bouncelog.h"

#include "base/banned.h"

#define LINE_MAX_ 4096 /* longest line */

static const struct slice names[] = {
#define NAME(t)                                                                \
	{                                                                      \
		(const unsigned char *)t, sizeof(t) - 1                        \
	}
	NAME("recipient"),
	NAME("original_recipient"),
	NAME("offset"),
	NAME("dsn_orig_rcpt"),
	NAME("notify_flags"),
	NAME("status"),
	NAME("action"),
	NAME("diag_type"),
	NAME("diag_text"),
	NAME("mta_type"),
	NAME("mta_mname"),
	NAME("reason"),
#undef NAME
};

static bool
is_line(struct slice line)
{
	struct slice name, value;

	if (line.len == 0)
		return true;
	for (size_t i = 0; i < line.len; i++)
		if (line.ptr[i] < ' ' || line.ptr[i] == 0x7f)
			return false;
	if (line.ptr[0] == '<')
		return slice_find(line, SLICE(">: ")) != SLICE_NONE;
	if (!slice_cut(line, '=', &name, &value))
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_eq(slice_trim(name), names[i]))
			return true;
	return false;
}

/* 4.4.1 and the like. */
static bool
is_status(struct slice s)
{
	struct slice class, subject, detail;

	return slice_cut(s, '.', &class, &s) &&
	    slice_cut(s, '.', &subject, &detail) && class.len == 1 &&
	    slice_digits(class) && slice_digits(subject) &&
	    slice_digits(detail);
}

/* What there is of the entry at hand. */
struct entry {
	struct slice old; /* the reason in its line of the old form */
	bool named;	  /* its recipient */
	bool reason;	  /* which comes last */
};

/* The line cannot stand there: it, or the one before, is of another log. */
static bool
is_torn(struct entry *x, struct slice line)
{
	struct slice rest = line, name;

	if (line.len == 0) {
		bool torn = x->named && !x->reason;

		*x = (struct entry){ .named = false };
		return torn;
	}
	if (line.ptr[0] == '<') {
		if (x->named || x->old.ptr != NULL)
			return true;
		return !slice_cut_str(line, SLICE(">: "), &name, &x->old);
	}
	if (slice_take(&rest, SLICE("recipient="))) {
		if (x->named)
			return true;
		x->named = true;
	} else if (slice_take(&rest, SLICE("reason="))) {
		x->reason = true;
		return x->old.ptr != NULL && !slice_eq(x->old, rest);
	}
	return false;
}

size_t
queuelog_len(struct slice s, bool *whole)
{
	size_t pos = 0, start = 0, before = 0, first = 0, n, blank = 0;
	struct entry entry = { .named = false };
	struct slice behind;
	struct bouncelog b;

	*whole = false;
	while (pos < s.len) {
		struct slice rest = slice_sub(s, pos, LINE_MAX_);

		n = slice_chr(rest, '\n');
		if (n == SLICE_NONE || !is_line(slice_sub(rest, 0, n)))
			break;
		if (is_torn(&entry, slice_sub(rest, 0, n))) {
			/* Of which log is the reason, or the line before? */
			if (n > 0)
				pos = entry.reason ? start : before;
			break;
		}
		/* Nothing begins with two blank lines, or ends with three. */
		blank = n == 0 ? blank + 1 : 0;
		if (blank > (pos < 2 ? 1u : 2u))
			break;
		before = pos;
		pos += n + 1;
		if (n == 0)
			start = pos;
	}
	behind = slice_from(s, pos);
	s = slice_sub(s, 0, pos);
	if (!bouncelog_next(s, &first, &b) || b.pos > 1 ||
	    b.recipient.ptr == NULL || b.reason.ptr == NULL ||
	    !is_status(b.status) || b.action.len == 0)
		return 0;
	/* With another empty line the next entry begins, or other data. */
	if (slice_ends(s, SLICE("\n\n\n")) && behind.len > 0 &&
	    behind.ptr[0] != '<' && behind.ptr[0] != 'r')
		s.len--;
	*whole =
	    slice_ends(s, SLICE("\n\n")) && !slice_ends(s, SLICE("\n\n\n"));
	return s.len;
}
