/*
 * scan - any bytes as an image: the lines, their flags and the other anchors
 * lie inside, come in order and only once, and are the same whether the
 * bytes come at once or in windows of any size
 *
 * So that windows of the real size begin and end everywhere, a byte 0x80 and
 * a number N stand for 128 N more of the byte before, 0x81 and N for the
 * line before N times more, 0x82 and N for 65536 - N more of the byte before.
 */
#include "scan/scan.h"

#include "base/buf.h"
#include "must.h"

#define WIDE ((size_t)400 * 1024)
#define MOST 8192 /* calls that are compared */

enum kind { LINE, END, OTHER };

struct call {
	enum kind kind;
	unsigned int what; /* flags, or the anchor */
	uint64_t off;
	size_t len;
	uint64_t sum;
};

struct log {
	struct call *call;
	size_t n;
	struct slice all;
	uint64_t last; /* where the last line ended */
};

static void
add(struct log *l, struct call c)
{
	if (l->n < MOST)
		l->call[l->n] = c;
	l->n++;
	/* Nothing is found again and again. */
	must(l->n <= 2 * l->all.len + 2);
}

static bool
on_line(void *arg, const struct scan_line *line)
{
	struct log *l = arg;
	struct call c = { LINE, line->flags, line->off, line->bytes.len, 0 };

	must(c.len > 0 && c.off <= l->all.len && c.len <= l->all.len - c.off);
	must(memcmp(line->bytes.ptr, l->all.ptr + c.off, c.len) == 0);
	must(line->next >= c.off + c.len && line->next > l->last);
	l->last = line->next;
	for (size_t i = 0; i < line->frame->text.len; i++)
		c.sum = c.sum * 31 + line->frame->text.ptr[i];
	c.sum = c.sum * 31 + (unsigned int)line->frame->kind;
	add(l, c);
	return true;
}

static void
on_end(void *arg, unsigned int flags)
{
	struct call c = { END, flags, 0, 0, 0 };

	add(arg, c);
}

/* Some of what is found is long. */
static uint64_t
on_other(void *arg, enum anchor what, uint64_t off)
{
	struct log *l = arg;
	struct call c = { OTHER, what, off, 0, 0 };

	must(off < l->all.len && off >= l->last);
	add(l, c);
	return what == ANCHOR_PEM  ? off + 70000 :
	    what == ANCHOR_JOURNAL ? off + 300000 :
				     0;
}

static const struct scan_ops ops = { on_line, on_end, on_other };

/* Scan it in windows that hold `step` bytes that are new. */
static void
scan(struct log *l, struct slice s, size_t step)
{
	size_t off = 0, have = 0, n;
	struct scan scan;
	bool eof;

	l->n = 0;
	l->last = 0;
	l->all = s;
	scan_init(&scan, NULL, &ops, l);
	do {
		uint8_t *copy;

		have = s.len - off < have + step ? s.len - off : have + step;
		eof = off + have == s.len;
		copy = malloc(have + (have == 0));
		must(copy != NULL);
		if (have > 0)
			memcpy(copy, s.ptr + off, have);
		n = scan_window(&scan, slice_of(copy, have), off, eof);
		must(n <= have && have - n <= SCAN_KEEP);
		off += n;
		have -= n;
		free(copy);
	} while (!eof);
	scan_free(&scan);
}

/* The last line once more, n times. */
static void
repeat(struct buf *b, size_t n)
{
	size_t end = b->len, from = end;

	while (from > 0 && (from == end || b->ptr[from - 1] != '\n'))
		from--;
	while (n-- > 0 && buf_reserve(b, end - from))
		(void)buf_add(b, slice_of(b->ptr + from, end - from));
}

static struct slice
widen(struct buf *b, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char c = data[i];
		size_t n;

		if (c < 0x80 || c > 0x82 || b->len == 0 || i + 1 == size) {
			(void)buf_addc(b, c);
			continue;
		}
		n = data[++i];
		if (c == 0x81) {
			repeat(b, n);
			continue;
		}
		c = b->ptr[b->len - 1];
		n = data[i - 1] == 0x80 ? 128 * n : 65536 - n;
		if (buf_reserve(b, n)) {
			memset(b->ptr + b->len, c, n);
			b->len += n;
		}
	}
	return buf_slice(b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct log a = { .call = malloc(MOST * sizeof(struct call)) };
	struct log b = { .call = malloc(MOST * sizeof(struct call)) };
	struct slice s;
	struct buf wide;
	size_t n;

	must(a.call != NULL && b.call != NULL);
	buf_init(&wide, WIDE);
	s = widen(&wide, data, size);
	scan(&a, s, s.len + 1);
	for (size_t step = 9000; step < 200000; step *= 12) {
		scan(&b, s, step + size % 512);
		must(a.n == b.n);
		n = a.n < MOST ? a.n : MOST;
		for (size_t i = 0; i < n; i++)
			must(a.call[i].kind == b.call[i].kind &&
			    a.call[i].what == b.call[i].what &&
			    a.call[i].off == b.call[i].off &&
			    a.call[i].len == b.call[i].len &&
			    a.call[i].sum == b.call[i].sum);
	}
	buf_free(&wide);
	free(a.call);
	free(b.call);
	return 0;
}
