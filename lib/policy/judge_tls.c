#include "policy/judge_tls.h"

#include "policy/cipher.h"
#include "policy/protoset.h"

#include "base/banned.h"

#define W(lit)	{ (const unsigned char *)(lit), sizeof(lit) - 1 }
#define BIT(rule)	(UINT64_C(1) << (rule))

struct hop {
	const struct policy_line	*line;
	const struct rec		*r;
	bool				 outbound;
	bool				 submission;
	bool				 need;	/* version and cipher */
	uint64_t			 found;
};

static void
found(struct hop *h, enum rule rule)
{
	h->found |= BIT(rule);
}

static bool
is(const struct rec *r, enum field f, struct slice word)
{
	return slice_eq(rec_get(r, f), word);
}

bool
judge_tls_sasl(const struct rec *r)
{
	return rec_get(r, F_SASL_METHOD).len > 0 ||
	    rec_get(r, F_SASL_USER).len > 0;
}

/* The line asks for something that only version and cipher can answer. */
static bool
needs_details(const struct policy_line *l)
{
	return (l->has_protocols && l->protocols != PROTO_ALL) ||
	    l->grade >= GRADE_MEDIUM || l->exclude.len > 0 || l->require != 0;
}

static void
check_version(struct hop *h)
{
	struct slice v = rec_get(h->r, F_TLS_VERSION);
	unsigned int bit = protoset_version(v);

	if (v.len == 0) {
		if (h->need)
			found(h, RULE_DETAILS_UNKNOWN);
	} else if (bit == 0) {
		if (h->need)
			found(h, RULE_CIPHER_UNKNOWN);
	} else if ((h->line->protocols & bit) == 0)
		found(h, (bit & PROTO_BROKEN) != 0 ? RULE_PROTOCOL_BROKEN :
		    RULE_PROTOCOL);
}

static void
check_strength(struct hop *h, uint32_t c)
{
	enum grade g = h->line->grade;
	bool weak = g == GRADE_EXPORT || g == GRADE_NULL;
	uint64_t bits;

	if ((c & CIPHER_NULL) != 0 && g != GRADE_NULL)
		found(h, RULE_CIPHER_NULL);
	else if ((c & CIPHER_EXPORT) != 0 && !weak)
		found(h, RULE_CIPHER_NULL);
	else if ((c & CIPHER_BROKEN) != 0 && !weak)
		found(h, RULE_CIPHER_BROKEN);
	else if (!weak && slice_u64(rec_get(h->r, F_TLS_BITS), UINT32_MAX,
	    &bits) && bits < 128)
		found(h, RULE_CIPHER_BITS);
}

static void
check_exclude(struct hop *h, uint32_t c, struct slice name)
{
	struct slice list = h->line->exclude, e;

	while (list.len > 0) {
		e = list;
		if (!slice_cut(list, ':', &e, &list))
			list = slice_from(list, list.len);
		if (cipher_is(slice_trim(e), c, name) > 0)
			found(h, (c & CIPHER_ANON) != 0 && cipher_is(
			    slice_trim(e), CIPHER_ANON, name) > 0 ?
			    RULE_ANONYMOUS : RULE_CIPHER_EXCLUDED);
	}
}

static void
check_quantum(struct hop *h)
{
	bool want = (h->line->require & REQUIRE_PQ) != 0;
	struct slice kex = rec_get(h->r, F_TLS_KEX);
	unsigned int v = protoset_version(rec_get(h->r, F_TLS_VERSION));

	if (v == 0 || cipher_group_pq(kex))
		return;
	if (v != PROTO_TLS13 || kex.len > 0)
		found(h, want ? RULE_NO_POST_QUANTUM : RULE_CLASSICAL_KEX);
	else if (want)
		found(h, RULE_DETAILS_UNKNOWN);
}

static void
check_cipher(struct hop *h)
{
	struct slice name = rec_get(h->r, F_TLS_CIPHER);
	uint32_t c = cipher_parse(name);

	if (name.len == 0 || (c & CIPHER_UNKNOWN) != 0) {
		if (h->need)
			found(h, name.len == 0 ? RULE_DETAILS_UNKNOWN :
			    RULE_CIPHER_UNKNOWN);
		return;
	}
	check_strength(h, c);
	check_exclude(h, c, name);
	if ((c & CIPHER_ANON) != 0 && h->line->level > LEVEL_ENCRYPT)
		found(h, RULE_ANONYMOUS);
	if ((h->line->require & REQUIRE_FS) != 0 && (c & CIPHER_FS) == 0)
		found(h, RULE_NO_FORWARD_SECRECY);
	if ((h->line->require & REQUIRE_AEAD) != 0 && (c & CIPHER_AEAD) == 0)
		found(h, RULE_NOT_AEAD);
}

