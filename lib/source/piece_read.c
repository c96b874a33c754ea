#include "source/piece_head.h"

#include "base/caltime.h"
#include "base/msg.h"

#define YEARS_MAX	1000000		/* new years in one file */
#define EAST_MAX	(15 * 3600)

bool
piece_is(struct slice line)
{
	return slice_starts(line, SLICE("{\"type\":\"piece\"")) ||
	    slice_starts(line, SLICE("piece\t"));
}

static bool
read_day(struct slice s, unsigned int *mon, unsigned int *day)
{
	uint64_t m, d;

	if (s.len != 5 || s.ptr[2] != '-' ||
	    !slice_u64(slice_sub(s, 0, 2), 12, &m) ||
	    !slice_u64(slice_sub(s, 3, 2), PIECE_MONTH, &d) || m == 0 || d == 0)
		return false;
	*mon = (unsigned int)m;
	*day = (unsigned int)d;
	return true;
}

static bool
read_year(struct slice s, int *year)
{
	uint64_t v;

	if (!slice_u64(s, 9999, &v) || v == 0)
		return false;
	*year = (int)v;
	return true;
}

static bool
read_time(struct slice s, int64_t *sec, bool *has)
{
	unsigned char text[CALTIME_MAX];
	unsigned int digits;
	uint32_t nsec;

	/* An offset may lead out of the years that can be written. */
	*has = caltime_parse(s, sec, &nsec, &digits) &&
	    caltime_text(text, *sec, 0, 0) > 0;
	return *has;
}

/* N:EAST */
static bool
read_ids(struct slice s, struct survey *v)
{
	struct slice n, east;
	uint64_t u;
	bool west;

	if (!slice_cut(s, ':', &n, &east) || !slice_u64(n, UINT32_MAX, &u))
		return false;
	v->nids = (unsigned int)u;
	v->ids_agree = !slice_eq(east, SLICE("mixed"));
	if (!v->ids_agree)
		return true;
	west = slice_take(&east, SLICE("-"));
	if (!slice_u64(east, EAST_MAX, &u))
		return false;
	v->east = west ? -(int32_t)u : (int32_t)u;
	return true;
}

/* WORD=VALUE; false if it cannot be. */
static bool
read_value(struct feed *f, struct slice word, struct slice s)
{
	struct survey *v = &f->survey;
	unsigned int mon, day;
	uint64_t u;

	if (slice_eq(word, SLICE("part"))) {
		if (!slice_u64(s, UINT32_MAX, &u))
			return false;
		f->part = (unsigned int)u;
	} else if (slice_eq(word, SLICE("given")))
		return read_year(s, &v->given);
	else if (slice_eq(word, SLICE("bsd"))) {
		if (!read_day(s, &mon, &day))
			return false;
		v->bsd = true;
		v->mon = (uint8_t)mon;
		v->day = (uint8_t)day;
	} else if (slice_eq(word, SLICE("last"))) {
		if (!read_day(s, &mon, &day))
			return false;
		v->last = (int)((mon - 1) * PIECE_MONTH + day);
	} else if (slice_eq(word, SLICE("years"))) {
		if (!slice_u64(s, YEARS_MAX, &u))
			return false;
		v->wraps = (unsigned int)u;
	} else if (slice_eq(word, SLICE("dated-line")) ||
	    slice_eq(word, SLICE("queue-id"))) {
		v->by_qid = word.ptr[0] == 'q';
		v->has_dated = true;
		return read_year(s, &v->year);
	} else if (slice_eq(word, SLICE("gzip")))
		return read_time(s, &v->gzip_mtime, &v->has_gzip);
	else if (slice_eq(word, SLICE("mtime")))
		return read_time(s, &v->mtime, &v->has_mtime);
	else if (slice_eq(word, SLICE("ids")))
		return read_ids(s, v);
	return true;
}

/* The zone that a piece was made with has to be that of the merge. */
static void
check_zone(struct feed *f, struct slice tz, const struct opt *opt)
{
	char zone[128], name[256];

	if (tz.len == 0 || f->piece.dated || !f->survey.local ||
	    (opt->tz != NULL && slice_eq(slice_cstr(opt->tz), tz)))
		return;
	(void)msg_error("%s: this piece was made with -z %s and is not dated: "
	    "give -z to the merge", msg_quote(name, sizeof(name),
	    slice_cstr(f->input->path)), msg_quote(zone, sizeof(zone), tz));
	f->damaged++;
}

