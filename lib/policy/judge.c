#include "policy/judge.h"

#include "base/caltime.h"
#include "base/loopback.h"
#include "base/mem.h"
#include "policy/judge_attempt.h"
#include "policy/judge_tls.h"
#include "track/verdict.h"

#include "base/banned.h"

#define W(lit)	{ (const unsigned char *)(lit), sizeof(lit) - 1 }

const struct slice verdict_word[VERDICT_N] = { W("compliant"),
	W("violation"), W("unknown"), W("exempt"), W("not-applicable") };

int64_t
judge_time(const struct rec *r)
{
	unsigned int digits;
	uint32_t nsec;
	int64_t sec;

	return rec_has(r, F_TIME) && caltime_parse(r->v[F_TIME], &sec, &nsec,
	    &digits) ? sec : INT64_MAX;
}

static bool
is(const struct rec *r, enum field f, struct slice word)
{
	return slice_eq(rec_get(r, f), word);
}

/* Where clients hand in mail of their own: by its service, or by AUTH. */
static bool
is_submission(const struct rec *r)
{
	struct slice s = rec_get(r, F_SERVICE);
	size_t slash = slice_rchr(s, '/');

	if (slash != SLICE_NONE)
		s = slice_from(s, slash + 1);
	return judge_tls_sasl(r) || verdict_wrapper_service(s) ||
	    slice_eq(s, SLICE("submission")) || slice_eq(s, SLICE("587"));
}

void
judge_peer(const struct rec *r, struct judgement *j)
{
	struct slice local, name;

	name = rec_get(r, j->outbound ? F_RELAY_NAME : F_CLIENT_NAME);
	if (slice_eq(name, SLICE("unknown")))
		name = slice_of(NULL, 0);
	j->peer = (struct policy_peer){ .name = name,
		.addr = rec_get(r, j->outbound ? F_RELAY_ADDR : F_CLIENT_ADDR),
		.instance = rec_get(r, F_INSTANCE) };
	if (!j->outbound)
		j->peer.service = rec_get(r, F_SERVICE);
	else if (!slice_rcut(rec_get(r, F_TO), '@', &local, &j->peer.domain))
		j->peer.domain = slice_of(NULL, 0);
}

static enum direction
find_direction(const struct policy *p, const struct rec *r,
    const struct judgement *j)
{
	if (!j->outbound && is_submission(r))
		return DIRECTION_SUBMISSION;
	if (!p->has_own)
		return DIRECTION_UNKNOWN;
	if (policy_is_own(p, j->peer.name, j->peer.addr))
		return DIRECTION_INTERNAL;
	return j->outbound ? DIRECTION_OUTBOUND : DIRECTION_INBOUND;
}

/* The line for mail that goes out; a doubt when it cannot be told. */
static const struct policy_line *
outbound_line(const struct policy *p, const struct nexthops *n,
    const struct rec *r, struct judgement *j)
{
	const struct policy_line *l;
	struct slice nexthop = j->peer.domain;

	if (!nexthop_find(n, j->peer.domain, &nexthop) &&
	    policy_maybe_nexthop(p, &j->peer, rec_get(r, F_RELAY_PORT)))
		j->found |= UINT64_C(1) << RULE_NEXTHOP_UNKNOWN;
	l = policy_find_nexthop(p, nexthop);
	return l != NULL ? l : p->fallback[DIRECTION_OUTBOUND];
}

static const struct policy_line *
find_line(const struct policy *p, const struct nexthops *n,
    const struct rec *r, struct judgement *j)
{
	const struct policy_line *l = NULL;

	if (j->direction == DIRECTION_INTERNAL) {
		l = policy_find_peer(p, SECTION_INTERNAL, &j->peer);
		if (l == NULL)
			l = p->fallback[DIRECTION_INTERNAL];
	}
	if (l != NULL)
		return l;
	if (j->outbound)
		return outbound_line(p, n, r, j);
	l = policy_find_peer(p, SECTION_INBOUND, &j->peer);
	if (l == NULL && j->direction == DIRECTION_SUBMISSION)
		l = p->fallback[DIRECTION_SUBMISSION];
	return l != NULL ? l : p->fallback[DIRECTION_INBOUND];
}

static void
outside(struct judgement *j, enum rule rule)
{
	j->verdict = VERDICT_NOT_APPLICABLE;
	j->rule = rule;
	j->found = UINT64_C(1) << rule;
}

