#include "source/journalcarve.h"

#include "base/mem.h"
#include "base/num.h"
#include "fmt/logline.h"
#include "io/srcpath.h"

#define LONGEST (2 * FRAMING_LINE_MAX)
#define NOTES 256

struct carver {
	const struct stream *stream; /* the image */
	uint64_t base;		     /* of the journal in it */
	uint64_t size;		     /* of that, at most */
	uint64_t read;		     /* bytes of it, again and again */
	uint64_t work;		     /* of all journals before it */
	struct buf path, line;
};

/* Bytes of a journal in the image. */
static size_t
read_bytes(void *arg, uint64_t off, void *buf, size_t n)
{
	struct carver *c = arg;

	if (off >= c->size)
		return 0;
	if (n > c->size - off)
		n = (size_t)(c->size - off);
	c->read += n;
	return stream_read(c->stream, c->base + off, buf, n);
}

/* What tells an entry from all others, in one line. */
static struct slice
line_of(struct buf *b, const struct frame *fr)
{
	const struct slice part[] = { fr->who.seqnum, fr->stamp.text, fr->host,
		fr->tag, fr->pid, fr->text };

	b->len = 0;
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		(void)buf_add(b, part[i]);
		(void)buf_addc(b, ' ');
	}
	return buf_slice(b);
}

static enum logrun_confidence
trust(unsigned int flaws)
{
	if ((flaws & JOURNALFILE_BAD_HASH) != 0)
		return LOGRUN_LOW;
	return (flaws & JOURNALFILE_LOST) != 0 ? LOGRUN_MEDIUM : LOGRUN_HIGH;
}

/* Add a word to a note in dst. */
static void
add_word(struct rec *r, unsigned char dst[NOTES], struct slice word)
{
	struct slice old = rec_get(r, F_NOTE);

	if (old.len + 1 + word.len > NOTES)
		return;
	if (old.len > 0 && old.ptr != dst)
		memcpy(dst, old.ptr, old.len);
	if (old.len > 0)
		dst[old.len++] = ' ';
	memcpy(dst + old.len, word.ptr, word.len);
	rec_set(r, F_NOTE, slice_of(dst, old.len + word.len));
}

/* One entry as an event; false to stop. */
static bool
emit(struct carver *c, const struct frame *fr, const struct journals_place *p,
    bool lost)
{
	/* Offsets are those of the journal, not of the image. */
	struct stream inner = *c->stream;
	struct slice word[JOURNALS_WORDS];
	unsigned char notes[NOTES];
	struct event ev;
	struct logrun_line line = { .event = &ev,
		.run = *inner.runs,
		.confidence = trust(p->flaws),
		.entry = true };
	size_t n = journals_words(p->flaws, word);

	inner.depth++;
	logline_read(fr, &ev);
	ev.time = (struct event_time){ .known = true,
		.ordered = true,
		.sec = fr->stamp.sec,
		.nsec = fr->stamp.nsec,
		.digits = fr->stamp.digits };
	if (event_lines_lost(&ev)) {
		rec_unset(&ev.rec, F_NOTE);
		lost = true;
	}
	for (size_t i = 0; i < n; i++)
		add_word(&ev.rec, notes, word[i]);
	if (lost)
		add_word(&ev.rec, notes, SLICE("lines-lost"));
	rec_set(&ev.rec, F_CONFIDENCE, logrun_word[line.confidence]);
	ev.src = buf_slice(&c->path);
	ev.off = p->off;
	ev.len = p->len;
	ev.line = 0;
	line.line = line_of(&c->line, fr);
	return find_line(&inner, &line);
}

/* What became of a journal. */
struct outcome {
	uint64_t n;    /* entries */
	uint64_t good; /* bytes before the first damage */
	bool damaged;
};

