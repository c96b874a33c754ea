#include "fmt/rfc822.h"

#include "base/caltime.h"

#include "base/banned.h"

#define NESTED	16	/* comments in comments */

static bool
blank(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct slice
skip_blanks(struct slice s)
{
	while (s.len > 0 && blank(s.ptr[0]))
		s = slice_from(s, 1);
	return s;
}

bool
rfc822_field(struct slice line, struct slice *name, struct slice *value)
{
	struct slice head, tail;

	if (!slice_cut(line, ':', &head, &tail))
		return false;
	while (head.len > 0 && blank(head.ptr[head.len - 1]))
		head.len--;
	if (head.len == 0)
		return false;
	for (size_t i = 0; i < head.len; i++)
		if (head.ptr[i] <= ' ' || head.ptr[i] >= 0x7f)
			return false;
	*name = head;
	*value = skip_blanks(tail);
	while (value->len > 0 && blank(value->ptr[value->len - 1]))
		value->len--;
	return true;
}

/* A word up to a blank, comma, semicolon or comment. */
static struct slice
take_word(struct slice *s)
{
	size_t n = 0;
	struct slice w;

	*s = skip_blanks(*s);
	while (n < s->len && !blank(s->ptr[n]) && s->ptr[n] != ';' &&
	    s->ptr[n] != '(' && s->ptr[n] != ',')
		n++;
	w = slice_sub(*s, 0, n);
	*s = slice_from(*s, n);
	return w;
}

static bool
number(struct slice s, int limit, int *out)
{
	uint64_t v;

	if (!slice_u64(s, (uint64_t)limit, &v))
		return false;
	*out = (int)v;
	return true;
}

static bool
month(struct slice s, int *mon)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	if (s.len != 3)
		return false;
	for (int i = 0; i < 12; i++)
		if (slice_eq_nocase(s, slice_of(names + 3 * i, 3))) {
			*mon = i + 1;
			return true;
		}
	return false;
}

/* Seconds east of UTC. */
static bool
zone(struct slice s, int *east)
{
	static const struct {
		struct slice	name;
		int		hours;
	} z[] = {
#define Z(text, h)	{ { (const unsigned char *)text, sizeof(text) - 1 }, h }
		Z("UT", 0), Z("UTC", 0), Z("GMT", 0), Z("Z", 0),
		Z("EST", -5), Z("EDT", -4), Z("CST", -6), Z("CDT", -5),
		Z("MST", -7), Z("MDT", -6), Z("PST", -8), Z("PDT", -7),
#undef Z
	};
	int h, m;

	if (s.len == 5 && (s.ptr[0] == '+' || s.ptr[0] == '-') &&
	    number(slice_sub(s, 1, 2), 23, &h) &&
	    number(slice_sub(s, 3, 2), 59, &m)) {
		*east = (h * 60 + m) * 60 * (s.ptr[0] == '-' ? -1 : 1);
		return true;
	}
	for (size_t i = 0; i < sizeof(z) / sizeof(z[0]); i++)
		if (slice_eq_nocase(s, z[i].name)) {
			*east = z[i].hours * 3600;
			return true;
		}
	return false;
}

bool
rfc822_date(struct slice s, int64_t *sec)
{
	struct caltime c = { 0 };
	struct slice w = take_word(&s), hh, mm, ss;
	int east;

	s = skip_blanks(s);
	if (s.len > 0 && s.ptr[0] == ',') {
		s = slice_from(s, 1);
		w = take_word(&s);
	}
	if (w.len == 0 || w.len > 2 || !number(w, 31, &c.day) ||
	    !month(take_word(&s), &c.mon))
		return false;
	w = take_word(&s);
	if (w.len != 4 || !number(w, 9999, &c.year))
		return false;
	w = take_word(&s);
	if (!slice_cut(w, ':', &hh, &mm))
		return false;
	if (!slice_cut(mm, ':', &mm, &ss))
		ss = SLICE("00");
	if (!number(hh, 23, &c.hour) || !number(mm, 59, &c.min) ||
	    !number(ss, 60, &c.sec) || !zone(take_word(&s), &east) ||
	    !caltime_sec(&c, sec))
		return false;
	*sec -= east;
	return true;
}

