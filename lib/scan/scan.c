#include "scan/scan.h"

#include "base/utf8.h"
#include "fmt/postfix.h"

#include "base/banned.h"

#define STAMP_REACH	320	/* bytes between a stamp and its tag */
#define PAGE		4096	/* of memory, where another may follow */
#define NEIGHBOUR	4	/* bytes that make a text */
/* So many bytes before the place at hand are in every window. */
#define BEFORE		(SCAN_LINE + 2 * SCAN_SECTOR)

void
scan_init(struct scan *s, const struct prefix *prefix,
    const struct scan_ops *ops, void *arg)
{
	*s = (struct scan){ .ops = ops, .arg = arg };
	framing_init(&s->framing, prefix);
	framing_init(&s->trial, prefix);
	s->framing.memo.plain = s->trial.memo.plain = true;
}

void
scan_free(struct scan *s)
{
	framing_free(&s->framing);
	framing_free(&s->trial);
}

/* Text, as far as one byte tells: a blank, a tab, letters, UTF-8. */
static bool
is_text(unsigned char c)
{
	return (c >= ' ' && c != 0x7f) || c == '\t';
}

/* Where the text ends that holds pos. */
static size_t
text_end(struct slice w, size_t pos)
{
	while (pos < w.len && is_text(w.ptr[pos]))
		pos++;
	return pos;
}

/* Where the text begins that holds pos, at least `least`. */
static size_t
text_start(struct slice w, size_t pos, size_t least)
{
	while (pos > least && is_text(w.ptr[pos - 1]))
		pos--;
	return pos;
}

/* True if a line of Postfix begins with these bytes. */
static bool
is_ours(struct scan *s, struct slice line)
{
	struct postfix_tag tag;
	struct frame fr, rest;

	if (s->framing.prefix == NULL && (line.len == 0 || *line.ptr != '{')) {
		if (!framing_split(line, &fr))
			return false;
	} else if (framing_next(&s->trial, line, true, &fr) == 0)
		fr.kind = FRAMING_NONE;
	if (fr.kind < FRAMING_BSD)
		tag.ours = false;
	else
		postfix_tag(fr.tag, fr.lost_program, &tag);
	while (framing_flush(&s->trial, &rest))
		continue;
	return tag.ours;
}

/* The text that holds the anchor at `at`: where it begins and ends in w. */
static void
find_text(struct scan *s, struct slice w, uint64_t off, size_t at,
    size_t floor)
{
	size_t least = at > SCAN_LINE ? at - SCAN_LINE : 0;

	/* Anchors side by side in one long text: look at it once. */
	if (off + at < s->text_end && off + at >= s->text_start &&
	    off + floor <= s->text_start)
		return;
	s->text_start = off + text_start(w, at, floor > least ? floor : least);
	s->text_end = off + text_end(slice_sub(w, 0, at + SCAN_LINE), at);
	s->tried = false;
}

/* A stamp may begin here: a month, a year, a priority. */
static bool
may_begin(struct slice s)
{
	unsigned char c = s.len < 8 ? 0 : *s.ptr;

	if (ascii_digit(c))
		return s.ptr[4] == '-' && s.ptr[7] == '-';
	if (c == '<')
		return ascii_digit(s.ptr[1]);
	return c >= 'A' && c <= 'W' && ascii_lower(s.ptr[1]) &&
	    ascii_lower(s.ptr[2]) && s.ptr[3] == ' ';
}

/*
 * Where in w the line begins that holds the anchor at `at` and ends at `end`;
 * SLICE_NONE if there is none.  *inside: within other text.
 */
static size_t
find_start(struct scan *s, struct slice w, uint64_t off, size_t at, size_t end,
    bool *inside)
{
	size_t start = s->text_start > off ? (size_t)(s->text_start - off) : 0;
	size_t p, past = (size_t)((off + at) % SCAN_SECTOR);

	*inside = false;
	if (!s->tried && is_ours(s, slice_of(w.ptr + start, end - start)))
		return start;
	s->tried = true;
	for (p = at > past ? at - past : 0; p > start && at - p < 2 *
	    SCAN_SECTOR; p -= SCAN_SECTOR) {
		if (is_ours(s, slice_of(w.ptr + p, end - p)))
			return p;
		if (p <= SCAN_SECTOR)
			break;
	}
	/* A byte that is no text, but like UTF-8, may stand before it. */
	for (p = at; p > start && at - p < STAMP_REACH; p--) {
		struct slice line = slice_of(w.ptr + p, end - p);

		if (!may_begin(line) || !is_ours(s, line))
			continue;
		*inside = w.ptr[p - 1] < 0x80;
		return p;
	}
	return SLICE_NONE;
}

