#include "fmt/syslog.h"

#include "fmt/syslog_part.h"

#include "base/banned.h"

static inline bool
at_blank(struct slice s)
{
	return s.len == 0 || *s.ptr == ' ';
}

/* A line that begins with its date in digits. */
static enum framing_kind
split_digit(struct slice s, struct framing_memo *memo, struct frame *fr)
{
	if (stamp_take_iso(&s, &fr->stamp, &memo->stamp)) {
		if (!at_blank(s))
			return FRAMING_NONE;
		s = unblank(s);
		syslog_tail(s, memo, fr);
		if (fr->tag.ptr == NULL && !fr->last_repeated &&
		    syslog_5424(s, true, fr))
			return FRAMING_RFC5424;
		return FRAMING_ISO;
	}
	if (stamp_take_unix(&s, &fr->stamp)) {
		if (!at_blank(s))
			return FRAMING_NONE;
		syslog_tail(unblank(s), memo, fr);
		return FRAMING_UNIX;
	}
	if (syslog_versioned(s, false, memo, fr))
		return FRAMING_RFC5424;
	if (stamp_take_epoch(&s, &fr->stamp)) {
		/* Logs of other programs begin so, too. */
		syslog_tail(unblank(s), memo, fr);
		return fr->tag.len > 0 ? FRAMING_UNIX : FRAMING_NONE;
	}
	if (stamp_take_dated(&s, &fr->stamp) && at_blank(s)) {
		syslog_tail(unblank(s), memo, fr);
		return fr->tag.len > 0 ? FRAMING_BSD : FRAMING_NONE;
	}
	return FRAMING_NONE;
}

/*
 * journalctl -o with-unit has the unit where the program was: postfix.service
 * or postfix@INSTANCE.service, which is "-" for the first one.
 */
static void
unit_tag(struct frame *fr)
{
	size_t n = fr->tag.len - SLICE(".service").len;

	if (!slice_starts(fr->tag, SLICE("postfix")) ||
	    !slice_ends(fr->tag, SLICE(".service")))
		return;
	fr->tag = slice_sub(fr->tag, 0, n);
	if (slice_ends(fr->tag, SLICE("@-")))
		fr->tag.len -= 2;
	fr->postfix = NULL;
	fr->lost_program = true;
}

/* A line that begins with a month or weekday. */
static inline enum framing_kind
split_letter(struct slice s, struct framing_memo *memo, struct frame *fr)
{
	enum framing_kind kind = FRAMING_BSD;

	if (!stamp_take_bsd(&s, &fr->stamp, &memo->stamp)) {
		if (stamp_take_full(&s, &fr->stamp))
			kind = FRAMING_FULL;
		else if (!stamp_take_dated(&s, &fr->stamp))
			return FRAMING_NONE;
	}
	if (!at_blank(s))
		return FRAMING_NONE;
	s = unblank(s);
	syslog_tail(s, memo, fr);
	if (kind == FRAMING_FULL)
		unit_tag(fr);
	return kind;
}

/* A line that begins with <PRI>. */
static enum framing_kind
split_pri(struct slice s, struct framing_memo *memo, struct frame *fr)
{
	struct slice pri, rest;
	enum framing_kind kind;
	uint64_t n;

	if (!slice_cut(slice_sub(s, 1, 4), '>', &pri, &rest) ||
	    !slice_u64(pri, SYSLOG_PRI_MAX, &n))
		return FRAMING_NONE;
	s = slice_from(s, pri.len + 2);
	if (s.len == 0)
		return FRAMING_NONE;
	if (!ascii_digit(*s.ptr))
		kind = split_letter(s, memo, fr);
	else if (syslog_versioned(s, true, memo, fr))
		return FRAMING_RFC5424;
	else
		kind = split_digit(s, memo, fr);
	return kind == FRAMING_BSD || kind == FRAMING_ISO ?
	    FRAMING_RFC3164 : kind == FRAMING_RFC5424 ? kind : FRAMING_NONE;
}

/* Take back what a line that is none after all has left. */
static void
clear(struct frame *fr)
{
	fr->stamp = (struct stamp){ 0 };
	fr->host = fr->tag = fr->pid = fr->text = slice_of(NULL, 0);
	fr->postfix = NULL;
	fr->number = fr->writer = 0;
	fr->repeat = 0;
	fr->last_repeated = fr->lost_program = false;
}

enum framing_kind
syslog_split(struct slice s, struct framing_memo *memo, struct frame *fr)
{
	enum framing_kind kind = FRAMING_NONE;

	if (s.len == 0)
		return kind;
	if (ascii_upper(*s.ptr))
		kind = split_letter(s, memo, fr);
	else if (ascii_digit(*s.ptr))
		kind = split_digit(s, memo, fr);
	else if (*s.ptr == '<')
		kind = split_pri(s, memo, fr);
	if (kind == FRAMING_NONE)
		clear(fr);
	return kind;
}
