#include "source/piece.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/caltime.h"
#include "base/mem.h"
#include "base/msg.h"
#include "io/spool.h"
#include "source/runlog.h"

#define MONTH		31		/* days, as struct survey counts */
#define YEARS_MAX	1000000		/* new years in one file */
#define EAST_MAX	(15 * 3600)
#define PIECE_HEAD_MAX	(1 << 20)

void
pieces_open(struct pieces *p)
{
	*p = (struct pieces){ .fd = spool_temp() };
	if (p->fd == -1)
		p->sys = errno;
}

void
pieces_close(struct pieces *p)
{
	if (p->fd != -1)
		(void)close(p->fd);
	p->fd = -1;
}

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
		add_day(b, "last=", last / MONTH + 1, last % MONTH + 1);
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
	    !slice_u64(slice_sub(s, 3, 2), MONTH, &d) || m == 0 || d == 0)
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
		v->last = (int)((mon - 1) * MONTH + day);
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
	    stamp_take_iso(&rest, st, NULL) || stamp_take_full(&rest, st)) &&
	    rest.len == 0)
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
static bool
read_head(struct feed *f, const struct rec *r, const struct opt *opt)
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

/* The feed of one piece, as far as it does not depend on its head. */
static void
init_feed(struct feed *p, const struct feed *of, uint64_t off, int fd)
{
	*p = (struct feed){ .input = of->input, .prefix = of->prefix,
		.rec_in = of->rec_in, .container = of->container };
	p->survey.records = p->survey.readable = true;
	p->piece.is = true;
	p->piece.off = off;
	p->piece.fd = fd;
	buf_init(&p->name, of->name.limit);
	buf_init(&p->host, of->host.limit);
	buf_init(&p->last_host, of->last_host.limit);
	buf_init(&p->last_src, of->last_src.limit);
}

/* A search through a file for pieces. */
struct search {
	struct pieces	*store;
	struct feed	*of;
	const struct opt *opt;
	struct feed	*v;
	size_t		 n, cap;
	bool		 kept;		/* in the temporary file */
	uint64_t	 base;		/* where it begins there */
	struct buf	 scratch;
	bool		 many;
};

static void
add_piece(struct search *x, const struct rec *r, uint64_t off)
{
	char name[256];
	struct feed *f;

	if (x->n == PIECES_MAX) {
		x->many = true;
		return;
	}
	if (x->n == x->cap) {
		size_t cap = x->cap == 0 ? 4 : 2 * x->cap;

		x->v = mem_grow(x->v, x->cap, cap, sizeof(*x->v));
		x->cap = cap;
	}
	f = &x->v[x->n++];
	init_feed(f, x->of, x->kept ? x->base + off : off,
	    x->kept ? x->store->fd : -1);
	if (read_head(f, r, x->opt))
		return;
	(void)msg_error("%s: offset %llu: the head of a piece is not as it was "
	    "written: its anchors are left out", msg_quote(name, sizeof(name),
	    slice_cstr(f->input->path)), (unsigned long long)off);
	f->damaged++;
}

/* What identifies the evidence of the pieces before; a bundle has many. */
static void
add_source(struct search *x, const struct rec *r)
{
	struct slice sha = rec_get(r, F_SHA256);
	uint64_t size;

	if (sha.len + 1 != sizeof(x->v->total.sha256) ||
	    !slice_u64(rec_get(r, F_SIZE), UINT64_MAX, &size))
		return;
	for (size_t i = x->n; i-- > 0;) {
		struct feed *f = &x->v[i];

		if (f->total.has_sha256 || !slice_eq(buf_slice(&f->name),
		    rec_get(r, F_SRC)))
			break;
		memcpy(f->total.sha256, sha.ptr, sha.len);
		f->total.size = size;
		f->total.has_sha256 = true;
	}
}

static void
look_at(struct search *x, struct slice line, uint64_t off)
{
	struct rec r;

	if (slice_starts(line, SLICE("type\t")))
		(void)rec_in_header(&x->of->rec_in, line);
	if (!piece_is(line) &&
	    !slice_starts(line, SLICE("{\"type\":\"source\"")) &&
	    !slice_starts(line, SLICE("source\t")))
		return;
	rec_clear(&r);
	x->scratch.len = 0;
	if (rec_in_line(&x->of->rec_in, &r, line, &x->scratch, NULL) != RC_OK)
		return;
	if (rec_has(&r, F_ANCHORS))
		add_piece(x, &r, off);
	else if (!piece_is(line))
		add_source(x, &r);
}

/* Keep what was read in the temporary file. */
static bool
keep(struct search *x, struct slice s)
{
	struct pieces *p = x->store;
	char name[256];

	while (x->kept && p->fd != -1 && s.len > 0) {
		ssize_t n = pwrite(p->fd, s.ptr, s.len, (off_t)p->end);

		if (n > 0) {
			p->end += (uint64_t)n;
			s = slice_from(s, (size_t)n);
		} else if (n == 0 || errno != EINTR) {
			p->sys = n == 0 ? EIO : errno;
			break;
		}
	}
	if (!x->kept || s.len == 0)
		return true;
	(void)msg_error("%s: pieces are kept in a temporary file while they "
	    "are read, and it cannot be written: %s; TMPDIR?",
	    msg_quote(name, sizeof(name), slice_cstr(x->of->input->path)),
	    strerror(p->sys));
	x->of->damaged++;
	return false;
}

