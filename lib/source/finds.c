#include "source/finds.h"

#include "base/caltime.h"
#include "base/mem.h"
#include "base/num.h"

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
	struct buf		 refs;
	enum rc			 rc;
	struct err		 err;
};

struct finds *
finds_open(struct found *found)
{
	struct finds *f = mem_alloc(1, sizeof(*f));

	f->found = found;
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
	buf_free(&f->refs);
	mem_free(f);
}

void
finds_image(struct finds *f, struct finds_count *count)
{
	claims_free(&f->claims);
	claims_free(&f->allocated);
	f->count = count;
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
find_claim(const struct stream *s, const struct find *find)
{
	struct finds *f = s->finds;

	f->count->found[find->class]++;
	for (size_t i = 0; s->depth == 0 && i < find->n; i++)
		claims_add(&f->claims, find->piece[i].off, find->piece[i].len,
		    find->class);
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

bool
find_record(
    const struct stream *s, const struct find *find, const struct rec *given)
{
	struct finds *f = s->finds;
	struct rec copy = *given, *r = &copy;
	unsigned char num[4][NUM_MAX];
	struct found_time when = { .known = false };
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
	if (!rec_has(r, F_CONFIDENCE))
		rec_set(r, F_CONFIDENCE, logrun_word[find->confidence]);
	when.known = time_of(r, &when.sec, &when.nsec);
	when.confidence = find->confidence;
	if (f->rc == RC_OK)
		f->rc = found_record(f->found, r, &when, &f->err);
	return f->rc == RC_OK;
}

bool
find_line(const struct stream *s, const struct logrun_line *l)
{
	struct finds *f = s->finds;
	unsigned char num[2][NUM_MAX];

	f->count->line[l->event->class]++;
	set_volume(s, &l->event->rec, l->event->off, num);
	if (f->rc == RC_OK)
		f->rc = found_put(f->found, l, &f->err);
	return f->rc == RC_OK;
}
