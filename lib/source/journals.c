#include "source/journals.h"

#include <errno.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/num.h"
#include "fmt/journald.h"
#include "io/readat.h"
#include "io/sniff.h"

struct journals {
	struct journalfile_src src;
	struct journalfile *file;
	bool all;
	int fd;
	uint64_t base;
	struct err err; /* a read failed, or the stream did */
	enum rc rc;	/* how; RC_OK: not, or it was told */
	struct buf memory;
	struct journals_text text;
};

/* Bytes of a stored file. */
static size_t
read_file(void *arg, uint64_t off, void *buf, size_t n)
{
	struct journals *j = arg;
	size_t len;
	int sys;

	if (n > j->src.size - off)
		n = (size_t)(j->src.size - off);
	len = readat(j->fd, buf, n, j->base + off, &sys);
	if (sys != 0) {
		errno = sys;
		j->rc = err_fail(&j->err, "cannot read");
	}
	return len;
}

/* Bytes in memory. */
static size_t
read_memory(void *arg, uint64_t off, void *buf, size_t n)
{
	const struct journals *j = arg;
	struct slice s = slice_sub(buf_slice(&j->memory), (size_t)off, n);

	if (s.len > 0)
		memcpy(buf, s.ptr, s.len);
	return s.len;
}

size_t
journals_words(unsigned int flaws, struct slice word[JOURNALS_WORDS])
{
	size_t n = 0;

	if ((flaws & JOURNALFILE_BAD_HASH) != 0)
		word[n++] = SLICE("bad-hash");
	if ((flaws & JOURNALFILE_LOST) != 0)
		word[n++] = SLICE("fields-lost");
	if ((flaws & JOURNALFILE_UNLINKED) != 0)
		word[n++] = SLICE("unlinked");
	return n;
}

/* As much as decides is at hand: the reader has looked at it as well. */
_Static_assert(SNIFF_LEN >= JOURNALOBJ_HEADER, "a journal's header is seen");

bool
journals_here(struct reader *r)
{
	struct journal_header header;
	uint64_t off;
	bool eof;

	return journalobj_header(reader_window(r, &off, &eof), &header);
}

/* Take all of a stream. */
static void
load(struct journals *j, struct reader *r)
{
	struct slice w;
	uint64_t off;
	bool eof;

	buf_init(&j->memory, JOURNALS_MEMORY);
	do {
		w = reader_window(r, &off, &eof);
		if (!buf_add(&j->memory, w)) {
			j->rc = err_damaged(&j->err, off,
			    "a journal that "
			    "large can only be read as a file of its own: "
			    "unpack it; the rest is left out");
			break;
		}
		reader_consume(r, w.len);
		j->rc = eof ? RC_END : reader_more(r, &j->err);
	} while (j->rc == RC_OK);
	if (j->rc == RC_END)
		j->rc = RC_OK;
	/* What could not be added any more is read by nobody else. */
	do {
		w = reader_window(r, &off, &eof);
		reader_consume(r, w.len);
	} while (!eof && reader_more(r, NULL) == RC_OK);
}

void
journals_again(struct journals *j)
{
	journalfile_close(j->file);
	j->file = journalfile_open(&j->src, j->all ? NULL : journald_wants);
}

uint64_t
journals_solid(const struct journals *j)
{
	return j->file == NULL ? 0 : journalfile_solid(j->file);
}

uint64_t
journals_spent(const struct journals *j)
{
	return j->file == NULL ? 0 : journalfile_spent(j->file);
}

static struct journals *
begin(bool all)
{
	struct journals *j = mem_alloc(1, sizeof(*j));

	*j = (struct journals){ .all = all, .fd = -1, .rc = RC_OK };
	j->src.arg = j;
	return j;
}

/* n bytes of a descriptor from `base` on. */
static struct journals *
stored(int fd, uint64_t base, uint64_t n, bool all)
{
	struct journals *j = begin(all);

	j->fd = fd;
	j->base = base;
	j->src.size = n;
	j->src.read = read_file;
	journals_again(j);
	return j;
}

struct journals *
journals_of(const struct journalfile_src *src, bool all)
{
	struct journals *j = begin(all);

	j->src = *src;
	journals_again(j);
	if (j->file != NULL)
		return j;
	journals_close(j);
	return NULL;
}

struct journals *
journals_open(struct reader *r, bool all)
{
	struct journals *j;
	uint64_t base, size;
	int fd;

	if (reader_stored(r, &fd, &base, &size))
		return stored(fd, base, size, all);
	j = begin(all);
	load(j, r);
	j->src.size = j->memory.len;
	j->src.read = read_memory;
	journals_again(j);
	return j;
}

void
journals_close(struct journals *j)
{
	if (j == NULL)
		return;
	journalfile_close(j->file);
	buf_free(&j->memory);
	mem_free(j);
}

/* NAME=number, as a field of its own. */
static struct slice
own_field(unsigned char *dst, struct slice name, uint64_t v)
{
	memcpy(dst, name.ptr, name.len);
	return slice_of(dst, name.len + num_u64(dst + name.len, v));
}

void
journals_frame(struct journals_text *t, const struct journalfile_entry *e,
    struct frame *fr)
{
	t->field[0] = own_field(
	    t->own[0], SLICE("__REALTIME_TIMESTAMP="), e->head.realtime);
	t->field[1] = own_field(t->own[1], SLICE("__SEQNUM="), e->head.seqnum);
	if (e->nfield > 0)
		memcpy(t->field + JOURNALS_OWN, e->field,
		    e->nfield * sizeof(*t->field));
	*fr = (struct frame){ .kind = FRAMING_JOURNAL };
	journald_fields(t->field, e->nfield + JOURNALS_OWN, fr);
	fr->line = fr->text;
}

enum rc
journals_next(struct journals *j, struct frame *fr, struct journals_place *p,
    struct err *e)
{
	struct journalfile_entry entry;
	enum rc rc =
	    j->file == NULL ? RC_END : journalfile_next(j->file, &entry, e);

	if (rc != RC_OK && j->rc != RC_OK) {
		rc = j->rc;
		*e = j->err;
		j->rc = RC_OK;
		if (rc == RC_FAIL) {
			journalfile_close(j->file);
			j->file = NULL;
		}
		return rc;
	}
	if (rc != RC_OK)
		return rc;
	*p = (struct journals_place){ entry.off, entry.len, entry.flaws };
	journals_frame(&j->text, &entry, fr);
	return RC_OK;
}

bool
journals_quote(struct journals *j, uint64_t off, uint64_t len, struct buf *b)
{
	struct journalfile_entry e;

	return j->file != NULL && journalfile_at(j->file, off, &e) &&
	    e.len == len && journalfile_export(j->file, &e, b);
}
