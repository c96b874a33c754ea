#include "source/journalcarve.h"

#include "base/mem.h"
#include "base/msg.h"
#include "base/num.h"
#include "fmt/journald.h"
#include "fmt/journaldata.h"
#include "io/srcpath.h"
#include "source/journalevent.h"
#include "source/journalfields.h"
#include "source/journallone.h"
#include "source/scratch.h"

/* A piece of a journal. */
struct piece {
	struct journalpart part;
	bool entries; /* or texts only */
};

struct carver {
	const struct stream *stream; /* the image */
	uint64_t base;		     /* of the journal in it */
	uint64_t size;		     /* of that, at most */
	uint64_t read;		     /* bytes of it, again and again */
	uint64_t work;		     /* of all journals before it, in bytes */
	struct buf path, line;
	struct journalfields *known, *texts;
	struct journalfile_fields fields; /* the same, for readers */
	struct journallone lone;
	struct piece *piece; /* to be read at the end */
	size_t npiece, cappiece;
	uint64_t left_out; /* pieces */
	uint64_t not_read; /* journals */
	uint64_t nested;   /* bytes decoded for those in compressed files */
	uint64_t nested_left;
	bool first;	/* entry of a piece */
	uint64_t floor; /* before that all is found */
	struct journals_text text;
};

/* What a note begins with. */
enum {
	NOTE_READ = 'R',   /* bytes read and decoded of one */
	NOTE_FLOOR = 'E',  /* the end of what was found last */
	NOTE_FIELD = 'F',  /* a field that was learned */
	NOTE_PART = 'P',   /* a piece */
	NOTE_LONE = 'L',   /* one of which only the texts are of interest */
	NOTE_TEXT = 'T',   /* hash of the text of an entry */
	NOTE_KEY = 'K',	   /* a file's ID */
	NOTE_NESTED = 'N', /* bytes decoded for one in a compressed file */
	NOTE_LEFT = 'X',   /* one that would take too many */
	NOTE_OVER = 'O'	   /* a journal that is not read */
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

/* An entry has that text: what stands alone is only a copy. */
static void
know_text(struct carver *c, struct slice text)
{
	uint64_t hash = journallone_hash(text);

	if (!journallone_has(&c->lone, hash) && journallone_wants(text))
		tell(c, NOTE_TEXT, hash, slice_of(NULL, 0));
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
		know_text(c, fr.text);
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
	if (c->stream->depth > 0 && c->nested > JOURNALCARVE_NESTED)
		return false;
	return c->work / JOURNALCARVE_WORK < off + JOURNALCARVE_SLACK;
}

/* A whole journal that is damaged may have texts whose entry is not there. */
static void
look_again(struct carver *c, uint64_t off, const struct journal_header *h,
    const struct outcome *o)
{
	const struct journalpart p = { .off = off + h->size,
		.end = off + o->good,
		.compact = h->compact };

	if (o->damaged && h->size < o->good && !c->stream->pipe)
		tell(c, NOTE_LONE, p.off, slice_of(&p, sizeof(p)));
}

/* How to read the journal whose header is at off. */
static void
set_source(struct carver *c, uint64_t off, const struct journal_header *h,
    struct journalfile_src *src)
{
	const struct stream *s = c->stream;
	struct scratch *scratch = finds_scratch(s->finds);

