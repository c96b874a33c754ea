#include "policy/policy_state.h"

#include "base/caltime.h"
#include "base/mem.h"
#include "fmt/tableline.h"
#include "policy/builtin.h"
#include "policy/policy_attr.h"
#include "policy/policy_key.h"

#include "base/banned.h"

#define W(lit)	{ (const unsigned char *)(lit), sizeof(lit) - 1 }
#define DAY	INT64_C(86400)

const struct slice direction_word[DIRECTION_N] = { W("outbound"),
	W("inbound"), W("submission"), W("internal"), W("unknown") };

/* The line as it is shown: blanks folded. */
static struct slice
folded(struct policy_state *x, struct slice s)
{
	unsigned char *d = arena_alloc(&x->p->mem, s.len + 1);
	size_t n = 0;

	if (d == NULL)
		return slice_of(NULL, 0);
	while (s.len > 0) {
		struct slice w = tableline_word(&s, false);

		if (w.len == 0)
			break;
		if (n > 0)
			d[n++] = ' ';
		memcpy(d + n, w.ptr, w.len);
		n += w.len;
	}
	return slice_of(d, n);
}

/* Room for one more line; NULL with a mistake told. */
static struct policy_line *
add_line(struct policy_state *x)
{
	struct policy *p = x->p;
	size_t n;

	if (p->n == POLICY_LINES) {
		policy_mistake(x, "too many lines");
		return NULL;
	}
	if (p->n == x->cap) {
		n = x->cap == 0 ? 64 : x->cap * 2;
		p->line = mem_grow(p->line, x->cap, n, sizeof(*p->line));
		x->cap = n;
	}
	return &p->line[p->n];
}

static struct policy_key *
add_own(struct policy_state *x)
{
	struct policy *p = x->p;
	size_t n;

	if (p->nown == POLICY_LINES) {
		policy_mistake(x, "too many hosts");
		return NULL;
	}
	if (p->nown == x->own_cap) {
		n = x->own_cap == 0 ? 16 : x->own_cap * 2;
		p->own = mem_grow(p->own, x->own_cap, n, sizeof(*p->own));
		x->own_cap = n;
	}
	return &p->own[p->nown];
}

/* until=YYYY-MM-DD, the last day. */
static const char *
parse_until(struct policy_line *l, struct slice v)
{
	struct caltime c = { .hour = 0 };
	uint64_t y, m, d;

	if (v.len != 10 || v.ptr[4] != '-' || v.ptr[7] != '-' ||
	    !slice_u64(slice_sub(v, 0, 4), 9999, &y) ||
	    !slice_u64(slice_sub(v, 5, 2), 12, &m) ||
	    !slice_u64(slice_sub(v, 8, 2), 31, &d))
		return "bad date: use until=YYYY-MM-DD";
	c.year = (int)y;
	c.mon = (int)m;
	c.day = (int)d;
	if (!caltime_sec(&c, &l->until))
		return "there is no such day";
	l->until += DAY;
	l->until_text = v;
	return NULL;
}

static const char *
parse_exempt(struct policy_line *l, struct slice s)
{
	struct slice name, v, rest;
	const char *bad;

	l->rule = RULE_N;
	for (;;) {
		s = tableline_trim(s);
		rest = s;
		if (slice_take(&rest, SLICE("reason="))) {
			l->reason = tableline_trim(rest);
			break;
		}
		if (!policy_attr_next(&s, &name, &v, &bad)) {
			if (bad != NULL)
				return bad;
			break;
		}
		if (slice_eq(name, SLICE("until"))) {
			if ((bad = parse_until(l, v)) != NULL)
				return bad;
		} else if (slice_eq(name, SLICE("rule"))) {
			l->rule = rule_find(v);
			if (l->rule == RULE_N)
				return "rule= names no rule";
			if (rule_info[l->rule].kind != RULE_IS_VIOLATION &&
			    rule_info[l->rule].kind != RULE_IS_PEER &&
			    rule_info[l->rule].kind != RULE_IS_ATTEMPT &&
			    rule_info[l->rule].kind != RULE_IS_DOUBT)
				return "from that rule nothing can be exempt";
		} else
			return "unknown attribute of an exemption: use until=, "
			    "rule= and, last, reason=";
	}
	if (l->until_text.len == 0)
		return "an exemption needs an end: until=YYYY-MM-DD";
	return l->reason.len > 0 ? NULL :
	    "an exemption needs a reason: reason=TEXT, last in the line";
}

