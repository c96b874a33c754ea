#include "io/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

/*
 * In memory and in the file an entry is its length (4 bytes, little-endian),
 * the key, and the bytes.
 */
#define HEAD		4
#define LEAST		((size_t)64 * 1024)	/* first allocation */
#define OUT_SIZE	((size_t)64 * 1024)	/* what is written at once */
#define READ_LEAST	((size_t)4096)		/* read-ahead of one run */

struct run {
	uint64_t	 off;
	uint64_t	 len;
};

/* A run that is being read back. */
struct reading {
	unsigned char	*ptr;
	size_t		 pos;		/* of the entry at hand */
	size_t		 len;		/* bytes in ptr */
	size_t		 cap;
	uint64_t	 off;		/* of what is next in the file */
	uint64_t	 left;		/* bytes there */
};

struct spool {
	size_t		 key_len;
	size_t		 memory;
	int		 fd;
	int		 sys;		/* why fd is -1 */

	unsigned char	*mem;		/* entries one after another */
	size_t		 len, cap;
	size_t		 n;
	unsigned char  **sorted;
	size_t		 pos;		/* the next of sorted */

	struct run	*run;
	size_t		 nrun, caprun;
	uint64_t	 end;		/* of the file */
	unsigned char	*out;
	size_t		 outlen;

	struct reading	*heap[SPOOL_FANIN];
	struct reading	 reading[SPOOL_FANIN];
	size_t		 nheap;
	bool		 merging;
	bool		 advance;	/* the top has been handed out */
};

static size_t
entry_len(const unsigned char *p)
{
	return (size_t)p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 |
	    (size_t)p[3] << 24;
}

/* Bytes of the whole entry. */
static size_t
entry_size(const struct spool *s, const unsigned char *p)
{
	return HEAD + s->key_len + entry_len(p);
}

/* An unlinked file that only we can read. */
int
spool_temp(void)
{
	const char *dir = getenv("TMPDIR");
	char path[4096];
	int fd, n;

	if (dir == NULL || dir[0] == '\0')
		dir = "/tmp";
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600);
	if (fd != -1)
		return fd;
	n = snprintf(path, sizeof(path), "%s/postmortem.XXXXXX", dir);
	if (n < 0 || (size_t)n >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd != -1)
		(void)unlink(path);
	return fd;
}

struct spool *
spool_open(size_t key_len, size_t memory)
{
	struct spool *s = mem_alloc(1, sizeof(*s));

	s->key_len = key_len;
	s->memory = memory;
	s->fd = spool_temp();
	s->sys = s->fd == -1 ? errno : 0;
	return s;
}

void
spool_close(struct spool *s)
{
	if (s == NULL)
		return;
	if (s->fd != -1)
		(void)close(s->fd);
	for (size_t i = 0; i < SPOOL_FANIN; i++)
		mem_free(s->reading[i].ptr);
	mem_free(s->mem);
	mem_free(s->sorted);
	mem_free(s->run);
	mem_free(s->out);
	mem_free(s);
}

bool
spool_spilled(const struct spool *s)
{
	return s->end > 0;
}

/* Write all of it at the end of the file. */
static enum rc
write_all(struct spool *s, const unsigned char *p, size_t len, struct err *e)
{
	while (len > 0) {
		ssize_t n = pwrite(s->fd, p, len, (off_t)s->end);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_fail(e, "cannot write");
		p += n;
		len -= (size_t)n;
		s->end += (uint64_t)n;
	}
	return RC_OK;
}

static enum rc
flush(struct spool *s, struct err *e)
{
	size_t len = s->outlen;

	s->outlen = 0;
	return write_all(s, s->out, len, e);
}

/* Append an entry to the run that is being written. */
static enum rc
write_entry(struct spool *s, const unsigned char *p, size_t size,
    struct err *e)
{
	enum rc rc;

	if (size > OUT_SIZE - s->outlen && (rc = flush(s, e)) != RC_OK)
		return rc;
	if (size > OUT_SIZE)
		return write_all(s, p, size, e);
	memcpy(s->out + s->outlen, p, size);
	s->outlen += size;
	return RC_OK;
}

static enum rc
run_begin(struct spool *s, struct err *e)
{
	if (s->fd == -1) {
		errno = s->sys;
		return err_fail(e, "cannot open a file in TMPDIR");
	}
	if (s->out == NULL)
		s->out = mem_alloc(OUT_SIZE, 1);
	if (s->nrun == s->caprun) {
		size_t cap = s->caprun == 0 ? 64 : s->caprun * 2;

		s->run = mem_grow(s->run, s->caprun, cap, sizeof(*s->run));
		s->caprun = cap;
	}
	s->run[s->nrun].off = s->end;
	return RC_OK;
}

