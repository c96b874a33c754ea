#include "report/tlsrpt_result.h"

#include "base/banned.h"

#define W(lit)	{ (const unsigned char *)(lit), sizeof(lit) - 1 }

const struct slice tlsrpt_result_word[TLSRPT_RESULT_N] = {
#define TLSRPT_WORD(id, word)	W(word),
	TLSRPT_RESULT_TABLE(TLSRPT_WORD)
#undef TLSRPT_WORD
};

struct pattern {
	struct slice		text;
	enum tlsrpt_result	result;
	struct slice		reason;
};

static const struct pattern refusals[] = {
	{ W("TLS is required, but was not offered"), TLSRPT_NOT_SUPPORTED,
	    W("not-offered") },
	{ W("TLS is required, but host "), TLSRPT_NOT_SUPPORTED,
	    W("starttls-refused") },
	{ W("Cannot start TLS: handshake failure"), TLSRPT_VALIDATION,
	    W("tls-handshake-failure") },
	{ W("Cannot start TLS: "), TLSRPT_VALIDATION, W("no-handshake") },
	{ W("Server certificate not trusted"), TLSRPT_NOT_TRUSTED,
	    W("server-certificate-not-trusted") },
	{ W("Server certificate not verified"), TLSRPT_VALIDATION,
	    W("server-certificate-not-verified") },
	{ W("no TLSA records found"), TLSRPT_DANE_REQUIRED,
	    W("no-TLSA-records-found") },
	{ W("non DNSSEC destination"), TLSRPT_DANE_REQUIRED,
	    W("non-DNSSEC-destination") },
	{ W("TLSA lookup error for "), TLSRPT_DNSSEC_INVALID,
	    W("TLSA-lookup-error") },
	{ W("TLSA records unusable"), TLSRPT_TLSA_INVALID,
	    W("all-TLSA-records-unusable") }
};

/* Anywhere in the text, the first that is there. */
static const struct pattern certificates[] = {
	{ W("has expired"), TLSRPT_EXPIRED, W("certificate-has-expired") },
	{ W("hostname mismatch"), TLSRPT_HOST_MISMATCH,
	    W("hostname-mismatch") },
	{ W("peer name verification failed"), TLSRPT_HOST_MISMATCH,
	    W("hostname-mismatch") },
	{ W("CommonName mis-match"), TLSRPT_HOST_MISMATCH,
	    W("hostname-mismatch") },
	{ W("subjectAltName mis-match"), TLSRPT_HOST_MISMATCH,
	    W("hostname-mismatch") },
	{ W("untrusted issuer"), TLSRPT_NOT_TRUSTED, W("untrusted-issuer") },
	{ W("self-signed certificate"), TLSRPT_NOT_TRUSTED,
	    W("self-signed-certificate") },
	{ W("self signed certificate"), TLSRPT_NOT_TRUSTED,
	    W("self-signed-certificate") },
	{ W("not trusted"), TLSRPT_NOT_TRUSTED,
	    W("server-certificate-not-trusted") },
	{ W("no matching DANE TLSA records"), TLSRPT_VALIDATION,
	    W("no-matching-TLSA-record-or-fingerprint") }
};

bool
tlsrpt_refusal(struct slice reply, struct tlsrpt_why *w)
{
	(void)slice_take(&reply, SLICE("delivery temporarily suspended: "));
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++)
		if (slice_starts(reply, refusals[i].text)) {
			*w = (struct tlsrpt_why){ refusals[i].result,
				refusals[i].reason };
			return true;
		}
	return false;
}

void
tlsrpt_certificate(struct slice text, struct tlsrpt_why *w)
{
	size_t n = sizeof(certificates) / sizeof(*certificates);

	*w = (struct tlsrpt_why){ TLSRPT_VALIDATION,
		SLICE("server-certificate-not-verified") };
	for (size_t i = 0; i < n; i++)
		if (slice_find(text, certificates[i].text) != SLICE_NONE) {
			*w = (struct tlsrpt_why){ certificates[i].result,
				certificates[i].reason };
			return;
		}
}

/* The log's word with _ is the RFC's with -. */
static bool
same(struct slice logged, struct slice word)
{
	if (logged.len != word.len)
		return false;
	for (size_t i = 0; i < word.len; i++)
		if (ascii_tolower(logged.ptr[i]) != word.ptr[i] &&
		    !(logged.ptr[i] == '_' && word.ptr[i] == '-'))
			return false;
	return true;
}

void
tlsrpt_logged(struct slice type, struct slice reason, struct tlsrpt_why *w)
{
	/* What is none of the RFC's words is kept as the reason. */
	*w = (struct tlsrpt_why){ TLSRPT_VALIDATION,
		reason.len > 0 ? reason : type };
	for (enum tlsrpt_result i = 0; i < TLSRPT_RESULT_N; i++)
		if (same(type, tlsrpt_result_word[i]))
			*w = (struct tlsrpt_why){ i, reason };
}

bool
tlsrpt_is_dane(enum tlsrpt_result r)
{
	return r == TLSRPT_TLSA_INVALID || r == TLSRPT_DNSSEC_INVALID ||
	    r == TLSRPT_DANE_REQUIRED;
}

bool
tlsrpt_is_sts(enum tlsrpt_result r)
{
	return r == TLSRPT_STS_FETCH || r == TLSRPT_STS_INVALID ||
	    r == TLSRPT_STS_WEBPKI;
}
