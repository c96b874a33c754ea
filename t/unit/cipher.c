#include "policy/cipher.h"
#include "policy/protoset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define W(lit)	{ (const unsigned char *)(lit), sizeof(lit) - 1 }

/* The suites of OpenSSL 3.0: both names, class, forward secrecy, AEAD. */
static const struct {
	struct slice	openssl, iana;
	char		class;
	bool		fs, aead;
} suite[] = {
	{ W("TLS_AES_256_GCM_SHA384"),
	    W("TLS_AES_256_GCM_SHA384"), 'A', true, true },
	{ W("TLS_CHACHA20_POLY1305_SHA256"),
	    W("TLS_CHACHA20_POLY1305_SHA256"), 'A', true, true },
	{ W("TLS_AES_128_GCM_SHA256"),
	    W("TLS_AES_128_GCM_SHA256"), 'A', true, true },
	{ W("ECDHE-ECDSA-AES256-GCM-SHA384"),
	    W("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"), 'A', true, true },
	{ W("ECDHE-RSA-AES256-GCM-SHA384"),
	    W("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"), 'A', true, true },
	{ W("ECDHE-ECDSA-CHACHA20-POLY1305"),
	    W("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"), 'A', true, true },
	{ W("ECDHE-RSA-CHACHA20-POLY1305"),
	    W("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"), 'A', true, true },
	{ W("ECDHE-ECDSA-AES256-CCM"),
	    W("TLS_ECDHE_ECDSA_WITH_AES_256_CCM"), 'A', true, true },
	{ W("ECDHE-ECDSA-AES128-GCM-SHA256"),
	    W("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"), 'A', true, true },
	{ W("ECDHE-RSA-AES128-GCM-SHA256"),
	    W("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"), 'A', true, true },
	{ W("ECDHE-ECDSA-AES128-CCM"),
	    W("TLS_ECDHE_ECDSA_WITH_AES_128_CCM"), 'A', true, true },
	{ W("DHE-RSA-AES256-GCM-SHA384"),
	    W("TLS_DHE_RSA_WITH_AES_256_GCM_SHA384"), 'B', true, true },
	{ W("DHE-RSA-CHACHA20-POLY1305"),
	    W("TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256"), 'B', true, true },
	{ W("ECDHE-ECDSA-AES256-CCM8"),
	    W("TLS_ECDHE_ECDSA_WITH_AES_256_CCM_8"), 'B', true, true },
	{ W("DHE-RSA-AES256-CCM8"),
	    W("TLS_DHE_RSA_WITH_AES_256_CCM_8"), 'B', true, true },
	{ W("DHE-RSA-AES256-CCM"),
	    W("TLS_DHE_RSA_WITH_AES_256_CCM"), 'B', true, true },
	{ W("DHE-RSA-AES128-GCM-SHA256"),
	    W("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256"), 'B', true, true },
	{ W("ECDHE-ECDSA-AES128-CCM8"),
	    W("TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"), 'B', true, true },
	{ W("DHE-RSA-AES128-CCM8"),
	    W("TLS_DHE_RSA_WITH_AES_128_CCM_8"), 'B', true, true },
	{ W("DHE-RSA-AES128-CCM"),
	    W("TLS_DHE_RSA_WITH_AES_128_CCM"), 'B', true, true },
	{ W("ECDHE-ECDSA-AES256-SHA384"),
	    W("TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384"), 'C', true, false },
	{ W("ECDHE-RSA-AES256-SHA384"),
	    W("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"), 'C', true, false },
	{ W("DHE-RSA-AES256-SHA256"),
	    W("TLS_DHE_RSA_WITH_AES_256_CBC_SHA256"), 'C', true, false },
	{ W("ECDHE-ECDSA-CAMELLIA256-SHA384"),
	    W("TLS_ECDHE_ECDSA_WITH_CAMELLIA_256_CBC_SHA384"), 'C', true, false },
	{ W("ECDHE-RSA-CAMELLIA256-SHA384"),
	    W("TLS_ECDHE_RSA_WITH_CAMELLIA_256_CBC_SHA384"), 'C', true, false },
	{ W("DHE-RSA-CAMELLIA256-SHA256"),
	    W("TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA256"), 'C', true, false },
	{ W("ECDHE-ECDSA-AES128-SHA256"),
	    W("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256"), 'C', true, false },
	{ W("ECDHE-RSA-AES128-SHA256"),
	    W("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"), 'C', true, false },
	{ W("DHE-RSA-AES128-SHA256"),
	    W("TLS_DHE_RSA_WITH_AES_128_CBC_SHA256"), 'C', true, false },
	{ W("ECDHE-ECDSA-CAMELLIA128-SHA256"),
	    W("TLS_ECDHE_ECDSA_WITH_CAMELLIA_128_CBC_SHA256"), 'C', true, false },
	{ W("ECDHE-RSA-CAMELLIA128-SHA256"),
	    W("TLS_ECDHE_RSA_WITH_CAMELLIA_128_CBC_SHA256"), 'C', true, false },
	{ W("DHE-RSA-CAMELLIA128-SHA256"),
	    W("TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA256"), 'C', true, false },
	{ W("ECDHE-ECDSA-AES256-SHA"),
	    W("TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"), 'C', true, false },
	{ W("ECDHE-RSA-AES256-SHA"),
	    W("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"), 'C', true, false },
	{ W("DHE-RSA-AES256-SHA"),
	    W("TLS_DHE_RSA_WITH_AES_256_CBC_SHA"), 'C', true, false },
	{ W("DHE-RSA-CAMELLIA256-SHA"),
	    W("TLS_DHE_RSA_WITH_CAMELLIA_256_CBC_SHA"), 'C', true, false },
	{ W("ECDHE-ECDSA-AES128-SHA"),
	    W("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA"), 'C', true, false },
	{ W("ECDHE-RSA-AES128-SHA"),
	    W("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"), 'C', true, false },
	{ W("DHE-RSA-AES128-SHA"),
	    W("TLS_DHE_RSA_WITH_AES_128_CBC_SHA"), 'C', true, false },
	{ W("DHE-RSA-CAMELLIA128-SHA"),
	    W("TLS_DHE_RSA_WITH_CAMELLIA_128_CBC_SHA"), 'C', true, false },
	{ W("DHE-DSS-AES256-GCM-SHA384"),
	    W("TLS_DHE_DSS_WITH_AES_256_GCM_SHA384"), 'D', true, true },
	{ W("DHE-DSS-AES128-GCM-SHA256"),
	    W("TLS_DHE_DSS_WITH_AES_128_GCM_SHA256"), 'D', true, true },
	{ W("DHE-DSS-AES256-SHA256"),
	    W("TLS_DHE_DSS_WITH_AES_256_CBC_SHA256"), 'D', true, false },
	{ W("DHE-DSS-CAMELLIA256-SHA256"),
	    W("TLS_DHE_DSS_WITH_CAMELLIA_256_CBC_SHA256"), 'D', true, false },
	{ W("DHE-DSS-AES128-SHA256"),
	    W("TLS_DHE_DSS_WITH_AES_128_CBC_SHA256"), 'D', true, false },
	{ W("DHE-DSS-CAMELLIA128-SHA256"),
	    W("TLS_DHE_DSS_WITH_CAMELLIA_128_CBC_SHA256"), 'D', true, false },
	{ W("DHE-DSS-AES256-SHA"),
	    W("TLS_DHE_DSS_WITH_AES_256_CBC_SHA"), 'D', true, false },
	{ W("DHE-DSS-CAMELLIA256-SHA"),
	    W("TLS_DHE_DSS_WITH_CAMELLIA_256_CBC_SHA"), 'D', true, false },
	{ W("DHE-DSS-AES128-SHA"),
	    W("TLS_DHE_DSS_WITH_AES_128_CBC_SHA"), 'D', true, false },
	{ W("DHE-DSS-CAMELLIA128-SHA"),
	    W("TLS_DHE_DSS_WITH_CAMELLIA_128_CBC_SHA"), 'D', true, false },
	{ W("AES256-GCM-SHA384"),
	    W("TLS_RSA_WITH_AES_256_GCM_SHA384"), 'D', false, true },
	{ W("AES256-CCM8"),
	    W("TLS_RSA_WITH_AES_256_CCM_8"), 'D', false, true },
	{ W("AES256-CCM"),
	    W("TLS_RSA_WITH_AES_256_CCM"), 'D', false, true },
	{ W("AES128-GCM-SHA256"),
	    W("TLS_RSA_WITH_AES_128_GCM_SHA256"), 'D', false, true },
	{ W("AES128-CCM8"),
	    W("TLS_RSA_WITH_AES_128_CCM_8"), 'D', false, true },
	{ W("AES128-CCM"),
	    W("TLS_RSA_WITH_AES_128_CCM"), 'D', false, true },
	{ W("AES256-SHA256"),
	    W("TLS_RSA_WITH_AES_256_CBC_SHA256"), 'D', false, false },
	{ W("CAMELLIA256-SHA256"),
	    W("TLS_RSA_WITH_CAMELLIA_256_CBC_SHA256"), 'D', false, false },
	{ W("AES128-SHA256"),
	    W("TLS_RSA_WITH_AES_128_CBC_SHA256"), 'D', false, false },
	{ W("CAMELLIA128-SHA256"),
	    W("TLS_RSA_WITH_CAMELLIA_128_CBC_SHA256"), 'D', false, false },
	{ W("AES256-SHA"),
	    W("TLS_RSA_WITH_AES_256_CBC_SHA"), 'D', false, false },
	{ W("CAMELLIA256-SHA"),
	    W("TLS_RSA_WITH_CAMELLIA_256_CBC_SHA"), 'D', false, false },
	{ W("AES128-SHA"),
	    W("TLS_RSA_WITH_AES_128_CBC_SHA"), 'D', false, false },
	{ W("CAMELLIA128-SHA"),
	    W("TLS_RSA_WITH_CAMELLIA_128_CBC_SHA"), 'D', false, false },
	{ W("ADH-AES256-GCM-SHA384"),
	    W("TLS_DH_anon_WITH_AES_256_GCM_SHA384"), 'E', true, true },
	{ W("ADH-AES128-GCM-SHA256"),
	    W("TLS_DH_anon_WITH_AES_128_GCM_SHA256"), 'E', true, true },
	{ W("ADH-AES256-SHA256"),
	    W("TLS_DH_anon_WITH_AES_256_CBC_SHA256"), 'E', true, false },
	{ W("ADH-CAMELLIA256-SHA256"),
	    W("TLS_DH_anon_WITH_CAMELLIA_256_CBC_SHA256"), 'E', true, false },
	{ W("ADH-AES128-SHA256"),
	    W("TLS_DH_anon_WITH_AES_128_CBC_SHA256"), 'E', true, false },
	{ W("ADH-CAMELLIA128-SHA256"),
	    W("TLS_DH_anon_WITH_CAMELLIA_128_CBC_SHA256"), 'E', true, false },
	{ W("AECDH-AES256-SHA"),
	    W("TLS_ECDH_anon_WITH_AES_256_CBC_SHA"), 'E', true, false },
	{ W("ADH-AES256-SHA"),
	    W("TLS_DH_anon_WITH_AES_256_CBC_SHA"), 'E', true, false },
	{ W("ADH-CAMELLIA256-SHA"),
	    W("TLS_DH_anon_WITH_CAMELLIA_256_CBC_SHA"), 'E', true, false },
	{ W("AECDH-AES128-SHA"),
	    W("TLS_ECDH_anon_WITH_AES_128_CBC_SHA"), 'E', true, false },
	{ W("ADH-AES128-SHA"),
	    W("TLS_DH_anon_WITH_AES_128_CBC_SHA"), 'E', true, false },
	{ W("ADH-CAMELLIA128-SHA"),
	    W("TLS_DH_anon_WITH_CAMELLIA_128_CBC_SHA"), 'E', true, false },
	{ W("ECDHE-ECDSA-NULL-SHA"),
	    W("TLS_ECDHE_ECDSA_WITH_NULL_SHA"), 'F', false, false },
	{ W("ECDHE-RSA-NULL-SHA"),
	    W("TLS_ECDHE_RSA_WITH_NULL_SHA"), 'F', false, false },
	{ W("AECDH-NULL-SHA"),
	    W("TLS_ECDH_anon_WITH_NULL_SHA"), 'F', false, false },
	{ W("NULL-SHA256"),
	    W("TLS_RSA_WITH_NULL_SHA256"), 'F', false, false },
	{ W("NULL-SHA"),
	    W("TLS_RSA_WITH_NULL_SHA"), 'F', false, false },
	{ W("NULL-MD5"),
	    W("TLS_RSA_WITH_NULL_MD5"), 'F', false, false },
};

