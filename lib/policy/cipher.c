#include "policy/cipher.h"

#include "base/banned.h"

#define GROUP_MAX	64	/* bytes of a group's name that are looked at */
#define GROUP_MARK	5	/* and of what is looked for */

#define W(lit)	{ (const unsigned char *)(lit), sizeof(lit) - 1 }

struct word {
	struct slice	name;
	uint32_t	bits;
};

#define WEAK	CIPHER_EXPORT

/*
 * The parts of a name between `-` or `_`.  RSA, DSS, ECDSA, DH and ECDH mean
 * one thing or another by their place: see settle().
 */
static const struct word part[] = {
	{ W("ECDHE"), CIPHER_ECDHE }, { W("EECDH"), CIPHER_ECDHE },
	{ W("DHE"), CIPHER_DHE }, { W("EDH"), CIPHER_DHE },
	{ W("ADH"), CIPHER_ADH }, { W("AECDH"), CIPHER_AECDH },
	{ W("ECDH"), CIPHER_ECDH }, { W("DH"), CIPHER_DH },
	{ W("RSA"), CIPHER_ARSA }, { W("ECDSA"), CIPHER_AECDSA },
	{ W("DSS"), CIPHER_ADSS }, { W("PSK"), CIPHER_PSK },
	{ W("EXP"), WEAK }, { W("EXP1024"), WEAK }, { W("EXPORT"), WEAK },
	{ W("EXPORT1024"), WEAK }, { W("40"), 0 }, { W("56"), 0 },
	{ W("AES128"), CIPHER_AES128 }, { W("AES256"), CIPHER_AES256 },
	{ W("CHACHA20"), CIPHER_CHACHA }, { W("POLY1305"), CIPHER_CHACHA },
	{ W("CAMELLIA128"), CIPHER_CAMELLIA },
	{ W("CAMELLIA256"), CIPHER_CAMELLIA },
	{ W("ARIA128"), CIPHER_ARIA }, { W("ARIA256"), CIPHER_ARIA },
	{ W("SEED"), CIPHER_SEED }, { W("IDEA"), CIPHER_IDEA },
	{ W("RC4"), CIPHER_RC4 }, { W("RC2"), CIPHER_RC2 },
	{ W("DES"), CIPHER_DES }, { W("DES40"), CIPHER_DES | WEAK },
	{ W("3DES"), CIPHER_3DES }, { W("EDE"), 0 }, { W("CBC3"), CIPHER_3DES },
	{ W("NULL"), CIPHER_NULL }, { W("CBC"), 0 }, { W("WITH"), 0 },
	{ W("64"), 0 }, { W("128"), 0 }, { W("256"), 0 },
	{ W("GCM"), CIPHER_GCM }, { W("CCM"), CIPHER_CCM },
	{ W("CCM8"), CIPHER_CCM8 }, { W("8"), CIPHER_CCM8 },
	{ W("MD5"), CIPHER_MD5 }, { W("SHA"), CIPHER_SHA1 },
	{ W("SHA1"), CIPHER_SHA1 }, { W("SHA256"), CIPHER_SHA2 },
	{ W("SHA384"), CIPHER_SHA2 }, { W("OLD"), 0 },
};

static const struct word tls13[] = {
	{ W("TLS_AES_128_GCM_SHA256"), CIPHER_AES128 | CIPHER_GCM },
	{ W("TLS_AES_256_GCM_SHA384"), CIPHER_AES256 | CIPHER_GCM },
	{ W("TLS_CHACHA20_POLY1305_SHA256"), CIPHER_CHACHA },
	{ W("TLS_AES_128_CCM_SHA256"), CIPHER_AES128 | CIPHER_CCM },
	{ W("TLS_AES_128_CCM_8_SHA256"), CIPHER_AES128 | CIPHER_CCM8 },
	{ W("TLS_SHA256_SHA256"), CIPHER_NULL },
	{ W("TLS_SHA384_SHA384"), CIPHER_NULL },
};