	c->base = off;
	c->read = 0;
	c->size = size_of(s, off, h);
	*src = (struct journalfile_src){ .read = read_bytes,
		.arg = c,
		.size = c->size,
		.patience = JOURNALCARVE_PATIENCE,
		.fields = &c->fields };
	if (s->depth == 0)
		return;
	c->read = scratch_fill(scratch, s->read, s->arg, off, c->size);
	tell(c, NOTE_NESTED, off + c->read, slice_of(NULL, 0));
	src->read = scratch_read;
	src->arg = scratch;
	src->size = c->read;
	if (!scratch->failed)
		return;
	(void)msg_error("temporary file: a journal in a compressed file "
			"could not be copied to it");
	find_doubt(s);
}

/* A journal's header. */
static uint64_t
at_header(struct carver *c, uint64_t off)
{
	unsigned char bytes[JOURNALOBJ_HEADER];
	const struct stream *s = c->stream;
	struct journalfile_src src;
	struct find_piece piece;
	struct find find = { .class = FIND_JOURNAL, .piece = &piece, .n = 1 };
	struct journal_header h;
	struct journals *j;
	struct outcome o;

	if (!may_work(c, off) && s->depth > 0) {
		tell(c, NOTE_LEFT, off, slice_of(NULL, 0));
		return 0;
	}
	/* To read it, all before it may have to be decoded again. */
	if (s->depth > 0)
		tell(c, NOTE_NESTED, off, slice_of(NULL, 0));
	if (!journalobj_header(
		slice_of(bytes, stream_read(s, off, bytes, sizeof(bytes))), &h))
		return 0;
	if (!may_work(c, off) && s->depth == 0) {
		tell(c, NOTE_OVER, off, slice_of(NULL, 0));
		return 0;
	}
	set_source(c, off, &h, &src);
	j = journals_of(&src, false);
	if (j == NULL)
		return 0;
	srcpath_data(&c->path, s->src, off, SLICE("JOURNAL"));
	++*s->runs;
	read_entries(c, j, &o);
	tell(c, NOTE_READ, c->read + journals_spent(j), slice_of(NULL, 0));
	journals_close(j);
	if (h.keyed)
		tell(c, NOTE_KEY, 0, slice_of(h.file_id, sizeof(h.file_id)));
	if (o.n == 0 && o.damaged)
		return 0;
	if (s->depth == 0)
		look_again(c, off, &h, &o);
	piece = (struct find_piece){ off, o.good };
	find.confidence = o.damaged ? LOGRUN_MEDIUM : LOGRUN_HIGH;
	find_claim(s, &find);
	if (s->depth == 0)
		tell(c, NOTE_FLOOR, off + o.good, slice_of(NULL, 0));
	return off + o.good;
}

/*
 * The place of an event is that of its text in the image, or in what a zstd
 * or xz frame there holds.
 */
static void
set_place(struct carver *c, struct journalevent *ev, uint64_t off, uint64_t len,
    unsigned int flags, size_t text_len)
{
	ev->src = c->stream->src;
	ev->off = off;
	ev->len = len;
	if (flags != JOURNALDATA_ZSTD && flags != JOURNALDATA_XZ)
		return;
	srcpath_data(&c->path, c->stream->src, off,
	    flags == JOURNALDATA_ZSTD ? SLICE("ZSTD") : SLICE("XZ"));
	ev->src = buf_slice(&c->path);
	ev->off = 0;
	ev->len = sizeof("MESSAGE") + text_len;
	ev->inside = true;
}

/* An entry of a piece. */
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
	know_text(c, fr.text);
	if (e->message != 0)
		set_place(c, &ev, (uint64_t)base + e->message, e->message_len,
		    e->message_flags, fr.text.len);
	c->first = false;
	return journalevent_put(c->stream, &fr, &ev, &c->line);
}

/* What entries share may stand in a piece that has none of them. */
static void
learn(struct carver *c, const struct journalpart *p)
{
	(void)journalpart_data(
	    c->stream, p, &c->fields, journald_wants, NULL, NULL);
}

static void
read_part(struct carver *c, const struct journalpart *p)
{
	++*c->stream->runs;
	c->first = true;
	(void)journalpart_read(c->stream, p, &c->fields, on_entry, c);
}

/* A text that no entry has. */
static bool
on_text(void *arg, const struct journallone_text *t)
{
	struct carver *c = arg;
	struct slice text = slice_from(t->field, sizeof("MESSAGE"));
	struct journalevent ev = { .alone = true, .proven = t->proven };
	struct frame fr;

	if (!journallone_add(&c->lone, journallone_hash(text)))
		return true;
	++*c->stream->runs;
	journalevent_alone(text, &fr);
	set_place(c, &ev, t->off, t->len, t->flags, text.len);
	return journalevent_put(c->stream, &fr, &ev, &c->line);
}

static void
read_texts(struct carver *c, const struct journalpart *p)
{
	if (!c->lone.full)
		(void)journallone_read(&c->lone, c->stream, p, on_text, c);
}

/* What a piece lacks may stand behind it; a pipe is not read again. */
static uint64_t
take_piece(struct carver *c, const struct journalpart *p, bool entries)
{
	struct find_piece piece = { p->off, p->end - p->off };
	struct find find = { .class = FIND_JOURNAL,
		.piece = &piece,
		.n = 1,
		.confidence = entries ? LOGRUN_MEDIUM : LOGRUN_LOW };

	tell(c, NOTE_FLOOR, p->end, slice_of(NULL, 0));
	find_claim(c->stream, &find);
	if (!c->stream->pipe) {
		tell(c, entries ? NOTE_PART : NOTE_LONE, p->off,
		    slice_of(p, sizeof(*p)));
		return p->end;
	}
	if (entries) {
		learn(c, p);
		read_part(c, p);
	}
	read_texts(c, p);
	return p->end;
}

