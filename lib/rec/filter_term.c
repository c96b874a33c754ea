#include "rec/filter_term.h"

#include <stdio.h>

#include "base/caltime.h"
#include "rec/filter_value.h"
#include "rec/filter_vocab.h"

#include "base/banned.h"

/* A pattern that runs away is stopped after about a tenth of a second. */
#define MATCH_LIMIT	5000000
#define HEAP_LIMIT	(64 * 1024)	/* kilobytes */
#define JIT_STACK	((size_t)1024 * 1024)

void
filter_regex_open(struct filter_regex *x)
{
	*x = (struct filter_regex){ .hits = 0 };
	x->context = pcre2_match_context_create(NULL);
	x->data = pcre2_match_data_create(1, NULL);
	x->stack = pcre2_jit_stack_create((size_t)32 * 1024, JIT_STACK, NULL);
	if (x->context == NULL)
		return;
	(void)pcre2_set_match_limit(x->context, MATCH_LIMIT);
	(void)pcre2_set_heap_limit(x->context, HEAP_LIMIT);
	if (x->stack != NULL)
		pcre2_jit_stack_assign(x->context, NULL, x->stack);
}

void
filter_regex_close(struct filter_regex *x)
{
	pcre2_match_data_free(x->data);
	pcre2_match_context_free(x->context);
	pcre2_jit_stack_free(x->stack);
}

static bool
regex_match(const struct filter_term *t, struct filter_regex *x,
    struct slice v)
{
	int n;

	if (v.len == 0)
		v = SLICE("");
	n = pcre2_match(t->code, v.ptr, v.len, 0, 0, x->data, x->context);
	if (n < 0 && n != PCRE2_ERROR_NOMATCH)
		x->hits++;
	return n >= 0;
}

static const char *
make_regex(struct filter_term *t, char *text, size_t cap, size_t *off)
{
	unsigned char what[120];
	int error;

	t->kind = TERM_REGEX;
	t->code = pcre2_compile(t->value.ptr, t->value.len,
	    PCRE2_NEVER_UTF | PCRE2_NEVER_UCP, &error, off, NULL);
	if (t->code == NULL) {
		if (pcre2_get_error_message(error, what, sizeof(what)) < 0)
			return "bad regular expression";
		(void)snprintf(text, cap, "bad regular expression: %s",
		    (const char *)what);
		return text;
	}
	(void)pcre2_jit_compile(t->code, PCRE2_JIT_COMPLETE);
	return NULL;
}

static const char *
make_time(struct filter_term *t)
{
	t->kind = TERM_TIME;
	if (!filter_period(t->value, &t->lo, &t->hi))
		return "a time is written 2026-09-01T10:00:00Z, or the start "
		    "of that";
	return NULL;
}

static const char *
make_num(struct filter_term *t)
{
	t->kind = TERM_NUM;
	return filter_is_number(t->value) ? NULL : "a number belongs here";
}

/* Digits and dots, or digits and colons: meant as an address. */
static bool
is_like_addr(struct slice s)
{
	bool colon = slice_chr(s, ':') != SLICE_NONE;

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = s.ptr[i];

		if (c != '.' && c != ':' && !ascii_digit(c) &&
		    (!colon || ascii_tolower(c) < 'a' || ascii_tolower(c) > 'f'))
			return false;
	}
	return s.len > 0;
}

static const char *
make_addr(struct filter_term *t, bool quoted)
{
	struct slice addr = t->value, bits = { NULL, 0 };
	uint64_t n;
	bool net = slice_cut(t->value, '/', &addr, &bits);

	if (addr.len > 1 && addr.ptr[0] == '[' &&
	    addr.ptr[addr.len - 1] == ']')
		addr = slice_sub(addr, 1, addr.len - 2);
	t->kind = TERM_ADDR;
	if (!filter_addr_parse(addr, &t->addr)) {
		if (!quoted && is_like_addr(addr))
			return "no whole address; a network is 192.0.2.0/24 or "
			    "2001:db8::/32";
		t->kind = TERM_LIST;	/* a socket's path, "unknown" */
		return NULL;
	}
	t->prefix = t->addr.bits;
	if (!net)
		return NULL;
	/* A mapped network counts its bits in the long form. */
	if (t->addr.bits == 32 && slice_chr(addr, ':') != SLICE_NONE) {
		if (!slice_u64(bits, 128, &n) || n < 96)
			return "bad length of a network (96 to 128)";
		n -= 96;
	} else if (!slice_u64(bits, t->addr.bits, &n))
		return t->addr.bits == 32 ?
		    "bad length of a network (0 to 32)" :
		    "bad length of a network (0 to 128)";
	t->prefix = (unsigned int)n;
	return NULL;
}

