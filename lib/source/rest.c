#include "source/rest.h"

#include "base/mem.h"
#include "io/newfile.h"

#define HOLE	4096	/* bytes of zeroes that are not written */

static bool
is_zero(const unsigned char *p, size_t len)
{
	size_t i = 0;

	while (i < len && p[i] == 0)
		i++;
	return i == len;
}

/* Write a block, but for its pieces of zeroes. */
static enum rc
put(int fd, const unsigned char *p, size_t len, uint64_t off, struct err *e)
{
	enum rc rc = RC_OK;

	while (len > 0 && rc == RC_OK) {
		size_t n = HOLE - (size_t)(off % HOLE);

		if (n > len)
			n = len;
		if (!is_zero(p, n))
			rc = newfile_pwrite(fd, p, n, off, e);
		p += n;
		off += n;
		len -= n;
	}
	return rc;
}

/* The file's last byte, so that it is as long as what it is of. */
static enum rc
put_end(struct image *im, const struct claims *claims, uint64_t size, int fd,
    struct err *e)
{
	const struct claim *c = claims_at(claims, size - 1);
	unsigned char last = 0;
	size_t got;

	if (c == NULL || c->off > size - 1)
		(void)image_read(im, size - 1, &last, 1, &got, e);
	return newfile_pwrite(fd, &last, 1, size - 1, e);
}

enum rc
rest_write(struct image *im, const struct claims *claims, uint64_t from,
    uint64_t until, int fd, struct err *e)
{
	unsigned char *buf = mem_alloc(REST_BLOCK, 1);
	uint64_t off = from, size = 0;
	enum rc rc = RC_OK;

	while (rc == RC_OK && off < until) {
		const struct claim *c = claims_at(claims, off);
		uint64_t end = c == NULL || c->off > until ? until : c->off;
		size_t got;

		if (end <= off) {
			off = c->end;
			continue;
		}
		rc = image_read(im, off, buf,
		    end - off < REST_BLOCK ? (size_t)(end - off) : REST_BLOCK,
		    &got, e);
		if (rc == RC_OK)
			rc = put(fd, buf, got, off, e);
		off += got;
	}
	mem_free(buf);
	if (rc != RC_OK && rc != RC_END)
		return rc;
	(void)image_size(im, &size);
	if (until < size)
		size = until;
	return size > from ? put_end(im, claims, size, fd, e) : RC_OK;
}
