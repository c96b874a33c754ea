#include "fmt/syslog_part.h"

#include "base/banned.h"

#define PID_FULL	7	/* digits of the largest pid */
#define CUT_TAG		32	/* forwarders cut tags here */

void
syslog_tag(struct slice word, struct frame *fr)
{
	struct slice tag, pid;

	fr->tag = word;
	if (slice_ends(word, SLICE("]")) &&
	    slice_rcut(slice_sub(word, 0, word.len - 1), '[', &tag, &pid) &&
	    slice_digits(pid) && pid.len <= SYSLOG_PID_DIGITS) {
		fr->tag = tag;
		fr->pid = pid;
	}
}

/* True for the bytes that tags are made of, where no blank follows. */
static bool
is_tag(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_alnum(s.ptr[i]) && s.ptr[i] != '_' &&
		    s.ptr[i] != '-' && s.ptr[i] != '.' && s.ptr[i] != '/')
			return false;
	return s.len > 0;
}

/*
 * A tag without its colon: what rsyslog makes of RFC 5424 in a traditional
 * file, or of a tag that a forwarder has cut at 32 bytes.  A pid that may
 * have lost digits is not given.
 */
static bool
take_bare_tag(struct slice *s, struct frame *fr)
{
	size_t n = word_len(*s);
	struct slice word = slice_sub(*s, 0, n), tag, pid;
	bool whole = slice_ends(word, SLICE("]"));

	if (!slice_cut(slice_sub(word, 0, n - whole), '[', &tag, &pid) ||
	    !is_tag(tag) || pid.len > SYSLOG_PID_DIGITS ||
	    (pid.len > 0 && !slice_digits(pid)))
		return false;
	if (whole ? pid.len == 0 : n != CUT_TAG)
		return false;
	fr->tag = tag;
	if (whole || pid.len == PID_FULL)
		fr->pid = pid;
	*s = unblank(slice_from(*s, n));
	return true;
}

/* A tag in a shape that is seldom seen. */
static bool
take_odd_tag(struct slice *s, struct frame *fr)
{
	size_t n = word_len(*s), i;
	struct slice word = slice_sub(*s, 0, n), tag, rest;
	uint64_t number;

	if (slice_ends(word, SLICE(":"))) {
		syslog_tag(slice_sub(word, 0, n - 1), fr);
		*s = unblank(slice_from(*s, n));
		return true;
	}
	for (i = 0; i < n; i++) {
		size_t len = word.ptr[i] == '[' ?
		    pid_len(slice_from(word, i), &number) : 0;

		if (len > 0 && i > 0) {
			syslog_tag(slice_sub(word, 0, i + len - 1), fr);
			*s = slice_from(*s, i + len);
			return true;
		}
	}
	if (take_bare_tag(s, fr))
		return true;
	if (!slice_cut(word, ':', &tag, &rest) || !is_tag(tag) ||
	    slice_starts(rest, SLICE("//")) || slice_chr(rest, ':') == 0)
		return false;
	fr->tag = tag;
	*s = slice_from(*s, tag.len + 1);
	return true;
}

/* Take tag, pid, colon and one blank off the front. */
static inline bool
take_tag(struct slice *s, struct frame *fr)
{
	const unsigned char *p = s->ptr;
	size_t n = slice_any(*s, '[', ':', ' '), len;
	uint64_t number;

	if (n == s->len || p[n] == ' ')
		return false;
	if (p[n] == '[') {
		len = pid_len(slice_of(p + n, s->len - n), &number);
		if (len == 0 || n == 0)
			return take_odd_tag(s, fr);
		fr->tag = slice_of(p, n);
		fr->pid = slice_of(p + n + 1, len - 3);
		n += len;
	} else if (n + 1 == s->len || p[n + 1] == ' ') {
		fr->tag = slice_of(p, n);
		n++;
	} else
		return take_odd_tag(s, fr);
	*s = unblank(slice_of(p + n, s->len - n));
	return true;
}

/* True if a first word that ends in a colon is an IPv6 address. */
static bool
is_ipv6(struct slice s)
{
	size_t colons = 0;

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = ascii_tolower(s.ptr[i]);

		if (c == ':')
			colons++;
		else if (!ascii_digit(c) && (c < 'a' || c > 'f'))
			return false;
	}
	return colons >= 2;
}

