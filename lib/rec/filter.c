#include "rec/filter.h"

#include <stdio.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/msg.h"
#include "rec/filter_lex.h"
#include "rec/filter_term.h"

#include "base/banned.h"

/*
 * A compiled expression is a program with one truth value: a term sets it,
 * NOT turns it, AND jumps when it is false, OR when it is true.
 */
struct op {
	enum { OP_TERM, OP_NOT, OP_AND, OP_OR } kind;
	size_t	arg;		/* which term, or where to jump */
};

#define OPS		(FILTER_TERMS * 4)
#define EXPR_MAX	((size_t)1024 * 1024)

struct filter {
	struct arena		 arena;
	struct filter_regex	 regex;
	struct filter_term	*term;
	size_t			 nterm;
	struct op		*op;
	size_t			 nop;
};

/* What waits for its right side: an operator, or an open parenthesis. */
struct wait {
	enum { WAIT_OPEN, WAIT_OR, WAIT_AND, WAIT_NOT } kind;
	size_t	at;		/* its op, or its byte in the expression */
};

struct parser {
	struct filter		*f;
	struct filter_lex	 lex;
	struct filter_error	*err;
	struct wait		 wait[FILTER_DEPTH];
	size_t			 nwait;
	size_t			 copts, cterms;	/* capacities */
};

static bool
fail(struct parser *p, size_t off, const char *what)
{
	p->err->off = off;
	(void)snprintf(p->err->text, sizeof(p->err->text), "%s", what);
	return false;
}

static bool
emit(struct parser *p, int kind, size_t arg)
{
	struct filter *f = p->f;

	if (f->nop == OPS)
		return fail(p, p->lex.off, "too many terms");
	if (f->nop == p->copts) {
		size_t n = p->copts == 0 ? 16 : p->copts * 2;

		f->op = mem_grow(f->op, p->copts, n, sizeof(*f->op));
		p->copts = n;
	}
	f->op[f->nop].kind = (unsigned int)kind;
	f->op[f->nop++].arg = arg;
	return true;
}

static bool
push(struct parser *p, int kind, size_t at)
{
	if (p->nwait == FILTER_DEPTH)
		return fail(p, p->lex.off, "expression too deep");
	p->wait[p->nwait].kind = (unsigned int)kind;
	p->wait[p->nwait++].at = at;
	return true;
}

/* Finish what waits and binds at least as strongly as kind. */
static bool
reduce(struct parser *p, int kind)
{
	while (p->nwait > 0 && (int)p->wait[p->nwait - 1].kind >= kind) {
		struct wait *w = &p->wait[--p->nwait];

		if (w->kind == WAIT_NOT) {
			if (!emit(p, OP_NOT, 0))
				return false;
		} else
			p->f->op[w->at].arg = p->f->nop;
	}
	return true;
}

/* Bytes that must change to make a into b, where swapped ones count once. */
static size_t
distance(struct slice a, struct slice b)
{
	size_t d[3][32];

	if (a.len > 30 || b.len > 30)
		return SIZE_MAX;
	for (size_t j = 0; j <= b.len; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t *row = d[i % 3], *up = d[(i + 2) % 3];
		size_t *upup = d[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			bool same = ascii_tolower(a.ptr[i - 1]) ==
			    ascii_tolower(b.ptr[j - 1]);
			size_t v = up[j - 1] + !same;

			if (up[j] + 1 < v)
				v = up[j] + 1;
			if (row[j - 1] + 1 < v)
				v = row[j - 1] + 1;
			if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] &&
			    a.ptr[i - 2] == b.ptr[j - 1] && upup[j - 2] + 1 < v)
				v = upup[j - 2] + 1;
			row[j] = v;
		}
	}
	return d[a.len % 3][b.len];
}

/* The key that was meant, or FIELD_N. */
static enum field
guess(struct slice name)
{
	static const struct {
		struct slice	word;
		enum field	field;
	} other[] = {
		{ SLICE("sender"), F_FROM }, { SLICE("recipient"), F_TO },
		{ SLICE("rcpt"), F_TO }, { SLICE("ip"), F_CLIENT_ADDR },
		{ SLICE("addr"), F_CLIENT_ADDR },
		{ SLICE("client"), F_CLIENT_NAME },
		{ SLICE("queue_id"), F_QID }, { SLICE("id"), F_QID },
		{ SLICE("msgid"), F_MESSAGE_ID }, { SLICE("user"), F_SASL_USER },
		{ SLICE("date"), F_TIME }, { SLICE("server"), F_HOST },
		{ SLICE("file"), F_SRC }, { SLICE("result"), F_STATUS },
	};
	enum field best = FIELD_N;
	size_t least = name.len < 4 ? 1 : 2;

	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		if (slice_eq_nocase(name, other[i].word))
			return other[i].field;
	for (size_t f = 0; f < FIELD_N; f++) {
		size_t d = distance(name, field_info[f].name);

		if (d < least || (d == least && best == FIELD_N)) {
			best = (enum field)f;
			least = d;
		}
	}
	return best;
}

