#include "view/tallytext.h"

#include "policy/finding.h"
#include "rec/rec.h"
#include "view/text.h"

static void
add(struct buf *b, const char *s)
{
	(void)buf_add(b, slice_cstr(s));
}

static void
add_count(struct buf *b, uint64_t n, const char *what)
{
	(void)buf_addu(b, n);
	add(b, what);
}

/* Violations that are about peers or attempts, not hops. */
static void
put_about(struct buf *b, const struct tally *t, enum rule r, const char *one,
    const char *more)
{
	uint64_t n = t->about[r].n[VERDICT_VIOLATION];

	if (n == 0)
		return;
	add(b, "; ");
	add_count(b, n, n == 1 ? one : more);
}

void
tallytext_line(struct buf *b, const struct tally *t)
{
	add_count(b, t->hops, t->hops == 1 ? " hop judged: " :
	    " hops judged: ");
	add_count(b, t->n[VERDICT_COMPLIANT], " compliant");
	if (t->permitted > 0) {
		add(b, " (");
		add_count(b, t->permitted, " of them in plaintext, which the "
		    "policy permits)");
	}
	add(b, ", ");
	add_count(b, t->n[VERDICT_VIOLATION], " violation, ");
	add_count(b, t->n[VERDICT_UNKNOWN], " unknown, ");
	add_count(b, t->n[VERDICT_EXEMPT], " exempt; ");
	add_count(b, t->n[VERDICT_NOT_APPLICABLE], " not applicable");
	put_about(b, t, RULE_TLS_LOST, " peer lost TLS", " peers lost TLS");
	put_about(b, t, RULE_TRUST_CHANGED, " peer lost trust",
	    " peers lost trust");
	put_about(b, t, RULE_MANDATORY_FAILED, " attempt lacked TLS",
	    " attempts lacked TLS");
	put_about(b, t, RULE_HANDSHAKE_FAILED, " handshake failed",
	    " handshakes failed");
}

/* A number in a column of ten. */
static void
column(struct buf *b, uint64_t n)
{
	struct buf x;

	buf_init(&x, 32);
	(void)buf_addu(&x, n);
	for (size_t i = x.len; i < 10; i++)
		(void)buf_addc(b, ' ');
	(void)buf_add(b, buf_slice(&x));
	add(b, "  ");
	buf_free(&x);
}

static void
put_line_name(struct buf *b, const struct policy_line *l)
{
	unsigned char name[300];

	text_clean(b, finding_line(l, name, sizeof(name)), "");
	add(b, " ");
	text_clean(b, l->text, "");
}

static void
put_offender(struct buf *b, const struct offender *o)
{
	add(b, "              ");
	text_clean(b, o->time, "");
	add(b, " ");
	text_clean(b, o->trace, "");
	if (o->to.len > 0) {
		add(b, " to ");
		text_clean(b, o->to, "");
	}
	add(b, " peer ");
	text_clean(b, o->peer, "");
	add(b, ": ");
	(void)buf_add(b, rule_info[o->rule].name);
	add(b, "\n");
}

static void
put_told(struct buf *b, const struct tally_line *l)
{
	for (size_t i = 0; i < l->ntold; i++)
		put_offender(b, &l->told[i]);
}

static void
put_policy_line(struct buf *b, const struct tally *t,
    const struct policy_line *l)
{
	const struct tally_line *c;
	uint64_t n = 0;

	if (l == NULL || l->hidden || l->section == SECTION_EXEMPT)
		return;
	c = tally_of(t, l);
	for (size_t v = 0; v < VERDICT_N; v++)
		n += c->n[v];
	if (n == 0)
		return;
	column(b, n);
	put_line_name(b, l);
	add(b, ": ");
	add_count(b, c->n[VERDICT_COMPLIANT], " compliant, ");
	add_count(b, c->n[VERDICT_VIOLATION], " violation, ");
	add_count(b, c->n[VERDICT_UNKNOWN], " unknown, ");
	add_count(b, c->n[VERDICT_EXEMPT], " exempt\n");
	put_told(b, c);
}

void
tallytext_put(struct buf *b, const struct tally *t)
{
	const struct policy *p = t->policy;

	add(b, "policy ");
	text_clean(b, p->name, "");
	add(b, "\n");
	tallytext_line(b, t);
	add(b, "\n\nrules\n");
	for (size_t i = 0; i < RULE_N; i++) {
		const struct rule_info *r = &rule_info[i];

		if (t->rule[i] == 0)
			continue;
		column(b, t->rule[i]);
		(void)buf_add(b, r->name);
		if (r->kind == RULE_IS_VIOLATION || r->kind == RULE_IS_PEER ||
		    r->kind == RULE_IS_ATTEMPT) {
			add(b, " (");
			(void)buf_add(b, severity_word[p->severity[i]]);
			add(b, ")");
		}
		add(b, ": ");
		(void)buf_add(b, r->why);
		add(b, "\n");
		put_told(b, &t->about[i]);
	}
	add(b, "\nlines of the policy, and the first that break them\n");
	for (size_t i = 0; i < p->n; i++)
		put_policy_line(b, t, &p->line[i]);
	for (size_t i = 0; i < DIRECTION_N; i++)
		put_policy_line(b, t, p->fallback[i]);
}

