#include "source/feed.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/caltime.h"
#include "base/msg.h"
#include "fmt/queueid.h"
#include "scan/diskkind.h"
#include "source/piece.h"
#include "source/records.h"
#include "source/rotation.h"
#include "source/spooled.h"

#define RECORDS		256	/* of the beginning, looked at */
#define SAMPLES		128	/* places of a plain file looked at */
#define SAMPLE_LEN	4096
#define QUARTER		900
#define NEAR		60	/* seconds between a queue ID and its line */
#define DAY		86400
#define JOURNAL_LOOK	1024	/* entries that tell of hosts and instances */

/*
 * A record of the beginning: is it mxqueue's, whose host is it?  mxcarve, whose
 * records have a confidence, gives those of queue files between those of
 * lines.  A queue file does not call its host as the log does.
 */
static void
look_at_record(struct survey *v, struct spooled *s, const struct rec *r)
{
	bool file = spooled_record(r);

	v->queue = v->queue ||
	    (v->first_record && file && !rec_has(r, F_CONFIDENCE));
	v->first_record = false;
	if (v->queue || file)
		return;
	v->hosted = v->hosted || rec_has(r, F_HOST);
	if (s != NULL)
		spooled_host(s, rec_get(r, F_HOST), rec_get(r, F_INSTANCE));
}

/* Is this first line one of our own records?  At most n are looked at. */
static bool
look_at_records(struct survey *v, struct spooled *s, struct slice line,
    struct slice rest, size_t n)
{
	struct rec rec;
	struct rec_in in = { .ncolumn = 0 };
	struct buf scratch;
	bool ok = false, header = rec_in_header(&in, line);

	if (!header && !slice_starts(line, SLICE("{\"")))
		return false;
	v->first_record = true;
	buf_init(&scratch, 2 * READER_MAX);
	for (size_t i = 0; i < n; i++) {
		rec_clear(&rec);
		scratch.len = 0;
		if (!(i == 0 && header)) {
			if (rec_in_line(&in, &rec, line, &scratch, NULL) !=
			    RC_OK || !rec_has(&rec, F_TYPE))
				break;
			if (records_type(rec_get(&rec, F_TYPE))) {
				ok = true;
				look_at_record(v, s, &rec);
			}
		}
		if (!slice_cut(rest, '\n', &line, &rest))
			break;
	}
	buf_free(&scratch);
	return ok || header;
}

/* A long queue ID on the line that its making wrote. */
static void
look_at_id(struct survey *v, const struct frame *f)
{
	struct slice text = f->text, qid, rest;
	struct queueid q;
	int64_t local, diff, east;
	int year;

	if (!slice_cut(text, ':', &qid, &rest) ||
	    queueid_parse(qid, &q, NULL) != RC_OK || !q.has_time)
		return;
	if (f->stamp.kind == STAMP_BSD && !v->has_dated) {
		/* Mail stays in a queue for days: any line will do. */
		year = clock_year_near(v->mon, v->day, q.sec);
		if (year != 0) {
			v->has_dated = v->by_qid = true;
			v->year = year;
		}
	}
	if (!slice_starts(rest, SLICE(" client=")) &&
	    !slice_starts(rest, SLICE(" message-id=")) &&
	    !slice_starts(rest, SLICE(" uid=")))
		return;
	if (f->stamp.kind == STAMP_LOCAL)
		local = f->stamp.sec;
	else if (f->stamp.kind == STAMP_BSD) {
		struct caltime c = { .mon = f->stamp.mon,
			.day = f->stamp.day };

		c.year = clock_year_near(f->stamp.mon, f->stamp.day, q.sec);
		if (!caltime_sec(&c, &local))
			return;
		local += f->stamp.sec;
	} else
		return;
	diff = local - q.sec;
	east = (diff + (diff < 0 ? -QUARTER / 2 : QUARTER / 2)) / QUARTER *
	    QUARTER;
	if (diff - east > NEAR || diff - east < -NEAR || east > 15 * 3600 ||
	    east < -15 * 3600)
		return;
	if (v->nids == 0) {
		v->east = (int32_t)east;
		v->ids_agree = true;
	} else if (v->east != east)
		v->ids_agree = false;
	v->nids++;
}

/* Count a new year: a step back of more than a week. */
static void
count_wrap(struct survey *v, const struct stamp *s)
{
	int yday = (s->mon - 1) * 31 + s->day;

	if (v->last != 0 && yday < v->last - 7)
		v->wraps++;
	if (v->last == 0 || yday > v->last || yday < v->last - 7)
		v->last = yday;
}

