#include "io/pump.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/mem.h"

#define PUMP_BUF	((size_t)64 * 1024)	/* what a pipe holds */

struct pump {
	int		 fd;		/* the descriptor that was replaced */
	bool		 in;
	int		 from, to;
	pump_fn		*fn;
	void		*arg;
	pthread_t	 thread;
	bool		 threaded;
	const char	*what;		/* failed, with sys; NULL: nothing */
	int		 sys;
	unsigned char	*buf;
};

/* Wait for a descriptor that does not block. */
static bool
again(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	if (errno == EINTR)
		return true;
	return errno == EAGAIN && (poll(&p, 1, -1) >= 0 || errno == EINTR);
}

static bool
write_all(int fd, struct slice s)
{
	while (s.len > 0) {
		ssize_t n = write(fd, s.ptr, s.len);

		if (n > 0)
			s = slice_from(s, (size_t)n);
		else if (n == 0 || !again(fd, POLLOUT))
			return false;
	}
	return true;
}

/* Move everything; then the other sides learn that it is over. */
static void *
move(void *arg)
{
	struct pump *p = arg;
	ssize_t n;

	for (;;) {
		n = read(p->from, p->buf, PUMP_BUF);
		if (n < 0 && again(p->from, POLLIN))
			continue;
		if (n < 0)
			p->what = "read";
		if (n <= 0)
			break;
		p->fn(p->arg, slice_of(p->buf, (size_t)n));
		if (!write_all(p->to, slice_of(p->buf, (size_t)n))) {
			p->what = "write";
			break;
		}
	}
	p->sys = errno;
	(void)close(p->from);
	(void)close(p->to);
	return NULL;
}

/* Keep the descriptor under another number and put `end` in its place. */
static struct pump *
replace(int fd, bool in, pump_fn *fn, void *arg)
{
	struct pump *p;
	int real = fcntl(fd, F_DUPFD_CLOEXEC, 3), end[2];

	if (real == -1)
		return NULL;
	if (pipe2(end, O_CLOEXEC) == -1) {
		(void)close(real);
		return NULL;
	}
	(void)dup2(end[in ? 0 : 1], fd);
	(void)close(end[in ? 0 : 1]);
	p = mem_alloc(1, sizeof(*p));
	p->fd = fd;
	p->in = in;
	p->from = in ? real : end[0];
	p->to = in ? end[1] : real;
	p->fn = fn;
	p->arg = arg;
	p->buf = mem_alloc(PUMP_BUF, 1);
	return p;
}

struct pump *
pump_in(int fd, pump_fn *fn, void *arg)
{
	return replace(fd, true, fn, arg);
}

struct pump *
pump_out(int fd, pump_fn *fn, void *arg)
{
	return replace(fd, false, fn, arg);
}

enum rc
pump_start(struct pump *p, struct err *e)
{
	sigset_t all, old;

	/* A pipe without reader is an error here, not the end. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, &old);
	errno = pthread_create(&p->thread, NULL, move, p);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (errno != 0)
		return err_fail(e, "cannot start a thread");
	p->threaded = true;
	return RC_OK;
}

enum rc
pump_finish(struct pump *p, struct err *e)
{
	enum rc rc = RC_OK;

	if (!p->in)
		(void)close(p->fd);
	if (p->threaded)
		(void)pthread_join(p->thread, NULL);
	else
		(void)move(p);
	if (p->what != NULL) {
		errno = p->sys;
		rc = err_fail(e, p->what);
	}
	mem_free(p->buf);
	mem_free(p);
	return rc;
}
