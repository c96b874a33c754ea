/*
 * label - what other programs put before a log line
 *
 * label_take drops one label off the front of *s: blanks and colours, the
 * name of a container (docker compose: "postfix-1  | "; kubectl logs
 * --prefix: "[pod/postfix-0/postfix] "), a file and line number (grep -H, -n:
 * "mail.log:12:"), facility and level (socklog: "mail.info: "), or a point in
 * time (docker logs -t, multilog, svlogd), which is given in *outer.  False,
 * and *s unchanged, if there is none.  It is meant for lines
 * that have no framing as they are, and only if what follows has one; a line
 * has LABEL_MAX of them at most.  At most LABEL_BYTES are looked at.
 *
 * Programs log what strangers tell them, as in "user: TEXT".  So blanks are
 * a label at the start of a line only (`first`), and a word before a colon is
 * one only if it is a number or has a dot or a slash.
 */
#ifndef FMT_LABEL_H
#define FMT_LABEL_H

#include "fmt/stamp.h"

#define LABEL_MAX 4	/* of one line */
#define LABEL_BYTES 256 /* of one label */

bool label_take(struct slice *s, bool first, struct stamp *outer);

#endif