#define KX	(CIPHER_ECDHE | CIPHER_DHE | CIPHER_DH | CIPHER_ECDH |	\
		 CIPHER_ANON | CIPHER_PSK)
#define ENC	(CIPHER_AES128 | CIPHER_AES256 | CIPHER_CHACHA |		\
		 CIPHER_CAMELLIA | CIPHER_ARIA | CIPHER_SEED | CIPHER_IDEA | \
		 CIPHER_3DES | CIPHER_DES | CIPHER_RC4 | CIPHER_RC2 |	\
		 CIPHER_NULL)

/* One part, when prev is the one before it. */
static uint32_t
part_bits(struct slice p, struct slice prev)
{
	/* IANA writes key size and `anon` apart. */
	if (slice_eq(prev, SLICE("AES")) && slice_eq(p, SLICE("128")))
		return CIPHER_AES128;
	if (slice_eq(prev, SLICE("AES")) && slice_eq(p, SLICE("256")))
		return CIPHER_AES256;
	if (slice_eq(p, SLICE("AES")))
		return 0;
	if (slice_eq(p, SLICE("CAMELLIA")))
		return CIPHER_CAMELLIA;
	if (slice_eq(p, SLICE("ARIA")))
		return CIPHER_ARIA;
	if (slice_eq(p, SLICE("anon")))
		return slice_eq(prev, SLICE("ECDH")) ? CIPHER_AECDH :
		    CIPHER_ADH;
	for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++)
		if (slice_eq(p, part[i].name))
			return part[i].bits;
	return CIPHER_UNKNOWN;
}

/* What the parts mean together. */
static uint32_t
settle(uint32_t c)
{
	if ((c & CIPHER_ANON) != 0)
		c &= ~(CIPHER_DH | CIPHER_ECDH);
	if ((c & CIPHER_3DES) != 0)
		c &= ~CIPHER_DES;
	if ((c & CIPHER_CCM8) != 0)
		c &= ~CIPHER_CCM;
	/* Without a prefix of its own the key travels under RSA. */
	if ((c & KX) == 0)
		c |= CIPHER_RSA | CIPHER_ARSA;
	if ((c & ENC) == 0)
		c |= CIPHER_UNKNOWN;
	return c;
}

uint32_t
cipher_parse(struct slice name)
{
	struct slice rest = name, p, prev = SLICE("");
	unsigned char sep = '-';
	uint32_t c = 0;

	for (size_t i = 0; i < sizeof(tls13) / sizeof(*tls13); i++)
		if (slice_eq(name, tls13[i].name))
			return tls13[i].bits | CIPHER_TLS13 | CIPHER_SHA2;
	if (slice_take(&rest, SLICE("TLS_")) ||
	    slice_take(&rest, SLICE("SSL_"))) {
		sep = '_';
		if (slice_find(rest, SLICE("_WITH_")) == SLICE_NONE)
			return CIPHER_UNKNOWN;
	}
	while (rest.len > 0 && (c & CIPHER_UNKNOWN) == 0) {
		struct slice tail = slice_from(rest, rest.len);

		if (!slice_cut(rest, sep, &p, &tail))
			p = rest;
		c |= part_bits(p, prev);
		prev = p;
		rest = tail;
	}
	return (c & CIPHER_UNKNOWN) != 0 || name.len == 0 ? CIPHER_UNKNOWN :
	    settle(c);
}

char
cipher_class(uint32_t c)
{
	if ((c & CIPHER_UNKNOWN) != 0)
		return '?';
	if ((c & CIPHER_BROKEN) != 0)
		return 'F';
	if ((c & CIPHER_ANON) != 0)
		return 'E';
	if ((c & CIPHER_FS) == 0 || (c & CIPHER_ADSS) != 0)
		return 'D';
	if ((c & CIPHER_AEAD) == 0)
		return 'C';
	return (c & (CIPHER_DHE | CIPHER_CCM8)) != 0 ? 'B' : 'A';
}

