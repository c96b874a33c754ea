#include "io/inputs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/msg.h"

#define QUOTED		1024
#define PATH_LIMIT	((size_t)1024 * 1024)
#define NAMES_MAX	(2 * (size_t)INPUTS_MAX)	/* in one directory */

/* An input, and which file it is. */
struct entry {
	struct input	in;
	dev_t		dev;
	ino_t		ino;
	size_t		order;
};

/* Names in a directory, sorted. */
struct names {
	char	**v;
	size_t	  n, cap;
	int	  broken;	/* errno if there are more */
};

/* One directory that the walk is in. */
struct frame {
	int		fd;
	size_t		len;	/* bytes of its path, with the slash */
	struct names	names;
	size_t		next;
};

struct walk {
	struct inputs	*in;
	struct entry	*v;
	size_t		 n, cap;
	bool		 full;		/* INPUTS_MAX was reached */
	uint64_t	 links, special;	/* left out in this directory */
	struct buf	 path;
};

static size_t
grown(size_t cap)
{
	return cap == 0 ? 16 : 2 * cap;
}

/* The name of a group by the local file: no network name service. */
static bool
group_name(gid_t gid, char *dst, size_t cap)
{
	char text[4096];
	struct group g, *found = NULL;
	FILE *f = fopen("/etc/group", "re");

	if (f == NULL)
		return false;
	while (fgetgrent_r(f, &g, text, sizeof(text), &found) == 0)
		if (found->gr_gid == gid)
			break;
		else
			found = NULL;
	if (found != NULL)
		msg_quote(dst, cap, slice_cstr(found->gr_name));
	(void)fclose(f);
	return found != NULL;
}

/* Say why a name is left out, by errno, and what would help. */
static void
complain(struct walk *w, struct slice path, const struct stat *st)
{
	char name[QUOTED], group[64];
	int sys = errno;
	const char *why = strerror(sys);

	w->in->failed++;
	msg_quote(name, sizeof(name), path);
	if ((sys != EACCES && sys != EPERM) || geteuid() == 0)
		msg_error("%s: cannot open: %s", name, why);
	else if (st != NULL && st->st_gid != 0 &&
	    (st->st_mode & S_IRGRP) != 0 &&
	    group_name(st->st_gid, group, sizeof(group)))
		msg_error("%s: cannot open: %s; run as root or as a member of "
		    "group %s", name, why, group);
	else
		msg_error("%s: cannot open: %s; run as root", name, why);
}

/* Keep a file; st is NULL for what has no status. */
static void
add(struct walk *w, struct slice path, const struct stat *st, bool found)
{
	struct entry *v;

	if (w->n == INPUTS_MAX) {
		if (!w->full) {
			msg_error("more than %d files, the rest is not read",
			    INPUTS_MAX);
			w->in->failed++;
		}
		w->full = true;
		return;
	}
	if (w->n == w->cap) {
		size_t cap = grown(w->cap);

		w->v = mem_grow(w->v, w->cap, cap, sizeof(*w->v));
		w->cap = cap;
	}
	v = &w->v[w->n++];
	v->in.path = mem_dup(path.ptr, path.len);
	v->in.found = found;
	/* What is gone since its directory was read was a file. */
	v->in.regular = found;
	if (st == NULL)
		return;
	v->dev = st->st_dev;
	v->ino = st->st_ino;
	v->in.regular = S_ISREG(st->st_mode);
	v->in.mtime = st->st_mtime;
	v->in.size = v->in.regular ? (uint64_t)st->st_size : 0;
}

static int
cmp_name(const void *a, const void *b)
{
	return slice_cmp(slice_cstr(*(char *const *)a),
	    slice_cstr(*(char *const *)b));
}

static int
cmp_path(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return slice_cmp(slice_cstr(x->in.path), slice_cstr(y->in.path));
}

static int
cmp_order(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return x->order < y->order ? -1 : x->order > y->order;
}

/* Same files side by side, the first one first. */
static int
cmp_file(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->in.regular != y->in.regular)
		return x->in.regular ? -1 : 1;
	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	if (x->ino != y->ino)
		return x->ino < y->ino ? -1 : 1;
	return cmp_order(a, b);
}

