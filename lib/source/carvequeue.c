#include "source/carvequeue.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/msg.h"
#include "io/digest.h"
#include "scan/queuejoin.h"
#include "scan/queuelink.h"
#include "scan/queuelog.h"
#include "source/queuerecord.h"

#define LEAST_BLOCK 1024 /* of a file system */
#define BLOCK ((size_t)256 * 1024)
#define NEAR ((size_t)8 * 1024)
#define WINDOW ((size_t)1024 * 1024)

/* A file in a row that may have the end of another one. */
struct doubt {
	uint64_t off, size;
};

struct carvequeue {
	const struct stream *s;
	unsigned char *block; /* bytes of the stream */
	uint64_t block_off;
	size_t block_len;
	struct queuefacts facts;
	struct atfile none; /* no file of its own */
	uint64_t log_end;   /* of the latest log */
	uint64_t work;
	bool rest; /* pieces are to be looked for */
	struct doubt *doubt;
	size_t ndoubt, capdoubt;
	/* The file at hand. */
	struct find find;
};

static const struct slice recovered[] = {
#define WORD(t)                                                                \
	{                                                                      \
		(const unsigned char *)t, sizeof(t) - 1                        \
	}
	[QUEUEJOIN_WHOLE] = WORD("whole"),
	[QUEUEJOIN_JOINED] = WORD("joined"),
	[QUEUEJOIN_GUESS] = WORD("guess"),
	[QUEUEJOIN_CUT] = WORD("cut"),
	[QUEUEJOIN_ENVELOPE] = WORD("envelope"),
	[QUEUEJOIN_NONE] = WORD("content"),
#undef WORD
};

struct carvequeue *
carvequeue_open(const struct stream *s)
{
	struct carvequeue *c = mem_alloc(1, sizeof(*c));

	c->s = s;
	c->block = mem_alloc(BLOCK, 1);
	c->none.copied = true;
	queuefacts_init(&c->facts);
	return c;
}

static void *
open_state(const struct stream *s)
{
	return carvequeue_open(s);
}

void
carvequeue_close(struct carvequeue *c)
{
	queuefacts_free(&c->facts);
	mem_free(c->doubt);
	mem_free(c->block);
	mem_free(c);
}

static void
close_state(void *state)
{
	carvequeue_close(state);
}

/* Bytes of the stream; see scan/pieces.h. */
static struct slice
at(void *arg, uint64_t off, size_t n)
{
	struct carvequeue *c = arg;
	uint64_t past = off - c->block_off;

	if (n > BLOCK)
		n = BLOCK;
	if (off < c->block_off || past > c->block_len ||
	    c->block_len - past < n) {
		/* Elsewhere only a little may be wanted. */
		size_t want = off >= c->block_off && past <= c->block_len ?
		    BLOCK :
		    n < NEAR ? NEAR :
			       n;

		c->block_off = off;
		c->block_len = stream_read(c->s, off, c->block, want);
		/* Of a pipe less may be at hand. */
		if (c->block_len == 0)
			c->block_len = stream_read(c->s, off, c->block, n);
		past = 0;
	}
	return slice_of(c->block + past, c->block_len - (size_t)past);
}

static bool
on_record(void *arg, const struct rec *r)
{
	const struct carvequeue *c = arg;

	return find_record(c->s, &c->find, r);
}

static void
hash(struct pieces *p, char hex[DIGEST_HEX])
{
	struct digest *d = digest_start(-1, false, 0);
	struct slice s;

	for (uint64_t off = 0; off < p->size; off += s.len) {
		s = slice_sub(
		    pieces_at(p, off, QUEUEFILE_DATA), 0, QUEUEFILE_DATA);
		if (s.len > p->size - off)
			s.len = (size_t)(p->size - off);
		if (s.len == 0)
			break;
		digest_add(d, s);
	}
	if (!digest_done(d, hex))
		hex[0] = '\0';
}