/*
 * Go back over lines of other programs that stand before the first one, as
 * far as every window has them that has the anchor at `at`.
 */
static size_t
go_back(struct slice w, size_t start, size_t floor, size_t at)
{
	if (at > SCAN_LINE && floor < at - SCAN_LINE)
		floor = at - SCAN_LINE;
	for (unsigned int n = 0; n < SCAN_FOREIGN; n++) {
		struct frame fr;
		size_t from;

		if (start <= floor + 1 || w.ptr[start - 1] != '\n')
			break;
		from = text_start(w, start - 1, floor);
		/* The window may have lost its beginning. */
		if (from == floor && from > 0 && is_text(w.ptr[from - 1]))
			break;
		if (start - from > SCAN_LINE || !framing_split(
		    slice_of(w.ptr + from, start - 1 - from), &fr) ||
		    fr.kind < FRAMING_BSD)
			break;
		start = from;
	}
	return start;
}

/* A text of other kind ends before start. */
static bool
text_before(struct slice w, uint64_t off, size_t start, size_t floor)
{
	size_t end = start, from;

	if (end > floor && w.ptr[end - 1] == '\n')
		end--;
	if (end > floor && w.ptr[end - 1] == '\r')
		end--;
	from = text_start(w, end, floor);
	return end - from >= NEIGHBOUR &&
	    (off + from) / SCAN_SECTOR == (off + start) / SCAN_SECTOR &&
	    (off + from) % SCAN_SECTOR != 0;
}

/* A text of other kind begins at pos. */
static bool
text_after(struct slice w, uint64_t off, size_t pos)
{
	if ((off + pos) % SCAN_SECTOR == 0)
		return false;
	for (; pos < w.len && (w.ptr[pos] == '\n' || w.ptr[pos] == '\r'); pos++)
		continue;
	return text_end(slice_sub(w, 0, pos + NEIGHBOUR), pos) - pos >=
	    NEIGHBOUR;
}

static bool
give(struct scan *s, const struct frame *fr, uint64_t off, size_t len,
    const unsigned char *end, bool cut)
{
	struct scan_line l = { .frame = fr, .next = s->pos };
	size_t back = (size_t)fr->back;

	/* The pieces of a joined line stand before its last one. */
	l.off = off - back;
	l.bytes = slice_of(end - len - back, len + back);
	l.flags = (s->flags & SCAN_INSIDE) | (cut ? SCAN_CUT : 0);
	if (!s->ops->line(s->arg, &l))
		s->stopped = true;
	return !s->stopped;
}

static void
end_run(struct scan *s, struct slice w, uint64_t off, size_t pos)
{
	struct frame fr;

	while (framing_flush(&s->framing, &fr))
		continue;
	if (text_after(w, off, pos))
		s->flags |= SCAN_AFTER;
	s->in_run = false;
	s->floor = s->pos;
	/* It ended before its own anchor: that one is done with. */
	if (s->pos < s->least) {
		s->pos = s->least;
		s->tried = true;
	}
	s->ops->end(s->arg, s->flags);
}

/* The whole of an export entry at pos, or 0. */
static size_t
entry_len(struct slice w, size_t pos)
{
	size_t n;

	if (!slice_starts(slice_from(w, pos), SLICE("__CURSOR=")))
		return 0;
	n = slice_find(slice_sub(w, pos, SCAN_LINE), SLICE("\n\n"));
	return n == SLICE_NONE ? 0 : n + 2;
}

/* Is the line of a run that has this frame Postfix's? */
static bool
frame_is_ours(const struct frame *fr)
{
	struct postfix_tag tag;

	if (fr->postfix != NULL)
		return fr->postfix->ours;
	postfix_tag(fr->tag, fr->lost_program, &tag);
	return tag.ours;
}