/* All names in a directory but "." and ".."; false with errno set. */
static bool
read_names(int fd, struct names *names)
{
	struct dirent *d;
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	DIR *dir = copy == -1 ? NULL : fdopendir(copy);

	*names = (struct names){ 0 };
	if (dir == NULL) {
		if (copy != -1)
			close(copy);
		return false;
	}
	for (;;) {
		struct slice s;

		errno = 0;
		d = readdir(dir);
		if (d == NULL)
			break;
		s = slice_cstr(d->d_name);
		if (slice_eq(s, SLICE(".")) || slice_eq(s, SLICE("..")))
			continue;
		if (names->n == NAMES_MAX) {
			errno = EOVERFLOW;
			break;
		}
		if (names->n == names->cap) {
			size_t cap = grown(names->cap);

			names->v = mem_grow(names->v, names->cap, cap,
			    sizeof(*names->v));
			names->cap = cap;
		}
		names->v[names->n++] = mem_dup(s.ptr, s.len);
	}
	names->broken = errno;
	(void)closedir(dir);
	if (names->n > 1)
		qsort(names->v, names->n, sizeof(*names->v), cmp_name);
	return true;
}

static void
free_names(struct names *names)
{
	for (size_t i = 0; i < names->n; i++)
		mem_free(names->v[i]);
	mem_free(names->v);
}

static int
open_dir(int at, const char *name, int follow)
{
	int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | follow;
	int fd = openat(at, name, flags | O_NOATIME);

	return fd == -1 && errno == EPERM ? openat(at, name, flags) : fd;
}

/* Go into a directory whose path stands in w->path. */
static bool
enter(struct walk *w, struct frame *f, int at, const char *name, int follow,
    const struct stat *st)
{
	char safe[QUOTED];

	f->next = 0;
	f->fd = open_dir(at, name, follow);
	if (f->fd == -1) {
		complain(w, buf_slice(&w->path), st);
		return false;
	}
	if (!read_names(f->fd, &f->names)) {
		complain(w, buf_slice(&w->path), st);
		close(f->fd);
		return false;
	}
	if (f->names.broken != 0) {
		msg_quote(safe, sizeof(safe), buf_slice(&w->path));
		msg_error("%s: cannot read the whole directory: %s", safe,
		    strerror(f->names.broken));
		w->in->failed++;
	}
	if (!slice_ends(buf_slice(&w->path), SLICE("/")))
		buf_addc(&w->path, '/');
	f->len = w->path.len;
	return true;
}

/* Look at a name in a directory; true if a directory was gone into. */
static bool
visit(struct walk *w, struct frame *f, const char *name, size_t depth)
{
	char safe[QUOTED];
	struct stat st;

	w->path.len = f->len;
	if (!buf_add(&w->path, slice_cstr(name)))
		return false;
	if (fstatat(f->fd, name, &st, AT_SYMLINK_NOFOLLOW) == -1) {
		if (errno == ENOENT)
			add(w, buf_slice(&w->path), NULL, true);
		else
			complain(w, buf_slice(&w->path), NULL);
	} else if (S_ISDIR(st.st_mode)) {
		if (depth < INPUTS_DEPTH)
			return enter(w, f + 1, f->fd, name, O_NOFOLLOW, &st);
		msg_quote(safe, sizeof(safe), buf_slice(&w->path));
		msg_error("%s: more than %d directories deep, not read", safe,
		    INPUTS_DEPTH);
		w->in->failed++;
	} else if (S_ISLNK(st.st_mode)) {
		w->links++;
	} else if (!S_ISREG(st.st_mode)) {
		w->special++;
	} else if (faccessat(f->fd, name, R_OK,
	    AT_EACCESS | AT_SYMLINK_NOFOLLOW) == -1 && errno != ENOENT) {
		complain(w, buf_slice(&w->path), &st);
	} else {
		add(w, buf_slice(&w->path), &st, true);
	}
	return false;
}