void
survey_line(struct survey *v, const struct frame *f)
{
	if (f->stamp.kind == STAMP_NONE && f->outer.kind == STAMP_NONE)
		return;
	if (!v->timed) {
		v->timed = true;
		v->stamp = f->stamp;
		v->outer = f->outer;
		/* The text is gone when the window is. */
		if (f->stamp.text.len <= sizeof(v->text)) {
			v->ntext = f->stamp.text.len;
			if (v->ntext > 0)
				memcpy(v->text, f->stamp.text.ptr, v->ntext);
		}
		v->stamp.text = v->outer.text = slice_of(NULL, 0);
	}
	if (f->outer.kind == STAMP_ZONED) {
		if (clock_late(&f->stamp, &f->outer)) {
			v->local = true;
			look_at_id(v, f);
		}
		return;
	}
	if (f->stamp.kind == STAMP_BSD) {
		count_wrap(v, &f->stamp);
		v->local = true;
		if (!v->bsd) {
			v->bsd = true;
			v->mon = f->stamp.mon;
			v->day = f->stamp.day;
		}
	} else if (f->stamp.kind == STAMP_LOCAL)
		v->local = true;
	if ((f->stamp.kind == STAMP_ZONED || f->stamp.kind == STAMP_LOCAL) &&
	    !v->has_date) {
		v->has_date = true;
		v->date = f->stamp.sec;
	}
	if (v->has_date && v->bsd && !v->has_dated) {
		v->year = clock_year_near(v->mon, v->day, v->date);
		v->has_dated = v->year != 0;
	}
	look_at_id(v, f);
}

/* Count the stamp of the first of these lines, whatever its framing. */
static struct slice
sample_line(struct survey *v, struct framing *fr, struct slice s)
{
	struct frame f;
	size_t n = framing_next(fr, s, true, &f);

	if (n > 0 && f.stamp.kind == STAMP_BSD && f.outer.kind == STAMP_NONE)
		count_wrap(v, &f.stamp);
	return slice_from(s, n);
}

/*
 * The lines at an offset: one of them, or all.  That which is cut there is
 * left out.
 */
static void
sample_at(struct feed *f, struct framing *fr, int fd, uint64_t off, bool all)
{
	unsigned char buf[SAMPLE_LEN + FIELD_PAD];
	ssize_t n = pread(fd, buf, SAMPLE_LEN, (off_t)off);
	struct slice s = slice_of(buf, n > 0 ? (size_t)n : 0), head;
	size_t end = slice_rchr(s, '\n');

	if (off != 0 && !slice_cut(s, '\n', &head, &s))
		return;
	/* The last one is cut, too. */
	if (all && end != SLICE_NONE)
		s.len = (size_t)(buf + end + 1 - s.ptr);
	while (s.len > 0) {
		s = sample_line(&f->survey, fr, s);
		if (!all)
			return;
	}
}

/*
 * Count new years in a plain file by looking at places all over it, and at
 * its last lines, by which it is of its file's age; an own descriptor,
 * because the reader goes forward only.
 */
static void
sample(struct feed *f)
{
	struct survey *v = &f->survey;
	struct framing fr;
	uint64_t step;
	int fd;

	/* The beginning was looked at line by line. */
	if (!f->input->regular || f->input->size <= READER_BUF)
		return;
	fd = open(f->input->path, O_RDONLY | O_CLOEXEC | O_NOCTTY |
	    (f->input->found ? O_NOFOLLOW : 0));
	if (fd == -1)
		return;
	v->last = 0;
	v->wraps = 0;
	framing_init(&fr, f->prefix);
	step = f->input->size / SAMPLES + 1;
	for (uint64_t off = 0; off < f->input->size; off += step)
		sample_at(f, &fr, fd, off, false);
	sample_at(f, &fr, fd, f->input->size - SAMPLE_LEN, true);
	framing_free(&fr);
	(void)close(fd);
}

/* Fill the reader's window up to so many bytes; *whole, if there are no more. */
static struct slice
head_of(struct feed *f, size_t want, bool *whole)
{
	struct slice w;
	uint64_t off;
	bool eof = false;

	for (;;) {
		w = reader_window(f->reader, &off, &eof);
		*whole = eof || f->stream_end;
		if (*whole || w.len >= want)
			return w;
		f->stream_rc = reader_more(f->reader, &f->stream_err);
		if (f->stream_rc != RC_OK)
			f->stream_end = true;
		else if (reader_window(f->reader, &off, &eof).len == w.len)
			return w;
	}
}

/* Tell the host and instance of a line of Postfix. */
static void
look_at_host(struct spooled *s, const struct frame *f)
{
	struct postfix_tag tag;

	/* Heads met before are decoded already. */
	if (f->postfix != NULL)
		tag = *f->postfix;
	else
		postfix_tag(f->tag, f->lost_program, &tag);
	if (tag.ours || tag.lost)
		spooled_host(s, f->host, tag.instance);
}

/* The first entries of a journal; a pipe is read only once. */
static void
look_at_journal(struct feed *f, struct spooled *s, bool keep)
{
	struct survey *v = &f->survey;
	size_t n = 0, most = s == NULL ? 1 : JOURNAL_LOOK;
	struct journals_place p;
	struct frame frame;
	enum rc rc;

	v->journal = true;
	f->journal = journals_open(f->reader, false);
	f->looked = true;
	while (n < most && (rc = journals_next(f->journal, &frame, &p,
	    &f->stream_err)) != RC_END && rc != RC_FAIL) {
		if (rc == RC_DAMAGED)
			continue;
		if (n++ == 0) {
			survey_line(v, &frame);
			(void)buf_add(&f->host, frame.host);
		}
		if (s != NULL)
			look_at_host(s, &frame);
	}
	if (keep) {
		journals_again(f->journal);
		return;
	}
	journals_close(f->journal);
	f->journal = NULL;
}

