#include "fmt/tlsline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

struct tls_case {
	const char	*in;
	const char	*peer;		/* NULL: no summary */
	const char	*trust, *sni, *version, *cipher, *bits, *kex, *sig;
	bool		 outbound, reused;
};

#define NO(in)	{ in, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,	\
	    false, false }
#define T13	"TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)"
#define C13	"TLSv1.3", "TLS_AES_256_GCM_SHA384", "256"
#define MX	"mx.example.org[192.0.2.25]:25"

static const struct tls_case cases[] = {
	{ "Trusted TLS connection established to " MX ": " T13, MX,
	    "Trusted", "", C13, "", "", true, false },
	{ "Verified TLS connection reused to " MX ": " T13
	    " key-exchange X25519MLKEM768 server-signature RSA-PSS (2048 bits)"
	    " server-digest SHA256", MX, "Verified", "", C13, "X25519MLKEM768",
	    "RSA-PSS (2048 bits)", true, true },
	{ "Untrusted TLS connection established to " MX ": " T13
	    " key-exchange ECDHE (P-256)", MX, "Untrusted", "", C13,
	    "ECDHE (P-256)", "", true, false },
	{ "Anonymous TLS connection established from x[2001:db8::1]:1: " T13
	    " key-exchange DHE (2048 bits) server-signature ED25519",
	    "x[2001:db8::1]:1", "Anonymous", "", C13, "DHE (2048 bits)",
	    "ED25519", false, false },
	{ "Anonymous TLS connection established from x[192.0.2.1] to"
	    " mx.example.com: " T13, "x[192.0.2.1]", "Anonymous",
	    "mx.example.com", C13, "", "", false, false },
	{ "Trusted TLS connection established to " MX ": " T13
	    " key-exchange x25519 server-signature ECDSA (P-256 raw public"
	    " key) server-digest SHA256 client-signature RSA-PSS (2048 bits)"
	    " client-digest SHA256", MX, "Trusted", "", C13, "x25519",
	    "ECDSA (P-256 raw public key)", true, false },
	{ "TLS connection established to mx.example.org: SSLv3 with cipher"
	    " RC4-MD5 (128/128 bits)", "mx.example.org", "", "", "SSLv3",
	    "RC4-MD5", "128", "", "", true, false },
	{ "Anonymous TLS connection established from [192.0.2.1]:4: " T13,
	    "[192.0.2.1]:4", "Anonymous", "", C13, "", "", false, false },
	NO(""), NO("Trusted"), NO("Trusted TLS connection "),
	NO("Friendly TLS connection established to " MX ": " T13),
	NO("Trusted TLS connection lost to " MX ": " T13),
	NO("Trusted TLS connection established with " MX ": " T13),
	NO("Trusted TLS connection established to " MX ": "),
	NO("Trusted TLS connection established to " MX ": TLSv1.3"),
	NO("Trusted TLS connection established to " MX
	    ": TLSv1.3 with cipher X"),
	NO("Trusted TLS connection established to " MX
	    ": TLSv1.3 with cipher X (256/256 bit"),
	NO("Trusted TLS connection established to " MX
	    ": TLSv1.3 with cipher X (x/256 bits)"),
	NO("Trusted TLS connection established to " MX
	    ": FOOv1 with cipher X (256/256 bits)"),
	NO("Trusted TLS connection established to a b: " T13),
	NO("Trusted TLS connection established to : " T13),
	NO("x Trusted TLS connection established to " MX ": " T13),
};

static void
same(struct slice s, const char *want)
{
	assert_true(slice_eq(s, slice_cstr(want)));
}

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct tls_case *c = &cases[i];
		struct tlsline t;

		assert_int_equal(tlsline_parse(slice_cstr(c->in), &t, false),
		    c->peer != NULL);
		if (c->peer == NULL)
			continue;
		same(t.peer.all, c->peer);
		same(t.trust, c->trust);
		same(t.sni, c->sni);
		same(t.version, c->version);
		same(t.cipher, c->cipher);
		same(t.bits, c->bits);
		same(t.kex, c->kex);
		same(t.sig, c->sig);
		assert_int_equal(t.outbound, c->outbound);
		assert_int_equal(t.reused, c->reused);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
