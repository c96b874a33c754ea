/*
 * postfix - what one Postfix log line says
 *
 * postfix_tag splits the tag of a line: postfix/submission/smtpd is instance
 * postfix, service submission, daemon smtpd.  A tag belongs to Postfix when
 * its last part is a Postfix program and there is a slash, or when it is
 * the postfix command itself; any other string before the slash is allowed,
 * because syslog_name is the administrator's choice.
 *
 * postfix_parse reads the text behind the tag and fills kind, class, and the
 * keys of the record that the line gives (the caller sets time, host, tag and
 * provenance, and `plain` before it calls).  Lines of a framing that lost the
 * program (DM_NONE and `lost`) are understood by their text; the daemon is
 * then set where only one daemon writes such a line.  Everything written by
 * strangers (replies, addresses, header text) is taken from its place in the
 * layout, never searched for facts, but for `queued as`, which is only a hint.
 *
 * postfix_reason_class sorts a refusal or failure text into one word, which
 * is ready for records.
 *
 * Facts: reference/postfix-logs.md 1.1, 1.2, 2, 3, 6, 7.
 */
#ifndef FMT_POSTFIX_H
#define FMT_POSTFIX_H

#include "fmt/event.h"

struct postfix_tag {
	struct slice	instance;
	struct slice	service;	/* absent if there is none */
	struct slice	program;	/* last part */
	enum daemon_id	daemon;
	bool		ours;		/* Postfix's */
	bool		lost;		/* the framing cut the program off */
};

void	postfix_tag(struct slice tag, bool lost_program, struct postfix_tag *);
void	postfix_parse(struct slice text, const struct postfix_tag *,
	    struct event *);

/* A Postfix server's own answer to mail, not one passed on by a filter. */
bool	postfix_own_answer(struct slice reply);
/* The class of a reason, for reason_class; absent for an empty reason. */
struct slice	postfix_reason_class(struct slice reason, struct slice dsn);

#endif
