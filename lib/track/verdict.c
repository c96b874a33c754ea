#include "track/verdict.h"

#include "base/banned.h"

#define W(lit)	{ (const unsigned char *)(lit), sizeof(lit) - 1 }
const struct slice tls_status_word[TLS_STATUS_N] = { FIELD_WORD(""),
	FIELD_WORD("authenticated"), FIELD_WORD("encrypted"),
	FIELD_WORD("plaintext"), FIELD_WORD("refused"),
	FIELD_WORD("none-attempted"), FIELD_WORD("local"),
	FIELD_WORD("unknown") };
const struct slice tls_proof_word[PROOF_N] = { FIELD_WORD(""),
	FIELD_WORD("proven"), FIELD_WORD("inferred") };
const struct slice tls_why_word[TLS_WHY_N] = {
#define TLS_WHY_WORD(id, word)	FIELD_WORD(word),
	TLS_WHY_TABLE(TLS_WHY_WORD)
#undef TLS_WHY_WORD
};

static struct verdict
say(enum tls_status status, enum tls_proof proof, enum tls_why why)
{
	return (struct verdict){ .status = (unsigned char)status,
		.proof = (unsigned char)proof, .why = (unsigned char)why };
}

static struct verdict
say_ref(enum tls_status status, enum tls_proof proof, enum tls_why why,
    struct ref ref)
{
	struct verdict v = say(status, proof, why);

	v.ref = ref;
	return v;
}

static bool
starts_with_one(struct slice s, const struct slice *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (slice_starts(s, list[i]))
			return true;
	return false;
}

/* Postfix's own words that a TLS requirement was not met: reference 3.4. */
static bool
is_tls_failure(struct slice reply)
{
	static const struct slice text[] = { W("Cannot start TLS: "),
		W("TLS is required"), W("Server certificate not "),
		W("client TLS configuration problem"),
		W("Sender requested REQUIRETLS"),
		W("REQUIRETLS policy configuration error"),
		W("no TLSA records found"), W("TLSA lookup error for "),
		W("non DNSSEC destination"), W("TLSA records unusable"),
		W("TLS policy lookup ") };

	(void)slice_take(&reply, SLICE("delivery temporarily suspended: "));
	return starts_with_one(reply, text, sizeof(text) / sizeof(text[0]));
}

/*
 * Postfix's own words that the greeting or EHLO failed, or the message could
 * not be offered: nothing of it was sent.
 */
static bool
is_before_mail(struct slice reply)
{
	struct slice rest;
	size_t pos;

	(void)slice_take(&reply, SLICE("delivery temporarily suspended: "));
	if (slice_starts(reply, SLICE("SMTPUTF8 is required")) ||
	    slice_starts(reply, SLICE("message requires SMTPUTF8")) ||
	    slice_starts(reply, SLICE("connect to ")))
		return true;
	/* host NAME[ADDR] refused to talk to me: REPLY */
	rest = reply;
	if (slice_take(&rest, SLICE("host "))) {
		pos = slice_chr(rest, ']');
		return pos != SLICE_NONE && slice_starts(
		    slice_from(rest, pos + 1), SLICE(" refused to talk to me"));
	}
	if (!slice_take(&rest, SLICE("lost connection with ")) &&
	    !slice_take(&rest, SLICE("conversation with ")))
		return false;
	pos = slice_chr(rest, ']');
	if (pos == SLICE_NONE)
		return false;
	rest = slice_from(rest, pos + 1);
	return slice_ends(rest, SLICE("receiving the initial server greeting")) ||
	    slice_ends(rest, SLICE("performing the EHLO handshake")) ||
	    slice_ends(rest, SLICE("performing the HELO handshake")) ||
	    slice_ends(rest, SLICE("performing the LHLO handshake")) ||
	    slice_ends(rest, SLICE("receiving the STARTTLS response"));
}

/* The name in force of tls=LEVEL[:OTHER][/...]; absent when undecided. */
static struct slice
effective(struct slice word)
{
	size_t colon;

	if (word.len == 0)
		return slice_of(NULL, 0);
	word.len = slice_near(word, 0, '/');
	if (word.len == 0 || word.ptr[word.len - 1] == '?')
		return slice_of(NULL, 0);
	colon = slice_chr(word, ':');
	return colon == SLICE_NONE ? word : slice_from(word, colon + 1);
}