/* Look at every line of the records. */
static void
search_lines(struct search *x)
{
	struct feed *f = x->of;
	struct slice w, line, rest;
	bool middle = false, eof;
	uint64_t off;

	for (;;) {
		w = reader_window(f->reader, &off, &eof);
		rest = w;
		while (slice_cut(rest, '\n', &line, &rest)) {
			if (!middle)
				look_at(x, line, off +
				    (uint64_t)(line.ptr - w.ptr));
			middle = false;
		}
		if (rest.len >= PIECE_HEAD_MAX) {
			middle = true;
			rest = slice_from(rest, rest.len);
		}
		if (f->stream_end)
			rest = slice_from(rest, rest.len);
		if (!keep(x, slice_sub(w, 0, w.len - rest.len)))
			return;
		reader_consume(f->reader, w.len - rest.len);
		if (f->stream_end)
			return;
		f->stream_rc = reader_more(f->reader, &f->stream_err);
		f->stream_end = f->stream_rc != RC_OK;
	}
}

/* Open the file again: the survey has closed it, or read on. */
static bool
reopen(struct feed *f, bool hash)
{
	struct err e;
	enum rc rc;

	if (f->reader != NULL)
		return true;
	rc = reader_open(&f->reader, f->input->path, f->input->found, hash,
	    &e);
	if (rc == RC_OK)
		return feed_stream(f);
	(void)msg_err(f->input->path, rc, &e);
	f->damaged++;
	return false;
}

struct feed *
pieces_find(struct pieces *store, struct feed *f, const struct opt *opt,
    size_t *n)
{
	struct search x = { .store = store, .of = f, .opt = opt,
	    .base = store->end };
	struct reader_total total;
	char name[256];

	*n = 0;
	if (!reopen(f, opt->hash))
		return NULL;
	x.kept = !f->input->regular || f->stream.container[0] != '\0' ||
	    slice_eq(slice_cstr(f->input->path), SLICE("-"));
	buf_init(&x.scratch, 1 << 22);
	search_lines(&x);
	if (f->stream_rc == RC_DAMAGED || f->stream_rc == RC_FAIL) {
		(void)msg_err(f->input->path, f->stream_rc, &f->stream_err);
		f->damaged++;
	}
	if (x.many) {
		(void)msg_error("%s: more than %d pieces: the rest is read as "
		    "part of the last", msg_quote(name, sizeof(name),
		    slice_cstr(f->input->path)), PIECES_MAX);
		f->damaged++;
	}
	if (reader_finish(f->reader, &total, NULL) == RC_OK)
		runlog_input(f->input->path, &total);
	reader_close(f->reader);
	f->reader = NULL;
	if (x.n > 0) {
		x.v[x.n - 1].damaged += f->damaged;
		x.v[x.n - 1].told = x.v[x.n - 1].damaged;
	}
	buf_free(&x.scratch);
	*n = x.n;
	return x.v;
}

static int
by_evidence(const void *a, const void *b)
{
	const struct feed *x = *(const struct feed *const *)a;
	const struct feed *y = *(const struct feed *const *)b;
	int c = slice_cmp(buf_slice(&x->name), buf_slice(&y->name));

	if (c == 0)
		c = memcmp(x->total.sha256, y->total.sha256,
		    sizeof(x->total.sha256));
	if (c == 0 && x->part != y->part)
		return x->part < y->part ? -1 : 1;
	return c;
}

static void
drop(struct feed *f)
{
	char name[256];

	msg_note("%s: the piece of %s was given before; this one is left out",
	    msg_quote(name, sizeof(name) / 2, slice_cstr(f->input->path)),
	    msg_quote(name + sizeof(name) / 2, sizeof(name) / 2,
	    buf_slice(&f->name)));
	buf_free(&f->name);
	buf_free(&f->host);
	buf_free(&f->last_host);
	buf_free(&f->last_src);
	f->input = NULL;
}

size_t
pieces_once(struct feed *v, size_t n)
{
	struct feed **at = mem_alloc(n, sizeof(struct feed *));
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (v[i].piece.is && v[i].total.has_sha256)
			at[k++] = &v[i];
	if (k > 0)
		qsort(at, k, sizeof(struct feed *), by_evidence);
	for (size_t i = 0, first = 0; i < k; i++)
		if (i == first || by_evidence(&at[first], &at[i]) != 0)
			first = i;
		else if (at[i] > at[first])
			drop(at[i]);
		else {
			drop(at[first]);
			first = i;
		}
	mem_free(at);
	k = 0;
	for (size_t i = 0; i < n; i++) {
		if (v[i].input == NULL)
			continue;
		if (k != i)
			v[k] = v[i];
		k++;
	}
	return k;
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
		t->ordered = f->clock.has_latest;
		t->sec = f->clock.has_latest ? f->clock.latest : 0;
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
