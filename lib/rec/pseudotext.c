#include "rec/pseudotext.h"

#include "rec/lexicon.h"

#include "base/banned.h"

#define QUOTED		((size_t)322)	/* of a quoted local part */
#define LITERAL		((size_t)64)	/* of an address in brackets */

struct text {
	struct pseudonyms	*p;
	struct slice		 s;
	const struct rec	*r;
	size_t			 pos;
	size_t			 run;	/* where the run of atext ends */
};

static bool
is_wordy(unsigned char c)
{
	return ascii_alnum(c) || c >= 0x80 || c == '.' || c == '-' ||
	    c == '_' || c == '+';
}

/* RFC 5322 atext, and dots */
static bool
is_atext(unsigned char c)
{
	return is_wordy(c) || slice_chr(SLICE("!#$%&'*/=?^`{|}~"), c) !=
	    SLICE_NONE;
}

static size_t
run_of(struct slice s, bool (*in)(unsigned char))
{
	size_t n = 0;

	while (n < s.len && in(s.ptr[n]))
		n++;
	return n;
}

/* Without dots and the like at both ends. */
static struct slice
trim(struct slice s)
{
	while (s.len > 0 && slice_chr(SLICE(".-_+"), s.ptr[0]) != SLICE_NONE)
		s = slice_from(s, 1);
	while (s.len > 0 && slice_chr(SLICE(".-_+"), s.ptr[s.len - 1]) !=
	    SLICE_NONE)
		s = slice_sub(s, 0, s.len - 1);
	return s;
}

/* Digits, with dots or colons: the text of an IP address? */
static bool
is_ip(struct slice s)
{
	size_t dots = 0, colons = 0;

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = s.ptr[i];

		dots += c == '.';
		colons += c == ':';
		if (!ascii_digit(c) && c != '.' && c != ':' &&
		    !(ascii_tolower(c) >= 'a' && ascii_tolower(c) <= 'f'))
			return false;
	}
	if (colons >= 2)
		return s.len <= 45;
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_digit(s.ptr[i]) && s.ptr[i] != '.')
			return false;
	return colons == 0 && dots == 3 && s.len >= 7 && s.len <= 15;
}

/* The name of a domain at the beginning, or [ADDRESS]; its length. */
static size_t
domain_len(struct slice s)
{
	struct slice in;
	size_t n;

	if (s.len > 0 && s.ptr[0] == '[') {
		n = slice_chr(slice_sub(s, 0, LITERAL), ']');
		if (n == SLICE_NONE)
			return 0;
		in = slice_sub(s, 1, n - 1);
		(void)slice_take(&in, SLICE("IPv6:"));
		return is_ip(in) ? n + 1 : 0;
	}
	n = run_of(s, is_wordy);
	while (n > 0 && (s.ptr[n - 1] == '.' || s.ptr[n - 1] == '-'))
		n--;
	return n;
}

/* A code (550, 5.1.1) or another number that is too short for a name. */
static bool
is_code(struct slice s)
{
	size_t digits = 0, dots = 0;

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '.')
			dots++;
		else if (!ascii_digit(s.ptr[i]))
			return false;
		digits += s.ptr[i] != '.';
	}
	return digits <= 3 || (dots == 2 && digits <= 5 && s.ptr[1] == '.');
}

static bool
is_any(const struct rec *r, const enum field *f, size_t n, struct slice s)
{
	for (size_t i = 0; i < n; i++)
		if (rec_has(r, f[i]) && slice_eq_nocase(r->v[f[i]], s))
			return true;
	return false;
}

/* What a client says in HELO may be its user's name, if it has no dot. */
static bool
is_host(const struct rec *r, struct slice s)
{
	static const enum field f[] = { F_HOST, F_CLIENT_NAME, F_RELAY_NAME,
		F_NEXT_HOST, F_HELO };
	size_t n = sizeof(f) / sizeof(*f);

	return is_any(r, f, slice_chr(s, '.') == SLICE_NONE ? n - 1 : n, s);
}

static const enum field people[] = { F_FROM, F_TO, F_ORIG_TO, F_SASL_USER };

/* A part of the record's addresses: the domain, or the local part. */
static bool
find_person(const struct rec *r, struct slice s, bool by_domain,
    struct slice *domain)
{
	struct slice local, right;

	for (size_t i = 0; i < sizeof(people) / sizeof(*people); i++) {
		struct slice v = rec_get(r, people[i]);

		if (!slice_rcut(v, '@', &local, &right)) {
			local = v;
			right = SLICE("");
		}
		*domain = right;
		if (by_domain ? right.len > 0 && slice_eq_nocase(right, s) :
		    local.len > 0 && slice_eq(local, s))
			return true;
	}
	return false;
}

/* Is a local part of the record somewhere in it? */
static bool
has_person(const struct rec *r, struct slice s)
{
	struct slice local, domain;

	for (size_t i = 0; i < sizeof(people) / sizeof(*people); i++) {
		struct slice v = rec_get(r, people[i]);

		if (!slice_rcut(v, '@', &local, &domain))
			local = v;
		if (local.len > 2 && slice_find(s, local) != SLICE_NONE)
			return true;
	}
	return false;
}

