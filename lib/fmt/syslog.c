#include "fmt/syslog.h"

#include "base/banned.h"

#define PRI_MAX		191
#define PID_DIGITS	10
#define PID_FULL	7	/* digits of the largest pid */
#define CUT_TAG		32	/* forwarders cut tags here */

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
static bool
take_word(struct slice *s, struct slice *word)
{
	size_t n = word_len(*s);

	*word = slice_sub(*s, 0, n);
	*s = unblank(slice_from(*s, n));
	return n > 0;
}

bool
syslog_is_level(struct slice s)
{
	static const struct slice fac[] = {
		{ (const unsigned char *)"mail", 4 },
		{ (const unsigned char *)"kern", 4 },
		{ (const unsigned char *)"user", 4 },
		{ (const unsigned char *)"daemon", 6 },
		{ (const unsigned char *)"auth", 4 },
		{ (const unsigned char *)"security", 8 },
		{ (const unsigned char *)"syslog", 6 },
		{ (const unsigned char *)"lpr", 3 },
		{ (const unsigned char *)"news", 4 },
		{ (const unsigned char *)"uucp", 4 },
		{ (const unsigned char *)"cron", 4 },
		{ (const unsigned char *)"authpriv", 8 },
		{ (const unsigned char *)"ftp", 3 },
		{ (const unsigned char *)"ntp", 3 },
		{ (const unsigned char *)"audit", 5 },
		{ (const unsigned char *)"console", 7 },
	};
	static const struct slice lev[] = {
		{ (const unsigned char *)"info", 4 },
		{ (const unsigned char *)"notice", 6 },
		{ (const unsigned char *)"warning", 7 },
		{ (const unsigned char *)"warn", 4 },
		{ (const unsigned char *)"err", 3 },
		{ (const unsigned char *)"error", 5 },
		{ (const unsigned char *)"crit", 4 },
		{ (const unsigned char *)"alert", 5 },
		{ (const unsigned char *)"emerg", 5 },
		{ (const unsigned char *)"panic", 5 },
		{ (const unsigned char *)"debug", 5 },
	};
	struct slice f, l;
	uint64_t n;
	size_t i;

	/* AIX has a colon. */
	if (s.len > 24 || (!slice_cut(s, '.', &f, &l) &&
	    !slice_cut(s, ':', &f, &l)))
		return false;
	if (slice_u64(f, PRI_MAX / 8, &n))
		return l.len == 1 && slice_u64(l, 7, &n);
	for (i = 0; i < sizeof(lev) / sizeof(lev[0]); i++)
		if (slice_eq(l, lev[i]))
			break;
	if (i == sizeof(lev) / sizeof(lev[0]))
		return false;
	if (f.len == 6 && slice_starts(f, SLICE("local")))
		return f.ptr[5] >= '0' && f.ptr[5] <= '7';
	for (i = 0; i < sizeof(fac) / sizeof(fac[0]); i++)
		if (slice_eq(f, fac[i]))
			return true;
	return false;
}

/* Take "N time" or "N times" off the front. */
static bool
take_times(struct slice *s, uint32_t *n)
{
	struct slice num, rest;
	uint64_t v;

	if (!slice_cut(*s, ' ', &num, &rest) ||
	    !slice_u64(num, UINT32_MAX, &v) || v == 0 ||
	    !slice_take(&rest, SLICE("time")))
		return false;
	(void)slice_take(&rest, SLICE("s"));
	*s = rest;
	*n = (uint32_t)v;
	return true;
}

/* "last message repeated N times", whole, with or without dashes. */
static bool
last_repeated(struct slice s, uint32_t *n)
{
	bool dashes = slice_take(&s, SLICE("--- "));
	uint32_t v;

	if (!slice_take(&s, SLICE("last message repeated ")) ||
	    !take_times(&s, &v) ||
	    (dashes && !slice_take(&s, SLICE(" ---"))) ||
	    slice_trim(s).len != 0)
		return false;
	*n = v;
	return true;
}

/* "message repeated N times: [ text]", which may have lost its bracket. */
static bool
repeated(struct slice *s, uint32_t *n)
{
	struct slice t = *s;
	uint32_t v;

	if (!slice_take(&t, SLICE("message repeated ")) ||
	    !take_times(&t, &v) || !slice_take(&t, SLICE(": [")))
		return false;
	t = unblank(t);
	if (slice_ends(t, SLICE("]")))
		t.len--;
	*s = t;
	*n = v;
	return true;
}

/* Drop "[ID n mail.level] ". */
static void
unsolaris(struct slice *s)
{
	struct slice t = *s, id, level;

	if (slice_take(&t, SLICE("[ID ")) && slice_cut(t, ' ', &id, &t) &&
	    slice_digits(id) && id.len <= PID_DIGITS &&
	    slice_cut(t, ']', &level, &t) && syslog_is_level(level))
		*s = unblank(t);
}

/* What may be more than text. */
static void
odd_text(struct slice s, struct frame *fr)
{
	/* rsyslog's %msg% begins with a blank; templates add another one. */
	while (s.len > 0 && *s.ptr == ' ' && fr->tag.len > 0)
		s = slice_from(s, 1);
	if (s.len > 0 && *s.ptr == '[')
		unsolaris(&s);
	if (s.len > 0 && *s.ptr == 'm')
		(void)repeated(&s, &fr->repeat);
	else if (s.len > 0 && (*s.ptr == 'l' || *s.ptr == '-'))
		fr->last_repeated = last_repeated(s, &fr->repeat);
	fr->text = s;
}

