/*
 * syslog - split a line of a syslog daemon, postlogd or journalctl -o short
 *
 * syslog_split fills stamp, host, tag, pid, text and the repeat members of
 * a frame and returns FRAMING_BSD, _ISO, _RFC5424, _RFC3164, _FULL or
 * _UNIX; or FRAMING_NONE, and then they are absent.  The frame is empty at
 * the start.  A line without a tag has an absent tag, and its text is what
 * follows the host.
 *
 * A tag is one word that ends in `[digits]:` or `:`.  The text begins after
 * that and one blank, if there is one.  Real log hosts also write tags that
 * end in `[digits]`, and such that were cut at 32 bytes on the way.
 * Facts: reference/postfix-logs.md 1.
 */
#ifndef FMT_SYSLOG_H
#define FMT_SYSLOG_H

#include "fmt/framing.h"

/* mail.info, local0.notice or 2.6: facility and level; AIX has a colon. */
bool			syslog_is_level(struct slice);
enum framing_kind	syslog_split(struct slice line, struct framing_memo *,
			    struct frame *);
/* Tag and pid from a word without its colon: postfix/smtpd[100]. */
void			syslog_tag(struct slice word, struct frame *);
/*
 * Text after a tag: drop Solaris' message ID, find repeats in it.
 */
void			syslog_text(struct slice, struct frame *);

#endif
