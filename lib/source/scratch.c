#include "source/scratch.h"

#include <unistd.h>

#include "base/mem.h"
#include "io/newfile.h"
#include "io/readat.h"
#include "io/spool.h"

#define COPY ((size_t)256 * 1024)

void
scratch_open(struct scratch *s)
{
	*s = (struct scratch){ .fd = spool_temp() };
}

void
scratch_close(struct scratch *s)
{
	if (s->fd != -1)
		(void)close(s->fd);
	s->fd = -1;
}

uint64_t
scratch_fill(struct scratch *s, deflate_read_fn *read, void *arg, uint64_t off,
    uint64_t len)
{
	unsigned char *buf;
	struct err e;
	size_t n = 1;

	s->size = 0;
	s->failed = s->fd == -1;
	if (s->fd == -1)
		return 0;
	buf = mem_alloc(COPY, 1);
	if (len > SCRATCH_MAX)
		len = SCRATCH_MAX;
	while (n > 0 && s->size < len) {
		n = len - s->size < COPY ? (size_t)(len - s->size) : COPY;
		n = read(arg, off + s->size, buf, n);
		if (newfile_pwrite(s->fd, buf, n, s->size, &e) != RC_OK) {
			s->failed = true;
			break;
		}
		s->size += n;
	}
	mem_free(buf);
	return s->size;
}

size_t
scratch_read(void *scratch, uint64_t off, void *buf, size_t n)
{
	const struct scratch *s = scratch;

	if (off >= s->size)
		return 0;
	if (n > s->size - off)
		n = (size_t)(s->size - off);
	return readat(s->fd, buf, n, off, NULL);
}
