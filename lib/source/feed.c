#include "source/feed.h"

#include "base/msg.h"
#include "fmt/logline.h"
#include "fmt/queueid.h"
#include "fmt/usual.h"
#include "source/piece.h"
#include "track/track.h"

#define RECORD_MAX	READER_MAX	/* longest record line */

static uint64_t streams;	/* numbers given, in whatever feed */

bool
feed_stream(struct feed *f)
{
	unsigned int skip = f->only;

	do {
		enum rc rc = reader_stream(f->reader, &f->stream,
		    &f->stream_err);

		if (rc == RC_END)
			return false;
		if (rc != RC_OK) {
			(void)msg_err(f->input->path, rc, &f->stream_err);
			f->damaged++;
			return false;
		}
	} while (skip > 1 && skip-- > 0);
	f->in_stream = true;
	f->looked = false;
	f->rest = slice_of(NULL, 0);
	f->taken = 0;
	f->stream_end = false;
	f->stream_rc = RC_OK;
	if (f->container == NULL || f->container[0] == '\0')
		f->container = f->stream.container;
	return true;
}

/* The stream's path, kept for its records. */
static void
name_stream(struct feed *f)
{
	f->src.len = 0;
	(void)buf_add(&f->src, f->stream.path);
	f->number = ++streams;
	f->line = 0;
	again_forget(&f->again);
}

bool
feed_open(struct feed *f, bool hash)
{
	struct err e;
	enum rc rc;

	buf_init(&f->scratch, 2 * READER_MAX);
	buf_init(&f->src, 1 << 16);
	buf_init(&f->note, 1 << 16);
	framing_init(&f->framing, f->prefix);
	framing_stream(&f->framing);
	again_init(&f->again);
	if (f->reader != NULL) {
		if (f->in_stream)
			name_stream(f);
		return true;
	}
	if (f->piece.is)
		rc = reader_open_at(&f->reader, f->input->path,
		    f->input->found, f->piece.fd, f->piece.off, &e);
	else
		rc = reader_open(&f->reader, f->input->path, f->input->found,
		    hash, &e);
	if (rc != RC_OK) {
		(void)msg_err(f->input->path, rc, &e);
		f->damaged++;
		f->done = true;
		return false;
	}
	return true;
}

void
feed_close(struct feed *f)
{
	if (f->reader != NULL)
		reader_close(f->reader);
	f->reader = NULL;
	journals_close(f->journal);
	f->journal = NULL;
	framing_free(&f->framing);
	again_free(&f->again);
	buf_free(&f->scratch);
	buf_free(&f->src);
	buf_free(&f->note);
}

void
feed_note(struct feed *f, struct slice word)
{
	struct slice old = rec_get(&f->event.rec, F_NOTE);

	if (old.ptr == NULL || old.ptr != f->note.ptr) {
		f->note.len = 0;
		(void)buf_add(&f->note, old);
	}
	if (f->note.len > 0)
		(void)buf_addc(&f->note, ' ');
	(void)buf_add(&f->note, word);
	rec_set(&f->event.rec, F_NOTE, buf_slice(&f->note));
}

/*
 * The inferred zone against the queue ID of a line that its making wrote:
 * true if it changes.  A message-id= line may be as late as its sender likes.
 */
static bool
check_zone(struct feed *f, const struct stamp *st)
{
	const struct event *ev = &f->event;
	struct queueid q;

	if (ev->kind != EV_CLIENT && ev->kind != EV_PICKUP)
		return false;
	return queueid_parse(rec_get(&ev->rec, F_QID), &q, NULL) == RC_OK &&
	    q.has_time && clock_check(&f->clock, st, q.sec);
}

/* The time, if it needs neither year nor zone nor the lines before. */
static void
leave_open(struct feed *f, const struct stamp *st, const struct stamp *outer,
    struct slice *note)
{
	f->event.time = (struct event_time){ .known = false };
	*note = slice_of(NULL, 0);
	f->clock.has_latest = false;
	if (st->kind == STAMP_ZONED || outer->kind == STAMP_ZONED)
		clock_time(&f->clock, st, outer, &f->event.time, note);
}

/* The times of the event at hand. */
static inline void
set_time(struct feed *f, const struct stamp *st, const struct stamp *outer)
{
	struct event *ev = &f->event;
	struct slice note;

	if (f->undated)
		leave_open(f, st, outer, &note);
	else
		clock_time(&f->clock, st, outer, &ev->time, &note);
	if (note.len > 0)
		rec_set(&ev->rec, F_TIME_NOTE, note);
	if (!ev->time.known && st->text.len > 0)
		rec_set(&ev->rec, F_STAMP, st->text);
	if (f->clock.inferred && check_zone(f, st)) {
		clock_time(&f->clock, st, outer, &ev->time, &note);
		rec_set(&ev->rec, F_TIME_NOTE, note);
	}
}

