#include "source/origin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/msg.h"
#include "io/beneath.h"
#include "io/digest.h"
#include "io/reader.h"
#include "rec/keyset.h"
#include "source/stdincopy.h"

#define MEMORY		((size_t)64 * 1024 * 1024)
#define BLOCK		((size_t)64 * 1024)	/* read at once */
#define CLAIMS		16	/* different ones about one file */
#define QUOTED		1024
#define SRC_MAX		((size_t)256 * 1024)

/* What a source record says. */
struct claim {
	struct claim	*next;
	uint64_t	 size;
	struct slice	 sha256;	/* empty: none */
};

struct file {
	struct slice	 name;
	struct claim	*claims;
	size_t		 nclaims;
	bool		 ours;		/* claimed by this program */
	const struct input *input;	/* of this command line */
};

struct stream {
	struct slice	 src;
	size_t		 outer;		/* bytes of src that name the file */
	uint32_t	 file;
};

/* --as */
struct as {
	struct slice	 name;
	const char	*path;
	int		 fd;
};

struct origins {
	struct arena	 mem;
	struct keyset	 files, streams;
	struct file	*file;
	struct stream	*stream;
	size_t		 capfile, capstream;
	struct buf	 text;		/* scratch */
	uint32_t	 last;		/* the latest stream, */
	const struct inputs *in;
	struct as	 as[ORIGIN_AS];
	size_t		 nas;
	struct beneath	*beneath;
	struct stdincopy *copy;		/* of standard input; NULL: none */
	int		 copy_fd;
	uint64_t	 copy_base;
	struct inputs	 allowed;
	/* The file at hand. */
	uint32_t	 cur;
	int		 fd;		/* -1: refused */
	bool		 borrowed;
	uint64_t	 base;		/* where it begins */
	uint64_t	 size;		/* bytes that may be read */
	bool		 trouble;
	unsigned char	*block;
};

/* What an origin_read is after. */
struct search {
	struct origins	*o;
	origin_fn	*fn;
	void		*arg;
	bool		 stopped;
};

/* Undo percent-encoding: %XX of two hexadecimal digits. */
static void
decode(struct slice s, struct buf *b)
{
	b->len = 0;
	for (size_t i = 0; i < s.len; i++) {
		unsigned int v = 0;
		size_t k;

		for (k = 1; s.ptr[i] == '%' && k <= 2 && i + k < s.len; k++) {
			unsigned char c = s.ptr[i + k];

			if (ascii_digit(c))
				v = v * 16 + (unsigned int)(c - '0');
			else if (c >= 'A' && c <= 'F')
				v = v * 16 + (unsigned int)(c - 'A' + 10);
			else if (c >= 'a' && c <= 'f')
				v = v * 16 + (unsigned int)(c - 'a' + 10);
			else
				break;
		}
		if (k == 3) {
			(void)buf_addc(b, (unsigned char)v);
			i += 2;
		} else
			(void)buf_addc(b, s.ptr[i]);
	}
}

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
	size_t outer = 0;

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
	while (outer < src.len && src.ptr[outer] != '@' &&
	    src.ptr[outer] != '!')
		outer++;
	decode(slice_sub(src, 0, outer), &o->text);
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
	f->claims = c;
	f->nclaims++;
	return true;
}

/* The claims about the file at hand: a name may stand there encoded. */
static const struct claim *
claims(struct origins *o, uint32_t stream)
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

/* Report trouble with a file or stream: "tool: NAME: text". */
static void
MSG_PRINTF(3, 4)
complain(struct origins *o, struct slice name, const char *fmt, ...)
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
		complain(o, f->name, "%s: %s; name a copy with --as SRC=FILE, "
		    "or its place with --root DIR", e->what, strerror(e->sys));
		return;
	}
	if (slice_eq(f->name, SLICE("-")) || f->input != NULL) {
		complain(o, f->name, "%s; name a copy with --as SRC=FILE",
		    e->what);
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
	complain(o, f->name, "%s (%s); allow it with --root DIR, or name a "
	    "copy with --as SRC=FILE", e->what, dirs);
}

