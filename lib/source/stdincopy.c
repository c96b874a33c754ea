#include "source/stdincopy.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/pump.h"
#include "io/spool.h"
#include "source/records.h"

#define HEAD	20	/* bytes that tell records */

struct stdincopy {
	int		 fd;		/* the copy, or the file itself */
	uint64_t	 base;
	struct pump	*pump;
	unsigned char	 head[HEAD];
	size_t		 nhead;
	bool		 records;
	int		 sys;		/* the copy could not be written */
};

/* {"type":"event" and the like, or the header of TSV. */
static bool
is_records(struct slice s)
{
	size_t n;

	if (slice_starts(s, SLICE("type\t")))
		return true;
	if (!slice_take(&s, SLICE("{\"type\":\"")))
		return false;
	n = slice_near(s, 0, '"');
	return n < s.len && records_type(slice_sub(s, 0, n));
}

/* What the first bytes are: records of ours need no copy. */
static void
look(struct stdincopy *c, struct slice s)
{
	while (c->nhead < HEAD && s.len > 0) {
		c->head[c->nhead++] = s.ptr[0];
		s = slice_from(s, 1);
		if (c->nhead == HEAD)
			c->records = is_records(slice_of(c->head, HEAD));
	}
}

static void
keep(void *arg, struct slice s)
{
	struct stdincopy *c = arg;

	look(c, s);
	while (!c->records && c->sys == 0 && s.len > 0) {
		ssize_t n = write(c->fd, s.ptr, s.len);

		if (n > 0)
			s = slice_from(s, (size_t)n);
		else if (n == 0 || errno != EINTR)
			c->sys = n == 0 ? EIO : errno;
	}
}

struct stdincopy *
stdincopy_open(void)
{
	struct stdincopy *c = mem_alloc(1, sizeof(*c));
	off_t base = lseek(STDIN_FILENO, 0, SEEK_CUR);
	struct stat st;

	c->fd = -1;
	if (fstat(STDIN_FILENO, &st) == -1)
		return c;
	if (base >= 0 && (S_ISREG(st.st_mode) || S_ISBLK(st.st_mode))) {
		c->base = (uint64_t)base;
		c->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
		return c;
	}
	c->fd = spool_temp();
	if (c->fd == -1)
		c->sys = errno;
	c->pump = pump_in(STDIN_FILENO, keep, c);
	return c;
}

enum rc
stdincopy_start(struct stdincopy *c, struct err *e)
{
	return c->pump == NULL ? RC_OK : pump_start(c->pump, e);
}

enum rc
stdincopy_end(struct stdincopy *c, int *fd, uint64_t *base, struct err *e)
{
	struct pump *pump = c->pump;

	*fd = -1;
	*base = c->base;
	c->pump = NULL;
	/* A failed read has been told by the reader, too. */
	if (pump != NULL)
		(void)pump_finish(pump, NULL);
	if (c->records)
		return RC_OK;
	if (c->sys != 0) {
		errno = c->sys;
		return err_fail(e, "cannot be copied to TMPDIR");
	}
	*fd = c->fd;
	return RC_OK;
}

void
stdincopy_free(struct stdincopy *c)
{
	if (c->fd != -1)
		(void)close(c->fd);
	mem_free(c);
}
