/*
 * tlsrpt_result - what a log line says in the words of RFC 8460, 4.3
 *
 * A failure has a result type of the RFC and a reason, one of our words or
 * the one that Postfix logged.  tlsrpt_refusal reads the reply of a delivery
 * that TLS kept from being sent; false for what is no failure of the
 * receiving side (our own settings, REQUIRETLS).  tlsrpt_certificate reads
 * the text of a "certificate verification failed" line.  tlsrpt_logged reads
 * the failure_type of a TLSRPT: line.
 *
 * Facts: RFC 8460, 4.3; reference/postfix-logs.md 3.4, 3.7.
 */
#ifndef REPORT_TLSRPT_RESULT_H
#define REPORT_TLSRPT_RESULT_H

#include <stdbool.h>

#include "base/slice.h"

/* X(enum suffix, word) */
#define TLSRPT_RESULT_TABLE(X)						\
X(NOT_SUPPORTED, "starttls-not-supported")				\
X(HOST_MISMATCH, "certificate-host-mismatch")				\
X(EXPIRED, "certificate-expired")					\
X(NOT_TRUSTED, "certificate-not-trusted")				\
X(VALIDATION, "validation-failure")					\
X(TLSA_INVALID, "tlsa-invalid")						\
X(DNSSEC_INVALID, "dnssec-invalid")					\
X(DANE_REQUIRED, "dane-required")					\
X(STS_FETCH, "sts-policy-fetch-error")					\
X(STS_INVALID, "sts-policy-invalid")					\
X(STS_WEBPKI, "sts-webpki-invalid")

enum tlsrpt_result {
#define TLSRPT_ENUM(id, word)	TLSRPT_##id,
	TLSRPT_RESULT_TABLE(TLSRPT_ENUM)
#undef TLSRPT_ENUM
	TLSRPT_RESULT_N
};

extern const struct slice tlsrpt_result_word[TLSRPT_RESULT_N];

struct tlsrpt_why {
	enum tlsrpt_result	 result;
	struct slice		 reason;	/* lives as the text given */
};

bool	tlsrpt_refusal(struct slice reply, struct tlsrpt_why *);
void	tlsrpt_certificate(struct slice text, struct tlsrpt_why *);
void	tlsrpt_logged(struct slice type, struct slice reason,
	    struct tlsrpt_why *);
/* Does the result tell of DANE, or of MTA-STS? */
bool	tlsrpt_is_dane(enum tlsrpt_result);
bool	tlsrpt_is_sts(enum tlsrpt_result);

#endif