/* A line with a key, of any of the four sections that have them. */
static void
keyed(struct policy_state *x, struct slice key, struct slice rest, struct slice whole)
{
	struct policy_line *l = add_line(x);
	unsigned int allow = x->section == SECTION_OUTBOUND ? KEY_OUTBOUND :
	    KEY_PEER;
	const char *bad;

	if (l == NULL)
		return;
	*l = (struct policy_line){ .section = x->section, .file = x->file,
		.line = x->line, .rule = RULE_N };
	bad = policy_key_parse(&l->key, key, allow, &x->p->mem);
	if (bad == NULL)
		bad = x->section == SECTION_EXEMPT ? parse_exempt(l, rest) :
		    policy_attr_parse(l, rest, x->section != SECTION_OUTBOUND);
	l->text = folded(x, whole);
	if (bad != NULL) {
		policy_mistake(x, bad);
		return;
	}
	if (x->section == SECTION_INTERNAL && !x->included &&
	    x->internal_line == 0)
		x->internal_line = x->line;
	if (l->key.kind == KEY_NEXTHOP)
		x->p->has_nexthop = true;
	x->p->n++;
}

static void
default_line(struct policy_state *x, struct slice word, struct slice rest,
    struct slice whole)
{
	struct policy_line *l;
	const char *bad;
	size_t d;

	for (d = 0; d < DIRECTION_UNKNOWN; d++)
		if (slice_eq(word, direction_word[d]))
			break;
	if (d == DIRECTION_UNKNOWN) {
		policy_mistake(x, "no direction: use outbound, inbound, submission "
		    "or internal");
		return;
	}
	l = arena_alloc(&x->p->mem, sizeof(*l));
	if (l == NULL) {
		policy_mistake(x, "the policy is too large");
		return;
	}
	*l = (struct policy_line){ .section = SECTION_DEFAULT,
		.file = x->file, .line = x->line };
	bad = policy_attr_parse(l, rest, d != DIRECTION_OUTBOUND &&
	    d != DIRECTION_INTERNAL);
	l->text = folded(x, whole);
	if (bad != NULL)
		policy_mistake(x, bad);
	else if (x->p->fallback[d] == NULL)
		x->p->fallback[d] = l;
	else if (!x->included)
		policy_mistake(x, "the same default twice");
}

/* Hosts, networks, or domains and what is under them. */
static const char *
own_word(struct policy_state *x, struct slice w, unsigned int allow, bool domain)
{
	struct policy_key *k = add_own(x);
	unsigned char *dot;
	const char *bad;

	if (k == NULL)
		return NULL;
	bad = policy_key_parse(k, w, allow, &x->p->mem);
	if (bad != NULL)
		return bad;
	x->p->nown++;
	if (!domain)
		return NULL;
	k = add_own(x);
	dot = arena_alloc(&x->p->mem, w.len + 1);
	if (k == NULL || dot == NULL)
		return NULL;
	dot[0] = '.';
	memcpy(dot + 1, w.ptr, w.len);
	bad = policy_key_parse(k, slice_of(dot, w.len + 1),
	    KEY_ALLOW(KEY_PARENT), &x->p->mem);
	x->p->nown += bad == NULL;
	return bad;
}

static void
own_line(struct policy_state *x, struct slice word, struct slice rest)
{
	bool domain = slice_eq(word, SLICE("domain"));
	unsigned int allow = KEY_ALLOW(KEY_NAME);
	struct slice w;

	if (slice_eq(word, SLICE("network")))
		allow = KEY_ALLOW(KEY_NET);
	else if (!domain && !slice_eq(word, SLICE("host"))) {
		policy_mistake(x, "use host, domain or network");
		return;
	}
	w = tableline_word(&rest, true);
	do {
		const char *bad = own_word(x, w, allow, domain);

		if (bad != NULL) {
			policy_mistake(x, bad);
			return;
		}
		w = tableline_word(&rest, true);
	} while (w.len > 0);
	x->p->has_own = true;
}

