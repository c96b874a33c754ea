/* Lines and what must come out of them, at once and cut in two anywhere. */
#include "fmt/framing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/*
 * A frame as text, one line: kind[/inner] STAMP [OUTER] host|tag|pid|text and
 * what else is set.  Absent is ~.  BSD stamps are MM-DD+SECONDS, others
 * L or Z and seconds from 2026-09-01T10:04:05Z, then .NSEC/DIGITS.
 */
#define SEP1	INT64_C(1788257045)

static void
put_stamp(struct buf *b, const struct stamp *st)
{
	char text[96];

	if (st->kind == STAMP_NONE)
		snprintf(text, sizeof(text), "-");
	else if (st->kind == STAMP_BSD)
		snprintf(text, sizeof(text), "%02d-%02d+%lld", st->mon,
		    st->day, (long long)st->sec);
	else
		snprintf(text, sizeof(text), "%c%+lld",
		    st->kind == STAMP_LOCAL ? 'L' : 'Z',
		    (long long)(st->sec - SEP1));
	buf_add(b, slice_cstr(text));
	if (st->digits > 0) {
		snprintf(text, sizeof(text), ".%09u/%d", st->nsec,
		    st->digits);
		buf_add(b, slice_cstr(text));
	}
}

static void
put_bytes(struct buf *b, struct slice s)
{
	char text[8];

	if (s.ptr == NULL)
		buf_addc(b, '~');
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] >= 0x20 && s.ptr[i] < 0x7f) {
			buf_addc(b, s.ptr[i]);
			continue;
		}
		snprintf(text, sizeof(text), "\\x%02x", s.ptr[i]);
		buf_add(b, slice_cstr(text));
	}
}

static void
put_frame(struct buf *b, const struct frame *fr)
{
	if (b->len > 0)
		buf_addc(b, '\n');
	buf_add(b, framing_name[fr->kind]);
	if (fr->kind == FRAMING_PART) {
		assert_null(fr->text.ptr);
		if (fr->cut)
			buf_add(b, SLICE(" cut"));
		return;
	}
	if (fr->kind == FRAMING_DOCKER || fr->kind == FRAMING_CRI ||
	    fr->kind == FRAMING_COLLECTOR) {
		buf_addc(b, '/');
		buf_add(b, framing_name[fr->inner]);
	} else
		assert_int_equal(fr->inner, FRAMING_NONE);
	buf_addc(b, ' ');
	put_stamp(b, &fr->stamp);
	if (fr->outer.kind != STAMP_NONE) {
		buf_addc(b, ' ');
		put_stamp(b, &fr->outer);
	}
	buf_addc(b, ' ');
	put_bytes(b, fr->host);
	buf_addc(b, '|');
	put_bytes(b, fr->tag);
	buf_addc(b, '|');
	put_bytes(b, fr->pid);
	buf_addc(b, '|');
	put_bytes(b, fr->text);
	if (fr->repeat > 0) {
		buf_add(b, SLICE(" x"));
		buf_addu(b, fr->repeat);
	}
	if (fr->last_repeated)
		buf_add(b, SLICE(" last"));
	if (fr->lost_program)
		buf_add(b, SLICE(" lost"));
	if (fr->cut)
		buf_add(b, SLICE(" cut"));
}

/* Take frames while there are some; how much was consumed. */
static size_t
take(struct framing *f, struct slice data, bool eof, bool skips,
    struct buf *out)
{
	struct frame fr;
	size_t pos = 0, n;

	for (;;) {
		struct slice left = slice_from(data, pos);

		n = framing_next(f, left, eof, &fr);
		assert_true(n <= left.len);
		assert_false(n == 0 && eof && left.len > 0);
		if (n == 0)
			return pos;
		if (fr.line.ptr != NULL)
			assert_true(fr.line.ptr >= left.ptr &&
			    fr.line.ptr + fr.line.len <= left.ptr + n);
		pos += n;
		if (skips || fr.kind != FRAMING_PART || !fr.cut)
			put_frame(out, &fr);
	}
}

/* All frames of data, seen first up to `first` bytes, then `step` more each. */
static void
run(struct slice in, size_t first, size_t step, size_t limit, bool skips,
    struct buf *out)
{
	/* Its own memory, for the sanitizer to watch. */
	unsigned char *copy = malloc(in.len + (in.len == 0));
	struct framing f;
	struct frame fr;
	size_t pos = 0, end = first;

	assert_non_null(copy);
	if (in.len > 0)
		memcpy(copy, in.ptr, in.len);
	framing_init(&f, NULL);
	if (limit > 0) {
		f.limit = limit;
		f.join[0].text.limit = f.join[1].text.limit = limit;
	}
	out->len = 0;
	while (end < in.len) {
		pos += take(&f, slice_of(copy + pos, end - pos), false, skips,
		    out);
		end += step > 0 ? step : in.len - end;
	}
	pos += take(&f, slice_of(copy + pos, in.len - pos), true, skips, out);
	assert_int_equal(pos, in.len);
	while (framing_flush(&f, &fr))
		put_frame(out, &fr);
	assert_false(f.skip_line || f.skip_entry || f.skip_bytes > 0);
	framing_free(&f);
	free(copy);
}

struct frame_case {
	struct slice	 in;
	const char	*want;
};

#define S(lit)	{ (const unsigned char *)("" lit), sizeof(lit) - 1 }
#define B	"bsd 09-01+36245 "
#define I	"iso Z-7200.123456000/6 "
#define P	"Sep  1 10:04:05 "