void
feed_time(struct feed *f, const struct frame *fr)
{
	set_time(f, &fr->stamp, &fr->outer);
}

/* Turn a frame into an event. */
static void
make_event(struct feed *f, struct frame *fr)
{
	struct event *ev = &f->event;
	bool again = fr->last_repeated, ours;

	if (again && again_fill(&f->again, fr))
		fr->last_repeated = false;
	if (fr->writer != 0 && f->track != NULL)
		track_ahead(f->track, fr->writer, (uint32_t)fr->number);
	ours = logline_read(fr, ev);
	feed_time(f, fr);
	if (fr->kind == FRAMING_BLANK || fr->kind == FRAMING_MARK)
		return;
	if (fr->last_repeated && f->again.ours)
		ev->class = LINE_IGNORED;
	if (!again)
		again_line(&f->again, fr, ev, ours);
}

/* Deliveries are not multiplied: a repeat is one event, counted. */
static void
set_repeat(struct feed *f, const struct frame *fr)
{
	static const struct slice small[] = {
		{ (const unsigned char *)"1", 1 },
		{ (const unsigned char *)"2", 1 },
		{ (const unsigned char *)"3", 1 }
	};

	if (fr->repeat == 0)
		return;
	if (fr->repeat <= 3) {
		rec_set(&f->event.rec, F_REPEAT, small[fr->repeat - 1]);
		return;
	}
	f->scratch.len = 0;
	(void)buf_addu(&f->scratch, fr->repeat);
	rec_set(&f->event.rec, F_REPEAT, buf_slice(&f->scratch));
}

/* Where the event's line stands, len bytes at off. */
static inline void
set_span(struct feed *f, uint64_t off, uint64_t len, enum framing_kind kind)
{
	struct event *ev = &f->event;

	ev->src = buf_slice(&f->src);
	ev->stream = f->number;
	ev->off = off;
	ev->len = len;
	ev->line = f->line + 1;
	f->n[ev->class]++;
	f->framings |= 1U << kind;
}

/* The same of a frame. */
static void
set_place(struct feed *f, const struct frame *fr, uint64_t off)
{
	set_span(f, off - fr->back, fr->line.len + fr->back, fr->kind);
	f->line += fr->lines;
}

/* The end of a stream: report why, if it was not a clean one. */
static void
end_stream(struct feed *f)
{
	f->in_stream = f->lines = false;
	if (f->stream_rc == RC_DAMAGED || f->stream_rc == RC_FAIL) {
		(void)msg_err(f->input->path, f->stream_rc, &f->stream_err);
		f->damaged++;
	}
}

/* One record line; false if there is none to give out. */
static bool
next_record(struct feed *f, struct slice line, uint64_t off)
{
	struct event *ev = &f->event;
	char name[256];
	struct err e;

	f->line++;
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	if (line.len == 0 || rec_in_header(&f->rec_in, line))
		return false;
	rec_clear(&ev->rec);
	f->scratch.len = 0;
	if (rec_in_line(&f->rec_in, &ev->rec, line, &f->scratch, &e) !=
	    RC_OK || !rec_has(&ev->rec, F_TYPE)) {
		if (f->damaged++ == 0)
			(void)msg_error("%s: line %llu at offset %llu: not a "
			    "record; it is left out", msg_quote(name,
			    sizeof(name), slice_cstr(f->input->path)),
			    (unsigned long long)f->line,
			    (unsigned long long)off);
		return false;
	}
	return true;
}

/* A record without time but with a stamp: its place in the order. */
static void
order_untimed(struct feed *f)
{
	struct event *ev = &f->event;
	struct slice s = rec_get(&ev->rec, F_STAMP), note;
	static const struct stamp none;
	struct stamp stamp;

	if (s.len == 0 || !stamp_take_bsd(&s, &stamp, NULL) || slice_eq(
	    rec_get(&ev->rec, F_TIME_NOTE), SLICE(CLOCK_NO_SUCH_DAY)))
		return;
	clock_time(&f->clock, &stamp, &none, &ev->time, &note);
	ev->time.known = false;
}