/* True if the first bytes are those of the claim. */
static bool
check(struct origins *o, const struct claim *c, struct slice name)
{
	struct digest *d;
	char hex[DIGEST_HEX];

	if (o->size < c->size) {
		complain(o, name, "has %llu bytes, but had %llu when it was "
		    "read: not quoted; name a copy with --as SRC=FILE",
		    (unsigned long long)o->size, (unsigned long long)c->size);
		return false;
	}
	if (c->sha256.len == 0)
		return true;
	d = digest_start(o->fd, true, o->base);
	digest_reach(d, c->size);
	if (!digest_done(d, hex)) {
		complain(o, name, "cannot be read: not quoted");
		return false;
	}
	if (slice_eq(c->sha256, slice_cstr(hex)))
		return true;
	complain(o, name, "is not what was read: another SHA-256, not quoted; "
	    "rotated since? name the file with --as SRC=FILE");
	return false;
}

/* Check a file that was opened; false if it is refused. */
static bool
verify(struct origins *o, const struct claim *c, struct slice name)
{
	off_t end = lseek(o->fd, 0, SEEK_END);
	uint64_t sealed = 0;
	bool good = true, hashed = false;

	if (end < 0 || (uint64_t)end < o->base) {
		complain(o, name, "cannot be read a second time; name a copy "
		    "with --as SRC=FILE");
		return false;
	}
	o->size = (uint64_t)end - o->base;
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
		complain(o, name, "no SHA-256 is known: quoted without a "
		    "check");
	return good;
}

static void
leave_file(struct origins *o)
{
	if (o->fd != -1 && !o->borrowed)
		(void)close(o->fd);
	o->fd = -1;
	o->cur = ORIGIN_NONE;
}

/* Make a file the one at hand. */
static void
enter_file(struct origins *o, uint32_t file, uint32_t stream)
{
	const struct file *f = &o->file[file];
	const char *as = NULL;
	struct err e;

	leave_file(o);
	o->cur = file;
	if (find(o, f, &as, &e) != RC_OK) {
		say_not_found(o, f, &e);
		o->fd = -1;
		return;
	}
	if (verify(o, claims(o, stream), as == NULL ? f->name :
	    slice_cstr(as)))
		return;
	leave_file(o);
	o->cur = file;
}

/* Give out a place; false to stop. */
static bool
give(struct search *s, const struct origin_place *p, const unsigned char *b)
{
	if (!s->stopped && !s->fn(s->arg, p, slice_of(b, p->len)))
		s->stopped = true;
	return !s->stopped;
}

/* Places of a stream that it does not have. */
static void
complain_missing(struct origins *o, uint64_t n, const struct origin_place *p,
    const char *why)
{
	complain(o, o->stream[p->stream].src, "%llu lines are not quoted, the "
	    "first at offset %llu: %s", (unsigned long long)n,
	    (unsigned long long)p->off, why);
}

static bool
too_long(const struct origin_place *p)
{
	return p->len > ORIGIN_LINE;
}

/* Fill the block from off on, with `least` bytes or more; the bytes there. */
static size_t
read_block(const struct origins *o, uint64_t off, size_t least)
{
	size_t want = least > BLOCK ? least : BLOCK, len = 0;

	if (off >= o->size)
		return 0;
	if (want > o->size - off)
		want = (size_t)(o->size - off);
	while (len < want) {
		ssize_t n = pread(o->fd, o->block + len, want - len,
		    (off_t)(o->base + off + len));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	return len;
}

/* Places of a plain file. */
static void
read_plain(struct search *s, const struct origin_place *v, size_t n)
{
	struct origins *o = s->o;
	const struct origin_place *first = NULL;
	uint64_t at = 0, missing = 0;
	size_t len = 0;

	for (size_t i = 0; i < n && !s->stopped; i++) {
		const struct origin_place *p = &v[i];

		if (!too_long(p) && (p->off < at || p->off - at > len ||
		    p->len > len - (size_t)(p->off - at))) {
			at = p->off;
			len = read_block(o, at, p->len);
		}
		if (!too_long(p) && p->len <= len - (size_t)(p->off - at))
			(void)give(s, p, o->block + (p->off - at));
		else if (missing++ == 0)
			first = p;
	}
	if (missing > 0)
		complain_missing(o, missing, first, too_long(first) ?
		    "no line is that long" : "behind the end of what was read");
}

/* Places of the stream that the reader is in. */
static void
read_stream(struct search *s, struct reader *r, const struct origin_place *v,
    size_t n)
{
	const struct origin_place *first = NULL;
	uint64_t missing = 0, off;
	bool end = false, eof;

	for (size_t i = 0; i < n && !s->stopped;) {
		const struct origin_place *p = &v[i];
		struct slice w = reader_window(r, &off, &eof);
		uint64_t skip = p->off < off ? 0 : p->off - off;

		end = end || eof;
		if (skip > 0) {
			skip = skip < w.len ? skip : w.len;
			reader_consume(r, (size_t)skip);
			w = slice_from(w, (size_t)skip);
			off += skip;
		}
		if (!too_long(p) && off == p->off && w.len >= p->len)
			(void)give(s, p, w.ptr);
		else if (!end && !too_long(p)) {
			end = reader_more(r, NULL) != RC_OK;
			continue;
		} else if (missing++ == 0)
			first = p;
		i++;
	}
	if (missing > 0)
		complain_missing(s->o, missing, first, too_long(first) ?
		    "no line is that long" : "behind the end of what was read");
}

/* How many places from the first on are of its stream. */
static size_t
same_stream(const struct origin_place *v, size_t n)
{
	size_t k = 1;

	while (k < n && v[k].stream == v[0].stream)
		k++;
	return k;
}

/* The first place of a stream among n; n if there is none. */
static size_t
place_of(const struct origin_place *v, size_t n, uint32_t stream)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (v[mid].stream < stream)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && v[lo].stream == stream ? lo : n;
}

