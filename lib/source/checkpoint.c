#include "source/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "io/newfile.h"
#include "io/readat.h"

#define HEAD	5	/* length and kind of an entry */
#define SUM	4	/* checksum behind a mark's state */
#define FLUSH	((size_t)1024 * 1024)

struct checkpoint {
	int		 fd;
	uint64_t	 pos;		/* of the next entry */
	uint64_t	 end;		/* behind the last mark */
	uint32_t	 sum;		/* since the last mark */
	struct buf	 in;		/* the entry read last */
	struct buf	 out;		/* written at pos, later */
	enum rc		 rc;
	struct err	 err;
};

enum rc
checkpoint_open(struct checkpoint **out, const char *path, struct err *e)
{
	struct checkpoint *c = mem_alloc(1, sizeof(*c));

	c->fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (c->fd == -1) {
		mem_free(c);
		return err_fail(e, "open");
	}
	buf_init(&c->in, CHECKPOINT_ENTRY + HEAD + SUM);
	buf_init(&c->out, 2 * (CHECKPOINT_ENTRY + FLUSH));
	*out = c;
	return RC_OK;
}

static uint32_t
le32(const unsigned char *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

static void
put32(unsigned char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++, v >>= 8)
		p[i] = (unsigned char)v;
}

/* Bytes of the file into c->in. */
static bool
get(struct checkpoint *c, size_t len)
{
	c->in.len = 0;
	if (!buf_reserve(&c->in, len))
		return false;
	c->in.len = readat(c->fd, c->in.ptr, len, c->pos, NULL);
	return c->in.len == len;
}

/* The entry at pos, with its head; false if there is no whole one. */
static bool
read_entry(struct checkpoint *c)
{
	size_t len;

	if (!get(c, HEAD))
		return false;
	len = le32(c->in.ptr);
	if (len > CHECKPOINT_ENTRY || c->in.ptr[4] < CHECKPOINT_RUN ||
	    c->in.ptr[4] > CHECKPOINT_MARK ||
	    (c->in.ptr[4] == CHECKPOINT_MARK && len < SUM) ||
	    !get(c, HEAD + len))
		return false;
	c->pos += c->in.len;
	return true;
}

static uint32_t
add_sum(uint32_t sum, const unsigned char *p, size_t len)
{
	return (uint32_t)crc32(sum, p, (unsigned int)len);
}

/* Look for the last mark whose checksum is right. */
static void
find_end(struct checkpoint *c)
{
	uint32_t sum = 0;

	while (read_entry(c)) {
		const unsigned char *p = c->in.ptr;
		size_t len = c->in.len;

		if (p[4] != CHECKPOINT_MARK) {
			sum = add_sum(sum, p, len);
			continue;
		}
		if (add_sum(sum, p, len - SUM) != le32(p + len - SUM))
			break;
		c->end = c->pos;
		sum = 0;
	}
	c->pos = 0;
}

/* What the file holds, if anything, begins as what is to be written. */
static bool
is_beginning(struct checkpoint *c)
{
	size_t len = c->out.len;

	c->pos = 0;
	while (len > 0 && !get(c, len))
		len = c->in.len;
	return len == 0 || memcmp(c->in.ptr, c->out.ptr, len) == 0;
}

enum rc
checkpoint_begin(struct checkpoint *c, struct slice run, struct err *e)
{
	find_end(c);
	if (c->end == 0) {
		checkpoint_put(c, CHECKPOINT_RUN, run, slice_of(NULL, 0));
		return is_beginning(c) ? RC_OK : err_damaged(e, 0,
		    "file that is no checkpoint of this run");
	}
	if (!read_entry(c) || c->in.ptr[4] != CHECKPOINT_RUN ||
	    !slice_eq(run, slice_from(buf_slice(&c->in), HEAD)))
		return err_damaged(e, 0, "checkpoint of another image, or with "
		    "other options");
	return RC_OK;
}

bool
checkpoint_resumes(const struct checkpoint *c)
{
	return c->end > 0;
}

bool
checkpoint_next(struct checkpoint *c, enum checkpoint_kind *kind,
    struct slice *bytes)
{
	if (c->pos >= c->end || !read_entry(c))
		return false;
	*kind = (enum checkpoint_kind)c->in.ptr[4];
	*bytes = slice_from(buf_slice(&c->in), HEAD);
	if (*kind == CHECKPOINT_MARK)
		bytes->len -= SUM;
	return true;
}

static void
flush(struct checkpoint *c)
{
	if (c->rc == RC_OK)
		c->rc = newfile_pwrite(c->fd, c->out.ptr, c->out.len, c->pos,
		    &c->err);
	c->pos += c->out.len;
	c->out.len = 0;
}

void
checkpoint_put(struct checkpoint *c, enum checkpoint_kind kind,
    struct slice a, struct slice b)
{
	unsigned char head[HEAD];
	size_t start;

	if (c->rc != RC_OK)
		return;
	if (c->out.len >= FLUSH)
		flush(c);
	start = c->out.len;
	put32(head, (uint32_t)(a.len + b.len));
	head[4] = (unsigned char)kind;
	if (a.len + b.len > CHECKPOINT_ENTRY ||
	    !buf_add(&c->out, slice_of(head, HEAD)) || !buf_add(&c->out, a) ||
	    !buf_add(&c->out, b)) {
		c->rc = err_damaged(&c->err, 0, "entry that is too long");
		return;
	}
	c->sum = add_sum(c->sum, c->out.ptr + start, c->out.len - start);
}

void
checkpoint_mark(struct checkpoint *c, struct slice state)
{
	unsigned char none[SUM] = { 0 };
	uint32_t before = c->sum;
	size_t len = HEAD + state.len + SUM;

	checkpoint_put(c, CHECKPOINT_MARK, state, slice_of(none, SUM));
	if (c->rc != RC_OK)
		return;
	/* The sum is of all but itself. */
	before = add_sum(before, c->out.ptr + c->out.len - len, len - SUM);
	put32(c->out.ptr + c->out.len - SUM, before);
	flush(c);
	if (c->rc == RC_OK && fdatasync(c->fd) == -1 && errno != EINVAL &&
	    errno != EROFS)
		c->rc = err_fail(&c->err, "fdatasync");
	c->sum = 0;
}

enum rc
checkpoint_close(struct checkpoint *c, struct err *e)
{
	enum rc rc = c->rc;

	*e = c->err;
	if (close(c->fd) == -1 && rc == RC_OK)
		rc = err_fail(e, "close");
	buf_free(&c->in);
	buf_free(&c->out);
	mem_free(c);
	return rc;
}
