#include "source/quote.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/msg.h"
#include "io/spool.h"

#define BATCH	((size_t)256 * 1024)	/* places read in one go */
#define SRC_MAX	((size_t)256 * 1024)

/* A key of the spool of places: file, stream, offset, length, order. */
enum {
	K_FILE = 0, K_STREAM = 4, K_OFF = 8, K_LEN = 16, K_ORDER = 20,
	K_SIZE = 28
};
#define K_PLACE	K_ORDER		/* bytes that say which line */

struct quote {
	struct origins	*origins;
	bool		 tls, all;
	struct spool	*places;	/* keys only */
	struct spool	*lines;		/* by order */
	struct buf	 src;		/* scratch */
	uint64_t	 order;
	uint64_t	 nowhere;	/* records that name no line */
	uint64_t	 odd;		/* places that make no sense */
	uint64_t	 lost;		/* places of too many sources */
	bool		 unclaimed;	/* source records left out */
	struct origin_place *batch;
	size_t		 n;
	uint32_t	 file;		/* of the batch */
	int		 status;
	enum rc		 rc;		/* of the spool of lines */
	struct err	 err;
};

static void
put_be(unsigned char *p, uint64_t v, unsigned int n)
{
	while (n-- > 0) {
		p[n] = (unsigned char)(v & 0xff);
		v >>= 8;
	}
}

static uint64_t
get_be(const unsigned char *p, unsigned int n)
{
	uint64_t v = 0;

	for (unsigned int i = 0; i < n; i++)
		v = v << 8 | p[i];
	return v;
}

struct quote *
quote_open(struct origins *origins, bool tls, bool all)
{
	struct quote *q = mem_alloc(1, sizeof(*q));

	q->origins = origins;
	q->tls = tls;
	q->all = all;
	q->places = spool_open(K_SIZE, QUOTE_MEMORY);
	q->lines = spool_open(SPOOL_I64, QUOTE_MEMORY);
	q->status = EXIT_YES;
	buf_init(&q->src, SRC_MAX);
	return q;
}

void
quote_close(struct quote *q)
{
	if (q == NULL)
		return;
	spool_close(q->places);
	spool_close(q->lines);
	buf_free(&q->src);
	mem_free(q->batch);
	mem_free(q);
}

/* Note a place. */
static enum rc
add(struct quote *q, struct slice src, struct slice off, struct slice len,
    struct err *e)
{
	unsigned char key[K_SIZE];
	uint64_t o, l;
	uint32_t stream;

	if (!slice_u64(off, INT64_MAX, &o) || !slice_u64(len, UINT32_MAX, &l)) {
		q->odd++;
		return RC_OK;
	}
	stream = origin_stream(q->origins, src);
	if (stream == ORIGIN_NONE) {
		q->lost++;
		return RC_OK;
	}
	put_be(key + K_FILE, origin_file(q->origins, stream), 4);
	put_be(key + K_STREAM, stream, 4);
	put_be(key + K_OFF, o, 8);
	put_be(key + K_LEN, l, 4);
	put_be(key + K_ORDER, q->order++, 8);
	return spool_put(q->places, key, slice_of(NULL, 0), e);
}

/* In refs a blank of a source is %20; the rest is as in src. */
static struct slice
plain_src(struct quote *q, struct slice s)
{
	struct slice head;

	if (slice_find(s, SLICE("%20")) == SLICE_NONE)
		return s;
	q->src.len = 0;
	while (slice_cut_str(s, SLICE("%20"), &head, &s)) {
		(void)buf_add(&q->src, head);
		(void)buf_addc(&q->src, ' ');
	}
	(void)buf_add(&q->src, s);
	return buf_slice(&q->src);
}

/* OFF+LEN or OFF+LEN@SRC, with blanks between. */
static enum rc
add_refs(struct quote *q, struct slice refs, struct slice own, struct err *e)
{
	enum rc rc = RC_OK;
	bool more = true;

	while (more && rc == RC_OK) {
		struct slice ref, place, src, off, len;

		more = slice_cut(refs, ' ', &ref, &refs);
		if (!more)
			ref = refs;
		if (ref.len == 0)
			continue;
		if (slice_cut(ref, '@', &place, &src))
			src = plain_src(q, src);
		else {
			place = ref;
			src = own;
		}
		if (src.len > 0 && slice_cut(place, '+', &off, &len))
			rc = add(q, src, off, len, e);
		else
			q->odd++;
	}
	return rc;
}