/* The tls= field decides alone unless it ends in "?". */
static bool
by_field(struct slice word, struct verdict *v)
{
	static const struct slice checked[] = { W("fingerprint"), W("verify"),
		W("secure"), W("dane"), W("dane-only") };
	struct slice name = effective(word);

	if (name.len == 0)
		return false;
	*v = say(TLS_ENCRYPTED, PROOF_PROVEN, TLS_WHY_TLS_FIELD);
	if (slice_eq(name, SLICE("none")))
		v->status = TLS_PLAINTEXT;
	else if (slice_eq(name, SLICE("unknown")))
		return false;
	for (size_t i = 0; i < sizeof(checked) / sizeof(checked[0]); i++)
		if (slice_eq(name, checked[i]))
			v->status = TLS_AUTHENTICATED;
	return true;
}

struct verdict
verdict_outbound(const struct rec *d, const struct outbound *o)
{
	struct slice relay = rec_get(d, F_RELAY);
	struct slice addr = rec_get(d, F_RELAY_ADDR);
	struct slice field = rec_get(d, F_TLS_POLICY);
	struct slice reply = rec_get(d, F_REPLY);
	bool none = slice_eq(relay, SLICE("none"));
	bool sent = slice_eq(rec_get(d, F_STATUS), SLICE("sent"));
	struct verdict v;

	if (!none && (addr.len == 0 || slice_near(addr, 0, '/') < addr.len))
		return say(TLS_LOCAL, PROOF_PROVEN, TLS_WHY_LOCAL_AGENT);
	if (slice_chr(field, '!') != SLICE_NONE)
		return say(TLS_REFUSED, PROOF_PROVEN, TLS_WHY_POLICY_VIOLATED);
	if (!sent && is_tls_failure(reply))
		return say(TLS_REFUSED, PROOF_PROVEN, TLS_WHY_TLS_FAILURE);
	if (none)
		return say(TLS_NONE_ATTEMPTED, PROOF_PROVEN,
		    TLS_WHY_NO_CONNECTION);
	if (!sent && is_before_mail(reply))
		return say(TLS_NONE_ATTEMPTED, PROOF_PROVEN,
		    TLS_WHY_NO_GREETING);
	if (by_field(field, &v)) {
		/* Both say plaintext; this word says how it came to it. */
		if (v.status == TLS_PLAINTEXT && o->fallback)
			return say_ref(TLS_PLAINTEXT, PROOF_PROVEN,
			    TLS_WHY_FALLBACK, o->plain_ref);
		return v;
	}
	if (o->handshake != NULL)
		return say_ref(tlsinfo_trust_is(o->handshake,
		    SLICE("Verified")) ? TLS_AUTHENTICATED : TLS_ENCRYPTED,
		    PROOF_PROVEN, o->handshake->reused ? TLS_WHY_REUSED :
		    TLS_WHY_HANDSHAKE, o->handshake->ref);
	if (rec_has(d, F_CONN_USE))
		return o->reuse_gap ?
		    say(TLS_UNKNOWN, PROOF_NONE, TLS_WHY_GAP) :
		    say(TLS_PLAINTEXT, PROOF_PROVEN, TLS_WHY_CONN_USE);
	if (o->fallback)
		return say_ref(TLS_PLAINTEXT, PROOF_PROVEN, TLS_WHY_FALLBACK,
		    o->plain_ref);
	if (o->offered)
		return say_ref(TLS_PLAINTEXT, PROOF_PROVEN,
		    TLS_WHY_STARTTLS_OFFERED, o->plain_ref);
	if (o->logs_tls && !o->gap)
		return say_ref(TLS_PLAINTEXT, PROOF_INFERRED,
		    TLS_WHY_NO_HANDSHAKE, o->logs_ref);
	if (o->gap)
		return say(TLS_UNKNOWN, PROOF_NONE, TLS_WHY_GAP);
	return say(TLS_UNKNOWN, PROOF_NONE, TLS_WHY_NOT_LOGGED);
}

