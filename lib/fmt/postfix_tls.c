#include "fmt/postfix_line.h"
#include "fmt/tlsline.h"

#include "base/banned.h"

#include "base/banned.h"

#define BEGINS(s, lit)	slice_starts(s, SLICE(lit))

static bool
summary(struct slice s, struct event *ev)
{
	struct tlsline t;
	struct rec *r = &ev->rec;

	if (!tlsline_parse(s, &t, event_padded(ev, s)))
		return false;
	if (t.outbound && t.peer.addr.len == 0)
		rec_add(r, F_RELAY, t.peer.all);
	else if (t.outbound)
		line_server(ev, &t.peer);
	else if (t.peer.addr.len > 0)
		line_client(ev, &t.peer);
	else
		rec_add(r, F_CLIENT_NAME, t.peer.name);
	if (t.trust.len > 0)
		rec_add(r, F_TLS_TRUST, t.trust);
	rec_add(r, F_TLS_VERSION, t.version);
	rec_add(r, F_TLS_CIPHER, t.cipher);
	rec_add(r, F_TLS_BITS, t.bits);
	if (t.kex.len > 0)
		rec_add(r, F_TLS_KEX, t.kex);
	if (t.sig.len > 0)
		rec_add(r, F_TLS_SIG, t.sig);
	rec_add(r, F_TLS_REUSED, t.reused ? SLICE("true") : SLICE("false"));
	return line_is(ev, EV_TLS);
}

/* SSL_connect error to PEER: why; SSL_accept error from PEER: why */
static bool
failed(struct slice s, struct event *ev)
{
	struct slice rest = s;
	struct peer p;

	if (slice_take(&rest, SLICE("SSL_connect error to "))) {
		if (!peer_take(&rest, &p, false))
			return false;
		line_server(ev, &p);
	} else if (slice_take(&rest, SLICE("SSL_accept error from "))) {
		if (!peer_take(&rest, &p, false))
			return false;
		line_client(ev, &p);
	} else if (!slice_starts(s, SLICE("SSL_set_fd error to ")))
		return false;
	rec_set(&ev->rec, F_REASON, s);
	return line_is(ev, EV_TLS);
}

/* Facts about a connection that are no handshake. */
static bool
note(struct slice s, struct event *ev)
{
	struct slice rest = s, name;

	if (slice_take(&rest, SLICE("Host offered STARTTLS: ["))) {
		if (!slice_cut(rest, ']', &name, &rest))
			return false;
		rec_set(&ev->rec, F_RELAY_NAME, name);
		rec_set(&ev->rec, F_REASON, SLICE("Host offered STARTTLS"));
		return line_is(ev, EV_TLS);
	}
	rest = s;
	(void)(slice_take(&rest, SLICE("server ")) ||
	    slice_take(&rest, SLICE("client ")) ||
	    slice_take(&rest, SLICE("CA ")));
	if (BEGINS(rest, "certificate verification failed for ") ||
	    BEGINS(rest, "certificate peer name verification failed for ") ||
	    BEGINS(s, "TLS handshake failed for ") ||
	    BEGINS(s, "TLS SNI ") ||
	    BEGINS(s, "SMTPS wrappermode (TCP port 465) requires ")) {
		rec_set(&ev->rec, F_REASON, s);
		return line_is(ev, EV_TLS);
	}
	if (BEGINS(s, "TLS protocol trace for ") ||
	    BEGINS(s, "skipping TLS trace output "))
		return line_is(ev, EV_OTHER);
	return false;
}

/* TLSRPT: status=S, domain=D, receiving_mx=M[, failure_type=T...] */
static bool
tlsrpt(struct slice s, struct event *ev)
{
	struct slice status, rest, mx;

	if (!slice_take(&s, SLICE("TLSRPT: status=")) ||
	    !slice_cut_str(s, SLICE(", "), &status, &rest))
		return false;
	rec_set(&ev->rec, F_STATUS, status);
	rec_set(&ev->rec, F_REASON, rest);
	if (slice_cut_str(rest, SLICE("receiving_mx="), &s, &mx)) {
		size_t comma = slice_chr(mx, ',');

		line_relay(ev, comma == SLICE_NONE ? mx :
		    slice_sub(mx, 0, comma));
	}
	return line_is(ev, EV_TLSRPT);
}

