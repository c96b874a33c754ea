#include "policy/tally.h"

#include "base/mem.h"
#include "base/msg.h"

#include "base/banned.h"

void
tally_init(struct tally *t, const struct policy *p)
{
	*t = (struct tally){ .policy = p };
	t->line = mem_alloc(p->n + DIRECTION_N, sizeof(*t->line));
	arena_init(&t->mem, TALLY_TEXT);
}

void
tally_free(struct tally *t)
{
	arena_free(&t->mem);
	mem_free(t->line);
	t->line = NULL;
}

static size_t
index_of(const struct policy *p, const struct policy_line *l)
{
	if (l >= p->line && l < p->line + p->n && p->n > 0)
		return (size_t)(l - p->line);
	for (size_t i = 0; i < DIRECTION_N; i++)
		if (p->fallback[i] == l)
			return p->n + i;
	return p->n + DIRECTION_UNKNOWN;	/* never given a line */
}

const struct tally_line *
tally_of(const struct tally *t, const struct policy_line *l)
{
	return &t->line[index_of(t->policy, l)];
}

/* Keep what a report says of an offender, while there is room. */
static void
tell(struct tally *t, struct tally_line *l, enum rule rule,
    const struct rec *r, struct slice peer, struct slice why)
{
	struct offender *o;

	if (l->ntold == TALLY_TOLD)
		return;
	if (l->told == NULL)
		l->told = arena_alloc(&t->mem, TALLY_TOLD * sizeof(*l->told));
	if (l->told == NULL)
		return;
	o = &l->told[l->ntold++];
	*o = (struct offender){ .rule = rule, .why = why,
		.time = arena_dup(&t->mem, rec_get(r, F_TIME)),
		.trace = arena_dup(&t->mem, rec_get(r, F_TRACE)),
		.to = arena_dup(&t->mem, rec_get(r, F_TO)),
		.src = arena_dup(&t->mem, rec_get(r, F_SRC)),
		.off = arena_dup(&t->mem, rec_get(r, F_OFF)),
		.peer = arena_dup(&t->mem, peer) };
}

void
tally_hop(struct tally *t, const struct judgement *j, const struct rec *r)
{
	struct tally_line *l;

	t->n[j->verdict]++;
	if (j->verdict != VERDICT_NOT_APPLICABLE)
		t->hops++;
	for (uint64_t set = j->found; set != 0; set &= set - 1)
		t->rule[rule_first(set)]++;
	t->rule[RULE_MET] += j->rule == RULE_MET;
	t->permitted += j->plaintext && j->verdict == VERDICT_COMPLIANT;
	t->not_logged += j->verdict == VERDICT_UNKNOWN &&
	    slice_eq(rec_get(r, F_TLS_WHY), SLICE("not-logged"));
	if (j->line == NULL || j->verdict == VERDICT_NOT_APPLICABLE)
		return;
	l = &t->line[index_of(t->policy, j->line)];
	l->n[j->verdict]++;
	if (j->verdict == VERDICT_VIOLATION || j->verdict == VERDICT_UNKNOWN)
		tell(t, l, j->rule, r, j->peer.name.len > 0 ? j->peer.name :
		    j->peer.addr, rule_info[j->rule].why);
}

void
tally_about(struct tally *t, enum rule rule, const struct rec *f)
{
	struct tally_line *l = &t->about[rule];
	struct slice peer = rec_get(f, F_RELAY_NAME), v = rec_get(f, F_VERDICT);

	if (peer.len == 0)
		peer = rec_get(f, F_CLIENT_NAME);
	if (peer.len == 0)
		peer = rec_get(f, rec_has(f, F_RELAY_ADDR) ? F_RELAY_ADDR :
		    F_CLIENT_ADDR);
	t->rule[rule]++;
	for (size_t i = 0; i < VERDICT_N; i++)
		l->n[i] += slice_eq(v, verdict_word[i]);
	tell(t, l, rule, f, peer, arena_dup(&t->mem, rec_get(f, F_REASON)));
}

bool
tally_over_limit(const struct tally *t)
{
	const struct policy *p = t->policy;
	uint64_t n = t->n[VERDICT_UNKNOWN];

	if (!p->percent)
		return n > p->unknown;
	return n * 100 > p->unknown * t->hops;
}

uint64_t
tally_about_bad(const struct tally *t)
{
	uint64_t n = 0;

	for (size_t i = 0; i < RULE_N; i++)
		n += t->about[i].n[VERDICT_VIOLATION];
	return n;
}

bool
tally_nothing(const struct tally *t)
{
	return t->hops == 0 && (t->rule[RULE_NOT_COVERED] > 0 ||
	    t->rule[RULE_LOCAL] + t->rule[RULE_LOOPBACK] == 0);
}

int
tally_status(const struct tally *t)
{
	if (t->n[VERDICT_VIOLATION] + tally_about_bad(t) > 0)
		return EXIT_NO;
	return tally_nothing(t) || tally_over_limit(t) ? EXIT_TROUBLE :
	    EXIT_YES;
}
