#include "io/image.h"

#include <errno.h>
#include <fcntl.h>
#include <libewf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "io/ewfend.h"
#include "io/segments.h"

#define MD5_BYTES	16
#define SHA1_BYTES	20
#define LOOK		16	/* segments looked for behind a missing one */

struct segment {
	char		*path;
	int		 fd;
	uint64_t	 off;	/* of its first byte in the image */
	uint64_t	 len;
};

struct image {
	const char	*format;
	struct segment	*seg;
	size_t		 nseg;
	image_fn	*fn;
	void		*arg;
	libewf_handle_t	*ewf;
	bool		 has_size;
	uint64_t	 size;
	uint64_t	 whole;	/* what is behind it is missing */
	/* Standard input: the last bytes read, a ring. */
	unsigned char	*ring;
	uint64_t	 end;		/* offset behind its last byte */
	bool		 eof;
	struct image_bad bad[IMAGE_BAD];
	size_t		 nbad;
	uint64_t	 bad_bytes;
	char		*missing;	/* the first segment that is */
	char		 md5[2 * MD5_BYTES + 1];
	char		 sha1[2 * SHA1_BYTES + 1];
};

static void
add_segment(struct image *im, const char *path)
{
	size_t n = im->nseg;

	im->seg = mem_grow(im->seg, n, n + 1, sizeof(*im->seg));
	im->seg[n].path = mem_dup(path, strlen(path));
	im->seg[n].fd = -1;
	im->nseg++;
}

/* A file beside the one that was named may be read, too. */
static void
allow(struct inputs *in, const char *path)
{
	in->roots = mem_grow(in->roots, in->nroots, in->nroots + 1,
	    sizeof(*in->roots));
	in->roots[in->nroots++] = mem_dup(path, strlen(path));
}

/* NAME.001: the files with the numbers that follow. */
static void
find_split(struct image *im, const char *path, struct inputs *in)
{
	struct slice first = slice_cstr(path);
	struct buf name;

	if (segments_kind(first, slice_of(NULL, 0)) != SEGMENTS_SPLIT)
		return;
	buf_init(&name, first.len + 16);
	for (unsigned int i = 2, gap = 0;
	    gap < LOOK && im->missing == NULL && segments_name(&name, first, i);
	    i++) {
		char *next = mem_dup(name.ptr, name.len);
		struct stat st;

		if (stat(next, &st) != 0 || !S_ISREG(st.st_mode))
			gap++;
		else if (gap == 0) {
			add_segment(im, next);
			allow(in, next);
			im->format = "split";
		} else if (segments_name(&name, first, i - gap))
			im->missing = mem_dup(name.ptr, name.len);
		mem_free(next);
	}
	buf_free(&name);
}

/* libewf asks for the working directory, which confinement does not tell. */
static void
make_absolute(struct segment *s)
{
	char *path = realpath(s->path, NULL);

	if (path == NULL)
		return;
	mem_free(s->path);
	s->path = mem_dup(path, strlen(path));
	free(path);
}

/*
 * NAME.E01, NAME.s01: all files of the set, as libewf names them; by what the
 * file begins with, whatever its name is.
 */
static void
find_ewf(struct image *im, const char *path, struct inputs *in)
{
	size_t len = strlen(path);
	char **names = NULL;
	int n = 0;

	if (libewf_check_file_signature(path, NULL) != 1)
		return;
	im->format = "ewf";
	if (libewf_glob(path, len, LIBEWF_FORMAT_UNKNOWN, &names, &n,
	    NULL) != 1)
		return;
	for (int i = 0; i < n && i < IMAGE_SEGMENTS; i++)
		if (strcmp(names[i], path) != 0) {
			add_segment(im, names[i]);
			allow(in, names[i]);
		}
	(void)libewf_glob_free(names, n, NULL);
	for (size_t i = 0; i < im->nseg; i++)
		make_absolute(&im->seg[i]);
}

struct image *
image_find(const char *path, struct inputs *in)
{
	struct image *im = mem_alloc(1, sizeof(*im));

	im->format = "raw";
	add_segment(im, path);
	if (strcmp(path, "-") == 0) {
		im->format = "pipe";
		return im;
	}
	find_ewf(im, path, in);
	if (strcmp(im->format, "raw") == 0)
		find_split(im, path, in);
	return im;
}