/* The records of the file that these pieces are. */
static void
read_facts(struct carvequeue *c, struct pieces *p, enum queuejoin_kind kind,
    struct queuerecord *x)
{
	struct queuefile_src src = {
		.at = pieces_at, .arg = p, .size = p->size
	};
	enum queuefile_item item;
	struct queuefile_rec r;
	struct queuefile walk;
	struct slice id;

	queuefacts_reset(&c->facts);
	queuefile_init(&walk, &src);
	if (kind == QUEUEJOIN_NONE)
		walk.segment = QUEUE_CONTENT;
	while ((item = queuefile_next(&walk, &r)) != QUEUEFILE_END)
		(void)queuefacts_take(&c->facts, item, &r);
	/* Its name is in the header that its maker put on top. */
	id = c->facts.nhop > 0 && c->facts.hop[0].r.postfix &&
		(kind == QUEUEJOIN_NONE || !queuefacts_maildrop(&c->facts)) ?
	    c->facts.hop[0].r.id :
	    slice_of(NULL, 0);
	if (id.ptr != NULL &&
	    (kind != QUEUEJOIN_NONE || c->facts.hop[0].off == 0) &&
	    queueid_parse(id, &x->path.id, NULL) == RC_OK)
		x->path.qid = id;
	queuefacts_end(&c->facts, &walk, x->path.qid);
	x->whole = (kind == QUEUEJOIN_WHOLE || kind == QUEUEJOIN_JOINED) &&
	    walk.ended && queuefacts_whole(&c->facts);
	queuefile_free(&walk);
}

static void
set_find(struct carvequeue *c, const struct pieces *p,
    struct find_piece piece[PIECES_MAX], enum logrun_confidence confidence)
{
	for (size_t i = 0; i < p->n; i++)
		piece[i] = (struct find_piece){ p->v[i].off, p->v[i].len };
	c->find = (struct find){ .class = FIND_QUEUE,
		.piece = piece,
		.n = p->n,
		.confidence = confidence };
}

/* Its bytes are spoken for. */
static void
claim(struct carvequeue *c, const struct pieces *p)
{
	struct find_piece piece[PIECES_MAX];

	set_find(c, p, piece, LOGRUN_HIGH);
	find_claim(c->s, &c->find);
}

/* Hand over a file that is claimed, or what there is of it. */
static void
give(struct carvequeue *c, struct pieces *p, enum queuejoin_kind kind)
{
	struct queuerecord x = { .file = &c->none,
		.src = c->s->src,
		.size = p->size,
		.carved = p,
		.recovered = recovered[kind] };
	struct find_piece piece[PIECES_MAX];

	set_find(c, p, piece,
	    kind == QUEUEJOIN_WHOLE ? LOGRUN_HIGH :
		kind == QUEUEJOIN_GUESS || kind == QUEUEJOIN_NONE ?
				      LOGRUN_LOW :
				      LOGRUN_MEDIUM);
	hash(p, x.sha256);
	read_facts(c, p, kind, &x);
	/* The T of a file that cleanup made, whose C record is lost. */
	if (kind == QUEUEJOIN_WHOLE && !c->facts.has_size &&
	    c->facts.has_created) {
		x.recovered = recovered[QUEUEJOIN_CUT];
		c->find.confidence = LOGRUN_MEDIUM;
	}
	queuerecord_write(&x, &c->facts, on_record, c);
}

/*
 * May its end be that of another file, as far as its bytes tell?  Of a pipe
 * nothing more will be known later.
 */
static bool
is_doubtful(const struct carvequeue *c, struct pieces *p)
{
	uint64_t off = p->v[0].off;

	return !c->s->pipe && c->ndoubt < CARVEQUEUE_DOUBTS &&
	    off / LEAST_BLOCK != (off + p->size - 1) / LEAST_BLOCK &&
	    queuelink_of(p) != QUEUELINK_PROVEN;
}

