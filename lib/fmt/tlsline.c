#include "fmt/tlsline.h"

/* The words before " TLS connection ". */
static bool
take_trust(struct slice *s, struct slice *trust)
{
	static const struct {
		unsigned char len;
		const char *word;
	} t[] = { { 9, "Anonymous" }, { 9, "Untrusted" }, { 7, "Trusted" },
		{ 8, "Verified" } };

	*trust = slice_of(NULL, 0);
	if (slice_take(s, SLICE("TLS connection ")))
		return true;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		if (slice_starts(*s, slice_of(t[i].word, t[i].len))) {
			*trust = slice_sub(*s, 0, t[i].len);
			*s = slice_from(*s, t[i].len);
			return slice_take(s, SLICE(" TLS connection "));
		}
	return false;
}

static bool
is_version(struct slice s)
{
	return (slice_starts(s, SLICE("TLSv1")) && s.len <= 7) ||
	    slice_eq(s, SLICE("SSLv3")) || slice_eq(s, SLICE("SSLv2"));
}

/* Take up to the next " server-", " client-" or " key-exchange " word. */
static struct slice
value(struct slice s)
{
	static const char *const key[] = { " server-signature ",
		" server-digest ", " client-signature ", " client-digest " };
	size_t end = s.len;

	for (size_t i = 0; i < sizeof(key) / sizeof(key[0]); i++) {
		size_t pos = slice_find(slice_sub(s, 0, end),
		    slice_cstr(key[i]));

		if (pos != SLICE_NONE)
			end = pos;
	}
	return slice_sub(s, 0, end);
}

/* PROTOCOL with cipher NAME (N/M bits)... */
static bool
parse_detail(struct slice s, struct tlsline *t)
{
	struct slice rest, bits;
	size_t pos;

	if (!slice_cut_str(s, SLICE(" with cipher "), &t->version, &rest) ||
	    !is_version(t->version) ||
	    !slice_cut_str(rest, SLICE(" ("), &t->cipher, &rest) ||
	    t->cipher.len == 0 || slice_chr(t->cipher, ' ') != SLICE_NONE ||
	    !slice_cut(rest, '/', &bits, &rest) || !slice_digits(bits) ||
	    bits.len > 5)
		return false;
	t->bits = bits;
	if ((pos = slice_find(rest, SLICE(" bits)"))) == SLICE_NONE)
		return false;
	rest = slice_from(rest, pos + 6);
	if (slice_take(&rest, SLICE(" key-exchange "))) {
		t->kex = value(rest);
		rest = slice_from(rest, t->kex.len);
	}
	if (slice_take(&rest, SLICE(" server-signature ")))
		t->sig = value(rest);
	return true;
}

bool
tlsline_parse(struct slice s, struct tlsline *t)
{
	struct slice peer;
	size_t cipher, colon;

	*t = (struct tlsline){ .outbound = false };
	if (!take_trust(&s, &t->trust))
		return false;
	if (slice_take(&s, SLICE("reused ")))
		t->reused = true;
	else if (!slice_take(&s, SLICE("established ")))
		return false;
	if (slice_take(&s, SLICE("to ")))
		t->outbound = true;
	else if (!slice_take(&s, SLICE("from ")))
		return false;
	cipher = slice_rfind(s, SLICE(" with cipher "));
	if (cipher == SLICE_NONE)
		return false;
	colon = slice_rfind(slice_sub(s, 0, cipher), SLICE(": "));
	if (colon == SLICE_NONE || !parse_detail(slice_from(s, colon + 2), t))
		return false;
	peer = slice_sub(s, 0, colon);
	if (!t->outbound)
		(void)slice_cut_str(peer, SLICE(" to "), &peer, &t->sni);
	if (peer_parse(peer, &t->peer))
		return true;
	if (peer.len == 0 || slice_chr(peer, ' ') != SLICE_NONE)
		return false;
	t->peer = (struct peer){ .all = peer, .name = peer };
	return true;
}
