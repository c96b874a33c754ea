#include "fmt/postfix.h"

#include "fmt/postfix_line.h"
#include "fmt/queueid.h"

#include "base/banned.h"

void
postfix_tag(struct slice tag, bool lost_program, struct postfix_tag *t)
{
	size_t first = slice_chr(tag, '/'), last = slice_rchr(tag, '/');

	*t = (struct postfix_tag){ .lost = lost_program };
	if (first == SLICE_NONE) {
		t->instance = tag;
		if (lost_program) {
			/* Only what could be a syslog_name is looked at. */
			t->ours = slice_starts(tag, SLICE("postfix"));
			return;
		}
		t->program = tag;
		if (slice_eq(tag, SLICE("postfix"))) {
			t->daemon = DM_POSTFIX;
			t->ours = true;
		}
		return;
	}
	t->instance = slice_sub(tag, 0, first);
	t->program = slice_from(tag, last + 1);
	if (last > first)
		t->service = slice_sub(tag, first + 1, last - first - 1);
	t->daemon = daemon_find(t->program);
	t->ours = t->daemon != DM_NONE;
}

/* warning: error: fatal: panic: at the start of the text. */
static void
take_severity(struct slice *s, struct event *ev)
{
	static const struct slice word[] = {
		{ (const unsigned char *)"warning", 7 },
		{ (const unsigned char *)"error", 5 },
		{ (const unsigned char *)"fatal", 5 },
		{ (const unsigned char *)"panic", 5 },
	};

	for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++)
		if (s->len > word[i].len + 1 && slice_starts(*s, word[i]) &&
		    s->ptr[word[i].len] == ':' &&
		    s->ptr[word[i].len + 1] == ' ') {
			rec_set(&ev->rec, F_SEVERITY,
			    slice_sub(*s, 0, word[i].len));
			*s = slice_from(*s, word[i].len + 2);
			return;
		}
}

/* "ID: " or "NOQUEUE: " at the start. */
static bool
take_qid(struct slice *s, struct slice *qid)
{
	size_t n = slice_chr(slice_sub(*s, 0, 26), ':');

	if (n == SLICE_NONE || n + 1 >= s->len || s->ptr[n + 1] != ' ')
		return false;
	*qid = slice_sub(*s, 0, n);
	if (!queueid_valid(*qid) && !slice_eq(*qid, SLICE("NOQUEUE")))
		return false;
	*s = slice_from(*s, n + 2);
	return true;
}

/* PEER: SASL MECH authentication failed: REASON[, sasl_username=U] */
static bool
auth_failure(struct slice s, struct event *ev)
{
	struct slice mech, rest = s, text;
	struct peer p;
	size_t user;

	if (!peer_take(&rest, &p) || !slice_take(&rest, SLICE(": SASL ")) ||
	    !slice_cut(rest, ' ', &mech, &text) ||
	    !slice_starts(text, SLICE("authentication ")))
		return false;
	line_client(ev, &p);
	rec_set(&ev->rec, F_SASL_METHOD, mech);
	user = slice_rfind(text, SLICE(", sasl_username="));
	if (user != SLICE_NONE) {
		rec_set(&ev->rec, F_SASL_USER, slice_from(text, user + 16));
		text = slice_sub(text, 0, user);
	}
	rec_set(&ev->rec, F_REASON, text);
	return line_is(ev, EV_AUTH_FAILURE);
}

/* A line with a severity word: always a warning, with what it names. */
static void
parse_warning(struct slice s, struct event *ev)
{
	struct slice rest = s;
	struct peer p;
	size_t pos;

	line_is(ev, EV_WARNING);
	if (auth_failure(s, ev))
		return;
	if (slice_eq(rec_get(&ev->rec, F_QID), SLICE("NOQUEUE")) ||
	    !rec_has(&ev->rec, F_QID)) {
		pos = slice_find(s, SLICE(" from "));
		if (pos != SLICE_NONE) {
			rest = slice_from(s, pos + 6);
			if (peer_take(&rest, &p) && p.name.len > 0)
				line_client(ev, &p);
		}
	}
	rec_set(&ev->rec, F_REASON, s);
}

