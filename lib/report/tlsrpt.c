#include "report/tlsrpt.h"

#include "base/hash.h"

#include "base/banned.h"

#define BYTES		((size_t)16 * 1024 * 1024)
#define DOMAIN		((size_t)255)
#define SSL_ERROR	SLICE("SSL_connect error to ")

struct session {
	struct slice		domain, mx, addr;
	bool			ok, line;
	struct tlsrpt_why	why;
};

void
tlsrpt_init(struct tlsrpt *t, const struct policy *p,
    const struct nexthops *n)
{
	*t = (struct tlsrpt){ .policy = p, .nexthops = n };
	counts_init(&t->domain, TLSRPT_ROWS, BYTES);
	counts_init(&t->failure, TLSRPT_ROWS, BYTES);
	counts_init(&t->dane, TLSRPT_ROWS, BYTES);
	counts_init(&t->sts, TLSRPT_ROWS, BYTES);
	counts_init(&t->trouble, TLSRPT_ROWS, BYTES);
}

void
tlsrpt_free(struct tlsrpt *t)
{
	counts_free(&t->domain);
	counts_free(&t->failure);
	counts_free(&t->dane);
	counts_free(&t->sts);
	counts_free(&t->trouble);
	tries_free(&t->tries);
}

static bool
is(const struct rec *r, enum field f, struct slice word)
{
	return slice_eq(rec_get(r, f), word);
}

/* A part of a key: NUL stands between them. */
static struct slice
part(struct slice s)
{
	return slice_chr(s, '\0') == SLICE_NONE ? s : SLICE("");
}

static struct slice
lower(struct slice s, unsigned char dst[DOMAIN])
{
	s = slice_sub(s, 0, DOMAIN);
	for (size_t i = 0; i < s.len; i++)
		dst[i] = ascii_tolower(s.ptr[i]);
	return slice_of(dst, s.len);
}

static void
mark(struct counts *c, struct slice domain)
{
	struct counts_row *row = counts_find(c, domain);

	if (row != NULL)
		row->n[0]++;
}

static void
count_failure(struct tlsrpt *t, const struct session *s, struct slice domain)
{
	struct counts_key key;
	struct counts_row *row;

	counts_key_begin(&key);
	counts_key(&key, s->line ? SLICE("line") : SLICE("rebuilt"));
	counts_key(&key, domain);
	counts_key(&key, tlsrpt_result_word[s->why.result]);
	counts_key(&key, part(s->mx));
	counts_key(&key, part(s->addr));
	counts_key(&key, part(s->why.reason));
	row = counts_find(&t->failure, counts_key_slice(&key));
	if (row != NULL)
		row->n[0]++;
	if (tlsrpt_is_dane(s->why.result))
		mark(&t->dane, domain);
	if (tlsrpt_is_sts(s->why.result))
		mark(&t->sts, domain);
}

static void
count(struct tlsrpt *t, const struct session *s)
{
	unsigned char text[DOMAIN];
	struct slice domain = lower(part(s->domain), text);
	struct counts_row *row;
	size_t i = s->line ? TLSRPT_LINES_OK : TLSRPT_REBUILT_OK;

	if (domain.len == 0)
		return;
	row = counts_find(&t->domain, domain);
	if (row != NULL)
		row->n[s->ok ? i : i + 1]++;
	if (!s->ok)
		count_failure(t, s, domain);
}

/* TLSRPT: status=S, domain=D, receiving_mx=M[, failure_type=T...] */
static void
take_line(struct tlsrpt *t, const struct rec *r, const struct rec *named)
{
	struct session s = { .line = true,
		.mx = rec_get(named, F_RELAY_NAME),
		.addr = rec_get(named, F_RELAY_ADDR) };
	struct slice rest = rec_get(r, F_REASON), pair, key, value;
	struct slice type = SLICE(""), reason = SLICE("");

	while (rest.len > 0) {
		if (!slice_cut_str(rest, SLICE(", "), &pair, &rest)) {
			pair = rest;
			rest = slice_from(rest, rest.len);
		}
		if (!slice_cut(pair, '=', &key, &value))
			continue;
		if (slice_eq(key, SLICE("domain")))
			s.domain = value;
		else if (slice_eq(key, SLICE("failure_type")))
			type = value;
		else if (slice_eq(key, SLICE("failure_reason")))
			reason = value;
	}
	s.ok = is(r, F_STATUS, SLICE("success"));
	if (!s.ok)
		tlsrpt_logged(type, reason, &s.why);
	count(t, &s);
}