/* Elements of cipher lists; a suite that has one of the bits is meant. */
static const struct word element[] = {
	{ W("aNULL"), CIPHER_ANON }, { W("ADH"), CIPHER_ADH },
	{ W("AECDH"), CIPHER_AECDH },
	{ W("eNULL"), CIPHER_NULL }, { W("NULL"), CIPHER_NULL },
	{ W("EXP"), WEAK }, { W("EXPORT"), WEAK }, { W("EXPORT40"), WEAK },
	{ W("EXPORT56"), WEAK }, { W("LOW"), WEAK | CIPHER_DES },
	{ W("MEDIUM"), CIPHER_RC4 | CIPHER_RC2 | CIPHER_SEED | CIPHER_IDEA |
	    CIPHER_3DES },
	{ W("DES"), CIPHER_DES }, { W("3DES"), CIPHER_3DES },
	{ W("RC4"), CIPHER_RC4 }, { W("RC2"), CIPHER_RC2 },
	{ W("IDEA"), CIPHER_IDEA }, { W("SEED"), CIPHER_SEED },
	{ W("CAMELLIA"), CIPHER_CAMELLIA }, { W("ARIA"), CIPHER_ARIA },
	{ W("AES"), CIPHER_AES128 | CIPHER_AES256 },
	{ W("AES128"), CIPHER_AES128 }, { W("AES256"), CIPHER_AES256 },
	{ W("AESGCM"), CIPHER_GCM }, { W("AESCCM"), CIPHER_CCM | CIPHER_CCM8 },
	{ W("AESCCM8"), CIPHER_CCM8 }, { W("CHACHA20"), CIPHER_CHACHA },
	{ W("kRSA"), CIPHER_RSA }, { W("RSA"), CIPHER_RSA },
	{ W("aRSA"), CIPHER_ARSA },
	{ W("kDHE"), CIPHER_DHE | CIPHER_ADH },
	{ W("kEDH"), CIPHER_DHE | CIPHER_ADH },
	{ W("DHE"), CIPHER_DHE }, { W("EDH"), CIPHER_DHE },
	{ W("kECDHE"), CIPHER_ECDHE | CIPHER_AECDH },
	{ W("kEECDH"), CIPHER_ECDHE | CIPHER_AECDH },
	{ W("ECDHE"), CIPHER_ECDHE }, { W("EECDH"), CIPHER_ECDHE },
	{ W("kDH"), CIPHER_DH }, { W("kDHr"), CIPHER_DH },
	{ W("kDHd"), CIPHER_DH }, { W("kECDH"), CIPHER_ECDH },
	{ W("kECDHr"), CIPHER_ECDH }, { W("kECDHe"), CIPHER_ECDH },
	{ W("aDSS"), CIPHER_ADSS }, { W("DSS"), CIPHER_ADSS },
	{ W("aECDSA"), CIPHER_AECDSA }, { W("ECDSA"), CIPHER_AECDSA },
	{ W("PSK"), CIPHER_PSK }, { W("kPSK"), CIPHER_PSK },
	{ W("MD5"), CIPHER_MD5 },
};

int
cipher_is(struct slice e, uint32_t suite, struct slice name)
{
	/* A digest names the MAC; with AEAD there is none. */
	if (slice_eq(e, SLICE("SHA1")) || slice_eq(e, SLICE("SHA")))
		return (suite & CIPHER_SHA1) != 0;
	for (size_t i = 0; i < sizeof(element) / sizeof(*element); i++)
		if (slice_eq(e, element[i].name))
			return (suite & element[i].bits) != 0;
	if ((cipher_parse(e) & CIPHER_UNKNOWN) != 0)
		return -1;
	return slice_eq(e, name);
}

bool
cipher_group_pq(struct slice kex)
{
	kex = slice_sub(kex, 0, GROUP_MAX);
	for (size_t i = 0; i + GROUP_MARK <= kex.len; i++) {
		struct slice s = slice_sub(kex, i, GROUP_MARK);

		if (slice_eq_nocase(s, SLICE("mlkem")) ||
		    slice_eq_nocase(s, SLICE("kyber")))
			return true;
	}
	return false;
}