/* A stamp of any form that has no zone. */
static bool
read_stamp(struct slice s, struct stamp *st)
{
	struct slice rest = s;

	if ((stamp_take_bsd(&rest, st, NULL) ||
	    stamp_take_iso(&rest, st, NULL) || stamp_take_full(&rest, st) ||
	    stamp_take_dated(&rest, st)) && rest.len == 0)
		return true;
	*st = (struct stamp){ .text = s };
	return false;
}

bool
piece_anchors(struct feed *f, struct slice s, struct slice *tz)
{
	struct slice word, name, value;

	*tz = slice_of(NULL, 0);
	while (s.len > 0) {
		if (!slice_cut(s, ' ', &word, &s)) {
			word = s;
			s = slice_of(NULL, 0);
		}
		if (slice_eq(word, SLICE("dated")))
			f->piece.dated = true;
		else if (slice_eq(word, SLICE("local")))
			f->survey.local = true;
		else if (slice_cut(word, '=', &name, &value)) {
			if (slice_eq(name, SLICE("tz")))
				*tz = value;
			else if (!read_value(f, name, value))
				return false;
		}
	}
	return true;
}

/* The survey of the evidence, from the head of its piece. */
bool
piece_read_head(struct feed *f, const struct rec *r, const struct opt *opt)
{
	struct survey *v = &f->survey;
	struct slice tz;
	unsigned int digits;

	if (!piece_anchors(f, rec_get(r, F_ANCHORS), &tz))
		return false;
	if (caltime_parse(rec_get(r, F_TIME), &v->stamp.sec, &v->stamp.nsec,
	    &digits)) {
		v->stamp.kind = STAMP_ZONED;
		v->stamp.digits = (uint8_t)digits;
		v->timed = true;
	} else if (rec_has(r, F_STAMP))
		v->timed = read_stamp(rec_get(r, F_STAMP), &v->stamp);
	v->stamp.text = slice_of(NULL, 0);
	/* What is dated has no need to be dated. */
	if (f->piece.dated)
		v->bsd = v->local = false;
	check_zone(f, tz, opt);
	(void)buf_add(&f->name, rec_get(r, F_SRC));
	(void)buf_add(&f->host, rec_get(r, F_HOST));
	return true;
}

/* A note made before, with what the clock says now. */
static struct slice
join_notes(struct slice was, struct slice now)
{
	static const char *const both[] = { "zone-inferred clock-jump",
		"year-inferred year-from-dated-line zone-inferred clock-jump" };

	if (now.len == 0 || was.len == 0)
		return now.len == 0 ? was : now;
	for (size_t i = 0; i < sizeof(both) / sizeof(both[0]); i++) {
		struct slice s = slice_cstr(both[i]);

		if (s.len == was.len + 1 + now.len && slice_starts(s, was))
			return s;
	}
	return was;
}

void
piece_time(struct feed *f, struct stamp *st)
{
	static const struct stamp none;
	struct event *ev = &f->event;
	struct event_time *t = &ev->time;
	struct slice was = rec_get(&ev->rec, F_TIME_NOTE), note;

	*st = none;
	if (t->known) {
		st->kind = STAMP_ZONED;
		st->sec = t->sec;
		st->nsec = t->nsec;
		st->digits = t->digits;
	} else if (rec_has(&ev->rec, F_STAMP))
		(void)read_stamp(rec_get(&ev->rec, F_STAMP), st);
	if (f->piece.dated && st->kind == STAMP_BSD &&
	    f->clock.from != CLOCK_YEAR_NONE) {
		/* It had a year, and was of no day in it. */
		f->clock.impossible++;
		return;
	}
	clock_time(&f->clock, st, &none, t, &note);
	if (f->piece.dated)
		return;
	note = join_notes(was, note);
	if (note.len > 0)
		rec_set(&ev->rec, F_TIME_NOTE, note);
	if (t->known)
		rec_unset(&ev->rec, F_STAMP);
}
