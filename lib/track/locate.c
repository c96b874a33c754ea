#include "track/lines.h"

#include "base/banned.h"

/* Silence, lost lines: what follows cannot be judged by what came before. */
void
lines_note_time(const struct at *at)
{
	struct host *h = at->host;
	bool lost = event_lines_lost(at->ev);

	if (!h->timed) {
		h->timed = true;
		h->first = h->last = at->sec;
	} else if (at->sec - h->last > SILENCE)
		lost = true;
	if (lost) {
		h->gap_epoch++;
		h->gap_end = at->sec;
	}
	if (at->sec > h->last)
		h->last = at->sec;
}

/* The tag of a line; most lines repeat one met lately. */
static struct tag *
find_tag(struct track *t, struct host *h, const struct rec *r,
    enum daemon_id daemon, bool lost)
{
	struct slice instance = rec_get(r, F_INSTANCE);
	struct slice service = rec_get(r, F_SERVICE);
	struct slice program = lost ? slice_of("", 0) : rec_get(r, F_DAEMON);
	struct tag **memo = &t->memo[((size_t)daemon * 8 + service.len +
	    instance.len) % TAG_MEMO];
	struct tag *g = *memo;
	struct instance *i;

	if (g != NULL && g->host == h && g->daemon == daemon &&
	    slice_eq(g->service, service) &&
	    slice_eq(g->instance->name, instance) &&
	    slice_eq(g->program, program))
		return g;
	i = names_instance(&t->names, h, instance);
	return *memo = i == NULL ? NULL :
	    names_tag(&t->names, i, service, program);
}

/*
 * Lines that no program of Postfix wrote: also blank ones and marks, which
 * are left out on purpose and have no tag.
 */
bool
lines_is_foreign(const struct event *ev)
{
	return ev->class == LINE_FOREIGN || (ev->class == LINE_IGNORED &&
	    !rec_has(&ev->rec, F_INSTANCE));
}

/*
 * Host and tag of the line, no tag of one that is not Postfix's; false if it
 * cannot be joined, because there are too many of them.
 */
static bool
find_writer(struct track *t, struct at *at)
{
	const struct event *ev = at->ev;
	const struct rec *r = &ev->rec;
	struct slice name;
	bool lost = event_program_lost(ev);
	size_t i = ev->writer % WRITERS;

	if (ev->writer != 0 && t->writer[i].writer == ev->writer &&
	    t->writer[i].tag->daemon == ev->daemon && !lost &&
	    !lines_is_foreign(ev)) {
		at->tag = t->writer[i].tag;
		at->host = at->tag->host;
		return true;
	}
	name = rec_get(r, F_HOST);
	if (t->last_host == NULL || !slice_eq(name, t->last_host->name))
		t->last_host = names_host(&t->names, name);
	at->host = t->last_host;
	if (at->host == NULL || lines_is_foreign(ev))
		return at->host != NULL;
	at->tag = find_tag(t, at->host, r, lost ? DM_NONE : ev->daemon, lost);
	if (at->tag != NULL && ev->writer != 0 && !lost) {
		t->writer[i].writer = ev->writer;
		t->writer[i].tag = at->tag;
	}
	return at->tag != NULL;
}

/* Source and time note, most of which are those of the line before. */
static void
find_place(struct track *t, struct at *at)
{
	const struct event *ev = at->ev;
	struct slice note = rec_get(&ev->rec, F_TIME_NOTE);

	if (ev->stream == 0 || ev->stream != t->stream.number) {
		t->stream.number = ev->stream;
		t->stream.src = names_src(&t->names, ev->src);
		t->stream.note = names_note(&t->names, note);
		t->stream.text = note;
	} else if (note.ptr != t->stream.text.ptr ||
	    note.len != t->stream.text.len) {
		t->stream.note = names_note(&t->names, note);
		t->stream.text = note;
	}
	at->ref.src = t->stream.src;
	at->note = t->stream.note;
}

/* Host, instance, tag and process of the line; false as find_writer. */
bool
lines_locate(struct track *t, struct event *ev, struct at *at)
{
	*at = (struct at){ .ev = ev };
	at->ref = (struct ref){ .off = ev->off, .len = (uint32_t)(ev->len >
	    UINT32_MAX ? UINT32_MAX : ev->len) };
	if (at->ref.len == 0)
		at->ref.len = 1;
	at->sec = ev->time.ordered ? ev->time.sec : t->now;
	find_place(t, at);
	if (!find_writer(t, at))
		return false;
	if (at->tag == NULL)
		return true;
	at->instance = at->tag->instance;
	if (ev->pid != 0)
		at->process = process_find(&t->processes, at->tag, ev->pid,
		    t->now);
	return true;
}