enum verdict_word
judge_finding(const struct policy *p, const struct judgement *j, enum rule r)
{
	switch (rule_info[r].kind) {
	case RULE_IS_VIOLATION:
	case RULE_IS_PEER:
		if (p->severity[r] <= SEVERITY_INFO)
			return VERDICT_COMPLIANT;
		return j->exempt[r] != NULL ? VERDICT_EXEMPT :
		    VERDICT_VIOLATION;
	case RULE_IS_ATTEMPT:
		if (p->severity[r] <= SEVERITY_INFO)
			return VERDICT_NOT_APPLICABLE;
		return j->exempt[r] != NULL ? VERDICT_EXEMPT :
		    VERDICT_VIOLATION;
	case RULE_IS_DOUBT:
		return j->exempt[r] != NULL ? VERDICT_EXEMPT :
		    VERDICT_UNKNOWN;
	case RULE_IS_MET:
	case RULE_IS_NOTE:
		return VERDICT_COMPLIANT;
	default:
		return VERDICT_NOT_APPLICABLE;
	}
}

/* From all that was found to one verdict: the gravest, the first rule. */
static void
decide(const struct policy *p, struct judgement *j)
{
	static const unsigned int gravity[VERDICT_N] = {
		[VERDICT_VIOLATION] = 3, [VERDICT_UNKNOWN] = 2,
		[VERDICT_EXEMPT] = 1 };
	enum verdict_word v;
	enum rule r;

	j->verdict = VERDICT_COMPLIANT;
	j->rule = RULE_MET;
	for (uint64_t set = j->found; set != 0; set &= set - 1) {
		r = rule_first(set);
		if (rule_info[r].kind == RULE_IS_DOUBT ||
		    rule_info[r].kind == RULE_IS_VIOLATION)
			j->exempt[r] = policy_find_exempt(p, &j->peer, r,
			    j->sec);
		v = judge_finding(p, j, r);
		if (gravity[v] > gravity[j->verdict]) {
			j->verdict = v;
			j->rule = r;
		}
	}
}

/* Did the record's hop carry mail? */
static bool
is_hop(const struct rec *r, const struct judgement *j)
{
	struct slice qid = rec_get(r, F_QID);

	if (j->outbound)
		return is(r, F_STATUS, SLICE("sent"));
	return is(r, F_TYPE, SLICE("message")) && qid.len > 0 &&
	    !is(r, F_NOTE, SLICE("not-queued")) &&
	    !slice_eq(qid, SLICE("NOQUEUE")) &&
	    !is(r, F_STATUS, SLICE("rejected"));
}

/* Whom it is about. */
static void
place(const struct policy *p, const struct rec *r, struct judgement *j)
{
	judge_peer(r, j);
	j->direction = find_direction(p, r, j);
}

/* An attempt that failed because of TLS, and that is to be told. */
static bool
judge_failed(const struct policy *p, const struct nexthops *n,
    const struct rec *r, struct judgement *j)
{
	enum rule rule = judge_attempt(r);

	if (rule == RULE_N || p->severity[rule] == SEVERITY_OFF)
		return false;
	place(p, r, j);
	if (loopback_is(j->peer.addr) && !p->loopback)
		return false;
	j->line = find_line(p, n, r, j);
	if (j->line != NULL && j->line->level == LEVEL_NONE)
		return false;
	j->hop = false;
	j->rule = rule;
	j->found = UINT64_C(1) << rule;
	j->exempt[rule] = policy_find_exempt(p, &j->peer, rule, j->sec);
	j->verdict = judge_finding(p, j, rule);
	return true;
}

bool
judge(const struct policy *p, const struct nexthops *n, const struct rec *r,
    int64_t sec, struct judgement *j)
{
	mem_clear(j, sizeof(*j));
	j->hop = true;
	j->sec = sec;
	j->outbound = is(r, F_TYPE, SLICE("delivery"));
	if (!is_hop(r, j))
		return judge_failed(p, n, r, j);
	place(p, r, j);
	j->plaintext = is(r, F_TLS, SLICE("plaintext"));
	if (is(r, F_TLS, SLICE("local")) ||
	    is(r, F_TLS, SLICE("none-attempted"))) {
		outside(j, RULE_LOCAL);
		return true;
	}
	if (loopback_is(j->peer.addr) && !p->loopback) {
		outside(j, RULE_LOOPBACK);
		return true;
	}
	if (!j->outbound && is(r, F_TLS_WHY, SLICE("no-arrival"))) {
		outside(j, RULE_NO_ARRIVAL);
		return true;
	}
	j->line = find_line(p, n, r, j);
	if (j->line == NULL) {
		outside(j, RULE_NOT_COVERED);
		return true;
	}
	if (!judge_has(j, RULE_NEXTHOP_UNKNOWN))
		j->found |= judge_tls(p, j->line, r, j->outbound,
		    j->direction == DIRECTION_SUBMISSION);
	decide(p, j);
	return true;
}
