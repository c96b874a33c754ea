#include "source/piece_head.h"

#include "base/caltime.h"


bool
piece_leaves_open(const struct feed *f, const struct opt *opt)
{
	return opt->zone == NULL || (opt->year == 0 && f->survey.bsd);
}

/* A word of the anchors, behind the others. */
static void
add_word(struct buf *b, const char *word)
{
	if (b->len > 0)
		(void)buf_addc(b, ' ');
	(void)buf_add(b, slice_cstr(word));
}

static void
put_number(struct buf *b, int64_t v)
{
	if (v < 0)
		(void)buf_addc(b, '-');
	(void)buf_addu(b, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

static void
add_number(struct buf *b, const char *word, int64_t v)
{
	add_word(b, word);
	put_number(b, v);
}

static void
add_day(struct buf *b, const char *word, unsigned int mon, unsigned int day)
{
	const unsigned char text[] = { (unsigned char)('0' + mon / 10),
		(unsigned char)('0' + mon % 10), '-',
		(unsigned char)('0' + day / 10),
		(unsigned char)('0' + day % 10) };

	add_word(b, word);
	(void)buf_add(b, slice_of(text, sizeof(text)));
}

static void
add_time(struct buf *b, const char *word, int64_t sec)
{
	unsigned char text[CALTIME_MAX];
	size_t n = caltime_text(text, sec, 0, 0);

	if (n == 0)
		return;
	add_word(b, word);
	(void)buf_add(b, slice_of(text, n));
}

/* What the survey says of the year. */
static void
add_years(struct buf *b, const struct survey *v)
{
	unsigned int last = (unsigned int)(v->last - 1);

	if (v->bsd)
		add_day(b, "bsd=", v->mon, v->day);
	if (v->last > 0)
		add_day(b, "last=", last / PIECE_MONTH + 1, last % PIECE_MONTH + 1);
	if (v->wraps > 0)
		add_number(b, "years=", v->wraps);
	if (v->has_dated)
		add_number(b, v->by_qid ? "queue-id=" : "dated-line=",
		    v->year);
	if (v->has_gzip)
		add_time(b, "gzip=", v->gzip_mtime);
	if (v->has_mtime)
		add_time(b, "mtime=", v->mtime);
}

void
piece_put_anchors(struct buf *b, const struct feed *f, const struct opt *opt)
{
	const struct survey *v = &f->survey;

	if (!f->undated)
		add_word(b, "dated");
	add_number(b, "part=", f->part);
	if (opt->tz != NULL) {
		add_word(b, "tz=");
		(void)buf_add(b, slice_cstr(opt->tz));
	}
	if (f->clock.from == CLOCK_YEAR_GIVEN)
		add_number(b, "given=", f->clock.year);
	if (v->local)
		add_word(b, "local");
	add_years(b, v);
	if (v->nids > 0) {
		add_number(b, "ids=", v->nids);
		(void)buf_addc(b, ':');
		if (v->ids_agree)
			put_number(b, v->east);
		else
			(void)buf_add(b, SLICE("mixed"));
	}
}

/* The time or the stamp of the first line that has one. */
static void
put_first(struct rec *r, const struct feed *f, unsigned char *text)
{
	const struct survey *v = &f->survey;
	struct clock fresh;
	struct event_time t = v->first;
	struct slice note;
	size_t n;

	if (!v->timed)
		return;
	if (f->undated) {
		clock_init(&fresh, NULL);
		clock_time(&fresh, &v->stamp, &v->outer, &t, &note);
		t.known = t.known && (v->stamp.kind == STAMP_ZONED ||
		    v->outer.kind == STAMP_ZONED);
	}
	n = t.known ? caltime_text(text, t.sec, t.nsec, t.digits) : 0;
	if (n > 0)
		rec_set(r, F_TIME, slice_of(text, n));
	else
		rec_set(r, F_STAMP, slice_of(v->text, v->ntext));
}

bool
piece_head(const struct feed *f, const struct opt *opt, piece_fn *put,
    void *arg)
{
	unsigned char time[CALTIME_MAX];
	struct buf anchors;
	struct rec r;
	bool ok;

	rec_clear(&r);
	buf_init(&anchors, 4096);
	piece_put_anchors(&anchors, f, opt);
	rec_set(&r, F_TYPE, SLICE("piece"));
	put_first(&r, f, time);
	if (f->host.len > 0)
		rec_set(&r, F_HOST, buf_slice(&f->host));
	rec_set(&r, F_SRC, buf_slice(&f->name));
	rec_set(&r, F_ANCHORS, buf_slice(&anchors));
	ok = put(arg, &r);
	buf_free(&anchors);
	return ok;
}

bool
piece_break(piece_fn *put, void *arg)
{
	struct rec r;

	rec_clear(&r);
	rec_set(&r, F_TYPE, SLICE("piece"));
	rec_set(&r, F_DAMAGED, SLICE("damaged"));
	return put(arg, &r);
}