static void
limits_line(struct policy_state *x, struct slice word, struct slice rest)
{
	struct slice v = tableline_word(&rest, false);
	struct policy *p = x->p;

	if (tableline_trim(rest).len > 0)
		policy_mistake(x, "one value, not more");
	else if (slice_eq(word, SLICE("unknown"))) {
		if (x->has_unknown && x->included)
			return;
		if (!policy_limit(v, &p->unknown, &p->percent))
			policy_mistake(x, "unknown: a number, or a number and %");
		x->has_unknown = true;
	} else if (slice_eq(word, SLICE("loopback"))) {
		if (x->has_loopback && x->included)
			return;
		p->loopback = slice_eq(v, SLICE("judge"));
		if (!p->loopback && !slice_eq(v, SLICE("ignore")))
			policy_mistake(x, "loopback: use judge or ignore");
		x->has_loopback = true;
	} else if (slice_eq(word, SLICE("tls-seen"))) {
		if (x->has_seen && x->included)
			return;
		if (!slice_u64(v, 1000000, &p->tls_seen) || p->tls_seen == 0)
			policy_mistake(x, "tls-seen: a number from 1 to 1000000");
		x->has_seen = true;
	} else
		policy_mistake(x, "unknown limit: use unknown, loopback or tls-seen");
}

static void
rules_line(struct policy_state *x, struct slice word, struct slice rest)
{
	enum rule r = rule_find(word);
	enum severity s = severity_find(tableline_word(&rest, false));

	if (r == RULE_N)
		policy_mistake(x, "no such rule: see mxtls(1)");
	else if (s == SEVERITY_N || tableline_trim(rest).len > 0)
		policy_mistake(x, "no severity: use off, info, low, medium, high or "
		    "critical");
	else if (rule_info[r].kind == RULE_IS_DOUBT ||
	    rule_info[r].kind == RULE_IS_OUTSIDE ||
	    rule_info[r].kind == RULE_IS_MET)
		policy_mistake(x, "that rule cannot be changed: what is unknown stays "
		    "unknown");
	else if (!x->set[r]) {
		x->p->severity[r] = s;
		x->set[r] = true;
	} else if (!x->included)
		policy_mistake(x, "the same rule twice");
}

static void
policy_section(struct policy_state *x, struct slice word, struct slice rest)
{
	rest = tableline_trim(rest);
	if (rest.len == 0)
		policy_mistake(x, "a value is missing");
	else if (slice_eq(word, SLICE("name"))) {
		if (!x->included)
			x->p->name = folded(x, rest);
	} else if (!slice_eq(word, SLICE("include")))
		policy_mistake(x, "use name or include");
	else if (x->included || x->include.len > 0)
		policy_mistake(x, "one policy may be included, not more");
	else if (builtin_find(rest) == NULL)
		policy_mistake(x, "include: no such built-in policy");
	else {
		x->include = rest;
		x->include_line = x->line;
	}
}

void
policy_section_line(struct policy_state *x, struct slice line)
{
	struct slice rest, word;

	rest = line;
	word = tableline_word(&rest, false);
	/* A key may stand in quotes, as in Postfix's tables. */
	if (word.len > 1 && word.ptr[0] == '"' &&
	    word.ptr[word.len - 1] == '"')
		word = slice_sub(word, 1, word.len - 2);
	switch (x->section) {
	case SECTION_POLICY:
		policy_section(x, word, rest);
		break;
	case SECTION_DEFAULT:
		default_line(x, word, rest, line);
		break;
	case SECTION_OWN:
		own_line(x, word, rest);
		break;
	case SECTION_LIMITS:
		limits_line(x, word, rest);
		break;
	case SECTION_RULES:
		rules_line(x, word, rest);
		break;
	default:
		keyed(x, word, rest, line);
	}
}

