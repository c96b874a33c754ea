#include "source/logrun.h"

#include "base/mem.h"
#include "fmt/logline.h"
#include "source/yearguess.h"
#include "source/years.h"

#define LINES_MAX	4096	/* lines held back */
#define WORTH		3	/* lines that vouch for one another */

const struct slice logrun_word[] = {
	[LOGRUN_HIGH] = { (const unsigned char *)"high", 4 },
	[LOGRUN_MEDIUM] = { (const unsigned char *)"medium", 6 },
	[LOGRUN_LOW] = { (const unsigned char *)"low", 3 }
};

struct held {
	uint64_t	off;
	size_t		pos, len;
	unsigned int	flags;
};

struct logrun {
	const struct opt	*opt;
	logrun_fn		*put;
	void			*arg;
	struct feed		 feed;		/* survey, clock and event */
	struct framing		 framing;	/* of lines held back */
	struct slice		 src;
	bool			 has_mtime;
	int64_t			 mtime;
	uint64_t		 doubt;
	struct dated		*dated;
	struct buf		 bytes;
	struct held		 held[LINES_MAX];
	size_t			 n;
	bool			 decided;
	bool			 first;
	uint64_t		 lines;		/* of the run */
	uint64_t		*runs;
	uint64_t		 run;
	enum logrun_confidence	 confidence;
	bool			 broken;	/* behind doubt a line was none */
	bool			 behind;	/* of damage */
	size_t			 assumed, yearless;
	unsigned char		 repeat[24];
};

struct logrun *
logrun_new(const struct opt *opt, const struct prefix *prefix, uint64_t *runs,
    logrun_fn *put, void *arg)
{
	struct logrun *r = mem_alloc(1, sizeof(*r));

	r->opt = opt;
	r->runs = runs;
	r->put = put;
	r->arg = arg;
	framing_init(&r->framing, prefix);
	buf_init(&r->bytes, 2 * LOGRUN_HOLD);
	return r;
}

void
logrun_free(struct logrun *r)
{
	if (r == NULL)
		return;
	framing_free(&r->framing);
	buf_free(&r->bytes);
	mem_free(r);
}

void
logrun_stream(struct logrun *r, struct slice src, const int64_t *mtime,
    uint64_t doubt)
{
	r->src = src;
	r->has_mtime = mtime != NULL;
	r->mtime = mtime != NULL ? *mtime : 0;
	r->doubt = doubt;
	r->broken = r->behind = false;
}

void
logrun_dated(struct logrun *r, struct dated *dated)
{
	r->dated = dated;
}

void
logrun_behind(struct logrun *r)
{
	r->behind = true;
}

/* How far this line is to be trusted. */
static enum logrun_confidence
trust(const struct logrun *r, const struct event *ev, unsigned int flags)
{
	enum logrun_confidence c = r->confidence;

	if ((flags & SCAN_CUT) != 0 || r->behind ||
	    ev->off + ev->len > r->doubt)
		c = c > LOGRUN_MEDIUM ? c : LOGRUN_MEDIUM;
	if ((flags & SCAN_INSIDE) != 0 ||
	    (r->broken && ev->off + ev->len > r->doubt))
		c = LOGRUN_LOW;
	return c;
}

/* Notes are words with blanks between. */
static struct slice
add_note(struct slice old, struct slice word, unsigned char *dst, size_t cap)
{
	if (old.len == 0 || old.len + 1 + word.len > cap)
		return word;
	memmove(dst, old.ptr, old.len);
	dst[old.len] = ' ';
	memcpy(dst + old.len + 1, word.ptr, word.len);
	return slice_of(dst, old.len + 1 + word.len);
}

static struct slice
repeat_text(struct logrun *r, uint32_t n)
{
	struct buf b;
	struct slice s;

	buf_init(&b, sizeof(r->repeat));
	(void)buf_addu(&b, n);
	memcpy(r->repeat, b.ptr, b.len);
	s = slice_of(r->repeat, b.len);
	buf_free(&b);
	return s;
}

/*
 * A line that is not understood, or of no program, and lies over the edge of a
 * sector may be the head of one and the tail of another, where blocks of two
 * logs, or of one in pieces, lie side by side.  What is decoded has no edges.
 */
static bool
is_seam(const struct logrun *r, const struct event *ev)
{
	return ev->off / SCAN_SECTOR != (ev->off + ev->len) / SCAN_SECTOR &&
	    slice_chr(r->src, '@') == SLICE_NONE &&
	    (ev->kind == EV_UNKNOWN ||
		(ev->kind == EV_OTHER && !rec_has(&ev->rec, F_DAEMON)));
}

