#include "scan/keys.h"

#include "fmt/mimedecode.h"
#include "scan/keysread.h"

#include "base/banned.h"

/* A label of RFC 7468 and before, and what it holds. */
static const struct label {
	struct slice name;
	enum keys_kind kind;
	const char *form;
} labels[] = {
#define LABEL(t, k, f)                                                         \
	{                                                                      \
		{ (const unsigned char *)t, sizeof(t) - 1 }, k, f              \
	}
	LABEL("CERTIFICATE", KEYS_CERTIFICATE, "x509"),
	LABEL("X509 CERTIFICATE", KEYS_CERTIFICATE, "x509"),
	LABEL("TRUSTED CERTIFICATE", KEYS_CERTIFICATE, "x509"),
	LABEL("PRIVATE KEY", KEYS_PRIVATE, "pkcs8"),
	LABEL("RSA PRIVATE KEY", KEYS_PRIVATE, "pkcs1"),
	LABEL("EC PRIVATE KEY", KEYS_PRIVATE, "sec1"),
	LABEL("ENCRYPTED PRIVATE KEY", KEYS_ENCRYPTED, "pkcs8"),
#undef LABEL
};

static void
set_form(struct keys *k, const char *form)
{
	struct slice s = slice_cstr(form);

	memcpy(k->form, s.ptr, s.len + 1);
}

/* Bytes of base64 in dst, which has 3/4 of s.len; false for anything else. */
static bool
decode(struct slice s, unsigned char *dst, size_t *len)
{
	unsigned int bits = 0, n = 0, pad = 0;

	*len = 0;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = s.ptr[i];
		uint32_t v;

		if (c == '\n' || c == '\r' || c == ' ' || c == '\t')
			continue;
		v = c == '=' ? 0 : mimedecode_sextet(c);
		if (v > 63 || (pad > 0 && c != '='))
			return false;
		pad += c == '=';
		bits = (bits << 6 | v) & 0xffffff;
		if (++n % 4 != 0)
			continue;
		for (unsigned int k = 0; k < 3; k++)
			dst[(*len)++] = (unsigned char)(bits >> (16 - 8 * k));
	}
	if (n % 4 != 0 || pad > 2 || pad > *len)
		return false;
	*len -= pad;
	return *len > 0;
}

/* The label at the front of s, which goes on behind its line. */
static const struct label *
take_label(struct slice *s)
{
	struct slice name, rest;

	if (!slice_take(s, SLICE("-----BEGIN ")))
		return NULL;
	if (!slice_cut_str(slice_sub(*s, 0, 64), SLICE("-----"), &name, &rest))
		return NULL;
	*s = slice_from(*s, name.len + 5);
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (slice_eq(name, labels[i].name))
			return &labels[i];
	return NULL;
}

/* Behind "-----END LABEL-----" at the front of s, or 0. */
static size_t
end_len(struct slice s, struct slice name)
{
	struct slice rest = s;

	if (!slice_take(&rest, SLICE("-----END ")) ||
	    !slice_take(&rest, name) || !slice_take(&rest, SLICE("-----")))
		return 0;
	return s.len - rest.len;
}

bool
keys_pem(struct slice s, struct keys *k)
{
	unsigned char der[KEYS_MAX / 4 * 3];
	struct slice whole = slice_sub(s, 0, KEYS_MAX), body;
	const struct label *l;
	size_t n, end;
	bool good;

	*k = (struct keys){ .len = 0 };
	s = whole;
	l = take_label(&s);
	if (l == NULL || (n = slice_find(s, SLICE("-----"))) == SLICE_NONE)
		return false;
	body = slice_sub(s, 0, n);
	end = end_len(slice_from(s, n), l->name);
	if (end == 0)
		return false;
	k->kind = l->kind;
	set_form(k, l->form);
	k->len = whole.len - s.len + n + end;
	if (slice_find(body, SLICE("Proc-Type: 4,ENCRYPTED")) != SLICE_NONE) {
		/* RFC 1421: a header, a blank line. */
		k->kind = KEYS_ENCRYPTED;
		if (l->kind != KEYS_PRIVATE ||
		    ((n = slice_find(body, SLICE("\n\n"))) == SLICE_NONE &&
			(n = slice_find(body, SLICE("\r\n\r\n"))) ==
			    SLICE_NONE))
			return false;
		body = slice_from(body, n);
	}
	if (!decode(body, der, &n))
		return false;
	good = keysread(slice_of(der, n), k,
	    slice_eq(l->name, SLICE("TRUSTED CERTIFICATE")));
	if (k->kind != KEYS_CERTIFICATE)
		keysread_wipe(der, n);
	return good;
}