static enum rc
run_end(struct spool *s, struct err *e)
{
	enum rc rc = flush(s, e);

	if (rc != RC_OK)
		return rc;
	s->run[s->nrun].len = s->end - s->run[s->nrun].off;
	s->nrun++;
	return RC_OK;
}

/* Order of two entries in memory; the earlier one stands lower there. */
static int
compare(const void *a, const void *b, void *arg)
{
	const unsigned char *p = *(unsigned char *const *)a;
	const unsigned char *q = *(unsigned char *const *)b;
	const struct spool *s = arg;
	int c = memcmp(p + HEAD, q + HEAD, s->key_len);

	if (c != 0)
		return c;
	return p < q ? -1 : p > q;
}

static void
sort_memory(struct spool *s)
{
	size_t pos = 0;

	s->sorted = mem_alloc(s->n == 0 ? 1 : s->n, sizeof(*s->sorted));
	for (size_t i = 0; i < s->n; i++) {
		s->sorted[i] = s->mem + pos;
		pos += entry_size(s, s->mem + pos);
	}
	qsort_r(s->sorted, s->n, sizeof(*s->sorted), compare, s);
}

/* Write what is in memory as a sorted run. */
static enum rc
spill(struct spool *s, struct err *e)
{
	enum rc rc;

	if (s->n == 0)
		return RC_OK;
	if ((rc = run_begin(s, e)) != RC_OK)
		return rc;
	sort_memory(s);
	for (size_t i = 0; i < s->n && rc == RC_OK; i++)
		rc = write_entry(s, s->sorted[i], entry_size(s, s->sorted[i]),
		    e);
	mem_free(s->sorted);
	s->sorted = NULL;
	s->n = s->len = 0;
	return rc == RC_OK ? run_end(s, e) : rc;
}

/* Room for size more bytes of entries. */
static void
grow(struct spool *s, size_t size)
{
	size_t cap = s->cap < LEAST ? LEAST : s->cap;

	if (size <= s->cap - s->len)
		return;
	while (cap - s->len < size)
		cap *= 2;
	/* No more than may be used, unless one entry alone needs it. */
	if (cap > s->memory)
		cap = s->memory > s->len + size ? s->memory : s->len + size;
	s->mem = mem_grow(s->mem, s->cap, cap, 1);
	s->cap = cap;
}

enum rc
spool_put(struct spool *s, const unsigned char *key, struct slice v,
    struct err *e)
{
	size_t size = HEAD + s->key_len + v.len;
	unsigned char *p;
	enum rc rc;

	if (v.len > SPOOL_ENTRY)
		return err_damaged(e, 0, "too large to be sorted");
	/* An array to sort, and what qsort_r needs beside it. */
	if (s->len + size + (s->n + 1) * 2 * sizeof(void *) > s->memory &&
	    (rc = spill(s, e)) != RC_OK)
		return rc;
	grow(s, size);
	p = s->mem + s->len;
	for (unsigned int i = 0; i < HEAD; i++)
		p[i] = (unsigned char)(v.len >> (8 * i) & 0xff);
	memcpy(p + HEAD, key, s->key_len);
	if (v.len > 0)
		memcpy(p + HEAD + s->key_len, v.ptr, v.len);
	s->len += size;
	s->n++;
	return RC_OK;
}

/* Have at least want bytes at pos, if the run has them. */
static enum rc
fill(struct spool *s, struct reading *r, size_t want, struct err *e)
{
	if (r->len - r->pos >= want)
		return RC_OK;
	if (r->pos > 0) {
		memmove(r->ptr, r->ptr + r->pos, r->len - r->pos);
		r->len -= r->pos;
		r->pos = 0;
	}
	if (want > r->cap) {
		r->ptr = mem_grow(r->ptr, r->cap, want, 1);
		r->cap = want;
	}
	while (r->len < r->cap && r->left > 0) {
		size_t ask = r->cap - r->len;
		ssize_t n;

		if (ask > r->left)
			ask = (size_t)r->left;
		n = pread(s->fd, r->ptr + r->len, ask, (off_t)r->off);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			if (n == 0)
				errno = EIO;
			return err_fail(e, "cannot read back");
		}
		r->len += (size_t)n;
		r->off += (uint64_t)n;
		r->left -= (uint64_t)n;
	}
	return RC_OK;
}

/* Make the entry at pos whole in memory; RC_END after the last. */
static enum rc
load(struct spool *s, struct reading *r, struct err *e)
{
	size_t size = HEAD + s->key_len;
	enum rc rc;

	if ((rc = fill(s, r, size, e)) != RC_OK)
		return rc;
	if (r->len == r->pos)
		return RC_END;
	if (r->len - r->pos >= size) {
		size = entry_size(s, r->ptr + r->pos);
		if ((rc = fill(s, r, size, e)) != RC_OK)
			return rc;
	}
	if (r->len - r->pos < size) {
		errno = EIO;
		return err_fail(e, "cannot read back");
	}
	return RC_OK;
}