/* It is looked at again at the end, when the other files are known. */
static void
note_doubt(struct carvequeue *c, uint64_t off, uint64_t size)
{
	struct doubt d = { off, size };

	finder_note(c->s, &carvequeue_finder, c, slice_of(&d, sizeof(d)));
}

/* A first record: the file, if it lies in a row. */
static uint64_t
on_file(struct carvequeue *c, uint64_t off)
{
	uint64_t until = c->s->size < c->s->until ? c->s->size : c->s->until;
	enum queuejoin_kind kind;
	struct pieces p;
	uint64_t size;

	if (c->work > (off + BLOCK) * CARVEQUEUE_WORK) {
		c->rest = true;
		return 0;
	}
	kind = queuejoin_row(at, c, off, until, true, &size);
	if (kind == QUEUEJOIN_NONE)
		return 0;
	c->work += size;
	pieces_init(&p, at, c);
	if (kind == QUEUEJOIN_WHOLE) {
		(void)pieces_add(&p, off, size);
		claim(c, &p);
		give(c, &p, kind);
		if (is_doubtful(c, &p))
			note_doubt(c, off, size);
		pieces_free(&p);
		return off + size;
	}
	if (!c->s->pipe) {
		finder_note(c->s, &carvequeue_finder, c, SLICE("rest"));
		return 0;
	}
	/* There is no way back later: what lies in a row is what there is. */
	(void)pieces_add(&p, off, size);
	claim(c, &p);
	give(c, &p, QUEUEJOIN_CUT);
	pieces_free(&p);
	return 0;
}

/*
 * Where the log begins whose first "recipient=" is at off: the line before,
 * in the old form, belongs to it, and an empty one before that.  Where off is
 * that line, at the start of a sector, so does the end of the one before.
 */
static uint64_t
log_start(struct carvequeue *c, uint64_t off)
{
	uint64_t from = off > NEAR ? off - NEAR : 0;
	struct slice s, head, tail;
	size_t n;

	if (from < c->s->from)
		from = c->s->from;
	if (from < c->log_end)
		from = c->log_end;
	if (from >= off)
		return off;
	/* A sector may begin behind the empty line before an entry. */
	s = slice_sub(at(c, off - 1, 2), 0, 2);
	if (s.len == 2 && s.ptr[0] == '\n' && s.ptr[1] != '\n')
		off--;
	else if (s.len < 2 || s.ptr[1] != '\n')
		return off;
	if (s.ptr[1] == '<' || from >= off)
		return off;
	s = slice_sub(
	    at(c, from, (size_t)(off - from)), 0, (size_t)(off - from));
	n = slice_rchr(s, '\n');
	if (s.len < off - from || n == SLICE_NONE)
		return off;
	s = slice_from(s, n + 1);
	return slice_starts(s, SLICE("<")) &&
		slice_cut_str(s, SLICE(">: "), &head, &tail) ?
	    from + n :
	    off;
}

/* A log of bounce, defer or trace. */
static uint64_t
on_log(struct carvequeue *c, uint64_t off)
{
	struct queuerecord x = { .file = &c->none, .src = c->s->src };
	struct find_piece piece[PIECES_MAX];
	unsigned char *text;
	struct pieces p;
	size_t len;
	bool whole;

	len = queuelog_len(
	    slice_sub(at(c, off, QUEUELOG_LOOK), 0, QUEUELOG_LOOK), &whole);
	if (len == 0)
		return 0;
	text = mem_alloc(QUEUELOG_MAX, 1);
	len = stream_read(c->s, off, text, QUEUELOG_MAX);
	len = queuelog_len(slice_of(text, len), &whole);
	pieces_init(&p, at, c);
	if (len > 0 && pieces_add(&p, off, len)) {
		claim(c, &p);
		set_find(c, &p, piece, LOGRUN_HIGH);
		hash(&p, x.sha256);
		x.size = len;
		x.carved = &p;
		x.recovered =
		    recovered[whole ? QUEUEJOIN_WHOLE : QUEUEJOIN_CUT];
		queuerecord_log(&x, slice_of(text, len), on_record, c);
	}
	pieces_free(&p);
	mem_free(text);
	c->log_end = off + len;
	return off + len;
}

