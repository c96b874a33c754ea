#include "fmt/mime.h"

#include "base/num.h"
#include "fmt/rfc822.h"

#include "base/banned.h"

#define LINE_END	SLICE("\n")

static struct mime_level *
top(struct mime *m)
{
	return &m->v[m->n - 1];
}

void
mime_init(struct mime *m, const struct mime_fn *fn)
{
	*m = (struct mime){ .fn = fn, .n = 1 };
	m->v[0].body = true;
	mimehead_init(&m->v[0].head);
	buf_init(&m->field, MIME_HEAD);
}

void
mime_free(struct mime *m)
{
	buf_free(&m->field);
}

static struct mime_part
part_of(const struct mime *m, unsigned int level, bool whole)
{
	const struct mime_level *l = &m->v[level];

	return (struct mime_part){ .level = level,
		.number = slice_of(l->number, l->nnumber),
		.type = mimehead_type(&l->head),
		.has_name = l->head.has_name,
		.name = slice_of(l->head.name, l->head.nname),
		.from = l->from, .to = l->to, .whole = whole };
}

/* Close all levels from this one on. */
static void
pop(struct mime *m, unsigned int level, bool whole)
{
	while (m->n > level) {
		const struct mime_level *l = top(m);
		struct mime_part p = part_of(m, m->n - 1, whole);

		if (l->kind == MIME_LEAF || l->kind == MIME_MESSAGE)
			m->fn->end(m->fn->arg, &p);
		m->n--;
	}
}

/* Write .CHILD behind the number of a level. */
static void
number(struct mime_level *l, const struct mime_level *of, unsigned int child)
{
	unsigned char text[NUM_MAX];
	size_t n = num_u64(text, child);

	memmove(l->number, of->number, of->nnumber);
	l->nnumber = of->nnumber;
	if (l->nnumber + 1 + n > sizeof(l->number))
		return;
	if (l->nnumber > 0)
		l->number[l->nnumber++] = '.';
	memcpy(l->number + l->nnumber, text, n);
	l->nnumber += n;
}

/* A level whose headers come next. */
static struct mime_level *
push(struct mime *m)
{
	struct mime_level *l = &m->v[m->n++];

	*l = (struct mime_level){ .kind = MIME_HEADERS };
	mimehead_init(&l->head);
	m->field.len = m->nhead = 0;
	return l;
}

static void
push_child(struct mime *m)
{
	struct mime_level *of = top(m), *l = push(m);

	of->children++;
	number(l, of, of->children);
}

/* The header field that was collected. */
static void
end_field(struct mime *m)
{
	struct slice name, value;

	if (rfc822_field(buf_slice(&m->field), &name, &value))
		mimehead_field(&top(m)->head, name, value);
	m->field.len = 0;
}

/* The headers are read: what is it?  The next line is at `from`. */
static void
begin_body(struct mime *m, uint64_t from)
{
	struct mime_level *l = top(m);
	struct slice type = mimehead_type(&l->head);
	bool room = m->n < MIME_DEPTH;
	struct mime_part p;

	end_field(m);
	type = mimehead_type(&l->head);
	l->from = l->to = from;
	if (room && slice_starts(type, SLICE("multipart/")) &&
	    l->head.nboundary > 0) {
		l->kind = MIME_MULTI;
		return;
	}
	if (l->body)
		number(l, l, 1);
	if (m->parts >= MIME_PARTS) {
		m->full = true;
		l->kind = MIME_SKIP;
		return;
	}
	m->parts++;
	l->kind = MIME_LEAF;
	mimedecode_init(&l->decode, l->head.encoding);
	p = part_of(m, m->n - 1, false);
	m->fn->begin(m->fn->arg, &p);
	if (room && slice_eq(type, SLICE("message/rfc822")) &&
	    l->head.encoding == MIMEDECODE_NOTHING) {
		struct mime_level *in = push(m);

		l->kind = MIME_MESSAGE;
		memcpy(in->number, l->number, l->nnumber);
		in->nnumber = l->nnumber;
		in->body = true;
	}
}

static bool
is_fold(struct slice s)
{
	return s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t');
}

