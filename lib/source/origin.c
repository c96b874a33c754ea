#include "source/origin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/srcpath.h"
#include "source/origins.h"

#define MEMORY		((size_t)64 * 1024 * 1024)
#define CLAIMS		16	/* different ones about one file */
#define QUOTED		1024
#define SRC_MAX		((size_t)256 * 1024)

/* The file of that name, made if it is new; ORIGIN_NONE over the limit. */
static uint32_t
file_of(struct origins *o, struct slice name)
{
	uint32_t old = o->files.n;
	uint32_t n = keyset_add(&o->files, keyset_key(name));
	struct slice copy;

	if (n == KEYSET_NONE || n < old)
		return n == KEYSET_NONE ? ORIGIN_NONE : n;
	copy = arena_dup(&o->mem, name);
	if (n >= o->capfile) {
		size_t cap = o->capfile == 0 ? 64 : 2 * o->capfile;

		o->file = mem_grow(o->file, o->capfile, cap, sizeof(*o->file));
		o->capfile = cap;
	}
	o->file[n].name = copy;
	return copy.ptr == NULL ? ORIGIN_NONE : n;
}

uint32_t
origin_stream(struct origins *o, struct slice src)
{
	uint32_t old = o->streams.n, n, file;
	struct stream *s;
	size_t outer;

	if (o->last < old && slice_eq(o->stream[o->last].src, src))
		return o->last;
	if (src.len > SRC_MAX || src.len == 0)
		return ORIGIN_NONE;
	n = keyset_add(&o->streams, keyset_key(src));
	if (n == KEYSET_NONE || n >= ORIGIN_MAX)
		return ORIGIN_NONE;
	if (n < old) {
		o->last = n;
		return o->stream[n].src.ptr == NULL ? ORIGIN_NONE : n;
	}
	if (n >= o->capstream) {
		size_t cap = o->capstream == 0 ? 64 : 2 * o->capstream;

		o->stream = mem_grow(o->stream, o->capstream, cap,
		    sizeof(*o->stream));
		o->capstream = cap;
	}
	s = &o->stream[n];
	outer = srcpath_outer(src).len;
	srcpath_decode(&o->text, slice_sub(src, 0, outer));
	file = file_of(o, buf_slice(&o->text));
	if (file == ORIGIN_NONE)
		return ORIGIN_NONE;
	*s = (struct stream){ .src = arena_dup(&o->mem, src), .outer = outer,
	    .file = file };
	o->last = n;
	return s->src.ptr == NULL ? ORIGIN_NONE : n;
}

uint32_t
origin_file(const struct origins *o, uint32_t stream)
{
	return o->stream[stream].file;
}

/* The format of an image begins with what kind of image it is. */
static void
claim_format(struct claim *c, struct slice format)
{
	static const char *const disk[] = { "split", "raw", "ewf", "pipe" };
	struct slice word, rest;

	if (!slice_cut(format, ' ', &word, &rest))
		word = format;
	for (size_t i = 0; i < sizeof(disk) / sizeof(disk[0]); i++)
		c->disk |= slice_is(word, disk[i]);
	c->split = slice_is(word, disk[0]);
}

bool
origin_claim(struct origins *o, const struct rec *r)
{
	struct slice sha = rec_get(r, F_SHA256);
	uint32_t n = file_of(o, rec_get(r, F_SRC));
	struct claim *c;
	struct file *f;
	uint64_t size;

	if (n == ORIGIN_NONE)
		return false;
	f = &o->file[n];
	if (slice_eq(rec_get(r, F_TOOL), slice_cstr(msg_tool())))
		f->ours = true;
	if (!slice_u64(rec_get(r, F_SIZE), INT64_MAX, &size))
		return true;
	for (c = f->claims; c != NULL; c = c->next)
		if (c->size == size && slice_eq(c->sha256, sha))
			return true;
	if (f->nclaims == CLAIMS)
		return false;
	c = arena_alloc(&o->mem, sizeof(*c));
	if (c == NULL)
		return false;
	*c = (struct claim){ .next = f->claims, .size = size,
	    .sha256 = arena_dup(&o->mem, sha) };
	claim_format(c, rec_get(r, F_FORMAT));
	f->claims = c;
	f->nclaims++;
	return true;
}

/* The claims about the file at hand: a name may stand there encoded. */
const struct claim *
origins_claims(struct origins *o, uint32_t stream)
{
	const struct stream *s = &o->stream[stream];
	const struct claim *c = o->file[s->file].claims;
	uint32_t n;

	if (c != NULL)
		return c;
	n = keyset_find(&o->files,
	    keyset_key(slice_sub(s->src, 0, s->outer)));
	return n == KEYSET_NONE ? NULL : o->file[n].claims;
}