/* Is a header of a record: N, its length, and "Received: "? */
static bool
in_record(struct carvequeue *c, uint64_t off)
{
	struct slice s;

	if (off < 2)
		return false;
	s = at(c, off - 2, 2);
	return s.len >= 2 && s.ptr[0] == 'N' && s.ptr[1] >= 10 &&
	    s.ptr[1] < 0x80;
}

uint64_t
carvequeue_row(struct carvequeue *c, const struct stream *s, enum anchor what,
    uint64_t off)
{
	c->s = s;
	c->block_len = 0;
	c->log_end = c->work = 0;
	return what == ANCHOR_QUEUE ? on_file(c, off) :
	    what == ANCHOR_QUEUELOG ? on_log(c, log_start(c, off)) :
				      0;
}

static uint64_t
on_anchor(const struct stream *s, void *state, enum anchor what, uint64_t off)
{
	struct carvequeue *c = state;

	if (what == ANCHOR_QUEUE)
		return on_file(c, off);
	if (what == ANCHOR_QUEUELOG)
		return on_log(c, log_start(c, off));
	if (!c->rest && !s->pipe && in_record(c, off))
		finder_note(s, &carvequeue_finder, c, SLICE("rest"));
	return 0;
}

static void
on_note(void *state, struct slice bytes)
{
	struct carvequeue *c = state;

	c->rest = c->rest || slice_eq(bytes, SLICE("rest"));
	if (bytes.len != sizeof(*c->doubt) || c->ndoubt == CARVEQUEUE_DOUBTS)
		return;
	if (c->ndoubt == c->capdoubt) {
		size_t cap = c->capdoubt == 0 ? 64 : 2 * c->capdoubt;

		c->doubt =
		    mem_grow(c->doubt, c->capdoubt, cap, sizeof(*c->doubt));
		c->capdoubt = cap;
	}
	memcpy(&c->doubt[c->ndoubt++], bytes.ptr, bytes.len);
}

/* Look through the bytes from off to until for heads and pieces. */
static void
find_range(struct carvequeue *c, struct queuefind *q, unsigned char *window,
    uint64_t off, uint64_t until)
{
	size_t have = 0, n;
	bool eof = false;

	while (!eof) {
		size_t want = WINDOW + QUEUEFIND_KEEP - have;

		if (want > until - off - have)
			want = (size_t)(until - off - have);
		n = want == 0 ?
		    0 :
		    stream_read(c->s, off + have, window + have, want);
		eof = n == 0;
		have += n;
		n = queuefind_window(q, slice_of(window, have), off, eof);
		memmove(window, window + n, have - n);
		have -= n;
		off += n;
	}
}

/* All of the image but what is in use, if that is not wanted. */
static void
find_all(struct carvequeue *c, struct queuefind *q)
{
	unsigned char *window = mem_alloc(WINDOW + QUEUEFIND_KEEP, 1);
	const struct claims *used = finds_allocated(c->s->finds);
	uint64_t off = c->s->from;

	queuefind_init(q, off);
	while (off < c->s->until) {
		const struct claim *skip = claims_at(used, off);

		if (skip == NULL || skip->off > off)
			find_range(c, q, window, off,
			    skip == NULL || skip->off > c->s->until ?
				c->s->until :
				skip->off);
		if (skip == NULL)
			break;
		off = skip->end;
	}
	mem_free(window);
}

/* Is it spoken for by a queue file? */
static bool
is_claimed(const struct carvequeue *c, uint64_t off)
{
	const struct claim *k = claims_at(finds_claims(c->s->finds), off);

	return k != NULL && k->off <= off && k->class == FIND_QUEUE;
}