static const struct frame_case cases[] = {
	/* BSD: syslogd, postlogd, journalctl -o short[-precise] */
	{ S(P "mx postfix/smtpd[100]: connect from a[192.0.2.10]\n"),
	    B "mx|postfix/smtpd|100|connect from a[192.0.2.10]" },
	{ S("Sep 01 10:04:05 mx postfix/smtpd[100]: connect\n"),
	    B "mx|postfix/smtpd|100|connect" },
	{ S("Sep 01 10:04:05.123456 mx postfix/smtpd[100]: connect\n"),
	    "bsd 09-01+36245.123456000/6 mx|postfix/smtpd|100|connect" },
	{ S(P "mx postfix/submission/smtpd[4194304]: a: b\n"),
	    B "mx|postfix/submission/smtpd|4194304|a: b" },
	{ S(P "mx mail-out.x_y/smtp[1234567890]: t\n"),
	    B "mx|mail-out.x_y/smtp|1234567890|t" },
	{ S(P "192.0.2.1 postfix[9]: t\n"), B "192.0.2.1|postfix|9|t" },
	{ S(P "2001:db8::1 postfix/qmgr[9]: t\n"),
	    B "2001:db8::1|postfix/qmgr|9|t" },
	{ S(P "2001:db8:: postfix/qmgr[9]: t\n"),
	    B "2001:db8::|postfix/qmgr|9|t" },
	{ S(P "mx postfix/qmgr: no pid: t\n"),
	    B "mx|postfix/qmgr|~|no pid: t" },
	{ S(P "mx postfix/qmgr[9]:no blank\n"),
	    B "mx|postfix/qmgr|9|no blank" },
	{ S(P "mx postfix/qmgr:no blank\n"), B "mx|postfix/qmgr|~|no blank" },
	{ S(P "mx postfix/qmgr[9]:  two blanks \n"),
	    B "mx|postfix/qmgr|9|two blanks " },
	{ S(P "mx postfix/qmgr[9]:\n"), B "mx|postfix/qmgr|9|" },
	{ S(P "mx postfix/qmgr[9]: \n"), B "mx|postfix/qmgr|9|" },
	{ S(P "mx postfix/qmgr:\n"), B "mx|postfix/qmgr|~|" },
	{ S(P "mx postfix/smtpd[100]: t\r\n"), B "mx|postfix/smtpd|100|t" },
	{ S(P "mx postfix/smtpd[100]: t\r\r\n"),
	    B "mx|postfix/smtpd|100|t\\x0d" },
	{ S(P "mx postfix/smtpd[100]: no newline"),
	    B "mx|postfix/smtpd|100|no newline" },
	{ S(P "mx postfix/smtpd[100]: a\0b \xff\xfe \xc3\xbc #011x\n"),
	    B "mx|postfix/smtpd|100|a\\x00b \\xff\\xfe \\xc3\\xbc #011x" },
	{ S("\0\0\0\0" P "mx postfix/smtpd[100]: after a crash\n"),
	    B "mx|postfix/smtpd|100|after a crash" },
	{ S("\xef\xbb\xbf" P "mx postfix/smtpd[100]: t\n"),
	    B "mx|postfix/smtpd|100|t" },
	{ S("\0\0\0\n"), "none - ~|~|~|\\x00\\x00\\x00" },
	{ S(P "<mail.info> mx postfix/smtpd[1]: t\n"),
	    B "mx|postfix/smtpd|1|t" },
	{ S(P "<2.6> mx postfix/smtpd[1]: t\n"), B "mx|postfix/smtpd|1|t" },
	{ S(P "<2.8> mx postfix/smtpd[1]: t\n"),
	    B "<2.8>|~|~|mx postfix/smtpd[1]: t" },
	{ S(P "<mail.loud> mx t: t\n"), B "<mail.loud>|~|~|mx t: t" },
	{ S(P "mx mail.info postfix/smtpd[1]: busybox\n"),
	    B "mx|postfix/smtpd|1|busybox" },
	{ S(P "mx mail:info postfix/smtpd[1]: AIX\n"),
	    B "mx|postfix/smtpd|1|AIX" },
	{ S(P "mx mail:loud postfix/smtpd[1]: t\n"),
	    B "mx|mail|~|loud postfix/smtpd[1]: t" },
	{ S(P "Message forwarded from mx: postfix/smtpd[1]: AIX\n"),
	    B "mx|postfix/smtpd|1|AIX" },
	{ S(P "Message postfix/smtpd[1]: t\n"),
	    B "Message|postfix/smtpd|1|t" },

	/* labels of other programs */
	{ S("postfix-1  | " P "mx postfix/smtpd[1]: compose\n"),
	    B "mx|postfix/smtpd|1|compose" },
	{ S("\x1b[36mpostfix-1  |\x1b[0m " P "mx postfix/smtpd[1]: compose\n"),
	    B "mx|postfix/smtpd|1|compose" },
	{ S("2026-09-01T10:04:05.5Z " P "mx postfix/smtpd[1]: docker -t\n"),
	    B "Z+0.500000000/1 mx|postfix/smtpd|1|docker -t" },
	{ S("postfix-1  | 2026-09-01T10:04:05Z " P "mx postfix/smtpd[1]: both\n"),
	    B "Z+0 mx|postfix/smtpd|1|both" },
	{ S("[pod/mail-0/postfix] " P "mx postfix/smtpd[1]: kubectl\n"),
	    B "mx|postfix/smtpd|1|kubectl" },
	{ S("/var/log/mail.log:12:" P "mx postfix/smtpd[1]: grep\n"),
	    B "mx|postfix/smtpd|1|grep" },
	{ S(" \t" P "mx postfix/smtpd[1]: blanks\n"),
	    B "mx|postfix/smtpd|1|blanks" },
	{ S("2026-09-01T10:04:05Z 2026-09-01T10:04:06Z mx postfix/smtpd[1]: t\n"),
	    "iso Z+1 Z+0 mx|postfix/smtpd|1|t" },
	{ S("user:" P "mx postfix/smtpd[1]: t\n"),
	    "none - ~|~|~|user:" P "mx postfix/smtpd[1]: t" },
	{ S("mail.log: " P "mx postfix/smtpd[1]: t\n"),
	    "none - ~|~|~|mail.log: " P "mx postfix/smtpd[1]: t" },
	{ S("1:2:3:4:5:" P "mx postfix/smtpd[1]: too many\n"),
	    "none - ~|~|~|1:2:3:4:5:" P "mx postfix/smtpd[1]: too many" },
	{ S("postfix-1  | hello\n"), "none - ~|~|~|postfix-1  | hello" },
	{ S("postfix-1  | " P "mx hello\n"),
	    "none - ~|~|~|postfix-1  | " P "mx hello" },
	{ S("[pod-0] " P "mx postfix/smtpd[1]: t\n"),
	    "none - ~|~|~|[pod-0] " P "mx postfix/smtpd[1]: t" },
	{ S("2026-09-01T10:04:05Z " P "mx\n"),
	    "iso Z+0 Sep|~|~| 1 10:04:05 mx" },
	{ S(P "mx local7.err postfix/smtpd[1]: t\n"),
	    B "mx|postfix/smtpd|1|t" },
	{ S(P "mx local8.err postfix/smtpd[1]: t\n"),
	    B "mx|~|~|local8.err postfix/smtpd[1]: t" },
	{ S(P "mx postfix/smtpd[1]: [ID 197553 mail.info] connect\n"),
	    B "mx|postfix/smtpd|1|connect" },
	{ S(P "mx postfix/smtpd[1]: [ID 1 mail.loud] connect\n"),
	    B "mx|postfix/smtpd|1|[ID 1 mail.loud] connect" },
	{ S(P "mx postfix/smtpd[1]: [ID x mail.info] connect\n"),
	    B "mx|postfix/smtpd|1|[ID x mail.info] connect" },
	{ S(P "postfix/smtpd[100]: no host\n"),
	    B "~|postfix/smtpd|100|no host" },
	{ S(P "kernel: no host\n"), B "~|kernel|~|no host" },
	{ S(P "mx\n"), B "mx|~|~|" },
	{ S(P "\n"), B "~|~|~|" },
	{ S("Sep  1 10:04:05\n"), B "~|~|~|" },
	{ S(P " mx t\n"), B "~|~|~|mx t" },
	{ S(P "mx  t\n"), B "mx|~|~| t" },
	{ S(P "mx -- MARK --\n"), B "mx|~|~|-- MARK --" },
	{ S(P "mx : empty tag\n"), B "mx||~|empty tag" },

	/* tags that are none, and odd ones */
	{ S(P "mx a b: c\n"), B "mx|~|~|a b: c" },
	{ S(P "mx tag [100]: t\n"), B "mx|~|~|tag [100]: t" },
	{ S(P "mx tag[]: t\n"), B "mx|tag[]|~|t" },
	{ S(P "mx tag[12x]: t\n"), B "mx|tag[12x]|~|t" },
	{ S(P "mx tag[12345678901]: t\n"), B "mx|tag[12345678901]|~|t" },
	{ S(P "mx a[b][12]: t\n"), B "mx|a[b]|12|t" },
	{ S(P "mx [12]: t\n"), B "mx||12|t" },
	{ S(P "mx a:b: t\n"), B "mx|a:b|~|t" },
	{ S(P "mx a:b[7]: t\n"), B "mx|a:b|7|t" },
	{ S(P "mx a:b[7]:t\n"), B "mx|a:b|7|t" },
	{ S(P "mx http://x y\n"), B "mx|~|~|http://x y" },
	{ S(P "mx ::1 y\n"), B "mx|~|~|::1 y" },
	{ S(P "mx tag[12\n"), B "mx|~|~|tag[12" },
	{ S(P "mx tag[12]\n"), B "mx|tag|12|" },
	{ S(P "mx imap([12]) x\n"), B "mx|~|~|imap([12]) x" },
	/* captured: RFC 5424 in, traditional file out */
	{ S("Nov 25 01:41:19 vm postfix/smtpd[123] over udp 5424\n"),
	    "bsd 11-25+6079 vm|postfix/smtpd|123|over udp 5424" },
	/* captured: tags that the forwarder cut at 32 bytes */
	{ S("Nov 25 01:41:19 vm postfix/submission/smtpd[4194304 warning: a\n"),
	    "bsd 11-25+6079 vm|postfix/submission/smtpd|4194304|warning: a" },
	{ S("Nov 25 01:41:19 vm postfix/submission/smtpd[123456] connect\n"),
	    "bsd 11-25+6079 vm|postfix/submission/smtpd|123456|connect" },
	{ S("Nov 25 01:41:19 vm postfix/submissions/smtpd[419430 4ABC: t\n"),
	    "bsd 11-25+6079 vm|postfix/submissions/smtpd|~|4ABC: t" },
	{ S(P "vm postfix/submission/smtpd[419430 t\n"),
	    B "vm|~|~|postfix/submission/smtpd[419430 t" },

	/* repeats */
	{ S(P "mx postfix/smtpd[1]:   message repeated 2 times: [ x]\n"),
	    B "mx|postfix/smtpd|1|x x2" },
	{ S(P "mx last message repeated 2 times\n"),
	    B "mx|~|~|last message repeated 2 times x2 last" },
	{ S(P "last message repeated 2 times\n"),
	    B "~|~|~|last message repeated 2 times x2 last" },
	{ S(P "--- last message repeated 1 time ---\n"),
	    B "~|~|~|--- last message repeated 1 time --- x1 last" },
	{ S(P "mx --- last message repeated 3 times ---\n"),
	    B "mx|~|~|--- last message repeated 3 times --- x3 last" },
	{ S(P "mx syslogd: last message repeated 4 times\n"),
	    B "mx|syslogd|~|last message repeated 4 times x4 last" },
	{ S(P "last message repeated x times\n"),
	    B "last|~|~|message repeated x times" },
	{ S(P "mx last message repeated 0 times\n"),
	    B "mx|~|~|last message repeated 0 times" },
	{ S(P "mx last message repeated 4294967296 times\n"),
	    B "mx|~|~|last message repeated 4294967296 times" },
	{ S(P "mx last message repeated 2 times or more\n"),
	    B "mx|~|~|last message repeated 2 times or more" },
	{ S(P "mx --- last message repeated 2 times\n"),
	    B "mx|~|~|--- last message repeated 2 times" },
	{ S(P "mx postfix/smtpd[5]: message repeated 3 times: [ warning: "
	    "a[192.0.2.9]: SASL]\n"),
	    B "mx|postfix/smtpd|5|warning: a[192.0.2.9]: SASL x3" },
	{ S(P "mx postfix/smtpd[5]: message repeated 3 times: [ cut\n"),
	    B "mx|postfix/smtpd|5|cut x3" },
	{ S(P "mx postfix/smtpd[5]: message repeated 3 times: []\n"),
	    B "mx|postfix/smtpd|5| x3" },
	{ S(P "mx postfix/smtpd[5]: message repeated 3 times: x\n"),
	    B "mx|postfix/smtpd|5|message repeated 3 times: x" },
	{ S(P "mx postfix/smtpd[5]: message repeated 0 times: [ x]\n"),
	    B "mx|postfix/smtpd|5|message repeated 0 times: [ x]" },
	{ S(P "mx postfix/smtpd[5]: [ID 7 mail.info] message repeated "
	    "2 times: [ x]\n"), B "mx|postfix/smtpd|5|x x2" },

	/* ISO */
	{ S("2026-09-01T10:04:05.123456+02:00 mx postfix/smtpd[100]: t\n"),
	    I "mx|postfix/smtpd|100|t" },
	{ S("2026-09-01T10:04:05+0200 mx postfix/smtpd[100]: t\n"),
	    "iso Z-7200 mx|postfix/smtpd|100|t" },
	{ S("2026-09-01T10:04:05 mx postfix/smtpd[100]: t\n"),
	    "iso L+0 mx|postfix/smtpd|100|t" },
	{ S("2026-09-01 10:04:05,123 mx postfix/smtpd[100]: t\n"),
	    "iso L+0.123000000/3 mx|postfix/smtpd|100|t" },
	{ S("2026-09-01T10:04:05.123456+02:00 mx last message repeated "
	    "2 times\n"), I "mx|~|~|last message repeated 2 times x2 last" },
	{ S("2026-09-01T10:04:05.123456+02:00 mx -- MARK --\n"),
	    I "mx|~|~|-- MARK --" },
	{ S("2026-13-01T10:04:05Z mx t: t\n"),
	    "none - ~|~|~|2026-13-01T10:04:05Z mx t: t" },
	{ S("2026-09-01T10:04:05Zmx t: t\n"),
	    "none - ~|~|~|2026-09-01T10:04:05Zmx t: t" },
	{ S("2026-09-01T10:04:05.1234567890Z mx t: t\n"),
	    "none - ~|~|~|2026-09-01T10:04:05.1234567890Z mx t: t" },

	/* RFC 5424 */
	{ S("<22>1 2026-09-01T10:04:05.123456+02:00 mx.example.com "
	    "postfix/smtpd 100 - - connect\n"), "rfc5424 Z-7200.123456000/6 "
	    "mx.example.com|postfix/smtpd|100|connect" },
	/* captured: stock template */
	{ S("<22>1 2026-11-25T01:41:19.863889+00:00 vm postfix 123 - -  "
	    "connect from a[192.0.2.10]\n"), "rfc5424 Z+7313834.863889000/6 "
	    "vm|postfix|123|connect from a[192.0.2.10] lost" },
	{ S("<22>1 2026-11-25T01:41:19+00:00 vm postfix-out 77 - -  t\n"),
	    "rfc5424 Z+7313834 vm|postfix-out|77|t lost" },
	/* captured: the same with permitSlashInProgramName */
	{ S("<22>1 2026-11-25T01:41:19+00:00 vm postfix/qmgr 5 - -  t\n"),
	    "rfc5424 Z+7313834 vm|postfix/qmgr|5|t" },
	{ S("<20>1 2026-11-25T01:41:19+00:00 vm postfix/smtpd 513 - -  "
	    "message repeated 3 times: [ warning: x]\n"),
	    "rfc5424 Z+7313834 vm|postfix/smtpd|513|warning: x x3" },
	{ S("<22>1 2026-11-25T01:41:19+00:00 vm postfix - - -  warning: a\n"),
	    "rfc5424 Z+7313834 vm|postfix|~|warning: a lost" },
	{ S("<22>1 2026-09-01T10:04:05Z vm postfix 9 - - one blank\n"),
	    "rfc5424 Z+0 vm|postfix|9|one blank" },
	{ S("<30>1 2026-09-01T10:04:05Z vm dovecot 9 - -  two blanks\n"),
	    "rfc5424 Z+0 vm|dovecot|9|two blanks" },
	/* captured: logger --rfc5424 */
	{ S("<22>1 2026-11-25T01:41:19.968951+00:00 vm postfix/smtpd 123 - "
	    "[timeQuality tzKnown=\"1\" isSynced=\"0\"] over udp\n"),
	    "rfc5424 Z+7313834.968951000/6 vm|postfix/smtpd|123|over udp" },
	{ S("<22>1 2026-09-01T10:04:05Z mx a 1 - [x a=\"\\\"] \\\\\" "
	    "b=\"]\"][y] t]\n"), "rfc5424 Z+0 mx|a|1|t]" },
	{ S("<22>1 2026-09-01T10:04:05Z mx a 1 ID [x]\n"),
	    "rfc5424 Z+0 mx|a|1|" },
	{ S("<22>1 2026-09-01T10:04:05Z mx a 1 - -\n"),
	    "rfc5424 Z+0 mx|a|1|" },
	{ S("<22>1 2026-09-01T10:04:05Z mx a 1 - - \xef\xbb\xbft\n"),
	    "rfc5424 Z+0 mx|a|1|t" },
	{ S("<22>1 - - - - - - t\n"), "rfc5424 - ~|~|~|t" },
	{ S("<22>1 - mx a x - - t\n"), "rfc5424 - mx|a|~|t" },
	{ S("<22>1 2026-09-01T10:04:05Z mx a 1 - text, no data\n"),
	    "rfc5424 Z+0 mx|a|1|text, no data" },
	{ S("<22>1 2026-09-01T10:04:05Z mx a 1 - [x open=\"\n"),
	    "rfc5424 Z+0 mx|a|1|[x open=\"" },
	{ S("1 2026-09-01T10:04:05Z mx postfix/smtpd 100 - - t\n"),
	    "rfc5424 Z+0 mx|postfix/smtpd|100|t" },
	{ S("2026-09-01T10:04:05Z mx postfix/smtpd 100 - - t\n"),
	    "rfc5424 Z+0 mx|postfix/smtpd|100|t" },
	{ S("2026-09-01T10:04:05Z mx postfix 100 - -  t\n"),
	    "rfc5424 Z+0 mx|postfix|100|t lost" },
	{ S("<22>2026-09-01T10:04:05Z mx postfix 100 - -  t\n"),
	    "rfc5424 Z+0 mx|postfix|100|t lost" },
	{ S("2026-09-01T10:04:05Z mx one two - - t\n"),
	    "iso Z+0 mx|~|~|one two - - t" },
	{ S("1 2026-09-01T10:04:05Z mx a 1 - text\n"),
	    "none - ~|~|~|1 2026-09-01T10:04:05Z mx a 1 - text" },
	{ S("0 2026-09-01T10:04:05Z mx a 1 - - t\n"),
	    "none - ~|~|~|0 2026-09-01T10:04:05Z mx a 1 - - t" },
	{ S("<22>1 2026-09-01T10:04:05Z mx a\n"),
	    "none - ~|~|~|<22>1 2026-09-01T10:04:05Z mx a" },
	{ S("<22>1 \n"), "none - ~|~|~|<22>1 " },
	{ S("<22>1 -\n"), "none - ~|~|~|<22>1 -" },

	/* RFC 3164 */
	{ S("<22>" P "mx postfix/smtpd[100]: t\n"),
	    "rfc3164 09-01+36245 mx|postfix/smtpd|100|t" },
	{ S("<22>2026-09-01T10:04:05Z mx postfix/smtpd[100]: t\n"),
	    "rfc3164 Z+0 mx|postfix/smtpd|100|t" },
	{ S("<0>" P "mx t: t\n"), "rfc3164 09-01+36245 mx|t|~|t" },
	{ S("<191>" P "mx t: t\n"), "rfc3164 09-01+36245 mx|t|~|t" },
	{ S("<192>" P "mx t: t\n"),
	    "none - ~|~|~|<192>Sep  1 10:04:05 mx t: t" },
	{ S("<>" P "x\n"), "none - ~|~|~|<>Sep  1 10:04:05 x" },
	{ S("<0022>" P "x\n"), "none - ~|~|~|<0022>Sep  1 10:04:05 x" },
	{ S("<-1>" P "x\n"), "none - ~|~|~|<-1>Sep  1 10:04:05 x" },
	{ S("<22>\n"), "none - ~|~|~|<22>" },
	{ S("<22\n"), "none - ~|~|~|<22" },
	{ S("<22>t[1]: x\n"), "none - ~|~|~|<22>t[1]: x" },
	/* syslog-ng, flags(no-parse): what came, behind stamp and host */
	{ S(P "loghost <22>" P "mx postfix/smtpd[100]: t\n"),
	    "rfc3164 09-01+36245 mx|postfix/smtpd|100|t" },
	{ S("2026-09-01T10:04:06+02:00 192.0.2.1 <22>" P
	    "mx postfix/smtpd[100]: t\n"),
	    "rfc3164 09-01+36245 Z-7199 mx|postfix/smtpd|100|t" },
	{ S(P "loghost <22>1 2026-09-01T10:04:05Z mx postfix/smtpd 100 - - t\n"),
	    "rfc5424 Z+0 mx|postfix/smtpd|100|t" },
	{ S(P "mx <22>" P "postfix/smtpd[100]: t\n"),
	    "rfc3164 09-01+36245 mx|postfix/smtpd|100|t" },
	{ S(P "mx <22>1 2026-09-01T10:04:05Z - postfix/smtpd 100 - - t\n"),
	    "rfc5424 Z+0 mx|postfix/smtpd|100|t" },
	{ S(P "loghost <22>" P "mx t\n"),
	    "bsd 09-01+36245 loghost|~|~|<22>Sep  1 10:04:05 mx t" },
	{ S(P "loghost <222>" P "mx t: t\n"),
	    "bsd 09-01+36245 loghost|~|~|<222>Sep  1 10:04:05 mx t: t" },
	{ S(P "loghost t: <22>" P "mx t: u\n"),
	    "bsd 09-01+36245 loghost|t|~|<22>Sep  1 10:04:05 mx t: u" },
	{ S(P "loghost t[1]: <22>" P "mx postfix/smtpd[100]: u\n"),
	    "bsd 09-01+36245 loghost|t|1|<22>Sep  1 10:04:05 mx postfix/smtpd[100]: u" },
	{ S("<22>1788257045.123456 mx t: t\n"),
	    "none - ~|~|~|<22>1788257045.123456 mx t: t" },

	/* journalctl -o short-full, short-unix, separators */
	{ S("Tue 2026-09-01 10:04:05 CEST mx postfix/smtpd[100]: t\n"),
	    "short-full L+0 mx|postfix/smtpd|100|t" },
	{ S("Tue 2026-09-01 10:04:05 UTC mx postfix/smtpd[100]: t\n"),
	    "short-full Z+0 mx|postfix/smtpd|100|t" },
	{ S("Tue 2026-09-01 10:04:05 UTC mx postfix@-.service[100]: t\n"),
	    "short-full Z+0 mx|postfix|100|t lost" },
	{ S("Tue 2026-09-01 10:04:05 UTC mx postfix@out.service[100]: t\n"),
	    "short-full Z+0 mx|postfix@out|100|t lost" },
	{ S("Tue 2026-09-01 10:04:05 UTC mx cron.service[100]: t\n"),
	    "short-full Z+0 mx|cron.service|100|t" },
	{ S("Sep  1 10:04:05 mx postfix@-.service[100]: t\n"),
	    "bsd 09-01+36245 mx|postfix@-.service|100|t" },
	/* journalctl -o verbose */
#define VHEAD	"Tue 2026-09-01 12:04:05.25 CEST [s=0;i=1;t=65a6909f2ffd0;x=3]\n"
#define VBODY	"    _HOSTNAME=mx\n    SYSLOG_IDENTIFIER=postfix/qmgr\n"	\
		"    SYSLOG_PID=102\n    MESSAGE=1E2: removed\n"
	{ S(VHEAD VBODY VHEAD VBODY "x\n"),
	    "journal-verbose Z+0.250000000/6 mx|postfix/qmgr|102|1E2: removed\n"
	    "journal-verbose Z+0.250000000/6 mx|postfix/qmgr|102|1E2: removed\n"
	    "none - ~|~|~|x" },
	{ S("Tue 2026-09-01 10:04:05 UTC [s=0;i=1]\r\n    MESSAGE=x\r\n"),
	    "journal-verbose Z+0 ~|~|~|x" },
	{ S("Tue 2026-09-01 12:04:05 CEST [s=0;t=x]\n    MESSAGE=x"),
	    "journal-verbose L+7200 ~|~|~|x" },
	{ S("Tue 2026-09-01 10:04:05 UTC [s=0]\n    MESSAGE=a\n"
	    "            MESSAGE=b\n    MESSAGE=c\n\tMESSAGE=d\n"),
	    "journal-verbose Z+0 ~|~|~|a\nnone - ~|~|~|\\x09MESSAGE=d" },
	{ S("Tue 2026-09-01 10:04:05 UTC [s=0\n"),
	    "short-full Z+0 [s=0|~|~|" },
	{ S("Tue 2026-09-01 10:04:05 UTC [x=0]\n"),
	    "short-full Z+0 [x=0]|~|~|" },
	{ S("\x1e{\"SYSLOG_IDENTIFIER\":\"t\",\"MESSAGE\":\"x\"}\n"),
	    "journal-json - ~|t|~|x" },
	{ S("data: {\"SYSLOG_IDENTIFIER\":\"t\",\"MESSAGE\":\"x\"}\n"),
	    "journal-json - ~|t|~|x" },
	{ S("data:{\"SYSLOG_IDENTIFIER\":\"t\",\"MESSAGE\":\"x\"}\n"),
	    "none - ~|~|~|data:{\"SYSLOG_IDENTIFIER\":\"t\",\"MESSAGE\":\"x\"}" },
	{ S("\x1ex\n"), "none - ~|~|~|\\x1ex" },
	{ S("1788257045.123456 mx postfix/smtpd[100]: t\n"),
	    "short-unix Z+0.123456000/6 mx|postfix/smtpd|100|t" },
	/* syslog-ng: R_UNIXTIME and FULLDATE; routers have the year behind */
	{ S("1788257045 mx postfix/smtpd[100]: t\n"),
	    "short-unix Z+0 mx|postfix/smtpd|100|t" },
	{ S("1788257045.123 mx postfix/smtpd[100]: t\n"),
	    "short-unix Z+0.123000000/3 mx|postfix/smtpd|100|t" },
	{ S("17882570450 mx postfix/smtpd[100]: t\n"), "none - ~|~|~|"
	    "17882570450 mx postfix/smtpd[100]: t" },
	{ S("178825704 mx postfix/smtpd[100]: t\n"), "none - ~|~|~|"
	    "178825704 mx postfix/smtpd[100]: t" },
	{ S("1788257045 mx postfix/smtpd t\n"), "none - ~|~|~|"
	    "1788257045 mx postfix/smtpd t" },
	{ S("2026 Sep  1 10:04:05 mx postfix/smtpd[100]: t\n"),
	    "bsd L+0 mx|postfix/smtpd|100|t" },
	{ S("2026 Sep 01 10:04:05.250 mx postfix/smtpd[100]: t\n"),
	    "bsd L+0.250000000/3 mx|postfix/smtpd|100|t" },
	{ S("Sep  1 2026 10:04:05 mx postfix/smtpd[100]: t\n"),
	    "bsd L+0 mx|postfix/smtpd|100|t" },
	{ S("2026 Feb 29 10:04:05 mx postfix/smtpd[100]: t\n"), "none - ~|~|~|"
	    "2026 Feb 29 10:04:05 mx postfix/smtpd[100]: t" },
	{ S("2026 Sep  1 10:04:05mx t: t\n"), "none - ~|~|~|"
	    "2026 Sep  1 10:04:05mx t: t" },
	{ S("Sep  1 2026x10:04:05 mx t: t\n"), "none - ~|~|~|"
	    "Sep  1 2026x10:04:05 mx t: t" },

	{ S("2026/09/01 10:04:05.25 mx postfix/smtpd[100]: t\n"),
	    "bsd L+0.250000000/2 mx|postfix/smtpd|100|t" },
	{ S("2026/09/31 10:04:05 mx postfix/smtpd[100]: t\n"), "none - ~|~|~|"
	    "2026/09/31 10:04:05 mx postfix/smtpd[100]: t" },
	{ S("2026/09/01 10:04:05 mx postfix/smtpd t\n"), "none - ~|~|~|"
	    "2026/09/01 10:04:05 mx postfix/smtpd t" },
	{ S("2026/09-01 10:04:05 mx postfix/smtpd[100]: t\n"), "none - ~|~|~|"
	    "2026/09-01 10:04:05 mx postfix/smtpd[100]: t" },

	/* templates with facility and level; relays that add a host */
	{ S("2026-09-01T10:04:05Z mail.info mx postfix/smtpd[100]: t\n"),
	    "iso Z+0 mx|postfix/smtpd|100|t" },
	{ S("mail.info 2026-09-01T10:04:05Z mx postfix/smtpd[100]: t\n"),
	    "iso Z+0 mx|postfix/smtpd|100|t" },
	{ S("2026-09-01T10:04:05Z mail.example mx postfix/smtpd[100]: t\n"),
	    "iso Z+0 mx|postfix/smtpd|100|t" },
	{ S("2026-09-01T10:04:05Z 192.0.2.5 mx postfix/smtpd[100]: t\n"),
	    "iso Z+0 mx|postfix/smtpd|100|t" },
	{ S("Sep  1 10:04:05 2001:db8::5 mx.example.org postfix/smtpd[100]: t\n"),
	    "bsd 09-01+36245 mx.example.org|postfix/smtpd|100|t" },
	{ S("Sep  1 10:04:05 relay mx postfix/smtpd[100]: t\n"),
	    "bsd 09-01+36245 relay|~|~|mx postfix/smtpd[100]: t" },
	{ S("Sep  1 10:04:05 192.0.2.5 mx sshd[100]: t\n"),
	    "bsd 09-01+36245 192.0.2.5|~|~|mx sshd[100]: t" },
	{ S("Sep  1 10:04:05 192.0.2.5 mx postfix/smtpd: t\n"),
	    "bsd 09-01+36245 192.0.2.5|~|~|mx postfix/smtpd: t" },
	{ S("Sep  1 10:04:05 192.0.2.5 (mx) postfix/smtpd[100]: t\n"),
	    "bsd 09-01+36245 192.0.2.5|~|~|(mx) postfix/smtpd[100]: t" },

	/* metalog */
	{ S("Sep  1 10:04:05 [postfix/smtpd] t\n"),
	    "bsd 09-01+36245 ~|postfix/smtpd|~|t" },
	{ S("Sep  1 10:04:05 [192.0.2.1]: t\n"),
	    "bsd 09-01+36245 ~|[192.0.2.1]|~|t" },
	{ S("Sep  1 10:04:05 [192.0.2.1] postfix/smtpd[100]: t\n"),
	    "bsd 09-01+36245 [192.0.2.1]|postfix/smtpd|100|t" },
	{ S("Sep  1 10:04:05 [::1] postfix/smtpd[100]: t\n"),
	    "bsd 09-01+36245 [::1]|postfix/smtpd|100|t" },

	/* socklog, alone and behind multilog, svlogd and tai64nlocal */
#define SOCK	"mail.info: Sep  1 10:04:05 postfix/smtpd[100]: t"
#define SD	"~|postfix/smtpd|100|t"
	{ S(SOCK "\n"), "bsd 09-01+36245 " SD },
	{ S("192.0.2.1: " SOCK "\n"), "bsd 09-01+36245 " SD },
	{ S("@400000006a96a31f0ee6b280 " SOCK "\n"),
	    "bsd 09-01+36245 Z+0.250000000/9 " SD },
	{ S("@400000006a96a31f0ee6b280 Sep 01 10:04:05 mx postfix/smtpd[100]: t\n"),
	    "bsd 09-01+36245 Z+0.250000000/9 mx|postfix/smtpd|100|t" },
	{ S("2026-09-01_10:04:05.25000 " SOCK "\n"),
	    "bsd 09-01+36245 Z+0.250000000/5 " SD },
	{ S("2026-09-01T10:04:05.25000 " SOCK "\n"), "bsd 09-01+36245 " SD },
	{ S("2026-09-01 10:04:05.250000000 " SOCK "\n"),
	    "bsd 09-01+36245 " SD },
	{ S("2026-09-01T10:04:05.25000 Sep  1 10:04:05 mx a[1]: t\n"),
	    "bsd 09-01+36245 mx|a|1|t" },
	{ S("2026-09-01T10:04:05.25000 Sep 31 10:04:05 mx a[1]: t\n"),
	    "iso L+0.250000000/5 Sep|~|~|31 10:04:05 mx a[1]: t" },
	{ S("@400000006a96a31f3b9aca00 " SOCK "\n"), "none - ~|~|~|"
	    "@400000006a96a31f3b9aca00 " SOCK },
	{ S("@400000006A96A31F0EE6B280 " SOCK "\n"), "none - ~|~|~|"
	    "@400000006A96A31F0EE6B280 " SOCK },
	{ S("mail.inform: Sep  1 10:04:05 postfix/smtpd[100]: t\n"),
	    "none - ~|~|~|"
	    "mail.inform: Sep  1 10:04:05 postfix/smtpd[100]: t" },
	{ S("mx user.info: Sep  1 10:04:05 postfix/smtpd[100]: t\n"),
	    "none - ~|~|~|"
	    "mx user.info: Sep  1 10:04:05 postfix/smtpd[100]: t" },
	{ S("1788257045.123    200 192.0.2.1 TCP_MISS\n"), "none - ~|~|~|"
	    "1788257045.123    200 192.0.2.1 TCP_MISS" },
	{ S("-- Boot 0123456789abcdef --\n"),
	    "mark - ~|~|~|-- Boot 0123456789abcdef --" },
	{ S("-- No entries --\n"), "mark - ~|~|~|-- No entries --" },
	{ S("--\n"), "none - ~|~|~|--" },
	{ S("\n"), "blank - ~|~|~|" },
	{ S("\r\n"), "blank - ~|~|~|" },
	{ S("x\n"), "none - ~|~|~|x" },
	{ S("Foo  1 10:00:00 mx t: t\n"),
	    "none - ~|~|~|Foo  1 10:00:00 mx t: t" },
	{ S("Sep 31 10:00:00 mx t: t\n"),
	    "none - ~|~|~|Sep 31 10:00:00 mx t: t" },
	{ S("Sep  1 24:00:00 mx t: t\n"),
	    "none - ~|~|~|Sep  1 24:00:00 mx t: t" },
	{ S("Sep  1 10:00:61 mx t: t\n"),
	    "none - ~|~|~|Sep  1 10:00:61 mx t: t" },
	{ S("Sep  1 10:00:00mx t: t\n"),
	    "none - ~|~|~|Sep  1 10:00:00mx t: t" },

	/* journalctl -o json */
	{ S("{\"__REALTIME_TIMESTAMP\":\"1788257045123456\",\"_HOSTNAME\":"
	    "\"mx\",\"SYSLOG_IDENTIFIER\":\"postfix/qmgr\",\"SYSLOG_PID\":"
	    "\"102\",\"PRIORITY\":\"6\",\"MESSAGE\":\"1E2: removed\"}\n"),
	    "journal-json Z+0.123456000/6 mx|postfix/qmgr|102|1E2: removed" },
	{ S("{ \"MESSAGE\" : \"a\\u003cb\\u003e \\\"\\\\\\/\\b\\f\\n\\r\\t\" ,"
	    " \"_PID\" : \"7\" , \"SYSLOG_PID\" : \"8\", \"_COMM\":\"smtpd\","
	    "\"_SOURCE_REALTIME_TIMESTAMP\":\"1788257045000001\","
	    "\"__REALTIME_TIMESTAMP\":\"1788257046000000\" } \n"),
	    "journal-json Z+0.000001000/6 ~|smtpd|8|"
	    "a<b> \"\\/\\x08\\x0c\\x0a\\x0d\\x09" },
	{ S("{\"MESSAGE\":[ 97, 255, 0,10 ],\"_PID\":\"7\",\"SYSLOG_PID\":"
	    "\"x\",\"__REALTIME_TIMESTAMP\":\"1788257045123456\"}\n"),
	    "journal-json Z+0.123456000/6 ~|~|7|a\\xff\\x00\\x0a" },
	{ S("{\"MESSAGE\":null,\"__REALTIME_TIMESTAMP\":"
	    "\"1788257045123456\"}\n"),
	    "journal-json Z+0.123456000/6 ~|~|~|~" },
	{ S("{\"MESSAGE\":[\"first\",\"second\"],\"SYSLOG_PID\":[\"1\","
	    "\"2\"],\"_PID\":[[49,50],[51]],\"_HOSTNAME\":[[109,120]],"
	    "\"__REALTIME_TIMESTAMP\":\"1788257045123456\"}\n"),
	    "journal-json Z+0.123456000/6 mx|~|1|first" },
	{ S("{\"SYSLOG_IDENTIFIER\":\"t\",\"_PID\":12,\"MESSAGE\":\"x\","
	    "\"EXTRA\":{\"a\":[1,{\"b\":\"]}\"}]},\"N\":-1.5e3}\n"),
	    "journal-json - ~|t|12|x" },
	{ S("{\"SYSLOG_IDENTIFIER\":\"t\",\"MESSAGE\":\"\\u0000\\u00fc"
	    "\\u20ac\\ud83d\\ude00\\udc80\\udcff\\ud800x\\udc7f\\ud83d\"}\n"),
	    "journal-json - ~|t|~|\\x00\\xc3\\xbc\\xe2\\x82\\xac"
	    "\\xf0\\x9f\\x98\\x80\\x80\\xff\\xed\\xa0\\x80x\\xed\\xb1\\xbf"
	    "\\xed\\xa0\\xbd" },
	{ S("{\"SYSLOG_IDENTIFIER\":\"t\",\"MESSAGE\":[]}\n"),
	    "journal-json - ~|t|~|" },
	{ S("{\"SYSLOG_IDENTIFIER\":\"t\",\"MESSAGE\":\"a\xff\x80\"}\n"),
	    "journal-json - ~|t|~|a\\xff\\x80" },
	{ S("{\"__REALTIME_TIMESTAMP\":\"99999999999999999999\"}\n"),
	    "none - ~|~|~|{\"__REALTIME_TIMESTAMP\":"
	    "\"99999999999999999999\"}" },
	{ S("{}\n"), "none - ~|~|~|{}" },
	{ S("{\n"), "none - ~|~|~|{" },
	{ S("{\"a\":1}\n"), "none - ~|~|~|{\"a\":1}" },
	{ S("{\"MESSAGE\":\"x\"}\n"), "none - ~|~|~|{\"MESSAGE\":\"x\"}" },
#define BAD(json)							\
	{ S("{\"SYSLOG_IDENTIFIER\":\"t\",\"MESSAGE\":\"x\"" json "\n"),	\
	    "none - ~|~|~|{\"SYSLOG_IDENTIFIER\":\"t\",\"MESSAGE\":\"x\"" json }
	BAD(""), BAD(","), BAD(",}"), BAD(",\"a\"}"), BAD(",\"a\":}"),
	BAD("} x"), BAD(",\"a\":[1}"), BAD(",\"a\":{]}}"), BAD(",\"a\":\"}"),
	BAD(" \"a\":1}"), BAD(",a:1}"), BAD("}}"), BAD(",,\"a\":1}"),
	BAD(",\"_PID\":true}"), BAD(",\"_HOSTNAME\":[256]}"),
	BAD(",\"_HOSTNAME\":[1,]}"), BAD(",\"_HOSTNAME\":[1 2]}"),
	BAD(",\"_HOSTNAME\":{}}"),

	/* the journal's entries as a collector gives them on */
	{ S("{\"date\":1788257045.25,\"SYSLOG_IDENTIFIER\":\"t\",\"MESSAGE\":\"x\"}\n"),
	    "journal-json Z+0.250000000/2 ~|t|~|x" },

	/* collectors: lines taken apart */
#define COL(more)	"{\"message\":\"1E2: removed\"," more "}\n"
#define CQ	"mx|postfix/qmgr|102|1E2: removed"
	{ S("{\"PROGRAM\":\"postfix/qmgr\",\"PRIORITY\":\"info\",\"PID\":\"102\",\"MESSAGE\":\"1E2: removed\",\"ISODATE\":\"2026-09-01T10:04:05+00:00\",\"HOST\":\"mx\"}\n"),
	    "collector-json/none Z+0 " CQ },
	{ S("{\"PROGRAM\":\"postfix/qmgr\",\"PID\":\"102\",\"MESSAGE\":\"1E2: removed\",\"HOST\":\"mx\",\"DATE\":\"Sep  1 10:04:05\"}\n"),
	    "collector-json/none 09-01+36245 " CQ },
	{ S("{ \"msg\": \" 1E2: removed\", \"rawmsg\": \"<22>x\", \"timereported\": \"2026-09-01T10:04:05.25+00:00\", \"hostname\": \"mx\", \"syslogtag\": \"postfix\\/qmgr[102]:\", \"programname\": \"postfix\", \"procid\": \"102\", \"uuid\": null, \"$!\": null }\n"),
	    "collector-json/none Z+0.250000000/2 " CQ },
	{ S(COL("\"appname\":\"postfix/qmgr\",\"procid\":102,\"hostname\":\"mx\",\"timestamp\":\"2026-09-01T10:04:05Z\"")),
	    "collector-json/none Z+0 " CQ },
	{ S(COL("\"program\":\"postfix/qmgr\",\"pid\":\"102\",\"logsource\":\"mx\",\"host\":\"192.0.2.1\",\"timestamp\":\"Sep  1 10:04:05\",\"@timestamp\":\"2026-09-01T10:04:05.000Z\"")),
	    "collector-json/none Z+0.000000000/3 " CQ },
	{ S(COL("\"log\":{\"syslog\":{\"appname\":\"postfix/qmgr\",\"procid\":\"102\",\"hostname\":\"mx\"}},\"host\":{\"name\":\"agent\"},\"@timestamp\":\"2026-09-01T10:04:05Z\"")),
	    "collector-json/none Z+0 " CQ },
	{ S("{\"version\":\"1.1\",\"host\":\"mx\",\"short_message\":\"1E2: removed\",\"timestamp\":1788257045.25,\"_application_name\":\"postfix/qmgr\",\"_process_id\":102}\n"),
	    "collector-json/none Z+0.250000000/2 " CQ },
	{ S(COL("\"ident\":\"postfix/qmgr\",\"pid\":\"102\",\"host\":\"mx\",\"time\":1788257045250")),
	    "collector-json/none Z+0.250000000/3 " CQ },
	{ S(COL("\"tag\":\"postfix/qmgr[102]:\",\"host\":\"mx\"")),
	    "collector-json/none - " CQ },
	{ S(COL("\"programname\":\"postfix\",\"procid\":\"102\",\"host\":\"mx\"")),
	    "collector-json/none - mx|postfix|102|1E2: removed lost" },
	{ S(COL("\"program\":\"postfix\",\"host\":\"mx\"")),
	    "collector-json/none - mx|postfix|~|1E2: removed" },
	{ S(COL("\"program\":\"postfix/qmgr[102]\",\"host\":\"mx\"")),
	    "collector-json/none - " CQ },
	{ S(COL("\"tag\":\"postfix/qmgr[102]\",\"host\":\"mx\"")),
	    "collector-json/none - " CQ },
	{ S(COL("\"tag\":\"x.y\",\"process\":\"postfix/qmgr\",\"pid\":102,\"host\":\"mx\"")),
	    "collector-json/none - " CQ },
	{ S("[" "{\"service\":\"postfix/qmgr\",\"pid\":102,\"host\":\"mx\",\"msg\":\"1E2: removed\"},\n"
	    "{\"service\":\"postfix/qmgr\",\"pid\":102,\"host\":\"mx\",\"msg\":\"1E2: removed\"}]\n"),
	    "collector-json/none - " CQ "\ncollector-json/none - " CQ },
	/* collectors: lines left whole; the year may come later */
#define WHOLE(more)	"{\"message\":\"Sep  1 10:04:05 mx postfix/qmgr[102]: 1E2: removed\"" more "}\n"
	{ S(WHOLE("")), "collector-json/bsd 09-01+36245 " CQ },
	{ S(WHOLE(",\"@timestamp\":\"2026-09-01T10:04:06Z\",\"host\":{\"name\":\"agent\"},\"tags\":[\"x\"]")),
	    "collector-json/bsd L+0 " CQ },
	{ S(WHOLE(",\"@timestamp\":\"2026-09-30T00:00:00Z\"")),
	    "collector-json/bsd L+0 " CQ },
	{ S(WHOLE(",\"@timestamp\":\"2026-08-31T12:00:00Z\"")),
	    "collector-json/bsd L+0 " CQ },
	{ S(WHOLE(",\"@timestamp\":\"2026-08-30T12:00:00Z\"")),
	    "collector-json/bsd L-31536000 " CQ },
	{ S("{\"_index\":\"x\",\"_source\":" "{\"message\":\"2026-09-01T10:04:05+00:00 mx postfix/qmgr[102]: 1E2: removed\"}}\n"),
	    "collector-json/iso Z+0 " CQ },
	{ S("{\"preview\":false,\"result\":{\"_raw\":\"<22>Sep  1 10:04:05 mx postfix/qmgr[102]: 1E2: removed\",\"_time\":\"2026-09-01T10:04:05.000+00:00\"}}\n"),
	    "collector-json/rfc3164 L+0 " CQ },
	{ S("{\"time\":\"1788257045\",\"source\":\"mail\",\"event\":\"Sep  1 10:04:05 mx postfix/qmgr[102]: 1E2: removed\"}\n"),
	    "collector-json/bsd L+0 " CQ },
	{ S("{\"message\":\"Sep  1 10:04:05 relay message repeated 2 times: [ no tag]\",\"raw\":\"<22>Sep  1 10:04:05 mx postfix/qmgr[102]: 1E2: removed\"}\n"),
	    "collector-json/rfc3164 09-01+36245 " CQ },
	{ S("{\"labels\":{\"job\":\"mail\"},\"line\":\"Sep  1 10:04:05 mx postfix/qmgr[102]: 1E2: removed\",\"timestamp\":\"2026-09-01T10:04:05Z\"}\n"),
	    "collector-json/bsd L+0 " CQ },
	{ S("{\"log\":\"Sep  1 10:04:05 mx postfix/qmgr[102]: 1E2: removed\",\"date\":1788257045}\n"),
	    "collector-json/bsd L+0 " CQ },
	{ S("{\"log\":\"2026-09-01T10:04:05Z stdout F Sep 01 10:04:05 mx postfix/qmgr[102]: 1E2: removed\",\"date\":1999999999}\n"),
	    "collector-json/bsd L+0 " CQ },
	/* a program whose text imitates a line is that program */
	{ S("{\"program\":\"logger\",\"message\":\"Sep  1 10:04:05 mx postfix/qmgr[102]: 1E2: removed\"}\n"),
	    "collector-json/none - ~|logger|~|Sep  1 10:04:05 mx postfix/qmgr[102]: 1E2: removed" },
#define NOCOL(json)	{ S(json "\n"), "none - ~|~|~|" json }
	NOCOL("{\"message\":\"postfix/qmgr[102]: 1E2: removed\"}"),
	NOCOL("{\"message\":\"1E2: removed\",\"tag\":\"postfix/qmgrs\"}"),
	NOCOL("{\"message\":\"1E2: removed\",\"service\":\"sshd\"}"),
	NOCOL("{\"level\":\"info\",\"msg\":\"Sep  1 10:04:05 mx postfix/qmgr[102]: 1E2: removed\"}"),
	NOCOL("{\"level\":30,\"name\":\"web\",\"msg\":\"Sep  1 10:04:05 mx postfix/qmgr[102]: 1E2: removed\"}"),
	NOCOL("{\"service\":\"web\",\"message\":\"Sep  1 10:04:05 mx postfix/qmgr[102]: 1E2: removed\"}"),
	NOCOL("{\"tag\":\"web\",\"message\":\"Sep  1 10:04:05 mx postfix/qmgr[102]: 1E2: removed\"}"),
	NOCOL("{\"message\":\"1E2: removed\",\"tag\":\"my postfix/qmgr\"}"),
	NOCOL("{\"message\":{\"program\":\"postfix/qmgr\"}}"),
	NOCOL("{\"program\":\"postfix/qmgr\",\"message\":\"\"}"),
	NOCOL("{\"a\":{\"b\":{\"c\":{\"program\":\"t\",\"message\":\"x\"}}}}"),
	NOCOL("{\"program\":\"t\",\"message\":\"x\"} x"),
	NOCOL("{\"program\":\"t\",\"host\":{\"name\":1,},\"message\":\"x\"}"),

	/* Docker */
#define DLOG(text, more)						\
	"{\"log\":\"" text "\"," more "\"time\":\"2026-09-01T08:04:05.5Z\"}\n"
#define OUT	"\"stream\":\"stdout\","
#define ERR	"\"stream\":\"stderr\","
#define D	"09-01+36245 Z-7200.500000000/1 "
	{ S(DLOG(P "mx postfix/qmgr[9]: a\\u003cb\\u003e\\n", OUT)),
	    "docker/bsd " D "mx|postfix/qmgr|9|a<b>" },
	{ S(DLOG(P "mx postfix/qmgr[9]: a\\r\\n", OUT)),
	    "docker/bsd " D "mx|postfix/qmgr|9|a" },
	{ S(DLOG("no stamp\\n", OUT)),
	    "docker/none - Z-7200.500000000/1 ~|~|~|no stamp" },
	{ S(DLOG("\\n", OUT)), "docker/blank - Z-7200.500000000/1 ~|~|~|" },
	{ S(DLOG(P "mx post", OUT) DLOG("fix/qmgr[9", OUT)
	    DLOG("]: joined\\n", OUT)),
	    "part\npart\ndocker/bsd " D "mx|postfix/qmgr|9|joined" },
	{ S(DLOG(P "mx a[1]: out ", OUT) DLOG(P "mx b[2]: err ", ERR)
	    DLOG("end\\n", OUT) DLOG("end\\n", ERR)),
	    "part\npart\ndocker/bsd " D "mx|a|1|out end\n"
	    "docker/bsd " D "mx|b|2|err end" },
	{ S(DLOG(P "mx a[1]: lost end", OUT)),
	    "part\ndocker/bsd " D "mx|a|1|lost end" },
	{ S(DLOG(P "mx a[1]: 1", ERR) DLOG(P "mx a[1]: 2", OUT)),
	    "part\npart\ndocker/bsd " D "mx|a|1|2\ndocker/bsd " D
	    "mx|a|1|1" },
	{ S("{\"time\":\"bad\",\"attrs\":{\"tag\":\"x\"},\"log\":\"x\\n\"}\n"),
	    "docker/none - ~|~|~|x" },
	{ S("{\"log\":\"x\\n\"}\n"), "none - ~|~|~|{\"log\":\"x\\n\"}" },
	{ S("{\"log\":1,\"stream\":\"stdout\"}\n"),
	    "none - ~|~|~|{\"log\":1,\"stream\":\"stdout\"}" },
	{ S("{\"log\":\"\\x\",\"stream\":\"stdout\"}\n"),
	    "none - ~|~|~|{\"log\":\"\\x\",\"stream\":\"stdout\"}" },
	{ S("{\"log\":\"\\u12\",\"stream\":\"stdout\"}\n"),
	    "none - ~|~|~|{\"log\":\"\\u12\",\"stream\":\"stdout\"}" },

	/* CRI */
#define C	"2026-09-01T08:04:05.250000001Z "
#define CD	"09-01+36245 Z-7200.250000001/9 "
	{ S(C "stdout F " P "mx postfix/qmgr[9]: t\n"),
	    "cri/bsd " CD "mx|postfix/qmgr|9|t" },
	{ S(C "stdout F:x " P "mx postfix/qmgr[9]: t\n"),
	    "cri/bsd " CD "mx|postfix/qmgr|9|t" },
	{ S("2026-09-01T10:04:05+02:00 stderr F x\n"),
	    "cri/none - Z-7200 ~|~|~|x" },
	{ S(C "stdout P " P "mx a[1]: out \n" C "stderr P " P "mx b[2]: \n"
	    C "stdout F end\n" C "stderr F end\n"),
	    "part\npart\ncri/bsd " CD "mx|a|1|out end\n"
	    "cri/bsd " CD "mx|b|2|end" },
	{ S(C "stdout F\n"), "cri/blank - Z-7200.250000001/9 ~|~|~|" },
	{ S(C "stdout F \n"), "cri/blank - Z-7200.250000001/9 ~|~|~|" },
	{ S(C "stdout F " P "mx a: t\r\n"), "cri/bsd " CD "mx|a|~|t" },
	{ S(C "stdout X t\n"), "iso Z-7200.250000001/9 stdout|~|~|X t" },
	{ S(C "stdlog F t\n"), "iso Z-7200.250000001/9 stdlog|~|~|F t" },
	{ S("2026-09-01T08:04:05 stdout F t\n"),
	    "iso L-7200 stdout|~|~|F t" },
	{ S("2026-09-01T08:04:05.1234567890Z stdout F x\n"), "none - ~|~|~|"
	    "2026-09-01T08:04:05.1234567890Z stdout F x" },

	/* journalctl -o export */
#define E	"__CURSOR=s=1\n__REALTIME_TIMESTAMP=1788257045123456\n"	\
	"_HOSTNAME=mx\nSYSLOG_IDENTIFIER=postfix/qmgr\n"
#define EX	"journal-export Z+0.123456000/6 mx|postfix/qmgr|"
	{ S(E "SYSLOG_PID=9\n_PID=8\nMESSAGE=a=b\n\n"), EX "9|a=b" },
	{ S(E "_PID=8\nMESSAGE=a\n\n" E "MESSAGE=b\n\n"),
	    EX "8|a\n" EX "~|b" },
	{ S(E "MESSAGE=a\n"), EX "~|a" },
	{ S(E "MESSAGE=a"), EX "~|a" },
	{ S(E "MESSAGE\n\x0b\0\0\0\0\0\0\0two\n\n lines\n_PID=7\n\n"),
	    EX "7|two\\x0a\\x0a lines" },
	{ S(E "MESSAGE\n\x03\0\0\0\0\0\0\0a\0\xff\n\nx\n"),
	    EX "~|a\\x00\\xff\nnone - ~|~|~|x" },
	{ S(E "MESSAGE\n\0\0\0\0\0\0\0\0\n\n"), EX "~|" },
	/* lying lengths */
	{ S(E "MESSAGE\n\x02\0\0\0\0\0\0\0abc\n\n"),
	    EX "~|~\nnone - ~|~|~|MESSAGE\n"
	    "none - ~|~|~|\\x02\\x00\\x00\\x00\\x00\\x00\\x00\\x00abc\n"
	    "blank - ~|~|~|" },
	{ S(E "MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xff" "abc\n" E "_PID=1\n"),
	    EX "~|~\nnone - ~|~|~|MESSAGE\n"
	    "none - ~|~|~|\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xffabc\n"
	    EX "1|~" },
	{ S(E "MESSAGE\n\x09\0\0\0\0\0\0\0abc\n"), EX "~|abc\\x0a cut" },
	{ S(E "MESSAGE\n\x09\0\0"), EX "~|~ cut" },
	{ S(E "MESS"), EX "~|~" },
	{ S(E "\n\n" E "\n"), EX "~|~\nblank - ~|~|~|\n" EX "~|~" },
	/* an entry that runs into other lines */
	{ S(E "MESSAGE=a\n" P "mx t: t\n"), EX "~|a\n" B "mx|t|~|t" },
	{ S("_HOSTNAME=mx\r\nMESSAGE=a\r\n\r\n"),
	    "journal-export - mx|~|~|a" },
	{ S("MESSAGE=first\nMESSAGE=second\n\n"),
	    "journal-export - ~|~|~|first" },
	{ S("PATH=x\n"), "none - ~|~|~|PATH=x" },
	{ S("_=x\n"), "none - ~|~|~|_=x" },
	{ S("__x=x\n"), "none - ~|~|~|__x=x" },

	/* several framings in one file */
	{ S(P "mx a[1]: 1\n2026-09-01T10:04:05Z mx a[1]: 2\n\n<22>" P
	    "mx a[1]: 3\n{\"SYSLOG_IDENTIFIER\":\"a\",\"MESSAGE\":\"4\"}\n"
	    DLOG(P "mx a[1]: 5\\n", OUT) E "MESSAGE=6\n\n" P "mx a[1]: 7"),
	    B "mx|a|1|1\niso Z+0 mx|a|1|2\nblank - ~|~|~|\n"
	    "rfc3164 09-01+36245 mx|a|1|3\njournal-json - ~|a|~|4\n"
	    "docker/bsd " D "mx|a|1|5\n" EX "~|6\n" B "mx|a|1|7" },
};