/* One line as an event. */
static void
emit(struct logrun *r, const struct frame *fr, struct slice line, uint64_t off,
    unsigned int flags)
{
	unsigned char notes[128];
	struct event *ev = &r->feed.event;
	struct logrun_line out = { .event = ev, .line = line, .run = r->run };
	struct slice note;

	logline_read(fr, ev);
	feed_time(&r->feed, fr);
	if (fr->repeat != 0)
		rec_set(&ev->rec, F_REPEAT, repeat_text(r, fr->repeat));
	ev->src = r->src;
	ev->off = off;
	ev->len = line.len;
	ev->line = 0;
	note = rec_get(&ev->rec, F_NOTE);
	if (is_seam(r, ev))
		flags |= SCAN_CUT;
	if (r->first)
		note = add_note(note, SLICE("lines-lost"), notes,
		    sizeof(notes));
	if ((flags & SCAN_CUT) != 0)
		note = add_note(note, SLICE("cut"), notes, sizeof(notes));
	if (note.len > 0)
		rec_set(&ev->rec, F_NOTE, note);
	r->first = false;
	out.confidence = trust(r, ev, flags);
	rec_set(&ev->rec, F_CONFIDENCE, logrun_word[out.confidence]);
	r->put(r->arg, &out);
}

/* The year that a log's modification time tells counts if it is near. */
static void
decide_year(struct logrun *r)
{
	struct survey *v = &r->feed.survey;

	years_alone(&r->feed, r->opt);
	if (r->feed.clock.from != CLOCK_YEAR_MTIME ||
	    yearguess_near(v, v->mtime, r->feed.clock.year, LOGRUN_DAYS))
		return;
	v->has_mtime = false;
	years_alone(&r->feed, r->opt);
}

/* Year, zone and confidence are decided on: write what was held back. */
static void
decide(struct logrun *r, unsigned int flags)
{
	bool before = (flags & SCAN_BEFORE) != 0;
	bool after = (flags & SCAN_AFTER) != 0;

	r->decided = true;
	r->first = true;
	decide_year(r);
	r->assumed += years_assumed(&r->feed, r->opt);
	r->yearless += years_yearless(&r->feed);
	r->confidence = LOGRUN_HIGH;
	if (r->lines < WORTH || (r->lines < LOGRUN_FEW && (before || after)))
		r->confidence = LOGRUN_MEDIUM;
	if (r->lines < LOGRUN_FEW && before && after)
		r->confidence = LOGRUN_LOW;
	for (size_t i = 0; i < r->n; i++) {
		const struct held *h = &r->held[i];
		struct slice line = slice_of(r->bytes.ptr + h->pos, h->len);
		struct slice rest = line;
		struct frame fr;
		size_t n;

		/* A joined line has its pieces before it. */
		do {
			n = framing_next(&r->framing, rest, true, &fr);
			rest = slice_from(rest, n);
		} while (n > 0 && rest.len > 0);
		if (n > 0)
			emit(r, &fr, line, h->off, h->flags);
		while (framing_flush(&r->framing, &fr))
			continue;
	}
	r->n = 0;
	r->bytes.len = 0;
}

void
logrun_line(struct logrun *r, const struct scan_line *l)
{
	if (r->lines++ == 0) {
		r->run = ++*r->runs;
		r->decided = false;
		r->feed.survey = (struct survey){ .has_gzip = r->has_mtime,
			.gzip_mtime = r->mtime };
		if (r->dated != NULL && !r->has_mtime)
			r->feed.survey.has_mtime = dated_time(r->dated, l->off,
			    &r->feed.survey.mtime);
	}
	if (r->decided) {
		emit(r, l->frame, l->bytes, l->off, l->flags);
		return;
	}
	survey_line(&r->feed.survey, l->frame);
	if (r->n < LINES_MAX && buf_add(&r->bytes, l->bytes)) {
		r->held[r->n++] = (struct held){ l->off,
			r->bytes.len - l->bytes.len, l->bytes.len, l->flags };
		if (r->n < LINES_MAX && r->bytes.len < LOGRUN_HOLD)
			return;
		decide(r, 0);
		return;
	}
	decide(r, 0);
	emit(r, l->frame, l->bytes, l->off, l->flags);
}

enum logrun_confidence
logrun_end(struct logrun *r, unsigned int flags)
{
	if (r->lines > 0 && !r->decided)
		decide(r, flags);
	/* A decoded line that is none tells that damage was before it. */
	if (!r->behind && r->lines > 0 && r->feed.event.off + r->feed.event.len +
	    SCAN_SECTOR >= r->doubt)
		r->broken = true;
	r->lines = 0;
	return r->confidence;
}

void
logrun_unsure(const struct logrun *r, size_t *assumed, size_t *yearless)
{
	*assumed += r->assumed;
	*yearless += r->yearless;
}