static void
read_entries(struct carver *c, struct journals *j, struct outcome *o)
{
	struct journals_place p;
	struct frame fr;
	struct err e;
	bool lost = true;
	enum rc rc;

	*o = (struct outcome){ .good = c->size };
	while ((rc = journals_next(j, &fr, &p, &e)) != RC_END) {
		if (rc == RC_DAMAGED) {
			if (e.off < o->good)
				o->good = e.off;
			o->damaged = lost = true;
			continue;
		}
		o->n++;
		/* An entry without a time that can be is none. */
		if (fr.stamp.kind != STAMP_ZONED)
			continue;
		if (!emit(c, &fr, &p, lost))
			return;
		lost = false;
	}
}

/* Bytes of the journal whose header this is, as far as it can be believed. */
static uint64_t
size_of(const struct stream *s, uint64_t off, const struct journal_header *h)
{
	uint64_t size, most = s->size - off;

	if (most > JOURNALCARVE_SIZE)
		most = JOURNALCARVE_SIZE;
	return !num_add(h->size, h->arena, &size) || size > most ? most : size;
}

static bool
may_work(const struct carver *c, uint64_t off)
{
	return c->work / JOURNALCARVE_WORK < off + JOURNALCARVE_SLACK;
}

static uint64_t
at(const struct stream *s, void *state, enum anchor what, uint64_t off)
{
	unsigned char bytes[JOURNALOBJ_HEADER];
	struct carver *c = state;
	struct journalfile_src src = {
		.read = read_bytes, .arg = c, .patience = JOURNALCARVE_PATIENCE
	};
	struct find_piece piece;
	struct find find = { .class = FIND_JOURNAL, .piece = &piece, .n = 1 };
	struct journal_header h;
	struct journals *j;
	struct outcome o;

	(void)what;
	if (off >= s->size || !may_work(c, off) ||
	    !journalobj_header(
		slice_of(bytes, stream_read(s, off, bytes, sizeof(bytes))), &h))
		return 0;
	c->stream = s;
	c->base = off;
	c->read = 0;
	c->size = src.size = size_of(s, off, &h);
	j = journals_of(&src, false);
	if (j == NULL)
		return 0;
	srcpath_data(&c->path, s->src, off, SLICE("JOURNAL"));
	++*s->runs;
	read_entries(c, j, &o);
	journals_close(j);
	finder_note(s, &finder_journal, c, slice_of(&c->read, sizeof(c->read)));
	if (o.n == 0 && o.damaged)
		return 0;
	piece = (struct find_piece){ off, o.good };
	find.confidence = o.damaged ? LOGRUN_MEDIUM : LOGRUN_HIGH;
	find_claim(s, &find);
	return off + o.good;
}

static void *
open_state(const struct stream *s)
{
	struct carver *c = mem_alloc(1, sizeof(*c));

	c->stream = s;
	srcpath_init(&c->path);
	buf_init(&c->line, LONGEST);
	return c;
}

static void
note(void *state, struct slice bytes)
{
	struct carver *c = state;
	uint64_t read;

	memcpy(&read, bytes.ptr, sizeof(read));
	if (!num_add(c->work, read, &c->work))
		c->work = UINT64_MAX;
}

static void
close_state(void *state)
{
	struct carver *c = state;

	buf_free(&c->path);
	buf_free(&c->line);
	mem_free(c);
}

const struct finder finder_journal = { .anchors = FINDER_BIT(ANCHOR_JOURNAL),
	.open = open_state,
	.at = at,
	.note = note,
	.close = close_state };

bool
journalcarve_known(struct found *f, struct reader *r)
{
	struct journals *j = journals_open(r, false);
	struct journals_place p;
	struct frame fr;
	struct buf line;
	struct err e;
	bool good = true;
	enum rc rc;

	buf_init(&line, LONGEST);
	while (
	    (rc = journals_next(j, &fr, &p, &e)) == RC_OK || rc == RC_DAMAGED)
		if (rc == RC_OK)
			good &= found_known_entry(f, line_of(&line, &fr));
	buf_free(&line);
	journals_close(j);
	return good;
}