/* The tag of a line stands in s. */
static bool
has_tag(struct slice s)
{
	enum anchor what = ANCHOR_NONE;
	size_t pos = 0;

	while (what != ANCHOR_TAG && (pos = anchor_next(s, pos, &what)) !=
	    SLICE_NONE)
		pos++;
	return what == ANCHOR_TAG;
}

/*
 * A line that goes on behind the edge of a sector with bytes of something
 * else: no UTF-8, or the tag of another line.
 */
static bool
is_torn(struct slice line, uint64_t off)
{
	size_t edge = SCAN_SECTOR - (size_t)(off % SCAN_SECTOR);
	struct slice rest = slice_from(line, edge);
	uint32_t c = 0;

	if (line.len <= edge)
		return false;
	/* A character may lie across it. */
	for (unsigned int i = 0; line.ptr[edge - 1] >= 0x80 && i < 3 &&
	    rest.len > 0 && (*rest.ptr & 0xc0) == 0x80; i++)
		rest = slice_from(rest, 1);
	for (struct slice s = rest; s.len > 0 && c != UTF8_BAD;)
		s = slice_from(s, *s.ptr < 0x80 ? 1 : utf8_next(s, &c));
	return c == UTF8_BAD || (has_tag(slice_sub(line, 0, edge)) &&
	    has_tag(rest));
}

/*
 * The next line of a run; false if more has to be read first.  The run ends
 * where no line follows.
 */
static bool
step_run(struct scan *s, struct slice w, uint64_t off, bool eof)
{
	size_t pos = (size_t)(s->pos - off), from, end, n;
	struct frame fr;
	bool cut, nl;

	if (!eof && w.len - pos < SCAN_LINE + SCAN_SECTOR)
		return false;
	from = pos;
	if (s->nprefix > 0) {
		if (!slice_starts(slice_from(w, pos), slice_of(s->prefix,
		    s->nprefix))) {
			end_run(s, w, off, pos);
			return true;
		}
		from += s->nprefix;
	}
	n = entry_len(w, from);
	end = n > 0 ? from + n : text_end(slice_sub(w, 0, from + SCAN_LINE),
	    from);
	nl = n == 0 && (slice_starts(slice_from(w, end), SLICE("\n")) ||
	    slice_starts(slice_from(w, end), SLICE("\r\n")));
	cut = n == 0 && !nl && (end == w.len || w.ptr[end] != '\0' ||
	    (off + end) % SCAN_SECTOR == 0 ||
	    (off + from) / PAGE != (off + end) / PAGE);
	cut = cut || (n == 0 && is_torn(slice_of(w.ptr + from, end - from),
	    off + from));
	n = end - from;
	if (nl)
		n += w.ptr[end] == '\r' ? 2 : 1;
	if (end == from || s->foreign > SCAN_FOREIGN ||
	    framing_next(&s->framing, slice_of(w.ptr + from, n), true, &fr) !=
	    n || (fr.kind < FRAMING_BSD && fr.kind != FRAMING_PART &&
	    fr.kind != FRAMING_MARK) || fr.cut) {
		end_run(s, w, off, pos);
		return true;
	}
	s->foreign = frame_is_ours(&fr) ? 0 : s->foreign + 1;
	s->pos = off + from + n;
	if (fr.back > SCAN_LINE) {
		/* The window may have lost its first pieces. */
		end_run(s, w, off, from + n);
		return true;
	}
	if (fr.kind >= FRAMING_BSD && !give(s, &fr, off + from, fr.line.len,
	    fr.line.ptr + fr.line.len, cut))
		return true;
	if (!nl && entry_len(w, from) == 0)
		end_run(s, w, off, from + n);
	return true;
}