/* An event of a piece, or its head or mark: true if an item was found. */
static bool
step_piece(struct feed *f, bool event)
{
	struct stamp stamp;
	struct slice was, text;

	if (event) {
		was = rec_get(&f->event.rec, F_TIME_NOTE);
		text = rec_get(&f->event.rec, F_STAMP);
		piece_time(f, &stamp);
		if (f->clock.inferred && check_zone(f, &stamp)) {
			f->event.time.known = false;
			rec_set(&f->event.rec, F_STAMP, text);
			rec_set(&f->event.rec, F_TIME_NOTE, was);
			piece_time(f, &stamp);
		}
		return true;
	}
	if (!slice_eq(rec_get(&f->event.rec, F_TYPE), SLICE("piece")))
		return true;
	if (!rec_has(&f->event.rec, F_ANCHORS))
		f->breaks++;
	else if (f->piece.headed)
		f->piece.over = true;
	f->piece.headed = true;
	return false;
}

/* The next line of record input: true if an item was found. */
static bool
step_record(struct feed *f, enum feed_item *item)
{
	struct slice w, line, rest;
	uint64_t off;
	bool eof, event;

	w = reader_window(f->reader, &off, &eof);
	if (!slice_cut(w, '\n', &line, &rest)) {
		if (!f->stream_end && w.len < RECORD_MAX) {
			f->stream_rc = reader_more(f->reader, &f->stream_err);
			f->stream_end = f->stream_rc != RC_OK;
			return false;
		}
		line = w;
		if (w.len == 0) {
			end_stream(f);
			return false;
		}
		reader_consume(f->reader, w.len);
	} else
		reader_consume(f->reader, line.len + 1);
	if (!next_record(f, line, off))
		return false;
	event = event_read(&f->event);
	if (f->piece.is && !step_piece(f, event))
		return false;
	if (event) {
		if (!f->piece.is && !f->event.time.known)
			order_untimed(f);
		f->n[f->event.class]++;
		*item = FEED_EVENT;
	} else
		*item = FEED_RECORD;
	return true;
}

/* The window as the reader has it, without what was taken. */
static bool
look_again(struct feed *f)
{
	size_t was = f->rest.len;
	bool eof;

	reader_consume(f->reader, f->taken);
	f->taken = 0;
	f->rest = reader_window(f->reader, &f->rest_off, &eof);
	return f->rest.len > was;
}

/* No line ends in the window: more of it, or what waited for its end. */
static bool
step_edge(struct feed *f)
{
	struct frame fr;

	if (look_again(f))
		return false;
	if (!f->stream_end) {
		f->stream_rc = reader_more(f->reader, &f->stream_err);
		f->stream_end = f->stream_rc != RC_OK;
		(void)look_again(f);
		return false;
	}
	if (!framing_flush(&f->framing, &fr)) {
		end_stream(f);
		return false;
	}
	make_event(f, &fr);
	set_repeat(f, &fr);
	set_place(f, &fr, f->rest_off);
	return true;
}

bool
feed_usual(struct feed *f)
{
	static const struct stamp none;
	uint64_t off = f->rest_off;
	struct frame fr;
	struct usual u;
	size_t n = f->lines ? usual_next(&f->framing, f->rest, &u) : 0;

	if (n == 0)
		return false;
	f->rest = slice_of(f->rest.ptr + n, f->rest.len - n);
	f->rest_off += n;
	f->taken += n;
	if (!u.head->postfix.ours) {
		usual_frame(&u, &fr);
		make_event(f, &fr);
		set_place(f, &fr, off);
		return true;
	}
	if (f->track != NULL)
		track_ahead(f->track, u.head->writer, u.number);
	usual_event(&u, &f->event);
	set_time(f, &u.stamp, &none);
	if (again_can(f->event.kind)) {
		usual_frame(&u, &fr);
		again_keep(&f->again, &fr, &f->event);
	} else
		again_other(&f->again, true);
	set_span(f, off, u.line.len, u.kind);
	f->line++;
	return true;
}

/* The next logical line of evidence: true if it is one. */
static bool
step_line(struct feed *f)
{
	const unsigned char *from = f->rest.ptr;
	uint64_t off = f->rest_off;
	struct frame fr;
	size_t n = f->rest.len == 0 ? 0 :
	    framing_unusual(&f->framing, f->rest, f->stream_end, &fr);

	if (n == 0)
		return step_edge(f);
	f->rest = slice_of(from + n, f->rest.len - n);
	f->rest_off += n;
	f->taken += n;
	if (fr.kind == FRAMING_PART) {
		f->line += fr.lines;
		return false;
	}
	make_event(f, &fr);
	set_repeat(f, &fr);
	set_place(f, &fr, off + (uint64_t)(fr.line.ptr - from));
	return true;
}