struct image *
image_of(image_fn *fn, void *arg, uint64_t size)
{
	struct image *im = mem_alloc(1, sizeof(*im));

	im->format = "memory";
	im->fn = fn;
	im->arg = arg;
	im->has_size = true;
	im->size = size;
	return im;
}

/* libewf opens files by their names only. */
static void
name_of_fd(struct segment *s)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", s->fd);
	mem_free(s->path);
	s->path = mem_dup(path, strlen(path));
}

struct image *
image_of_files(const int *fd, size_t n, bool ewf)
{
	struct image *im = mem_alloc(1, sizeof(*im));

	im->format = ewf ? "ewf" : "split";
	for (size_t i = 0; i < n; i++) {
		add_segment(im, "");
		im->seg[i].fd = fd[i];
		if (ewf)
			name_of_fd(&im->seg[i]);
	}
	return im;
}

static int
open_file(const char *path)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY;
	int fd = open(path, flags | O_NOATIME);

	/* Only the owner may ask for that. */
	return fd == -1 && errno == EPERM ? open(path, flags) : fd;
}

static enum rc
open_segments(struct image *im, struct err *e)
{
	uint64_t off = 0;

	for (size_t i = 0; i < im->nseg; i++) {
		struct segment *s = &im->seg[i];
		off_t end;

		if (s->fd == -1)
			s->fd = open_file(s->path);
		if (s->fd == -1)
			return err_fail(e, "open");
		end = lseek(s->fd, 0, SEEK_END);
		if (end < 0)
			return err_fail(e, "lseek");
		s->off = off;
		s->len = (uint64_t)end;
		off += s->len;
	}
	im->size = off;
	im->has_size = true;
	return RC_OK;
}

static void
hex(char *dst, const unsigned char *src, size_t n)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		dst[2 * i] = digits[src[i] >> 4];
		dst[2 * i + 1] = digits[src[i] & 15];
	}
	dst[2 * n] = '\0';
}

static enum rc
open_ewf(struct image *im, struct err *e)
{
	unsigned char sum[SHA1_BYTES];
	char **names = mem_alloc(im->nseg, sizeof(*names));
	size64_t size = 0;
	bool good;

	for (size_t i = 0; i < im->nseg; i++)
		names[i] = im->seg[i].path;
	errno = 0;
	good = libewf_handle_initialize(&im->ewf, NULL) == 1 &&
	    libewf_handle_open(im->ewf, names, (int)im->nseg,
	    LIBEWF_OPEN_READ, NULL) == 1 &&
	    libewf_handle_get_media_size(im->ewf, &size, NULL) == 1;
	mem_free(names);
	if (!good)
		return err_damaged(e, 0, "EWF image that libewf cannot open");
	im->size = size;
	im->whole = ewfend_find(im->ewf, size);
	im->has_size = true;
	if (libewf_handle_get_md5_hash(im->ewf, sum, MD5_BYTES, NULL) == 1)
		hex(im->md5, sum, MD5_BYTES);
	if (libewf_handle_get_sha1_hash(im->ewf, sum, SHA1_BYTES, NULL) == 1)
		hex(im->sha1, sum, SHA1_BYTES);
	return RC_OK;
}

enum rc
image_open(struct image *im, struct err *e)
{
	if (im->fn != NULL)
		return RC_OK;
	if (strcmp(im->format, "ewf") == 0)
		return open_ewf(im, e);
	if (strcmp(im->format, "pipe") == 0) {
		im->ring = mem_alloc(IMAGE_BACK, 1);
		return RC_OK;
	}
	return open_segments(im, e);
}

/* Bytes of the files of a raw image. */
static ptrdiff_t
read_segments(const struct image *im, uint64_t off, void *dst, size_t len)
{
	size_t lo = 0, hi = im->nseg;
	const struct segment *s;
	uint64_t left;

	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (im->seg[mid].off <= off)
			lo = mid;
		else
			hi = mid;
	}
	s = &im->seg[lo];
	left = s->off + s->len - off;
	return pread(s->fd, dst, len < left ? len : (size_t)left,
	    (off_t)(off - s->off));
}

