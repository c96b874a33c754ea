#include "policy/rule.h"

#include "base/banned.h"

#define W(lit)	{ (const unsigned char *)(lit), sizeof(lit) - 1 }

const struct slice severity_word[SEVERITY_N] = { W("off"), W("info"),
	W("low"), W("medium"), W("high"), W("critical") };

#define POLICY_LEVEL	"smtp_tls_policy_maps: DOMAIN "
#define PROTOCOLS	"_tls_protocols = >=TLSv1.2, "
#define MANDATORY	"_tls_mandatory_protocols = >=TLSv1.2"
#define EXCLUDE		"_tls_exclude_ciphers = aNULL, eNULL, EXPORT, DES, "  \
			"3DES, RC4, MD5, SEED, IDEA, kRSA, kDH, kECDH, aDSS"
#define LOG_OUT		"smtp_tls_loglevel = 1"
#define LOG_IN		"smtpd_tls_loglevel = 1"
#define NONE		W("")

const struct rule_info rule_info[RULE_N] = {
	[RULE_AUTH_PLAINTEXT] = { W("auth-plaintext"), RULE_IS_VIOLATION,
	    SEVERITY_CRITICAL,
	    W("a password or token crossed the network in plaintext"),
	    W("smtpd_tls_auth_only = yes"), NONE },
	[RULE_SUBMISSION_PLAINTEXT] = { W("submission-plaintext"),
	    RULE_IS_VIOLATION, SEVERITY_HIGH,
	    W("mail was submitted in plaintext"),
	    W("master.cf, submission: -o smtpd_tls_security_level=encrypt"),
	    NONE },
	[RULE_FALLBACK] = { W("fallback"), RULE_IS_VIOLATION, SEVERITY_HIGH,
	    W("the TLS handshake failed or its connection was lost, and the "
	    "mail was then sent in plaintext; whoever breaks handshakes can "
	    "read it"),
	    W(POLICY_LEVEL "encrypt"), NONE },
	[RULE_PLAINTEXT] = { W("plaintext"), RULE_IS_VIOLATION, SEVERITY_HIGH,
	    W("the mail crossed the network in plaintext"),
	    W(POLICY_LEVEL "encrypt"),
	    W("smtpd_tls_security_level = may, and a certificate; encrypt "
	    "only where every client can be told") },
	[RULE_CIPHER_NULL] = { W("cipher-null"), RULE_IS_VIOLATION,
	    SEVERITY_CRITICAL,
	    W("the cipher does not encrypt, or was made to be broken"),
	    W("smtp_tls_mandatory_ciphers = medium, smtp_tls_ciphers = medium"),
	    W("smtpd_tls_mandatory_ciphers = medium, smtpd_tls_ciphers = "
	    "medium") },
	[RULE_PROTOCOL_BROKEN] = { W("protocol-broken"), RULE_IS_VIOLATION,
	    SEVERITY_CRITICAL,
	    W("SSL 2 and SSL 3 are broken (RFC 6176, RFC 7568)"),
	    W("smtp" PROTOCOLS "smtp" MANDATORY),
	    W("smtpd" PROTOCOLS "smtpd" MANDATORY) },
	[RULE_CIPHER_BROKEN] = { W("cipher-broken"), RULE_IS_VIOLATION,
	    SEVERITY_HIGH,
	    W("the cipher is broken or obsolete: DES, 3DES, RC4, RC2, IDEA, "
	    "SEED or MD5"), W("smtp" EXCLUDE), W("smtpd" EXCLUDE) },
	[RULE_CIPHER_BITS] = { W("cipher-bits"), RULE_IS_VIOLATION,
	    SEVERITY_HIGH, W("fewer than 128 secret bits"),
	    W("smtp_tls_ciphers = high, smtp_tls_mandatory_ciphers = high"),
	    W("smtpd_tls_ciphers = high, smtpd_tls_mandatory_ciphers = high") },
	[RULE_ANONYMOUS] = { W("anonymous"), RULE_IS_VIOLATION, SEVERITY_HIGH,
	    W("an anonymous key exchange: anybody could be the peer"),
	    W("smtp_tls_mandatory_exclude_ciphers = aNULL, and "
	    POLICY_LEVEL "secure"),
	    W("smtpd_tls_mandatory_exclude_ciphers = aNULL") },
	[RULE_UNVERIFIED] = { W("unverified"), RULE_IS_VIOLATION,
	    SEVERITY_HIGH,
	    W("encrypted, but the name or key of the peer was not checked"),
	    W(POLICY_LEVEL "secure, or dane, and smtp_tls_CAfile"),
	    W("smtpd_tls_req_ccert = yes, smtpd_tls_CAfile, where clients "
	    "have certificates") },
	[RULE_UNAUTHENTICATED] = { W("unauthenticated"), RULE_IS_VIOLATION,
	    SEVERITY_HIGH, W("mail was submitted without authentication"),
	    W("master.cf, submission: -o smtpd_client_restrictions="
	    "permit_sasl_authenticated,reject"), NONE },
	[RULE_PROTOCOL] = { W("protocol"), RULE_IS_VIOLATION, SEVERITY_HIGH,
	    W("a TLS version that the policy does not allow"),
	    W("smtp" PROTOCOLS "smtp" MANDATORY),
	    W("smtpd" PROTOCOLS "smtpd" MANDATORY) },
	[RULE_CIPHER_EXCLUDED] = { W("cipher-excluded"), RULE_IS_VIOLATION,
	    SEVERITY_MEDIUM, W("a cipher that the policy excludes"),
	    W("smtp_tls_exclude_ciphers, or exclude= in smtp_tls_policy_maps"),
	    W("smtpd_tls_exclude_ciphers") },
	[RULE_NO_FORWARD_SECRECY] = { W("no-forward-secrecy"),
	    RULE_IS_VIOLATION, SEVERITY_MEDIUM,
	    W("no forward secrecy: who gets the server's key later can read "
	    "what was recorded"), W("smtp_tls_exclude_ciphers = kRSA, kDH, "
	    "kECDH"), W("smtpd_tls_exclude_ciphers = kRSA, kDH, kECDH") },
	[RULE_DOWNGRADED] = { W("downgraded"), RULE_IS_VIOLATION,
	    SEVERITY_MEDIUM,
	    W("less than the level that was configured: Postfix let the "
	    "authentication go"),
	    W(POLICY_LEVEL "dane-only or secure"), NONE },
	[RULE_NOT_AEAD] = { W("not-aead"), RULE_IS_VIOLATION, SEVERITY_LOW,
	    W("a CBC cipher, without authenticated encryption"),
	    W("smtp_tls_ciphers = high, and TLS 1.3 or ECDHE with GCM at the "
	    "peer"), W("smtpd_tls_ciphers = high, tls_preempt_cipherlist = "
	    "yes") },
	[RULE_NO_POST_QUANTUM] = { W("no-post-quantum"), RULE_IS_VIOLATION,
	    SEVERITY_LOW,
	    W("the key exchange has no post-quantum part"),
	    W("OpenSSL 3.5 or later and tls_eecdh_auto_curves with "
	    "X25519MLKEM768, on both sides"), NONE },
	[RULE_TLS_UNKNOWN] = { W("tls-unknown"), RULE_IS_DOUBT, SEVERITY_MEDIUM,
	    W("the evidence does not tell whether TLS was used"),
	    W(LOG_OUT), W(LOG_IN) },
	[RULE_NEXTHOP_UNKNOWN] = { W("nexthop-unknown"), RULE_IS_DOUBT,
	    SEVERITY_MEDIUM,
	    W("the policy has a line for this next hop, but whether Postfix "
	    "used that next hop is not in the log"),
	    W("give --nexthop DOMAIN=[host]:port, or --main-cf"), NONE },
	[RULE_DANE_UNKNOWN] = { W("dane-unknown"), RULE_IS_DOUBT,
	    SEVERITY_MEDIUM,
	    W("not authenticated; whether the domain had usable TLSA records "
	    "then is not in the log"),
	    W("Postfix 3.11 logs tls=dane; dane-only forbids less"), NONE },
	[RULE_TRUST_UNKNOWN] = { W("trust-unknown"), RULE_IS_DOUBT,
	    SEVERITY_MEDIUM,
	    W("encrypted, but whether the peer was checked is not in the "
	    "evidence"), W(LOG_OUT), W(LOG_IN) },
	[RULE_DETAILS_UNKNOWN] = { W("details-unknown"), RULE_IS_DOUBT,
	    SEVERITY_MEDIUM,
	    W("encrypted, but TLS version or cipher are not in the evidence"),
	    W(LOG_OUT), W(LOG_IN) },
	[RULE_CIPHER_UNKNOWN] = { W("cipher-unknown"), RULE_IS_DOUBT,
	    SEVERITY_MEDIUM, W("a TLS version or cipher that is not known "
	    "here"), NONE, NONE },
	[RULE_LOCAL] = { W("local"), RULE_IS_OUTSIDE, SEVERITY_INFO,
	    W("the mail did not cross a network"), NONE, NONE },
	[RULE_LOOPBACK] = { W("loopback"), RULE_IS_OUTSIDE, SEVERITY_INFO,
	    W("over the loopback interface of the host"), NONE, NONE },
	[RULE_NO_ARRIVAL] = { W("no-arrival"), RULE_IS_OUTSIDE, SEVERITY_INFO,
	    W("the arrival is not in the evidence: it lies before its "
	    "beginning, or in a gap"), NONE, NONE },
	[RULE_NOT_COVERED] = { W("not-covered"), RULE_IS_OUTSIDE,
	    SEVERITY_INFO, W("no line of the policy is about this hop"), NONE,
	    NONE },
	[RULE_MET] = { W("met"), RULE_IS_MET, SEVERITY_INFO,
	    W("as the policy wants it"), NONE, NONE },
	[RULE_MANDATORY_FAILED] = { W("mandatory-failed"), RULE_IS_ATTEMPT,
	    SEVERITY_INFO,
	    W("a TLS requirement was not met: nothing was sent, the mail "
	    "waits or was returned"),
	    W("ask the peer; see the reply for what it lacks"), NONE },
	[RULE_HANDSHAKE_FAILED] = { W("handshake-failed"), RULE_IS_ATTEMPT,
	    SEVERITY_INFO,
	    W("the TLS handshake failed: nothing was sent in this attempt"),
	    W("see the SSL_connect error and TLS library problem lines beside "
	    "it"),
	    W("see the TLS library problem line beside it: an old client, a "
	    "scanner, or a certificate that the client does not take") },
	[RULE_TLS_LOST] = { W("tls-lost"), RULE_IS_PEER, SEVERITY_HIGH,
	    W("the peer used TLS before, and then did not: possibly somebody "
	    "between strips STARTTLS"), W(POLICY_LEVEL "encrypt, or dane"),
	    W("ask the peer; smtpd_tls_security_level = encrypt only where "
	    "every client can be told") },
	[RULE_TRUST_CHANGED] = { W("trust-changed"), RULE_IS_PEER,
	    SEVERITY_MEDIUM,
	    W("the peer's certificate was trusted before, and then was not: "
	    "expired, replaced, or somebody between"),
	    W("compare the certificate; " POLICY_LEVEL "secure"), NONE },
	[RULE_CLASSICAL_KEX] = { W("classical-kex"), RULE_IS_NOTE,
	    SEVERITY_INFO,
	    W("the key exchange has no post-quantum part: what is recorded "
	    "today may be read later"),
	    W("OpenSSL 3.5 or later and tls_eecdh_auto_curves with "
	    "X25519MLKEM768, on both sides"), NONE },
};

enum rule
rule_find(struct slice name)
{
	for (size_t i = 0; i < RULE_N; i++)
		if (slice_eq(name, rule_info[i].name))
			return (enum rule)i;
	return RULE_N;
}

enum severity
severity_find(struct slice word)
{
	for (size_t i = 0; i < SEVERITY_N; i++)
		if (slice_eq(word, severity_word[i]))
			return (enum severity)i;
	return SEVERITY_N;
}