#define N_CASES	(sizeof(cases) / sizeof(cases[0]))

static void
same(const struct buf *got, const char *want, size_t i, size_t split)
{
	if (!slice_eq(buf_slice(got), slice_cstr(want)))
		fail_msg("case %zu \"%.*s\" split at %zu:\n got %.*s\nwant %s",
		    i, (int)cases[i].in.len, (const char *)cases[i].in.ptr,
		    split, (int)got->len, (const char *)got->ptr, want);
}

static void
test_whole(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 1 << 20);
	for (size_t i = 0; i < N_CASES; i++) {
		run(cases[i].in, cases[i].in.len, 0, 0, true, &out);
		same(&out, cases[i].want, i, cases[i].in.len);
	}
	buf_free(&out);
}

static void
test_split(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 1 << 20);
	for (size_t i = 0; i < N_CASES; i++) {
		for (size_t at = 0; at < cases[i].in.len; at++) {
			run(cases[i].in, at, 0, 0, true, &out);
			same(&out, cases[i].want, i, at);
		}
		run(cases[i].in, 0, 1, 0, true, &out);
		same(&out, cases[i].want, i, 0);
	}
	buf_free(&out);
}

/* What one line gives does not depend on the lines before it. */
static void
test_neighbours(void **state)
{
	struct buf all, out, in;
	struct framing f;
	struct frame fr;

	(void)state;
	buf_init(&all, 1 << 20);
	buf_init(&out, 1 << 20);
	buf_init(&in, 1 << 20);
	framing_init(&f, NULL);
	for (size_t k = 0; k < 2 * N_CASES; k++) {
		size_t i = k % N_CASES;

		out.len = 0;
		take(&f, cases[i].in, true, true, &out);
		while (framing_flush(&f, &fr))
			put_frame(&out, &fr);
		same(&out, cases[i].want, i, 0);
	}
	framing_free(&f);
	buf_free(&all);
	buf_free(&out);
	buf_free(&in);
}

