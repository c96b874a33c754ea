#include "scan/keysread.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "base/caltime.h"

#include "base/banned.h"

#define NAME_FLAGS                                                             \
	((XN_FLAG_RFC2253 & ~XN_FLAG_DN_REV) &                                 \
	    ~(unsigned long)ASN1_STRFLGS_ESC_MSB)
#define DER_PUBLIC ((int)KEYS_MAX)

void
keysread_wipe(void *p, size_t len)
{
	OPENSSL_cleanse(p, len);
}

static void
hex_of(const unsigned char *sum, char hex[KEYS_HEX])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < (KEYS_HEX - 1) / 2; i++) {
		hex[2 * i] = digits[sum[i] >> 4];
		hex[2 * i + 1] = digits[sum[i] & 15];
	}
	hex[KEYS_HEX - 1] = '\0';
}

static void
sum(const void *p, size_t len, char hex[KEYS_HEX])
{
	unsigned char md[EVP_MAX_MD_SIZE];

	if (EVP_Digest(p, len, md, NULL, EVP_sha256(), NULL) == 1)
		hex_of(md, hex);
}

/* "rsa", "ec prime256v1": small letters and digits only. */
static void
set_type(struct keys *k, EVP_PKEY *key)
{
	const char *name = EVP_PKEY_get0_type_name(key);
	char group[24] = "";
	size_t n = 0;

	for (; name != NULL && name[n] != '\0' && n + 1 < sizeof(k->type); n++)
		k->type[n] = (char)ascii_tolower((unsigned char)name[n]);
	if (EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1)
		for (size_t i = 0; group[i] != '\0' && n + 2 < sizeof(k->type);
		     i++) {
			if (i == 0)
				k->type[n++] = ' ';
			k->type[n++] =
			    (char)ascii_tolower((unsigned char)group[i]);
		}
	k->type[n] = '\0';
}

/* Type, size and fingerprint of the public part. */
static bool
set_key(struct keys *k, EVP_PKEY *key)
{
	unsigned char *der = NULL;
	int bits = EVP_PKEY_get_bits(key), len = i2d_PUBKEY(key, &der);

	if (len <= 0 || len > DER_PUBLIC || bits <= 0) {
		OPENSSL_free(der);
		return false;
	}
	sum(der, (size_t)len, k->key_sha256);
	OPENSSL_free(der);
	k->bits = (unsigned int)bits;
	set_type(k, key);
	return true;
}

/* Of an RSA key: do its primes make its modulus? */
static bool
primes_fit(EVP_PKEY *key)
{
	BIGNUM *n = NULL, *p = NULL, *q = NULL, *pq = BN_new();
	BN_CTX *ctx = BN_CTX_new();
	bool good = true;

	if (EVP_PKEY_is_a(key, "RSA") == 1)
		good = ctx != NULL && pq != NULL &&
		    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &n) ==
			1 &&
		    EVP_PKEY_get_bn_param(
			key, OSSL_PKEY_PARAM_RSA_FACTOR1, &p) == 1 &&
		    EVP_PKEY_get_bn_param(
			key, OSSL_PKEY_PARAM_RSA_FACTOR2, &q) == 1 &&
		    BN_mul(pq, p, q, ctx) == 1 && BN_cmp(pq, n) == 0;
	BN_free(n);
	BN_clear_free(p);
	BN_clear_free(q);
	BN_clear_free(pq);
	BN_CTX_free(ctx);
	return good;
}

static bool
read_private(struct slice der, struct keys *k)
{
	const unsigned char *p = der.ptr;
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &p, (long)der.len);
	bool good = key != NULL && p == der.ptr + der.len && primes_fit(key) &&
	    set_key(k, key);

	EVP_PKEY_free(key);
	return good;
}

/* What needs a passphrase: is it of the form at all? */
static bool
read_encrypted(struct slice der, const struct keys *k)
{
	const unsigned char *p = der.ptr;
	bool good;

	if (slice_eq(slice_cstr(k->form), SLICE("pkcs12"))) {
		PKCS12 *p12 = d2i_PKCS12(NULL, &p, (long)der.len);

		good = p12 != NULL && p == der.ptr + der.len;
		PKCS12_free(p12);
	} else if (slice_eq(slice_cstr(k->form), SLICE("pkcs8"))) {
		X509_SIG *sig = d2i_X509_SIG(NULL, &p, (long)der.len);

		good = sig != NULL && p == der.ptr + der.len;
		X509_SIG_free(sig);
	} else
		/* All of it is enciphered, in blocks. */
		good = der.len >= 32 && der.len % 8 == 0;
	return good;
}

static bool
time_of(const ASN1_TIME *t, int64_t *sec)
{
	struct tm tm;
	struct caltime c;

	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		return false;
	c = (struct caltime){ tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
		tm.tm_hour, tm.tm_min, tm.tm_sec };
	return caltime_sec(&c, sec);
}

/* A name as text, cut where there is no more room, but not in a character. */
static size_t
name_of(const X509_NAME *name, unsigned char dst[KEYS_NAME])
{
	BIO *b = BIO_new(BIO_s_mem());
	char *text;
	long len;
	size_t n = 0;

	if (b != NULL && name != NULL &&
	    X509_NAME_print_ex(b, name, 0, NAME_FLAGS) >= 0 &&
	    (len = BIO_get_mem_data(b, &text)) > 0) {
		n = (size_t)len;
		if (n > KEYS_NAME)
			for (n = KEYS_NAME;
			     n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80;
			     n--)
				continue;
		memcpy(dst, text, n);
	}
	BIO_free(b);
	return n;
}

static bool
read_certificate(struct slice der, struct keys *k, bool trusted)
{
	const unsigned char *p = der.ptr;
	X509 *x = d2i_X509(NULL, &p, (long)der.len);
	size_t len = x == NULL ? 0 : (size_t)(p - der.ptr);
	EVP_PKEY *key;

	if (x == NULL || (len != der.len && !trusted)) {
		X509_free(x);
		return false;
	}
	sum(der.ptr, len, k->cert_sha256);
	k->nsubject = name_of(X509_get_subject_name(x), k->subject);
	k->nissuer = name_of(X509_get_issuer_name(x), k->issuer);
	k->has_from = time_of(X509_get0_notBefore(x), &k->from);
	k->has_until = time_of(X509_get0_notAfter(x), &k->until);
	key = X509_get0_pubkey(x);
	/* Of a kind that this libcrypto does not know: no fingerprint. */
	if (key != NULL)
		(void)set_key(k, key);
	X509_free(x);
	return k->has_from && k->has_until;
}

bool
keysread(struct slice der, struct keys *k, bool trusted)
{
	bool good;

	(void)OPENSSL_init_crypto(
	    OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, NULL);
	good = k->kind == KEYS_CERTIFICATE ? read_certificate(der, k, trusted) :
	    k->kind == KEYS_ENCRYPTED	   ? read_encrypted(der, k) :
					     read_private(der, k);
	ERR_clear_error();
	return good;
}
