#include "track/lines.h"

#include "base/banned.h"

/* Start, reload and stop bound what older lines can prove. */
void
on_config(struct track *t, const struct at *at)
{
	struct slice text = rec_get(&at->ev->rec, F_TEXT);
	bool start = slice_starts(text, SLICE("daemon started"));

	if (!start && !slice_starts(text, SLICE("reload -- ")) &&
	    !slice_starts(text, SLICE("reload configuration")))
		return;
	at->instance->epoch++;
	at->host->epoch++;
	at->instance->reloaded = at->host->reloaded = start ? 0 : at->sec;
	if (!start)
		return;
	/* Its processes are gone, also those under a service's name. */
	for (struct process *p = t->processes.newest; p != NULL;
	    p = p->older) {
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
