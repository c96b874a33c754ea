#include "policy/policy_key.h"

#include "base/banned.h"

/* A host or domain name; Postfix takes underscores and UTF-8, too. */
static bool
is_name(struct slice s)
{
	unsigned char last = '.';

	if (s.len == 0 || s.len > 255)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = s.ptr[i];

		if (c == '.' && last == '.')
			return false;
		if (!ascii_alnum(c) && c != '-' && c != '_' && c != '.' &&
		    c < 0x80)
			return false;
		last = c;
	}
	return last != '.';
}

static bool
is_port(struct slice s)
{
	uint64_t port;

	if (slice_u64(s, 65535, &port))
		return port > 0;
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_alnum(s.ptr[i]) && s.ptr[i] != '-')
			return false;
	return s.len > 0 && !slice_digits(s);
}

/* [host], [host]:port, domain:port */
static bool
is_nexthop(struct slice s)
{
	struct slice host, port = SLICE("25"), rest = s;
	struct filter_addr addr;

	if (slice_take(&rest, SLICE("["))) {
		if (!slice_cut(rest, ']', &host, &rest))
			return false;
		if (rest.len > 0 && !slice_take(&rest, SLICE(":")))
			return false;
		if (s.ptr[s.len - 1] != ']')
			port = rest;
		(void)slice_take(&host, SLICE("ipv6:"));
		return (is_name(host) || filter_addr_parse(host, &addr)) &&
		    is_port(port);
	}
	return slice_rcut(s, ':', &host, &port) && is_name(host) &&
	    is_port(port);
}

/* ADDRESS or NETWORK/BITS; NULL, or what is wrong with it. */
static const char *
parse_net(struct policy_key *k)
{
	struct slice addr = k->text, bits;
	bool net = slice_cut(k->text, '/', &addr, &bits);
	uint64_t n;

	if (!filter_addr_parse(addr, &k->addr))
		return "not an address or network";
	k->prefix = k->addr.bits;
	if (!net)
		return NULL;
	if (!slice_u64(bits, k->addr.bits, &n))
		return "bad length of a network";
	k->prefix = (unsigned int)n;
	for (unsigned int i = k->prefix; i < k->addr.bits; i++)
		if ((k->addr.bytes[i / 8] >> (7 - i % 8) & 1) != 0)
			return "the network has bits behind its length";
	return NULL;
}

static bool
looks_like_address(struct slice s)
{
	struct filter_addr addr;

	return slice_chr(s, '/') != SLICE_NONE || filter_addr_parse(s, &addr);
}

static const char *
parse(struct policy_key *k)
{
	struct slice s = k->text;

	if (slice_chr(s, '@') != SLICE_NONE)
		return "a mail address: the key is the domain alone";
	if (slice_take(&k->text, SLICE("service:"))) {
		k->kind = KEY_SERVICE;
		return k->text.len > 0 ? NULL : "a service without name";
	}
	if (slice_take(&k->text, SLICE("instance:"))) {
		k->kind = KEY_INSTANCE;
		return k->text.len > 0 ? NULL : "an instance without name";
	}
	if (looks_like_address(s)) {
		k->kind = KEY_NET;
		return parse_net(k);
	}
	if (s.ptr[0] == '[' || slice_chr(s, ':') != SLICE_NONE) {
		k->kind = KEY_NEXTHOP;
		return is_nexthop(s) ? NULL : "not a next hop: use [host], "
		    "[host]:port or domain:port";
	}
	k->kind = slice_take(&s, SLICE(".")) ? KEY_PARENT : KEY_NAME;
	return is_name(s) ? NULL : "not a domain";
}

const char *
policy_key_parse(struct policy_key *k, struct slice s, unsigned int allow,
    struct arena *mem)
{
	unsigned char *low;
	const char *bad;

	*k = (struct policy_key){ .kind = KEY_NAME };
	if (s.len == 0)
		return "no key";
	low = arena_alloc(mem, s.len);
	if (low == NULL)
		return "the policy is too large";
	for (size_t i = 0; i < s.len; i++)
		low[i] = ascii_tolower(s.ptr[i]);
	k->text = slice_of(low, s.len);
	bad = parse(k);
	if (bad == NULL && (allow & KEY_ALLOW(k->kind)) == 0)
		return k->kind == KEY_NEXTHOP ? "a next hop means nothing in "
		    "this section" : k->kind == KEY_NET ?
		    "an address is no key here: as a next hop it stands in "
		    "brackets" : "such a key means nothing in this section";
	return bad;
}

bool
policy_key_domain(const struct policy_key *k, struct slice s)
{
	if (k->kind == KEY_NAME)
		return slice_eq_nocase(s, k->text);
	return k->kind == KEY_PARENT && slice_ends_nocase(s, k->text) &&
	    s.len > k->text.len;
}

bool
policy_key_match(const struct policy_key *k, const struct policy_peer *p)
{
	struct filter_addr addr;

	switch (k->kind) {
	case KEY_NAME:
	case KEY_PARENT:
		return policy_key_domain(k, p->name) ||
		    policy_key_domain(k, p->domain);
	case KEY_NET:
		return filter_addr_parse(p->addr, &addr) &&
		    filter_addr_in(&addr, &k->addr, k->prefix);
	case KEY_SERVICE:
		return slice_eq_nocase(p->service, k->text);
	case KEY_INSTANCE:
		return slice_eq_nocase(p->instance, k->text);
	default:
		return false;
	}
}
