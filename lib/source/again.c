#include "source/again.h"

#include "base/banned.h"

void
again_init(struct again *a)
{
	*a = (struct again){ .kept = false };
	buf_init(&a->text, FRAMING_LINE_MAX * 2);
	buf_init(&a->host, FRAMING_LINE_MAX);
}

void
again_free(struct again *a)
{
	buf_free(&a->text);
	buf_free(&a->host);
}

void
again_forget(struct again *a)
{
	a->kept = a->ours = false;
}

void
again_keep(struct again *a, const struct frame *fr, const struct event *ev)
{
	struct slice qid = rec_get(&ev->rec, F_QID);

	again_other(a, true);
	/* Another recipient of a message may be refused in the same words. */
	if (qid.len > 0 && !slice_eq(qid, SLICE("NOQUEUE")) &&
	    ev->kind != EV_REJECT)
		return;
	a->text.len = a->host.len = 0;
	a->tag = fr->tag.len;
	a->pid = fr->pid.len;
	a->kept = !fr->lost_program && buf_add(&a->text, fr->tag) &&
	    buf_add(&a->text, fr->pid) && buf_add(&a->text, fr->text) &&
	    buf_add(&a->host, fr->host);
}

bool
again_fill(const struct again *a, struct frame *fr)
{
	struct slice all = buf_slice(&a->text), host = buf_slice(&a->host);

	/* Where the notice names a host, it is that of the line. */
	if (!a->kept || (fr->host.len > 0 && !slice_eq(fr->host, host)))
		return false;
	fr->host = host;
	fr->tag = slice_sub(all, 0, a->tag);
	fr->pid = slice_sub(all, a->tag, a->pid);
	fr->text = slice_from(all, a->tag + a->pid);
	fr->postfix = NULL;
	fr->writer = 0;
	fr->last_repeated = false;
	return true;
}
