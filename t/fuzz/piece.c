/*
 * piece - the anchors of a piece's head, a line each, of up to eight pieces:
 * what is read, written and read back is the same; years and zone are then
 * decided for all of them as one set, and stamps dated by what comes out
 */
#include "source/piece.h"

#include "base/msg.h"
#include "source/years.h"
#include "must.h"

#define PIECES	8

static void
same(const struct survey *a, const struct survey *b)
{
	must(a->local == b->local && a->bsd == b->bsd);
	must(!a->bsd || (a->mon == b->mon && a->day == b->day));
	must(a->last == b->last && a->wraps == b->wraps);
	must(a->has_dated == b->has_dated);
	must(!a->has_dated || (a->by_qid == b->by_qid && a->year == b->year));
	must(a->has_gzip == b->has_gzip && a->has_mtime == b->has_mtime);
	must(!a->has_gzip || a->gzip_mtime == b->gzip_mtime);
	must(!a->has_mtime || a->mtime == b->mtime);
	must(a->nids == b->nids);
	must(a->nids == 0 || a->ids_agree == b->ids_agree);
	must(a->nids == 0 || !a->ids_agree || a->east == b->east);
}

static void
write_back(const struct feed *f)
{
	struct opt opt = { .year = 0 };
	struct feed back = { .line = 0 };
	struct slice tz;
	struct buf text;

	buf_init(&text, 65536);
	piece_put_anchors(&text, f, &opt);
	must(piece_anchors(&back, buf_slice(&text), &tz));
	must(tz.len == 0);
	same(&f->survey, &back.survey);
	must(back.part == f->part);
	buf_free(&text);
}

/* Dates come only from what is known, and are of the calendar. */
static void
date(struct feed *f)
{
	static const char *const stamp[] = { "Dec 31 23:59:59",
		"Jan  1 00:00:00", "Feb 29 12:00:00", "Oct 25 02:30:00",
		"Mar 29 02:30:00", "Dec 30 00:00:00", "Jul  1 00:00:00" };
	static const struct stamp none;
	struct event_time t;
	struct stamp st;
	struct slice note;

	for (size_t i = 0; i < sizeof(stamp) / sizeof(stamp[0]); i++) {
		struct slice s = slice_cstr(stamp[i]);

		must(stamp_take_bsd(&s, &st, NULL));
		clock_time(&f->clock, &st, &none, &t, &note);
		must(!t.known || f->clock.from != CLOCK_YEAR_NONE);
		(void)clock_check(&f->clock, &st, t.sec);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct slice all = slice_of(data, len), line, tz;
	struct feed f[PIECES];
	struct opt opt = { .year = 0 };
	size_t n = 0;

	msg_quiet(1);
	if (slice_take(&all, SLICE("y")))
		opt.year = 2024;
	while (all.len > 0 && n < PIECES) {
		if (!slice_cut(all, '\n', &line, &all)) {
			line = all;
			all = slice_of(NULL, 0);
		}
		f[n] = (struct feed){ .line = 0 };
		buf_init(&f[n].name, 64);
		buf_init(&f[n].host, 64);
		(void)buf_add(&f[n].name, SLICE("/var/log/mail.log"));
		(void)buf_add(&f[n].host, slice_sub(line, 0, 1));
		if (!piece_anchors(&f[n], line, &tz)) {
			buf_free(&f[n].name);
			buf_free(&f[n].host);
			continue;
		}
		must(tz.len == 0 || (tz.ptr >= line.ptr &&
		    tz.len <= line.len));
		write_back(&f[n]);
		n++;
	}
	years_decide(f, n, &opt);
	for (size_t i = 0; i < n; i++) {
		date(&f[i]);
		buf_free(&f[i].name);
		buf_free(&f[i].host);
	}
	return 0;
}
