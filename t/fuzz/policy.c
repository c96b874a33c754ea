/*
 * policy - a policy file, a line of NULs, a record: what is parsed can be
 * looked up and applied; a mistake has a line that is there; a plaintext hop
 * never complies where a line asks for encryption
 */
#include "policy/policy.h"

#include "policy/finding.h"
#include "policy/judge.h"
#include "rec/rec.h"
#include "must.h"

#define LIMIT	((size_t)16 * 1024 * 1024)

struct mistakes {
	size_t	lines;
	size_t	n;
};

static void
bad(void *arg, struct slice file, uint32_t line, const char *text)
{
	struct mistakes *m = arg;

	must(file.len > 0 && text != NULL && line <= m->lines);
	m->n++;
}

/* Each line is found again by its own key. */
static void
look_up(const struct policy *p)
{
	for (size_t i = 0; i < p->nby_key; i++) {
		const struct policy_line *l = &p->line[p->by_key[i]];

		must(policy_find_nexthop(p, l->key.text) == l);
		must(l->level < LEVEL_N && l->protocols != 0);
	}
	for (size_t i = 0; i < p->n; i++)
		must(p->line[i].key.text.len > 0 && p->line[i].line > 0);
}

static void
apply(const struct policy *p, const struct rec *r)
{
	struct judgement j;
	struct finding x;
	struct nexthops n;
	struct rec out;

	nexthop_init(&n);
	if (judge(p, &n, r, judge_time(r), &j)) {
		must(j.verdict < VERDICT_N && j.rule < RULE_N);
		must(j.verdict != VERDICT_COMPLIANT || !j.plaintext ||
		    j.line->level < LEVEL_ENCRYPT ||
		    p->severity[RULE_PLAINTEXT] <= SEVERITY_INFO ||
		    p->severity[RULE_SUBMISSION_PLAINTEXT] <= SEVERITY_INFO);
		finding_put(&x, p, &j, j.rule, r, &out);
		must(rec_has(&out, F_ID) && rec_has(&out, F_VERDICT));
	}
	nexthop_free(&n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct slice s = slice_of(data, len), text, line;
	struct mistakes m = { 1, 0 };
	struct policy p;
	struct buf scratch;
	struct rec r;
	struct err e;

	if (len == 0 || !slice_cut(s, '\0', &text, &line)) {
		text = s;
		line = SLICE("{\"type\":\"delivery\",\"status\":\"sent\","
		    "\"to\":\"a@example.org\",\"relay_addr\":\"192.0.2.1\","
		    "\"tls\":\"plaintext\"}");
	}
	for (size_t i = 0; i < text.len; i++)
		m.lines += text.ptr[i] == '\n';
	/* Mistakes in an included policy would have other lines. */
	m.lines = m.lines < 200 ? 200 : m.lines;
	must(policy_parse(&p, text, SLICE("file"), bad, &m) == (m.n == 0));
	if (m.n == 0)
		look_up(&p);
	buf_init(&scratch, LIMIT);
	(void)rec_parse_json(&r, line, &scratch, &e);
	if (m.n == 0)
		apply(&p, &r);
	buf_free(&scratch);
	policy_free(&p);
	return 0;
}
