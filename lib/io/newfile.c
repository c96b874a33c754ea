#include "io/newfile.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum rc
newfile_open(const char *path, int *fd, struct err *e)
{
	*fd = open(
	    path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return *fd == -1 ? err_fail(e, "open") : RC_OK;
}

enum rc
newfile_pwrite(
    int fd, const void *bytes, size_t len, uint64_t off, struct err *e)
{
	const unsigned char *p = bytes;

	while (len > 0) {
		ssize_t n = pwrite(fd, p, len, (off_t)off);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_fail(e, "write");
		p += n;
		off += (uint64_t)n;
		len -= (size_t)n;
	}
	return RC_OK;
}
