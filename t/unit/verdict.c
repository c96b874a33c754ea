#include "track/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fmt/peer.h"

#define R	"mx.example.org[198.51.100.25]:25"

/* What the log says about the connection. */
enum {
	SHOOK = 1,		/* a handshake, Trusted */
	VERIFIED = 2,		/* or Verified */
	REUSED = 4,
	STALE = 8,
	OFFERED = 16,
	FALLBACK = 32,
	LOGS = 64,
	GAP = 128,
	REUSE_GAP = 256
};

struct out_case {
	const char	*relay;
	const char	*status;
	const char	*conn_use;
	const char	*field;		/* tls= */
	const char	*reply;
	unsigned int	 facts;
	const char	*want;		/* status why proof */
};

/* In the order of the table; near misses behind their row. */
static const struct out_case out_cases[] = {
	{ "local", "sent", NULL, NULL, "delivered to mailbox", 0,
	    "local local-agent proven" },
	{ "mx[private/lmtp]", "sent", NULL, NULL, "250 ok", LOGS,
	    "local local-agent proven" },
	{ "dovecot", "deferred", NULL, NULL, "Cannot start TLS: x", SHOOK,
	    "local local-agent proven" },
	{ R, "deferred", NULL, "!secure", "Server certificate not verified",
	    SHOOK, "refused policy-violated proven" },
	{ R, "deferred", NULL, "!secure/!requiretls:nocertmatch", "x", SHOOK,
	    "refused policy-violated proven" },
	{ R, "bounced", NULL, "may?/!requiretls:nostarttls", "x", SHOOK,
	    "refused policy-violated proven" },
	{ "none", "deferred", NULL, "!dane", "x", 0,
	    "refused policy-violated proven" },
	{ R, "deferred", NULL, NULL, "Cannot start TLS: handshake failure",
	    SHOOK | LOGS, "refused tls-failure proven" },
	{ R, "bounced", NULL, "may", "TLS is required, but unavailable", SHOOK,
	    "refused tls-failure proven" },
	{ "none", "deferred", NULL, "unknown?",
	    "TLSA lookup error for mx.example.org:25", 0,
	    "refused tls-failure proven" },
	{ "none", "deferred", NULL, NULL, "delivery temporarily suspended: "
	    "Server certificate not trusted", 0, "refused tls-failure proven" },
	{ R, "sent", NULL, NULL, "Cannot start TLS: x", SHOOK,
	    "encrypted handshake proven" },
	{ R, "deferred", NULL, NULL, "host " R " said: 450 Cannot start TLS: ",
	    SHOOK, "encrypted handshake proven" },
	{ "none", "deferred", NULL, NULL, "connect to x: timed out", LOGS,
	    "none-attempted no-connection proven" },
	{ "none", "deferred", NULL, "may?", "x", LOGS | GAP,
	    "none-attempted no-connection proven" },
	{ R, "deferred", NULL, NULL, "host mx.example.org[198.51.100.25] "
	    "refused to talk to me: 554 no", LOGS,
	    "none-attempted no-greeting proven" },
	{ R, "deferred", NULL, NULL, "host mx.example.org[198.51.100.25] said: "
	    "450 x[1] refused to talk to me: y", LOGS,
	    "plaintext no-handshake inferred" },
	{ R, "deferred", NULL, NULL, "lost connection with mx.example.org"
	    "[198.51.100.25] while performing the EHLO handshake", LOGS,
	    "none-attempted no-greeting proven" },
	{ R, "deferred", NULL, NULL, "lost connection with mx.example.org"
	    "[198.51.100.25] while sending MAIL FROM", LOGS,
	    "plaintext no-handshake inferred" },
	{ R, "sent", NULL, "none", "250 ok", SHOOK,
	    "plaintext tls-field proven" },
	{ R, "sent", NULL, "may:none", "250 ok", SHOOK,
	    "plaintext tls-field proven" },
	{ R, "sent", NULL, "may/requiretls:none", "250 ok", 0,
	    "encrypted tls-field proven" },
	{ R, "bounced", "2", "secure", "host x said: 550", GAP | REUSE_GAP,
	    "authenticated tls-field proven" },
	{ R, "sent", NULL, "fingerprint", "250 ok", 0,
	    "authenticated tls-field proven" },
	{ R, "sent", NULL, "dane-only", "250 ok", 0,
	    "authenticated tls-field proven" },
	{ R, "sent", NULL, "halfdane", "250 ok", 0,
	    "encrypted tls-field proven" },
	{ R, "sent", NULL, "dane:halfdane", "250 ok", 0,
	    "encrypted tls-field proven" },
	{ R, "sent", NULL, "verify:encrypt", "250 ok", 0,
	    "encrypted tls-field proven" },
	{ R, "sent", NULL, "secure?", "250 ok", SHOOK,
	    "encrypted handshake proven" },
	{ R, "sent", NULL, "unknown?", "250 ok", 0, "unknown not-logged" },
	{ R, "sent", NULL, "may?/requiretls", "250 ok", LOGS,
	    "plaintext no-handshake inferred" },
	{ R, "sent", NULL, NULL, "250 ok", VERIFIED | GAP,
	    "authenticated handshake proven" },
	{ R, "sent", "2", NULL, "250 ok", SHOOK | REUSED | REUSE_GAP,
	    "encrypted reused proven" },
	{ R, "sent", "2", NULL, "250 ok", LOGS, "plaintext conn-use proven" },
	{ R, "sent", "2", NULL, "250 ok", 0, "plaintext conn-use proven" },
	{ R, "sent", "2", "may?", "250 ok", 0, "plaintext conn-use proven" },
	{ R, "sent", "2", NULL, "250 ok", LOGS | REUSE_GAP, "unknown gap" },
	{ R, "sent", NULL, NULL, "250 ok", OFFERED | GAP,
	    "plaintext starttls-offered proven" },
	{ R, "sent", NULL, NULL, "250 ok", OFFERED | SHOOK,
	    "encrypted handshake proven" },
	{ R, "sent", NULL, NULL, "250 ok", FALLBACK | LOGS,
	    "plaintext fallback proven" },
	{ R, "sent", NULL, NULL, "250 ok", FALLBACK | OFFERED,
	    "plaintext fallback proven" },
	{ R, "sent", NULL, "may:none", "250 ok", FALLBACK,
	    "plaintext fallback proven" },
	{ R, "sent", NULL, "may", "250 ok", FALLBACK,
	    "encrypted tls-field proven" },
	{ R, "sent", NULL, "may?", "250 ok", FALLBACK | SHOOK,
	    "encrypted handshake proven" },
	{ R, "sent", NULL, NULL, "250 ok", LOGS,
	    "plaintext no-handshake inferred" },
	{ R, "sent", NULL, NULL, "250 ok", LOGS | GAP, "unknown gap" },
	{ R, "sent", NULL, NULL, "250 ok", GAP, "unknown gap" },
	{ R, "sent", NULL, NULL, "250 ok", 0, "unknown not-logged" }
};

