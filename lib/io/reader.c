#include "io/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/msg.h"
#include "io/reader_level.h"
#include "io/srcpath.h"

/* Open for reading without a trace where the kernel allows. */
static int
open_file(const char *path, bool nofollow)
{
	/* A file that has become a fifo since must not make us wait. */
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY |
	    (nofollow ? O_NOFOLLOW | O_NONBLOCK : 0);
	int fd = open(path, flags | O_NOATIME);

	if (fd == -1 && errno == EPERM)
		fd = open(path, flags);
	return fd;
}

/* What can be opened but is not to be read. */
static int
wrong_type(const struct stat *st, bool found)
{
	if (S_ISDIR(st->st_mode))
		return EISDIR;
	if (found && !S_ISREG(st->st_mode))
		return EINVAL;
	return 0;
}

enum rc
reader_open(struct reader **out, const char *path, bool nofollow, bool hash,
    struct err *e)
{
	struct slice name = slice_cstr(path);
	bool in = slice_eq(name, SLICE("-"));
	int fd = in ? STDIN_FILENO : open_file(path, nofollow);
	off_t base;
	struct reader *r;
	struct stat st;

	*out = NULL;
	if (fd == -1 || fstat(fd, &st) == -1)
		return err_fail(e, "cannot open");
	errno = wrong_type(&st, nofollow);
	if (errno != 0) {
		err_fail(e, "cannot read");
		if (!in)
			close(fd);
		return RC_FAIL;
	}
	r = mem_alloc(1, sizeof(*r));
	r->fd = fd;
	r->ours = !in;
	r->st = st;
	for (size_t i = 0; i <= READER_DEPTH; i++) {
		r->level[i].r = r;
		srcpath_init(&r->level[i].path);
		srcpath_init(&r->level[i].outer);
	}
	srcpath_file(&r->level[0].path, name);
	srcpath_file(&r->level[0].outer, name);
	/* Standard input may stand in the middle of its file. */
	base = lseek(fd, 0, SEEK_CUR);
	r->seekable = base >= 0 &&
	    (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode));
	r->base = r->seekable ? (uint64_t)base : 0;
	if (r->seekable)
		(void)posix_fadvise(fd, base, 0, POSIX_FADV_SEQUENTIAL);
	if (hash)
		r->digest = digest_start(fd, r->seekable,
		    r->seekable ? (uint64_t)base : 0);
	*out = r;
	return RC_OK;
}

enum rc
reader_open_at(struct reader **out, const char *path, bool nofollow, int fd,
    uint64_t off, struct err *e)
{
	enum rc rc = reader_open(out, path, nofollow, false, e);
	struct reader *r = *out;

	if (rc != RC_OK)
		return rc;
	if (fd != -1) {
		if (r->ours)
			close(r->fd);
		r->fd = fd;
		r->ours = false;
	}
	r->shared = true;
	r->base = off;
	return RC_OK;
}

struct slice
reader_window(struct reader *r, uint64_t *off, bool *eof)
{
	const struct level *l = &r->level[r->top];

	*off = l->off;
	*eof = l->end != RC_OK && !level_untold(l);
	return level_window(l);
}

void
reader_consume(struct reader *r, size_t n)
{
	struct level *l = &r->level[r->top];

	if (n > l->len - l->pos)
		msg_panic("more consumed than there is");
	level_consume(l, n);
}

enum rc
reader_more(struct reader *r, struct err *e)
{
	struct level *l = &r->level[r->top];
	enum rc rc = reader_fill(r, r->top);

	if (rc == RC_OK || !level_untold(l))
		return rc == RC_OK ? RC_OK : RC_END;
	l->told = true;
	if (e != NULL)
		*e = l->err;
	return l->end;
}

bool
reader_stored(const struct reader *r, int *fd, uint64_t *base, uint64_t *size)
{
	*fd = r->fd;
	*base = r->base;
	*size = (uint64_t)r->st.st_size - r->base;
	return r->top == 0 && (r->seekable || r->shared) &&
	    S_ISREG(r->st.st_mode) && r->base <= (uint64_t)r->st.st_size;
}

enum rc
reader_finish(struct reader *r, struct reader_total *t, struct err *e)
{
	struct level *l = &r->level[0];

	if (!r->finished)
		reader_skip(r, 0);
	r->finished = true;
	*t = (struct reader_total){ .size = r->stored };
	if (S_ISREG(r->st.st_mode)) {
		t->has_mtime = true;
		t->mtime = r->st.st_mtime;
	}
	if (r->digest != NULL)
		t->has_sha256 = digest_done(r->digest, t->sha256);
	r->digest = NULL;
	if (l->end != RC_FAIL || l->told)
		return RC_OK;
	l->told = true;
	if (e != NULL)
		*e = l->err;
	return RC_FAIL;
}

void
reader_close(struct reader *r)
{
	if (r == NULL)
		return;
	if (r->digest != NULL)
		digest_drop(r->digest);
	for (size_t i = 0; i <= READER_DEPTH; i++) {
		struct level *l = &r->level[i];

		bundle_free(l->bundle);
		unpack_free(l->unpack);
		gunzip_free(l->gunzip);
		buf_free(&l->path);
		buf_free(&l->outer);
		mem_free(l->buf);
	}
	if (r->ours)
		close(r->fd);
	mem_free(r);
}