/* Text behind "QID: ". */
static bool
parse_qid_text(struct slice s, struct event *ev)
{
	struct slice rest = s;

	switch (s.len == 0 ? 0 : s.ptr[0]) {
	case 't':
		if (slice_take(&rest, SLICE("to=<")) && line_delivery(rest, ev))
			return true;
		break;
	case 'c':
		if (line_client_of(s, ev))
			return true;
		break;
	case 'm':
		if (slice_take(&rest, SLICE("message-id="))) {
			rec_set(&ev->rec, F_MESSAGE_ID, rest);
			return line_is(ev, EV_MESSAGE_ID);
		}
		break;
	case 'f':
		if (slice_take(&rest, SLICE("from=<")) && line_qmgr(rest, ev))
			return true;
		break;
	case 'u':
		if (line_pickup(s, ev))
			return true;
		break;
	case 'p':
	case 'e':
	case 'r':
		if (line_postsuper(s, ev))
			return true;
		if (slice_starts(s, SLICE("resent-message-id=")))
			return line_is(ev, EV_OTHER);
		break;
	default:
		break;
	}
	if (ev->daemon == DM_CLEANUP || ev->daemon == DM_SMTPD ||
	    ev->daemon == DM_SMTP || ev->daemon == DM_LMTP ||
	    ev->daemon == DM_POSTSCREEN || ev->daemon == DM_NONE ||
	    ev->daemon == DM_QMQPD)
		if (line_action(s, ev))
			return true;
	if (line_notice(s, ev))
		return true;
	return line_qid_misc(s, ev);
}

/* The daemon of a line whose tag was cut, where only one writes it. */
static enum daemon_id
infer(const struct event *ev, struct slice text)
{
	switch (ev->kind) {
	case EV_CLIENT:
	case EV_DISCONNECT:
	case EV_CONNECT:
		return DM_SMTPD;
	case EV_MESSAGE_ID:
		return DM_CLEANUP;
	case EV_QUEUED:
		return DM_QMGR;
	case EV_PICKUP:
		return DM_PICKUP;
	case EV_BOUNCE_NOTICE:
		return DM_BOUNCE;
	case EV_DELIVERY:
		if (slice_starts(rec_get(&ev->rec, F_RELAY_ADDR), SLICE("/")) ||
		    slice_starts(rec_get(&ev->rec, F_RELAY_ADDR),
		    SLICE("private/")))
			return DM_LMTP;
		return DM_NONE;
	case EV_STATISTICS:
		if (slice_starts(text, SLICE("statistics: max connection")) ||
		    slice_starts(text, SLICE("statistics: max cache size")))
			return DM_ANVIL;
		return DM_NONE;
	case EV_CONFIG:
		if (slice_starts(text, SLICE("daemon started")) ||
		    slice_starts(text, SLICE("reload --")) ||
		    slice_starts(text, SLICE("terminating on")))
			return DM_MASTER;
		return DM_NONE;
	case EV_EXPIRED:
		return slice_starts(text, SLICE("expired")) ? DM_POSTSUPER :
		    DM_QMGR;
	case EV_REMOVED:
		return rec_has(&ev->rec, F_REASON) ? DM_CLEANUP : DM_NONE;
	case EV_HELD:
		return rec_has(&ev->rec, F_ACTION) ? DM_NONE : DM_POSTSUPER;
	case EV_RELEASED:
	case EV_REQUEUED:
		return DM_POSTSUPER;
	default:
		return DM_NONE;
	}
}

/* Text without a queue ID. */
static bool
parse_plain(struct slice s, struct event *ev)
{
	switch (ev->daemon) {
	case DM_SMTPD:
	case DM_QMQPD:
		return line_smtpd(s, ev) || line_tls(s, ev) ||
		    line_misc(s, ev);
	case DM_POSTSCREEN:
	case DM_DNSBLOG:
	case DM_TLSPROXY:
		return line_screen(s, ev) || line_tls(s, ev) ||
		    line_misc(s, ev);
	case DM_NONE:
		return line_smtpd(s, ev) || line_tls(s, ev) ||
		    line_screen(s, ev) || line_misc(s, ev);
	default:
		return line_tls(s, ev) || line_misc(s, ev);
	}
}

void
postfix_parse(struct slice text, const struct postfix_tag *t,
    struct event *ev)
{
	struct slice s = text, qid;
	bool known;

	ev->daemon = t->daemon;
	ev->kind = EV_UNKNOWN;
	ev->class = LINE_UNKNOWN;
	rec_set(&ev->rec, F_TEXT, text);
	if (!t->ours) {
		ev->kind = EV_OTHER;
		ev->class = LINE_FOREIGN;
		return;
	}
	take_severity(&s, ev);
	if (take_qid(&s, &qid)) {
		rec_set(&ev->rec, F_QID, qid);
		if (rec_has(&ev->rec, F_SEVERITY)) {
			parse_warning(s, ev);
			return;
		}
		known = parse_qid_text(s, ev);
	} else if (rec_has(&ev->rec, F_SEVERITY)) {
		parse_warning(s, ev);
		return;
	} else
		known = parse_plain(s, ev);
	if (!known) {
		ev->kind = EV_UNKNOWN;
		ev->class = LINE_UNKNOWN;
		return;
	}
	if (t->lost)
		ev->daemon = infer(ev, s);
}
