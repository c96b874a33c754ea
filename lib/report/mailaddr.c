#include "report/asmail.h"

#include "base/utf8.h"

#include "base/banned.h"

#define DOMAIN	((size_t)255)

/* RFC 5322 atext */
static bool
is_atext(unsigned char c)
{
	return ascii_alnum(c) ||
	    slice_chr(SLICE("!#$%&'*+-/=?^_`{|}~"), c) != SLICE_NONE;
}

/* Words of atext with one dot between. */
static bool
is_dot_atom(struct slice s)
{
	bool dot = true;	/* none may follow */

	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '.' ? dot : !is_atext(s.ptr[i]))
			return false;
		dot = s.ptr[i] == '.';
	}
	return !dot;
}

/* "..." of printable ASCII, with \ before " and \. */
static bool
is_quoted(struct slice s)
{
	if (s.len < 2 || s.ptr[0] != '"' || s.ptr[s.len - 1] != '"')
		return false;
	s = slice_sub(s, 1, s.len - 2);
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\\' && ++i == s.len)
			return false;
		if (s.ptr[i] < ' ' || s.ptr[i] > '~' ||
		    (s.ptr[i] == '"' && s.ptr[i - 1] != '\\'))
			return false;
	}
	return true;
}

/* Letters, digits, hyphens, and dots between; or an address in brackets. */
static bool
is_domain(struct slice s)
{
	bool brackets = s.len > 2 && s.ptr[0] == '[' &&
	    s.ptr[s.len - 1] == ']';
	bool dot = true;

	if (s.len == 0 || s.len > DOMAIN)
		return false;
	if (brackets)
		s = slice_sub(s, 1, s.len - 2);
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = s.ptr[i];

		if (!ascii_alnum(c) && c != '.' && c != '-' &&
		    !(brackets && c == ':'))
			return false;
		if (c == '.' && dot)
			return false;
		dot = c == '.';
	}
	return !dot;
}

const char *
asmail_address(struct slice s)
{
	struct slice local, domain;

	if (s.len > ASMAIL_ADDRESS)
		return "too long";
	if (!slice_rcut(s, '@', &local, &domain))
		return "no @; use USER@DOMAIN";
	if (!is_dot_atom(local) && !is_quoted(local))
		return "the part before @ is not ASCII as RFC 5322 has it";
	if (!is_domain(domain))
		return "the domain is not one";
	return NULL;
}

const char *
asmail_subject(struct slice s)
{
	uint32_t cp;

	if (s.len == 0)
		return "empty";
	if (s.len > ASMAIL_SUBJECT)
		return "too long";
	for (size_t i = 0; i < s.len;) {
		i += utf8_next(slice_from(s, i), &cp);
		if (cp == UTF8_BAD)
			return "not UTF-8";
		if (utf8_unsafe(cp))
			return "control or invisible characters";
	}
	return NULL;
}