/* The start of the export entry that holds the anchor, or SLICE_NONE. */
static size_t
find_entry(struct slice w, size_t at, size_t floor)
{
	size_t from = at > SCAN_LINE / 2 ? at - SCAN_LINE / 2 : 0, p, n;

	if (from < floor)
		from = floor;
	p = slice_rfind(slice_of(w.ptr + from, at - from),
	    SLICE("__CURSOR="));
	if (p == SLICE_NONE)
		return SLICE_NONE;
	p += from;
	n = entry_len(w, p);
	if (n == 0 || at - p >= n || (p > floor && w.ptr[p - 1] != '\n' &&
	    is_text(w.ptr[p - 1])))
		return SLICE_NONE;
	return p;
}

/* An anchor of a line of Postfix: begin a run if it is one. */
static void
begin_run(struct scan *s, struct slice w, uint64_t off, size_t at)
{
	size_t floor = s->floor > off ? (size_t)(s->floor - off) : 0;
	bool inside = false;
	size_t start;

	find_text(s, w, off, at, floor);
	start = find_start(s, w, off, at, (size_t)(s->text_end - off), &inside);
	if (start == SLICE_NONE)
		start = find_entry(w, at, floor);
	s->pos = off + at + 1;
	if (start == SLICE_NONE)
		return;
	s->flags = 0;
	s->nprefix = 0;
	if (inside) {
		size_t from = text_start(w, start, floor);

		s->flags = SCAN_INSIDE;
		if (start - from <= SCAN_PREFIX) {
			s->nprefix = start - from;
			memcpy(s->prefix, w.ptr + from, s->nprefix);
			start = from;
		}
	} else
		start = go_back(w, start, floor, at);
	if (text_before(w, off, start, floor))
		s->flags |= SCAN_BEFORE;
	s->foreign = 0;
	s->in_run = true;
	s->least = off + at + 1;
	s->pos = off + start;
}

/* The next anchor of either kind. */
static size_t
next_anchor(struct scan *s, struct slice w, uint64_t off, size_t pos,
    enum anchor *what)
{
	size_t at = anchor_next(w, pos, what), sector;

	if (s->sector < off + pos || (s->begins == ANCHOR_NONE &&
	    s->sector < off + w.len)) {
		if (s->sector < off + pos)
			s->sector = off + pos;
		sector = anchor_sector(w, off, (size_t)(s->sector - off),
		    &s->begins);
		s->sector = sector != SLICE_NONE ? off + sector :
		    w.len - pos > ANCHOR_MAX ? off + w.len - ANCHOR_MAX :
		    off + pos;
	}
	if (s->begins == ANCHOR_NONE || (at != SLICE_NONE &&
	    off + at < s->sector))
		return at;
	*what = s->begins;
	return (size_t)(s->sector - off);
}

/* Look for the next anchor; false if more has to be read first. */
static bool
step_search(struct scan *s, struct slice w, uint64_t off, bool eof)
{
	size_t pos = (size_t)(s->pos - off), at;
	enum anchor what;

	at = next_anchor(s, w, off, pos, &what);
	if (at == SLICE_NONE) {
		s->pos = off + w.len;
		if (!eof)
			s->pos = w.len - pos > ANCHOR_MAX ?
			    s->pos - ANCHOR_MAX : off + pos;
		return false;
	}
	/* What is looked at has its whole line in the window. */
	if (!eof && w.len - at < SCAN_LINE + 2 * SCAN_SECTOR) {
		s->pos = off + at;
		return false;
	}
	if (what == ANCHOR_TAG || what == ANCHOR_NAME)
		begin_run(s, w, off, at);
	else {
		uint64_t next = s->ops->other(s->arg, what, off + at);

		s->pos = off + at + 1;
		if (next > s->pos)
			s->pos = s->floor = next;
	}
	return true;
}

size_t
scan_window(struct scan *s, struct slice w, uint64_t off, bool eof)
{
	size_t keep;
	bool more = true;

	while (more && !s->stopped && s->pos < off + w.len)
		more = s->in_run ? step_run(s, w, off, eof) :
		    step_search(s, w, off, eof);
	if (eof && s->in_run)
		end_run(s, w, off, w.len);
	if (s->pos >= off + w.len)
		return w.len;
	keep = w.len - (size_t)(s->pos - off);
	keep = keep > SIZE_MAX - BEFORE ? keep : keep + BEFORE;
	return w.len > keep ? w.len - keep : 0;
}