/* One word without punctuation at its ends. */
static bool
put_word(struct text *t, struct slice w)
{
	struct slice domain;

	if (w.len == 0 || lexicon_has(w) || is_code(w))
		return buf_add(&t->p->text, w);
	if (is_ip(w))
		return pseudonym_addr(t->p, w);
	/* A host may be called as its user: then it names him. */
	if (find_person(t->r, w, false, &domain))
		return pseudonym_local(t->p, w, domain);
	if (is_host(t->r, w))
		return pseudonym_host(t->p, w);
	if (find_person(t->r, w, true, &domain))
		return buf_add(&t->p->text, w);
	return pseudonym_put(t->p, PSEUDONYM_WORD, w, SLICE(""));
}

/* A word with its punctuation. */
static bool
put_token(struct text *t, struct slice s)
{
	struct slice w = trim(s);
	size_t before = (size_t)(w.ptr - s.ptr);

	return buf_add(&t->p->text, slice_sub(s, 0, before)) &&
	    put_word(t, w) &&
	    buf_add(&t->p->text, slice_from(s, before + w.len));
}

/* [ADDRESS] or [ADDRESS]:PORT at the position; false if it is none. */
static bool
take_literal(struct text *t, bool *ok)
{
	struct slice s = slice_sub(t->s, t->pos, LITERAL), in;
	size_t end = slice_chr(s, ']'), n;

	if (end == SLICE_NONE || s.ptr[0] != '[')
		return false;
	in = slice_sub(s, 1, end - 1);
	if (!is_ip(in) && !slice_eq(in, SLICE("unknown")))
		return false;
	*ok = buf_addc(&t->p->text, '[') && pseudonym_addr(t->p, in) &&
	    buf_addc(&t->p->text, ']');
	t->pos += end + 1;
	s = slice_from(t->s, t->pos);
	if (s.len < 2 || s.ptr[0] != ':')
		return true;
	n = run_of(slice_sub(s, 1, 5), ascii_digit);
	if (n == 0 || (n + 1 < s.len && is_wordy(s.ptr[n + 1])))
		return true;
	*ok = *ok && buf_add(&t->p->text, slice_sub(s, 0, n + 1));
	t->pos += n + 1;
	return true;
}

/* NAME[ADDRESS]: the name of a host. */
static bool
take_peer(struct text *t, size_t n, bool *ok)
{
	struct slice name = slice_sub(t->s, t->pos, n), domain;
	size_t begin = t->pos, len = t->p->text.len;

	if (find_person(t->r, name, false, &domain))
		return false;
	if (!slice_eq(name, SLICE("unknown")) && !is_host(t->r, name) &&
	    (slice_chr(name, '.') == SLICE_NONE || has_person(t->r, name)))
		return false;
	*ok = pseudonym_host(t->p, name);
	t->pos += n;
	if (take_literal(t, ok))
		return true;
	t->pos = begin;
	t->p->text.len = len;
	return false;
}

/* LOCAL@DOMAIN, the local part n bytes from the position on. */
static bool
take_address(struct text *t, size_t n, bool *ok)
{
	struct slice local = slice_sub(t->s, t->pos, n);
	struct slice rest = slice_from(t->s, t->pos + n);
	struct slice domain;

	if (n == 0 || rest.len == 0 || rest.ptr[0] != '@')
		return false;
	domain = slice_sub(rest, 1, domain_len(slice_from(rest, 1)));
	if (domain.len == 0)
		return false;
	*ok = pseudonym_local(t->p, local, domain) &&
	    buf_addc(&t->p->text, '@') && (domain.ptr[0] == '[' ?
	    pseudonym_addr(t->p, domain) : buf_add(&t->p->text, domain));
	t->pos += n + 1 + domain.len;
	return true;
}

/* "..."@DOMAIN */
static bool
take_quoted(struct text *t, bool *ok)
{
	struct slice s = slice_sub(t->s, t->pos, QUOTED);

	for (size_t i = 1; s.ptr[0] == '"' && i < s.len; i++) {
		if (s.ptr[i] == '\\')
			i++;
		else if (s.ptr[i] == '"')
			return take_address(t, i + 1, ok);
	}
	return false;
}

/* What runs up to an @: "to=bob" is bob, "'bob" and "/bob" as well. */
static bool
take_run(struct text *t, bool *ok)
{
	struct slice s;
	size_t n;

	if (t->pos >= t->run)
		t->run = t->pos + run_of(slice_from(t->s, t->pos), is_atext);
	s = slice_sub(t->s, t->pos, t->run - t->pos);
	if (s.len == 0 || t->run == t->s.len || t->s.ptr[t->run] != '@' ||
	    !is_wordy(s.ptr[0]))
		return false;
	n = run_of(s, is_wordy);
	if (n < s.len && s.ptr[n] == '=' && lexicon_has(slice_sub(s, 0, n)))
		return false;
	return take_address(t, s.len, ok);
}

static bool
step(struct text *t)
{
	bool ok = true;
	size_t n;

	if (take_quoted(t, &ok) || take_run(t, &ok) || take_literal(t, &ok))
		return ok;
	n = run_of(slice_from(t->s, t->pos), is_wordy);
	if (n == 0)
		return buf_addc(&t->p->text, t->s.ptr[t->pos++]);
	if (take_peer(t, n, &ok))
		return ok;
	t->pos += n;
	return put_token(t, slice_sub(t->s, t->pos - n, n));
}

bool
pseudotext_put(struct pseudonyms *p, struct slice s, const struct rec *r)
{
	struct text t = { .p = p, .s = s, .r = r };
	bool ok = true;

	while (ok && t.pos < s.len)
		ok = step(&t);
	return ok;
}
