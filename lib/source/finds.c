#include "source/finds.h"

#include "base/caltime.h"
#include "base/mem.h"
#include "base/num.h"
#include "source/extracts.h"
#include "source/scratch.h"

#define COPY	((size_t)64 * 1024)
#define REFS_MAX	((size_t)64 * 1024)

const char *const find_name[FIND_N] = { [FIND_LOG] = "log",
	[FIND_QUEUE] = "queue",
	[FIND_MAIL] = "mail",
	[FIND_GZIP] = "gzip",
	[FIND_JOURNAL] = "journal",
	[FIND_KEY] = "key" };

struct finds {
	struct found		*found;
	struct finds_count	*count;
	struct claims		 claims, allocated;
	struct dated		 dated;
	struct scratch		 scratch;
	struct buf		 refs;
	struct extracts		*extracts;
	struct checkpoint	*log;
	bool			 muted;
	bool			 list;
	/* The find that was written last: its name and hash. */
	char			 name[EXTRACTS_NAME];
	char			 hex[DIGEST_HEX];
	enum rc			 rc;
	struct err		 err;
};

struct finds *
finds_open(struct found *found)
{
	struct finds *f = mem_alloc(1, sizeof(*f));

	f->found = found;
	scratch_open(&f->scratch);
	buf_init(&f->refs, REFS_MAX);
	return f;
}

void
finds_close(struct finds *f)
{
	if (f == NULL)
		return;
	claims_free(&f->claims);
	claims_free(&f->allocated);
	dated_free(&f->dated);
	scratch_close(&f->scratch);
	buf_free(&f->refs);
	mem_free(f);
}

void
finds_files(struct finds *f, struct extracts *x, bool list)
{
	f->extracts = x;
	f->list = list;
}

void
finds_log(struct finds *f, struct checkpoint *log)
{
	f->log = log;
	found_log(f->found, log);
}

struct checkpoint *
finds_checkpoint(const struct finds *f)
{
	return f->log;
}

void
finds_mute(struct finds *f, bool muted)
{
	f->muted = muted;
}

struct finds_count *
finds_counts(struct finds *f)
{
	return f->count;
}

void
finds_restore(struct finds *f, enum checkpoint_kind kind, struct slice s)
{
	struct claim c;

	if (kind == CHECKPOINT_RECORD && f->rc == RC_OK)
		f->rc = found_restore(f->found, s, &f->err);
	if (kind != CHECKPOINT_CLAIM || s.len != sizeof(c))
		return;
	memcpy(&c, s.ptr, sizeof(c));
	if (c.class < FIND_N && c.end > c.off)
		claims_add(&f->claims, c.off, c.end - c.off, c.class);
}

struct extracts *
finds_extracts(const struct finds *f)
{
	return f->extracts;
}

struct scratch *
finds_scratch(struct finds *f)
{
	return &f->scratch;
}

void
finds_image(struct finds *f, struct finds_count *count)
{
	claims_free(&f->claims);
	claims_free(&f->allocated);
	dated_reset(&f->dated);
	f->count = count;
}

struct dated *
finds_dated(struct finds *f)
{
	return &f->dated;
}

enum rc
finds_state(const struct finds *f, struct err *e)
{
	*e = f->err;
	return f->rc;
}

const struct claims *
finds_claims(const struct finds *f)
{
	return &f->claims;
}

const struct claims *
finds_allocated(const struct finds *f)
{
	return &f->allocated;
}

void
find_allocated(const struct stream *s, uint64_t off, uint64_t len)
{
	claims_add(&s->finds->allocated, off, len, 0);
}

void
find_doubt(const struct stream *s)
{
	s->finds->count->doubts++;
}

void
find_demote(const struct stream *s, uint64_t off, uint64_t len)
{
	found_demote(s->finds->found, s->src, off, len);
}

static void
set_num(struct rec *r, enum field f, unsigned char num[NUM_MAX], uint64_t v)
{
	if (!rec_has(r, f))
		rec_set(r, f, slice_of(num, num_u64(num, v)));
}

/* The partition that holds off, and where in it. */
static void
set_volume(const struct stream *s, struct rec *r, uint64_t off,
    unsigned char num[2][NUM_MAX])
{
	const struct partition *p =
	    s->depth > 0 ? NULL : partition_at(s->part, s->npart, off);

	if (p == NULL)
		return;
	set_num(r, F_VOLUME, num[0], p->number);
	set_num(r, F_VOLUME_OFF, num[1], off - p->off);
}

/* The pieces as OFF+LEN, as many as fit. */
static struct slice
refs(struct finds *f, const struct find *find)
{
	f->refs.len = 0;
	for (size_t i = 0; i < find->n; i++) {
		if (f->refs.len + 2 * NUM_MAX > REFS_MAX)
			break;
		if (i > 0)
			(void)buf_addc(&f->refs, ' ');
		(void)buf_addu(&f->refs, find->piece[i].off);
		(void)buf_addc(&f->refs, '+');
		(void)buf_addu(&f->refs, find->piece[i].len);
	}
	return buf_slice(&f->refs);
}