/* Drop "<mail.info> " or "<2.6> ", which FreeBSD writes before the host. */
static void
take_level(struct slice *s)
{
	struct slice t = slice_from(*s, 1), level;

	if (slice_cut(t, '>', &level, &t) && syslog_is_level(level))
		*s = unblank(t);
}

/*
 * A second host behind the first: a relay has put its client's address or
 * name before what already had one.  Only where the program is plain.
 */
static bool
take_relayed(struct slice *s, struct frame *fr)
{
	struct slice rest = *s, host;

	if (!is_ipv6(fr->host) && (!is_tag(fr->host) ||
	    slice_chr(fr->host, '.') == SLICE_NONE))
		return false;
	if (!take_word(&rest, &host) || !is_tag(host))
		return false;
	if (take_tag(&rest, fr) && fr->pid.len > 0 &&
	    slice_chr(fr->tag, '/') != SLICE_NONE) {
		fr->host = host;
		*s = rest;
		return true;
	}
	fr->tag = fr->pid = slice_of(NULL, 0);
	return false;
}

/* Host, tag, pid, text, one after the other. */
static void
split_tail(struct slice s, struct head *heads, struct frame *fr)
{
	struct slice all = s, after, level;
	size_t n;

	if (*s.ptr == '<')
		take_level(&s);
	else if (syslog_is_level(slice_sub(s, 0, word_len(s)))) {
		/* rsyslog's templates are everybody's own. */
		s = unblank(slice_from(s, word_len(s)));
	}
	if (s.len > 0 && (*s.ptr == 'l' || *s.ptr == '-') &&
	    syslog_last_repeated(s, &fr->repeat)) {
		fr->last_repeated = true;
		fr->text = s;
		return;
	}
	n = word_len(s);
	if (n > 2 && *s.ptr == '[' && s.ptr[n - 1] == ']' &&
	    is_tag(slice_sub(s, 1, n - 2)) &&
	    slice_chr(slice_sub(s, 1, n - 2), '/') != SLICE_NONE) {
		/* metalog: neither host nor pid */
		fr->tag = slice_sub(s, 1, n - 2);
		text(unblank(slice_from(s, n)), fr);
		return;
	}
	if (n > 0 && s.ptr[n - 1] == ':' &&
	    syslog_is_level(slice_of(s.ptr, n - 1))) {
		fr->text = s;	/* socklog: the line begins behind it */
		return;
	}
	if (n > 0 && s.ptr[n - 1] == ':' &&
	    !is_ipv6(slice_of(s.ptr, n)) && take_tag(&s, fr)) {
		text(s, fr);	/* no host */
		return;
	}
	if (n == 7 && slice_take(&s, SLICE("Message forwarded from ")))
		n = slice_near(s, 0, ':');	/* AIX */
	if (n > 0)
		fr->host = slice_sub(s, 0, n);
	s = slice_from(s, n);
	(void)slice_take(&s, SLICE(":"));
	s = unblank(s);
	after = s;
	if (take_word(&after, &level) && syslog_is_level(level)) {
		/* busybox, AIX: facility and level before the tag */
		s = after;
		(void)take_tag(&s, fr);
	} else if (take_tag(&s, fr)) {
		if (heads != NULL)
			head_keep(heads, all, fr->host, fr->tag);
	} else
		(void)take_relayed(&s, fr);
	text(s, fr);
}

void
syslog_tail(struct slice s, struct framing_memo *memo, struct frame *fr)
{
	struct head *heads = memo->heads;
	const struct head *h;
	size_t n;

	if (s.len == 0) {
		fr->text = s;
		return;
	}
	h = heads == NULL ? NULL : head_find(heads, s);
	n = h == NULL ? 0 : pid_len(slice_of(s.ptr + h->len - 1,
	    s.len - h->len + 1), &fr->number);
	if (n == 0) {
		split_tail(s, heads, fr);
		return;
	}
	fr->host = h->host;
	fr->tag = h->tag;
	fr->pid = slice_of(s.ptr + h->len, n - 3);
	fr->postfix = &h->postfix;
	fr->writer = h->writer;
	n += h->len - 1;
	text(unblank(slice_of(s.ptr + n, s.len - n)), fr);
}
