/*
 * astlsrpt - a report as RFC 8460 has it, rebuilt from the log
 *
 * One JSON object with the keys of RFC 8460, 4.4, for all domains that mail
 * was sent to, and one more, "x-rebuilt", that says so: what it was made of
 * and what it cannot know.  The log has neither the policy that a domain
 * publishes nor our own address, so "policy-string", "mx-host" and
 * "sending-mta-ip" are absent, and "policy-type" is tlsa or sts where a line
 * shows it, else no-policy-found.
 *
 *	x-rebuilt  from "mail log"; by, at; covered: was the period;
 *		   domains_logged: counted by TLSRPT: lines, the others by
 *		   deliveries; deliveries_unknown (their TLS status),
 *		   deliveries_other (report/tlsrpt.h): not counted; dropped:
 *		   not counted for want of room; differences: domains whose
 *		   TLSRPT: lines say other numbers than what is rebuilt
 *
 * "report-id" is made of the content: the same report has the same.
 * astlsrpt_put is false when neither a period nor a time is known.
 */
#ifndef REPORT_ASTLSRPT_H
#define REPORT_ASTLSRPT_H

#include "report/report.h"

struct astlsrpt {
	struct slice	organization, contact;
};

bool	astlsrpt_put(struct buf *, const struct report *,
	    const struct astlsrpt *);

#endif
