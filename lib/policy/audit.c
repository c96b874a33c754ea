#include "policy/audit.h"

#include "base/mem.h"
#include "policy/once.h"
#include "policy/peers.h"

#include "base/banned.h"

struct audit {
	const struct policy	*policy;
	const struct nexthops	*nexthops;
	audit_fn		*fn;
	void			*arg;
	struct once		*once;
	struct peers		*peers;
	struct tally		 tally;
	struct pseudonyms	*names;		/* or NULL */
	bool			 stopped;
};

struct audit *
audit_open(const struct policy *p, const struct nexthops *n, audit_fn *fn,
    void *arg)
{
	struct audit *a = mem_alloc(1, sizeof(*a));

	a->policy = p;
	a->nexthops = n;
	a->fn = fn;
	a->arg = arg;
	a->once = once_open();
	a->peers = peers_open(p);
	tally_init(&a->tally, p);
	return a;
}

void
audit_close(struct audit *a)
{
	if (a == NULL)
		return;
	once_close(a->once);
	peers_close(a->peers);
	tally_free(&a->tally);
	mem_free(a);
}

void
audit_pseudonyms(struct audit *a, struct pseudonyms *names)
{
	a->names = names;
}

static void
judge_one(struct audit *a, const struct rec *r, int64_t sec)
{
	struct finding x;
	struct judgement j;
	struct rec f, named;

	if (!judge(a->policy, a->nexthops, r, sec, &j))
		return;
	if (a->names != NULL) {
		pseudonym_rec(a->names, r, &named);
		judge_peer(&named, &j);
		r = &named;
	}
	if (j.hop) {
		/* What is known of the peer is far away: it is asked for. */
		peers_ahead(a->peers, &j);
		tally_hop(&a->tally, &j, r);
	} else {
		finding_put(&x, a->policy, &j, j.rule, r, &f);
		tally_about(&a->tally, j.rule, &f);
	}
	a->stopped = !a->fn(a->arg, &j, r, NULL);
	if (j.hop)
		peers_add(a->peers, &j, r);
}

/* Nothing was sent, but perhaps the peer was seen to have TLS. */
static void
see_attempt(struct audit *a, const struct rec *r, int64_t sec)
{
	struct judgement j = { .outbound = true, .sec = sec };
	struct rec named;

	if (a->names != NULL) {
		pseudonym_rec(a->names, r, &named);
		r = &named;
	}
	judge_peer(r, &j);
	peers_see(a->peers, &j, r);
}

bool
audit_add(struct audit *a, const struct rec *r, int64_t sec)
{
	struct slice type = rec_get(r, F_TYPE);

	if (slice_eq(type, SLICE("link")))
		once_link(a->once, r);
	else if (slice_eq(type, SLICE("delivery"))) {
		if (slice_eq(rec_get(r, F_STATUS), SLICE("sent")))
			once_delivery(a->once, r);
		else
			see_attempt(a, r, sec);
		judge_one(a, r, sec);
	} else if (slice_eq(type, SLICE("event")))
		judge_one(a, r, sec);
	else if (slice_eq(type, SLICE("message"))) {
		switch (once_arrival(a->once, r)) {
		case ONCE_OWN:
			judge_one(a, r, sec);
			break;
		case ONCE_SAME:
		case ONCE_HELD:
			a->tally.counted_once++;
			break;
		}
	}
	return !a->stopped;
}

bool
audit_see(struct audit *a, const struct rec *r)
{
	struct slice type = rec_get(r, F_TYPE);

	if (slice_eq(type, SLICE("link")))
		once_link(a->once, r);
	else if (slice_eq(type, SLICE("delivery")) &&
	    slice_eq(rec_get(r, F_STATUS), SLICE("sent")))
		once_delivery(a->once, r);
	return !a->stopped;
}

bool
audit_end(struct audit *a)
{
	struct rec r;

	while (!a->stopped && once_next(a->once, &r)) {
		a->tally.counted_once--;
		judge_one(a, &r, judge_time(&r));
	}
	while (!a->stopped && peers_next(a->peers, &r)) {
		enum rule rule = rule_find(rec_get(&r, F_RULE));

		tally_about(&a->tally, rule, &r);
		a->stopped = !a->fn(a->arg, NULL, NULL, &r);
	}
	return !a->stopped;
}

bool
audit_findings(const struct policy *p, const struct judgement *j,
    const struct rec *hop, bool all, audit_put_fn *put, void *arg)
{
	struct finding x;
	struct rec f;
	uint64_t found = j->found | UINT64_C(1) << j->rule;

	for (enum rule i = 0; i < RULE_N; i++) {
		enum verdict_word v;

		if ((found >> i & 1) == 0)
			continue;
		v = judge_finding(p, j, i);
		if (!all && (v == VERDICT_COMPLIANT ||
		    (v == VERDICT_NOT_APPLICABLE && j->hop)))
			continue;
		finding_put(&x, p, j, i, hop, &f);
		if (!put(arg, &f))
			return false;
	}
	return true;
}

const struct tally *
audit_tally(const struct audit *a)
{
	return &a->tally;
}

struct audit_notes
audit_notes(const struct audit *a)
{
	return (struct audit_notes){ once_doubtful(a->once),
		peers_dropped(a->peers) };
}
