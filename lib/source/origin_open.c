#include "source/origins.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/digest.h"

#define QUOTED	1024

/* Report trouble with a file or stream: "tool: NAME: text". */
void
origins_complain(struct origins *o, struct slice name, const char *fmt, ...)
{
	char safe[QUOTED], text[QUOTED];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)msg_error("%s: %s", msg_quote(safe, sizeof(safe), name), text);
	o->trouble = true;
}

/* Open an input of the command line a second time. */
static enum rc
open_input(const struct input *in, int *fd, struct err *e)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK |
	    (in->found ? O_NOFOLLOW : 0);
	struct stat st;

	*fd = open(in->path, flags | O_NOATIME);
	if (*fd == -1 && errno == EPERM)
		*fd = open(in->path, flags);
	if (*fd == -1)
		return err_fail(e, "cannot open");
	if (fstat(*fd, &st) == 0 &&
	    (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode)))
		return RC_OK;
	(void)close(*fd);
	*fd = -1;
	errno = 0;
	return err_fail(e, "cannot be read a second time");
}

/* Find and open a file; in *as the name of what stands for it, if any. */
static enum rc
find(struct origins *o, const struct file *f, const char **as, struct err *e)
{
	o->borrowed = false;
	o->base = 0;
	for (size_t i = 0; i < o->nas; i++)
		if (slice_eq(o->as[i].name, f->name)) {
			o->fd = o->as[i].fd;
			o->borrowed = true;
			*as = o->as[i].path;
			return RC_OK;
		}
	if (slice_eq(f->name, SLICE("-"))) {
		errno = 0;
		if (!f->ours || o->copy_fd == -1)
			return err_fail(e,
			    "was standard input and is gone");
		o->fd = o->copy_fd;
		o->base = o->copy_base;
		o->borrowed = true;
		return RC_OK;
	}
	if (f->input != NULL)
		return open_input(f->input, &o->fd, e);
	return beneath_open(o->beneath, f->name, &o->fd, e);
}

/* What would help against it. */
static void
say_not_found(struct origins *o, const struct file *f, const struct err *e)
{
	char dirs[QUOTED];
	struct buf b;

	if (e->sys != 0) {
		origins_complain(o, f->name, "%s: %s; name a copy with --as "
		    "SRC=FILE, or its place with --root DIR", e->what,
		    strerror(e->sys));
		return;
	}
	if (slice_eq(f->name, SLICE("-")) || f->input != NULL) {
		origins_complain(o, f->name, "%s; name a copy with --as "
		    "SRC=FILE", e->what);
		return;
	}
	buf_init(&b, sizeof(dirs));
	for (size_t i = 0; beneath_dir(o->beneath, i) != NULL; i++) {
		if (i > 0)
			(void)buf_add(&b, SLICE(" "));
		(void)buf_add(&b, slice_cstr(beneath_dir(o->beneath, i)));
	}
	msg_quote(dirs, 256, buf_slice(&b));
	buf_free(&b);
	origins_complain(o, f->name, "%s (%s); allow it with --root DIR, or "
	    "name a copy with --as SRC=FILE", e->what, dirs);
}

/* Show the first n bytes to the digest; if that fails, it is dropped. */
static bool
hash(struct origins *o, struct digest *d, uint64_t n)
{
	uint64_t off = 0;
	size_t got;

	if (o->image == NULL) {
		digest_reach(d, n);
		return true;
	}
	for (; off < n; off += got) {
		got = origins_bytes(o, off, o->block,
		    n - off < ORIGIN_LINE ? (size_t)(n - off) : ORIGIN_LINE);
		if (got == 0) {
			digest_drop(d);
			return false;
		}
		digest_add(d, slice_of(o->block, got));
	}
	return true;
}

/* True if the first bytes are those of the claim. */
static bool
check(struct origins *o, const struct claim *c, struct slice name)
{
	struct digest *d;
	char hex[DIGEST_HEX];

	if (o->size < c->size) {
		origins_complain(o, name, "has %llu bytes, but had %llu when "
		    "it was read: not quoted; name a copy with --as SRC=FILE",
		    (unsigned long long)o->size, (unsigned long long)c->size);
		return false;
	}
	if (c->sha256.len == 0)
		return true;
	d = digest_start(o->fd, o->image == NULL, o->base);
	if (!hash(o, d, c->size) || !digest_done(d, hex)) {
		origins_complain(o, name, "cannot be read: not quoted");
		return false;
	}
	if (slice_eq(c->sha256, slice_cstr(hex)))
		return true;
	origins_complain(o, name, "is not what was read: another SHA-256, not "
	    "quoted; rotated since? name the file with --as SRC=FILE");
	return false;
}

static bool
find_size(struct origins *o)
{
	off_t end;

	if (o->image != NULL)
		return image_size(o->image, &o->size);
	end = lseek(o->fd, 0, SEEK_END);
	if (end < 0 || (uint64_t)end < o->base)
		return false;
	o->size = (uint64_t)end - o->base;
	return true;
}

/* Check a file that was opened; false if it is refused. */
static bool
verify(struct origins *o, const struct claim *c, struct slice name)
{
	uint64_t sealed = 0;
	bool good = true, hashed = false;

	if (!find_size(o)) {
		origins_complain(o, name, "cannot be read a second time; name "
		    "a copy with --as SRC=FILE");
		return false;
	}
	for (; c != NULL && good; c = c->next) {
		good = check(o, c, name);
		if (c->sha256.len == 0)
			continue;
		hashed = true;
		if (c->size > sealed)
			sealed = c->size;
	}
	/* What has been added since is not what was claimed. */
	if (hashed)
		o->size = sealed;
	else if (good)
		origins_complain(o, name, "no SHA-256 is known: quoted without "
		    "a check");
	return good;
}

void
origins_leave(struct origins *o)
{
	if (o->fd != -1 && !o->borrowed)
		(void)close(o->fd);
	image_close(o->image);
	o->image = NULL;
	o->fd = -1;
	o->cur = ORIGIN_NONE;
}

/* Make a file the one at hand. */
void
origins_enter(struct origins *o, uint32_t file, uint32_t stream)
{
	const struct file *f = &o->file[file];
	const struct claim *c = origins_claims(o, stream);
	const char *as = NULL;
	struct slice name;
	struct err e;

	origins_leave(o);
	o->cur = file;
	if (find(o, f, &as, &e) != RC_OK) {
		say_not_found(o, f, &e);
		o->fd = -1;
		return;
	}
	name = as == NULL ? f->name : slice_cstr(as);
	if (origins_image(o, f->name, as, c, &e) != RC_OK)
		origins_complain(o, name, "%s", e.what);
	else if (verify(o, c, name))
		return;
	origins_leave(o);
	o->cur = file;
}
