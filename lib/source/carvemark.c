#include "source/carvemark.h"

#include "source/finder.h"

/* Write down where the search is, now and then. */
void
carvemark_put(struct carvespan *r)
{
	struct carve *c = r->c;
	const struct scan *s = &r->l->scan;
	struct checkpoint *log = c->o->checkpoint;
	const struct image_bad *bad;
	size_t assumed = c->t->assumed, yearless = c->t->yearless;
	struct carvemark v = { .from = r->from,
		.next = r->next,
		.base = r->base,
		.pos = s->pos,
		.floor = s->floor,
		.text_start = s->text_start,
		.text_end = s->text_end,
		.sector = s->sector,
		.begins = s->begins,
		.tried = s->tried,
		.work = c->work,
		.trials = c->trials,
		.done = c->done,
		.lines = c->lines,
		.runs = *c->o->runs,
		.whole = c->t->whole,
		.damaged = c->t->damaged,
		.skipped = c->t->skipped,
		.framings = c->t->framings,
		.count = *finds_counts(c->o->finds) };
	uint64_t bytes;
	size_t n;

	if (log == NULL || s->in_run || c->done - c->marked < CARVE_MARK)
		return;
	c->marked = c->done;
	for (unsigned int i = 0; i <= CARVE_DEPTH; i++)
		if (c->level[i] != NULL)
			logrun_unsure(c->level[i]->run, &assumed, &yearless);
	v.assumed = assumed;
	v.yearless = yearless;
	n = image_bad(c->image, &bad, &bytes);
	for (size_t i = 0; i < n; i++)
		checkpoint_put(log, CHECKPOINT_BAD,
		    slice_of(&bad[i], sizeof(bad[i])), slice_of(NULL, 0));
	checkpoint_mark(log, slice_of(&v, sizeof(v)));
}

/* Go on from a mark; false if it cannot be one of this search. */
bool
carvemark_resume(struct carvespan *r, const struct carvemark *v)
{
	struct carve *c = r->c;
	struct scan *s = &r->l->scan;

	if (v->base < v->from || v->base > v->next ||
	    v->next - v->base > SCAN_KEEP || v->pos < v->base ||
	    v->begins > ANCHOR_QUEUELOG)
		return false;
	r->from = v->from;
	r->next = v->next;
	r->base = v->base;
	s->pos = v->pos;
	s->floor = v->floor;
	s->text_start = v->text_start;
	s->text_end = v->text_end;
	s->sector = v->sector;
	s->begins = (enum anchor)v->begins;
	s->tried = v->tried != 0;
	c->work = v->work;
	c->trials = v->trials;
	c->done = c->marked = v->done;
	c->next = v->next;
	c->lines = v->lines;
	*c->o->runs = v->runs;
	c->t->whole = v->whole;
	c->t->damaged = v->damaged;
	c->t->skipped = v->skipped;
	c->t->framings = v->framings;
	c->t->assumed = (size_t)v->assumed;
	c->t->yearless = (size_t)v->yearless;
	*finds_counts(c->o->finds) = v->count;
	return image_read(c->image, r->base, r->l->window,
		   (size_t)(v->next - v->base), &r->len, NULL) != RC_FAIL &&
	    r->len == v->next - v->base;
}

/* What an earlier run found; true if there is a mark to go on from. */
bool
carvemark_replay(struct carve *c, struct carvemark *v)
{
	enum checkpoint_kind kind;
	struct image_bad bad;
	unsigned char sector[IMAGE_SECTOR];
	struct slice s;
	bool found = false;
	size_t got;

	while (c->o->checkpoint != NULL &&
	    checkpoint_next(c->o->checkpoint, &kind, &s)) {
		if (kind == CHECKPOINT_MARK && s.len == sizeof(*v)) {
			memcpy(v, s.ptr, sizeof(*v));
			found = true;
		} else if (kind == CHECKPOINT_NOTE && s.len > 0 &&
		    *s.ptr < FINDER_MAX && c->opened > *s.ptr) {
			const struct finder *f = finder_table[*s.ptr];

			f->note(c->state[*s.ptr], slice_from(s, 1));
		} else if (kind == CHECKPOINT_BAD && s.len == sizeof(bad)) {
			memcpy(&bad, s.ptr, sizeof(bad));
			for (uint64_t n = 0; n < bad.len; n += IMAGE_SECTOR)
				(void)image_read(c->image, bad.off + n, sector,
				    sizeof(sector), &got, NULL);
		} else
			finds_restore(c->o->finds, kind, s);
	}
	return found;
}
