#include "fmt/tlsline.h"

#include "base/banned.h"

#include "base/banned.h"

/* The words before " TLS connection ". */
static bool
take_trust(struct slice *s, struct slice *trust)
{
	size_t n = 0;

	*trust = slice_of(NULL, 0);
	if (s->len == 0)
		return false;
	if (s->ptr[0] == 'A')
		n = slice_starts(*s, SLICE("Anonymous ")) ? 9 : 0;
	else if (s->ptr[0] == 'U')
		n = slice_starts(*s, SLICE("Untrusted ")) ? 9 : 0;
	else if (s->ptr[0] == 'V')
		n = slice_starts(*s, SLICE("Verified ")) ? 8 : 0;
	else if (slice_starts(*s, SLICE("Trusted ")))
		n = 7;
	else
		return slice_take(s, SLICE("TLS connection "));
	*trust = slice_of(s->ptr, n);
	*s = slice_from(*s, n);
	return n > 0 && slice_take(s, SLICE(" TLS connection "));
}

static bool
is_version(struct slice s)
{
	return (slice_starts(s, SLICE("TLSv1")) && s.len <= 7) ||
	    slice_eq(s, SLICE("SSLv3")) || slice_eq(s, SLICE("SSLv2"));
}

/* True at " server-signature ", " client-digest " and the like. */
static inline bool
at_key(struct slice s)
{
	if (s.len < 2 || (s.ptr[1] != 's' && s.ptr[1] != 'c'))
		return false;
	if (!slice_take(&s, SLICE(" server-")) &&
	    !slice_take(&s, SLICE(" client-")))
		return false;
	return slice_starts(s, SLICE("signature ")) ||
	    slice_starts(s, SLICE("digest "));
}

/* Take up to the next key. */
__attribute__((noinline)) static struct slice
value(struct slice s)
{
	size_t pos = 0;

	for (;;) {
		pos = slice_near(s, pos, ' ');
		if (pos == s.len)
			return s;
		if (at_key(slice_from(s, pos)))
			return slice_sub(s, 0, pos);
		pos++;
	}
}

/* Take a word and the blank behind it. */
static inline bool
take_word(struct slice *s, struct slice *word)
{
	size_t n = slice_near(*s, 0, ' ');

	*word = slice_of(s->ptr, n);
	if (n == s->len)
		return false;
	*s = slice_of(s->ptr + n + 1, s->len - n - 1);
	return true;
}

/* Take the digits of a number. */
static inline bool
take_number(struct slice *s, struct slice *number)
{
	size_t n = 0;

	while (n < s->len && ascii_digit(s->ptr[n]))
		n++;
	*number = slice_of(s->ptr, n);
	*s = slice_of(s->ptr + n, s->len - n);
	return n > 0;
}

/* PROTOCOL with cipher NAME (N/M bits)... */
static bool
parse_detail(struct slice rest, struct tlsline *t)
{
	struct slice all;

	if (!take_word(&rest, &t->version) || !is_version(t->version) ||
	    !slice_take(&rest, SLICE("with cipher ")) ||
	    !take_word(&rest, &t->cipher) || t->cipher.len == 0 ||
	    !slice_take(&rest, SLICE("(")) || !take_number(&rest, &t->bits) ||
	    t->bits.len > 5 || !slice_take(&rest, SLICE("/")) ||
	    !take_number(&rest, &all) || !slice_take(&rest, SLICE(" bits)")))
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
peer_end(struct slice s, bool padded)
{
	size_t pos = 0;

	for (;;) {
		pos = (padded ? slice_any_padded(s, pos, ':', ':', ':') :
		    slice_near(s, pos, ':')) + 1;
		if (pos > s.len)
			return SLICE_NONE;
		if (pos < s.len && s.ptr[pos] == ' ')
			return pos - 1;
	}
}

bool
tlsline_parse(struct slice s, struct tlsline *t, bool padded)
{
	struct slice peer;
	size_t colon;

	t->outbound = t->reused = false;
	t->sni = t->kex = t->sig = slice_of(NULL, 0);
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
	colon = peer_end(s, padded);
	if (colon == SLICE_NONE || !parse_detail(slice_from(s, colon + 2), t))
		return false;
	peer = slice_sub(s, 0, colon);
	if (!t->outbound && slice_near(peer, 0, ' ') < peer.len)
		(void)slice_cut_str(peer, SLICE(" to "), &peer, &t->sni);
	if (peer_parse(peer, &t->peer, padded))
		return true;
	if (peer.len == 0 || slice_chr(peer, ' ') != SLICE_NONE)
		return false;
	t->peer = (struct peer){ .all = peer, .name = peer };
	return true;
}