/* When it was, as far as the record says. */
static bool
time_of(const struct rec *r, int64_t *sec, uint32_t *nsec)
{
	static const enum field key[] = { F_TIME, F_MTIME, F_CREATED };
	unsigned int digits;

	for (size_t i = 0; i < sizeof(key) / sizeof(key[0]); i++)
		if (rec_has(r, key[i]))
			return caltime_parse(
			    rec_get(r, key[i]), sec, nsec, &digits);
	return false;
}

/* Its pieces, one behind the other, in a file of their own. */
static void
extract(const struct stream *s, const struct find *find)
{
	struct finds *f = s->finds;
	unsigned char *buf;

	f->hex[0] = '\0';
	if (!extracts_begin(f->extracts, find->class, find->piece[0].off))
		return;
	buf = mem_alloc(COPY, 1);
	for (size_t i = 0; i < find->n; i++) {
		uint64_t off = find->piece[i].off, left = find->piece[i].len;

		while (left > 0) {
			size_t n = stream_read(
			    s, off, buf, left < COPY ? (size_t)left : COPY);

			if (n == 0)
				break;
			extracts_put(f->extracts, slice_of(buf, n));
			off += n;
			left -= n;
		}
	}
	mem_free(buf);
	if (!extracts_end(f->extracts, f->hex))
		f->hex[0] = '\0';
}

/* Where a find in the image was or would be written. */
static void
set_extract(const struct finds *f, const struct find *find, struct rec *r,
    char name[EXTRACTS_NAME])
{
	struct slice own;

	if (find->n == 0 || (f->extracts == NULL && !f->list))
		return;
	own = extracts_name(name, find->class, find->piece[0].off);
	rec_set(r, F_EXTRACT, own);
	if (f->extracts == NULL || !slice_is(own, f->name) ||
	    f->hex[0] == '\0' || find->class == FIND_GZIP)
		return;
	if (!rec_has(r, F_SHA256))
		rec_set(r, F_SHA256, slice_cstr(f->hex));
	if (!rec_has(r, F_MAGIC) && extracts_type(f->extracts).len > 0)
		rec_set(r, F_MAGIC, extracts_type(f->extracts));
}

bool
find_record(
    const struct stream *s, const struct find *find, const struct rec *given)
{
	struct finds *f = s->finds;
	struct rec copy = *given, *r = &copy;
	unsigned char num[4][NUM_MAX];
	struct found_time when = { .known = false };
	char name[EXTRACTS_NAME];
	uint64_t len = 0;

	for (size_t i = 0; i < find->n; i++)
		len += find->piece[i].len;
	if (!rec_has(r, F_SRC))
		rec_set(r, F_SRC, s->src);
	if (!rec_has(r, F_OFF) && find->n > 0) {
		set_num(r, F_OFF, num[0], find->piece[0].off);
		set_num(r, F_LEN, num[1], len);
		set_volume(s, r, find->piece[0].off, num + 2);
		if (find->n > 1 && !rec_has(r, F_REFS))
			rec_set(r, F_REFS, refs(f, find));
	}
	if (s->depth == 0)
		set_extract(f, find, r, name);
	if (!rec_has(r, F_CONFIDENCE))
		rec_set(r, F_CONFIDENCE, logrun_word[find->confidence]);
	when.known = time_of(r, &when.sec, &when.nsec);
	when.confidence = find->confidence;
	if (f->rc == RC_OK && !f->muted)
		f->rc = found_record(f->found, r, &when, &f->err);
	return f->rc == RC_OK;
}

/* A record of a find whose finder makes none. */
static void
list(const struct stream *s, const struct find *find)
{
	struct rec r;

	rec_clear(&r);
	rec_set(&r, F_TYPE, SLICE("file"));
	rec_set(&r, F_FORMAT, slice_cstr(find_name[find->class]));
	(void)find_record(s, find, &r);
}

static void
claim(struct finds *f, enum find_class class, const struct find_piece *p)
{
	struct claim c = { 0 };

	claims_add(&f->claims, p->off, p->len, class);
	if (f->log == NULL)
		return;
	c.off = p->off;
	c.end = p->len > UINT64_MAX - p->off ? UINT64_MAX : p->off + p->len;
	c.class = class;
	checkpoint_put(f->log, CHECKPOINT_CLAIM, slice_of(&c, sizeof(c)),
	    slice_of(NULL, 0));
}

void
find_claim(const struct stream *s, const struct find *find)
{
	struct finds *f = s->finds;

	if (f->muted)
		return;
	f->count->found[find->class]++;
	if (s->depth > 0 || find->n == 0)
		return;
	for (size_t i = 0; i < find->n; i++)
		claim(f, find->class, &find->piece[i]);
	(void)extracts_name(f->name, find->class, find->piece[0].off);
	if (f->extracts != NULL && find->class != FIND_GZIP)
		extract(s, find);
	if (f->list && (find->class == FIND_LOG || find->class == FIND_GZIP))
		list(s, find);
}

bool
find_line(const struct stream *s, const struct logrun_line *l)
{
	struct finds *f = s->finds;
	unsigned char num[2][NUM_MAX];

	if (f->muted)
		return true;
	f->count->line[l->event->class]++;
	set_volume(s, &l->event->rec, l->event->off, num);
	if (f->rc == RC_OK)
		f->rc = found_put(f->found, l, &f->err);
	return f->rc == RC_OK;
}
