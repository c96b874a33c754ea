/*
 * tlsrpt_tries - connections that failed before another host took the mail
 *
 * Of such a try there is no delivery, only events: the handshake, or its
 * error, with the name of the host, and a line with the queue ID that says
 * why another host is tried.  tries_met is told of the former, tries_failed
 * of the latter, which is joined to what the same process said last; a line
 * that names its host itself needs none.  tries_next then gives the tries of a
 * message, other than those with the relay of the delivery itself.
 *
 * Names are kept as the report may give them (`named`), at most TRIES_NAME
 * bytes; at most TRIES tries, the latest.
 */
#ifndef REPORT_TLSRPT_TRIES_H
#define REPORT_TLSRPT_TRIES_H

#include "base/field.h"
#include "report/tlsrpt_result.h"

#define TRIES 4096
#define TRIES_NAME 255
#define TRIES_SECONDS 600 /* between the two lines */

struct
try {
	uint64_t who;	/* hash of host and process */
	uint64_t trace; /* of the message; 0: has not failed */
	uint64_t peer;	/* hash of the relay, in lower case */
	int64_t sec;
	bool error; /* in the handshake */
	bool ours;  /* a host of our own: not counted */
	struct tlsrpt_why why;
	unsigned char name_len, addr_len;
	unsigned char name[TRIES_NAME], addr[TRIES_NAME];
};

struct tries {
	struct try *v; /* a ring; NULL: none yet */
	uint64_t n;    /* all that there were */
};

void tries_free(struct tries *);
/*
 * A record with a relay.  The caller may set .ours, and .why: what is wrong
 * with a certificate.
 */
struct try *tries_met(
    struct tries *, const struct rec *r, const struct rec *named);
void tries_failed(struct tries *, const struct rec *r, const struct rec *named);
/* From *i on, which begins at 0; its number in *i, less 1.  NULL: no more. */
const struct try *tries_next(
    const struct tries *, const struct rec *delivery, uint64_t *i);

#endif
