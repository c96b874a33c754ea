#include "policy/policy.h"

#include "policy/policy_key.h"

#include "base/banned.h"

static const struct policy_line *
find_key(const struct policy *p, struct slice key)
{
	size_t lo = 0, hi = p->nby_key;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct policy_line *l = &p->line[p->by_key[mid]];
		int c = slice_cmp(key, l->key.text);

		if (c == 0)
			return l;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

const struct policy_line *
policy_find_nexthop(const struct policy *p, struct slice nexthop)
{
	const struct policy_line *l;
	unsigned char low[512];
	struct slice key;
	size_t dot;

	if (nexthop.len == 0 || nexthop.len > sizeof(low))
		return NULL;
	for (size_t i = 0; i < nexthop.len; i++)
		low[i] = ascii_tolower(nexthop.ptr[i]);
	key = slice_of(low, nexthop.len);
	l = find_key(p, key);
	if (l != NULL || slice_chr(key, '[') != SLICE_NONE ||
	    slice_chr(key, ':') != SLICE_NONE)
		return l;
	/* a.b.c: .b.c, then .c */
	while (l == NULL && key.len > 1 && (dot = slice_chr(slice_from(key, 1),
	    '.')) != SLICE_NONE) {
		key = slice_from(key, dot + 1);
		l = find_key(p, key);
	}
	return l;
}

const struct policy_line *
policy_find_peer(const struct policy *p, enum section section,
    const struct policy_peer *peer)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->line[i].section == section &&
		    policy_key_match(&p->line[i].key, peer))
			return &p->line[i];
	return NULL;
}

const struct policy_line *
policy_find_exempt(const struct policy *p, const struct policy_peer *peer,
    enum rule rule, int64_t sec)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct policy_line *l = &p->line[i];

		if (l->section == SECTION_EXEMPT && sec < l->until &&
		    (l->rule == RULE_N || l->rule == rule) &&
		    policy_key_match(&l->key, peer))
			return l;
	}
	return NULL;
}

bool
policy_is_own(const struct policy *p, struct slice name, struct slice addr)
{
	struct policy_peer peer = { .name = name, .addr = addr };

	for (size_t i = 0; i < p->nown; i++)
		if (policy_key_match(&p->own[i], &peer))
			return true;
	return false;
}

/* The host and port of a next hop, or its domain and port. */
static bool
split(struct slice key, struct slice *host, struct slice *port, bool *direct)
{
	struct slice rest = key;

	*port = SLICE("25");
	*direct = slice_take(&rest, SLICE("["));
	if (!*direct)
		return slice_rcut(key, ':', host, port);
	if (!slice_cut(rest, ']', host, &rest))
		return false;
	(void)slice_take(host, SLICE("ipv6:"));
	if (slice_take(&rest, SLICE(":")))
		*port = rest;
	return true;
}

/* A port by number, or by one of the names that mail uses. */
static bool
same_port(struct slice want, struct slice got)
{
	static const struct {
		struct slice	name, number;
	} known[] = {
#define PORT(name, number)						\
	{ { (const unsigned char *)(name), sizeof(name) - 1 },		\
	  { (const unsigned char *)(number), sizeof(number) - 1 } }
		PORT("smtp", "25"), PORT("submission", "587"),
		PORT("smtps", "465"), PORT("submissions", "465"),
		PORT("lmtp", "24")
#undef PORT
	};

	if (slice_eq(want, got) || got.len == 0)
		return true;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (slice_eq(want, known[i].name))
			return slice_eq(got, known[i].number);
	/* Another name: its number is not known here. */
	return !slice_digits(want);
}

bool
policy_maybe_nexthop(const struct policy *p, const struct policy_peer *peer,
    struct slice port)
{
	struct slice host, want;
	bool direct;

	for (size_t i = 0; i < p->n && p->has_nexthop; i++) {
		const struct policy_key *k = &p->line[i].key;

		if (p->line[i].section != SECTION_OUTBOUND ||
		    k->kind != KEY_NEXTHOP ||
		    !split(k->text, &host, &want, &direct) ||
		    !same_port(want, port))
			continue;
		/* A domain's MX hosts may have any name. */
		if (!direct || slice_eq_nocase(host, peer->name) ||
		    slice_eq_nocase(host, peer->addr))
			return true;
	}
	return false;
}