struct verdict
verdict_unlogged(const struct rec *d)
{
	struct slice reply = rec_get(d, F_REPLY);

	if (is_tls_failure(reply))
		return say(TLS_REFUSED, PROOF_PROVEN, TLS_WHY_TLS_FAILURE);
	if (slice_starts(reply, SLICE("connect to ")))
		return say(TLS_NONE_ATTEMPTED, PROOF_PROVEN,
		    TLS_WHY_NO_CONNECTION);
	if (is_before_mail(reply))
		return say(TLS_NONE_ATTEMPTED, PROOF_PROVEN,
		    TLS_WHY_NO_GREETING);
	return say(TLS_UNKNOWN, PROOF_NONE, TLS_WHY_QUEUE_FILE);
}

struct verdict
verdict_inbound(const struct inbound *in)
{
	if (in->handshake != NULL) {
		bool cert = tlsinfo_trust_is(in->handshake, SLICE("Trusted")) ||
		    tlsinfo_trust_is(in->handshake, SLICE("Verified"));

		return say_ref(cert ? TLS_AUTHENTICATED : TLS_ENCRYPTED,
		    PROOF_PROVEN, cert ? TLS_WHY_CLIENT_CERT :
		    TLS_WHY_HANDSHAKE, in->handshake->ref);
	}
	if (!in->session && !in->screened)
		return say(TLS_UNKNOWN, PROOF_NONE, TLS_WHY_NO_ARRIVAL);
	/* One session does STARTTLS once: this message came before it. */
	if (in->later != NULL)
		return say_ref(TLS_PLAINTEXT, PROOF_PROVEN,
		    TLS_WHY_BEFORE_STARTTLS, in->later->ref);
	if (in->starttls)
		return say_ref(TLS_ENCRYPTED, PROOF_INFERRED,
		    TLS_WHY_STARTTLS_COUNT, in->end_ref);
	if (in->wrapper)
		return say(TLS_ENCRYPTED, PROOF_INFERRED, TLS_WHY_WRAPPER_MODE);
	/* The service behind a cut tag may be smtps. */
	if (in->counted && in->any_service && !in->starttls_tried)
		return say(TLS_UNKNOWN, PROOF_NONE, TLS_WHY_TAG_LOST);
	if (in->counted)
		return say_ref(TLS_PLAINTEXT, in->no_wrapper ||
		    in->starttls_tried ? PROOF_PROVEN : PROOF_INFERRED,
		    TLS_WHY_NO_STARTTLS, in->end_ref);
	return say(TLS_UNKNOWN, PROOF_NONE, TLS_WHY_NOT_LOGGED);
}

void
verdict_put(const struct verdict *v, struct rec *r)
{
	if (v->status == TLS_ABSENT)
		return;
	rec_set_ready(r, F_TLS, tls_status_word[v->status], true);
	if (v->proof != PROOF_NONE)
		rec_set_ready(r, F_TLS_PROOF, tls_proof_word[v->proof], true);
	rec_set_ready(r, F_TLS_WHY, tls_why_word[v->why], true);
}

/* Is the last part of the service's name one of the list? */
static bool
is_one_of(struct slice s, const struct slice *list, size_t n)
{
	size_t slash = slice_rchr(s, '/');

	if (slash != SLICE_NONE)
		s = slice_from(s, slash + 1);
	for (size_t i = 0; i < n; i++)
		if (slice_eq(s, list[i]))
			return true;
	return false;
}

bool
verdict_wrapper_service(struct slice s)
{
	static const struct slice name[] = { W("smtps"), W("submissions"),
		W("ssmtp"), W("urd"), W("465") };

	return is_one_of(s, name, sizeof(name) / sizeof(name[0]));
}

bool
verdict_starttls_service(struct slice s)
{
	static const struct slice name[] = { W("submission"), W("smtp"),
		W("smtpd"), W("25"), W("587"), W("postscreen") };

	return is_one_of(s, name, sizeof(name) / sizeof(name[0]));
}
