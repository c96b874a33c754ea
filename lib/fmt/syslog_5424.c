#include "fmt/syslog_part.h"

#include "base/banned.h"

/* Drop "[id name="value" ...]..." or "-"; false if it is neither. */
static bool
take_data(struct slice *s)
{
	bool quoted = false;
	size_t i;

	if (s->len > 0 && *s->ptr == '-' && (s->len == 1 || s->ptr[1] == ' ')) {
		*s = slice_from(*s, 1);
		return true;
	}
	if (s->len == 0 || *s->ptr != '[')
		return false;
	for (i = 1; i < s->len; i++) {
		unsigned char c = s->ptr[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (c == ']' && !quoted &&
		    (i + 1 == s->len || s->ptr[i + 1] == ' ')) {
			*s = slice_from(*s, i + 1);
			return true;
		}
	}
	return false;
}

/* A value, absent if it is "-". */
static struct slice
nil(struct slice s)
{
	return slice_eq(s, SLICE("-")) ? slice_of(NULL, 0) : s;
}

bool
syslog_5424(struct slice s, bool strict, struct frame *fr)
{
	struct slice host, app, proc, id;
	bool number, blanks;

	if (!take_word(&s, &host) || !take_word(&s, &app) ||
	    !take_word(&s, &proc) || !take_word(&s, &id))
		return false;
	number = slice_digits(proc) && proc.len <= SYSLOG_PID_DIGITS;
	if (strict && !number && !slice_eq(proc, SLICE("-")))
		return false;
	/* Senders that forget the data have text here. */
	if (!take_data(&s) && strict)
		return false;
	fr->host = nil(host);
	fr->tag = nil(app);
	fr->pid = number ? proc : slice_of(NULL, 0);
	s = unblank(s);
	blanks = s.len > 0 && *s.ptr == ' ';
	s = unblank(s);
	(void)slice_take(&s, SLICE("\xef\xbb\xbf"));
	fr->lost_program = blanks && slice_starts(app, SLICE("postfix")) &&
	    slice_chr(app, '/') == SLICE_NONE;
	text(s, fr);
	return true;
}

bool
syslog_versioned(struct slice s, bool pri, struct framing_memo *memo,
    struct frame *fr)
{
	size_t n = s.len > 1 && s.ptr[1] != ' ' ? 2 : 1;

	if (s.len < n + 2 || s.ptr[0] == '0' || s.ptr[n] != ' ' ||
	    !slice_digits(slice_sub(s, 0, n)))
		return false;
	s = slice_from(s, n + 1);
	if (*s.ptr == '-')
		s = slice_from(s, 1);
	else if (!stamp_take_iso(&s, &fr->stamp, &memo->stamp))
		return false;
	return s.len > 0 && *s.ptr == ' ' &&
	    syslog_5424(slice_from(s, 1), !pri, fr);
}