/* The comment at the start of s, without its parentheses. */
static struct slice
take_comment(struct slice *s)
{
	unsigned int depth = 0;
	size_t i;
	struct slice c;

	for (i = 0; i < s->len; i++) {
		if (s->ptr[i] == '\\' && i + 1 < s->len)
			i++;
		else if (s->ptr[i] == '(' && depth++ == NESTED)
			break;
		else if (s->ptr[i] == ')' && --depth == 0)
			break;
	}
	c = slice_sub(*s, 1, i < s->len ? i - 1 : SIZE_MAX);
	*s = slice_from(*s, i < s->len ? i + 1 : i);
	return c;
}

/* Digits and three dots, or hexadecimal digits and colons. */
static bool
is_addr(struct slice s)
{
	bool v6 = slice_chr(s, ':') != SLICE_NONE;
	unsigned int dots = 0;

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = ascii_tolower(s.ptr[i]);

		dots += c == '.';
		if ((c < '0' || c > '9') && c != '.' &&
		    (!v6 || (c != ':' && (c < 'a' || c > 'f'))))
			return false;
	}
	return v6 || dots == 3;
}

/* (HELO name), (addr) or (user@addr), as qmail and Exchange have it. */
static void
bare_peer(struct slice c, struct received *r)
{
	struct slice head, addr;

	if (slice_starts(c, SLICE("HELO ")) ||
	    slice_starts(c, SLICE("EHLO "))) {
		r->name = r->from;
		r->from = slice_from(c, 5);
		return;
	}
	if (!slice_rcut(c, '@', &head, &addr))
		addr = c;
	if (is_addr(addr))
		r->addr = addr;
}

/* name [addr], name, [addr], [IPv6:addr]; HELO stands before in Postfix's. */
static void
peer(struct slice c, struct received *r)
{
	struct slice head, tail, addr;

	if (slice_chr(c, '[') == SLICE_NONE && r->addr.ptr == NULL)
		bare_peer(c, r);
	if (!slice_cut(c, '[', &head, &tail) ||
	    !slice_cut(tail, ']', &addr, &tail))
		return;
	if (slice_starts(addr, SLICE("IPv6:")))
		addr = slice_from(addr, 5);
	if (addr.len == 0 || r->addr.ptr != NULL)
		return;
	r->addr = addr;
	head = slice_trim(head);
	if (slice_rchr(head, ' ') != SLICE_NONE)
		head = slice_from(head, slice_rchr(head, ' ') + 1);
	if (head.len > 0)
		r->name = head;
}

/* The word behind a key, up to a blank, comma or parenthesis. */
static bool
value_of(struct slice c, struct slice key, struct slice *v)
{
	size_t at = slice_find(c, key), n = 0;
	struct slice s;

	if (at == SLICE_NONE)
		return false;
	s = skip_blanks(slice_from(c, at + key.len));
	while (n < s.len && !blank(s.ptr[n]) && s.ptr[n] != ',' &&
	    s.ptr[n] != ')' && s.ptr[n] != '(' && s.ptr[n] != ';')
		n++;
	*v = slice_sub(s, 0, n);
	return n > 0;
}

static bool
is_version(struct slice s)
{
	return slice_starts(s, SLICE("TLSv1")) ||
	    slice_starts(s, SLICE("TLS1")) || slice_starts(s, SLICE("SSLv"));
}

/* What a comment says of TLS. */
static void
tls_comment(struct slice c, struct received *r)
{
	struct slice v, rest, cipher;

	if (r->version.ptr != NULL)
		return;
	if (slice_starts(c, SLICE("using ")) &&
	    value_of(c, SLICE("using "), &v) && is_version(v)) {
		/* Postfix: (using TLSv1.3 with cipher C (256/256 bits) */
		r->version = v;
		(void)value_of(c, SLICE("with cipher "), &r->cipher);
		if (slice_cut(c, '(', &v, &rest) &&
		    slice_cut(rest, '/', &v, &rest) && slice_digits(v))
			r->bits = v;
	} else if (value_of(c, SLICE("version="), &v) && is_version(v)) {
		/* Sendmail, Gmail, Exchange */
		r->version = v;
		(void)value_of(c, SLICE("cipher="), &r->cipher);
		if (value_of(c, SLICE("bits="), &v)) {
			if (!slice_cut(v, '/', &v, &rest))
				rest = v;
			if (slice_digits(v))
				r->bits = v;
		}
	} else if (is_version(c)) {
		/* Exim: (TLS1.3) or (TLS1.2:CIPHER:256) */
		r->version = c;
		if (slice_cut(c, ':', &v, &rest)) {
			r->version = v;
			if (slice_rcut(rest, ':', &cipher, &v) &&
			    slice_digits(v)) {
				r->cipher = cipher;
				r->bits = v;
			}
		}
	} else if (slice_ends(c, SLICE(" encrypted")) &&
	    slice_chr(c, '-') != SLICE_NONE)
		/* qmail: with (CIPHER encrypted) SMTP */
		r->cipher = slice_sub(c, 0, slice_chr(c, ' '));
}