/* --as SRC=FILE */
static void
add_as(struct origins *o, const char *arg)
{
	struct slice src, path;
	struct as *a = &o->as[o->nas];
	char safe[QUOTED];

	msg_quote(safe, sizeof(safe), slice_cstr(arg));
	if (!slice_cut(slice_cstr(arg), '=', &src, &path) || src.len == 0 ||
	    path.len == 0)
		msg_usage("bad --as '%s': use SRC=FILE", safe);
	if (o->nas == ORIGIN_AS)
		msg_usage("more than %d --as", ORIGIN_AS);
	srcpath_decode(&o->text, src);
	*a = (struct as){ .path = (const char *)path.ptr,
	    .name = arena_dup(&o->mem, buf_slice(&o->text)) };
	a->fd = open(a->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (a->fd == -1)
		exit(msg_error("--as '%s': cannot open the file: %s", safe,
		    strerror(errno)));
	o->nas++;
}

static void
add_root(struct origins *o, const char *dir)
{
	char safe[QUOTED];

	if (!beneath_add(o->beneath, dir, true))
		exit(msg_error("--root '%s': %s", msg_quote(safe, sizeof(safe),
		    slice_cstr(dir)), strerror(errno)));
}

/* What the sandbox lets us read. */
static void
allow(struct origins *o)
{
	struct inputs *a = &o->allowed;
	const char *dir;

	a->roots = mem_alloc(o->in->nroots + BENEATH_DIRS,
	    sizeof(*a->roots));
	for (size_t i = 0; i < o->in->nroots; i++)
		a->roots[a->nroots++] = o->in->roots[i];
	for (size_t i = 0; (dir = beneath_dir(o->beneath, i)) != NULL; i++)
		a->roots[a->nroots++] = mem_dup(dir, slice_cstr(dir).len);
}

struct origins *
origins_open(const struct inputs *in, const char *const *root, size_t nroot,
    const char *const *as, size_t nas)
{
	struct origins *o = mem_alloc(1, sizeof(*o));
	char cwd[2];

	*o = (struct origins){ .in = in, .cur = ORIGIN_NONE, .fd = -1,
	    .copy_fd = -1 };
	scratch_open(&o->scratch);
	arena_init(&o->mem, MEMORY);
	buf_init(&o->text, 2 * SRC_MAX);
	keyset_init(&o->files, 2 * ORIGIN_MAX);
	keyset_init(&o->streams, ORIGIN_MAX);
	o->beneath = beneath_new();
	for (size_t i = 0; i < nas; i++)
		add_as(o, as[i]);
	for (size_t i = 0; i < nroot; i++)
		add_root(o, root[i]);
	/* All of the system is not what somebody in / means to open up. */
	if (getcwd(cwd, sizeof(cwd)) == NULL)
		(void)beneath_add(o->beneath, ".", false);
	(void)beneath_add(o->beneath, "/var/log", false);
	allow(o);
	for (size_t i = 0; i < o->nas; i++)
		origins_allow_image(o, o->as[i].path);
	for (size_t i = 0; i < in->n && o->copy == NULL; i++)
		if (slice_eq(slice_cstr(in->v[i].path), SLICE("-")))
			o->copy = stdincopy_open();
	return o;
}

const struct inputs *
origins_allowed(const struct origins *o)
{
	return &o->allowed;
}

enum rc
origins_start(struct origins *o, struct err *e)
{
	return o->copy == NULL ? RC_OK : stdincopy_start(o->copy, e);
}

enum rc
origins_end(struct origins *o, struct err *e)
{
	for (size_t i = 0; i < o->in->n; i++) {
		const struct input *in = &o->in->v[i];
		uint32_t n = keyset_find(&o->files,
		    keyset_key(slice_cstr(in->path)));

		if (n != KEYSET_NONE)
			o->file[n].input = in;
	}
	return o->copy == NULL ? RC_OK : stdincopy_end(o->copy, &o->copy_fd,
	    &o->copy_base, e);
}

void
origins_free(struct origins *o)
{
	if (o == NULL)
		return;
	origins_leave(o);
	for (size_t i = 0; i < o->nas; i++)
		(void)close(o->as[i].fd);
	for (size_t i = o->in->nroots; i < o->allowed.nroots; i++)
		mem_free(o->allowed.roots[i]);
	mem_free(o->allowed.roots);
	if (o->copy != NULL)
		stdincopy_free(o->copy);
	scratch_close(&o->scratch);
	beneath_free(o->beneath);
	keyset_free(&o->files);
	keyset_free(&o->streams);
	arena_free(&o->mem);
	buf_free(&o->text);
	mem_free(o->file);
	mem_free(o->stream);
	mem_free(o->block);
	mem_free(o);
}
