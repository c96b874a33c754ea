#include "source/doubts.h"

#include "base/msg.h"
#include "policy/peers.h"
#include "source/records.h"

/* True, after the message. */
#define TROUBLE(...)	(msg_error(__VA_ARGS__) != 0)

static void
say_not_logged(const struct doubts *d)
{
	if (!d->told)
		records_say_not_logged(audit_tally(d->audit)->not_logged);
}

static void
say_unknown_lines(const struct doubts *d)
{
	if (d->searched->unknown > 0)
		msg_note("%llu Postfix lines were not understood: what they "
		    "say is not in the verdict; mxlog --unknown shows them",
		    (unsigned long long)d->searched->unknown);
}

static bool
say_limits(const struct doubts *d)
{
	struct audit_notes n = audit_notes(d->audit);

	if (n.doubtful > 0)
		msg_note("%llu hops may be counted twice: the logs of both "
		    "hosts are there, but which lines belong together was "
		    "learned late", (unsigned long long)n.doubtful);
	return n.peers_dropped > 0 && TROUBLE("more than %zu peers: %llu hops "
	    "are judged, but whether TLS was lost is not followed for them",
	    PEERS_MAX, (unsigned long long)n.peers_dropped);
}

static bool
say_nothing(const struct doubts *d)
{
	const struct tally *t = audit_tally(d->audit);

	return tally_nothing(t) && (d->unread ||
	    TROUBLE("no hop was judged, so nothing is "
	    "proven: no mail was sent or taken in what was read, or no line "
	    "of the policy is about it"));
}

static bool
say_no_events(const struct doubts *d)
{
	const struct policy *p = audit_tally(d->audit)->policy;

	return d->no_events && p->severity[RULE_HANDSHAKE_FAILED] >
	    SEVERITY_INFO && TROUBLE("the policy counts handshakes that "
	    "failed, but records without events do not have those of "
	    "clients: use mxtrace -e");
}

static bool
say_not_covered(const struct doubts *d)
{
	const struct opt *o = d->opt;
	struct searched_window w = { o->has_since, o->has_until, o->since,
	    o->until, o->slack };
	struct buf why;
	bool bad;

	if (!o->has_since && !o->has_until)
		return false;
	buf_init(&why, 1024);
	bad = !searched_covers(d->searched, &w, &why) &&
	    TROUBLE("the window is not covered: %.*s", (int)why.len,
	    (const char *)why.ptr);
	buf_free(&why);
	return bad;
}

bool
doubts_say(const struct doubts *d)
{
	const struct searched *s = d->searched;
	bool bad;

	say_unknown_lines(d);
	say_not_logged(d);
	bad = say_limits(d);
	bad = (s->records > 0 && say_nothing(d)) || bad;
	bad = (s->records > 0 && say_no_events(d)) || bad;
	if (s->records > 0 && !s->at_end)
		bad = TROUBLE("the input ends without source and coverage "
		    "records: it was cut short");
	if (d->failed)
		bad = TROUBLE("records behind the end of the stream, or a "
		    "temporary file failed: the figures are not whole");
	return say_not_covered(d) || bad;
}
