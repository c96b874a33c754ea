/*
 * journalwho - did Postfix write this journal entry?
 *
 * Anybody may write to the log in Postfix's name: logger -t postfix/smtpd.
 * journald adds fields that the writer cannot choose (_EXE, _COMM, _UID).
 * journalwho_forged is true when they contradict the tag:
 *
 *	the program is none of Postfix's, nor a syslog daemon that passes lines
 *	on; or has such a name, but lies where users can put programs; or is
 *	postlog(1), run by a user in the name of another program;
 *	the program is not known, because it was gone before journald looked,
 *	and the user is none of the system's (from JOURNALWHO_USERS on), and the
 *	tag is not that of a command that users run or a daemon that
 *	works in their name.
 *
 * False means that nothing speaks against Postfix, not that it was Postfix.
 * Pure.  Facts: systemd.journal-fields(7).
 */
#ifndef FMT_JOURNALWHO_H
#define FMT_JOURNALWHO_H

#include "fmt/framing.h"
#include "fmt/postfix.h"

#define JOURNALWHO_USERS 1000 /* the first user ID of people */

bool journalwho_forged(const struct frame_who *, const struct postfix_tag *);

#endif
