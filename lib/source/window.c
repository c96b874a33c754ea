#include "source/window.h"

#include "base/caltime.h"

void
window_init(struct window *w)
{
	buf_init(&w->trace, 1 << 16);
	w->kept = true;
}

void
window_free(struct window *w)
{
	buf_free(&w->trace);
}

static bool
seconds(const struct rec *r, enum field f, int64_t *sec)
{
	uint32_t nsec;
	unsigned int digits;

	return rec_has(r, f) && caltime_parse(r->v[f], sec, &nsec, &digits);
}

/* Does [from, to] touch the window? */
static bool
touches(const struct opt *opt, const struct rec *r)
{
	int64_t from, to;

	if (!seconds(r, F_TIME, &from))
		return true;
	if (!seconds(r, F_END, &to) || to < from)
		to = from;
	return (!opt->has_since || to >= opt->since) &&
	    (!opt->has_until || from < opt->until);
}

static bool
is_summary(const struct rec *r)
{
	return slice_eq(rec_get(r, F_TYPE), SLICE("source")) ||
	    slice_eq(rec_get(r, F_TYPE), SLICE("coverage"));
}

bool
window_has_event(const struct opt *opt, const struct rec *r)
{
	if (!opt->has_since && !opt->has_until)
		return true;
	return is_summary(r) || touches(opt, r);
}

bool
window_has(struct window *w, const struct opt *opt, const struct rec *r)
{
	struct slice trace;

	if ((!opt->has_since && !opt->has_until) || is_summary(r))
		return true;
	trace = rec_get(r, F_TRACE);
	if (slice_eq(rec_get(r, F_TYPE), SLICE("message"))) {
		w->kept = touches(opt, r);
		w->trace.len = 0;
		(void)buf_add(&w->trace, trace);
		return w->kept;
	}
	if (trace.len > 0 && slice_eq(trace, buf_slice(&w->trace)))
		return w->kept;
	return touches(opt, r);
}