/* What a handshake line said, by the record that it makes. */
static void
shake(struct names *names, struct tlsinfo *t, const char *trust, bool reused)
{
	struct rec r;

	rec_clear(&r);
	memset(t, 0, sizeof(*t));
	rec_set(&r, F_TLS_VERSION, SLICE("TLSv1.3"));
	rec_set(&r, F_TLS_CIPHER, SLICE("TLS_AES_256_GCM_SHA384"));
	rec_set(&r, F_TLS_TRUST, slice_cstr(trust));
	rec_set(&r, F_TLS_REUSED, reused ? SLICE("true") : SLICE("false"));
	tlsinfo_take(names, t, &r, (struct ref){ .off = 7, .len = 9,
	    .src = 1 });
}

static void
check(const struct verdict *v, const char *want, const char *what)
{
	struct slice w = slice_cstr(want), status = { NULL, 0 };
	struct slice why = { NULL, 0 }, proof = { NULL, 0 };
	struct rec r;

	assert_true(slice_cut(w, ' ', &status, &w));
	if (!slice_cut(w, ' ', &why, &proof))
		why = w;
	rec_clear(&r);
	verdict_put(v, &r);
	if (!slice_eq(rec_get(&r, F_TLS), status) ||
	    !slice_eq(rec_get(&r, F_TLS_WHY), why) ||
	    !slice_eq(rec_get(&r, F_TLS_PROOF), proof))
		fail_msg("%s: %.*s %.*s, not %s", what,
		    (int)rec_get(&r, F_TLS).len, rec_get(&r, F_TLS).ptr,
		    (int)rec_get(&r, F_TLS_WHY).len,
		    rec_get(&r, F_TLS_WHY).ptr, want);
}

