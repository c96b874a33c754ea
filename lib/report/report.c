#include "report/report.h"

#include "base/msg.h"
#include "report/words.h"

#include "base/banned.h"

#define WHY	((size_t)2048)

/* What the audit says of one hop, or of a peer. */
static bool
judged(void *arg, const struct judgement *j, const struct rec *hop,
    const struct rec *finding)
{
	struct report *r = arg;

	if (hop == NULL)
		verdicts_peer(&r->verdicts, finding);
	else if (j->hop) {
		verdicts_hop(&r->verdicts, j, hop);
		if (r->o.has_period)
			changes_add(&r->changes, true, j, hop);
	} else
		verdicts_attempt(&r->verdicts, j);
	return true;
}

void
report_open(struct report *r, const struct report_options *o)
{
	*r = (struct report){ .o = *o };
	if (r->o.rows == 0)
		r->o.rows = REPORT_ROWS;
	r->audit = audit_open(o->policy, o->nexthops, judged, r);
	audit_pseudonyms(r->audit, o->names);
	r->tally = audit_tally(r->audit);
	searched_init(&r->searched);
	evidence_init(&r->evidence);
	days_init(&r->days, o->zone);
	verdicts_init(&r->verdicts, o->policy, &r->days, r->o.rows);
	changes_init(&r->changes);
	traffic_init(&r->traffic, &r->days);
	if (o->tlsrpt)
		tlsrpt_init(&r->tlsrpt, o->policy, o->nexthops);
	buf_init(&r->why, WHY);
	buf_init(&r->before_why, WHY);
}

void
report_close(struct report *r)
{
	audit_close(r->audit);
	searched_free(&r->searched);
	evidence_free(&r->evidence);
	days_free(&r->days);
	verdicts_free(&r->verdicts);
	changes_free(&r->changes);
	traffic_free(&r->traffic);
	if (r->o.tlsrpt)
		tlsrpt_free(&r->tlsrpt);
	buf_free(&r->why);
	buf_free(&r->before_why);
	for (size_t i = 0; i < r->ndoubt; i++)
		buf_free(&r->doubt[i].text);
	r->ndoubt = 0;
}

/* The record as the report keeps it: `named` is where, if need be. */
static const struct rec *
name(struct report *r, const struct rec *rec, struct rec *named)
{
	if (r->o.names == NULL)
		return rec;
	pseudonym_rec(r->o.names, rec, named);
	return named;
}

/* What happened before or after the period. */
static bool
outside(struct report *r, const struct rec *rec, int64_t sec)
{
	const struct report_options *o = &r->o;
	struct judgement j;
	struct rec named;

	if (sec >= o->before && sec < o->from &&
	    judge(o->policy, o->nexthops, rec, sec, &j)) {
		const struct rec *own = name(r, rec, &named);

		judge_peer(own, &j);
		changes_add(&r->changes, false, &j, own);
	}
	r->outside++;
	return audit_see(r->audit, rec);
}

bool
report_take(struct report *r, const struct rec *rec)
{
	struct slice type = rec_get(rec, F_TYPE);
	struct rec named;
	int64_t sec;
	bool event;

	if (slice_eq(type, SLICE("source")) ||
	    slice_eq(type, SLICE("coverage")))
		rec = name(r, rec, &named);
	if (searched_add(&r->searched, rec)) {
		evidence_take(&r->evidence, rec);
		r->traced = r->traced || slice_eq(rec_get(rec, F_TOOL),
		    slice_cstr(msg_tool()));
		return true;
	}
	if (slice_eq(type, SLICE("link"))) {
		traffic_link(&r->traffic, rec);
		return audit_add(r->audit, rec, INT64_MAX);
	}
	event = slice_eq(type, SLICE("event"));
	r->events = r->events || event;
	if (!event && !slice_eq(type, SLICE("message")) &&
	    !slice_eq(type, SLICE("delivery")))
		return true;
	if (r->searched.sources > 0 && r->evidence.total[EVIDENCE_HOSTS] > 0)
		r->disorder = true;	/* records behind the end */
	sec = judge_time(rec);
	if (r->o.has_period && sec != INT64_MAX &&
	    (sec < r->o.from || sec >= r->o.until))
		return event || outside(r, rec, sec);
	if (r->o.tlsrpt)
		tlsrpt_take(&r->tlsrpt, rec, name(r, rec, &named));
	if (!event)
		traffic_take(&r->traffic, name(r, rec, &named), sec);
	return audit_add(r->audit, rec, sec);
}

static struct buf *
doubt(struct report *r, enum report_doubt what, bool grave)
{
	size_t i = r->ndoubt < REPORT_DOUBTS ? r->ndoubt++ : REPORT_DOUBTS - 1;

	r->doubt[i].what = what;
	r->doubt[i].grave = grave;
	buf_init(&r->doubt[i].text, WHY);
	return &r->doubt[i].text;
}