struct limit_case {
	struct slice	 in;
	const char	*want;		/* without skipped parts */
};

#define X16	"xxxxxxxxxxxxxxxx"
#define X64	X16 X16 X16 X16

/* With a limit of 64 bytes. */
static const struct limit_case limits[] = {
	{ S(P "mx a[1]: " X64 "\n" P "mx a[1]: 2\n"),
	    B "mx|a|1|" X16 X16 "xxxxxxx cut\n" B "mx|a|1|2" },
	{ S(P "mx a[1]: " X64), B "mx|a|1|" X16 X16 "xxxxxxx cut" },
	{ S(X64 "\n" "x\n"), "none - ~|~|~|" X64 " cut\nnone - ~|~|~|x" },
	{ S(X16 X16 X16 "xxxxxxxxxxxxxxx\nx\n"),
	    "none - ~|~|~|" X16 X16 X16 "xxxxxxxxxxxxxxx\nnone - ~|~|~|x" },
	/* fragments: 64 bytes kept, the rest dropped */
	{ S(C "stdout P " X16 "\n" C "stdout P " X16 "\n"
	    C "stdout P " X16 "\n" C "stdout P yyyyyyyyyyyyyyyyy\n"
	    C "stdout P z\n" C "stdout F z\n" C "stdout F z\n"),
	    "part\npart\npart\npart\npart\n"
	    "cri/none - Z-7200.250000001/9 ~|~|~|" X16 X16 X16
	    "yyyyyyyyyyyyyyyy cut\ncri/none - Z-7200.250000001/9 ~|~|~|z" },
	/* an export entry that is too long: text, then binary */
	{ S("_HOSTNAME=mx\n_COMM=a\nMESSAGE=" X64 "\n_PID=1\n\n"
	    "_COMM=b\n\n"),
	    "journal-export - mx|a|~|~ cut\njournal-export - ~|b|~|~" },
	{ S("_HOSTNAME=mx\n_COMM=a\nMESSAGE\n\x40\0\0\0\0\0\0\0"
	    "\n\n_COMM=forged\n\n" X16 X16 X16 "\n_PID=1\n\n_COMM=b\n\n"),
	    "journal-export - mx|a|~|~ cut\njournal-export - ~|b|~|~" },
	{ S("_COMM=a\n_A=xxxxxxxxxxxxxxxx\n_A=xxxxxxxxxxxxxxxx\n"
	    "_A=xxxxxxxxxxxxxxxx\n_A=xxxxxxxxxxxxxxxx\n" P "mx b: t\n"),
	    "journal-export - ~|a|~|~ cut\n" B "mx|b|~|t" },
	{ S("_COMM=" X64 "\n_COMM=a\n\n_COMM=b\n\n"),
	    "none - ~|~|~|_COMM=" X16 X16 X16 "xxxxxxxxxx cut\n"
	    "journal-export - ~|a|~|~\njournal-export - ~|b|~|~" },
};

