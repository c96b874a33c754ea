#include "track/lines.h"

#include "base/banned.h"

/* The reload that master speaks of now; what asked for it spoke before. */
static struct reload
reloaded(const struct at *at)
{
	const struct reload *asked = &at->instance->asked;

	return (struct reload){ .sec = at->sec, .pid =
	    at->sec - asked->sec <= SETTLE ? asked->pid : 0 };
}

/* Start, reload and stop bound what older lines can prove. */
void
on_config(struct track *t, const struct at *at)
{
	struct slice text = rec_get(&at->ev->rec, F_TEXT);
	bool start = slice_starts(text, SLICE("daemon started"));
	struct reload reload = { .sec = 0 };
	struct process *p = NULL;
	size_t i = 0;

	if (slice_starts(text, SLICE("refreshing "))) {
		at->instance->asked = (struct reload){ .sec = at->sec,
			.pid = at->ev->pid };
		return;
	}
	if (!start && !slice_starts(text, SLICE("reload -- ")) &&
	    !slice_starts(text, SLICE("reload configuration")))
		return;
	at->instance->epoch++;
	at->host->epoch++;
	if (!start)
		reload = reloaded(at);
	at->instance->reload = at->host->reload = reload;
	if (!start)
		return;
	/* Its processes are gone, also those under a service's name. */
	while ((p = process_each(&t->processes, p, &i)) != NULL) {
		if (p->tag->host != at->host ||
		    (p->tag->instance != at->instance &&
		    p->tag->instance->queue))
			continue;
		if (p->request != NULL)
			p->request->n = 0;
		if (p->session == NULL)
			continue;
		session_end(t, p->session, at->sec);
		session_release(&t->processes, p->session);
		p->session = NULL;
	}
}
