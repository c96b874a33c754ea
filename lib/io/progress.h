/*
 * progress - how far a long run is, on a terminal
 *
 * Nothing is shown unless standard error is a terminal, -q was not given and
 * the run has taken two seconds; then one line is rewritten twice a second.
 * It is cleared before other messages by progress_clear and at the end.
 */
#ifndef IO_PROGRESS_H
#define IO_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool		on;
	bool		shown;
	uint64_t	total;	/* bytes to be read, 0: not known */
	int64_t		start;	/* milliseconds of a clock that never steps */
	int64_t		last;
	uint64_t	bytes, lines;	/* by progress_line */
};

void	progress_init(struct progress *, uint64_t total);
/* Call it now and then: bytes and lines so far. */
void	progress_step(struct progress *, uint64_t bytes, uint64_t lines);
/* One more line of so many bytes: what is seldom enough is done. */
static inline void
progress_line(struct progress *p, uint64_t bytes)
{
	p->bytes += bytes;
	if (++p->lines % 65536 == 0)
		progress_step(p, p->bytes, p->lines);
}
void	progress_clear(struct progress *);

#endif