/*
 * A row of the dump of TLS log levels 3 and 4: an offset in hexadecimal, then
 * bytes, or `- <SPACES/NULLS>'.
 */
static bool
dump(struct slice s)
{
	size_t n = 0;

	while (n < s.len && n < 8 && ascii_hex(s.ptr[n]))
		n++;
	if (n < 4)
		return false;
	s = slice_from(s, n);
	if (slice_take(&s, SLICE(" - <SPACES/NULL")))
		return true;
	return s.len >= 4 && s.ptr[0] == ' ' && ascii_hex(s.ptr[1]) &&
	    ascii_hex(s.ptr[2]) && (s.ptr[3] == ' ' || s.ptr[3] == '|');
}

/* Read N chars: TEXT, and Write: the same at log level 4. */
static bool
spoken(struct slice s)
{
	struct slice n;
	uint64_t len;

	return (slice_take(&s, SLICE("Read ")) ||
	    slice_take(&s, SLICE("Write "))) && slice_cut(s, ' ', &n, &s) &&
	    slice_u64(n, UINT32_MAX, &len) &&
	    slice_starts(s, SLICE("chars: "));
}

/* What TLS log level 2 and above adds: reference 3.5. */
static bool
verbose(struct slice s, struct event *ev)
{
	static const char *const start[] = {
		"initializing the client-side TLS engine",
		"initializing the server-side TLS engine",
		"setting up TLS connection ", "looking for session ",
		"reloaded session ", "save session ", "remove session ",
		"SSL_connect:", "SSL_accept:", "SSL3 alert ", "write to ",
		"read from ", "Reusing old session", "auto-selected ",
		"Key exchange", "TLS trace",
		/* 2.2 to 2.4, at level 1, too */
		"Verified: subject_CN=", "Unverified: subject_CN=",
		"verify error:num=", "Peer verification: ",
		"Peer certificate could not be verified",
		"Server certificate could not be verified",
		"issuer=", "subject=", "starting TLS engine",
		"cert has expired", "fingerprint: ", "DNSSEC-signed TLSA ",
		"TA cert as TLSA record: ", "TA pkey as TLSA record: ",
		"using DANE RR: ", "TLSA records unusable",
	};
	static const char *const detail[] = {
		"TLS cipher list ", "looking up session ", "save session ",
		"reloaded session ", "remove session ",
		"Issuing session ticket", "Decrypting session ticket",
		"depth=", "subject_CN=", "raw public key fingerprint=",
		"matched peername: ", "Matched ", "SNI hostname: ",
		"Reusing old session", "re-using session with untrusted ",
		"certificate verification depth=", "Verified: ",
		"Unverified: ", "cert digest", "subject=", "issuer=",
		"Untrusted: ", "Trusted: ", "pkey_fingerprint=", "chain ",
		"certificate ",
		"subjectAltName: ",	/* up to 3.5 */
	};
	struct slice rest = s;
	struct peer p;

	for (size_t i = 0; i < sizeof(start) / sizeof(start[0]); i++)
		if (slice_starts(s, slice_cstr(start[i])))
			return line_ignored(ev);
	if (dump(s) || spoken(s))
		return line_ignored(ev);
	if (!peer_take(&rest, &p, false))
		return false;
	if (slice_starts(rest, SLICE(" CommonName ")))
		return line_ignored(ev);	/* up to 3.5 */
	if (!slice_take(&rest, SLICE(": ")))
		return false;
	for (size_t i = 0; i < sizeof(detail) / sizeof(detail[0]); i++)
		if (slice_starts(rest, slice_cstr(detail[i])))
			return line_ignored(ev);
	return false;
}

bool
line_tls(struct slice s, struct event *ev)
{
	if (line_may_be_tls(s) && summary(s, ev))
		return true;
	return failed(s, ev) || note(s, ev) || tlsrpt(s, ev) || verbose(s, ev);
}