bool
image_peeks(const struct image *im)
{
	return im->fn == NULL && im->ewf == NULL && im->ring == NULL &&
	    im->nseg > 0;
}

bool
image_peek(const struct image *im, uint64_t off, void *dst, size_t len,
    size_t *got)
{
	unsigned char *p = dst;

	*got = 0;
	if (off >= im->size)
		return false;
	if (len > im->size - off)
		len = (size_t)(im->size - off);
	while (*got < len) {
		ptrdiff_t n = read_segments(im, off + *got, p + *got,
		    len - *got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		*got += (size_t)n;
	}
	return true;
}

/* Some bytes; -1 when they cannot be read. */
static ptrdiff_t
read_some(struct image *im, uint64_t off, void *dst, size_t len)
{
	ptrdiff_t n;

	if (len > im->size - off)
		len = (size_t)(im->size - off);
	if (im->ewf != NULL) {
		if (libewf_handle_seek_offset(im->ewf, (off64_t)off, SEEK_SET,
		    NULL) < 0)
			return -1;
		return libewf_handle_read_buffer(im->ewf, dst, len, NULL);
	}
	do
		n = im->fn != NULL ? im->fn(im->arg, off, dst, len) :
		    read_segments(im, off, dst, len);
	while (n < 0 && errno == EINTR);
	return n;
}

static void
note_bad(struct image *im, uint64_t off, uint64_t len)
{
	struct image_bad *last = im->nbad == 0 ? NULL : &im->bad[im->nbad - 1];

	/* What was read before is known. */
	for (size_t i = 0; i < im->nbad && len > 0; i++) {
		uint64_t in = off - im->bad[i].off;

		if (off < im->bad[i].off || in >= im->bad[i].len)
			continue;
		in = im->bad[i].len - in;
		in = in < len ? in : len;
		off += in;
		len -= in;
	}
	if (len == 0)
		return;
	im->bad_bytes += len;
	if (last != NULL && last->off + last->len == off)
		last->len += len;
	else if (im->nbad < IMAGE_BAD)
		im->bad[im->nbad++] = (struct image_bad){ off, len };
}

/* Up to the next multiple of `unit`. */
static size_t
upto(uint64_t off, size_t len, size_t unit)
{
	size_t n = unit - (size_t)(off % unit);

	return n < len ? n : len;
}

/* What cannot be read at once: page by page, then sector by sector. */
static size_t
read_around(struct image *im, uint64_t off, unsigned char *dst, size_t len)
{
	size_t unit = len > 4096 ? 4096 : IMAGE_SECTOR;
	size_t n = upto(off, len, unit);
	ptrdiff_t got = read_some(im, off, dst, n);

	if (got > 0)
		return (size_t)got;
	n = upto(off, len, IMAGE_SECTOR);
	if (unit > IMAGE_SECTOR && got < 0)
		got = read_some(im, off, dst, n);
	if (got > 0)
		return (size_t)got;
	memset(dst, 0, n);
	note_bad(im, off, n);
	return n;
}

/* Read standard input on, up to `upto_off` or its end. */
static enum rc
pull(struct image *im, uint64_t upto_off, struct err *e)
{
	while (im->end < upto_off && !im->eof) {
		size_t pos = (size_t)(im->end % IMAGE_BACK);
		size_t room = IMAGE_BACK - pos;
		ssize_t n;

		if (room > upto_off - im->end)
			room = (size_t)(upto_off - im->end);
		n = read(STDIN_FILENO, im->ring + pos, room);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_fail(e, "read");
		im->eof = n == 0;
		im->end += (uint64_t)n;
	}
	if (im->eof) {
		im->has_size = true;
		im->size = im->end;
	}
	return RC_OK;
}

static enum rc
read_pipe(struct image *im, uint64_t off, unsigned char *dst, size_t len,
    size_t *got, struct err *e)
{
	size_t done = 0;
	enum rc rc;

	if (len > IMAGE_BACK / 2)
		len = IMAGE_BACK / 2;
	/* Skip what nobody wants. */
	while (!im->eof && off > im->end) {
		rc = pull(im, off - im->end > IMAGE_BACK ?
		    im->end + IMAGE_BACK : off, e);
		if (rc != RC_OK)
			return rc;
	}
	rc = pull(im, off + len, e);
	if (rc != RC_OK && im->end <= off)
		return rc;
	if (off >= im->end)
		return RC_END;
	if (im->end - off > IMAGE_BACK) {
		errno = ESPIPE;
		return err_fail(e, "read");
	}
	if (len > im->end - off)
		len = (size_t)(im->end - off);
	while (done < len) {
		size_t pos = (size_t)((off + done) % IMAGE_BACK);
		size_t n = IMAGE_BACK - pos;

		if (n > len - done)
			n = len - done;
		memcpy(dst + done, im->ring + pos, n);
		done += n;
	}
	*got = done;
	return RC_OK;
}

enum rc
image_read(struct image *im, uint64_t off, void *dst, size_t len, size_t *got,
    struct err *e)
{
	unsigned char *p = dst;
	size_t there;

	*got = 0;
	if (im->ring != NULL)
		return read_pipe(im, off, dst, len, got, e);
	if (off >= im->size)
		return RC_END;
	if (len > im->size - off)
		len = (size_t)(im->size - off);
	there = len;
	if (im->ewf != NULL && off + len > im->whole) {
		there = off < im->whole ? (size_t)(im->whole - off) : 0;
		memset(p + there, 0, len - there);
		note_bad(im, im->whole, im->size - im->whole);
	}
	while (*got < there) {
		ptrdiff_t n = read_some(im, off + *got, p + *got, there - *got);

		/* Nothing where there should be something is a bad place. */
		*got += n > 0 ? (size_t)n : read_around(im, off + *got,
		    p + *got, there - *got);
	}
	*got = len;
	return RC_OK;
}

void
image_close(struct image *im)
{
	if (im == NULL)
		return;
	for (size_t i = 0; i < im->nseg; i++) {
		if (im->seg[i].fd != -1)
			(void)close(im->seg[i].fd);
		mem_free(im->seg[i].path);
	}
	if (im->ewf != NULL) {
		(void)libewf_handle_close(im->ewf, NULL);
		(void)libewf_handle_free(&im->ewf, NULL);
	}
	mem_free(im->seg);
	mem_free(im->missing);
	mem_free(im->ring);
	mem_free(im);
}

bool
image_size(const struct image *im, uint64_t *size)
{
	*size = im->size;
	return im->has_size;
}

const char *
image_format(const struct image *im)
{
	return im->format;
}

int
image_fd(const struct image *im)
{
	return im->nseg == 1 && im->ewf == NULL ? im->seg[0].fd : -1;
}

size_t
image_bad(const struct image *im, const struct image_bad **v, uint64_t *bytes)
{
	*v = im->bad;
	*bytes = im->bad_bytes;
	return im->nbad;
}

/* A range of sectors, as far as it is in the image. */
static void
note_sectors(struct image *im, uint64_t sector, uint64_t count)
{
	uint64_t all = im->size / IMAGE_SECTOR;

	if (sector < all)
		note_bad(im, sector * IMAGE_SECTOR,
		    (count < all - sector ? count : all - sector) *
		    IMAGE_SECTOR);
}

void
image_verify(struct image *im)
{
	uint32_t n = 0;
	uint64_t sector, count;

	if (im->ewf == NULL)
		return;
	if (libewf_handle_get_number_of_checksum_errors(im->ewf, &n, NULL) != 1)
		n = 0;
	for (uint32_t i = 0; i < n; i++)
		if (libewf_handle_get_checksum_error(im->ewf, i, &sector,
		    &count, NULL) == 1)
			note_sectors(im, sector, count);
	if (libewf_handle_get_number_of_acquiry_errors(im->ewf, &n, NULL) != 1)
		n = 0;
	for (uint32_t i = 0; i < n; i++)
		if (libewf_handle_get_acquiry_error(im->ewf, i, &sector,
		    &count, NULL) == 1)
			note_sectors(im, sector, count);
}

const char *
image_missing(const struct image *im)
{
	return im->missing;
}

bool
image_stored(const struct image *im, struct slice *md5, struct slice *sha1)
{
	*md5 = slice_cstr(im->md5);
	*sha1 = slice_cstr(im->sha1);
	return md5->len > 0 || sha1->len > 0;
}