/* Bytes of the element at the front of s with its head; 0: none. */
static size_t
element(struct slice s, size_t *head)
{
	size_t len;

	if (s.len < 2 || s.ptr[0] != 0x30)
		return 0;
	*head = 2;
	len = s.ptr[1];
	if (len == 0x81 && s.len > 2 && s.ptr[2] >= 0x80) {
		*head = 3;
		len = s.ptr[2];
	} else if (len == 0x82 && s.len > 3 && s.ptr[2] > 0) {
		*head = 4;
		len = (size_t)s.ptr[2] << 8 | s.ptr[3];
	} else if (len >= 0x80)
		return 0;
	return *head + len;
}

/* Elements lie in s, one behind the other, to its end. */
static bool
are_elements(struct slice s)
{
	while (s.len > 0) {
		size_t head = 2, len, n;

		if (s.len < 2)
			return false;
		len = s.ptr[1];
		if (len > 0x80 && len <= 0x82) {
			n = len - 0x80;
			if (s.len < 2 + n)
				return false;
			len = n == 1 ? s.ptr[2] :
				       (size_t)s.ptr[2] << 8 | s.ptr[3];
			head += n;
		} else if (len >= 0x80)
			return false;
		if (len > s.len - head)
			return false;
		s = slice_from(s, head + len);
	}
	return true;
}

bool
keys_der(struct slice s, struct keys *k)
{
	size_t head = 0, len = element(s, &head);
	struct slice in;

	*k = (struct keys){ .len = len };
	in = slice_sub(s, head, len - head);
	if (len == 0 || len > s.len || len > KEYS_MAX || in.len < 8 ||
	    !are_elements(in))
		return false;
	k->kind = KEYS_PRIVATE;
	if (in.ptr[0] == 0x30) {
		k->kind = KEYS_CERTIFICATE;
		set_form(k, "x509");
	} else if (slice_starts(in, SLICE("\2\1\3\x30"))) {
		k->kind = KEYS_ENCRYPTED;
		set_form(k, "pkcs12");
	} else if (slice_starts(in, slice_of("\2\1\0\x30", 4)) ||
	    slice_starts(in, SLICE("\2\1\1\x30")))
		set_form(k, "pkcs8");
	else if (slice_starts(in, slice_of("\2\1\0\2", 4)))
		set_form(k, "pkcs1");
	else if (slice_starts(in, SLICE("\2\1\1\4")))
		set_form(k, "sec1");
	else
		return false;
	return keysread(slice_sub(s, 0, len), k, false);
}

size_t
keys_der_len(struct slice s)
{
	size_t head;

	return element(s, &head);
}

size_t
keys_der_start(struct slice before, struct slice s)
{
	size_t n = before.len, head, back;

	/* A certificate: [0] { INTEGER 2 } behind two SEQUENCEs. */
	if (n >= 2 && before.ptr[n - 2] == 0xa0 && before.ptr[n - 1] == 3) {
		for (back = 10; back >= 8; back--)
			if (n >= back && before.ptr[n - back] == 0x30 &&
			    (before.ptr[n - back + 1] == 0x82 ||
				before.ptr[n - back + 1] == 0x81))
				return back;
		return 0;
	}
	(void)s;
	for (head = 4; head >= 2; head--)
		if (n >= head && before.ptr[n - head] == 0x30 &&
		    (head == 2 ? before.ptr[n - 1] < 0x80 :
				 before.ptr[n - head + 1] == 0x80 + head - 2))
			return head;
	return 0;
}