/* Older names, and what is none. */
static const struct {
	struct slice	name;
	char		class;
} older[] = {
	{ W("EXP-RC4-MD5"), 'F' }, { W("RC4-SHA"), 'F' },
	{ W("EXP-EDH-RSA-DES-CBC-SHA"), 'F' }, { W("DES-CBC-SHA"), 'F' },
	{ W("DES-CBC3-SHA"), 'F' }, { W("EDH-RSA-DES-CBC3-SHA"), 'F' },
	{ W("EXP1024-RC4-SHA"), 'F' }, { W("SEED-SHA"), 'F' },
	{ W("ADH-RC4-MD5"), 'F' }, { W("AECDH-DES-CBC3-SHA"), 'F' },
	{ W("ECDHE-RSA-RC4-SHA"), 'F' }, { W("RC4-64-MD5"), 'F' },
	{ W("DH-RSA-AES256-SHA"), 'D' }, { W("ECDH-ECDSA-AES128-SHA"), 'D' },
	{ W("ECDH-RSA-AES256-GCM-SHA384"), 'D' },
	{ W("TLS_ECDH_RSA_WITH_AES_128_GCM_SHA256"), 'D' },
	{ W("SSL_RSA_WITH_RC4_128_MD5"), 'F' },
	{ W("TLS_RSA_EXPORT_WITH_DES40_CBC_SHA"), 'F' },
	{ W("TLS_AES_128_CCM_SHA256"), 'A' },
	{ W("TLS_AES_128_CCM_8_SHA256"), 'B' }, { W("TLS_SHA256_SHA256"), 'F' },
	{ W("ECDHE-RSA-AES-256-GCM-SHA384"), 'A' },
	{ W(""), '?' }, { W("SHA256"), '?' }, { W("ECDHE"), '?' },
	{ W("TLS_AES_256_GCM_SHA999"), '?' }, { W("GOST2001-GOST89-GOST89"), '?' },
	{ W("aes256-sha"), '?' }, { W("AES256-SHA-"), 'D' },
	{ W("XAES256-SHA"), '?' }, { W("TLS_RSA_WITH_"), '?' },
};

