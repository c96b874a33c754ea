#define PCRE2_CODE_UNIT_WIDTH 8

#include "fmt/prefix.h"

#include <pcre2.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/mem.h"
#include "fmt/syslog.h"

#include "base/banned.h"

#define MATCH_LIMIT	100000
#define DEPTH_LIMIT	1000
#define HEAP_LIMIT	1024	/* KiB */
#define PID_DIGITS	10

enum group {
	G_STAMP,
	G_HOST,
	G_TAG,
	G_PROGRAM,
	G_PID,
	G_TEXT,
	G_N
};

static const char *const group_name[G_N] =
    { "stamp", "host", "tag", "program", "pid", "text" };

struct prefix {
	pcre2_code		*code;
	pcre2_match_context	*limits;
	uint32_t		 group[G_N];	/* 0: not in the pattern */
	/* Lent to one caller at a time; another makes its own. */
	_Atomic(pcre2_match_data *) spare;
};

static bool
wrong(char *what, size_t cap, size_t *pos, size_t at, const char *text)
{
	if (cap > 0)
		(void)snprintf(what, cap, "%s", text);
	*pos = at;
	return false;
}

static bool
compile(struct prefix *p, struct slice pattern, char *what, size_t cap,
    size_t *pos)
{
	PCRE2_SIZE at = 0;
	int error, n;

	p->code = pcre2_compile(pattern.ptr, pattern.len, PCRE2_ANCHORED |
	    PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C, &error, &at, NULL);
	if (p->code == NULL) {
		PCRE2_UCHAR text[128];

		if (pcre2_get_error_message(error, text, sizeof(text)) < 0)
			text[0] = '\0';
		return wrong(what, cap, pos, at, (const char *)text);
	}
	for (size_t i = 0; i < G_N; i++) {
		n = pcre2_substring_number_from_name(p->code,
		    (PCRE2_SPTR)group_name[i]);
		if (n == PCRE2_ERROR_NOUNIQUESUBSTRING)
			return wrong(what, cap, pos, 0,
			    "a group name stands twice");
		p->group[i] = n > 0 ? (uint32_t)n : 0;
	}
	if (p->group[G_TAG] == 0)
		p->group[G_TAG] = p->group[G_PROGRAM];
	/* Without JIT it is slower, not wrong. */
	(void)pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE);
	p->limits = pcre2_match_context_create(NULL);
	if (p->limits == NULL)
		return wrong(what, cap, pos, 0, "out of memory");
	pcre2_set_match_limit(p->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(p->limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(p->limits, HEAP_LIMIT);
	return true;
}

struct prefix *
prefix_compile(const char *pattern, char *what, size_t cap, size_t *pos)
{
	struct prefix *p = mem_alloc(1, sizeof(*p));

	if (!compile(p, slice_cstr(pattern), what, cap, pos)) {
		prefix_free(p);
		return NULL;
	}
	return p;
}

void
prefix_free(struct prefix *p)
{
	if (p == NULL)
		return;
	pcre2_match_data_free(atomic_load(&p->spare));
	pcre2_match_context_free(p->limits);
	pcre2_code_free(p->code);
	mem_free(p);
}

/* What a group matched; absent if it did not take part. */
static struct slice
group(const struct prefix *p, enum group g, struct slice line,
    pcre2_match_data *md)
{
	const PCRE2_SIZE *v = pcre2_get_ovector_pointer(md);
	uint32_t n = p->group[g];
	size_t from, to;

	if (n == 0 || n >= pcre2_get_ovector_count(md) ||
	    v[2 * n] == PCRE2_UNSET)
		return slice_of(NULL, 0);
	from = v[2 * n];
	to = v[2 * n + 1];
	return from <= to && to <= line.len ?
	    slice_sub(line, from, to - from) : slice_of(NULL, 0);
}

/* Read a stamp of any form; one that cannot be read keeps its text. */
static void
read_stamp(struct slice s, struct stamp *st)
{
	static bool (*const take[])(struct slice *, struct stamp *,
	    struct stamp_memo *) = { stamp_take_bsd, stamp_take_iso };
	struct slice rest;

	for (size_t i = 0; i < sizeof(take) / sizeof(take[0]); i++) {
		rest = s;
		*st = (struct stamp){ 0 };
		if (take[i](&rest, st, NULL) && rest.len == 0)
			return;
	}
	rest = s;
	*st = (struct stamp){ 0 };
	if (stamp_take_full(&rest, st) && rest.len == 0)
		return;
	if (!stamp_of_epoch(s, st))
		*st = (struct stamp){ .text = s };
}

static void
fill(const struct prefix *p, struct slice line, pcre2_match_data *md,
    struct frame *fr)
{
	struct slice pid = group(p, G_PID, line, md), s;
	size_t end;

	s = group(p, G_STAMP, line, md);
	if (s.ptr != NULL)
		read_stamp(s, &fr->stamp);
	fr->host = group(p, G_HOST, line, md);
	fr->tag = group(p, G_TAG, line, md);
	if (slice_digits(pid) && pid.len <= PID_DIGITS)
		fr->pid = pid;
	end = pcre2_get_ovector_pointer(md)[1];
	s = p->group[G_TEXT] != 0 ? group(p, G_TEXT, line, md) :
	    slice_from(line, end);
	syslog_text(s, fr);
}

bool
prefix_split(const struct prefix *cp, struct slice line, struct frame *fr)
{
	/* Only the spare changes, and that with atomic exchanges. */
	struct prefix *p = (struct prefix *)(uintptr_t)cp;
	pcre2_match_data *md = atomic_exchange(&p->spare, NULL);
	bool ok;

	if (md == NULL)
		md = pcre2_match_data_create_from_pattern(p->code, NULL);
	if (md == NULL)
		return false;
	ok = pcre2_match(p->code, line.len > 0 ? line.ptr :
	    (PCRE2_SPTR)"", line.len, 0, 0, md, p->limits) > 0;
	if (ok)
		fill(p, line, md, fr);
	pcre2_match_data_free(atomic_exchange(&p->spare, md));
	return ok;
}