/* What the process said of the peer. */
static struct counts_row *
trouble(struct tlsrpt *t, const struct rec *r, struct slice peer)
{
	struct counts_key key;

	counts_key_begin(&key);
	counts_key(&key, rec_get(r, F_HOST));
	counts_key(&key, rec_get(r, F_PID));
	counts_key(&key, peer);
	return counts_find(&t->trouble, counts_key_slice(&key));
}

/* ... verification failed for PEER: why; SSL_connect error to PEER: why */
static void
take_trouble(struct tlsrpt *t, const struct rec *r)
{
	struct slice text = rec_get(r, F_REASON), head, peer;
	struct counts_row *row;

	if (slice_starts(text, SSL_ERROR))
		peer = rec_get(r, F_RELAY);
	else if (slice_cut_str(text, SLICE(" verification failed for "), &head,
	    &peer))
		peer = slice_sub(peer, 0, slice_find(peer, SLICE(": ")));
	else
		return;
	row = trouble(t, r, peer);
	if (row != NULL)
		counts_note(&t->trouble, row, text);
}

/* Not seen of this message before; remembers it. */
static bool
is_first(struct tlsrpt *t, const struct rec *r, uint64_t h)
{
	uint64_t trace = hash_bytes(rec_get(r, F_TRACE), 3);

	if (trace != t->trace)
		t->nseen = 0;
	t->trace = trace;
	for (size_t i = 0; i < t->nseen && i < TLSRPT_SEEN; i++)
		if (t->seen[i] == h)
			return false;
	t->seen[t->nseen++ % TLSRPT_SEEN] = h;
	return true;
}

/* The first of this session; remembers it. */
static bool
is_new(struct tlsrpt *t, const struct rec *r, struct slice domain)
{
	struct slice off = rec_get(r, F_TLS_OFF);
	uint64_t h;

	if (off.len > 0)
		h = hash_bytes(off, hash_bytes(rec_get(r, F_TLS_SRC), 7));
	else
		/* The recipients of one request have these in common. */
		h = hash_bytes(rec_get(r, F_RELAY), hash_bytes(rec_get(r,
		    F_PID), hash_bytes(rec_get(r, F_DELAY_BEFORE),
		    hash_bytes(rec_get(r, F_DELAY_CONN), 9))));
	return is_first(t, r, hash_bytes(domain, h));
}

/* Tries at other hosts, which failed, before the one of this delivery. */
static void
count_tries(struct tlsrpt *t, const struct rec *r, struct slice domain)
{
	const struct try *x;
	uint64_t i = 0;

	while ((x = tries_next(&t->tries, r, &i)) != NULL) {
		struct session s = { .domain = domain, .why = x->why,
			.mx = slice_of(x->name, x->name_len),
			.addr = slice_of(x->addr, x->addr_len) };

		if (is_first(t, r, hash_bytes(domain, i + 16)))
			count(t, &s);
	}
}

/* The recipient's domain, or where its mail is sent instead. */
static struct slice
policy_domain(const struct tlsrpt *t, const struct rec *r)
{
	struct slice local, domain, hop, rest;

	if (!slice_rcut(rec_get(r, F_TO), '@', &local, &domain))
		return SLICE("");
	hop = domain;
	if (!nexthop_find(t->nexthops, domain, &hop) || hop.len == 0)
		return domain;
	if (slice_take(&hop, SLICE("[")) && slice_cut(hop, ']', &domain, &rest))
		return domain;
	return slice_cut(hop, ':', &domain, &rest) ? domain : hop;
}

/* Did the process tell of a handshake with this relay that failed? */
static bool
handshake_failed(struct tlsrpt *t, const struct rec *r)
{
	struct counts_row *row = trouble(t, r, rec_get(r, F_RELAY));

	return row != NULL && slice_starts(counts_noted(&t->trouble, row),
	    SSL_ERROR);
}

/* Plaintext: because it was not offered, failed, or was not wanted? */
static bool
plaintext(struct tlsrpt *t, const struct rec *r, struct session *s)
{
	struct slice why = rec_get(r, F_TLS_WHY);

	s->why.result = TLSRPT_NOT_SUPPORTED;
	if (slice_eq(why, SLICE("fallback"))) {
		s->why = (struct tlsrpt_why){ TLSRPT_VALIDATION,
			SLICE("tls-failed-or-lost") };
		if (handshake_failed(t, r))
			s->why.reason = SLICE("tls-handshake-failure");
	} else if (slice_eq(why, SLICE("no-handshake")))
		s->why.reason = SLICE("inferred-from-no-handshake");
	else if (slice_eq(why, SLICE("starttls-offered")) ||
	    slice_starts(rec_get(r, F_TLS_POLICY), SLICE("none"))) {
		t->other++;
		return false;
	} else if (slice_eq(why, SLICE("tls-field"))) {
		s->why.reason = SLICE("downgraded-to-none");
		if (handshake_failed(t, r))
			s->why = (struct tlsrpt_why){ TLSRPT_VALIDATION,
				SLICE("tls-handshake-failure") };
	} else {
		t->unknown++;
		return false;
	}
	return true;
}

