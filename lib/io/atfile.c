#include "io/atfile.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/mem.h"

static int
open_file(const char *path, bool nofollow)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY |
	    (nofollow ? O_NOFOLLOW | O_NONBLOCK : 0);
	int fd = open(path, flags | O_NOATIME);

	return fd == -1 && errno == EPERM ? open(path, flags) : fd;
}

/* Write all of it; false with errno. */
static bool
write_all(int fd, const unsigned char *p, size_t n)
{
	while (n > 0) {
		ssize_t w = write(fd, p, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return false;
		p += w;
		n -= (size_t)w;
	}
	return true;
}

/* A pipe to the file temp, which is then read instead. */
static enum rc
copy_pipe(struct atfile *f, int temp, struct err *e)
{
	ssize_t n;

	if (temp == -1) {
		errno = ESPIPE;
		return err_fail(e, "cannot be read twice");
	}
	f->size = 0;
	if (lseek(temp, 0, SEEK_SET) != 0)
		return err_fail(e, "cannot be copied to TMPDIR");
	for (;;) {
		n = read(f->fd, f->block.ptr, ATFILE_BLOCK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_fail(e, "cannot read");
		if (n == 0)
			break;
		f->size += (uint64_t)n;
		if (f->size > ATFILE_PIPE_MAX) {
			errno = EFBIG;
			return err_fail(e, "cannot be copied to TMPDIR");
		}
		if (!write_all(temp, f->block.ptr, (size_t)n))
			return err_fail(e, "cannot be copied to TMPDIR");
	}
	f->fd = temp;
	f->copied = true;
	return RC_OK;
}

/* Ready for another file. */
static void
reset(struct atfile *f)
{
	f->copied = f->dated = f->failed = false;
	f->base = 0;
	f->block.off = f->peek.off = 0;
	f->block.len = f->peek.len = 0;
	f->sys = 0;
	if (f->block.ptr != NULL)
		return;
	f->block.cap = ATFILE_BLOCK;
	f->block.ptr = mem_alloc(1, ATFILE_BLOCK + ATFILE_PEEK);
	f->peek.cap = ATFILE_PEEK;
	f->peek.ptr = f->block.ptr + ATFILE_BLOCK;
}

void
atfile_open_copy(struct atfile *f, const struct input *in)
{
	reset(f);
	f->fd = in->copy->fd;
	f->ours = false;
	f->copied = true;
	f->dated = in->copy->has_mtime;
	f->base = in->copy->off;
	f->size = in->size;
	f->st = (struct statx){ .stx_mtime = { .tv_sec = in->mtime } };
}

enum rc
atfile_open(struct atfile *f, const char *path, bool nofollow, int temp,
    struct err *e)
{
	bool in = slice_eq(slice_cstr(path), SLICE("-"));
	off_t base;

	f->fd = in ? STDIN_FILENO : open_file(path, nofollow);
	f->ours = !in;
	reset(f);
	if (f->fd == -1 || statx(f->fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS |
	    STATX_BTIME, &f->st) == -1) {
		err_fail(e, "cannot open");
		atfile_close(f);
		return RC_FAIL;
	}
	if (S_ISDIR(f->st.stx_mode) || (nofollow &&
	    !S_ISREG(f->st.stx_mode))) {
		errno = S_ISDIR(f->st.stx_mode) ? EISDIR : EINVAL;
		err_fail(e, "cannot read");
		atfile_close(f);
		return RC_FAIL;
	}
	base = S_ISREG(f->st.stx_mode) && !in ? 0 : lseek(f->fd, 0, SEEK_CUR);
	if (base < 0 || !S_ISREG(f->st.stx_mode))
		return copy_pipe(f, temp, e);
	f->base = (uint64_t)base;
	f->size = f->st.stx_size > f->base ? f->st.stx_size - f->base : 0;
	return RC_OK;
}

/* Fill a window that begins at off with at least n bytes. */
static void
fill(struct atfile *f, struct atfile_window *w, uint64_t off, size_t n)
{
	/* Behind a file of a bundle there is another one. */
	size_t cap = f->size - off < w->cap ? (size_t)(f->size - off) : w->cap;
	ssize_t got;

	w->off = off;
	w->len = 0;
	while (w->len < n) {
		got = pread(f->fd, w->ptr + w->len, cap - w->len,
		    (off_t)(f->base + off + w->len));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			f->failed = true;
			f->sys = got < 0 ? errno : 0;
			break;
		}
		w->len += (size_t)got;
	}
}

/* Does the window hold n bytes from off on? */
static bool
holds(const struct atfile_window *w, uint64_t off, size_t n)
{
	return off >= w->off && off - w->off <= w->len &&
	    w->len - (size_t)(off - w->off) >= n;
}

struct slice
atfile_at(struct atfile *f, uint64_t off, size_t n)
{
	struct atfile_window *w = &f->block;

	if (off >= f->size)
		return slice_of(NULL, 0);
	if (f->size - off < n)
		n = (size_t)(f->size - off);
	if (!holds(w, off, n)) {
		/* A short look elsewhere does not cost the block. */
		if (n <= ATFILE_PEEK / 4)
			w = &f->peek;
		if (!holds(w, off, n))
			fill(f, w, off, n);
	}
	return slice_of(w->ptr + (off - w->off),
	    w->len - (size_t)(off - w->off));
}

void
atfile_close(struct atfile *f)
{
	if (f->ours && f->fd != -1)
		(void)close(f->fd);
	f->fd = -1;
	f->ours = false;
}

void
atfile_free(struct atfile *f)
{
	atfile_close(f);
	mem_free(f->block.ptr);
	f->block.ptr = f->peek.ptr = NULL;
}