static bool
unknown_key(struct parser *p)
{
	enum field f = guess(p->lex.key);
	char safe[40];

	p->err->off = p->lex.off;
	msg_quote(safe, sizeof(safe), p->lex.key);
	if (f == FIELD_N)
		(void)snprintf(p->err->text, sizeof(p->err->text),
		    "unknown key '%s' (quote the word if it is text)", safe);
	else
		(void)snprintf(p->err->text, sizeof(p->err->text),
		    "unknown key '%s' (did you mean %.*s?)", safe,
		    (int)field_info[f].name.len, field_info[f].name.ptr);
	return false;
}

/* A lower-case copy: words are looked for without case. */
static bool
make_word(struct parser *p, struct filter_term *t)
{
	struct slice v = p->lex.value;
	unsigned char *d = arena_alloc(&p->f->arena, v.len + 1);

	if (d == NULL)
		return fail(p, p->lex.off, "expression too long");
	for (size_t i = 0; i < v.len; i++)
		d[i] = ascii_tolower(v.ptr[i]);
	filter_term_word(t, slice_of(d, v.len));
	return true;
}

static bool
make_key(struct parser *p, struct filter_term *t)
{
	struct filter_lex *x = &p->lex;
	enum field f = field_find(x->key);
	const char *what;
	struct slice v;
	size_t off;

	if (f == FIELD_N)
		return unknown_key(p);
	/* The expression need not outlive us. */
	v = arena_dup(&p->f->arena, x->value);
	if (v.ptr == NULL)
		return fail(p, x->off, "expression too long");
	what = filter_term_make(t, f, x->op, v, x->quoted, p->err->text,
	    sizeof(p->err->text), &off);
	if (what == NULL)
		return true;
	p->err->off = x->value_off + off;
	return what == p->err->text ? false : fail(p, p->err->off, what);
}

/* The token in the lexer is a term. */
static bool
operand(struct parser *p, enum filter_token token)
{
	struct filter *f = p->f;

	if (f->nterm == FILTER_TERMS)
		return fail(p, p->lex.off, "too many terms");
	if (f->nterm == p->cterms) {
		size_t n = p->cterms == 0 ? 8 : p->cterms * 2;

		f->term = mem_grow(f->term, p->cterms, n, sizeof(*f->term));
		p->cterms = n;
	}
	if (!(token == FILTER_WORD ? make_word(p, &f->term[f->nterm]) :
	    make_key(p, &f->term[f->nterm])))
		return false;
	f->nterm++;
	if (!emit(p, OP_TERM, f->nterm - 1))
		return false;
	return token == FILTER_WORD || !p->lex.neg || emit(p, OP_NOT, 0);
}

/* `and` or `or`, said or not. */
static bool
binary(struct parser *p, bool is_or)
{
	if (!reduce(p, is_or ? WAIT_OR : WAIT_AND) ||
	    !push(p, is_or ? WAIT_OR : WAIT_AND, p->f->nop))
		return false;
	return emit(p, is_or ? OP_OR : OP_AND, 0);
}

static bool
close_group(struct parser *p)
{
	if (!reduce(p, WAIT_OR))
		return false;
	if (p->nwait == 0)
		return fail(p, p->lex.off, "')' without '('");
	p->nwait--;
	p->lex.open--;
	return true;
}

static bool
finish(struct parser *p)
{
	if (!reduce(p, WAIT_OR))
		return false;
	if (p->nwait > 0)
		return fail(p, p->wait[p->nwait - 1].at, "'(' without ')'");
	return true;
}

static bool
parse(struct parser *p)
{
	bool want = true;	/* a term, not an operator */

	for (;;) {
		enum filter_token token = filter_lex_next(&p->lex);

		if (token == FILTER_BAD)
			return fail(p, p->lex.off, p->lex.bad);
		if (!want) {
			if (token == FILTER_END)
				return finish(p);
			if (token == FILTER_CLOSE) {
				if (!close_group(p))
					return false;
				continue;
			}
			if (!binary(p, token == FILTER_OR))
				return false;
			want = true;
			if (token == FILTER_AND || token == FILTER_OR)
				continue;
		}
		switch (token) {
		case FILTER_OPEN:
			if (!push(p, WAIT_OPEN, p->lex.off))
				return false;
			p->lex.open++;
			break;
		case FILTER_NOT:
			if (!push(p, WAIT_NOT, 0))
				return false;
			break;
		case FILTER_KEY:
		case FILTER_WORD:
			if (!operand(p, token))
				return false;
			want = false;
			break;
		default:
			return fail(p, p->lex.off, "a term is missing here");
		}
	}
}

