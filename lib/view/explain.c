#include "view/explain.h"

#include "policy/finding.h"
#include "view/text.h"

static void
add(struct buf *b, const char *s)
{
	(void)buf_add(b, slice_cstr(s));
}

/* "  NAME   VALUE VALUE ..." of the keys that the record has. */
static void
row(struct buf *b, const char *name, const struct rec *r,
    const enum field *f, size_t n)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		struct slice v = rec_get(r, f[i]);

		if (v.len == 0)
			continue;
		if (!any) {
			add(b, "  ");
			add(b, name);
		}
		add(b, " ");
		text_clean(b, v, "");
		any = true;
	}
	if (any)
		add(b, "\n");
}

#define ROW(name, ...)							\
	do {								\
		static const enum field f[] = { __VA_ARGS__ };		\
		row(b, name, r, f, sizeof(f) / sizeof(*f));		\
	} while (0)

void
explain_put(struct buf *b, const struct rec *r, const struct policy_line *l)
{
	text_clean(b, rec_get(r, F_VERDICT), "");
	add(b, ": ");
	text_clean(b, rec_get(r, F_RULE), "");
	add(b, " (");
	text_clean(b, rec_get(r, F_SEVERITY), "");
	add(b, ")\n");
	ROW("message  ", F_TIME, F_TRACE);
	ROW("from     ", F_FROM);
	ROW("to       ", F_TO);
	ROW("direction", F_DIRECTION);
	ROW("client   ", F_CLIENT_NAME, F_CLIENT_ADDR, F_SASL_USER);
	ROW("relay    ", F_RELAY);
	ROW("status   ", F_STATUS);
	ROW("why      ", F_REASON);
	ROW("remedy   ", F_REMEDY);
	ROW("policy   ", F_POLICY, F_POLICY_LINE);
	if (l != NULL) {
		add(b, "            ");
		text_clean(b, l->text, "");
		add(b, "\n");
	}
	ROW("exempt   ", F_EXEMPT_LINE, F_EXPIRES);
	ROW("tls      ", F_TLS, F_TLS_PROOF, F_TLS_WHY);
	ROW("session  ", F_TLS_VERSION, F_TLS_CIPHER, F_TLS_TRUST, F_TLS_KEX,
	    F_TLS_POLICY);
	ROW("line     ", F_SRC, F_OFF, F_LEN);
	ROW("tls line ", F_TLS_SRC, F_TLS_OFF, F_TLS_LEN);
	add(b, "\n");
}

static void
match(struct buf *b, const char *what, const struct policy_line *l)
{
	unsigned char name[300];

	add(b, what);
	if (l == NULL) {
		add(b, "no line\n");
		return;
	}
	text_clean(b, finding_line(l, name, sizeof(name)), "");
	add(b, "  ");
	text_clean(b, l->text, "");
	add(b, "\n");
}

/* l, or the default of that direction. */
static const struct policy_line *
or_default(const struct policy *p, const struct policy_line *l,
    enum direction d)
{
	if (l == NULL)
		l = p->fallback[d];
	if (l == NULL && d == DIRECTION_SUBMISSION)
		l = p->fallback[DIRECTION_INBOUND];
	return l;
}

void
explain_match(struct buf *b, const struct policy *p, const struct nexthops *n,
    struct slice domain)
{
	struct slice nexthop = domain;
	struct policy_peer peer = { .name = domain, .addr = domain };
	const struct policy_line *in = policy_find_peer(p, SECTION_INBOUND,
	    &peer);

	if (!nexthop_find(n, domain, &nexthop) && p->has_nexthop)
		add(b, "next hop    not known: lines of next hops are passed "
		    "over; see --nexthop, --main-cf\n");
	match(b, "outbound    ", or_default(p, policy_find_nexthop(p, nexthop),
	    DIRECTION_OUTBOUND));
	match(b, "inbound     ", or_default(p, in, DIRECTION_INBOUND));
	match(b, "submission  ", or_default(p, in, DIRECTION_SUBMISSION));
	if (policy_is_own(p, domain, domain)) {
		match(b, "internal    ", or_default(p, policy_find_peer(p,
		    SECTION_INTERNAL, &peer), DIRECTION_INTERNAL));
	}
	for (size_t i = 0; i < p->n; i++) {
		struct policy_line *l = &p->line[i];
		struct policy_peer both = { .name = domain, .addr = domain,
			.domain = domain };

		if (l->section == SECTION_EXEMPT && policy_find_exempt(p,
		    &both, l->rule, INT64_MIN) == l)
			match(b, "exempt      ", l);
	}
}
