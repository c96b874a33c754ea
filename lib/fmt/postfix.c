#include "fmt/postfix.h"

#include "base/loopback.h"
#include "fmt/postfix_line.h"
#include "fmt/queueid.h"

#include "base/banned.h"

#define TEXT_MAX	8192	/* bytes; Postfix writes 2000 at most */

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
		/* Commands that speak before they know their instance. */
		t->ours = slice_eq(tag, SLICE("postfix")) ||
		    slice_eq(tag, SLICE("postmulti"));
		if (t->ours)
			t->daemon = daemon_find(tag);
		return;
	}
	t->instance = slice_sub(tag, 0, first);
	t->program = slice_from(tag, last + 1);
	if (last > first)
		t->service = slice_sub(tag, first + 1, last - first - 1);
	t->daemon = daemon_find(t->program);
	t->ours = t->daemon != DM_NONE;
}

/* What the words below begin with, counted from e. */
#define SEVERITY_LETTERS	(1U | 1U << ('f' - 'e') |		\
	1U << ('p' - 'e') | 1U << ('w' - 'e'))

/* warning: error: fatal: panic: at the start of the text. */
static inline void
take_severity(struct slice *s, struct event *ev)
{
	unsigned int c = s->len == 0 ? UINT32_MAX : s->ptr[0] -
	    (unsigned int)'e';
	size_t n;

	/* One test for most lines, which begin otherwise. */
	if (c > 'w' - 'e' || (SEVERITY_LETTERS >> c & 1) == 0)
		return;
	switch (s->ptr[0]) {
	case 'w':
		n = slice_starts(*s, SLICE("warning: ")) ? 7 : 0;
		break;
	case 'e':
		n = slice_starts(*s, SLICE("error: ")) ? 5 : 0;
		break;
	case 'f':
		n = slice_starts(*s, SLICE("fatal: ")) ? 5 : 0;
		break;
	case 'p':
		n = slice_starts(*s, SLICE("panic: ")) ? 5 : 0;
		break;
	default:
		return;
	}
	if (n == 0)
		return;
	rec_set(&ev->rec, F_SEVERITY, slice_of(s->ptr, n));
	*s = slice_from(*s, n + 2);
}

/* "ID: " or "NOQUEUE: " at the start. */
static inline bool
take_qid(struct slice *s, struct slice *qid)
{
	size_t n = queueid_label_len(*s);

	if (n == 0 && slice_starts(*s, SLICE("NOQUEUE")))
		n = 7;
	if (n == 0 || n + 1 >= s->len || s->ptr[n] != ':' ||
	    s->ptr[n + 1] != ' ')
		return false;
	*qid = slice_of(s->ptr, n);
	*s = slice_of(s->ptr + n + 2, s->len - n - 2);
	return true;
}

/* A word where the ID belongs, and ": ". */
static bool
take_odd_qid(struct slice *s, struct slice *qid)
{
	size_t n = queueid_like_len(*s);
	struct slice rest = slice_from(*s, n);

	if (n == 0 || !slice_take(&rest, SLICE(": ")))
		return false;
	*qid = slice_sub(*s, 0, n);
	*s = rest;
	return true;
}

size_t
line_id_len(const struct event *ev, struct slice s)
{
	size_t n = queueid_len(s);
	struct slice own, relay;

	if (n > 0)
		return n;
	own = rec_get(&ev->rec, F_QID);
	relay = rec_get(&ev->rec, F_RELAY_ADDR);
	return loopback_is(relay) || (own.len > 0 &&
	    !slice_eq(own, SLICE("NOQUEUE")) && !queueid_valid(own)) ?
	    queueid_like_len(s) : 0;
}

/* PEER: SASL MECH authentication failed: REASON[, sasl_username=U] */
static bool
auth_failure(struct slice s, struct event *ev)
{
	struct slice mech, text;
	struct peer p;
	size_t user;

	if (!peer_take(&s, &p, false) || !slice_take(&s, SLICE(": SASL ")) ||
	    !slice_cut(s, ' ', &mech, &text) ||
	    !slice_starts(text, SLICE("authentication ")))
		return false;
	line_client(ev, &p);
	rec_set(&ev->rec, F_SASL_METHOD, mech);
	/* The reason is our side's; the name may hold another key. */
	user = slice_find(text, SLICE(", sasl_username="));
	if (user != SLICE_NONE) {
		rec_set(&ev->rec, F_SASL_USER, slice_from(text, user + 16));
		text = slice_sub(text, 0, user);
	}
	rec_set(&ev->rec, F_REASON, text);
	return line_is(ev, EV_AUTH_FAILURE);
}

/*
 * The client of a warning: at its start, or behind the first "from", if no
 * stranger's text can stand before that.
 */
static void
warned_client(struct slice s, struct event *ev)
{
	struct slice rest = s;
	struct peer p;
	size_t n = 0;

	if (ev->daemon == DM_SMTPD && peer_take(&rest, &p, false) &&
	    p.name.len > 0 && slice_starts(rest, SLICE(": "))) {
		line_client(ev, &p);
		return;
	}
	while (n < s.len && (ascii_alnum(s.ptr[n]) || s.ptr[n] == ' ' ||
	    s.ptr[n] == '-' || s.ptr[n] == ':')) {
		rest = slice_from(s, n);
		if (s.ptr[n++] != ' ' || !slice_take(&rest, SLICE(" from ")))
			continue;
		if (peer_take(&rest, &p, false) && p.name.len > 0)
			line_client(ev, &p);
		return;
	}
}