/* Text that is what it seems to be. */
static inline bool
is_usual(struct slice s)
{
	return s.len > 0 && *s.ptr != ' ' && *s.ptr != '[' && *s.ptr != 'm' &&
	    *s.ptr != 'l' && *s.ptr != '-';
}

static inline void
text(struct slice s, struct frame *fr)
{
	if (is_usual(s) || s.len == 0)
		fr->text = s;
	else
		odd_text(s, fr);
}

void
syslog_text(struct slice s, struct frame *fr)
{
	text(s, fr);
}

void
syslog_tag(struct slice word, struct frame *fr)
{
	struct slice tag, pid;

	fr->tag = word;
	if (slice_ends(word, SLICE("]")) &&
	    slice_rcut(slice_sub(word, 0, word.len - 1), '[', &tag, &pid) &&
	    slice_digits(pid) && pid.len <= PID_DIGITS) {
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
 * The same of fewer than eight digits, all at once: how many there are cannot
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
	size_t n = 1, end = s.len <= PID_DIGITS ? s.len : PID_DIGITS + 1;
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
	    !is_tag(tag) || pid.len > PID_DIGITS ||
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
	    last_repeated(s, &fr->repeat)) {
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

/* What follows stamp and blank: host, tag, pid, text. */
static inline void
tail(struct slice s, struct head *heads, struct frame *fr)
{
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

/*
 * What follows the stamp in RFC 5424: HOSTNAME APP-NAME PROCID MSGID DATA
 * [TEXT].  Without a version in front (strict) it must be more than words.
 */
static bool
split_5424(struct slice s, bool strict, struct frame *fr)
{
	struct slice host, app, proc, id;
	bool number, blanks;

	if (!take_word(&s, &host) || !take_word(&s, &app) ||
	    !take_word(&s, &proc) || !take_word(&s, &id))
		return false;
	number = slice_digits(proc) && proc.len <= PID_DIGITS;
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

/* "1 STAMP ...", also with "-" for the stamp. */
static bool
split_versioned(struct slice s, bool pri, struct framing_memo *memo,
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
	    split_5424(slice_from(s, 1), !pri, fr);
}

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
		tail(s, memo->heads, fr);
		if (fr->tag.ptr == NULL && !fr->last_repeated &&
		    split_5424(s, true, fr))
			return FRAMING_RFC5424;
		return FRAMING_ISO;
	}
	if (stamp_take_unix(&s, &fr->stamp)) {
		if (!at_blank(s))
			return FRAMING_NONE;
		tail(unblank(s), memo->heads, fr);
		return FRAMING_UNIX;
	}
	if (split_versioned(s, false, memo, fr))
		return FRAMING_RFC5424;
	if (stamp_take_epoch(&s, &fr->stamp)) {
		/* Logs of other programs begin so, too. */
		tail(unblank(s), memo->heads, fr);
		return fr->tag.len > 0 ? FRAMING_UNIX : FRAMING_NONE;
	}
	if (stamp_take_dated(&s, &fr->stamp) && at_blank(s)) {
		tail(unblank(s), memo->heads, fr);
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
	tail(s, memo->heads, fr);
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
	    !slice_u64(pri, PRI_MAX, &n))
		return FRAMING_NONE;
	s = slice_from(s, pri.len + 2);
	if (s.len == 0)
		return FRAMING_NONE;
	if (!ascii_digit(*s.ptr))
		kind = split_letter(s, memo, fr);
	else if (split_versioned(s, true, memo, fr))
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

enum framing_kind
syslog_usual(struct slice s, struct framing_memo *memo, struct frame *fr)
{
	enum framing_kind kind = FRAMING_ISO;
	const struct head *h;
	struct slice rest;
	struct stamp stamp;
	uint64_t number;
	size_t n;

	if (s.len < STAMP_ISO_LEN)
		return FRAMING_NONE;
	if (ascii_digit(*s.ptr)) {
		if (!stamp_take_iso(&s, &stamp, &memo->stamp))
			return FRAMING_NONE;
	} else if (memo->stamp.has_bsd &&
	    stamp_take_bsd(&s, &stamp, &memo->stamp))
		kind = FRAMING_BSD;
	else
		return FRAMING_NONE;
	if (s.len == 0 || *s.ptr != ' ')
		return FRAMING_NONE;
	s = slice_of(s.ptr + 1, s.len - 1);
	h = head_find(memo->heads, s);
	if (h == NULL)
		return FRAMING_NONE;
	rest = slice_of(s.ptr + h->len - 1, s.len - h->len + 1);
	n = pid_len(rest, &number);
	rest = unblank(slice_of(rest.ptr + n, rest.len - n));
	if (n == 0 || !is_usual(rest))
		return FRAMING_NONE;
	fr->stamp = stamp;
	fr->host = h->host;
	fr->tag = h->tag;
	fr->pid = slice_of(s.ptr + h->len, n - 3);
	fr->postfix = &h->postfix;
	fr->number = number;
	fr->writer = h->writer;
	fr->text = rest;
	return kind;
}
