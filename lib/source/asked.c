#include "source/asked.h"

#include <stdlib.h>

#include "base/msg.h"

void
asked_open(struct asked *a, const struct inputs *in)
{
	if (a->qid == NULL)
		return;
	a->origins = origins_open(in, NULL, 0, NULL, 0);
	a->quote = quote_open(a->origins, true, false);
}

void
asked_close(struct asked *a)
{
	quote_close(a->quote);
	origins_free(a->origins);
}

void
asked_confine(struct asked *a, struct opt *opt)
{
	struct err e;

	if (a->qid == NULL)
		return;
	if (sandbox_enter(opt->sandbox, origins_allowed(a->origins), &e) !=
	    RC_OK)
		exit(msg_err("sandbox", RC_FAIL, &e));
	if (origins_start(a->origins, &e) != RC_OK)
		exit(msg_err("standard input", RC_FAIL, &e));
	opt->sandbox = SANDBOX_OFF;	/* it is on */
}

bool
asked_is(const struct asked *a, const struct rec *r)
{
	return a->qid != NULL && (slice_eq(rec_get(r, F_QID),
	    slice_cstr(a->qid)) || slice_eq(rec_get(r, F_TRACE),
	    slice_cstr(a->qid)));
}

bool
asked_take(struct asked *a, const struct rec *r)
{
	struct err e;

	if (a->qid == NULL)
		return true;
	a->found = a->found || asked_is(a, r);
	return quote_take(a->quote, r, &e) == RC_OK;
}

int
asked_find(struct asked *a, int status)
{
	if (a->qid == NULL)
		return status;
	if (!a->found) {
		(void)msg_error("no message with that queue ID");
		return EXIT_TROUBLE;
	}
	if (quote_find(a->quote) == EXIT_TROUBLE && status == EXIT_YES)
		status = EXIT_TROUBLE;
	return status;
}

enum rc
asked_next(struct asked *a, struct slice *line, struct err *e)
{
	return a->found ? quote_next(a->quote, line, e) : RC_END;
}
