#include "source/found.h"

#include "base/mem.h"
#include "io/spool.h"
#include "rec/keyset.h"
#include "rec/packed.h"
#include "source/claims.h"

#define KEY_LEN	(SPOOL_I64 + 4 + 1 + SPOOL_I64)
#define TAG_LEN	(sizeof(struct tag))
#define SEEN_MAX	65536	/* different lines of one second compared */

/* What stands before the record in a spool's entry; run 0: no log line. */
struct tag {
	struct keyset_key	 line;
	uint64_t		 run;
};

/* A line met at the time at hand. */
struct seen {
	struct keyset_key	 line;
	uint64_t		 run;		/* where it was met last */
	uint32_t		 n;		/* how often there */
	uint32_t		 most;		/* in one run */
	uint32_t		 round;		/* of which time it is */
};

/* What is less sure than its records say, of one source. */
struct demoted {
	unsigned char	*src;
	size_t		 len;
	struct claims	 claims;
};

struct found {
	bool		 disk, copies;
	struct spool	*spool;
	struct keyset	 known;
	bool		 has_known, has_entries;
	uint64_t	 seq;
	struct buf	 entry;
	unsigned char	 at[SPOOL_I64 + 4];	/* the time at hand */
	struct seen	*seen;			/* open addressing by line.a */
	uint32_t	 nseen, round;
	uint64_t	 ncopies;
	struct checkpoint	*log;
	struct buf		 logged;
	struct demoted		*demoted;
	size_t			 ndemoted;
};

struct found *
found_open(bool disk, bool copies)
{
	struct found *f = mem_alloc(1, sizeof(*f));

	f->disk = disk;
	f->copies = copies;
	f->spool = spool_open(KEY_LEN, FOUND_MEMORY);
	keyset_init(&f->known, FOUND_KNOWN);
	buf_init(&f->entry, SPOOL_ENTRY);
	buf_init(&f->logged, 2 * SCAN_KEEP);
	return f;
}

void
found_close(struct found *f)
{
	if (f == NULL)
		return;
	spool_close(f->spool);
	keyset_free(&f->known);
	buf_free(&f->entry);
	buf_free(&f->logged);
	for (size_t i = 0; i < f->ndemoted; i++) {
		mem_free(f->demoted[i].src);
		claims_free(&f->demoted[i].claims);
	}
	mem_free(f->demoted);
	mem_free(f->seen);
	mem_free(f);
}

bool
found_known(struct found *f, struct slice line)
{
	f->has_known = true;
	return keyset_add(&f->known, keyset_key(line)) != KEYSET_NONE;
}

bool
found_known_entry(struct found *f, struct slice line)
{
	f->has_entries = true;
	return keyset_add(&f->known, keyset_key(line)) != KEYSET_NONE;
}

static void
be32(unsigned char *dst, uint32_t v)
{
	for (int i = 3; i >= 0; i--, v >>= 8)
		dst[i] = (unsigned char)v;
}

/* What stands before a record in the log of a checkpoint. */
struct logged {
	unsigned char	key[KEY_LEN];
	uint64_t	run;
	uint64_t	line;	/* bytes of the line that follow */
};

void
found_log(struct found *f, struct checkpoint *log)
{
	f->log = log;
}

static enum rc
spool(struct found *f, const unsigned char *key, const struct tag *tag,
    struct slice packed, struct err *e)
{
	f->entry.len = 0;
	(void)buf_add(&f->entry, slice_of(tag, sizeof(*tag)));
	if (!buf_add(&f->entry, packed))
		return err_damaged(e, 0, "record that is too long");
	return spool_put(f->spool, key, buf_slice(&f->entry), e);
}

enum rc
found_restore(struct found *f, struct slice entry, struct err *e)
{
	struct logged l;
	struct slice rest = slice_from(entry, sizeof(l)), line;
	struct tag tag = { .run = 0 };

	if (entry.len < sizeof(l))
		return err_damaged(e, 0, "checkpoint entry");
	memcpy(&l, entry.ptr, sizeof(l));
	if (l.line > rest.len)
		return err_damaged(e, 0, "checkpoint entry");
	line = slice_sub(rest, 0, (size_t)l.line);
	tag.run = l.run;
	/* The hash has another seed each time. */
	if (l.run != 0)
		tag.line = keyset_key(line);
	f->seq++;
	return spool(f, l.key, &tag, slice_from(rest, (size_t)l.line), e);
}

static enum rc
put(struct found *f, const struct tag *tag, const struct found_time *t,
    struct slice line, const struct rec *r, struct err *e)
{
	struct logged l = { .run = tag->run, .line = line.len };

	if (!f->disk) {
		spool_i64(l.key, t->known ? t->sec : INT64_MAX);
		if (t->known) {
			be32(l.key + SPOOL_I64, t->nsec);
			l.key[SPOOL_I64 + 4] = (unsigned char)t->confidence;
		}
	}
	spool_i64(l.key + SPOOL_I64 + 5, (int64_t)f->seq++);
	f->entry.len = 0;
	(void)buf_add(&f->entry, slice_of(tag, sizeof(*tag)));
	if (!packed_put(&f->entry, r))
		return err_damaged(e, 0, "record that is too long");
	if (f->log != NULL) {
		struct slice packed = slice_from(buf_slice(&f->entry),
		    TAG_LEN);

		f->logged.len = 0;
		(void)buf_add(&f->logged, slice_of(&l, sizeof(l)));
		(void)buf_add(&f->logged, line);
		checkpoint_put(f->log, CHECKPOINT_RECORD,
		    buf_slice(&f->logged), packed);
	}
	return spool_put(f->spool, l.key, buf_slice(&f->entry), e);
}