/* The end of a journal: what was wrong with it, in sum. */
static void
end_journal(struct feed *f)
{
	const struct feed_flaws *n = &f->flaws;
	char name[256];

	msg_quote(name, sizeof(name), buf_slice(&f->src));
	if (n->places > 1)
		(void)msg_error("%s: %llu more places in the journal are "
		    "damaged", name, (unsigned long long)n->places - 1);
	if (n->hash > 0)
		(void)msg_error("%s: the hash of %llu entries is wrong: what "
		    "they say may be, too (note~bad-hash)", name,
		    (unsigned long long)n->hash);
	if (n->lost > 0)
		(void)msg_error("%s: %llu entries have lost fields "
		    "(note~fields-lost)", name, (unsigned long long)n->lost);
	if (n->unlinked > 0)
		(void)msg_error("%s: %llu entries are there that no entry "
		    "array names, so that journalctl does not show them "
		    "(note~unlinked)", name, (unsigned long long)n->unlinked);
	if (n->hash + n->lost + n->unlinked > 0)
		f->damaged++;
	f->flaws = (struct feed_flaws){ 0 };
	journals_close(f->journal);
	f->journal = NULL;
	end_stream(f);
}

/* What is wrong with an entry, in its note. */
static void
note_flaws(struct feed *f, unsigned int flaws)
{
	struct slice word[JOURNALS_WORDS];
	size_t n = journals_words(flaws, word);
	bool lost = event_lines_lost(&f->event);

	if (flaws == 0)
		return;
	/* That word is the last of a note. */
	if (lost)
		rec_unset(&f->event.rec, F_NOTE);
	for (size_t i = 0; i < n; i++)
		feed_note(f, word[i]);
	if (lost)
		feed_note(f, SLICE("lines-lost"));
	f->flaws.hash += (flaws & JOURNALFILE_BAD_HASH) != 0;
	f->flaws.lost += (flaws & JOURNALFILE_LOST) != 0;
	f->flaws.unlinked += (flaws & JOURNALFILE_UNLINKED) != 0;
}

/* The next entry of a journal: true if it is one. */
static bool
step_journal(struct feed *f)
{
	struct journals_place p;
	struct frame fr;
	struct err e;
	enum rc rc = journals_next(f->journal, &fr, &p, &e);

	switch (rc) {
	case RC_OK:
		break;
	case RC_DAMAGED:
		f->damaged++;
		if (f->flaws.places++ == 0)
			(void)msg_err(f->input->path, rc, &e);
		return false;
	case RC_FAIL:
		f->stream_rc = rc;
		f->stream_err = e;
		return false;
	default:
		end_journal(f);
		return false;
	}
	make_event(f, &fr);
	note_flaws(f, p.flaws);
	set_repeat(f, &fr);
	set_place(f, &fr, p.off);
	f->event.len = p.len;
	f->event.line = 0;
	return true;
}

/* True if the stream at hand is a journal. */
static bool
in_journal(struct feed *f)
{
	if (!f->looked && !f->survey.records && !f->piece.is &&
	    journals_here(f->reader))
		f->journal = journals_open(f->reader, false);
	f->looked = true;
	return f->journal != NULL;
}

static enum feed_item
finish(struct feed *f)
{
	struct err e;
	enum rc rc;

	f->done = true;
	/* Pieces were read through before. */
	if (f->piece.is)
		return FEED_END;
	rc = reader_finish(f->reader, &f->total, &e);
	if (rc != RC_OK) {
		(void)msg_err(f->input->path, rc, &e);
		f->damaged++;
	}
	return FEED_END;
}

enum feed_item
feed_next(struct feed *f)
{
	enum feed_item item = FEED_EVENT;

	if (f->done)
		return FEED_END;
	for (;;) {
		if (feed_usual(f))
			return FEED_EVENT;
		if (f->piece.over)
			return finish(f);
		if (!f->in_stream) {
			if (f->only != 0 && f->any)
				return finish(f);
			if (!feed_stream(f))
				return finish(f);
			if (f->only != 0)
				f->any = true;
			name_stream(f);
		}
		f->lines = !in_journal(f) && !f->survey.records;
		if (f->lines ? step_line(f) : f->journal != NULL ?
		    step_journal(f) : step_record(f, &item))
			return item;
	}
}
