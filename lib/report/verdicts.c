#include "report/verdicts.h"

#include "base/mem.h"
#include "policy/finding.h"

#include "base/banned.h"

#define BYTES	((size_t)8 * 1024 * 1024)	/* of names, each table */
#define DOUBTS	256

const struct slice verdicts_tls_word[DAYS_TLS_N] = {
#define W(lit)	{ (const unsigned char *)(lit), sizeof(lit) - 1 }
	W("authenticated"), W("encrypted"), W("plaintext"), W("unknown")
#undef W
};

void
verdicts_init(struct verdicts *v, const struct policy *p, struct days *d,
    size_t limit)
{
	*v = (struct verdicts){ .policy = p, .days = d };
	counts_init(&v->cipher, VERDICTS_ROWS, BYTES);
	counts_init(&v->peer, VERDICTS_ROWS, BYTES);
	counts_init(&v->domain, VERDICTS_ROWS, BYTES);
	counts_init(&v->doubt, DOUBTS, BYTES);
	counts_init(&v->attempt, VERDICTS_ROWS, BYTES);
	worst_init(&v->violations, limit);
	worst_init(&v->peers, limit);
	v->exempted = mem_alloc(p->n + 1, sizeof(*v->exempted));
}

void
verdicts_free(struct verdicts *v)
{
	counts_free(&v->cipher);
	counts_free(&v->peer);
	counts_free(&v->domain);
	counts_free(&v->doubt);
	counts_free(&v->attempt);
	worst_free(&v->violations);
	worst_free(&v->peers);
	mem_free(v->exempted);
	v->exempted = NULL;
}

void
verdicts_settle(struct verdicts *v)
{
	counts_settle(&v->peer);
	counts_settle(&v->domain);
}

enum days_tls
verdicts_tls(const struct rec *r)
{
	struct slice tls = rec_get(r, F_TLS);

	for (enum days_tls i = 0; i < DAYS_UNKNOWN; i++)
		if (slice_eq(tls, verdicts_tls_word[i]))
			return i;
	return DAYS_UNKNOWN;
}

bool
verdicts_is_network(const struct judgement *j)
{
	return j->verdict != VERDICT_NOT_APPLICABLE ||
	    j->rule == RULE_NOT_COVERED;
}

struct slice
verdicts_side(const struct judgement *j)
{
	return j->outbound ? SLICE("outbound") : SLICE("inbound");
}

struct slice
verdicts_peer_name(const struct judgement *j)
{
	return j->peer.name.len > 0 ? j->peer.name : j->peer.addr;
}

/* Of the recipient when mail goes out, of the sender when it comes in. */
static struct slice
domain_of(const struct judgement *j, const struct rec *r)
{
	struct slice local, domain;

	if (j->outbound)
		return j->peer.domain;
	return slice_rcut(rec_get(r, F_FROM), '@', &local, &domain) ? domain :
	    slice_of(NULL, 0);
}

static void
count_name(struct counts *c, const struct judgement *j, struct slice name,
    const struct rec *r, enum days_tls tls)
{
	bool plain = tls == DAYS_PLAINTEXT;
	struct counts_more more = { .n = { [VERDICTS_HOPS] = 1,
		[VERDICTS_PLAIN] = plain,
		[VERDICTS_UNKNOWN] = tls == DAYS_UNKNOWN },
		.once = plain ? VERDICTS_MESSAGES : COUNTS_N };
	struct counts_key key;

	if (name.len == 0)
		return;
	if (plain)
		more.trace = rec_get(r, F_TRACE);
	counts_key_begin(&key);
	counts_key(&key, verdicts_side(j));
	counts_key_host(&key, name);
	counts_add(c, counts_key_slice(&key), &more);
}

/* "not logged" is what a hop is counted as that has no version or cipher. */
static void
count_cipher(struct verdicts *v, const struct judgement *j,
    const struct rec *r)
{
	struct counts_key key;
	struct counts_row *row;

	counts_key_begin(&key);
	counts_key(&key, verdicts_side(j));
	counts_key(&key, rec_get(r, F_TLS_VERSION));
	counts_key(&key, rec_get(r, F_TLS_CIPHER));
	row = counts_find(&v->cipher, counts_key_slice(&key));
	if (row != NULL)
		row->n[VERDICTS_HOPS]++;
}

