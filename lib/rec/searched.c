#include "rec/searched.h"

#include <stdlib.h>

#include "base/caltime.h"
#include "base/mem.h"
#include "base/msg.h"

#include "base/banned.h"

#define ARENA		((size_t)256 * 1024 * 1024)
#define HOSTS_SHOWN	4
#define TAGS_SHOWN	8
#define NAME_SHOWN	80	/* bytes of a host or tag, escaped */

void
searched_init(struct searched *s)
{
	*s = (struct searched){ .n = 0 };
	arena_init(&s->arena, ARENA);
}

void
searched_free(struct searched *s)
{
	mem_free(s->span);
	arena_free(&s->arena);
	searched_init(s);
}

bool
searched_when(const struct rec *r, int64_t *from, int64_t *to)
{
	struct slice a = rec_get(r, F_TIME), b = rec_get(r, F_END);
	unsigned int digits;
	uint32_t nsec;
	bool has_a, has_b;

	has_a = a.ptr != NULL && caltime_parse(a, from, &nsec, &digits);
	has_b = b.ptr != NULL && caltime_parse(b, to, &nsec, &digits);
	if (!has_a && !has_b)
		return false;
	if (!has_a)
		*from = *to;
	if (!has_b)
		*to = *from;
	return true;
}

/* The number of a key, 0 when it is absent or none. */
static uint64_t
count(const struct rec *r, enum field f)
{
	uint64_t v = 0;

	(void)slice_u64(rec_get(r, f), UINT32_MAX * UINT64_C(65536), &v);
	return v;
}

/* A copy that lives as long as s; false when there is no room. */
static bool
keep(struct searched *s, struct slice v, struct slice *copy)
{
	*copy = v.ptr == NULL ? SLICE("") : arena_dup(&s->arena, v);
	return copy->ptr != NULL;
}

static void
add_coverage(struct searched *s, const struct rec *r)
{
	struct searched_span *p;

	s->lines += count(r, F_LINES);
	s->unknown += count(r, F_UNKNOWN);
	s->foreign += count(r, F_FOREIGN);
	s->copies += count(r, F_COPIES);
	if (s->n == SEARCHED_MAX) {
		s->overflow = true;
		return;
	}
	if ((s->n & (s->n - 1)) == 0)
		s->span = mem_grow(s->span, s->n, s->n == 0 ? 1 : s->n * 2,
		    sizeof(*s->span));
	p = &s->span[s->n];
	*p = (struct searched_span){ .from = 0 };
	if (!keep(s, rec_get(r, F_HOST), &p->host) ||
	    !keep(s, rec_get(r, F_GAPS), &p->gaps) ||
	    !keep(s, rec_get(r, F_TLS_LOGGING), &p->tls)) {
		s->overflow = true;
		return;
	}
	p->timed = searched_when(r, &p->from, &p->to);
	/* A host that only others log from covers nothing, nor need it. */
	p->foreign = rec_has(r, F_LINES) &&
	    count(r, F_LINES) == count(r, F_FOREIGN);
	s->n++;
}

bool
searched_add(struct searched *s, const struct rec *r)
{
	struct slice type = rec_get(r, F_TYPE);

	s->records++;
	s->at_end = true;
	if (slice_eq(type, SLICE("coverage")))
		add_coverage(s, r);
	else if (slice_eq(type, SLICE("source")))
		s->sources++;
	else
		s->at_end = false;
	return s->at_end;
}

/* Text from evidence, made safe. */
static void
add_safe(struct buf *b, struct slice v)
{
	char safe[NAME_SHOWN];

	(void)buf_add(b, slice_cstr(msg_quote(safe, sizeof(safe), v)));
}

static void
add_time(struct buf *b, int64_t sec)
{
	unsigned char text[CALTIME_MAX];

	(void)buf_add(b, slice_of(text, caltime_text(text, sec, 0, 0)));
}

/* "HOST what" */
static bool
lacks(struct buf *why, struct slice host, const char *what)
{
	if (host.len == 0)
		(void)buf_add(why, SLICE("the log"));
	else
		add_safe(why, host);
	(void)buf_addc(why, ' ');
	(void)buf_add(why, slice_cstr(what));
	return false;
}

/* "HOST what TIME" */
static bool
lacks_at(struct buf *why, struct slice host, const char *what, int64_t t)
{
	(void)lacks(why, host, what);
	(void)buf_addc(why, ' ');
	add_time(why, t);
	return false;
}

