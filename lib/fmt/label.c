#include "fmt/label.h"

#include "fmt/syslog.h"

#include "base/banned.h"

/* The length of a colour at the start of s, ESC [ digits m, or 0. */
static size_t
colour(struct slice s)
{
	size_t n = 2;

	if (s.len < 3 || s.ptr[0] != 0x1b || s.ptr[1] != '[')
		return 0;
	while (
	    n < s.len && n < 16 && (ascii_digit(s.ptr[n]) || s.ptr[n] == ';'))
		n++;
	return n < s.len && s.ptr[n] == 'm' ? n + 1 : 0;
}

/* Drop blanks and colours; true if there are any. */
static bool
take_blanks(struct slice *s)
{
	size_t n = 0, len = 1;

	while (n < s->len && n < LABEL_BYTES && len > 0) {
		len = s->ptr[n] == ' ' || s->ptr[n] == '\t' ?
		    1 :
		    colour(slice_from(*s, n));
		n += len;
	}
	*s = slice_from(*s, n);
	return n > 0;
}

/* NAME | */
static bool
take_service(struct slice *s)
{
	struct slice rest = *s;
	size_t n = 0;

	while (n < rest.len && n < LABEL_BYTES &&
	    (ascii_alnum(rest.ptr[n]) || rest.ptr[n] == '-' ||
		rest.ptr[n] == '_' || rest.ptr[n] == '.'))
		n++;
	rest = slice_from(rest, n);
	if (n == 0 || !take_blanks(&rest) || !slice_take(&rest, SLICE("|")))
		return false;
	(void)take_blanks(&rest);
	*s = rest;
	return true;
}

/* [pod/NAME/CONTAINER] */
static bool
take_pod(struct slice *s)
{
	struct slice rest = *s, word;

	if (!slice_take(&rest, SLICE("[")) ||
	    !slice_cut(slice_sub(rest, 0, LABEL_BYTES), ' ', &word, &rest) ||
	    !slice_ends(word, SLICE("]")) || slice_chr(word, '/') == SLICE_NONE)
		return false;
	*s = slice_from(*s, word.len + 2);
	return true;
}

/* FILE: or NUMBER:, with nothing between it and what follows */
static bool
take_file(struct slice *s)
{
	struct slice head = slice_sub(*s, 0, LABEL_BYTES), word;
	size_t n = slice_chr(head, ':');

	if (n == SLICE_NONE || n == 0)
		return false;
	word = slice_sub(head, 0, n);
	if (slice_chr(word, ' ') != SLICE_NONE ||
	    (!slice_digits(word) && slice_chr(word, '.') == SLICE_NONE &&
		slice_chr(word, '/') == SLICE_NONE))
		return false;
	*s = slice_from(*s, n + 1);
	return true;
}

/*
 * FACILITY.LEVEL and a blank, as templates have it, or [ADDRESS: ]
 * FACILITY.LEVEL: and a blank, as socklog writes it.
 */
static bool
take_level(struct slice *s)
{
	struct slice rest = slice_sub(*s, 0, LABEL_BYTES), word, addr;
	size_t n = slice_near(rest, 0, ' ');

	if (n < rest.len && syslog_is_level(slice_sub(rest, 0, n))) {
		*s = slice_from(*s, n + 1);
		return true;
	}
	if (!slice_cut_str(rest, SLICE(": "), &word, &rest))
		return false;
	if (!syslog_is_level(word)) {
		addr = word;
		if (slice_any(addr, ' ', '[', ' ') != addr.len ||
		    slice_chr(addr, '.') == SLICE_NONE ||
		    !slice_cut_str(rest, SLICE(": "), &word, &rest) ||
		    !syslog_is_level(word))
			return false;
	}
	*s = slice_from(*s, (size_t)(rest.ptr - s->ptr));
	return true;
}

/*
 * A stamp without zone is a label only before another one, such as svlogd
 * and tai64nlocal put before what postlogd or socklog has written.
 */
static bool
before_stamp(struct slice rest)
{
	struct stamp st;

	return slice_take(&rest, SLICE(" ")) &&
	    (take_level(&rest) || stamp_take_bsd(&rest, &st, NULL));
}

bool
label_take(struct slice *s, bool first, struct stamp *outer)
{
	struct slice rest = *s;
	struct stamp st;

	if (first && take_blanks(s))
		return true;
	if (stamp_take_iso(&rest, &st, NULL)) {
		/* The stamp of the line itself has its host behind it. */
		if (st.kind == STAMP_ZONED)
			*outer = st;
		else if (!before_stamp(rest))
			return false;
		if (!slice_take(&rest, SLICE(" ")))
			return false;
		*s = rest;
		return true;
	}
	if (stamp_take_tai(&rest, &st)) {
		if (!slice_take(&rest, SLICE(" ")))
			return false;
		*outer = st;
		*s = rest;
		return true;
	}
	return take_level(s) || take_service(s) || take_pod(s) || take_file(s);
}