static void
classes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(suite) / sizeof(*suite); i++) {
		uint32_t a = cipher_parse(suite[i].openssl);
		uint32_t b = cipher_parse(suite[i].iana);

		assert_int_equal(cipher_class(a), suite[i].class);
		assert_int_equal(cipher_class(b), suite[i].class);
		if (suite[i].class == 'F')
			continue;
		assert_int_equal((a & CIPHER_FS) != 0, suite[i].fs);
		assert_int_equal((a & CIPHER_AEAD) != 0, suite[i].aead);
		assert_int_equal((b & CIPHER_FS) != 0, suite[i].fs);
		assert_int_equal((b & CIPHER_AEAD) != 0, suite[i].aead);
	}
	for (size_t i = 0; i < sizeof(older) / sizeof(*older); i++)
		assert_int_equal(cipher_class(cipher_parse(older[i].name)),
		    older[i].class);
}

static void
elements(void **state)
{
	static const struct {
		struct slice	element, suite;
		int		want;
	} row[] = {
		{ W("aNULL"), W("ADH-AES256-SHA"), 1 },
		{ W("aNULL"), W("DHE-RSA-AES256-SHA"), 0 },
		{ W("kRSA"), W("AES256-SHA"), 1 },
		{ W("kRSA"), W("ECDHE-RSA-AES256-SHA"), 0 },
		{ W("aRSA"), W("ECDHE-RSA-AES256-SHA"), 1 },
		{ W("DES"), W("DES-CBC3-SHA"), 0 },
		{ W("3DES"), W("DES-CBC3-SHA"), 1 },
		{ W("AESGCM"), W("TLS_AES_128_GCM_SHA256"), 1 },
		{ W("AES128"), W("TLS_AES_256_GCM_SHA384"), 0 },
		{ W("SHA1"), W("AES256-SHA"), 1 },
		{ W("SHA1"), W("AES256-SHA256"), 0 },
		{ W("AES256-SHA"), W("AES256-SHA"), 1 },
		{ W("AES256-SHA"), W("AES256-SHA256"), 0 },
		{ W("HIGHEST"), W("AES256-SHA"), -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++)
		assert_int_equal(cipher_is(row[i].element,
		    cipher_parse(row[i].suite), row[i].suite), row[i].want);
	assert_true(cipher_group_pq(slice_cstr("X25519MLKEM768")));
	assert_true(cipher_group_pq(slice_cstr("x25519kyber768draft00")));
	assert_false(cipher_group_pq(slice_cstr("X25519")));
	assert_false(cipher_group_pq(slice_cstr("")));
}

#define T10	PROTO_TLS10
#define T11	PROTO_TLS11
#define T12	PROTO_TLS12
#define T13	PROTO_TLS13

/* The vectors of the reference, 6.4 and 11.2; 0 is refused. */
static void
protocols(void **state)
{
	static const struct {
		struct slice	list;
		unsigned int	want;
	} row[] = {
		{ W(">=TLSv1"), T10 | T11 | T12 | T13 },
		{ W(">=TLSv1.2"), T12 | T13 }, { W(">= TLSv1.2"), 0 },
		{ W("!SSLv2,!SSLv3,!TLSv1,!TLSv1.1"), T12 | T13 },
		{ W("TLSv1.2"), T12 }, { W("tlsv1.2:TLSv1.3"), T12 | T13 },
		{ W("!SSLv3"), PROTO_ALL & ~PROTO_SSL3 },
		{ W(">=0303"), T12 | T13 },
		{ W(">=TLSv1, <=TLSv1.2"), T10 | T11 | T12 },
		{ W("SSLv3, TLSv1"), PROTO_SSL3 | T10 }, { W("TLS1.2"), 0 },
		{ W(""), PROTO_ALL }, { W("!TLSv1.1"), PROTO_ALL & ~T11 },
		{ W("TLSv1.2+"), 0 }, { W(">=TLSv1.2:<=TLSv1.2"), T12 },
		{ W("TLSv1.0"), 0 }, { W("0303"), 0 }, { W("!"), 0 },
		{ W(">="), 0 }, { W("=>TLSv1"), 0 }, { W("::"), PROTO_ALL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		unsigned int set = 0;

		assert_int_equal(protoset_parse(row[i].list, &set),
		    row[i].want != 0);
		assert_int_equal(set, row[i].want);
	}
	assert_int_equal(protoset_version(slice_cstr("TLSv1.0")), T10);
	assert_int_equal(protoset_version(slice_cstr("TLSv1.4")), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(classes),
		cmocka_unit_test(elements), cmocka_unit_test(protocols) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