static bool
refused(struct tlsrpt *t, const struct rec *r, struct session *s)
{
	struct counts_row *row;
	struct slice said;

	if (!tlsrpt_refusal(rec_get(r, F_REPLY), &s->why)) {
		t->other++;
		return false;
	}
	if (s->why.result != TLSRPT_VALIDATION &&
	    s->why.result != TLSRPT_NOT_TRUSTED)
		return true;
	row = trouble(t, r, rec_get(r, F_RELAY));
	if (row == NULL)
		return true;
	said = counts_noted(&t->trouble, row);
	if (said.len > 0 && slice_starts(rec_get(r, F_REPLY),
	    SLICE("Server certificate")))
		tlsrpt_certificate(said, &s->why);
	return true;
}

static void
take_delivery(struct tlsrpt *t, const struct rec *r, const struct rec *named)
{
	struct slice tls = rec_get(r, F_TLS), daemon = rec_get(r, F_DAEMON);
	struct slice level = rec_get(r, F_TLS_POLICY);
	struct session s = { .domain = policy_domain(t, r),
		.mx = rec_get(named, F_RELAY_NAME),
		.addr = rec_get(named, F_RELAY_ADDR) };
	unsigned char text[DOMAIN];

	/* RFC 8460 is about domains and SMTP. */
	if (slice_starts(s.domain, SLICE("[")) ||
	    (daemon.len > 0 && !slice_eq(daemon, SLICE("smtp"))) ||
	    (t->policy->has_own && policy_is_own(t->policy, rec_get(r,
	    F_RELAY_NAME), rec_get(r, F_RELAY_ADDR))))
		return;
	count_tries(t, r, s.domain);
	(void)slice_take(&level, SLICE("!"));
	if (slice_starts(level, SLICE("dane")) ||
	    slice_starts(level, SLICE("halfdane")))
		mark(&t->dane, lower(s.domain, text));
	s.ok = slice_eq(tls, SLICE("authenticated")) ||
	    slice_eq(tls, SLICE("encrypted"));
	if (slice_eq(tls, SLICE("unknown"))) {
		t->unknown++;
		return;
	}
	if (rec_has(r, F_CONN_USE) || is(r, F_TLS_WHY, SLICE("reused")))
		return;		/* no new session */
	if (slice_eq(tls, SLICE("plaintext"))) {
		if (!plaintext(t, r, &s))
			return;
	} else if (slice_eq(tls, SLICE("refused"))) {
		if (!refused(t, r, &s))
			return;
	} else if (!s.ok)
		return;		/* local, or no connection */
	if (is_new(t, r, s.domain))
		count(t, &s);
}

/* A connection of the SMTP client. */
static void
take_met(struct tlsrpt *t, const struct rec *r, const struct rec *named)
{
	struct counts_row *row;
	struct slice said;
	struct try *x;

	if (!is(r, F_DAEMON, SLICE("smtp")) || !rec_has(r, F_RELAY_ADDR))
		return;
	x = tries_met(&t->tries, r, named);
	x->ours = t->policy->has_own && policy_is_own(t->policy,
	    rec_get(r, F_RELAY_NAME), rec_get(r, F_RELAY_ADDR));
	row = trouble(t, r, rec_get(r, F_RELAY));
	if (row == NULL)
		return;
	/* What was wrong with the certificate is said before the handshake. */
	said = counts_noted(&t->trouble, row);
	if (slice_find(said, SLICE(" verification failed for ")) != SLICE_NONE)
		tlsrpt_certificate(said, &x->why);
}

void
tlsrpt_take(struct tlsrpt *t, const struct rec *r, const struct rec *named)
{
	struct slice event = rec_get(r, F_EVENT);

	if (is(r, F_TYPE, SLICE("delivery")))
		take_delivery(t, r, named);
	else if (!is(r, F_TYPE, SLICE("event")))
		return;
	else if (slice_eq(event, SLICE("tlsrpt")))
		take_line(t, r, named);
	else if (slice_eq(event, SLICE("tls"))) {
		take_trouble(t, r);
		take_met(t, r, named);
	} else if (slice_eq(event, SLICE("other")) &&
	    is(r, F_DAEMON, SLICE("smtp")))
		tries_failed(&t->tries, r, named);
}
