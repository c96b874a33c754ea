#include "io/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/msg.h"

#define WAIT	2000	/* ms before anything is shown */
#define EVERY	500

static int64_t
now(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t) != 0)
		return 0;
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
progress_init(struct progress *p, uint64_t total)
{
	*p = (struct progress){ .total = total };
	p->on = !msg_is_quiet() && isatty(STDERR_FILENO) == 1;
	if (p->on)
		p->start = p->last = now();
}

void
progress_step(struct progress *p, uint64_t bytes, uint64_t lines)
{
	int64_t t, taken;
	uint64_t rate, left;

	if (!p->on)
		return;
	t = now();
	taken = t - p->start;
	if (taken < WAIT || t - p->last < EVERY)
		return;
	p->last = t;
	p->shown = true;
	rate = bytes / (uint64_t)taken / 1000;
	if (p->total == 0 || bytes == 0 || bytes > p->total) {
		(void)fprintf(stderr, "\r\033[K%llu lines, %llu MB/s",
		    (unsigned long long)lines, (unsigned long long)rate);
	} else {
		left = (p->total - bytes) / (bytes / (uint64_t)taken + 1) /
		    1000;
		(void)fprintf(stderr, "\r\033[K%llu %%, %llu lines, %llu MB/s, "
		    "%llu s left", (unsigned long long)(bytes * 100 / p->total),
		    (unsigned long long)lines, (unsigned long long)rate,
		    (unsigned long long)left);
	}
	(void)fflush(stderr);
}

void
progress_clear(struct progress *p)
{
	if (!p->shown)
		return;
	(void)fputs("\r\033[K", stderr);
	(void)fflush(stderr);
	p->shown = false;
}
