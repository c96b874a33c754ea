/*
 * syslog_part - what the files that split a syslog line share
 *
 * Private to syslog*.c.  syslog.c tells shapes of lines apart by their
 * stamps, syslog_5424.c splits those of RFC 5424, syslog_tail.c takes host,
 * tag and pid off others, syslog_text.c looks at what follows a tag.
 */
#ifndef FMT_SYSLOG_PART_H
#define FMT_SYSLOG_PART_H

#include "fmt/syslog.h"

#define SYSLOG_PRI_MAX		191
#define SYSLOG_PID_DIGITS	10

/* syslog_tail.c: what follows stamp and blank: host, tag, pid, text */
void	syslog_tail(struct slice, struct framing_memo *, struct frame *);

/* syslog_5424.c */
/*
 * What follows the stamp in RFC 5424: HOSTNAME APP-NAME PROCID MSGID DATA
 * [TEXT].  Without a version in front (strict) it must be more than words.
 */
bool	syslog_5424(struct slice, bool strict, struct frame *);
/* "1 STAMP ...", also with "-" for the stamp. */
bool	syslog_versioned(struct slice, bool pri, struct framing_memo *,
	    struct frame *);

/* syslog_text.c */
/* "last message repeated N times", whole, with or without dashes. */
bool	syslog_last_repeated(struct slice, uint32_t *n);
/* What may be more than text. */
void	syslog_odd_text(struct slice, struct frame *);

/* Drop one blank. */
static inline struct slice
unblank(struct slice s)
{
	return s.len > 0 && *s.ptr == ' ' ? slice_of(s.ptr + 1, s.len - 1) : s;
}

/* The length of the word at the start of s. */
static inline size_t
word_len(struct slice s)
{
	size_t n = 0;

	while (n < s.len && s.ptr[n] != ' ')
		n++;
	return n;
}

/* Take a word and the blank after it; false if there is none. */
static inline bool
take_word(struct slice *s, struct slice *word)
{
	size_t n = word_len(*s);

	*word = slice_sub(*s, 0, n);
	*s = unblank(slice_from(*s, n));
	return n > 0;
}

/* Text that is what it seems to be. */
static inline bool
is_usual(struct slice s)
{
	/* Texts begin in many ways: one branch, which is mostly the same. */
	static const bool odd[256] = { [' '] = true, ['['] = true,
		['m'] = true, ['l'] = true, ['-'] = true };

	return s.len > 0 && !odd[*s.ptr];
}

static inline void
text(struct slice s, struct frame *fr)
{
	if (is_usual(s) || s.len == 0)
		fr->text = s;
	else
		syslog_odd_text(s, fr);
}

/*
 * pid_len of fewer than eight digits, all at once: how many there are cannot
 * be foreseen.  s has 16 bytes at least.
 */
static inline size_t
short_pid_len(struct slice s, uint64_t *number)
{
	const uint64_t all = UINT64_C(0x0101010101010101);
	uint64_t v = slice_word(s.ptr + 1, 8) ^ all * '0', other;
	size_t n;

	/* The top bit of each byte that is no digit. */
	other = ((v + all * (128 - 10)) | v) & all << 7;
	n = (size_t)__builtin_ctzll(other | UINT64_C(1) << 63) / 8;
	if (n == 0 || s.ptr[n + 1] != ']' || s.ptr[n + 2] != ':')
		return 0;
	/* The last digit in the highest byte, zeroes before the first. */
	v <<= (8 - n) * 8;
	v = v * 10 + (v >> 8);
	*number = ((v & UINT64_C(0x000000ff000000ff)) *
	    UINT64_C(0x000f424000000064) + (v >> 16 &
	    UINT64_C(0x000000ff000000ff)) * UINT64_C(0x0000271000000001)) >> 32;
	return n + 3;
}

/* The length of "[digits]:" at the start of s, or 0; and the number. */
static inline size_t
pid_len(struct slice s, uint64_t *number)
{
	size_t n = 1, end = s.len <= SYSLOG_PID_DIGITS ? s.len :
	    SYSLOG_PID_DIGITS + 1;
	uint64_t v = 0;
	unsigned int d;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	if (s.len >= 16 && (n = short_pid_len(s, number)) > 0)
		return n;
	n = 1;
#endif
	for (; n < end && (d = (unsigned int)s.ptr[n] - '0') <= 9; n++)
		v = v * 10 + d;
	*number = v;
	if (n < 2 || s.len - n < 2 || s.ptr[n] != ']' || s.ptr[n + 1] != ':')
		return 0;
	return n + 2;
}

#endif