static struct slice
without_dot(struct slice s)
{
	if (s.len > 1 && s.ptr[s.len - 1] == '.')
		s.len--;
	return s;
}

static struct slice
without_angles(struct slice s)
{
	if (s.len >= 2 && s.ptr[0] == '<' && s.ptr[s.len - 1] == '>')
		s = slice_sub(s, 1, s.len - 2);
	return s;
}

static const char *
make_host(struct filter_term *t)
{
	t->value = without_dot(t->value);
	t->kind = t->value.len > 1 && t->value.ptr[0] == '.' ?
	    TERM_BELOW : TERM_HOST;
	return NULL;
}

static const char *
make_mail(struct filter_term *t)
{
	struct slice v = without_angles(t->value);

	t->kind = TERM_MAIL;
	if (!slice_rcut(v, '@', &t->value, &t->domain)) {
		t->value = v;
		t->domain = slice_of(NULL, 0);
		return NULL;
	}
	t->domain = without_dot(t->domain);
	if (t->value.len == 0)
		t->kind = TERM_DOMAIN;
	if (t->value.len == 0 && t->domain.len == 0)
		return "no domain behind the @";
	return NULL;
}

bool
filter_term_free(enum field f)
{
	switch (f) {
	case F_STAMP:
	case F_TEXT:
	case F_COMMANDS:
	case F_SUBJECT:
	case F_REPLY:
	case F_REASON:
	case F_SASL_USER:
	case F_SRC:
	case F_TLS_SRC:
	case F_DAMAGED:
		return true;
	default:
		return false;
	}
}

static const char *
make_equal(struct filter_term *t, bool quoted)
{
	enum field_type type = field_info[t->field].type;
	const char *slip;

	if (!quoted && slice_eq(t->value, SLICE("*"))) {
		t->kind = TERM_PRESENT;
		return NULL;
	}
	if (!quoted && slice_chr(t->value, '*') != SLICE_NONE)
		return "'*' is no wildcard: use ~, or @example.org for a "
		    "domain, or quote the value";
	if (type == FIELD_NUM)
		return make_num(t);
	slip = quoted || filter_term_free(t->field) ? NULL :
	    filter_vocab_pasted(t->field, t->value);
	if (slip != NULL)
		return slip;
	switch (type) {
	case FIELD_TIME:
		return make_time(t);
	case FIELD_HOST:
		return make_host(t);
	case FIELD_ADDR:
		return make_addr(t, quoted);
	case FIELD_MAIL:
		return make_mail(t);
	case FIELD_BOOL:
		t->kind = TERM_TEXT;
		if (!slice_eq(t->value, SLICE("true")) &&
		    !slice_eq(t->value, SLICE("false")))
			return "this key is true or false";
		return NULL;
	default:
		t->kind = filter_term_free(t->field) ? TERM_TEXT : TERM_LIST;
		if (t->field == F_MESSAGE_ID) {
			t->kind = TERM_MSGID;
			t->value = without_angles(t->value);
		}
		return quoted ? NULL : filter_vocab_meant(t->field, t->value);
	}
}

const char *
filter_term_make(struct filter_term *t, enum field f, enum filter_op op,
    struct slice value, bool quoted, char *text, size_t cap, size_t *off)
{
	*t = (struct filter_term){ .op = op, .field = f, .value = value };
	*off = 0;
	if (op == FILTER_MATCH)
		return make_regex(t, text, cap, off);
	if (op == FILTER_EQ)
		return make_equal(t, quoted);
	switch (field_info[f].type) {
	case FIELD_NUM:
		return make_num(t);
	case FIELD_TIME:
		return make_time(t);
	default:
		(void)snprintf(text, cap,
		    "'%.*s' is no number and no time: use = or ~",
		    (int)field_info[f].name.len, field_info[f].name.ptr);
		return text;
	}
}