static void
test_outbound(void **state)
{
	struct names names;

	(void)state;
	names_init(&names);
	for (size_t i = 0; i < sizeof(out_cases) / sizeof(out_cases[0]); i++) {
		const struct out_case *c = &out_cases[i];
		struct outbound o = { .handshake = NULL };
		struct tlsinfo tls;
		struct verdict v;
		struct peer p;
		struct rec r;
		char what[400];

		rec_clear(&r);
		rec_set(&r, F_RELAY, slice_cstr(c->relay));
		if (peer_parse(slice_cstr(c->relay), &p, false)) {
			rec_set(&r, F_RELAY_NAME, p.name);
			rec_set(&r, F_RELAY_ADDR, p.addr);
		}
		rec_set(&r, F_STATUS, slice_cstr(c->status));
		rec_set(&r, F_REPLY, slice_cstr(c->reply));
		if (c->conn_use != NULL)
			rec_set(&r, F_CONN_USE, slice_cstr(c->conn_use));
		if (c->field != NULL)
			rec_set(&r, F_TLS_POLICY, slice_cstr(c->field));
		if (c->facts & (SHOOK | VERIFIED)) {
			shake(&names, &tls, c->facts & VERIFIED ? "Verified" :
			    "Trusted", (c->facts & REUSED) != 0);
			o.handshake = &tls;
		}
		o.stale = (c->facts & STALE) != 0;
		o.offered = (c->facts & OFFERED) != 0;
		o.fallback = (c->facts & FALLBACK) != 0;
		o.logs_tls = (c->facts & LOGS) != 0;
		o.gap = (c->facts & GAP) != 0;
		o.reuse_gap = (c->facts & REUSE_GAP) != 0;
		o.plain_ref = (struct ref){ .off = 1, .len = 1, .src = 1 };
		o.logs_ref = (struct ref){ .off = 2, .len = 1, .src = 1 };
		v = verdict_outbound(&r, &o);
		(void)snprintf(what, sizeof(what), "%zu: %s %s %s", i,
		    c->status, c->field != NULL ? c->field : "-", c->reply);
		check(&v, c->want, what);
		if (v.why == TLS_WHY_HANDSHAKE || v.why == TLS_WHY_REUSED)
			assert_int_equal(v.ref.off, 7);
		if (v.why == TLS_WHY_FALLBACK)
			assert_int_equal(v.ref.off, 1);
		if (v.why == TLS_WHY_NO_HANDSHAKE)
			assert_int_equal(v.ref.off, 2);
	}
	names_free(&names);
}

enum {
	SESSION = 1, COUNTED = 2, STARTTLS = 4, TRIED = 8, WRAPPER = 16,
	NO_WRAPPER = 32, ANY_SERVICE = 64, LATER = 128
};

