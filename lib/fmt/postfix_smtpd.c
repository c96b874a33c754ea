#include "fmt/postfix_line.h"
#include "fmt/queueid.h"

#include "base/banned.h"

#include "base/banned.h"

void
line_client(struct event *ev, const struct peer *p)
{
	if (p->name.len > 0)
		rec_add(&ev->rec, F_CLIENT_NAME, p->name);
	rec_add(&ev->rec, F_CLIENT_ADDR, p->addr);
	if (p->port.len > 0)
		rec_add(&ev->rec, F_CLIENT_PORT, p->port);
}

void
line_server(struct event *ev, const struct peer *p)
{
	rec_add(&ev->rec, F_RELAY, p->all);
	rec_add(&ev->rec, F_RELAY_NAME, p->name);
	rec_add(&ev->rec, F_RELAY_ADDR, p->addr);
	if (p->port.len > 0)
		rec_add(&ev->rec, F_RELAY_PORT, p->port);
}

void
line_relay(struct event *ev, struct slice relay)
{
	struct peer p;

	if (peer_parse(relay, &p, event_padded(ev, relay)))
		line_server(ev, &p);
	else
		rec_set(&ev->rec, F_RELAY, relay);
}

#define KEY(lit)	{ (const unsigned char *)(lit), sizeof(lit) - 1 }

/* What follows the client, always in this order. */
static const struct slice key[] = {
	KEY(", sasl_method="), KEY(", sasl_username="), KEY(", sasl_sender="),
	KEY(", orig_queue_id="), KEY(", orig_client="),
};

#define KEY_N	(sizeof(key) / sizeof(key[0]))

/* Which key from `first` on stands at the start of s; KEY_N if none. */
static size_t
key_at(struct slice s, size_t first)
{
	for (size_t i = first; i < KEY_N; i++)
		if (slice_starts(s, key[i]))
			return i;
	return KEY_N;
}

/* Take the value up to a key that may follow the i-th, or to the end. */
static struct slice
value(struct slice *s, size_t i)
{
	struct slice v = *s;
	size_t pos = 0, comma;

	while ((comma = slice_chr(slice_from(*s, pos), ',')) != SLICE_NONE) {
		pos += comma;
		if (key_at(slice_from(*s, pos), i + 1) < KEY_N) {
			v = slice_sub(*s, 0, pos);
			break;
		}
		pos++;
	}
	*s = slice_from(*s, v.len);
	return v;
}

/* client=PEER[, sasl_method=M][, ...] */
bool
line_client_of(struct slice s, struct event *ev)
{
	static const enum field field[KEY_N] = { F_SASL_METHOD, F_SASL_USER,
		FIELD_N, F_ORIG_QID, F_ORIG_CLIENT };
	struct peer p;
	struct slice v;
	size_t i = 0;

	if (!slice_take(&s, SLICE("client=")) ||
	    !peer_take(&s, &p, event_padded(ev, s)) ||
	    (s.len > 0 && s.ptr[0] != ','))
		return false;
	line_client(ev, &p);
	while (s.len > 0 && (i = key_at(s, i)) < KEY_N) {
		s = slice_from(s, key[i].len);
		v = value(&s, i);
		if (field[i] != FIELD_N &&
		    (field[i] != F_ORIG_QID || line_id(ev, v)))
			rec_add(&ev->rec, field[i], v);
		i++;
	}
	return line_is(ev, EV_CLIENT);
}

/* Lower-case words: not what a stranger or a server says. */
static bool
is_words(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!ascii_lower(s.ptr[i]) && s.ptr[i] != ' ')
			return false;
	return s.len > 0;
}

/* lost connection after STAGE[ (N bytes)] from PEER and its like. */
static bool
ended(struct slice s, struct event *ev)
{
	struct slice reason, stage, rest;
	struct peer p;

	if (!slice_cut_str(slice_sub(s, 0, 64), SLICE(" after "), &reason,
	    &rest) || !is_words(reason) ||
	    !slice_cut_str(slice_from(s, reason.len + 7), SLICE(" from "),
	    &stage, &rest) || !peer_take(&rest, &p, false))
		return false;
	stage = slice_sub(stage, 0, slice_chr(stage, ' '));
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
		if (!peer_parse(rest, &p, event_padded(ev, rest)))
			return false;
		line_client(ev, &p);
		return line_is(ev, EV_CONNECT);
	}
	if (slice_take(&rest, SLICE("disconnect from "))) {
		if (!peer_take(&rest, &p, event_padded(ev, rest)))
			return false;
		line_client(ev, &p);
		if (slice_take(&rest, SLICE(" ")))
			rec_add(&ev->rec, F_COMMANDS, rest);
		return line_is(ev, EV_DISCONNECT);
	}
	if (line_proxy(s, ev) || line_action(s, ev) || ended(s, ev))
		return true;
	if (slice_starts(s, SLICE("discarding EHLO keywords: ")) ||
	    slice_starts(s, SLICE("reply filter ")))
		return line_is(ev, EV_OTHER);
	/* PEER: replacing command "a" with "b"; PEER: reason while where */
	if (peer_take(&rest, &p, false) && slice_take(&rest, SLICE(": "))) {
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
		"status=deferred (", "reply filter ",
		"not sending trace/success notification for ",
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
	if (ev->daemon == DM_CLEANUP && slice_find(s, SLICE(
	    " map lookup problem -- message not accepted, ")) != SLICE_NONE) {
		rec_set(&ev->rec, F_REASON, s);
		return line_is(ev, EV_WARNING);
	}
	/* qmqpd: PEER: reason while where */
	if (ev->daemon == DM_QMQPD && peer_take(&rest, &p, false)) {
		line_client(ev, &p);
		return line_is(ev, EV_OTHER);
	}
	/*
	 * smtp and lmtp may give any reason why another host is tried; but
	 * behind what is no queue ID it may be anything.
	 */
	if ((ev->daemon == DM_SMTP || ev->daemon == DM_LMTP) &&
	    queueid_valid(rec_get(&ev->rec, F_QID))) {
		rec_set(&ev->rec, F_REASON, s);
		return line_is(ev, EV_OTHER);
	}
	return false;
}
