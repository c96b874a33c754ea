#include "fmt/tlsline.h"

#include "base/banned.h"

#include "base/banned.h"

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

/* True at " server-signature ", " client-digest " and the like. */
static bool
at_key(struct slice s)
{
	if (!slice_take(&s, SLICE(" server-")) &&
	    !slice_take(&s, SLICE(" client-")))
		return false;
	return slice_starts(s, SLICE("signature ")) ||
	    slice_starts(s, SLICE("digest "));
}

/* Take up to the next key. */
static struct slice
value(struct slice s)
{
	size_t pos = 0;

	for (;;) {
		size_t blank = slice_chr(slice_from(s, pos), ' ');

		if (blank == SLICE_NONE)
			return s;
		pos += blank;
		if (at_key(slice_from(s, pos)))
			return slice_sub(s, 0, pos);
		pos++;
	}
}

/* PROTOCOL with cipher NAME (N/M bits)... */
static bool
parse_detail(struct slice s, struct tlsline *t)
{
	struct slice rest, bits;

	if (!slice_cut(s, ' ', &t->version, &rest) ||
	    !is_version(t->version) ||
	    !slice_take(&rest, SLICE("with cipher ")) ||
	    !slice_cut(rest, ' ', &t->cipher, &rest) ||
	    t->cipher.len == 0 || !slice_take(&rest, SLICE("(")) ||
	    !slice_cut(rest, '/', &bits, &rest) || !slice_digits(bits) ||
	    bits.len > 5)
		return false;
	t->bits = bits;
	if (!slice_cut(rest, ' ', &bits, &rest) || !slice_digits(bits) ||
	    !slice_take(&rest, SLICE("bits)")))
		return false;
	if (slice_take(&rest, SLICE(" key-exchange "))) {
		t->kex = value(rest);
		rest = slice_from(rest, t->kex.len);
	}
	if (slice_take(&rest, SLICE(" server-signature ")))
		t->sig = value(rest);
	return true;
}

/*
 * Where the ": " stands that ends the peer.  Addresses hold colons, but
 * nothing in a peer holds a colon and a blank.
 */
static size_t
peer_end(struct slice s)
{
	size_t pos = 0;

	for (;;) {
		size_t colon = slice_chr(slice_from(s, pos), ':');

		if (colon == SLICE_NONE)
			return SLICE_NONE;
		pos += colon + 1;
		if (pos < s.len && s.ptr[pos] == ' ')
			return pos - 1;
	}
}

bool
tlsline_parse(struct slice s, struct tlsline *t)
{
	struct slice peer;
	size_t colon;

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
	colon = peer_end(s);
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
