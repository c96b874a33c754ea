#include "report/page_make.h"

#include "base/banned.h"

static bool
midnight(const struct zone *z, int64_t sec)
{
	if (z != NULL)
		sec += zone_offset(z, sec, NULL);
	return sec % 86400 == 0;
}

/* "on 2026-11-16", "from 2026-11-16 to 2026-11-22", "from ... until ..." */
static void
put_period(struct buf *b, const struct report *r)
{
	const struct report_options *o = &r->o;
	int64_t from = o->has_period ? o->from : r->first;
	int64_t to = o->has_period ? o->until : r->last;
	const char *name = o->zone == NULL || o->zone_name == NULL ? "UTC" :
	    o->zone_name;

	if (!o->has_period && !r->timed) {
		words(b, "in a time that is not known");
		return;
	}
	if (o->has_period && midnight(o->zone, from) &&
	    midnight(o->zone, to)) {
		bool one = to - from <= 90000;	/* 25 hours */

		words(b, one ? "on " : "from ");
		words_date(b, o->zone, from);
		if (!one) {
			words(b, " to ");
			/* The day before the midnight, whatever its length. */
			words_day(b, o->zone, to - 1);
		}
	} else {
		words(b, "from ");
		words_time(b, o->zone, from);
		words(b, " to ");
		words_time(b, o->zone, to);
	}
	words(b, " (");
	words_clean(b, slice_cstr(name));
	words(b, ")");
}

/* What keeps the figures from being the whole truth, the gravest. */
static bool
put_first_doubt(struct buf *b, const struct page *p, const struct report *r)
{
	for (size_t i = 0; i < r->ndoubt; i++) {
		if (!r->doubt[i].grave)
			continue;
		if (r->doubt[i].what == REPORT_NOT_COVERED) {
			words(b, "The evidence does not cover the whole "
			    "period asked for, ");
			words_clean(b, buf_slice(&p->period));
			words(b, " (");
		} else
			words(b, "The figures are not the whole truth (");
		(void)buf_add(b, buf_slice(&r->doubt[i].text));
		words(b, "); in what there is, ");
		return true;
	}
	return false;
}

static uint64_t
changed_peers(const struct tally *t)
{
	return t->about[RULE_TLS_LOST].n[VERDICT_VIOLATION] +
	    t->about[RULE_TRUST_CHANGED].n[VERDICT_VIOLATION];
}

static void
put_verdict(struct buf *b, const struct tally *t, bool begun)
{
	uint64_t bad = t->n[VERDICT_VIOLATION], dark = t->n[VERDICT_UNKNOWN];
	uint64_t exempt = t->n[VERDICT_EXEMPT];

	if (t->hops == 0)
		words(b, begun ? "there is no hop that the policy " :
		    "There is no hop that the policy ");
	else if (bad > 0) {
		words_u(b, bad);
		words(b, " of ");
		words_n(b, t->hops, "hop", "hops");
		words(b, " broke the policy ");
	} else if (dark > 0) {
		words(b, begun ? "of " : "Of ");
		words_u(b, dark);
		words(b, " of ");
		words_n(b, t->hops, "hop", "hops");
		words(b, " it is unknown whether they met the policy ");
	} else if (exempt > 0) {
		words(b, begun ? "no hop broke the policy " :
		    "No hop broke the policy ");
	} else {
		words(b, begun ? "all of " : "All of ");
		words_n(b, t->hops, "hop", "hops");
		words(b, " met the policy ");
	}
	words(b, "\xe2\x80\x9c");
	words_clean(b, t->policy->name);
	words(b, "\xe2\x80\x9d");
	if (t->hops == 0)
		words(b, " could be applied to");
	else if (bad == 0 && dark == 0 && exempt > 0) {
		words(b, ", ");
		words_u(b, exempt);
		words(b, " of ");
		words_n(b, t->hops, "hop", "hops");
		words(b, exempt == 1 ? " is exempt" : " are exempt");
	}
}

void
page_answer(struct page *p, const struct report *r)
{
	const struct tally *t = r->tally;
	struct buf *b = &p->sentence;
	uint64_t peers = changed_peers(t);
	uint64_t failed = tally_about_bad(t) - peers;
	bool begun;

	put_period(&p->period, r);
	begun = put_first_doubt(b, p, r);
	put_verdict(b, t, begun);
	if (!begun || !report_doubts(r, REPORT_NOT_COVERED)) {
		words(b, " ");
		(void)buf_add(b, buf_slice(&p->period));
	}
	if (t->n[VERDICT_VIOLATION] > 0 && t->n[VERDICT_UNKNOWN] > 0) {
		words(b, "; of ");
		words_u(b, t->n[VERDICT_UNKNOWN]);
		words(b, " more it is unknown whether they met it");
	}
	if (t->n[VERDICT_VIOLATION] == 0 && t->n[VERDICT_UNKNOWN] > 0) {
		words(b, "; ");
		words_u(b, t->n[VERDICT_COMPLIANT]);
		words(b, " did");
	}
	if (peers > 0) {
		words(b, "; ");
		words_n(b, peers, "peer", "peers");
		words(b, " lost TLS or trust");
	}
	if (failed > 0) {
		words(b, "; ");
		words_n(b, failed, "attempt", "attempts");
		words(b, " failed that the policy counts");
	}
	words(b, ".");

	(void)page_section(p, "answer", "Answer");
	if (t->permitted > 0) {
		b = page_line(p);
		words_n(b, t->permitted, "hop", "hops");
		words(b, t->permitted == 1 ? " of the compliant was" :
		    " of the compliant were");
		words(b, " in plaintext, which the policy permits.");
	}
	if (t->not_logged > 0) {
		b = page_line(p);
		words(b, "The TLS status of ");
		words_n(b, t->not_logged, "hop", "hops");
		words(b, " is unknown because TLS was not logged, or not yet "
		    "after a start or reload. To change that from now on, "
		    "set smtp_tls_loglevel = 1, lmtp_tls_loglevel = 1 and "
		    "smtpd_tls_loglevel = 1 in main.cf.");
	}
	for (size_t i = 0; i < r->ndoubt; i++) {
		b = page_line(p);
		words(b, r->doubt[i].grave ? "Doubt: " : "Note: ");
		(void)buf_add(b, buf_slice(&r->doubt[i].text));
		words(b, ".");
	}
	if (t->n[VERDICT_NOT_APPLICABLE] > 0) {
		b = page_line(p);
		words_n(b, t->n[VERDICT_NOT_APPLICABLE], "hop", "hops");
		words(b, " are not judged: local delivery, loopback, arrivals "
		    "before the evidence begins, or not covered by any line "
		    "of the policy.");
	}
}