/* A line with a severity word: always a warning, with what it names. */
static void
parse_warning(struct slice s, struct event *ev)
{
	struct slice why = s;

	line_is(ev, EV_WARNING);
	if (auth_failure(s, ev))
		return;
	/* cleanup's own refusal, which smtpd does not log again. */
	if (rec_has(&ev->rec, F_QID) &&
	    (ev->daemon == DM_CLEANUP || ev->daemon == DM_NONE) &&
	    slice_take(&why, SLICE("message rejected: "))) {
		line_is(ev, EV_REJECT);
		rec_set(&ev->rec, F_ACTION, SLICE("reject"));
		rec_set(&ev->rec, F_STAGE, SLICE("END-OF-MESSAGE"));
		rec_set(&ev->rec, F_REASON, why);
		return;
	}
	if (!rec_has(&ev->rec, F_QID) ||
	    slice_eq(rec_get(&ev->rec, F_QID), SLICE("NOQUEUE")))
		warned_client(s, ev);
	rec_set(&ev->rec, F_REASON, s);
}

/* Text behind "QID: " that only a queue file can have. */
static bool
parse_queued(struct slice s, struct event *ev)
{
	struct slice rest = s;

	switch (s.len == 0 ? 0 : s.ptr[0]) {
	case 't':
		return slice_take(&rest, SLICE("to=<")) &&
		    line_delivery(rest, ev);
	case 'c':
		return slice_starts(s, SLICE("client=")) &&
		    line_client_of(s, ev);
	case 'm':
		if (!slice_take(&rest, SLICE("message-id=")))
			return false;
		rec_add(&ev->rec, F_MESSAGE_ID, rest);
		return line_is(ev, EV_MESSAGE_ID);
	case 'f':
		return slice_take(&rest, SLICE("from=<")) &&
		    line_qmgr(rest, ev);
	case 'u':
		return line_pickup(s, ev);
	case 's':
		return line_notice(s, ev);
	case 'p':
		return line_postsuper(s, ev) || line_notice(s, ev);
	case 'e':
		return line_postsuper(s, ev);
	case 'r':
		if (slice_starts(s, SLICE("resent-message-id=")))
			return line_is(ev, EV_OTHER);
		return line_postsuper(s, ev);
	default:
		return false;
	}
}

/* True for those that refuse, hold or check something. */
static bool
has_actions(enum daemon_id d)
{
	return d == DM_CLEANUP || d == DM_SMTPD || d == DM_SMTP ||
	    d == DM_LMTP || d == DM_POSTSCREEN || d == DM_NONE ||
	    d == DM_QMQPD;
}

/* Text behind "QID: ", where the ID may be NOQUEUE. */
static bool
parse_qid_text(struct slice s, bool queued, struct event *ev)
{
	if (queued && parse_queued(s, ev))
		return true;
	/* What is left of a delivery is nothing else. */
	if (slice_starts(s, SLICE("to=<")))
		return false;
	return (slice_starts(s, SLICE("client=")) && line_client_of(s, ev)) ||
	    (has_actions(ev->daemon) && line_action(s, ev)) ||
	    line_qid_misc(s, ev) || line_qid_verbose(s, ev);
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
	if (line_may_be_tls(s) && line_tls(s, ev))
		return true;
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

/* Not understood: take back what a layout that did not fit has left. */
static void
forget(struct event *ev)
{
	ev->kind = EV_UNKNOWN;
	ev->class = LINE_UNKNOWN;
	for (size_t f = F_TEXT + 1;
	    (f = rec_next_field(&ev->rec, f)) < FIELD_N; f++)
		rec_unset(&ev->rec, (enum field)f);
}

/*
 * Text behind what is no queue ID of Postfix, in the layout of one: from a log
 * that somebody has edited, to show it to others or to deceive.  Only with
 * its program, and only what is not said without an ID.
 */
static bool
parse_odd(struct slice s, const struct postfix_tag *t, struct event *ev)
{
	struct slice qid;

	forget(ev);
	if (t->lost || !take_odd_qid(&s, &qid))
		return false;
	rec_set(&ev->rec, F_QID, qid);
	if (parse_qid_text(s, true, ev)) {
		rec_set(&ev->rec, F_NOTE, SLICE("odd-queue-id"));
		return true;
	}
	rec_unset(&ev->rec, F_QID);
	forget(ev);
	return false;
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
	if (s.len > TEXT_MAX)
		return;
	take_severity(&s, ev);
	if (take_qid(&s, &qid)) {
		rec_set(&ev->rec, F_QID, qid);
		if (rec_has(&ev->rec, F_SEVERITY)) {
			parse_warning(s, ev);
			return;
		}
		known = parse_qid_text(s,
		    !slice_eq(qid, SLICE("NOQUEUE")), ev);
	} else if (rec_has(&ev->rec, F_SEVERITY)) {
		parse_warning(s, ev);
		return;
	} else
		known = parse_plain(s, ev) || parse_odd(s, t, ev);
	if (!known) {
		forget(ev);
		return;
	}
	if (t->lost)
		ev->daemon = infer(ev, s);
}