static bool
found_text(void *arg, const struct journallone_text *t)
{
	bool *found = arg;

	(void)t;
	*found = true;
	return false;
}

/* The text of an entry outside of what was found whole. */
static uint64_t
at_entry(struct carver *c, uint64_t off)
{
	uint64_t before = c->lone.work;
	struct journalpart p;
	bool found = false;
	size_t n = journalpart_find(c->stream, off, c->floor, &p);

	if (n > 1)
		return take_piece(c, &p, true);
	if (n == 0 || !may_work(c, off))
		return 0;
	(void)journallone_read(&c->lone, c->stream, &p, found_text, &found);
	tell(c, NOTE_READ, c->lone.work - before, slice_of(NULL, 0));
	return found ? take_piece(c, &p, false) : 0;
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
	for (size_t i = 0; i < c->npiece; i++)
		learn(c, &c->piece[i].part);
	for (size_t i = 0; i < c->npiece; i++)
		if (c->piece[i].entries)
			read_part(c, &c->piece[i].part);
	for (size_t i = 0; i < c->npiece; i++)
		read_texts(c, &c->piece[i].part);
	if (c->lone.full)
		msg_note("so many journal entries that texts without an entry "
			 "cannot be told from theirs: left out");
	if (c->not_read > 0) {
		(void)msg_error("journals left out, because those before them "
				"took too much work: %llu",
		    (unsigned long long)c->not_read);
		find_doubt(s);
	}
	if (c->nested_left > 0) {
		(void)msg_error("journals in compressed files that would take "
				"too much work left out: %llu; unpack them",
		    (unsigned long long)c->nested_left);
		find_doubt(s);
	}
	if (c->left_out == 0)
		return;
	(void)msg_error("pieces of journals left out, because there are too "
			"many of them: %llu",
	    (unsigned long long)c->left_out);
	find_doubt(s);
}

static void
add_piece(struct carver *c, bool entries, struct slice bytes)
{
	struct piece p = { .entries = entries };

	if (bytes.len != sizeof(p.part))
		return;
	if (c->npiece == JOURNALCARVE_PARTS) {
		c->left_out++;
		return;
	}
	if (c->npiece == c->cappiece) {
		size_t cap = c->cappiece == 0 ? 64 : 2 * c->cappiece;

		c->piece =
		    mem_grow(c->piece, c->cappiece, cap, sizeof(*c->piece));
		c->cappiece = cap;
	}
	memcpy(&p.part, bytes.ptr, bytes.len);
	c->piece[c->npiece++] = p;
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
	case NOTE_OVER:
		c->not_read++;
		break;
	case NOTE_FLOOR:
		c->floor = number;
		break;
	case NOTE_FIELD:
		(void)journalfields_keep(table(c, more), number, more);
		break;
	case NOTE_PART:
	case NOTE_LONE:
		add_piece(c, bytes.ptr[0] == NOTE_PART, more);
		break;
	case NOTE_TEXT:
		(void)journallone_add(&c->lone, number);
		break;
	case NOTE_NESTED:
		if (!num_add(c->nested, number, &c->nested))
			c->nested = UINT64_MAX;
		break;
	case NOTE_LEFT:
		c->nested_left++;
		break;
	case NOTE_KEY:
		if (more.len == JOURNALOBJ_ID)
			journallone_key(&c->lone, more.ptr);
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
	journallone_init(&c->lone);
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
	journallone_free(&c->lone);
	mem_free(c->piece);
	mem_free(c);
}

const struct finder finder_journal = { .anchors = FINDER_BIT(ANCHOR_JOURNAL) |
	    FINDER_BIT(ANCHOR_ENTRY) | FINDER_BIT(ANCHOR_ZSTD) |
	    FINDER_BIT(ANCHOR_XZ),
	.nested = FINDER_BIT(ANCHOR_JOURNAL),
	.open = open_state,
	.at = at,
	.note = note,
	.end = end,
	.close = close_state };

/* An entry, and its text alone. */
static bool
known_entry(struct found *f, const struct frame *fr, struct buf *line)
{
	struct frame alone;

	if (!found_known_entry(f, journalevent_line(line, fr)))
		return false;
	if (!journallone_wants(fr->text))
		return true;
	journalevent_alone(fr->text, &alone);
	return found_known_entry(f, journalevent_line(line, &alone));
}

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
			good &= known_entry(f, &fr, &line);
	buf_free(&line);
	journals_close(j);
	return good;
}
