#include "io/smallfile.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define CHUNK	((size_t)64 * 1024)

enum rc
smallfile_read(struct buf *b, const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	enum rc rc = RC_OK;
	ssize_t n;

	if (fd == -1)
		return err_fail(e, "open");
	for (;;) {
		/* The last bytes may need less than a chunk. */
		size_t want = b->limit - b->len < CHUNK ?
		    b->limit - b->len : CHUNK;

		if (want == 0 || !buf_reserve(b, want)) {
			errno = EFBIG;
			rc = err_fail(e, "read");
			break;
		}
		n = read(fd, b->ptr + b->len, want);
		if (n == 0)
			break;
		if (n > 0)
			b->len += (size_t)n;
		else if (errno != EINTR) {
			rc = err_fail(e, "read");
			break;
		}
	}
	(void)close(fd);
	return rc;
}
