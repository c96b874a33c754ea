#include "source/queueparts.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "fmt/mime.h"
#include "io/magictype.h"
#include "io/newfile.h"
#include "io/sandbox.h"

#define NAME	192	/* of an extract */
#define KNOWN	256	/* latest parts whose type is remembered */
#define TYPE_MAX	96

/* What libmagic said of a part: pictures and notices come again and again. */
struct known {
	char		 sha256[DIGEST_HEX];
	unsigned char	 type[TYPE_MAX];
	size_t		 len;
};

/* A part that is being read. */
struct open {
	struct digest	*digest;
	struct buf	 head;		/* for libmagic */
	uint64_t	 size;
	uint64_t	 jumps;		/* of the walk when it began */
	bool		 damaged;
	int		 fd;		/* of its extract, or -1 */
	char		 name[NAME];
};

struct queueparts {
	struct magictype	*magic;
	int			 dir;		/* or -1 */
	uint64_t		 n;		/* messages */
	enum rc			 rc;		/* of writing extracts */
	struct err		 err;
	struct open		 open[MIME_DEPTH];
	struct known		 known[KNOWN];
	/* The message at hand. */
	struct queuefile	 walk;
	struct queuerecord	*x;
	const struct queuefacts	*facts;
	queuerecord_fn		*fn;
	void			*arg;
	bool			 stopped;
};

enum rc
queueparts_open(struct queueparts **out, const char *dir, struct err *e)
{
	struct queueparts *p = mem_alloc(1, sizeof(*p));
	enum rc rc = magictype_open(&p->magic, e);

	p->dir = -1;
	if (rc == RC_OK && dir != NULL) {
		if (mkdir(dir, 0700) == -1)
			rc = err_fail(e, "mkdir");
		else if ((p->dir = open(dir, O_RDONLY | O_DIRECTORY |
		    O_NOFOLLOW | O_CLOEXEC)) == -1)
			rc = err_fail(e, "open");
	}
	if (rc != RC_OK) {
		magictype_close(p->magic);
		mem_free(p);
		return rc;
	}
	if (p->dir != -1)
		sandbox_allow_new(p->dir);
	for (unsigned int i = 0; i < MIME_DEPTH; i++)
		buf_init(&p->open[i].head, MAGICTYPE_BYTES);
	*out = p;
	return RC_OK;
}

static void
fail(struct queueparts *p, enum rc rc, const struct err *e)
{
	if (p->rc != RC_OK)
		return;
	p->rc = rc;
	p->err = *e;
}

/* A new file for the part; a queue ID has letters and digits only. */
static void
extract(struct queueparts *p, struct open *o, struct slice number)
{
	struct slice qid = p->x->path.qid;
	struct err e;

	o->fd = -1;
	o->name[0] = '\0';
	if (p->dir == -1 || p->rc != RC_OK)
		return;
	(void)snprintf(o->name, sizeof(o->name), "%06llu-%.*s-%.*s",
	    (unsigned long long)p->n, qid.ptr == NULL ? 4 : (int)qid.len,
	    qid.ptr == NULL ? "NOID" : (const char *)qid.ptr,
	    (int)number.len, number.ptr);
	o->fd = openat(p->dir, o->name, O_WRONLY | O_CREAT | O_EXCL |
	    O_NOFOLLOW | O_CLOEXEC, 0600);
	if (o->fd == -1)
		fail(p, err_fail(&e, "open"), &e);
}

static void
begin(void *arg, const struct mime_part *part)
{
	struct queueparts *p = arg;
	struct open *o = &p->open[part->level];

	o->digest = digest_start(-1, false, 0);
	o->head.len = 0;
	o->size = 0;
	o->jumps = p->walk.jumps;
	o->damaged = false;
	extract(p, o, part->number);
}

static void
data(void *arg, unsigned int level, struct slice s)
{
	struct queueparts *p = arg;
	struct open *o = &p->open[level];
	struct err e;

	digest_add(o->digest, s);
	(void)buf_add(&o->head, slice_sub(s, 0, MAGICTYPE_BYTES -
	    o->head.len));
	if (o->fd != -1) {
		enum rc rc = newfile_pwrite(o->fd, s.ptr, s.len, o->size, &e);

		if (rc != RC_OK)
			fail(p, rc, &e);
	}
	o->size += s.len;
}