/* The first feature of tls=, and whether an authenticating level was left. */
static struct slice
feature(struct slice word, bool *left)
{
	static const struct slice checked[] = { W("fingerprint"), W("verify"),
		W("secure"), W("dane"), W("dane-only"), W("halfdane") };
	struct slice from, to, rest;

	*left = false;
	if (slice_cut(word, '/', &from, &rest))
		word = from;
	if (word.len == 0 || word.ptr[word.len - 1] == '?')
		return slice_of(NULL, 0);
	if (!slice_cut(word, ':', &from, &to))
		return word;
	for (size_t i = 0; i < sizeof(checked) / sizeof(*checked); i++)
		if (slice_eq(from, checked[i]))
			*left = true;
	return to;
}

/* Encrypted outbound, and the line wants the peer checked. */
static void
check_server(struct hop *h)
{
	bool left;
	struct slice name = feature(rec_get(h->r, F_TLS_POLICY), &left);
	bool trust = rec_get(h->r, F_TLS_TRUST).len > 0;

	if (is(h->r, F_TLS_WHY, SLICE("peer-log")) || (!trust &&
	    name.len == 0))
		found(h, RULE_TRUST_UNKNOWN);
	else if (is(h->r, F_TLS_TRUST, SLICE("Anonymous")))
		found(h, RULE_ANONYMOUS);
	else if (slice_eq(name, SLICE("halfdane"))) {
		if (h->line->level != LEVEL_DANE)
			found(h, RULE_DOWNGRADED);
	} else if (left)
		found(h, RULE_DOWNGRADED);
	else
		found(h, h->line->level == LEVEL_DANE ? RULE_DANE_UNKNOWN :
		    RULE_UNVERIFIED);
}

/* Encrypted inbound: a client certificate, or on submission a log-in. */
static void
check_client(struct hop *h)
{
	if (h->submission) {
		if (!judge_tls_sasl(h->r))
			found(h, RULE_UNAUTHENTICATED);
	} else if (rec_get(h->r, F_TLS_VERSION).len == 0)
		found(h, RULE_TRUST_UNKNOWN);
	else
		found(h, RULE_UNVERIFIED);
}

static void
check_encrypted(struct hop *h, bool authenticated)
{
	check_version(h);
	check_cipher(h);
	check_quantum(h);
	if (h->line->level <= LEVEL_ENCRYPT || authenticated)
		return;
	if (h->outbound)
		check_server(h);
	else
		check_client(h);
}

static void
check_plaintext(struct hop *h)
{
	enum level level = h->line->level;

	if (!h->outbound && judge_tls_sasl(h->r))
		found(h, RULE_AUTH_PLAINTEXT);
	if (level == LEVEL_DANE) {
		found(h, RULE_DANE_UNKNOWN);
		return;
	}
	if (is(h->r, F_TLS_WHY, SLICE("fallback")))
		found(h, RULE_FALLBACK);
	if (level >= LEVEL_ENCRYPT)
		found(h, h->submission ? RULE_SUBMISSION_PLAINTEXT :
		    RULE_PLAINTEXT);
}

static void
check_unknown(struct hop *h)
{
	bool sasl = !h->outbound && judge_tls_sasl(h->r);

	/* Whatever it was, it was permitted. */
	if (h->line->level == LEVEL_MAY && !h->need && !sasl)
		return;
	found(h, RULE_TLS_UNKNOWN);
}

uint64_t
judge_tls(const struct policy *p, const struct policy_line *l,
    const struct rec *r, bool outbound, bool submission)
{
	struct hop h = { .line = l, .r = r, .outbound = outbound,
		.submission = submission, .need = needs_details(l) };

	if (l->level == LEVEL_NONE)
		return 0;
	if (is(r, F_TLS, SLICE("authenticated")))
		check_encrypted(&h, true);
	else if (is(r, F_TLS, SLICE("encrypted")))
		check_encrypted(&h, false);
	else if (is(r, F_TLS, SLICE("plaintext")))
		check_plaintext(&h);
	else
		check_unknown(&h);
	for (uint64_t set = h.found; set != 0; set &= set - 1)
		if (p->severity[rule_first(set)] == SEVERITY_OFF)
			h.found &= ~BIT(rule_first(set));
	return h.found;
}
