/*
 * rfc822 - header fields, dates and Received lines of a message
 *
 * rfc822_field splits "Name: value" (blanks before the colon are seen in old
 * mail); false for a line that is no field, such as a continuation.
 * rfc822_date reads "[Sun, ] 1 Mar 2026 12:01[:05] +0100 [(comment)]"; zones
 * are +hhmm, UT, GMT, Z and the American ones of RFC 822; a year of two
 * digits is none.
 *
 * rfc822_received takes a Received value apart, unfolded or not (line ends
 * count as blanks).  What a header does not say is an absent slice.  Hosts
 * and addresses stand as written, without brackets.  TLS is read as
 * Postfix, Exim, Sendmail, Gmail, Exchange and qmail write it: the version
 * in the spelling of that system (TLSv1.3, TLS1.3, TLS1_3), the cipher and
 * the bits.  `tls` says what the header claims: by its version or by a
 * protocol word that ends in S or SA (RFC 3848, RFC 6531); RECEIVED_PLAIN
 * for SMTP, ESMTP, ESMTPA and the like; else RECEIVED_SILENT.  It is a claim
 * of whoever wrote the header, no more.  The slices point into the value.
 * Facts: reference/postfix-tls-audit.md, postfix-queue-files.md 10; RFC 5322.
 */
#ifndef FMT_RFC822_H
#define FMT_RFC822_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

enum received_tls {
	RECEIVED_SILENT,
	RECEIVED_PLAIN,
	RECEIVED_TLS
};

struct received {
	struct slice	from;		/* what the client called itself */
	struct slice	name, addr;	/* its name and address as seen */
	struct slice	by, with, id, rcpt;
	struct slice	uid;		/* Postfix, from userid N */
	bool		postfix;	/* "by HOST (Postfix" */
	enum received_tls tls;
	struct slice	version, cipher, bits;
	bool		has_time;
	int64_t		time;
};

bool	rfc822_field(struct slice line, struct slice *name,
	    struct slice *value);
bool	rfc822_date(struct slice, int64_t *sec);
void	rfc822_received(struct slice value, struct received *);

#endif