/* The run that stands first; of equal keys the one written earlier. */
static bool
before(const struct spool *s, const struct reading *a, const struct reading *b)
{
	int c = memcmp(a->ptr + a->pos + HEAD, b->ptr + b->pos + HEAD,
	    s->key_len);

	return c != 0 ? c < 0 : a < b;
}

/* Let the run at i sink to its place. */
static void
sink(struct spool *s, size_t i)
{
	for (;;) {
		size_t least = i, l = 2 * i + 1;
		struct reading *r;

		for (size_t c = l; c < l + 2 && c < s->nheap; c++)
			if (before(s, s->heap[c], s->heap[least]))
				least = c;
		if (least == i)
			return;
		r = s->heap[i];
		s->heap[i] = s->heap[least];
		s->heap[least] = r;
		i = least;
	}
}

/* Begin to merge n runs from first on. */
static enum rc
merge_begin(struct spool *s, size_t first, size_t n, struct err *e)
{
	size_t share = s->memory / (n + 1);

	if (share < READ_LEAST)
		share = READ_LEAST;
	s->nheap = 0;
	for (size_t i = 0; i < n; i++) {
		struct reading *r = &s->reading[i];
		enum rc rc;

		mem_free(r->ptr);
		*r = (struct reading){ .off = s->run[first + i].off,
		    .left = s->run[first + i].len,
		    .ptr = mem_alloc(share, 1), .cap = share };
		rc = load(s, r, e);
		if (rc == RC_FAIL)
			return rc;
		if (rc == RC_OK)
			s->heap[s->nheap++] = r;
	}
	for (size_t i = s->nheap; i-- > 0;)
		sink(s, i);
	s->merging = true;
	s->advance = false;
	return RC_OK;
}

/* The next entry of the merge. */
static enum rc
merge_next(struct spool *s, const unsigned char **p, struct err *e)
{
	if (s->advance && s->nheap > 0) {
		struct reading *r = s->heap[0];
		enum rc rc;

		r->pos += entry_size(s, r->ptr + r->pos);
		rc = load(s, r, e);
		if (rc == RC_FAIL)
			return rc;
		if (rc == RC_END)
			s->heap[0] = s->heap[--s->nheap];
		sink(s, 0);
	}
	s->advance = false;
	if (s->nheap == 0)
		return RC_END;
	*p = s->heap[0]->ptr + s->heap[0]->pos;
	s->advance = true;
	return RC_OK;
}

/* Merge runs, neighbours always, until few enough are left. */
static enum rc
reduce(struct spool *s, struct err *e)
{
	while (s->nrun > SPOOL_FANIN) {
		size_t old = s->nrun, kept = 0;

		for (size_t i = 0; i < old; i += SPOOL_FANIN) {
			size_t n = old - i < SPOOL_FANIN ? old - i : SPOOL_FANIN;
			const unsigned char *p;
			struct run made;
			enum rc rc;

			if ((rc = merge_begin(s, i, n, e)) != RC_OK ||
			    (rc = run_begin(s, e)) != RC_OK)
				return rc;
			while ((rc = merge_next(s, &p, e)) == RC_OK)
				if ((rc = write_entry(s, p, entry_size(s, p),
				    e)) != RC_OK)
					break;
			if (rc != RC_END || (rc = run_end(s, e)) != RC_OK)
				return rc;
			made = s->run[--s->nrun];
			s->run[kept++] = made;
		}
		s->nrun = kept;
	}
	return RC_OK;
}

enum rc
spool_sort(struct spool *s, struct err *e)
{
	enum rc rc;

	if (s->nrun == 0) {
		sort_memory(s);
		return RC_OK;
	}
	if ((rc = spill(s, e)) != RC_OK)
		return rc;
	mem_free(s->mem);
	s->mem = NULL;
	s->cap = 0;
	if ((rc = reduce(s, e)) != RC_OK)
		return rc;
	return merge_begin(s, 0, s->nrun, e);
}

enum rc
spool_next(struct spool *s, const unsigned char **key, struct slice *v,
    struct err *e)
{
	const unsigned char *p;
	enum rc rc;

	if (s->merging) {
		if ((rc = merge_next(s, &p, e)) != RC_OK)
			return rc;
	} else {
		if (s->pos == s->n)
			return RC_END;
		p = s->sorted[s->pos++];
	}
	*key = p + HEAD;
	*v = slice_of(p + HEAD + s->key_len, entry_len(p));
	return RC_OK;
}

void
spool_i64(unsigned char dst[SPOOL_I64], int64_t v)
{
	uint64_t u = (uint64_t)v ^ UINT64_C(1) << 63;

	for (unsigned int i = 0; i < SPOOL_I64; i++)
		dst[i] = (unsigned char)(u >> (56 - 8 * i) & 0xff);
}