static void
test_limits(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 1 << 20);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		const struct limit_case *c = &limits[i];

		for (size_t at = 0; at <= c->in.len; at++) {
			run(c->in, at, at % 3, 64, false, &out);
			if (!slice_eq(buf_slice(&out), slice_cstr(c->want)))
				fail_msg("limit case %zu split at %zu:\n"
				    " got %.*s\nwant %s", i, at, (int)out.len,
				    (const char *)out.ptr, c->want);
		}
	}
	buf_free(&out);
}

/* A line as long as may be, and one byte more. */
static void
test_long(void **state)
{
	unsigned char *line = malloc(FRAMING_LINE_MAX + 2);
	struct framing f;
	struct frame fr;

	(void)state;
	assert_non_null(line);
	memset(line, 'x', FRAMING_LINE_MAX + 1);
	memcpy(line, P "mx a[1]: ", 25);
	line[FRAMING_LINE_MAX - 1] = '\n';
	framing_init(&f, NULL);
	assert_int_equal(framing_next(&f, slice_of(line, FRAMING_LINE_MAX - 1),
	    false, &fr), 0);
	assert_int_equal(framing_next(&f, slice_of(line, FRAMING_LINE_MAX),
	    false, &fr), FRAMING_LINE_MAX);
	assert_int_equal(fr.kind, FRAMING_BSD);
	assert_int_equal(fr.line.len, FRAMING_LINE_MAX - 1);
	assert_int_equal(fr.lines, 1);
	assert_false(fr.cut);
	line[FRAMING_LINE_MAX - 1] = 'x';
	line[FRAMING_LINE_MAX + 1] = '\n';
	assert_int_equal(framing_next(&f, slice_of(line, FRAMING_LINE_MAX),
	    false, &fr), FRAMING_LINE_MAX);
	assert_true(fr.cut);
	assert_int_equal(fr.lines, 1);
	assert_int_equal(framing_next(&f, slice_of(line + FRAMING_LINE_MAX, 2),
	    false, &fr), 2);
	assert_int_equal(fr.kind, FRAMING_PART);
	assert_int_equal(fr.lines, 0);
	assert_false(f.skip_line);
	framing_free(&f);
	free(line);
}

