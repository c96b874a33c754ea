#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/segments.h"
#include "source/origins.h"

#define FLAGS (O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

/* The files of an image. */
struct set {
	int *fd;
	size_t n, cap;
};

static void
add(struct set *s, int fd)
{
	if (s->n == s->cap) {
		size_t cap = s->cap == 0 ? 16 : 2 * s->cap;

		s->fd = mem_grow(s->fd, s->cap, cap, sizeof(*s->fd));
		s->cap = cap;
	}
	s->fd[s->n++] = fd;
}

/* Open a file beside the first one, as that was opened; -1: there is none. */
static int
open_next(const struct origins *o, struct slice name, const char *as)
{
	struct err e;
	char *path;
	int fd;

	if (as == NULL) {
		(void)beneath_open(o->beneath, name, &fd, &e);
		return fd;
	}
	path = mem_dup(name.ptr, name.len);
	fd = open(path, FLAGS);
	mem_free(path);
	return fd;
}

/* All files behind the first one. */
static void
open_set(struct origins *o, struct slice first, const char *as, struct set *s)
{
	struct buf name;
	int fd;

	buf_init(&name, first.len + 16);
	for (unsigned int i = 2; segments_name(&name, first, i); i++) {
		fd = open_next(o, buf_slice(&name), as);
		if (fd == -1)
			break;
		add(s, fd);
	}
	buf_free(&name);
}

/* What was claimed first is enough: all claims are of the same file. */
static void
look(struct origins *o, const struct claim *c, bool *split)
{
	o->disk = *split = false;
	for (; c != NULL; c = c->next) {
		o->disk |= c->disk;
		*split |= c->split;
	}
}

/* The other descriptor takes over what the first one is. */
static int
first_fd(struct origins *o)
{
	int fd = o->borrowed ? fcntl(o->fd, F_DUPFD_CLOEXEC, 3) : o->fd;

	if (fd != -1)
		o->borrowed = true;
	return fd;
}

enum rc
origins_image(struct origins *o, struct slice name, const char *as,
    const struct claim *c, struct err *e)
{
	unsigned char bytes[SEGMENTS_HEAD];
	struct slice first = as == NULL ? name : slice_cstr(as);
	ssize_t got = pread(o->fd, bytes, sizeof(bytes), (off_t)o->base);
	struct set set = { .n = 0 };
	enum segments_kind kind;
	bool split;
	enum rc rc;
	int fd;

	look(o, c, &split);
	kind = segments_kind(first, slice_of(bytes, got < 0 ? 0 : (size_t)got));
	if (kind == SEGMENTS_NONE || (kind == SEGMENTS_SPLIT && !split))
		return RC_OK;
	fd = first_fd(o);
	if (fd == -1)
		return err_fail(e, "cannot be opened twice");
	add(&set, fd);
	open_set(o, first, as, &set);
	o->image = image_of_files(set.fd, set.n, kind == SEGMENTS_EWF);
	o->disk = true;
	mem_free(set.fd);
	rc = image_open(o->image, e);
	if (rc == RC_OK)
		return RC_OK;
	image_close(o->image);
	o->image = NULL;
	return rc;
}

void
origins_allow_image(struct origins *o, const char *as)
{
	unsigned char bytes[SEGMENTS_HEAD];
	ssize_t got;
	int fd = open(as, FLAGS);

	if (fd == -1)
		return;
	got = pread(fd, bytes, sizeof(bytes), 0);
	(void)close(fd);
	if (segments_kind(slice_cstr(as),
		slice_of(bytes, got < 0 ? 0 : (size_t)got)) == SEGMENTS_NONE)
		return;
	/* The others are added by who looks for them. */
	o->allowed.roots = mem_grow(o->allowed.roots, o->allowed.nroots,
	    o->allowed.nroots + 1, sizeof(*o->allowed.roots));
	o->allowed.roots[o->allowed.nroots++] = mem_dup(as, slice_cstr(as).len);
	image_close(image_find(as, &o->allowed));
}