static void
take_claims(const struct carvequeue *c, struct queuejoin *j)
{
	const struct claims *k = finds_claims(c->s->finds);

	for (size_t i = 0; i < k->n; i++) {
		struct pieces p;

		if (k->v[i].class != FIND_QUEUE)
			continue;
		pieces_init(&p, at, NULL);
		(void)pieces_add(&p, k->v[i].off, k->v[i].end - k->v[i].off);
		queuejoin_claim(j, &p);
	}
}

/* The contents that belong to no head. */
static void
give_rest(struct carvequeue *c, struct queuejoin *j)
{
	uint64_t off, len;
	size_t from = 0;

	while (queuejoin_rest(j, &from, &off, &len)) {
		struct pieces p;

		if (len < CARVEQUEUE_LEAST || is_claimed(c, off))
			continue;
		pieces_init(&p, at, c);
		(void)pieces_add(&p, off, len);
		claim(c, &p);
		give(c, &p, QUEUEJOIN_NONE);
		pieces_free(&p);
	}
}

/* Those in a row that may have the end of another are guesses after all. */
static void
judge_doubts(struct carvequeue *c, struct queuejoin *j, uint64_t until)
{
	queuejoin_torn(j, until);
	for (size_t i = 0; i < c->ndoubt; i++)
		if (!queuejoin_sure(
			j, c->doubt[i].off, c->doubt[i].size, until))
			find_demote(c->s, c->doubt[i].off, c->doubt[i].size);
}

/* Look for pieces everywhere, and put together what belongs together. */
static void
join_all(struct carvequeue *c)
{
	uint64_t until = c->s->size < c->s->until ? c->s->size : c->s->until;
	struct queuefind q;
	struct queuejoin j;

	find_all(c, &q);
	queuejoin_init(&j, &q, at, c);
	take_claims(c, &j);
	judge_doubts(c, &j, until);
	for (size_t i = 0; i < q.nhead; i++) {
		enum queuejoin_kind kind;
		struct pieces p;

		if (q.head[i].kind == QUEUEHEAD_LOG ||
		    is_claimed(c, q.head[i].off))
			continue;
		pieces_init(&p, at, c);
		kind = queuejoin_file(&j, q.head[i].off, until, &p);
		if (kind == QUEUEJOIN_WHOLE && is_doubtful(c, &p) &&
		    !queuejoin_sure(&j, q.head[i].off, p.size, until))
			kind = QUEUEJOIN_GUESS;
		if (kind != QUEUEJOIN_NONE) {
			claim(c, &p);
			give(c, &p, kind);
			queuejoin_claim(&j, &p);
		}
		pieces_free(&p);
	}
	give_rest(c, &j);
	if (j.tired + q.dropped > 0)
		msg_note(
		    "queue files for whose pieces there was no end of "
		    "places to look at: %llu; they are given as far as they "
		    "go",
		    (unsigned long long)(j.tired + q.dropped));
	queuejoin_free(&j);
	queuefind_free(&q);
}

static int
by_size(const void *a, const void *b)
{
	const struct doubt *x = a, *y = b;

	return x->size < y->size ? -1 : x->size > y->size;
}

/* Are two of those in doubt of one size, as those of a mailing? */
static bool
has_twins(struct carvequeue *c)
{
	if (c->ndoubt > 0)
		qsort(c->doubt, c->ndoubt, sizeof(*c->doubt), by_size);
	for (size_t i = 1; i < c->ndoubt; i++)
		if (c->doubt[i].size == c->doubt[i - 1].size)
			return true;
	return false;
}

static void
on_end(const struct stream *s, void *state)
{
	struct carvequeue *c = state;

	if ((c->rest || has_twins(c)) && !s->pipe)
		join_all(c);
}

const struct finder carvequeue_finder = {
	.anchors = FINDER_BIT(ANCHOR_QUEUE) | FINDER_BIT(ANCHOR_QUEUELOG) |
	    FINDER_BIT(ANCHOR_RECEIVED),
	.open = open_state,
	.at = on_anchor,
	.note = on_note,
	.end = on_end,
	.close = close_state,
};
