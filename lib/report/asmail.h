/*
 * asmail - a report as one complete mail message
 *
 * RFC 5322, 2045 to 2047: a header; the text and the HTML page as
 * alternatives, quoted-printable; the JSON object attached, base64.  Decoded,
 * the parts are byte for byte what the other formats give.  Lines end with a
 * newline alone, as sendmail(1) takes them, and are not longer than 78 bytes
 * unless an address is.  No line is a single dot or begins with "From ".
 *
 * Date, Message-ID and boundaries come from the report's `now` and from the
 * content: the same report is the same message.  A boundary has "=_" in it,
 * which neither encoding can write.  Auto-Submitted (RFC 3834) keeps
 * vacation programs quiet.
 *
 * An address is an addr-spec of ASCII: atoms and dots or a quoted string, @,
 * a domain or an address in brackets, at most ASMAIL_ADDRESS bytes.
 * asmail_address gives NULL, or what is wrong.  A subject is UTF-8 without
 * control characters; asmail_subject likewise.  What these refuse must not be
 * given to asmail_put, so that nobody can add a header line.  An absent `from`
 * is the first `to`, an absent subject says what the report found.
 *
 * asmail_put is false when the message is larger than the buffer's limit.
 */
#ifndef REPORT_ASMAIL_H
#define REPORT_ASMAIL_H

#include "report/page.h"

#define ASMAIL_TO	64
#define ASMAIL_ADDRESS	((size_t)320)
#define ASMAIL_SUBJECT	((size_t)512)

struct asmail {
	struct slice	from;
	struct slice	to[ASMAIL_TO];
	size_t		nto;
	struct slice	subject;
};

const char *asmail_address(struct slice);
const char *asmail_subject(struct slice);
bool	asmail_put(struct buf *, const struct page *, const struct asmail *);

#endif