/* Has a log collector made that line?  Its members may be any. */
static bool
is_collected(struct feed *f, struct slice line)
{
	struct framing fr;
	struct frame frame;
	bool is = false;

	if (!slice_starts(line, SLICE("{\"")))
		return false;
	framing_init(&fr, f->prefix);
	if (framing_next(&fr, line, true, &frame) > 0)
		is = frame.kind == FRAMING_COLLECTOR;
	framing_free(&fr);
	return is;
}

/* A stream that begins with many queue files: how do its lines call a host? */
static void
look_further(struct feed *f, struct spooled *s)
{
	struct slice line, rest;
	bool whole;

	if (!f->survey.hosted && !f->survey.queue &&
	    slice_cut(head_of(f, READER_MAX, &whole), '\n', &line, &rest))
		(void)look_at_records(&f->survey, s, line, rest, SIZE_MAX);
}

/* Look through the first bytes of the first stream that has any. */
static void
look(struct feed *f, struct spooled *s, bool keep)
{
	struct survey *v = &f->survey;
	struct framing fr;
	struct frame frame;
	struct slice w, line, rest, next;
	char name[256];
	size_t n;
	bool whole;

	w = head_of(f, READER_BUF, &whole);
	if (slice_starts(w, SLICE("\xff\xfe")) ||
	    slice_starts(w, SLICE("\xfe\xff")))
		msg_note("%s: is UTF-16, in which no line is found: convert it "
		    "with iconv -f UTF-16 -t UTF-8", msg_quote(name,
		    sizeof(name), buf_slice(&f->name)));
	if (diskkind_disk(w)) {
		(void)msg_error("%s: is the image of a disk, read as a text as "
		    "it lies: what is deleted, compressed or in pieces is left "
		    "out; mxcarve reads it", msg_quote(name, sizeof(name),
		    buf_slice(&f->name)));
		f->damaged++;
	}
	/* A record may be longer than most. */
	if (slice_starts(w, SLICE("{\"type\":\"")) &&
	    !slice_cut(w, '\n', &line, &rest))
		w = head_of(f, READER_MAX, &whole);
	if (!slice_cut(w, '\n', &line, &rest)) {
		line = w;
		rest = slice_of(NULL, 0);
	}
	if (!is_collected(f, line) &&
	    look_at_records(v, s, line, rest, RECORDS)) {
		v->records = true;
		v->pieces = piece_is(line) || (slice_starts(line,
		    SLICE("type\t")) && slice_cut(rest, '\n', &next, &rest) &&
		    piece_is(next));
		look_further(f, s);
		return;
	}
	if (journals_here(f->reader)) {
		look_at_journal(f, s, keep);
		return;
	}
	framing_init(&fr, f->prefix);
	while (w.len > 0 && (n = framing_next(&fr, w, whole, &frame)) > 0) {
		if (!v->timed) {
			survey_line(v, &frame);
			if (v->timed)
				(void)buf_add(&f->host, frame.host);
		} else
			survey_line(v, &frame);
		if (s != NULL)
			look_at_host(s, &frame);
		w = slice_from(w, n);
	}
	framing_free(&fr);
}

/* True for containers that hold files. */
static bool
is_bundle(const char *container)
{
	struct slice c = slice_cstr(container);

	return c.len > 0 && !slice_eq(c, SLICE("gzip")) &&
	    !slice_eq(c, SLICE("xz")) && !slice_eq(c, SLICE("zstd")) &&
	    !slice_eq(c, SLICE("bzip2"));
}

/* Count the streams of a bundle. */
static void
count_streams(struct feed *f)
{
	f->nstreams = 1;
	while (reader_stream(f->reader, &f->stream, NULL) == RC_OK)
		f->nstreams++;
}

void
feed_survey(struct feed *f, bool hash, struct spooled *s)
{
	struct survey *v = &f->survey;
	bool keep = !f->input->regular ||
	    slice_eq(slice_cstr(f->input->path), SLICE("-"));
	struct err e;
	enum rc rc = reader_open(&f->reader, f->input->path, f->input->found,
	    hash && keep, &e);

	if (rc != RC_OK) {
		(void)msg_err(f->input->path, rc, &e);
		f->damaged++;
		f->done = true;
		return;
	}
	v->readable = true;
	v->has_mtime = f->input->regular;
	v->mtime = f->input->mtime;
	if (feed_stream(f)) {
		if (f->stream.has_mtime) {
			v->has_gzip = true;
			v->gzip_mtime = f->stream.mtime;
		}
		v->named = rotation_of(f->stream.path).date;
		v->has_named = v->named != ROTATION_NO_DATE;
		if (!keep && f->only == 0 && is_bundle(f->stream.container))
			count_streams(f);
		else
			look(f, s, keep);
	}
	if (keep)
		return;
	reader_close(f->reader);
	f->reader = NULL;
	f->in_stream = false;
	if (v->bsd && !v->has_dated && f->stream.container[0] == '\0')
		sample(f);
}