/* A piece of a header line; false when it is none, but the body's first. */
static bool
header(struct mime *m, struct slice s, bool end, uint64_t to)
{
	struct slice name, value;

	if (!m->inside) {
		if (s.len == 0 || slice_eq(s, SLICE("\r"))) {
			begin_body(m, to);
			return true;
		}
		if (!is_fold(s)) {
			if (end && !rfc822_field(s, &name, &value))
				return false;
			end_field(m);
		} else
			(void)buf_addc(&m->field, '\n');
	}
	m->nhead += s.len;
	if (m->nhead <= MIME_HEAD)
		(void)buf_add(&m->field, s);
	return true;
}

/* Where decoded bytes go. */
struct sink {
	const struct mime_fn	*fn;
	unsigned int		 level;
};

static void
give(void *arg, struct slice s)
{
	const struct sink *k = arg;

	k->fn->data(k->fn->arg, k->level, s);
}

/* A piece of a line of a part, decoded; that of a message stays as it is. */
static void
data(struct mime *m, unsigned int level, struct slice s, bool end)
{
	struct mime_level *l = &m->v[level];
	struct sink k = { m->fn, level };

	if (l->newline && !m->inside) {
		give(&k, LINE_END);
		l->newline = false;
	}
	mimedecode_put(&l->decode, s, give, &k);
	if (end)
		l->newline = mimedecode_line(&l->decode, give, &k);
}

/* A piece of a line that is no boundary, to all parts that it is in. */
static void
body(struct mime *m, struct slice s, bool end, uint64_t from, uint64_t to)
{
	for (unsigned int i = 0; i < m->n; i++) {
		struct mime_level *l = &m->v[i];

		if (l->kind == MIME_MESSAGE || l->kind == MIME_LEAF)
			data(m, i, s, end);
		l->to = to;
	}
	if (m->n == 0 || top(m)->kind != MIME_HEADERS)
		return;
	if (header(m, s, end, to))
		return;
	/* A body without an empty line before it. */
	begin_body(m, from);
	if (top(m)->kind == MIME_LEAF) {
		data(m, m->n - 1, s, end);
		top(m)->to = to;
	}
}

/* The level whose boundary the line is; *last: no part follows. */
static bool
boundary(const struct mime *m, struct slice s, unsigned int *level, bool *last)
{
	if (!slice_starts(s, SLICE("--")))
		return false;
	while (s.len > 0 && (s.ptr[s.len - 1] == ' ' ||
	    s.ptr[s.len - 1] == '\t' || s.ptr[s.len - 1] == '\r'))
		s.len--;
	s = slice_from(s, 2);
	for (unsigned int i = m->n; i-- > 0;) {
		const struct mime_level *l = &m->v[i];
		struct slice b = slice_of(l->head.boundary,
		    l->head.nboundary);

		if (l->kind != MIME_MULTI || l->over || !slice_starts(s, b))
			continue;
		*level = i;
		*last = slice_eq(slice_from(s, b.len), SLICE("--"));
		if (*last || s.len == b.len)
			return true;
	}
	return false;
}

void
mime_line(struct mime *m, struct slice s, bool end, uint64_t from, uint64_t to)
{
	unsigned int level;
	bool last;

	if (!m->inside && end && boundary(m, s, &level, &last)) {
		/* The line end before it is no part's. */
		pop(m, level + 1, true);
		for (unsigned int i = 0; i < level; i++) {
			if (m->v[i].kind == MIME_MESSAGE)
				data(m, i, s, true);
			m->v[i].to = to;
		}
		m->v[level].to = to;
		m->v[level].over = last;
		if (!last)
			push_child(m);
	} else
		body(m, s, end, from, to);
	m->inside = !end;
}

void
mime_end(struct mime *m, bool whole)
{
	if (m->n > 0 && top(m)->kind == MIME_HEADERS)
		begin_body(m, top(m)->to);
	/* The last line end is data, where no boundary follows. */
	for (unsigned int i = 0; i < m->n; i++) {
		struct sink k = { m->fn, i };

		if (m->v[i].newline)
			give(&k, LINE_END);
	}
	/* Only a boundary ends what lies in a multipart. */
	for (unsigned int i = m->n; i-- > 0;) {
		bool in = false;

		for (unsigned int k = 0; k < i; k++)
			in = in || (m->v[k].kind == MIME_MULTI &&
			    !m->v[k].over);
		pop(m, i, whole && !in);
	}
}
