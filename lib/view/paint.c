#include "view/paint.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "view/text.h"

#define COLUMNS_MAX	1000
#define CUT_MAX		((size_t)16 * COLUMNS_MAX)	/* bytes of a cut */

static size_t
columns(int fd)
{
	struct winsize ws;
	uint64_t n;

	if (slice_u64(slice_cstr(getenv("COLUMNS")), COLUMNS_MAX, &n) && n > 0)
		return (size_t)n;
	if (ioctl(fd, TIOCGWINSZ, &ws) == 0 && ws.ws_col > 0)
		return ws.ws_col;
	return PAINT_COLUMNS;
}

void
paint_init(struct paint *p, FILE *out)
{
	int fd = fileno(out);
	struct slice no = slice_cstr(getenv("NO_COLOR"));
	struct slice term = slice_cstr(getenv("TERM"));

	*p = (struct paint){ .out = out, .columns = columns(fd) };
	if (p->columns < PAINT_LEAST)
		p->columns = PAINT_LEAST;
	p->colour = no.len == 0 && term.len > 0 &&
	    !slice_eq(term, SLICE("dumb")) && isatty(fd);
}

static void
put(struct paint *p, struct slice s)
{
	if (s.len > 0)
		(void)fwrite(s.ptr, 1, s.len, p->out);
}

static void
put_coloured(struct paint *p, enum paint_colour c, struct slice s)
{
	static const char *const on[] = { "", "\033[1m", "\033[31m",
	    "\033[33m", "\033[32m" };

	if (!p->colour || c == PAINT_PLAIN || s.len == 0) {
		put(p, s);
		return;
	}
	put(p, slice_cstr(on[c]));
	put(p, s);
	put(p, SLICE("\033[0m"));
}

void
paint_left(struct paint *p, enum paint_colour c, struct slice s)
{
	put_coloured(p, c, s);
	p->at += text_width(s);
}

void
paint_to(struct paint *p, size_t column)
{
	for (; p->at < column; p->at++)
		put(p, SLICE(" "));
}

static void
new_line(struct paint *p)
{
	put(p, SLICE("\n"));
	p->at = 0;
	paint_to(p, p->indent);
}

/* Where to break s: at the last blank of its first line, if it is far on. */
static size_t
break_at(struct slice s, size_t room)
{
	size_t n = text_part(s, room), blank;

	if (n == s.len || s.ptr[n] == ' ')
		return n;
	blank = slice_rchr(slice_sub(s, 0, n), ' ');
	return blank != SLICE_NONE && blank > n / 2 ? blank : n;
}

/* One phrase at the indent, with what is too wide cut or broken. */
static void
put_wide(struct paint *p, enum paint_colour c, enum paint_cut cut,
    struct slice s)
{
	size_t room = p->columns - p->at;
	struct buf b;

	if (!p->whole) {
		buf_init(&b, CUT_MAX);
		if (cut == PAINT_MIDDLE)
			text_cut_middle(&b, s, room);
		else
			text_cut_end(&b, s, room);
		put_coloured(p, c, buf_slice(&b));
		p->at += text_width(buf_slice(&b));
		buf_free(&b);
		return;
	}
	for (;;) {
		size_t n = break_at(s, p->columns - p->at);

		put_coloured(p, c, slice_sub(s, 0, n));
		p->at += text_width(slice_sub(s, 0, n));
		s = slice_from(s, n);
		(void)slice_take(&s, SLICE(" "));
		if (s.len == 0)
			return;
		new_line(p);
	}
}

void
paint_phrase(struct paint *p, enum paint_colour c, enum paint_cut cut,
    const char *separator, struct slice s)
{
	struct slice sep = slice_cstr(separator);
	size_t width = text_width(s);

	if (!p->more)
		paint_to(p, p->indent);
	else if (p->at + text_width(sep) + width <= p->columns) {
		put(p, sep);
		p->at += text_width(sep);
	} else {
		while (sep.len > 0 && sep.ptr[sep.len - 1] == ' ')
			sep.len--;
		if (p->at + text_width(sep) <= p->columns)
			put(p, sep);
		new_line(p);
	}
	p->more = true;
	if (p->at + width <= p->columns) {
		put_coloured(p, c, s);
		p->at += width;
	} else
		put_wide(p, c, cut, s);
}

void
paint_below(struct paint *p, enum paint_colour c, size_t lines, struct slice s)
{
	if (p->more)
		new_line(p);
	else
		paint_to(p, p->indent);
	p->more = true;
	while (text_width(s) > p->columns - p->at && (p->whole || --lines > 0)) {
		size_t n = break_at(s, p->columns - p->at);

		put_coloured(p, c, slice_sub(s, 0, n));
		s = slice_from(s, n);
		(void)slice_take(&s, SLICE(" "));
		if (s.len == 0)
			return;
		new_line(p);
	}
	put_wide(p, c, PAINT_END, s);
}

void
paint_end(struct paint *p)
{
	put(p, SLICE("\n"));
	p->at = 0;
	p->more = false;
}
