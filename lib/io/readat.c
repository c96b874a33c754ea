#include "io/readat.h"

#include <errno.h>
#include <unistd.h>

size_t
readat(int fd, void *buf, size_t n, uint64_t off, int *sys)
{
	size_t len = 0;
	int failed = 0;

	while (len < n && failed == 0) {
		ssize_t got = pread(fd, (unsigned char *)buf + len, n - len,
		    (off_t)(off + len));

		if (got > 0)
			len += (size_t)got;
		else if (got == 0)
			break;
		else if (errno != EINTR)
			failed = errno;
	}
	if (sys != NULL)
		*sys = failed;
	return len;
}
