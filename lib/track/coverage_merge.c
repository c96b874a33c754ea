#include "track/coverage_state.h"

#include "base/caltime.h"

#include "base/banned.h"

static bool
parse_time(struct slice s, struct event_time *t)
{
	unsigned int digits;

	*t = (struct event_time){ .known = false };
	if (!caltime_parse(s, &t->sec, &t->nsec, &digits))
		return false;
	t->digits = (uint8_t)digits;
	t->known = t->ordered = true;
	return true;
}

/* FROM/TO;WHY words. */
static void
merge_gaps(struct host_cover *h, struct slice s)
{
	struct slice word, from, to, why;
	struct event_time a, b;

	while (s.len > 0) {
		if (!slice_cut(s, ' ', &word, &s)) {
			word = s;
			s = slice_of(NULL, 0);
		}
		if (slice_cut(word, '/', &from, &to) &&
		    slice_cut(to, ';', &to, &why) && parse_time(from, &a) &&
		    parse_time(to, &b) && why.len > 0)
			coverage_gap(h, a.sec, b.sec, (char)why.ptr[0]);
	}
}

/* TAG=yes and TAG=no-evidence words. */
static void
merge_tls(struct host_cover *h, struct slice s)
{
	struct slice word, name, yes;

	while (s.len > 0) {
		if (!slice_cut(s, ' ', &word, &s)) {
			word = s;
			s = slice_of(NULL, 0);
		}
		if (slice_rcut(word, '=', &name, &yes))
			coverage_tls(h, coverage_tag(h, name), slice_eq(yes, SLICE("yes")),
			    false);
	}
}

/* Damage at the end of a piece lasts until the next piece begins. */
static void
close_damage(struct host_cover *h, const struct event_time *next)
{
	struct gap *g = h->ngap == 0 ? NULL : &h->gap[h->ngap - 1];

	if (g == NULL || g->why != 'd' || !h->timed || g->to != h->last.sec)
		return;
	g->why = 'l';
	g->to = next->sec > g->from ? next->sec : g->from;
}

void
coverage_counts(struct coverage *c, const struct rec *r)
{
	static const enum field key[4] = { F_UNDERSTOOD, F_IGNORED, F_FOREIGN,
		F_UNKNOWN };
	struct host_cover *h = coverage_host(c, rec_get(r, F_HOST));
	uint64_t v;

	for (size_t i = 0; i < 4; i++)
		if (slice_u64(rec_get(r, key[i]), UINT64_MAX / 2, &v))
			h->n[i] += v;
	if (slice_u64(rec_get(r, F_FORGED), UINT64_MAX / 2, &v))
		h->forged += v;
	if (slice_u64(rec_get(r, F_COPIES), UINT64_MAX / 2, &v))
		h->copies += v;
}

void
coverage_merge(struct coverage *c, const struct rec *r)
{
	struct host_cover *h = coverage_host(c, rec_get(r, F_HOST));
	struct event_time first, last;

	coverage_counts(c, r);
	if (parse_time(rec_get(r, F_TIME), &first))
		close_damage(h, &first);
	merge_gaps(h, rec_get(r, F_GAPS));
	merge_tls(h, rec_get(r, F_TLS_LOGGING));
	if (!parse_time(rec_get(r, F_TIME), &first) ||
	    !parse_time(rec_get(r, F_END), &last))
		return;
	if (!h->timed) {
		h->timed = true;
		h->first = first;
		h->last = last;
		return;
	}
	if (first.sec - h->last.sec > COVERAGE_SILENCE)
		coverage_gap(h, h->last.sec, first.sec, 's');
	if (coverage_before(&first, &h->first))
		h->first = first;
	if (coverage_before(&h->last, &last))
		h->last = last;
}