/* Physical lines of an export entry. */
static void
test_lines(void **state)
{
	struct slice s = SLICE(E "MESSAGE\n\x03\0\0\0\0\0\0\0a\nb\n\nx\n");
	struct framing f;
	struct frame fr;
	size_t n;

	(void)state;
	framing_init(&f, NULL);
	n = framing_next(&f, s, true, &fr);
	assert_int_equal(n, s.len - 2);
	assert_int_equal(fr.lines, 8);
	assert_int_equal(fr.line.len, n - 2);
	assert_int_equal(framing_next(&f, slice_from(s, n), true, &fr), 2);
	assert_int_equal(fr.lines, 1);
	framing_free(&f);
}

/* Where a joined line began. */
static void
test_back(void **state)
{
	static const struct {
		struct slice	in;
		uint64_t	back;
	} piece[] = {
		{ S("x\n"), 0 },
		{ S(C "stdout P a\n"), 0 },
		{ S(C "stderr P b\n"), 0 },
		{ S(C "stdout P c\n"), 0 },
		{ S(C "stdout F d\n"), 3 * (sizeof(C "stdout P a\n") - 1) },
		{ S(C "stdout F e\n"), 0 },
	};
	struct framing f;
	struct frame fr;

	(void)state;
	framing_init(&f, NULL);
	for (size_t i = 0; i < sizeof(piece) / sizeof(piece[0]); i++) {
		assert_int_equal(framing_next(&f, piece[i].in, false, &fr),
		    piece[i].in.len);
		if (fr.kind != FRAMING_PART)
			assert_int_equal(fr.back, piece[i].back);
	}
	assert_true(framing_flush(&f, &fr));
	assert_true(slice_eq(fr.text, SLICE("b")));
	assert_null(fr.line.ptr);
	assert_int_equal(fr.back, 4 * piece[2].in.len);
	assert_false(framing_flush(&f, &fr));
	framing_free(&f);
}

static void
test_one(void **state)
{
	struct slice s = SLICE(P "mx a[1]: t"), x = SLICE("x");
	struct frame fr;

	(void)state;
	assert_true(framing_split(s, &fr));
	assert_true(slice_eq(fr.line, s));
	assert_true(slice_eq(fr.text, SLICE("t")));
	assert_false(framing_split(x, &fr));
	assert_int_equal(fr.kind, FRAMING_NONE);
	assert_true(slice_eq(fr.text, x));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_neighbours),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_back),
		cmocka_unit_test(test_one),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