static const struct {
	const char	*trust;		/* of the handshake, NULL without */
	unsigned int	 facts;
	const char	*want;
} in_cases[] = {
	{ "Anonymous", SESSION, "encrypted handshake proven" },
	{ "Untrusted", SESSION, "encrypted handshake proven" },
	{ "Trusted", SESSION, "authenticated client-certificate proven" },
	{ "Anonymous", SESSION | COUNTED, "encrypted handshake proven" },
	{ NULL, 0, "unknown no-arrival" },
	{ NULL, SESSION | LATER | COUNTED | STARTTLS,
	    "plaintext before-starttls proven" },
	{ NULL, SESSION | COUNTED | STARTTLS,
	    "encrypted starttls-count inferred" },
	{ NULL, SESSION | COUNTED | STARTTLS | WRAPPER,
	    "encrypted starttls-count inferred" },
	{ NULL, SESSION | COUNTED | WRAPPER,
	    "encrypted wrapper-mode inferred" },
	{ NULL, SESSION | WRAPPER, "encrypted wrapper-mode inferred" },
	{ NULL, SESSION | COUNTED | NO_WRAPPER,
	    "plaintext no-starttls proven" },
	{ NULL, SESSION | COUNTED | TRIED, "plaintext no-starttls proven" },
	{ NULL, SESSION | COUNTED, "plaintext no-starttls inferred" },
	{ NULL, SESSION | COUNTED | ANY_SERVICE, "unknown tag-lost" },
	{ NULL, SESSION | COUNTED | ANY_SERVICE | TRIED,
	    "plaintext no-starttls proven" },
	{ NULL, SESSION | NO_WRAPPER, "unknown not-logged" },
	{ NULL, SESSION, "unknown not-logged" }
};

static void
test_inbound(void **state)
{
	struct names names;

	(void)state;
	names_init(&names);
	for (size_t i = 0; i < sizeof(in_cases) / sizeof(in_cases[0]); i++) {
		unsigned int f = in_cases[i].facts;
		struct tlsinfo tls, later;
		struct inbound in = { .handshake = NULL };
		struct verdict v;
		char what[100];

		if (in_cases[i].trust != NULL) {
			shake(&names, &tls, in_cases[i].trust, false);
			in.handshake = &tls;
		}
		shake(&names, &later, "Anonymous", false);
		in.later = f & LATER ? &later : NULL;
		in.session = (f & SESSION) != 0;
		in.counted = (f & COUNTED) != 0;
		in.starttls = (f & STARTTLS) != 0;
		in.starttls_tried = (f & TRIED) != 0;
		in.wrapper = (f & WRAPPER) != 0;
		in.no_wrapper = (f & NO_WRAPPER) != 0;
		in.any_service = (f & ANY_SERVICE) != 0;
		v = verdict_inbound(&in);
		(void)snprintf(what, sizeof(what), "%zu: %s %x", i,
		    in_cases[i].trust != NULL ? in_cases[i].trust : "-", f);
		check(&v, in_cases[i].want, what);
	}
	names_free(&names);
}

static void
test_services(void **state)
{
	(void)state;
	assert_true(verdict_wrapper_service(SLICE("smtps")));
	assert_true(verdict_wrapper_service(SLICE("submissions")));
	assert_true(verdict_wrapper_service(SLICE("edge/smtps")));
	assert_false(verdict_wrapper_service(SLICE("submission")));
	assert_false(verdict_wrapper_service(SLICE("smtp")));
	assert_false(verdict_wrapper_service(SLICE("smtps/edge")));
	assert_false(verdict_wrapper_service(SLICE("SMTPS ")));
	assert_false(verdict_wrapper_service(SLICE("")));
	assert_true(verdict_starttls_service(SLICE("submission")));
	assert_false(verdict_starttls_service(SLICE("submissions")));
	assert_false(verdict_starttls_service(SLICE("own")));
}

/* An absent verdict sets nothing; every word has a name. */
static void
test_words(void **state)
{
	struct verdict none = { .status = TLS_ABSENT };
	struct rec r;

	(void)state;
	rec_clear(&r);
	verdict_put(&none, &r);
	assert_false(rec_has(&r, F_TLS));
	for (size_t i = 1; i < TLS_WHY_N; i++)
		assert_true(tls_why_word[i].len > 0);
	for (size_t i = 1; i < TLS_STATUS_N; i++)
		assert_true(tls_status_word[i].len > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outbound),
		cmocka_unit_test(test_inbound),
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_words)
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
