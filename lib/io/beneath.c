#include "io/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"

struct dir {
	int	 fd;
	bool	 prefix;
	char	*path;		/* absolute, clean */
};

struct beneath {
	struct dir	dir[BENEATH_DIRS];
	size_t		n;
	char		cwd[PATH_MAX];
};

struct beneath *
beneath_new(void)
{
	struct beneath *b = mem_alloc(1, sizeof(*b));

	/* Without one, relative names lie in a directory of no name. */
	if (getcwd(b->cwd, sizeof(b->cwd)) == NULL)
		(void)memcpy(b->cwd, "/?", sizeof("/?"));
	return b;
}

void
beneath_free(struct beneath *b)
{
	if (b == NULL)
		return;
	for (size_t i = 0; i < b->n; i++) {
		(void)close(b->dir[i].fd);
		mem_free(b->dir[i].path);
	}
	mem_free(b);
}

const char *
beneath_dir(const struct beneath *b, size_t i)
{
	return i < b->n ? b->dir[i].path : NULL;
}

/* Go down along a name in text: no "//", "." and "..". */
static void
descend(struct buf *b, struct slice name)
{
	struct slice part;
	bool more;

	do {
		size_t slash;

		more = slice_cut(name, '/', &part, &name);
		if (!more)
			part = name;
		if (part.len == 0 || slice_eq(part, SLICE(".")))
			continue;
		if (slice_eq(part, SLICE(".."))) {
			slash = slice_rchr(buf_slice(b), '/');
			b->len = slash == SLICE_NONE ? 0 : slash;
			continue;
		}
		(void)buf_addc(b, '/');
		(void)buf_add(b, part);
	} while (more);
}

/* The absolute and clean form of a name; the root itself is empty. */
static void
absolute(const struct beneath *b, struct slice name, struct buf *path)
{
	buf_init(path, 2 * BENEATH_MAX + PATH_MAX);
	if (!slice_starts(name, SLICE("/")))
		descend(path, slice_cstr(b->cwd));
	descend(path, name);
}

bool
beneath_add(struct beneath *b, const char *dir, bool prefix)
{
	struct buf path;
	int fd;

	if (b->n == BENEATH_DIRS) {
		errno = EMFILE;
		return false;
	}
	fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return false;
	absolute(b, slice_cstr(dir), &path);
	if (path.len == 0)
		(void)buf_addc(&path, '/');
	b->dir[b->n++] = (struct dir){ .fd = fd, .prefix = prefix,
	    .path = mem_dup(path.ptr, path.len) };
	buf_free(&path);
	return true;
}

/* Open a clean name, which begins with a slash, below a directory. */
static int
open_below(int dir, struct slice name)
{
	const int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY |
	    O_NONBLOCK;
	int at = dir, fd = -1;
	struct slice part;
	struct stat st = { 0 };
	bool more = true;

	name = slice_from(name, 1);
	while (more) {
		char *text;
		int sys;

		more = slice_cut(name, '/', &part, &name);
		if (!more)
			part = name;
		text = mem_dup(part.ptr, part.len);
		fd = openat(at, text, flags | O_NOATIME |
		    (more ? O_DIRECTORY : 0));
		if (fd == -1 && errno == EPERM)
			fd = openat(at, text, flags | (more ? O_DIRECTORY : 0));
		sys = errno;
		/* A link that stands for a directory is "not a directory". */
		if (fd == -1 && sys == ENOTDIR && fstatat(at, text, &st,
		    AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode))
			sys = ELOOP;
		mem_free(text);
		if (at != dir)
			(void)close(at);
		if (fd == -1) {
			errno = sys;
			return -1;
		}
		at = fd;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	(void)close(fd);
	errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	return -1;
}

/* The part of a clean path that lies below a directory; absent if none. */
static struct slice
rest_below(struct slice path, const struct dir *d)
{
	struct slice top = slice_cstr(d->path);

	if (slice_eq(top, SLICE("/")))
		return path;
	if (slice_starts(path, top) && path.len > top.len &&
	    path.ptr[top.len] == '/')
		return slice_from(path, top.len);
	return slice_of(NULL, 0);
}

/* Remember why a try failed: anything tells more than "no such file". */
static void
remember(int *why)
{
	if (*why == 0 || *why == ENOENT)
		*why = errno;
}

enum rc
beneath_open(const struct beneath *b, struct slice name, int *fd,
    struct err *e)
{
	struct buf path, inner;
	int why = 0;

	*fd = -1;
	buf_init(&path, 0);
	buf_init(&inner, BENEATH_MAX + 1);
	if (name.len <= BENEATH_MAX && slice_chr(name, '\0') == SLICE_NONE) {
		absolute(b, name, &path);
		descend(&inner, name);
	}
	for (size_t i = 0; i < b->n && inner.len > 0 && *fd == -1; i++)
		if (b->dir[i].prefix) {
			*fd = open_below(b->dir[i].fd, buf_slice(&inner));
			if (*fd == -1)
				remember(&why);
		}
	for (size_t i = 0; i < b->n && path.len > 0 && *fd == -1; i++) {
		struct slice rest = rest_below(buf_slice(&path), &b->dir[i]);

		if (rest.len == 0)
			continue;
		*fd = open_below(b->dir[i].fd, rest);
		if (*fd == -1)
			remember(&why);
	}
	buf_free(&path);
	buf_free(&inner);
	errno = why;
	if (*fd != -1)
		return RC_OK;
	return err_fail(e, why == 0 ? "lies outside of what may be read" :
	    why == ELOOP ? "a symbolic link, not followed" : "cannot open");
}
