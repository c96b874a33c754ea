#include "rec/filter_lex.h"

#include "base/banned.h"

static bool
is_blank(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool
is_paren(unsigned char c)
{
	return c == '(' || c == ')';
}

size_t
filter_lex_key(struct slice s, enum filter_op *op, size_t *oplen, bool *neg)
{
	static const struct {
		struct slice	text;
		enum filter_op	op;
		bool		neg;
	} list[] = {
		/* The habits == and =~ are what they mean. */
		{ SLICE("!="), FILTER_EQ, true },
		{ SLICE("!~"), FILTER_MATCH, true },
		{ SLICE("<="), FILTER_LE, false },
		{ SLICE(">="), FILTER_GE, false },
		{ SLICE("=="), FILTER_EQ, false },
		{ SLICE("=~"), FILTER_MATCH, false },
		{ SLICE("="), FILTER_EQ, false },
		{ SLICE("~"), FILTER_MATCH, false },
		{ SLICE("<"), FILTER_LT, false },
		{ SLICE(">"), FILTER_GT, false },
	};
	size_t n = 0;

	while (n < s.len && (ascii_alnum(s.ptr[n]) || s.ptr[n] == '_' ||
	    s.ptr[n] == '-'))
		n++;
	if (n == 0 || ascii_digit(s.ptr[0]) || s.ptr[0] == '-')
		return 0;
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (slice_starts(slice_from(s, n), list[i].text)) {
			*op = list[i].op;
			*oplen = list[i].text.len;
			*neg = list[i].neg;
			return n;
		}
	return 0;
}

/* The keyword that s begins with, FILTER_WORD if none; *len its length. */
static enum filter_token
keyword(struct slice s, size_t *len)
{
	static const struct {
		struct slice		name;
		enum filter_token	token;
	} list[] = {
		/* The habits && and || are what they mean. */
		{ SLICE("and"), FILTER_AND }, { SLICE("&&"), FILTER_AND },
		{ SLICE("or"), FILTER_OR }, { SLICE("||"), FILTER_OR },
		{ SLICE("not"), FILTER_NOT }, { SLICE("!"), FILTER_NOT },
	};
	enum filter_op op;
	size_t n = 0, oplen;
	bool neg;

	/* So is !KEY=VALUE. */
	*len = 1;
	if (slice_starts(s, SLICE("!")) &&
	    filter_lex_key(slice_from(s, 1), &op, &oplen, &neg) > 0)
		return FILTER_NOT;
	while (n < s.len && !is_blank(s.ptr[n]) && !is_paren(s.ptr[n]))
		n++;
	*len = n;
	for (size_t i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		if (slice_eq_nocase(slice_sub(s, 0, n), list[i].name))
			return list[i].token;
	return FILTER_WORD;
}

/* True if what s begins with is not the rest of a value before it. */
static bool
starts_token(struct slice s)
{
	enum filter_op op;
	size_t len;
	bool neg;

	return s.len == 0 || is_paren(s.ptr[0]) || s.ptr[0] == '\'' ||
	    s.ptr[0] == '"' || keyword(s, &len) != FILTER_WORD ||
	    filter_lex_key(s, &op, &len, &neg) > 0;
}

static enum filter_token
bad(struct filter_lex *x, size_t off, const char *what)
{
	x->off = off;
	x->bad = what;
	return FILTER_BAD;
}

/* A value in quotes at pos: what is in them. */
static bool
quoted(struct filter_lex *x)
{
	struct slice rest = slice_from(x->expr, x->pos + 1);
	unsigned char q = x->expr.ptr[x->pos], *d;
	size_t n = 0, i;

	d = arena_alloc(x->arena, rest.len + 1);
	if (d == NULL) {
		(void)bad(x, x->pos, "expression too long");
		return false;
	}
	for (i = 0; i < rest.len && rest.ptr[i] != q; i++) {
		if (q == '"' && rest.ptr[i] == '\\' && i + 1 < rest.len &&
		    (rest.ptr[i + 1] == '"' || rest.ptr[i + 1] == '\\'))
			i++;
		d[n++] = rest.ptr[i];
	}
	if (i == rest.len) {
		(void)bad(x, x->pos, "quote without end");
		return false;
	}
	x->value = slice_of(d, n);
	x->quoted = true;
	x->pos += i + 2;
	if (x->pos < x->expr.len && !is_blank(x->expr.ptr[x->pos]) &&
	    !is_paren(x->expr.ptr[x->pos])) {
		(void)bad(x, x->pos, "blank expected after a quote");
		return false;
	}
	return true;
}

/* True if word is a key, and what stands behind the blank an operator. */
static bool
is_apart(struct slice word, struct slice behind)
{
	return behind.len > 0 && slice_chr(SLICE("=<>~!"), behind.ptr[0]) !=
	    SLICE_NONE && field_find(word) != FIELD_N;
}

/*
 * A value without quotes at pos, with the blanks inside it.  What looks like a
 * slip would search for a text that nobody meant, and find nothing: it is bad.
 */
static bool
unquoted(struct filter_lex *x, bool regex, bool free)
{
	struct slice s = x->expr;
	size_t i = x->pos, end = i, depth = 0, word;

	for (;;) {
		for (word = i; i < s.len && !is_blank(s.ptr[i]); i++) {
			if (regex && s.ptr[i] == '\\' && i + 1 < s.len &&
			    !is_blank(s.ptr[i + 1]))
				i++;
			else if (s.ptr[i] == '(')
				depth++;
			else if (s.ptr[i] == ')' && depth > 0)
				depth--;
			else if (s.ptr[i] == ')' && x->open > 0)
				break;
			else if (s.ptr[i] == ')' && !free) {
				(void)bad(x, i, "')' without '(': quote it if "
				    "it is text");
				return false;
			}
		}
		end = i;
		while (i < s.len && is_blank(s.ptr[i]))
			i++;
		if (i > end && is_apart(slice_sub(s, word, end - word),
		    slice_from(s, i))) {
			(void)bad(x, i, "no blank may stand before an "
			    "operator: delay>60; quote what is text");
			return false;
		}
		if (i == end || end == x->pos ||
		    starts_token(slice_from(s, i)))
			break;
	}
	x->value = slice_sub(s, x->pos, end - x->pos);
	x->pos = end;
	return true;
}

/* Quoted or not; free: any text, also with a lone ')'; false: bad. */
static bool
value(struct filter_lex *x, bool regex, bool free)
{
	x->quoted = false;
	x->value_off = x->pos;
	if (x->pos < x->expr.len && (x->expr.ptr[x->pos] == '\'' ||
	    x->expr.ptr[x->pos] == '"')) {
		x->value_off++;
		return quoted(x);
	}
	return unquoted(x, regex, free);
}

enum filter_token
filter_lex_next(struct filter_lex *x)
{
	struct slice rest;
	enum filter_token token;
	size_t n, len;

	while (x->pos < x->expr.len && is_blank(x->expr.ptr[x->pos]))
		x->pos++;
	x->off = x->pos;
	rest = slice_from(x->expr, x->pos);
	if (rest.len == 0)
		return FILTER_END;
	if (rest.ptr[0] == '(' || rest.ptr[0] == ')') {
		x->pos++;
		return rest.ptr[0] == '(' ? FILTER_OPEN : FILTER_CLOSE;
	}
	token = keyword(rest, &len);
	if (token != FILTER_WORD) {
		x->pos += len;
		return token;
	}
	n = filter_lex_key(rest, &x->op, &len, &x->neg);
	if (n == 0)
		return value(x, false, false) ? FILTER_WORD : FILTER_BAD;
	x->key = slice_sub(rest, 0, n);
	x->pos += n + len;
	if (!value(x, x->op == FILTER_MATCH, x->op == FILTER_MATCH ||
	    filter_term_free(field_find(x->key))))
		return FILTER_BAD;
	/* from= alice: the blank is a slip, not the null sender. */
	rest = slice_from(x->expr, x->pos);
	if (x->value.len == 0 && !x->quoted && slice_trim(rest).len > 0 &&
	    !starts_token(slice_trim(rest)))
		return bad(x, x->pos,
		    "no value before the blank (write '' for the empty one)");
	return FILTER_KEY;
}