enum rc
quote_take(struct quote *q, const struct rec *r, struct err *e)
{
	struct slice type = rec_get(r, F_TYPE), src = rec_get(r, F_SRC);
	enum rc rc = RC_OK;

	/* A file record of mxqueue vouches for its file, too. */
	if (slice_eq(type, SLICE("source")) || (slice_eq(type,
	    SLICE("file")) && rec_has(r, F_QID) && !rec_has(r, F_OFF))) {
		if (!origin_claim(q->origins, r))
			q->unclaimed = true;
		return RC_OK;
	}
	if (rec_get(r, F_REFS).len > 0)
		rc = add_refs(q, rec_get(r, F_REFS), src, e);
	else if (src.len > 0 && rec_has(r, F_OFF) && rec_has(r, F_LEN))
		rc = add(q, src, rec_get(r, F_OFF), rec_get(r, F_LEN), e);
	else if (!slice_eq(type, SLICE("coverage")) &&
	    !slice_eq(type, SLICE("link")))
		q->nowhere++;
	if (rc == RC_OK && q->tls && rec_get(r, F_TLS_SRC).len > 0)
		rc = add(q, rec_get(r, F_TLS_SRC), rec_get(r, F_TLS_OFF),
		    rec_get(r, F_TLS_LEN), e);
	return rc;
}

/* A line that was read. */
static bool
keep(void *arg, const struct origin_place *p, struct slice line)
{
	unsigned char key[SPOOL_I64];
	struct quote *q = arg;

	spool_i64(key, (int64_t)p->order);
	q->rc = spool_put(q->lines, key, line, &q->err);
	return q->rc == RC_OK;
}

static void
read_batch(struct quote *q)
{
	if (q->n > 0 && origin_read(q->origins, q->file, q->batch, q->n, keep,
	    q) != EXIT_YES)
		q->status = EXIT_TROUBLE;
	q->n = 0;
}

/* Read the places, file by file. */
static enum rc
read_places(struct quote *q, struct err *e)
{
	unsigned char last[K_PLACE];
	const unsigned char *key;
	bool any = false;
	struct slice none;
	enum rc rc = spool_sort(q->places, e);

	while (rc == RC_OK && q->rc == RC_OK) {
		rc = spool_next(q->places, &key, &none, e);
		if (rc != RC_OK)
			break;
		if (any && !q->all && memcmp(key, last, K_PLACE) == 0)
			continue;
		memcpy(last, key, K_PLACE);
		any = true;
		if (q->n == BATCH ||
		    (q->n > 0 && q->file != get_be(key + K_FILE, 4)))
			read_batch(q);
		q->file = (uint32_t)get_be(key + K_FILE, 4);
		q->batch[q->n++] = (struct origin_place){
		    .stream = (uint32_t)get_be(key + K_STREAM, 4),
		    .off = get_be(key + K_OFF, 8),
		    .len = (uint32_t)get_be(key + K_LEN, 4),
		    .order = get_be(key + K_ORDER, 8) };
	}
	if (rc == RC_END && q->rc == RC_OK)
		read_batch(q);
	return rc == RC_END ? RC_OK : rc;
}

/* What was wrong with the records. */
static void
say_odd(struct quote *q)
{
	if (q->odd > 0)
		q->status = msg_error("%llu places in the records make no "
		    "sense and are left out", (unsigned long long)q->odd);
	if (q->lost > 0)
		q->status = msg_error("the records name more sources than can "
		    "be kept: %llu lines are not quoted",
		    (unsigned long long)q->lost);
	if (q->unclaimed)
		q->status = msg_error("too many source records: not all of "
		    "them are checked");
	if (q->nowhere > 0)
		msg_note("%llu records name no line: without refs, or src, off "
		    "and len, nothing can be quoted",
		    (unsigned long long)q->nowhere);
}

int
quote_find(struct quote *q)
{
	struct err e;
	enum rc rc;

	q->batch = mem_alloc(BATCH, sizeof(*q->batch));
	rc = origins_end(q->origins, &e);
	if (rc != RC_OK)
		q->status = msg_err("standard input", rc, &e);
	rc = read_places(q, &e);
	if (rc == RC_OK && q->rc == RC_OK)
		rc = spool_sort(q->lines, &e);
	else if (q->rc != RC_OK) {
		rc = q->rc;
		e = q->err;
	}
	say_odd(q);
	if (rc != RC_OK)
		q->status = msg_err("temporary file", rc, &e);
	if (q->order == 0 && q->status == EXIT_YES)
		return EXIT_NO;
	return q->status;
}

enum rc
quote_next(struct quote *q, struct slice *line, struct err *e)
{
	const unsigned char *key;

	return spool_next(q->lines, &key, line, e);
}