bool
report_doubts(const struct report *r, enum report_doubt what)
{
	for (size_t i = 0; i < r->ndoubt; i++)
		if (r->doubt[i].what == what)
			return true;
	return false;
}

/* From the first line to the last. */
static void
find_span(struct report *r)
{
	for (size_t i = 0; i < r->searched.n; i++) {
		const struct searched_span *s = &r->searched.span[i];

		if (!s->timed || s->foreign)
			continue;
		if (!r->timed || s->from < r->first)
			r->first = s->from;
		if (!r->timed || s->to > r->last)
			r->last = s->to;
		r->timed = true;
	}
}

/* Does the evidence cover what was asked, and the time before it? */
static void
check_coverage(struct report *r)
{
	const struct report_options *o = &r->o;
	struct searched_window w = { o->has_since, o->has_until, o->since,
		o->to, o->slack };

	r->covered = true;
	if (o->has_period) {
		w = (struct searched_window){ true, true, o->from, o->until,
			o->slack };
		r->covered = searched_covers(&r->searched, &w, &r->why);
		w.since = o->before;
		w.until = o->from;
		r->before_covered = searched_covers(&r->searched, &w,
		    &r->before_why);
	} else if (o->has_since || o->has_until)
		r->covered = searched_covers(&r->searched, &w, &r->why);
	if (!r->covered)
		(void)buf_add(doubt(r, REPORT_NOT_COVERED, true),
		    buf_slice(&r->why));
}

static void
check_figures(struct report *r, int reading)
{
	struct audit_notes n = audit_notes(r->audit);
	uint64_t untimed = r->verdicts.untimed + r->traffic.untimed;
	struct buf *b;

	if (reading == EXIT_NO)
		words(doubt(r, REPORT_NOTHING, true),
		    "there is no line of Postfix in what was given");
	if (reading == EXIT_TROUBLE)
		words(doubt(r, REPORT_DAMAGED, true),
		    "some of the evidence is damaged or could not be read");
	if (r->searched.records > 0 && !r->searched.at_end)
		words(doubt(r, REPORT_CUT_SHORT, true),
		    "the records end without source and coverage records: "
		    "they were cut short");
	if (r->disorder)
		words(doubt(r, REPORT_DISORDER, true),
		    "there are records behind the end of the stream");
	if (r->searched.records > 0 && !r->events && !r->traced &&
	    r->o.policy->severity[RULE_HANDSHAKE_FAILED] > SEVERITY_INFO)
		words(doubt(r, REPORT_NO_EVENTS, true),
		    "the policy counts handshakes that failed, but records "
		    "without events do not have those of clients");
	if (n.peers_dropped > 0) {
		b = doubt(r, REPORT_PEERS_DROPPED, true);
		words_n(b, n.peers_dropped, "hop of a peer", "hops of peers");
		words(b, " past the limit: whether they lost TLS is not "
		    "followed");
	}
	if (n.doubtful + r->traffic.doubtful > 0) {
		b = doubt(r, REPORT_TWICE, false);
		words_n(b, n.doubtful > r->traffic.doubtful ? n.doubtful :
		    r->traffic.doubtful, "hop", "hops");
		words(b, " may be counted twice: that two queue IDs belong "
		    "together was learned late");
	}
	if (r->searched.unknown > 0) {
		b = doubt(r, REPORT_UNKNOWN_LINES, false);
		words_n(b, r->searched.unknown, "line of Postfix was",
		    "lines of Postfix were");
		words(b, " not understood: what they say is not in the "
		    "figures");
	}
	if (r->o.names != NULL)
		words(doubt(r, REPORT_PSEUDONYMS, false), r->o.names->hosts ?
		    "people and hosts have pseudonyms, which only the key "
		    "can tell" :
		    "people have pseudonyms, which only the key can tell");
	if (untimed > 0 && r->o.has_period) {
		b = doubt(r, REPORT_UNTIMED, true);
		words_n(b, untimed, "record without a time is counted, and "
		    "may not be of this period", "records without a time "
		    "are counted, and may not be of this period");
	}
}

void
report_end(struct report *r, int reading)
{
	if (r->ended)
		return;
	r->ended = true;
	(void)audit_end(r->audit);
	verdicts_settle(&r->verdicts);
	traffic_settle(&r->traffic);
	worst_sort(&r->verdicts.violations);
	worst_sort(&r->verdicts.peers);
	find_span(r);
	check_coverage(r);
	check_figures(r, reading);
	r->status = tally_status(r->tally);
	for (size_t i = 0; i < r->ndoubt; i++)
		if (r->doubt[i].grave)
			r->status = msg_join(r->status, EXIT_TROUBLE);
}

int
report_status(const struct report *r)
{
	return r->status;
}
