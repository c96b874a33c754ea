#include "source/carvefind.h"

#include "source/carvemember.h"
#include "source/extracts.h"
#include "source/finder.h"

/* An event of a run. */
void
carvefind_event(void *arg, const struct logrun_line *line)
{
	const struct carvelevel *l = arg;
	struct carve *c = l->c;
	char name[EXTRACTS_NAME];

	/* All of a nested stream is in the file of the outermost one. */
	if (finds_extracts(c->o->finds) != NULL)
		rec_set(&line->event->rec, F_EXTRACT,
		    l->depth == 0 ?
			extracts_name(name, FIND_LOG, l->run_off) :
			extracts_name(name, FIND_GZIP, c->level[1]->place));
	if (!find_line(&l->stream, line))
		c->stopped = true;
}

static bool
on_line(void *arg, const struct scan_line *line)
{
	struct carvelevel *l = arg;
	struct carve *c = l->c;

	if (l->run_end == 0)
		l->run_off = line->off;
	l->run_end = line->next;

	c->lines++;
	c->t->framings |= 1U << line->frame->kind;
	logrun_line(l->run, line);
	return !c->stopped;
}

static void
on_end(void *arg, unsigned int flags)
{
	struct carvelevel *l = arg;
	struct find_piece piece = { l->run_off, l->run_end - l->run_off };
	struct find find = { .class = FIND_LOG, .piece = &piece, .n = 1 };

	find.confidence = logrun_end(l->run, flags);
	if (l->run_end > 0)
		find_claim(&l->stream, &find);
	l->run_end = 0;
}

/* Ask the finders for an anchor, in order of their table. */
static uint64_t
ask_finders(struct carvelevel *l, enum anchor what, uint64_t off)
{
	struct carve *c = l->c;

	for (size_t i = 0; finder_table[i] != NULL; i++) {
		const struct finder *f = finder_table[i];
		uint64_t next;

		if (((l->depth > 0 ? f->nested : f->anchors) &
			FINDER_BIT(what)) == 0)
			continue;
		next = f->at(&l->stream, c->state[i], what, off);
		if (next > off)
			return next;
	}
	return 0;
}

/* Behind what is claimed already at this place, or 0. */
static uint64_t
claimed(const struct carvelevel *l, uint64_t off)
{
	const struct claim *claim =
	    l->depth > 0 ? NULL : claims_at(finds_claims(l->c->o->finds), off);

	return claim != NULL && claim->off <= off ? claim->end : 0;
}

static uint64_t
on_other(void *arg, enum anchor what, uint64_t off)
{
	struct carvelevel *l = arg;
	uint64_t next = claimed(l, off);

	if (next > 0)
		return next;
	switch (what) {
	case ANCHOR_GZIP:
		return carvemember_at(l, MEMBER_GZIP, off);
	case ANCHOR_ZLIB:
		return carvemember_at(l, MEMBER_ZLIB, off);
	case ANCHOR_ZSTD:
	case ANCHOR_XZ:
		/* What a journal has packed is no file. */
		next = ask_finders(l, what, off);
		if (next > off)
			return next;
		return carvemember_at(
		    l, what == ANCHOR_XZ ? MEMBER_XZ : MEMBER_ZSTD, off);
	default:
		return ask_finders(l, what, off);
	}
}

const struct scan_ops carvefind_ops = { on_line, on_end, on_other };
