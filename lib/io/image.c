#include "io/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "io/ewfend.h"
#include "io/image_state.h"
#include "io/segments.h"

#define LOOK		16	/* segments looked for behind a missing one */

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
	unsigned char sum[IMAGE_SHA1];
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
	if (libewf_handle_get_md5_hash(im->ewf, sum, IMAGE_MD5, NULL) == 1)
		hex(im->md5, sum, IMAGE_MD5);
	if (libewf_handle_get_sha1_hash(im->ewf, sum, IMAGE_SHA1, NULL) == 1)
		hex(im->sha1, sum, IMAGE_SHA1);
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
		image_note_bad(im, sector * IMAGE_SECTOR,
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