/* SMTP, ESMTP, UTF8LMTP ... with S for TLS and A for authentication. */
static enum received_tls
by_word(struct slice w)
{
	static const struct slice base[] = {
#define B(t)	{ (const unsigned char *)t, sizeof(t) - 1 }
		B("ESMTP"), B("SMTP"), B("LMTP"), B("UTF8SMTP"),
		B("UTF8LMTP"), B("ASMTP"),
#undef B
	};

	for (size_t i = 0; i < sizeof(base) / sizeof(base[0]); i++) {
		struct slice rest = slice_from(w, base[i].len);

		if (!slice_eq_nocase(slice_sub(w, 0, base[i].len), base[i]))
			continue;
		if (rest.len == 0 || slice_eq_nocase(rest, SLICE("A")))
			return RECEIVED_PLAIN;
		if (slice_eq_nocase(rest, SLICE("S")) ||
		    slice_eq_nocase(rest, SLICE("SA")))
			return RECEIVED_TLS;
	}
	return RECEIVED_SILENT;
}

/* The text before the last semicolon that is no part of a comment. */
static bool
cut_date(struct slice s, struct slice *head, struct slice *date)
{
	struct slice rest = s;
	size_t at = SLICE_NONE;

	while (rest.len > 0) {
		if (rest.ptr[0] == '(') {
			(void)take_comment(&rest);
			continue;
		}
		if (rest.ptr[0] == ';')
			at = (size_t)(rest.ptr - s.ptr);
		rest = slice_from(rest, 1);
	}
	if (at == SLICE_NONE)
		return false;
	*head = slice_sub(s, 0, at);
	*date = slice_from(s, at + 1);
	return true;
}

static void
comment(struct slice c, struct slice after, struct received *r)
{
	if (slice_eq(after, SLICE("from")))
		peer(c, r);
	if (slice_eq(after, SLICE("by")) &&
	    slice_starts(c, SLICE("Postfix"))) {
		r->postfix = true;
		(void)value_of(c, SLICE("userid "), &r->uid);
	}
	tls_comment(c, r);
}

void
rfc822_received(struct slice value, struct received *r)
{
	struct slice s = value, date, w, after = slice_of(NULL, 0);
	struct slice *want = NULL;

	*r = (struct received){ 0 };
	if (cut_date(value, &s, &date))
		r->has_time = rfc822_date(date, &r->time);
	while ((s = skip_blanks(s)).len > 0) {
		if (s.ptr[0] == '(') {
			comment(take_comment(&s), after, r);
			continue;
		}
		w = take_word(&s);
		if (w.len == 0) {
			s = slice_from(s, 1);
			continue;
		}
		if (want != NULL) {
			if (want->ptr == NULL)
				*want = w;
			want = NULL;
			continue;
		}
		if (slice_eq_nocase(w, SLICE("from")))
			want = &r->from;
		else if (slice_eq_nocase(w, SLICE("by")))
			want = &r->by;
		else if (slice_eq_nocase(w, SLICE("with")))
			want = &r->with;
		else if (slice_eq_nocase(w, SLICE("id")))
			want = &r->id;
		else if (slice_eq_nocase(w, SLICE("for")))
			want = &r->rcpt;
		else if (slice_eq(w, SLICE("tls")))
			want = &r->cipher;	/* Exim */
		else
			continue;
		after = want == &r->from ? SLICE("from") : want == &r->by ?
		    SLICE("by") : SLICE("other");
	}
	if (r->from.len > 1 && r->from.ptr[0] == '[' && r->addr.ptr == NULL)
		peer(r->from, r);
	if (slice_starts(r->rcpt, SLICE("<")) &&
	    slice_ends(r->rcpt, SLICE(">")))
		r->rcpt = slice_sub(r->rcpt, 1, r->rcpt.len - 2);
	r->tls = r->version.ptr != NULL || r->cipher.ptr != NULL ?
	    RECEIVED_TLS : by_word(r->with);
}