struct filter *
filter_compile(struct slice expr, struct filter_error *err)
{
	struct filter *f;
	struct parser p = { .err = err };

	*err = (struct filter_error){ .off = 0 };
	if (expr.len > EXPR_MAX) {
		(void)fail(&p, 0, "expression too long");
		return NULL;
	}
	f = mem_alloc(1, sizeof(*f));
	arena_init(&f->arena, 16 * EXPR_MAX);
	filter_regex_open(&f->regex);
	p.f = f;
	p.lex = (struct filter_lex){ .expr = expr, .arena = &f->arena };
	if (!parse(&p)) {
		filter_free(f);
		return NULL;
	}
	return f;
}

void
filter_free(struct filter *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->nterm; i++)
		pcre2_code_free(f->term[i].code);
	filter_regex_close(&f->regex);
	arena_free(&f->arena);
	mem_free(f->term);
	mem_free(f->op);
	mem_free(f);
}

bool
filter_match(struct filter *f, const struct rec *r)
{
	bool v = true;

	for (size_t i = 0; i < f->nop;) {
		const struct op *op = &f->op[i++];

		switch (op->kind) {
		case OP_TERM:
			v = filter_term_match(&f->term[op->arg], &f->regex, r);
			break;
		case OP_NOT:
			v = !v;
			break;
		case OP_AND:
			if (!v)
				i = op->arg;
			break;
		case OP_OR:
			if (v)
				i = op->arg;
			break;
		}
	}
	return v;
}

bool
filter_uses(const struct filter *f, enum field key)
{
	for (size_t i = 0; i < f->nterm; i++)
		if (f->term[i].field == key)
			return true;
	return false;
}

bool
filter_names(const struct filter *f, enum field key, struct slice value)
{
	for (size_t i = 0; i < f->nterm; i++)
		if (f->term[i].field == key &&
		    slice_eq(f->term[i].value, value))
			return true;
	return false;
}

uint64_t
filter_hits(const struct filter *f)
{
	return f->regex.hits;
}

#define SHOWN	60	/* bytes of the expression on either side */

int
filter_complain(struct slice expr, const struct filter_error *err)
{
	char before[SHOWN * 6 + 4], after[SHOWN * 6 + 4];
	size_t from = err->off > SHOWN ? err->off - SHOWN : 0, column = 0;

	msg_error("%s", err->text);
	if (expr.len == 0)
		return EXIT_TROUBLE;
	/* Do not begin in the middle of a character. */
	while (from > 0 && from < err->off && (expr.ptr[from] & 0xc0) == 0x80)
		from++;
	msg_quote(before, sizeof(before),
	    slice_sub(expr, from, err->off - from));
	msg_quote(after, sizeof(after), slice_sub(expr, err->off, SHOWN));
	for (size_t i = 0; before[i] != '\0'; i++)
		column += (before[i] & 0xc0) != 0x80;
	(void)fprintf(stderr, "%s%s%s%s\n%*s^\n", from > 0 ? "..." : "",
	    before, after, err->off + SHOWN < expr.len ? "..." : "",
	    (int)(column + (from > 0 ? 3 : 0)), "");
	return EXIT_TROUBLE;
}

/* What the words so far still need: a term, or the end of a group. */
static bool
is_open(struct slice expr, size_t *groups)
{
	struct arena arena;
	struct filter_lex x = { .expr = expr, .arena = &arena };
	enum filter_token token, last = FILTER_AND;

	arena_init(&arena, 16 * EXPR_MAX);
	while ((token = filter_lex_next(&x)) != FILTER_END &&
	    token != FILTER_BAD) {
		x.open += token == FILTER_OPEN;
		x.open -= token == FILTER_CLOSE && x.open > 0;
		last = token;
	}
	arena_free(&arena);
	*groups = x.open;
	return x.open > 0 || (last != FILTER_KEY && last != FILTER_WORD &&
	    last != FILTER_CLOSE);
}

/* A word that can only be more of an expression. */
static bool
goes_on(struct slice word, size_t groups)
{
	static const struct slice list[] = { SLICE("and"), SLICE("or"),
	    SLICE("not"), SLICE("!"), SLICE("&&"), SLICE("||") };
	enum filter_op op;
	size_t n;
	bool neg;

	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (slice_eq_nocase(word, list[i]))
			return true;
	(void)slice_take(&word, SLICE("!"));
	if (word.len > 0 && (word.ptr[0] == '(' ||
	    (word.ptr[0] == ')' && groups > 0)))
		return true;
	return filter_lex_key(word, &op, &n, &neg) > 0;
}

size_t
filter_words(struct buf *expr, char *const *word, size_t n)
{
	size_t groups = 0, i;

	for (i = 0; i < n; i++) {
		struct slice w = slice_cstr(word[i]);

		if (i > 0 && !is_open(buf_slice(expr), &groups) &&
		    !goes_on(w, groups))
			break;
		if ((i > 0 && !buf_addc(expr, ' ')) || !buf_add(expr, w))
			break;
	}
	return i;
}
