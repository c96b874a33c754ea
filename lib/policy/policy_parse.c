#include "policy/policy_state.h"

#include <stdlib.h>

#include "base/mem.h"
#include "fmt/tableline.h"
#include "policy/builtin.h"

#include "base/banned.h"

#define W(lit)	{ (const unsigned char *)(lit), sizeof(lit) - 1 }
#define MEM_MAX	((size_t)64 * 1024 * 1024)

static const struct slice section_word[SECTION_N] = { W("outbound"),
	W("policy"), W("inbound"), W("internal"), W("default"), W("own"),
	W("exempt"), W("limits"), W("rules") };

static void
mistake_at(struct policy_state *x, uint32_t line, const char *what)
{
	if (what == NULL)
		return;
	if (x->mistakes++ < POLICY_MISTAKES)
		x->bad(x->arg, x->file, line, what);
}

void
policy_mistake(struct policy_state *x, const char *what)
{
	mistake_at(x, x->line, what);
}

/* [SECTION] alone; false if the line is none. */
static bool
section_line(struct policy_state *x, struct slice line)
{
	struct slice s = line;

	if (!slice_take(&s, SLICE("[")) || !slice_ends(s, SLICE("]")) ||
	    slice_chr(s, ' ') != SLICE_NONE || slice_chr(s, '\t') != SLICE_NONE)
		return false;
	s.len--;
	for (size_t i = 0; i < SECTION_N; i++)
		if (slice_eq(s, section_word[i])) {
			x->section = (enum section)i;
			return true;
		}
	policy_mistake(x, "no such section, or a next hop without level");
	return true;
}

/* All lines of a file; the text of each is copied for good. */
static void
parse_file(struct policy_state *x, struct slice text, struct slice file)
{
	struct tableline t;
	struct slice line;
	struct buf buf;
	struct err e;
	enum rc rc;

	x->file = arena_dup(&x->p->mem, file);
	x->section = SECTION_OUTBOUND;
	buf_init(&buf, 1 << 16);
	tableline_init(&t, text, &buf);
	while ((rc = tableline_next(&t, &line, &e)) != RC_END) {
		x->line = t.line;
		line = arena_dup(&x->p->mem, line);
		if (rc != RC_OK)
			policy_mistake(x, e.what);
		else if (t.orphan)
			policy_mistake(x, "the first line begins with a blank: a line "
			    "before it is missing");
		else if (line.ptr == NULL)
			policy_mistake(x, "the policy is too large");
		else
			(void)(section_line(x, line) ||
			    (policy_section_line(x, line), true));
	}
	buf_free(&buf);
}

struct sorted {
	struct slice	key;
	uint32_t	i;
};

static int
by_key(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;
	int c = slice_cmp(x->key, y->key);

	return c != 0 ? c : x->i < y->i ? -1 : x->i > y->i;
}

/* Sort the outbound lines; of equal keys the file's own line stays. */
static void
index_lines(struct policy_state *x)
{
	struct policy *p = x->p;
	struct sorted *s = mem_alloc(p->n + 1, sizeof(*s));
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		if (p->line[i].section == SECTION_OUTBOUND)
			s[n++] = (struct sorted){ p->line[i].key.text,
			    (uint32_t)i };
	qsort(s, n, sizeof(*s), by_key);
	p->by_key = mem_alloc(n + 1, sizeof(*p->by_key));
	for (size_t i = 0; i < n; i++) {
		struct policy_line *l = &p->line[s[i].i];

		if (i == 0 || !slice_eq(s[i].key, s[i - 1].key)) {
			p->by_key[p->nby_key++] = s[i].i;
			continue;
		}
		l->hidden = true;
		if (slice_eq(l->file, p->line[p->by_key[p->nby_key - 1]].file)) {
			x->file = l->file;
			mistake_at(x, l->line, "the same key twice");
		}
	}
	mem_free(s);
}

static void
include(struct policy_state *x)
{
	const struct builtin *b = builtin_find(x->include);

	if (x->include.len == 0)
		return;
	x->included = true;
	parse_file(x, b->text, b->name);
}

/* What must hold for the whole. */
static void
check_whole(struct policy_state *x, struct slice file)
{
	const struct policy *p = x->p;
	bool any = p->n > 0;

	for (size_t i = 0; i < DIRECTION_N; i++)
		any = any || p->fallback[i] != NULL;
	x->file = file;
	if (!any && x->mistakes == 0)
		mistake_at(x, 0, "it asks for nothing: no line with a level");
	if (x->internal_line != 0 && !p->has_own)
		mistake_at(x, x->internal_line, "[internal] without [own]: "
		    "which hosts are ours is not known");
	if (x->mistakes > POLICY_MISTAKES)
		x->bad(x->arg, file, 0, "and more mistakes");
}

bool
policy_parse(struct policy *p, struct slice text, struct slice file,
    policy_bad_fn *bad, void *arg)
{
	struct policy_state x = { .p = p, .bad = bad, .arg = arg };

	*p = (struct policy){ .tls_seen = 1 };
	arena_init(&p->mem, MEM_MAX);
	for (size_t i = 0; i < RULE_N; i++)
		p->severity[i] = rule_info[i].severity;
	p->name = arena_dup(&p->mem, file);
	if (text.len > POLICY_MAX) {
		x.file = p->name;
		mistake_at(&x, 0, "too large");
		return false;
	}
	parse_file(&x, text, file);
	include(&x);
	index_lines(&x);
	check_whole(&x, p->name);
	return x.mistakes == 0;
}

void
policy_free(struct policy *p)
{
	arena_free(&p->mem);
	mem_free(p->line);
	mem_free(p->by_key);
	mem_free(p->own);
	*p = (struct policy){ .line = NULL };
}

bool
policy_limit(struct slice s, uint64_t *n, bool *percent)
{
	*percent = slice_ends(s, SLICE("%"));
	if (*percent)
		s.len--;
	return slice_u64(s, *percent ? 100 : UINT64_C(1000000000000), n);
}