static void
count_doubt(struct verdicts *v, const struct judgement *j,
    const struct rec *r)
{
	struct counts_key key;
	struct counts_row *row;

	counts_key_begin(&key);
	counts_key(&key, rule_info[j->rule].name);
	counts_key(&key, rec_get(r, F_TLS_WHY));
	row = counts_find(&v->doubt, counts_key_slice(&key));
	if (row != NULL)
		row->n[VERDICTS_HOPS]++;
}

/* The rules that the hop broke besides the one that decides. */
static void
put_others(struct buf *b, const struct verdicts *v,
    const struct judgement *j)
{
	for (enum rule i = 0; i < RULE_N; i++) {
		if (!judge_has(j, i) || i == j->rule ||
		    judge_finding(v->policy, j, i) != VERDICT_VIOLATION)
			continue;
		if (b->len > 0)
			(void)buf_addc(b, ' ');
		(void)buf_add(b, rule_info[i].name);
	}
}

static void
keep_violation(struct verdicts *v, const struct judgement *j,
    const struct rec *r)
{
	enum severity severity = v->policy->severity[j->rule];
	struct finding x;
	struct buf others;
	struct rec f;

	if (!worst_wants(&v->violations, severity, j->sec))
		return;
	finding_put(&x, v->policy, j, j->rule, r, &f);
	buf_init(&others, 4096);
	put_others(&others, v, j);
	if (others.len > 0)
		rec_set(&f, F_NOTE, buf_slice(&others));
	worst_add(&v->violations, severity, j->sec, &f);
	buf_free(&others);
}

static void
count_exempt(struct verdicts *v, const struct judgement *j)
{
	const struct policy_line *l = j->exempt[j->rule];

	if (l != NULL && l >= v->policy->line &&
	    l < v->policy->line + v->policy->n)
		v->exempted[l - v->policy->line]++;
}

void
verdicts_hop(struct verdicts *v, const struct judgement *j,
    const struct rec *r)
{
	enum days_tls tls = verdicts_tls(r);
	int64_t sec = j->sec;
	struct day *day;

	if (!j->hop || !verdicts_is_network(j))
		return;
	v->tls[j->direction][tls]++;
	if (sec == INT64_MAX)
		v->untimed++;
	else if ((day = days_at(v->days, sec)) != NULL)
		day->tls[tls]++;
	if (tls != DAYS_UNKNOWN) {
		if (slice_eq(rec_get(r, F_TLS_PROOF), SLICE("inferred")))
			v->inferred++;
		else
			v->proven++;
	}
	count_name(&v->peer, j, verdicts_peer_name(j), r, tls);
	count_name(&v->domain, j, domain_of(j, r), r, tls);
	if (tls == DAYS_AUTHENTICATED || tls == DAYS_ENCRYPTED)
		count_cipher(v, j, r);
	if (j->verdict == VERDICT_VIOLATION)
		keep_violation(v, j, r);
	else if (j->verdict == VERDICT_UNKNOWN)
		count_doubt(v, j, r);
	else if (j->verdict == VERDICT_EXEMPT)
		count_exempt(v, j);
}

void
verdicts_attempt(struct verdicts *v, const struct judgement *j)
{
	struct counts_key key;
	struct counts_row *row;

	counts_key_begin(&key);
	counts_key(&key, verdicts_side(j));
	counts_key(&key, rule_info[j->rule].name);
	counts_key_host(&key, verdicts_peer_name(j));
	row = counts_find(&v->attempt, counts_key_slice(&key));
	if (row != NULL)
		row->n[VERDICTS_HOPS]++;
}

void
verdicts_peer(struct verdicts *v, const struct rec *f)
{
	enum severity s = severity_find(rec_get(f, F_SEVERITY));

	worst_add(&v->peers, s == SEVERITY_N ? 0 : s, judge_time(f), f);
}
