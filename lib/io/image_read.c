#include "io/image_state.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

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

void
image_note_bad(struct image *im, uint64_t off, uint64_t len)
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
	image_note_bad(im, off, n);
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
		image_note_bad(im, im->whole, im->size - im->whole);
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
