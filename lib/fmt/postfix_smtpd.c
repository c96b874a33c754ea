#include "fmt/postfix_line.h"
#include "fmt/queueid.h"

#include "base/banned.h"

void
line_client(struct event *ev, const struct peer *p)
{
	if (p->name.len > 0)
		rec_set(&ev->rec, F_CLIENT_NAME, p->name);
	rec_set(&ev->rec, F_CLIENT_ADDR, p->addr);
	if (p->port.len > 0)
		rec_set(&ev->rec, F_CLIENT_PORT, p->port);
}

void
line_relay(struct event *ev, struct slice relay)
{
	struct peer p;

	rec_set(&ev->rec, F_RELAY, relay);
	if (!peer_parse(relay, &p))
		return;
	rec_set(&ev->rec, F_RELAY_NAME, p.name);
	rec_set(&ev->rec, F_RELAY_ADDR, p.addr);
	if (p.port.len > 0)
		rec_set(&ev->rec, F_RELAY_PORT, p.port);
}

/* The value up to the next key that smtpd writes, which moves *s there. */
static struct slice
value(struct slice *s)
{
	static const struct slice key[] = {
		{ (const unsigned char *)", sasl_method=", 14 },
		{ (const unsigned char *)", sasl_username=", 16 },
		{ (const unsigned char *)", sasl_sender=", 14 },
		{ (const unsigned char *)", orig_queue_id=", 16 },
		{ (const unsigned char *)", orig_client=", 14 },
	};
	struct slice v = *s;
	size_t pos = 0;

	for (;;) {
		size_t comma = slice_chr(slice_from(*s, pos), ',');

		if (comma == SLICE_NONE) {
			*s = slice_from(*s, s->len);
			return v;
		}
		pos += comma;
		for (size_t i = 0; i < sizeof(key) / sizeof(key[0]); i++)
			if (slice_starts(slice_from(*s, pos), key[i])) {
				v = slice_sub(*s, 0, pos);
				*s = slice_from(*s, pos);
				return v;
			}
		pos++;
	}
}

/* client=PEER[, sasl_method=M][, ...] */
bool
line_client_of(struct slice s, struct event *ev)
{
	struct rec *r = &ev->rec;
	struct peer p;

	if (!slice_take(&s, SLICE("client=")) || !peer_take(&s, &p))
		return false;
	line_client(ev, &p);
	if (s.len > 0 && s.ptr[0] != ',')
		return false;
	while (s.len > 0) {
		if (slice_take(&s, SLICE(", sasl_method=")))
			rec_set(r, F_SASL_METHOD, value(&s));
		else if (slice_take(&s, SLICE(", sasl_username=")))
			rec_set(r, F_SASL_USER, value(&s));
		else if (slice_take(&s, SLICE(", sasl_sender=")))
			(void)value(&s);
		else if (slice_take(&s, SLICE(", orig_queue_id="))) {
			struct slice id = value(&s);

			if (queueid_valid(id))
				rec_set(r, F_ORIG_QID, id);
		} else if (slice_take(&s, SLICE(", orig_client=")))
			rec_set(r, F_ORIG_CLIENT, value(&s));
		else
			break;
	}
	return line_is(ev, EV_CLIENT);
}

/* lost connection after STAGE[ (N bytes)] from PEER and its like. */
static bool
ended(struct slice s, struct event *ev)
{
	struct slice reason, stage, rest;
	struct peer p;

	if (!slice_cut_str(s, SLICE(" after "), &reason, &rest) ||
	    reason.len > 64 || !slice_cut_str(rest, SLICE(" from "), &stage,
	    &rest) || !peer_take(&rest, &p))
		return false;
	if (slice_chr(stage, ' ') != SLICE_NONE)
		(void)slice_cut(stage, ' ', &stage, &s);
	if (stage.len == 0 || !ascii_upper(stage.ptr[0]))
		return false;
	rec_set(&ev->rec, F_STAGE, stage);
	rec_set(&ev->rec, F_REASON, reason);
	line_client(ev, &p);
	return line_is(ev, EV_OTHER);
}

/* Lines of smtpd and qmqpd without a queue ID, or with one for `ended`. */
bool
line_smtpd(struct slice s, struct event *ev)
{
	struct slice rest = s, text;
	struct peer p;

	if (slice_take(&rest, SLICE("connect from "))) {
		if (!peer_parse(rest, &p))
			return false;
		line_client(ev, &p);
		return line_is(ev, EV_CONNECT);
	}
	if (slice_take(&rest, SLICE("disconnect from "))) {
		if (!peer_take(&rest, &p))
			return false;
		line_client(ev, &p);
		if (slice_take(&rest, SLICE(" ")))
			rec_set(&ev->rec, F_COMMANDS, rest);
		return line_is(ev, EV_DISCONNECT);
	}
	if (line_proxy(s, ev) || line_action(s, ev) || ended(s, ev))
		return true;
	if (slice_starts(s, SLICE("discarding EHLO keywords: ")) ||
	    slice_starts(s, SLICE("reply filter ")))
		return line_is(ev, EV_OTHER);
	/* PEER: replacing command "a" with "b"; PEER: reason while where */
	if (peer_take(&rest, &p) && slice_take(&rest, SLICE(": "))) {
		if (slice_starts(rest, SLICE("replacing command ")) ||
		    slice_cut_str(rest, SLICE(" while "), &rest, &text)) {
			line_client(ev, &p);
			return line_is(ev, EV_OTHER);
		}
	}
	return false;
}

/* With a queue ID: what is left when the frequent layouts did not fit. */
bool
line_qid_misc(struct slice s, struct event *ev)
{
	static const char *const known[] = {
		"enabling PIX workarounds: ", "breaking line > ",
		"passing <", "skipped, still being delivered",
		"status=deferred (bounce failed)", "reply filter ",
		"host ", "lost connection with ", "conversation with ",
		"connect to ", "Cannot start TLS: ", "TLS is required",
		"Server certificate not ", "Sender requested REQUIRETLS",
		"client TLS configuration problem", "mail for ",
		"message size ", "SMTPUTF8 is required",
		"message requires SMTPUTF8", "Host or domain name not found",
		"no TLSA records found", "TLSA lookup error for ",
		"non DNSSEC destination", "TLSA records unusable",
		"Domain ", "Name service error for ", "network address ",
		"unable to look up host ", "bad greeting", "resolve ",
		"SASL authentication failed", "delivery via ",
		"proxy ", "replace: ", "prepend: ", "warn: ", "info: ",
		"strip: ", "ignore: ", "resent-message-id=",
	};
	struct slice rest = s;
	struct peer p;

	if (ended(s, ev))
		return true;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (slice_starts(s, slice_cstr(known[i]))) {
			rec_set(&ev->rec, F_REASON, s);
			return line_is(ev, EV_OTHER);
		}
	/* qmqpd: PEER: reason while where */
	if (ev->daemon == DM_QMQPD && peer_take(&rest, &p)) {
		line_client(ev, &p);
		return line_is(ev, EV_OTHER);
	}
	/* smtp and lmtp may give any reason why another host is tried. */
	if (ev->daemon == DM_SMTP || ev->daemon == DM_LMTP) {
		rec_set(&ev->rec, F_REASON, s);
		return line_is(ev, EV_OTHER);
	}
	return false;
}
