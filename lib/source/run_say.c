#include "source/run.h"

#include "base/msg.h"
#include "track/coverage.h"

#include "base/banned.h"

void
records_say_not_logged(uint64_t hops)
{
	if (hops > 0)
		msg_note("the TLS status of %llu hops is UNKNOWN because TLS "
		    "was not logged, or not yet after a start or reload; "
		    "to change that from now on, set "
		    "smtp_tls_loglevel = 1, lmtp_tls_loglevel = 1 and "
		    "smtpd_tls_loglevel = 1 in main.cf",
		    (unsigned long long)hops);
}

/* What the user should know before trusting the answer. */
void
run_say_unknown(const struct run *x)
{
	char name[256];
	uint64_t n;

	for (size_t i = 0; i < x->nfeed; i++) {
		const struct feed *f = &x->feed[i];

		(void)msg_quote(name, sizeof(name), slice_cstr(f->input->path));
		if (f->clock.impossible > 0)
			msg_note("%s: %llu time stamps name a day that their "
			    "year does not have, and give no time: is --year "
			    "right?", name,
			    (unsigned long long)f->clock.impossible);
		if (f->clock.doubted)
			msg_note("%s: the stamps run past the year that the "
			    "file's own time allows: from there on records "
			    "have no time; give the year of the first line "
			    "with --year", name);
	}
	if (coverage_forged(x->coverage) > 0)
		msg_note("%llu lines in Postfix's name are NOT BY POSTFIX: "
		    "journald says that other programs wrote them; they make "
		    "no facts; mxlog shows them, with the note not-by-postfix",
		    (unsigned long long)coverage_forged(x->coverage));
	if (x->twice > 0)
		msg_note("%llu lines stand in more than one file, as those "
		    "in %s, and count once", (unsigned long long)x->twice,
		    x->twin);
	if (x->twins.zoned > 0)
		msg_note("%llu deliveries and arrivals COUNT TWICE: two files "
		    "have the same lines %lld minutes apart, so that the zone "
		    "of one of them is wrong; give it with -z",
		    (unsigned long long)x->twins.zoned,
		    (long long)x->twins.off / 60);
	if (x->twins.hosts > 0)
		msg_note("%llu deliveries and arrivals COUNT TWICE: two files "
		    "have the same lines under two names of a host, one of "
		    "them %s; unite them with --host-alias, or give only one "
		    "of the files", (unsigned long long)x->twins.hosts,
		    x->twins.name);
	if (x->odd > 0)
		msg_note("%llu lines have queue IDs that Postfix does not "
		    "make, as in an edited log; they are taken as they are, "
		    "with the note odd-queue-id in mxlog",
		    (unsigned long long)x->odd);
	if (x->mode == RECORDS_TRACE && x->alone > 0)
		msg_note("%llu texts of a journal whose entries are gone make "
		    "no message: their time and host are not known; mxcarve "
		    "shows them, with the note entry-lost",
		    (unsigned long long)x->alone);
	n = coverage_class(x->coverage, LINE_UNKNOWN);
	if (x->mode == RECORDS_TRACE && n > 0 && !x->opt->unknown &&
	    coverage_class(x->coverage, LINE_UNDERSTOOD) > 0)
		msg_note("%llu Postfix lines were not understood: "
		    "mxlog --unknown shows them", (unsigned long long)n);
	records_say_not_logged(x->unlogged);
	if (x->mode == RECORDS_TRACE && x->has_records && !x->sourced)
		msg_note("the records end without a source record: the tool "
		    "that wrote them was cut short");
}

/* Limits that were met. */
void
run_say_lost(struct run *x)
{
	struct track_lost l = track_lost(x->track);

	if (l.unjoined > 0) {
		x->status = EXIT_TROUBLE;
		(void)msg_error("%llu lines were not joined to messages, "
		    "because there are too many different hosts or programs; "
		    "give fewer files at a time",
		    (unsigned long long)l.unjoined);
	}
	if (l.words) {
		x->status = EXIT_TROUBLE;
		(void)msg_error("too many different handshakes: the details "
		    "of some are left out");
	}
	if (l.proxied > 0)
		msg_note("%llu messages went through a filter before the queue "
		    "whose answer names no queue ID: it dropped them, or gave "
		    "them on as its own; who sent them is told by events only, "
		    "those of proxy-accept (mxtrace -e)",
		    (unsigned long long)l.proxied);
	if (l.early > 0)
		msg_note("%llu messages were still open when there were too "
		    "many of them; what came later of these stands apart",
		    (unsigned long long)l.early);
}

int
run_status(struct run *x, const struct inputs *in)
{
	uint64_t unknown = coverage_class(x->coverage, LINE_UNKNOWN);
	uint64_t lines = coverage_class(x->coverage, LINE_UNDERSTOOD) +
	    x->lines;

	for (size_t i = 0; i < x->nfeed; i++)
		if (x->feed[i].damaged > 0)
			x->status = EXIT_TROUBLE;
	for (size_t i = 0; i < x->nqueue; i++)
		if (x->queue[i].damaged > 0)
			x->status = EXIT_TROUBLE;
	if (x->spooled.damaged > 0 || x->spooled.cut > 0 ||
	    x->spooled.rc == RC_FAIL)
		x->status = EXIT_TROUBLE;
	if (in->failed > 0)
		x->status = EXIT_TROUBLE;
	if (x->status != EXIT_YES || lines > 0 || x->nrecords > 0 ||
	    x->spooled.files > 0)
		return x->status;
	if (unknown > 0 && !x->stopped)
		msg_note("none of the lines that may be Postfix's was "
		    "understood, %llu in all: see what they look like with "
		    "mxlog --unknown, and describe their beginning with "
		    "--prefix", (unsigned long long)unknown);
	else if (in->n > 0 && !x->stopped)
		msg_note("no line of Postfix in what was given; if there should "
		    "be, see what the lines look like with mxlog, and --prefix");
	return EXIT_NO;
}