void
filter_term_word(struct filter_term *t, struct slice word)
{
	*t = (struct filter_term){ .kind = TERM_WORD, .field = FIELD_N,
	    .value = word };
}

/* True if op holds for how a value compares with the term's. */
static bool
holds(enum filter_op op, int cmp)
{
	switch (op) {
	case FILTER_LT:
		return cmp < 0;
	case FILTER_LE:
		return cmp <= 0;
	case FILTER_GT:
		return cmp > 0;
	case FILTER_GE:
		return cmp >= 0;
	default:
		return cmp == 0;
	}
}

static bool
time_matches(const struct filter_term *t, struct slice v)
{
	struct filter_instant i;
	unsigned int digits;

	if (!caltime_parse(v, &i.sec, &i.nsec, &digits))
		return false;
	if (filter_instant_cmp(i, t->lo) < 0)
		return holds(t->op, -1);
	return holds(t->op, filter_instant_cmp(i, t->hi) < 0 ? 0 : 1);
}

/* s is a name below .domain. */
static bool
is_below(struct slice s, struct slice domain)
{
	return s.len > domain.len && slice_ends_nocase(s, domain);
}

static bool
mail_matches(const struct filter_term *t, struct slice v)
{
	struct slice local, domain;

	if (!slice_rcut(v, '@', &local, &domain))
		return t->kind == TERM_MAIL && t->domain.ptr == NULL &&
		    slice_eq(v, t->value);
	domain = without_dot(domain);
	if (t->kind == TERM_DOMAIN)
		return t->domain.ptr[0] == '.' ? is_below(domain, t->domain) :
		    slice_eq_nocase(domain, t->domain);
	return t->domain.ptr != NULL && slice_eq(local, t->value) &&
	    slice_eq_nocase(domain, t->domain);
}

/* One value, or one word of it. */
static bool
value_matches(const struct filter_term *t, struct slice v)
{
	struct filter_addr a;

	switch (t->kind) {
	case TERM_HOST:
		return slice_eq_nocase(without_dot(v), t->value);
	case TERM_BELOW:
		return is_below(without_dot(v), t->value);
	case TERM_ADDR:
		return filter_addr_parse(v, &a) &&
		    filter_addr_in(&a, &t->addr, t->prefix);
	case TERM_MAIL:
	case TERM_DOMAIN:
		return mail_matches(t, v);
	default:
		return slice_eq(v, t->value);
	}
}

/* The value, or one of the values that were joined by blanks. */
static bool
list_matches(const struct filter_term *t, struct slice v)
{
	struct slice word;

	if (value_matches(t, v))
		return true;
	/* A quoted local part may hold blanks that join nothing. */
	if (slice_chr(v, ' ') == SLICE_NONE || slice_chr(v, '"') != SLICE_NONE)
		return false;
	while (slice_cut(v, ' ', &word, &v))
		if (value_matches(t, word))
			return true;
	return value_matches(t, v);
}

static bool
key_matches(const struct filter_term *t, struct filter_regex *x,
    const struct rec *r, enum field f)
{
	struct slice v;
	int cmp;

	if (!rec_has(r, f))
		return false;
	v = r->v[f];
	switch (t->kind) {
	case TERM_PRESENT:
		return true;
	case TERM_TEXT:
		return slice_eq(v, t->value);
	case TERM_MSGID:
		return slice_eq(without_angles(v), t->value);
	case TERM_NUM:
		return filter_number_cmp(v, t->value, &cmp) &&
		    holds(t->op, cmp);
	case TERM_TIME:
		return time_matches(t, v);
	case TERM_REGEX:
		return regex_match(t, x, v);
	default:
		return list_matches(t, v);
	}
}

static bool
word_matches(const struct filter_term *t, const struct rec *r)
{
	for (enum field f = rec_next_field(r, 0); f != FIELD_N;
	    f = rec_next_field(r, (size_t)f + 1))
		if (filter_find_nocase(r->v[f], t->value))
			return true;
	return false;
}

bool
filter_term_match(const struct filter_term *t, struct filter_regex *x,
    const struct rec *r)
{
	if (t->kind == TERM_WORD)
		return word_matches(t, r);
	return key_matches(t, x, r, t->field) ||
	    (t->field == F_TO && key_matches(t, x, r, F_ORIG_TO));
}
