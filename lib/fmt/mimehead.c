#include "fmt/mimehead.h"

#include "base/banned.h"

#define PARAMS	64	/* parameters looked at */

void
mimehead_init(struct mimehead *h)
{
	*h = (struct mimehead){ .encoding = MIMEDECODE_NOTHING };
}

static bool
is_blank(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct slice
skip(struct slice s)
{
	while (s.len > 0 && is_blank(s.ptr[0]))
		s = slice_from(s, 1);
	return s;
}

/* A word up to a blank or one of ; = ( and " . */
static struct slice
take_token(struct slice *s)
{
	size_t n = 0;
	struct slice t;

	*s = skip(*s);
	while (n < s->len && !is_blank(s->ptr[n]) && s->ptr[n] != ';' &&
	    s->ptr[n] != '=' && s->ptr[n] != '(' && s->ptr[n] != '"')
		n++;
	t = slice_sub(*s, 0, n);
	*s = slice_from(*s, n);
	return t;
}

static void
put(unsigned char *dst, size_t size, size_t *n, unsigned char c)
{
	if (*n < size)
		dst[(*n)++] = c;
}

/* The value of a parameter, without quotes; *n is size if it was too long. */
static void
take_value(struct slice *s, unsigned char *dst, size_t size, size_t *n)
{
	struct slice t;
	size_t i;

	*n = 0;
	*s = skip(*s);
	if (s->len == 0 || s->ptr[0] != '"') {
		/* A = may stand in a boundary, against the rule. */
		for (i = 0; i < s->len && s->ptr[i] != ';' &&
		    !is_blank(s->ptr[i]); i++)
			put(dst, size, n, s->ptr[i]);
		*s = slice_from(*s, i);
		return;
	}
	t = slice_from(*s, 1);
	for (i = 0; i < t.len && t.ptr[i] != '"'; i++) {
		if (t.ptr[i] == '\\' && i + 1 < t.len)
			i++;
		/* A folded line within quotes. */
		if (t.ptr[i] != '\r' && t.ptr[i] != '\n')
			put(dst, size, n, t.ptr[i]);
	}
	*s = slice_from(t, i < t.len ? i + 1 : i);
}

static int
digit(unsigned char c)
{
	c = ascii_tolower(c);
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? 10 + c - 'a' : -1;
}

/* charset'language'text with %XX, in place; `first` has those two words. */
static size_t
extended(unsigned char *v, size_t n, bool first)
{
	size_t from = 0, to = 0, quotes = 0;

	while (first && from < n && quotes < 2)
		quotes += v[from++] == '\'';
	if (first && quotes < 2)
		from = 0;
	while (from < n) {
		if (v[from] == '%' && n - from > 2 &&
		    digit(v[from + 1]) >= 0 && digit(v[from + 2]) >= 0) {
			v[to++] = (unsigned char)(digit(v[from + 1]) << 4 |
			    digit(v[from + 2]));
			from += 3;
		} else
			v[to++] = v[from++];
	}
	return to;
}

/* name=, name*=, name*0=, name*0*=, name*1= ...: pieces come in order. */
static void
name_param(struct mimehead *h, struct slice attr, struct slice want,
    unsigned char *v, size_t n)
{
	struct slice rest = slice_from(attr, want.len);
	bool coded = slice_ends(rest, SLICE("*")), first;

	if (!slice_eq_nocase(slice_sub(attr, 0, want.len), want) ||
	    (rest.len > 0 && rest.ptr[0] != '*'))
		return;
	first = rest.len <= 1 || slice_starts(rest, SLICE("*0"));
	if (h->has_name && first)
		return;
	if (coded)
		n = extended(v, n, first);
	h->has_name = true;
	for (size_t i = 0; i < n; i++)
		put(h->name, sizeof(h->name), &h->nname, v[i]);
}

static void
params(struct mimehead *h, struct slice s, struct slice want)
{
	unsigned char v[MIMEHEAD_TEXT];
	size_t n;

	for (size_t i = 0; i < PARAMS; i++) {
		struct slice attr;
		size_t semi = slice_chr(s, ';');

		if (semi == SLICE_NONE)
			return;
		s = slice_from(s, semi + 1);
		attr = take_token(&s);
		s = skip(s);
		if (s.len == 0 || s.ptr[0] != '=')
			continue;
		s = slice_from(s, 1);
		take_value(&s, v, sizeof(v), &n);
		name_param(h, attr, want, v, n);
		if (!slice_eq_nocase(attr, SLICE("boundary")) ||
		    h->nboundary > 0 || n >= sizeof(h->boundary))
			continue;
		/* Blanks at its end are none of it. */
		while (n > 0 && is_blank(v[n - 1]))
			n--;
		memcpy(h->boundary, v, n);
		h->nboundary = n;
	}
}

static void
type(struct mimehead *h, struct slice s)
{
	struct slice t = take_token(&s), kind, sub;

	if (h->ntype > 0)
		return;
	if (!slice_cut(t, '/', &kind, &sub) || kind.len == 0 ||
	    sub.len == 0 || t.len > sizeof(h->type))
		t = SLICE("text/plain");
	for (size_t i = 0; i < t.len; i++)
		h->type[h->ntype++] = ascii_tolower(t.ptr[i]);
	params(h, s, SLICE("name"));
}

void
mimehead_field(struct mimehead *h, struct slice name, struct slice value)
{
	struct slice t;

	if (slice_eq_nocase(name, SLICE("content-type")))
		type(h, value);
	else if (slice_eq_nocase(name, SLICE("content-disposition")) &&
	    !h->disposed) {
		struct mimehead d;

		mimehead_init(&d);
		h->disposed = true;
		params(&d, value, SLICE("filename"));
		if (!d.has_name)
			return;
		h->has_name = true;
		h->nname = d.nname;
		memcpy(h->name, d.name, d.nname);
	} else if (slice_eq_nocase(name,
	    SLICE("content-transfer-encoding")) && !h->has_encoding) {
		h->has_encoding = true;
		t = take_token(&value);
		h->encoding = slice_eq_nocase(t, SLICE("base64")) ?
		    MIMEDECODE_BASE64 :
		    slice_eq_nocase(t, SLICE("quoted-printable")) ?
		    MIMEDECODE_QUOTED : MIMEDECODE_NOTHING;
	}
}

struct slice
mimehead_type(const struct mimehead *h)
{
	return h->ntype > 0 ? slice_of(h->type, h->ntype) :
	    SLICE("text/plain");
}

struct slice
mimehead_boundary(struct slice s)
{
	static const struct slice name = { (const unsigned char *)"boundary=",
		9 };
	size_t n = 0;

	for (;; s = slice_from(s, 1)) {
		if (s.len <= name.len)
			return slice_of(NULL, 0);
		if (slice_eq_nocase(slice_sub(s, 0, name.len), name))
			break;
	}
	s = slice_from(s, name.len);
	if (s.ptr[0] == '"') {
		s = slice_from(s, 1);
		n = slice_chr(s, '"');
		return n == SLICE_NONE ? slice_of(NULL, 0) : slice_sub(s, 0, n);
	}
	while (n < s.len && s.ptr[n] > ' ' && s.ptr[n] != ';')
		n++;
	return slice_sub(s, 0, n);
}
