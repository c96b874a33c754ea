#include "scan/resync_part.h"

#include <string.h>

#include "base/mem.h"
#include "scan/gap.h"

#include "base/banned.h"

void
resync_open(struct resync_text *r, const struct resync *plan,
    deflate_read_fn *read, void *arg, const struct prefix *prefix, size_t part)
{
	*r = (struct resync_text){ .plan = plan, .part = part };
	r->inflate = mem_alloc(1, sizeof(*r->inflate));
	inflate_init(r->inflate, read, arg);
	inflate_start(r->inflate, plan->start);
	r->head = HEAD_OVER;
	r->proof = mem_alloc(1, sizeof(*r->proof));
	lineproof_init(r->proof, prefix);
	buf_init(&r->line, RESYNC_LINE);
}

void
resync_close(struct resync_text *r)
{
	if (r->proof != NULL)
		lineproof_free(r->proof);
	mem_free(r->proof);
	mem_free(r->inflate);
	buf_free(&r->line);
	r->proof = NULL;
	r->inflate = NULL;
}

/* Where the part at hand ends. */
static uint64_t
end_of_part(const struct resync_text *r)
{
	return r->at < r->plan->n ? r->plan->hole[r->at].at : r->plan->made;
}

/* Cross the hole behind the part at hand; false if nothing is behind it. */
static bool
next_part(struct resync_text *r)
{
	const struct resync_hole *h = &r->plan->hole[r->at];
	struct inflate *d = r->inflate;
	unsigned char *text;
	const uint16_t *v;
	bool good;

	if (r->at == r->part || r->at >= r->plan->n || h->to == RESYNC_NOWHERE)
		return false;
	/* More may have been decoded than was good. */
	text = mem_alloc(INFLATE_WINDOW, 1);
	v = inflate_window(d) - r->n;
	for (size_t i = 0; i < INFLATE_WINDOW; i++)
		text[i] = byte_of(v[i]);
	good = resync_go_on(d, h, text, INFLATE_WINDOW);
	mem_free(text);
	r->n = 0;
	r->made += h->lost == GAP_NONE ? INFLATE_WINDOW : h->lost;
	r->at++;
	r->line.len = 0;
	r->head = 0;
	r->first = true;
	r->unknown = false;
	return good;
}

/* Decode some more of the part at hand; false at its end. */
static bool
fill(struct resync_text *r)
{
	struct inflate *d = r->inflate;

	while (r->n == 0) {
		if (d->at_end && d->last)
			return false;
		if ((d->at_end || d->block == INFLATE_NONE) &&
		    inflate_tables(d) != RC_OK)
			return false;
		(void)resync_step(d, &r->head, &r->v, &r->n);
		if (r->n == 0 && !d->at_end)
			return false;
	}
	return true;
}

/* The line at hand is complete: what of it may be given? */
static void
end_line(struct resync_text *r, bool ended)
{
	struct slice line =
	    slice_sub(buf_slice(&r->line), 0, r->line.len - ended);

	r->whole = r->at == r->part;
	r->given = 0;
	if (r->part > 0 &&
	    (r->first || r->unknown ||
		!lineproof_line(r->proof, line, r->at == 0)) &&
	    r->at > 0) {
		memset(r->line.ptr, RESYNC_BLANK, line.len);
		r->left_out += r->whole && !r->first;
	}
	r->first = r->unknown = false;
	if (!r->whole)
		r->line.len = 0;
}

/* Take values up to the end of a line; false at the end of the part. */
static bool
take_line(struct resync_text *r)
{
	while (!r->whole) {
		uint64_t left = end_of_part(r) - r->made;

		if (left == 0 || !fill(r)) {
			if (next_part(r))
				continue;
			if (r->at == r->part && r->line.len > 0)
				end_line(r, false);
			r->over = true;
			return r->whole;
		}
		r->made++;
		r->n--;
		(void)buf_addc(&r->line, byte_of(*r->v));
		r->unknown = r->unknown || byte_of(*r->v) == RESYNC_BLANK;
		if (*r->v++ == '\n')
			end_line(r, true);
		else if (r->line.len == RESYNC_LINE) {
			end_line(r, false);
			r->first = r->at > 0;
		}
	}
	return true;
}

enum rc
resync_read(struct resync_text *r, unsigned char *dst, size_t cap, size_t *made)
{
	*made = 0;
	while (*made < cap) {
		size_t n;

		if (!r->whole && (r->over || !take_line(r)))
			break;
		n = r->line.len - r->given;
		if (n > cap - *made)
			n = cap - *made;
		memcpy(dst + *made, r->line.ptr + r->given, n);
		*made += n;
		r->given += n;
		if (r->given == r->line.len) {
			r->whole = false;
			r->line.len = 0;
		}
	}
	return *made > 0 ? RC_OK : RC_END;
}
