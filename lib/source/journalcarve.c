#include "source/journalcarve.h"

#include "base/mem.h"
#include "base/num.h"
#include "io/srcpath.h"
#include "source/journalevent.h"
#include "source/journalfields.h"
#include "source/journalpart.h"

struct carver {
	const struct stream *stream; /* the image */
	uint64_t base;		     /* of the journal in it */
	uint64_t size;		     /* of that, at most */
	uint64_t read;		     /* bytes of it, again and again */
	uint64_t work;		     /* of all journals before it */
	struct buf path, line;
	struct journalfields *known, *texts;
	struct journalfile_fields fields; /* the same, for readers */
	struct journalpart *part;	  /* to be read at the end */
	size_t npart, cappart;
	bool first;	/* entry of a piece */
	uint64_t floor; /* before that all is found */
	struct journals_text text;
};

/* What a note begins with. */
enum {
	NOTE_READ = 'R',  /* bytes read of a journal */
	NOTE_FLOOR = 'E', /* the end of what was found last */
	NOTE_FIELD = 'F', /* a field that was learned */
	NOTE_PART = 'P'	  /* a piece */
};

#define NOTE_NUM 9 /* bytes of the kind and a number */

/* A note of a number, and bytes behind it. */
static void
tell(struct carver *c, char kind, uint64_t number, struct slice more)
{
	unsigned char bytes[NOTE_NUM + JOURNALFIELDS_LEN];

	bytes[0] = (unsigned char)kind;
	memcpy(bytes + 1, &number, sizeof(number));
	if (more.len > 0)
		memcpy(bytes + NOTE_NUM, more.ptr, more.len);
	finder_note(c->stream, &finder_journal, c,
	    slice_of(bytes, NOTE_NUM + more.len));
}

/* Texts are many, and must not crowd out what is shared. */
static struct journalfields *
table(const struct carver *c, struct slice field)
{
	return slice_starts(field, SLICE("MESSAGE=")) ? c->texts : c->known;
}

static void
keep_field(void *arg, uint64_t hash, struct slice field)
{
	struct carver *c = arg;
	const struct journalfields *f = table(c, field);
	struct slice old;

	/* The note does it, now and in a run that continues this one. */
	if (journalfields_wants(field) && !journalfields_find(f, hash, &old))
		tell(c, NOTE_FIELD, hash, field);
}

static bool
find_field(void *arg, uint64_t hash, struct slice *field)
{
	const struct carver *c = arg;

	return journalfields_find(c->known, hash, field) ||
	    journalfields_find(c->texts, hash, field);
}

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

/* What became of a journal. */
struct outcome {
	uint64_t n;    /* entries */
	uint64_t good; /* bytes before the first damage */
	bool damaged;
};

