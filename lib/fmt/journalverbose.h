/*
 * journalverbose - an entry as journalctl -o verbose prints it
 *
 *	Tue 2026-09-01 10:04:05.123456 CEST [s=...;i=1;...;t=63f1...;x=...]
 *	    _HOSTNAME=mx
 *	    MESSAGE=connect from client.example.net[192.0.2.10]
 *
 * journalverbose_begins tells the first line of one.  journalverbose_entry
 * takes the entry at the start of data, which ends before the next line
 * without a blank at its start.  It returns JOURNALD_MORE when that is not at
 * hand, JOURNALD_OVER when the entry does not end within limit bytes, and
 * fills stamp, line and what journald_fields fills otherwise.  The time is the
 * writer's own or, without one, the cursor's (t=, microseconds): a point in
 * time, in whatever zone the first line is.
 *
 * What journalctl does not print ([80B blob data]) is lost.
 */
#ifndef FMT_JOURNALVERBOSE_H
#define FMT_JOURNALVERBOSE_H

#include "fmt/journald.h"

bool			journalverbose_begins(struct slice line);
enum journald_got	journalverbose_entry(struct slice data, size_t limit,
			    bool eof, size_t *used, struct frame *);

#endif