enum rc
found_put(struct found *f, const struct logrun_line *l, struct err *e)
{
	struct event *ev = l->event;
	struct tag tag = { .line = keyset_key(l->line), .run = l->run };
	struct found_time t = { ev->time.known, ev->time.sec, ev->time.nsec,
		l->confidence };
	struct event_text text;

	event_write(ev, &text);
	rec_unset(&ev->rec, F_LINE);
	/* Entries cannot be compared with lines. */
	if (l->entry ? f->has_entries : f->has_known)
		rec_set(&ev->rec, F_ONLY_HERE,
		    keyset_find(&f->known, tag.line) == KEYSET_NONE ?
			SLICE("true") :
			SLICE("false"));
	return put(f, &tag, &t, l->line, &ev->rec, e);
}

enum rc
found_record(struct found *f, const struct rec *r, const struct found_time *t,
    struct err *e)
{
	const struct tag none = { .run = 0 };

	return put(f, &none, t, slice_of(NULL, 0), r, e);
}

/* What is demoted of a source, or NULL. */
static struct demoted *
find_demoted(const struct found *f, struct slice src)
{
	for (size_t i = f->ndemoted; i-- > 0;)
		if (slice_eq(src, slice_of(f->demoted[i].src,
		    f->demoted[i].len)))
			return &f->demoted[i];
	return NULL;
}

void
found_demote(struct found *f, struct slice src, uint64_t off, uint64_t len)
{
	struct demoted *d = find_demoted(f, src);
	size_t n = f->ndemoted;

	if (d == NULL) {
		f->demoted = mem_grow(f->demoted, n, n + 1,
		    sizeof(*f->demoted));
		d = &f->demoted[f->ndemoted++];
		*d = (struct demoted){ .src = mem_alloc(src.len + 1, 1),
			.len = src.len };
		memcpy(d->src, src.ptr, src.len);
	}
	claims_add(&d->claims, off, len, 0);
}

/* A record of what was demoted says so. */
static void
demote(const struct found *f, struct rec *r)
{
	const struct demoted *d = find_demoted(f, rec_get(r, F_SRC));
	const struct claim *c;
	uint64_t off;

	if (d == NULL || !slice_u64(rec_get(r, F_OFF), UINT64_MAX, &off))
		return;
	c = claims_at(&d->claims, off);
	if (c == NULL || c->off > off)
		return;
	rec_set(r, F_CONFIDENCE, logrun_word[LOGRUN_LOW]);
	if (!slice_eq(rec_get(r, F_RECOVERED), SLICE("whole")))
		return;
	rec_set(r, F_RECOVERED, SLICE("guess"));
	rec_set(r, F_COMPLETE, SLICE("false"));
}

enum rc
found_sort(struct found *f, struct err *e)
{
	if (!f->disk && !f->copies)
		f->seen = mem_alloc(2 * SEEN_MAX, sizeof(*f->seen));
	return spool_sort(f->spool, e);
}

/* Has another run had this line at this time as often? */
static bool
is_copy(struct found *f, const unsigned char *key, const struct tag *t)
{
	struct seen *s;
	size_t i = (size_t)(t->line.a % (2 * SEEN_MAX));

	if (f->round == 0 || memcmp(key, f->at, sizeof(f->at)) != 0) {
		memcpy(f->at, key, sizeof(f->at));
		f->round++;
		f->nseen = 0;
	}
	for (;; i = (i + 1) % (2 * SEEN_MAX)) {
		s = &f->seen[i];
		if (s->round != f->round)
			break;
		if (s->line.a == t->line.a && s->line.b == t->line.b)
			break;
	}
	if (s->round != f->round) {
		if (f->nseen == SEEN_MAX)
			return false;
		f->nseen++;
		*s = (struct seen){ t->line, t->run, 1, 1, f->round };
		return false;
	}
	if (s->run != t->run) {
		s->run = t->run;
		s->n = 0;
	}
	if (++s->n <= s->most)
		return true;
	s->most = s->n;
	return false;
}

enum rc
found_next(struct found *f, struct rec *r, bool *line, struct err *e)
{
	const unsigned char *key;
	struct slice entry;
	struct tag tag;
	enum rc rc;

	while ((rc = spool_next(f->spool, &key, &entry, e)) == RC_OK) {
		memcpy(&tag, entry.ptr, sizeof(tag));
		*line = tag.run != 0;
		if (*line && f->seen != NULL && is_copy(f, key, &tag)) {
			f->ncopies++;
			continue;
		}
		if (!packed_get(slice_from(entry, TAG_LEN), r))
			return err_damaged(e, 0, "record in the spool");
		if (!*line)
			demote(f, r);
		return RC_OK;
	}
	return rc;
}

uint64_t
found_copies(const struct found *f)
{
	return f->ncopies;
}