static void
read_entries(struct carver *c, struct journals *j, struct outcome *o)
{
	struct journals_place p = { 0 };
	struct frame fr;
	struct err e;
	bool lost = true;
	enum rc rc;

	*o = (struct outcome){ .n = 0 };
	while ((rc = journals_next(j, &fr, &p, &e)) != RC_END) {
		if (rc == RC_DAMAGED) {
			o->damaged = lost = true;
			continue;
		}
		o->n++;
		/* An entry without a time that can be is none. */
		if (fr.stamp.kind != STAMP_ZONED)
			continue;
		if (!journalevent_put(c->stream, &fr,
			&(struct journalevent){ .src = buf_slice(&c->path),
			    .off = p.off,
			    .len = p.len,
			    .inside = true,
			    .flaws = p.flaws,
			    .lost = lost },
			&c->line))
			return;
		lost = false;
	}
	o->good = journals_solid(j);
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

/* A journal's header. */
static uint64_t
at_header(struct carver *c, uint64_t off)
{
	unsigned char bytes[JOURNALOBJ_HEADER];
	const struct stream *s = c->stream;
	struct journalfile_src src = { .read = read_bytes,
		.arg = c,
		.patience = JOURNALCARVE_PATIENCE,
		.fields = &c->fields };
	struct find_piece piece;
	struct find find = { .class = FIND_JOURNAL, .piece = &piece, .n = 1 };
	struct journal_header h;
	struct journals *j;
	struct outcome o;

	if (!may_work(c, off) ||
	    !journalobj_header(
		slice_of(bytes, stream_read(s, off, bytes, sizeof(bytes))), &h))
		return 0;
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
	tell(c, NOTE_READ, c->read, slice_of(NULL, 0));
	if (o.n == 0 && o.damaged)
		return 0;
	piece = (struct find_piece){ off, o.good };
	find.confidence = o.damaged ? LOGRUN_MEDIUM : LOGRUN_HIGH;
	find_claim(s, &find);
	tell(c, NOTE_FLOOR, off + o.good, slice_of(NULL, 0));
	return off + o.good;
}

/* An entry of a piece: its place is that of its text. */
static bool
on_entry(void *arg, const struct journalfile_entry *e, int64_t base)
{
	struct carver *c = arg;
	struct journalevent ev = { .src = c->stream->src,
		.off = (uint64_t)base + e->off,
		.len = e->len,
		.flaws = e->flaws,
		.lost = c->first };
	struct frame fr;

	journals_frame(&c->text, e, &fr);
	if (fr.stamp.kind != STAMP_ZONED)
		return true;
	if (e->message != 0) {
		ev.off = (uint64_t)base + e->message;
		ev.len = e->message_len;
	}
	c->first = false;
	return journalevent_put(c->stream, &fr, &ev, &c->line);
}

static void
read_part(struct carver *c, const struct journalpart *p)
{
	++*c->stream->runs;
	c->first = true;
	(void)journalpart_read(c->stream, p, &c->fields, on_entry, c);
}

/* The text of an entry outside of what was found whole. */
static uint64_t
at_entry(struct carver *c, uint64_t off)
{
	struct find_piece piece;
	struct find find = { .class = FIND_JOURNAL,
		.piece = &piece,
		.n = 1,
		.confidence = LOGRUN_MEDIUM };
	struct journalpart p;

	if (!journalpart_find(c->stream, off, c->floor, &p))
		return 0;
	tell(c, NOTE_FLOOR, p.end, slice_of(NULL, 0));
	piece = (struct find_piece){ p.off, p.end - p.off };
	find_claim(c->stream, &find);
	/* What it lacks may stand behind it; a pipe is not read again. */
	if (c->stream->pipe)
		read_part(c, &p);
	else
		tell(c, NOTE_PART, p.off, slice_of(&p, sizeof(p)));
	return p.end;
}

static uint64_t
at(const struct stream *s, void *state, enum anchor what, uint64_t off)
{
	struct carver *c = state;

	c->stream = s;
	if (off >= s->size)
		return 0;
	return what == ANCHOR_JOURNAL ? at_header(c, off) : at_entry(c, off);
}

static void
end(const struct stream *s, void *state)
{
	struct carver *c = state;

	c->stream = s;
	for (size_t i = 0; i < c->npart; i++)
		read_part(c, &c->part[i]);
}

static void
add_part(struct carver *c, struct slice bytes)
{
	if (c->npart == JOURNALCARVE_PARTS || bytes.len != sizeof(*c->part))
		return;
	if (c->npart == c->cappart) {
		size_t cap = c->cappart == 0 ? 64 : 2 * c->cappart;

		c->part = mem_grow(c->part, c->cappart, cap, sizeof(*c->part));
		c->cappart = cap;
	}
	memcpy(&c->part[c->npart++], bytes.ptr, bytes.len);
}

static void
note(void *state, struct slice bytes)
{
	struct carver *c = state;
	struct slice more = slice_from(bytes, NOTE_NUM);
	uint64_t number;

	if (bytes.len < NOTE_NUM)
		return;
	memcpy(&number, bytes.ptr + 1, sizeof(number));
	switch (bytes.ptr[0]) {
	case NOTE_READ:
		if (!num_add(c->work, number, &c->work))
			c->work = UINT64_MAX;
		break;
	case NOTE_FLOOR:
		c->floor = number;
		break;
	case NOTE_FIELD:
		(void)journalfields_keep(table(c, more), number, more);
		break;
	case NOTE_PART:
		add_part(c, more);
		break;
	default:
		break;
	}
}

static void *
open_state(const struct stream *s)
{
	struct carver *c = mem_alloc(1, sizeof(*c));

	c->stream = s;
	c->known = journalfields_new();
	c->texts = journalfields_new();
	c->fields = (struct journalfile_fields){ keep_field, find_field, c };
	srcpath_init(&c->path);
	buf_init(&c->line, JOURNALEVENT_LINE);
	return c;
}

static void
close_state(void *state)
{
	struct carver *c = state;

	journalfields_free(c->known);
	journalfields_free(c->texts);
	buf_free(&c->path);
	buf_free(&c->line);
	mem_free(c->part);
	mem_free(c);
}

const struct finder finder_journal = { .anchors = FINDER_BIT(ANCHOR_JOURNAL) |
	    FINDER_BIT(ANCHOR_ENTRY),
	.open = open_state,
	.at = at,
	.note = note,
	.end = end,
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

	buf_init(&line, JOURNALEVENT_LINE);
	while (
	    (rc = journals_next(j, &fr, &p, &e)) == RC_OK || rc == RC_DAMAGED)
		if (rc == RC_OK)
			good &=
			    found_known_entry(f, journalevent_line(&line, &fr));
	buf_free(&line);
	journals_close(j);
	return good;
}