static void
yaml(struct buf *b, const char *key, struct slice v)
{
	if (v.len == 0)
		return;
	add(b, key);
	add(b, ": \"");
	(void)rec_json_escape(b, v);
	add(b, "\"\n");
}

static void
yaml_told(struct buf *b, const struct tally_line *l)
{
	if (l->ntold > 0)
		add(b, "  offenders:\n");
	for (size_t i = 0; i < l->ntold; i++) {
		const struct offender *o = &l->told[i];

		yaml(b, "    - rule", rule_info[o->rule].name);
		yaml(b, "      time", o->time);
		yaml(b, "      trace", o->trace);
		yaml(b, "      to", o->to);
		yaml(b, "      peer", o->peer);
		yaml(b, "      why", o->why);
		yaml(b, "      src", o->src);
		yaml(b, "      off", o->off);
	}
}

static void
yaml_counts(struct buf *b, const struct tally_line *l)
{
	add(b, "  ---\n");
	for (size_t v = 0; v < VERDICT_NOT_APPLICABLE; v++) {
		add(b, "  ");
		(void)buf_add(b, verdict_word[v]);
		add(b, ": ");
		(void)buf_addu(b, l->n[v]);
		add(b, "\n");
	}
	yaml_told(b, l);
	add(b, "  ...\n");
}

/* "#" begins a directive, a backslash escapes. */
void
tallytext_tap_text(struct buf *b, struct slice s)
{
	struct buf x;

	buf_init(&x, 1 << 20);
	text_clean(&x, s, "");
	for (size_t i = 0; i < x.len; i++) {
		if (x.ptr[i] == '#' || x.ptr[i] == '\\')
			(void)buf_addc(b, '\\');
		(void)buf_addc(b, x.ptr[i]);
	}
	buf_free(&x);
}

static void
tap_result(struct buf *b, bool ok, uint64_t number)
{
	add(b, ok ? "ok " : "not ok ");
	(void)buf_addu(b, number);
	add(b, " - ");
}

static void
tap_line(struct buf *b, const struct tally *t, const struct policy_line *l,
    bool over, uint64_t *number)
{
	const struct tally_line *c;
	unsigned char name[300];
	uint64_t n = 0;
	bool ok;

	if (l == NULL || l->hidden || l->section == SECTION_EXEMPT)
		return;
	c = tally_of(t, l);
	for (size_t v = 0; v < VERDICT_N; v++)
		n += c->n[v];
	ok = c->n[VERDICT_VIOLATION] == 0 &&
	    (c->n[VERDICT_UNKNOWN] == 0 || !over);
	tap_result(b, ok, ++*number);
	tallytext_tap_text(b, finding_line(l, name, sizeof(name)));
	add(b, " ");
	tallytext_tap_text(b, l->text);
	if (n == 0) {
		add(b, " # SKIP no hop\n");
		return;
	}
	add(b, ": ");
	add_count(b, c->n[VERDICT_COMPLIANT], " of ");
	add_count(b, n, n == 1 ? " hop compliant\n" : " hops compliant\n");
	yaml_counts(b, c);
}

static void
tap_rule(struct buf *b, const struct tally *t, enum rule r, const char *one,
    const char *more, uint64_t *number)
{
	const struct tally_line *c = &t->about[r];

	if (t->policy->severity[r] == SEVERITY_OFF)
		return;
	tap_result(b, c->n[VERDICT_VIOLATION] == 0, ++*number);
	(void)buf_add(b, rule_info[r].name);
	add(b, ": ");
	add_count(b, t->rule[r], t->rule[r] == 1 ? one : more);
	add(b, "\n");
	if (t->rule[r] > 0)
		yaml_counts(b, c);
}

void
tallytext_tap_head(struct buf *b, const struct tally *t)
{
	add(b, "TAP version 14\n# policy ");
	tallytext_tap_text(b, t->policy->name);
	add(b, "\n# ");
	tallytext_line(b, t);
	add(b, "\n");
}

void
tallytext_tap_tests(struct buf *b, const struct tally *t, uint64_t *number)
{
	const struct policy *p = t->policy;
	bool over = tally_over_limit(t);

	for (size_t i = 0; i < p->n; i++)
		tap_line(b, t, &p->line[i], over, number);
	for (size_t i = 0; i < DIRECTION_N; i++)
		tap_line(b, t, p->fallback[i], over, number);
	tap_rule(b, t, RULE_TLS_LOST, " peer", " peers", number);
	tap_rule(b, t, RULE_TRUST_CHANGED, " peer", " peers", number);
	tap_rule(b, t, RULE_MANDATORY_FAILED, " attempt", " attempts",
	    number);
	tap_rule(b, t, RULE_HANDSHAKE_FAILED, " attempt", " attempts",
	    number);
	tap_result(b, !over, ++*number);
	add_count(b, t->n[VERDICT_UNKNOWN], " unknown of ");
	add_count(b, t->hops, " hops, the policy allows ");
	add_count(b, p->unknown, p->percent ? " percent\n" : "\n");
}

void
tallytext_tap(struct buf *b, const struct tally *t)
{
	uint64_t number = 0;

	tallytext_tap_head(b, t);
	tallytext_tap_tests(b, t, &number);
	add(b, "1..");
	(void)buf_addu(b, number);
	add(b, "\n");
}
