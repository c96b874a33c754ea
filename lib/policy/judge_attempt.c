#include "policy/judge_attempt.h"

#include "base/banned.h"

static bool
is(const struct rec *r, enum field f, struct slice word)
{
	return slice_eq(rec_get(r, f), word);
}

static enum rule
delivery(const struct rec *r)
{
	if (is(r, F_STATUS, SLICE("sent")) || !is(r, F_TLS, SLICE("refused")))
		return RULE_N;
	return slice_find(rec_get(r, F_REPLY), SLICE("Cannot start TLS: "
	    "handshake failure")) != SLICE_NONE ? RULE_HANDSHAKE_FAILED :
	    RULE_MANDATORY_FAILED;
}

static enum rule
event(const struct rec *r)
{
	return is(r, F_EVENT, SLICE("tls")) && rec_has(r, F_CLIENT_ADDR) &&
	    slice_starts(rec_get(r, F_REASON), SLICE("SSL_accept error from "))
	    ? RULE_HANDSHAKE_FAILED : RULE_N;
}

enum rule
judge_attempt(const struct rec *r)
{
	if (is(r, F_TYPE, SLICE("delivery")))
		return delivery(r);
	return is(r, F_TYPE, SLICE("event")) ? event(r) : RULE_N;
}