/* True if any of [from, to) lies in the window. */
static bool
overlaps(const struct searched_window *w, int64_t from, int64_t to)
{
	return (!w->has_until || from < w->until) &&
	    (!w->has_since || to > w->since);
}

/* One gap, FROM/TO;reason; false if it lies in the window or is no gap. */
static bool
gap_is_outside(const struct searched_span *p, const struct searched_window *w,
    struct slice word, struct buf *why)
{
	struct slice a, b, reason;
	int64_t from, to;
	unsigned int digits;
	uint32_t nsec;

	if (word.len == 0)
		return true;
	if (!slice_cut(word, ';', &word, &reason))
		reason = SLICE("gap");
	if (!slice_cut(word, '/', &a, &b) ||
	    !caltime_parse(a, &from, &nsec, &digits) ||
	    !caltime_parse(b, &to, &nsec, &digits))
		return lacks(why, p->host, "has a gap without times");
	if (!overlaps(w, from, to > from ? to : from + 1))
		return true;
	(void)lacks_at(why, p->host, "has a gap at", from);
	(void)buf_add(why, SLICE(" ("));
	add_safe(why, reason);
	(void)buf_add(why, SLICE(")"));
	return false;
}

static bool
gaps_are_outside(const struct searched_span *p,
    const struct searched_window *w, struct buf *why)
{
	struct slice word, rest = p->gaps;

	while (slice_cut(rest, ' ', &word, &rest))
		if (!gap_is_outside(p, w, word, why))
			return false;
	return gap_is_outside(p, w, rest, why);
}

static int
by_host(const void *a, const void *b)
{
	const struct searched_span *x = a, *y = b;
	int c = slice_cmp(x->host, y->host);

	if (c != 0)
		return c;
	return x->from < y->from ? -1 : x->from > y->from;
}

/* The n spans of one host, in order. */
static bool
host_covers(const struct searched_span *p, size_t n,
    const struct searched_window *w, struct buf *why)
{
	int64_t pos = p->from;

	for (size_t i = 0; i < n; i++)
		if (!p[i].timed)
			return lacks(why, p->host, "has lines without a time");
	if (w->has_since && pos > w->since + w->slack)
		return lacks_at(why, p->host, "begins at", pos);
	for (size_t i = 0; i < n; i++) {
		if (p[i].from > pos + w->slack &&
		    overlaps(w, pos, p[i].from))
			return lacks_at(why, p->host, "has nothing after", pos);
		if (p[i].to > pos)
			pos = p[i].to;
		if (!gaps_are_outside(&p[i], w, why))
			return false;
	}
	if (w->has_until && pos < w->until - w->slack)
		return lacks_at(why, p->host, "ends at", pos);
	return true;
}

/* Walk the hosts of n sorted spans. */
static bool
all_cover(const struct searched_span *p, size_t n,
    const struct searched_window *w, struct buf *why)
{
	for (size_t i = 0, j; i < n; i = j) {
		for (j = i + 1; j < n && slice_eq(p[j].host, p[i].host);)
			j++;
		if (!host_covers(p + i, j - i, w, why))
			return false;
	}
	return true;
}

bool
searched_covers(const struct searched *s, const struct searched_window *w,
    struct buf *why)
{
	struct searched_span *p;
	size_t n = 0;
	bool ok;

	if (s->overflow || s->n == 0) {
		(void)buf_add(why, s->overflow ?
		    SLICE("too many coverage records") :
		    SLICE("the input does not say what it covers"));
		return false;
	}
	p = mem_alloc(s->n, sizeof(*p));
	for (size_t i = 0; i < s->n; i++)
		if (!s->span[i].foreign)
			p[n++] = s->span[i];
	if (n == 0)
		(void)buf_add(why, SLICE("no line of Postfix was searched"));
	qsort(p, n, sizeof(*p), by_host);
	ok = n > 0 && all_cover(p, n, w, why);
	mem_free(p);
	return ok;
}

/* A short list of different texts. */
struct names {
	struct slice	v[TAGS_SHOWN];
	size_t		n, more;
};

static void
names_add(struct names *l, struct slice v, size_t max)
{
	for (size_t i = 0; i < l->n; i++)
		if (slice_eq(l->v[i], v))
			return;
	if (l->n < max)
		l->v[l->n++] = v;
	else
		l->more++;
}