/* The stream of ours that the reader's path "-..." stands for. */
static uint32_t
stream_of(struct origins *o, uint32_t any, struct slice path)
{
	const struct stream *s = &o->stream[any];

	o->text.len = 0;
	(void)buf_add(&o->text, slice_sub(s->src, 0, s->outer));
	(void)buf_add(&o->text, slice_from(path, 1));
	return keyset_find(&o->streams, keyset_key(buf_slice(&o->text)));
}

/* True for the stored bytes of a file. */
static bool
is_plain(const struct stream *t)
{
	return t->outer == t->src.len;
}

/*
 * Places inside of a container, in `left` of its streams: the reader goes
 * through it once.
 */
static void
read_container(struct search *s, const struct origin_place *v, size_t n,
    size_t left)
{
	struct origins *o = s->o;
	struct reader_stream rs;
	struct reader *r;
	struct err e;
	size_t k;
	bool *done = mem_alloc(n, sizeof(*done));

	(void)close(STDIN_FILENO);
	if (fcntl(o->fd, F_DUPFD, STDIN_FILENO) != STDIN_FILENO ||
	    lseek(STDIN_FILENO, (off_t)o->base, SEEK_SET) < 0 ||
	    reader_open(&r, "-", false, false, &e) != RC_OK) {
		complain(o, o->file[o->cur].name, "cannot be read: %s",
		    strerror(errno));
		mem_free(done);
		return;
	}
	while (left > 0 && !s->stopped &&
	    reader_stream(r, &rs, &e) == RC_OK) {
		k = place_of(v, n, stream_of(o, v[0].stream, rs.path));
		if (k == n || done[k])
			continue;
		done[k] = true;
		left--;
		read_stream(s, r, v + k, same_stream(v + k, n - k));
	}
	reader_close(r);
	for (size_t i = 0; i < n && left > 0 && !s->stopped; i += k) {
		k = same_stream(v + i, n - i);
		if (!done[i] && !is_plain(&o->stream[v[i].stream]))
			complain_missing(o, k, &v[i],
			    "the file has nothing of that name inside");
	}
	mem_free(done);
}

int
origin_read(struct origins *o, uint32_t file, const struct origin_place *v,
    size_t n, origin_fn *fn, void *arg)
{
	struct search s = { .o = o, .fn = fn, .arg = arg };
	size_t inside = 0, k;

	if (n == 0)
		return EXIT_YES;
	if (o->block == NULL)
		o->block = mem_alloc(ORIGIN_LINE, 1);
	if (o->cur != file)
		enter_file(o, file, v[0].stream);
	if (o->fd == -1)
		return EXIT_TROUBLE;
	for (size_t i = 0; i < n && !s.stopped; i += k) {
		const struct stream *t = &o->stream[v[i].stream];

		k = same_stream(v + i, n - i);
		if (is_plain(t))
			read_plain(&s, v + i, k);
		else
			inside++;
	}
	if (inside > 0 && !s.stopped)
		read_container(&s, v, n, inside);
	return o->trouble ? EXIT_TROUBLE : EXIT_YES;
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
	decode(src, &o->text);
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
	leave_file(o);
	for (size_t i = 0; i < o->nas; i++)
		(void)close(o->as[i].fd);
	for (size_t i = o->in->nroots; i < o->allowed.nroots; i++)
		mem_free(o->allowed.roots[i]);
	mem_free(o->allowed.roots);
	if (o->copy != NULL)
		stdincopy_free(o->copy);
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
