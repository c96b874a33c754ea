#include "fmt/usual.h"

#include "fmt/syslog_part.h"

#include "base/banned.h"

/* Is something left over from before, or anything else than lines wanted? */
static inline bool
is_busy(const struct framing *f)
{
	return !f->stream || f->prefix != NULL || f->skip_line ||
	    f->skip_entry || f->skip_bytes > 0;
}

/* The stamp, if the line before had one of its kind. */
static inline enum framing_kind
take_stamp(struct slice *s, struct stamp *st, struct stamp_memo *memo)
{
	if (ascii_digit(*s->ptr))
		return stamp_take_iso(s, st, memo) ? FRAMING_ISO :
		    FRAMING_NONE;
	return memo->has_bsd && stamp_take_bsd(s, st, memo) ? FRAMING_BSD :
	    FRAMING_NONE;
}

size_t
usual_next(struct framing *f, struct slice data, struct usual *u)
{
	struct slice s, rest;
	bool plain = false;
	uint64_t number;
	size_t n, pid;

	if (is_busy(f) || data.len == 0)
		return 0;
	n = lineends_next(&f->ends, f->pos, data, &plain);
	if (n < STAMP_ISO_LEN || n >= f->limit || !plain)
		return 0;
	s = slice_of(data.ptr, n);
	u->kind = take_stamp(&s, &u->stamp, &f->memo.stamp);
	if (u->kind == FRAMING_NONE || s.len == 0 || *s.ptr != ' ')
		return 0;
	s = slice_of(s.ptr + 1, s.len - 1);
	u->head = head_find(f->memo.heads, s);
	if (u->head == NULL)
		return 0;
	s = slice_of(s.ptr + u->head->len, s.len - u->head->len);
	rest = slice_of(s.ptr - 1, s.len + 1);
	pid = pid_len(rest, &number);
	rest = unblank(slice_of(rest.ptr + pid, rest.len - pid));
	if (pid == 0 || number > UINT32_MAX || !is_usual(rest))
		return 0;
	u->line = slice_of(data.ptr, n);
	u->pid = slice_of(s.ptr, pid - 3);
	u->text = rest;
	u->number = (uint32_t)number;
	u->plain = framing_is_padded(data, n);
	f->last = u->kind;
	f->export = false;
	f->pos += n + 1;
	lineends_taken(&f->ends);
	return n + 1;
}

void
usual_frame(const struct usual *u, struct frame *fr)
{
	*fr = (struct frame){ .kind = u->kind, .line = u->line,
		.stamp = u->stamp, .host = u->head->host, .tag = u->head->tag,
		.pid = u->pid, .postfix = &u->head->postfix,
		.number = u->number, .writer = u->head->writer,
		.text = u->text, .lines = 1, .plain = u->plain };
}

void
usual_event(const struct usual *u, struct event *ev)
{
	const struct head *h = u->head;
	struct rec *r = &ev->rec;

	_Static_assert(F_HOST + HEAD_VALUES == F_PID && F_PID < 64,
	    "the values of a head stand in a row");
	rec_clear(r);
	r->set[0] = h->set | UINT64_C(1) << F_PID;
	for (size_t i = 0; i < HEAD_VALUES; i++)
		r->v[F_HOST + i] = h->value[i];
	r->v[F_PID] = u->pid;
	ev->pid = u->number;
	ev->writer = h->writer;
	ev->plain = slice_of(u->line.ptr, u->plain ? u->line.len : 0);
	postfix_parse(u->text, &h->postfix, ev);
}