/* The type of a part: the same bytes are looked at once. */
static struct slice
type_of(struct queueparts *p, const struct open *o, const char *hex)
{
	struct known *k = &p->known[hash_bytes(slice_cstr(hex), 0) % KNOWN];
	struct slice type;

	if (k->len > 0 && memcmp(k->sha256, hex, DIGEST_HEX) == 0)
		return slice_of(k->type, k->len);
	type = magictype_of(p->magic, buf_slice(&o->head));
	k->len = 0;
	if (type.len > 0 && type.len <= TYPE_MAX) {
		memcpy(k->sha256, hex, DIGEST_HEX);
		memcpy(k->type, type.ptr, type.len);
		k->len = type.len;
	}
	return type;
}

static void
end(void *arg, const struct mime_part *part)
{
	struct queueparts *p = arg;
	struct open *o = &p->open[part->level];
	char hex[DIGEST_HEX];
	struct queuepart r = { .number = part->number, .type = part->type,
		.name = part->name, .has_name = part->has_name,
		.whole = part->whole && !o->damaged, .size = o->size,
		.off = part->from };
	struct err e;

	if (digest_done(o->digest, hex)) {
		r.sha256 = slice_of(hex, DIGEST_HEX - 1);
		r.magic = type_of(p, o, hex);
	} else
		r.magic = magictype_of(p->magic, buf_slice(&o->head));
	if (o->jumps == p->walk.jumps && part->to > part->from)
		r.len = part->to - part->from;
	if (o->fd != -1) {
		if (close(o->fd) == -1)
			fail(p, err_fail(&e, "close"), &e);
		r.extract = slice_cstr(o->name);
	}
	if (!p->stopped && !queuerecord_part(p->x, p->facts, &r, p->fn,
	    p->arg))
		p->stopped = true;
}

/* A text record, the data of which may be longer than it gives at once. */
static void
text(struct queueparts *p, struct mime *m, const struct queuefile_rec *r)
{
	const struct queuefile_src *src = p->walk.src;
	uint64_t off = r->off + r->head, stop = off + r->len;
	struct slice s = r->data;

	for (;;) {
		bool last = s.len == 0 || stop - off <= s.len;

		mime_line(m, s, last && r->type == 'N', r->off, stop);
		if (last)
			return;
		off += s.len;
		s = slice_sub(src->at(src->arg, src->base + off,
		    QUEUEFILE_DATA), 0, stop - off < QUEUEFILE_DATA ?
		    (size_t)(stop - off) : QUEUEFILE_DATA);
	}
}

static void
lost(struct queueparts *p)
{
	for (unsigned int i = 0; i < MIME_DEPTH; i++)
		p->open[i].damaged = true;
}

bool
queueparts_write(struct queueparts *p, const struct queuefile_src *src,
    struct queuerecord *x, const struct queuefacts *f, queuerecord_fn *fn,
    void *arg)
{
	const struct mime_fn calls = { begin, data, end, p };
	struct queuefile_rec r;
	enum queuefile_item item;
	bool over = false, any = false;
	struct mime m;

	p->x = x;
	p->facts = f;
	p->fn = fn;
	p->arg = arg;
	p->stopped = false;
	p->n++;
	mime_init(&m, &calls);
	queuefile_init(&p->walk, src);
	while (!over && !p->stopped &&
	    (item = queuefile_next(&p->walk, &r)) != QUEUEFILE_END) {
		if (item == QUEUEFILE_LOSS || r.cut)
			lost(p);
		if (item == QUEUEFILE_LOSS || r.segment != QUEUE_CONTENT ||
		    r.stray)
			continue;
		over = r.type == 'X';
		if (r.type != 'N' && r.type != 'L')
			continue;
		any = true;
		text(p, &m, &r);
	}
	if (any)
		mime_end(&m, over);
	queuefile_free(&p->walk);
	mime_free(&m);
	return !p->stopped;
}

enum rc
queueparts_close(struct queueparts *p, struct err *e)
{
	enum rc rc = p->rc;

	*e = p->err;
	if (p->dir != -1)
		(void)close(p->dir);
	for (unsigned int i = 0; i < MIME_DEPTH; i++)
		buf_free(&p->open[i].head);
	magictype_close(p->magic);
	mem_free(p);
	return rc;
}
