#include "source/extracts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/msg.h"
#include "io/magictype.h"
#include "io/newfile.h"
#include "io/sandbox.h"

struct extracts {
	int dir;
	FILE *manifest, *types;
	struct magictype *magic; /* or NULL */
	size_t typed;
	struct buf head; /* of the file at hand */
	struct slice type;
	int fd;	      /* of the file at hand, or -1 */
	uint64_t off; /* written of it */
	char name[EXTRACTS_NAME];
	struct digest *digest;
	uint64_t left_out;
	enum rc rc;
	struct err err;
};

static const char *const suffix[FIND_N] = { [FIND_LOG] = ".log",
	[FIND_QUEUE] = "",
	[FIND_MAIL] = ".eml",
	[FIND_GZIP] = ".data",
	[FIND_JOURNAL] = ".journal",
	[FIND_KEY] = ".key" };

static int
new_at(int dir, const char *name)
{
	return openat(dir, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

static FILE *
new_list(int dir, const char *name)
{
	int fd = new_at(dir, name);

	return fd == -1 ? NULL : fdopen(fd, "w");
}

static enum rc
make(struct extracts *x, const char *dir, struct err *e)
{
	if (mkdir(dir, 0700) == -1)
		return err_fail(e, "mkdir");
	x->dir = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (x->dir == -1)
		return err_fail(e, "open");
	for (size_t i = 0; i < FIND_N; i++)
		if (mkdirat(x->dir, find_name[i], 0700) == -1)
			return err_fail(e, "mkdir");
	x->manifest = new_list(x->dir, "manifest.sha256");
	x->types = new_list(x->dir, "manifest.types");
	return x->manifest == NULL || x->types == NULL ? err_fail(e, "open") :
							 RC_OK;
}

enum rc
extracts_open(struct extracts **out, const char *dir, struct err *e)
{
	struct extracts *x = mem_alloc(1, sizeof(*x));
	enum rc rc;

	x->fd = x->dir = -1;
	rc = make(x, dir, e);
	if (rc != RC_OK) {
		mem_free(x);
		return rc;
	}
	buf_init(&x->head, EXTRACTS_HEAD);
	if (magictype_open(&x->magic, e) != RC_OK) {
		x->magic = NULL;
		msg_note("--extract: what files are is not said: %s", e->what);
	}
	sandbox_allow_new(x->dir);
	*out = x;
	return RC_OK;
}

struct slice
extracts_name(char dst[EXTRACTS_NAME], enum find_class class, uint64_t off)
{
	int n = snprintf(dst, EXTRACTS_NAME, "%s/%016" PRIu64 "%s",
	    find_name[class], off, suffix[class]);

	return slice_of(dst, (size_t)n);
}

static void
fail(struct extracts *x, const char *what)
{
	if (x->rc == RC_OK)
		x->rc = err_fail(&x->err, what);
}

bool
extracts_begin(struct extracts *x, enum find_class class, uint64_t off)
{
	if (x->rc != RC_OK)
		return false;
	(void)extracts_name(x->name, class, off);
	x->fd = new_at(x->dir, x->name);
	if (x->fd == -1 && errno == EEXIST)
		x->left_out++;
	else if (x->fd == -1)
		fail(x, "open");
	if (x->fd == -1)
		return false;
	x->off = 0;
	x->head.len = 0;
	x->type = slice_of(NULL, 0);
	x->digest = digest_start(-1, false, 0);
	return true;
}

void
extracts_put(struct extracts *x, struct slice s)
{
	if (x->rc == RC_OK)
		x->rc = newfile_pwrite(x->fd, s.ptr, s.len, x->off, &x->err);
	x->off += s.len;
	(void)buf_add(&x->head, slice_sub(s, 0, EXTRACTS_HEAD - x->head.len));
	digest_add(x->digest, s);
}

/* What the file at hand is; false if it cannot be written down. */
static bool
tell_type(struct extracts *x)
{
	if (x->magic == NULL || x->typed == EXTRACTS_TYPED)
		return true;
	x->typed++;
	x->type = magictype_of(x->magic, buf_slice(&x->head));
	return x->type.len == 0 ||
	    fprintf(x->types, "%.*s  %s\n", (int)x->type.len,
		(const char *)x->type.ptr, x->name) >= 0;
}

struct slice
extracts_type(const struct extracts *x)
{
	return x->type;
}

bool
extracts_end(struct extracts *x, char hex[DIGEST_HEX])
{
	bool good = digest_done(x->digest, hex);

	if (close(x->fd) == -1)
		fail(x, "close");
	x->fd = -1;
	if (!good || x->rc != RC_OK)
		return false;
	if (fprintf(x->manifest, "%s  %s\n", hex, x->name) < 0 || !tell_type(x))
		fail(x, "write");
	return true;
}

enum rc
extracts_close(struct extracts *x, uint64_t *left_out, struct err *e)
{
	enum rc rc;

	if (fclose(x->manifest) != 0)
		fail(x, "write");
	if (fclose(x->types) != 0)
		fail(x, "write");
	magictype_close(x->magic);
	buf_free(&x->head);
	(void)close(x->dir);
	*left_out = x->left_out;
	*e = x->err;
	rc = x->rc;
	mem_free(x);
	return rc;
}