static void
names_text(const struct names *l, struct buf *b)
{
	for (size_t i = 0; i < l->n; i++) {
		if (i > 0)
			(void)buf_add(b, SLICE(", "));
		add_safe(b, l->v[i]);
	}
	if (l->more > 0)
		(void)buf_add(b, SLICE(", ..."));
}

/* TAG=yes, TAG=no-evidence, also with a colon or a blank in between. */
static void
add_tls(struct slice list, struct names *yes, struct names *no)
{
	struct slice tag = SLICE(""), word, state;
	bool more;

	do {
		more = slice_cut(list, ' ', &word, &list);
		if (!more)
			word = list;
		state = word;
		if (slice_rcut(word, '=', &word, &state) ||
		    slice_rcut(word, ':', &word, &state))
			tag = word;
		if (slice_eq(state, SLICE("yes")))
			names_add(yes, tag, TAGS_SHOWN);
		else if (slice_eq(state, SLICE("no-evidence")))
			names_add(no, tag, TAGS_SHOWN);
		else
			tag = word;
	} while (more);
}

static void
add_tls_text(const struct searched *s, struct buf *b)
{
	struct names yes = { .n = 0 }, no = { .n = 0 };

	for (size_t i = 0; i < s->n; i++)
		add_tls(s->span[i].tls, &yes, &no);
	if (yes.n > 0) {
		(void)buf_add(b, SLICE("; TLS logged by "));
		names_text(&yes, b);
	}
	if (no.n > 0) {
		(void)buf_add(b, yes.n > 0 ? SLICE(", no evidence for ") :
		    SLICE("; no evidence of TLS logging for "));
		names_text(&no, b);
	}
	if (yes.n + no.n == 0)
		(void)buf_add(b, SLICE("; TLS logging unknown"));
}

/* "N word" or "N words" */
static void
add_count(struct buf *b, uint64_t n, const char *word)
{
	(void)buf_addu(b, n);
	(void)buf_addc(b, ' ');
	(void)buf_add(b, slice_cstr(word));
	if (n != 1)
		(void)buf_addc(b, 's');
}

static void
add_hosts(const struct searched *s, struct buf *b)
{
	struct names hosts = { .n = 0 };
	struct searched_span *p = mem_alloc(s->n, sizeof(*p));
	uint64_t n = 0;

	memcpy(p, s->span, s->n * sizeof(*p));
	qsort(p, s->n, sizeof(*p), by_host);
	for (size_t i = 0; i < s->n; i++)
		if (i == 0 || !slice_eq(p[i].host, p[i - 1].host)) {
			n++;
			if (p[i].host.len > 0)
				names_add(&hosts, p[i].host, HOSTS_SHOWN);
		}
	mem_free(p);
	add_count(b, n, "host");
	if (hosts.n > 0) {
		(void)buf_add(b, SLICE(" ("));
		names_text(&hosts, b);
		(void)buf_addc(b, ')');
	}
}

/* From the first line to the last, as the records have them. */
static bool
add_period(const struct searched *s, struct buf *b)
{
	const struct searched_span *first = NULL, *last = NULL;

	for (size_t i = 0; i < s->n; i++) {
		const struct searched_span *p = &s->span[i];

		if (!p->timed)
			continue;
		if (first == NULL || p->from < first->from)
			first = p;
		if (last == NULL || p->to > last->to)
			last = p;
	}
	if (first == NULL)
		return false;
	add_time(b, first->from);
	(void)buf_add(b, SLICE(" to "));
	add_time(b, last->to);
	return true;
}

void
searched_text(const struct searched *s, struct buf *b)
{
	if (s->n == 0) {
		add_count(b, s->records - s->sources, "record");
		(void)buf_add(b, SLICE("; the input does not say what it "
		    "covers"));
		return;
	}
	if (!add_period(s, b))
		(void)buf_add(b, SLICE("no known period"));
	(void)buf_add(b, SLICE(", "));
	add_hosts(s, b);
	(void)buf_add(b, SLICE(", "));
	add_count(b, s->lines, "line");
	(void)buf_add(b, SLICE(", "));
	(void)buf_addu(b, s->unknown);
	(void)buf_add(b, SLICE(" not understood"));
	if (s->copies > 0) {
		(void)buf_add(b, SLICE(", "));
		(void)buf_addu(b, s->copies);
		(void)buf_add(b, SLICE(" in more than one file"));
	}
	add_tls_text(s, b);
}