/* Every regular file below a directory. */
static void
walk_dir(struct walk *w, const char *root, const struct stat *st)
{
	struct frame frame[INPUTS_DEPTH + 1];
	char safe[QUOTED];
	size_t depth = 0, first = w->n, failed = w->in->failed;

	msg_quote(safe, sizeof(safe), slice_cstr(root));
	w->links = w->special = 0;
	w->path.len = 0;
	buf_add(&w->path, slice_cstr(root));
	if (!enter(w, &frame[0], AT_FDCWD, root, 0, st))
		return;
	for (;;) {
		struct frame *f = &frame[depth];

		if (f->next < f->names.n && !w->full) {
			if (visit(w, f, f->names.v[f->next++], depth + 1))
				depth++;
			continue;
		}
		free_names(&f->names);
		close(f->fd);
		if (depth == 0)
			break;
		depth--;
	}
	if (w->links + w->special > 0)
		msg_note("%s: %llu symbolic links and %llu special files are "
		    "not read", safe, (unsigned long long)w->links,
		    (unsigned long long)w->special);
	if (w->n == first && w->in->failed == failed)
		msg_error("%s: no files in it", safe);
	if (w->n > first)
		qsort(w->v + first, w->n - first, sizeof(*w->v), cmp_path);
}

/* A name of the command line. */
static void
named(struct walk *w, const char *name)
{
	struct slice path = slice_cstr(name);
	struct stat st;
	bool known;

	if (slice_eq(path, SLICE("-"))) {
		known = fstat(STDIN_FILENO, &st) == 0;
		add(w, path, known ? &st : NULL, false);
		return;
	}
	if (stat(name, &st) == -1) {
		complain(w, path, NULL);
		return;
	}
	if (faccessat(AT_FDCWD, name, R_OK, AT_EACCESS) == -1) {
		complain(w, path, &st);
		return;
	}
	w->in->roots[w->in->nroots++] = mem_dup(path.ptr, path.len);
	if (S_ISDIR(st.st_mode))
		walk_dir(w, name, &st);
	else
		add(w, path, &st, false);
}

/* Keep each file once, in the order of the first time. */
static void
drop_doubles(struct walk *w)
{
	size_t n = 0, doubles;

	for (size_t i = 0; i < w->n; i++)
		w->v[i].order = i;
	if (w->n > 1)
		qsort(w->v, w->n, sizeof(*w->v), cmp_file);
	for (size_t i = 0; i < w->n; i++) {
		struct entry *v = &w->v[i];

		if (n > 0 && v->in.regular && v->ino != 0 &&
		    v->dev == w->v[n - 1].dev &&
		    v->ino == w->v[n - 1].ino)
			mem_free(v->in.path);
		else
			w->v[n++] = *v;
	}
	doubles = w->n - n;
	w->n = n;
	if (n > 1)
		qsort(w->v, n, sizeof(*w->v), cmp_order);
	if (doubles > 0)
		msg_note("%zu of the files are there more than once (by name "
		    "or link) and are read once", doubles);
}

void
inputs_find(struct inputs *in, char **argv, int argc)
{
	struct walk w = { .in = in };

	*in = (struct inputs){ 0 };
	buf_init(&w.path, PATH_LIMIT);
	in->roots = mem_alloc(argc > 0 ? (size_t)argc : 1, sizeof(*in->roots));
	if (argc <= 0)
		named(&w, "-");
	for (int i = 0; i < argc; i++)
		named(&w, argv[i]);
	drop_doubles(&w);
	in->v = mem_alloc(w.n, sizeof(*in->v));
	in->n = w.n;
	for (size_t i = 0; i < w.n; i++)
		in->v[i] = w.v[i].in;
	mem_free(w.v);
	buf_free(&w.path);
}

void
inputs_free(struct inputs *in)
{
	for (size_t i = 0; i < in->n; i++)
		mem_free(in->v[i].path);
	for (size_t i = 0; i < in->nroots; i++)
		mem_free(in->roots[i]);
	mem_free(in->v);
	mem_free(in->roots);
	*in = (struct inputs){ 0 };
}
