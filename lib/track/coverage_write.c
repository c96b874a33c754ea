#include "track/coverage_state.h"

#include <stdlib.h>

#include "base/caltime.h"
#include "base/mem.h"
#include "base/num.h"

#include "base/banned.h"

static int
by_name(const void *a, const void *b)
{
	const struct host_cover *x = *(struct host_cover *const *)a;
	const struct host_cover *y = *(struct host_cover *const *)b;

	return slice_cmp(x->name, y->name);
}

static int
by_tag(const void *a, const void *b)
{
	const struct tag_tls *x = a, *y = b;

	return slice_cmp(x->name, y->name);
}

static int
by_start(const void *a, const void *b)
{
	const struct gap *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return x->why - y->why;
}

static void
add_time(struct buf *b, int64_t sec)
{
	unsigned char text[CALTIME_MAX];

	(void)buf_add(b, slice_of(text, caltime_text(text, sec, 0, 0)));
}

static struct slice
gap_word(char why)
{
	return why == 'l' ? SLICE("lost-lines") : why == 'd' ?
	    SLICE("damage") : SLICE("silence");
}

static void
put_gaps(struct host_cover *h, struct buf *b)
{
	if (h->ngap > 0)
		qsort(h->gap, h->ngap, sizeof(*h->gap), by_start);
	for (size_t i = 0; i < h->ngap; i++) {
		if (b->len > 0)
			(void)buf_addc(b, ' ');
		add_time(b, h->gap[i].from);
		(void)buf_addc(b, '/');
		add_time(b, h->gap[i].to);
		(void)buf_addc(b, ';');
		(void)buf_add(b, gap_word(h->gap[i].why));
	}
	if (h->more_gaps > 0) {
		(void)buf_add(b, SLICE(" and-more:"));
		(void)buf_addu(b, h->more_gaps);
	}
}

static void
put_tags(struct host_cover *h, struct buf *b)
{
	if (h->ntag > 0)
		qsort(h->tag, h->ntag, sizeof(*h->tag), by_tag);
	for (size_t i = 0; i < h->ntag; i++) {
		if (b->len > 0)
			(void)buf_addc(b, ' ');
		(void)buf_add(b, h->tag[i].name);
		/* Through tlsproxy a handshake is logged at every level. */
		(void)buf_add(b, h->tag[i].yes && !(h->tag[i].out &&
		    h->proxied) ? SLICE("=yes") : SLICE("=no-evidence"));
	}
}

/* The record of one host. */
static bool
write_host(struct host_cover *h, bool (*put)(void *, const struct rec *),
    void *arg)
{
	static const enum field key[4] = { F_UNDERSTOOD, F_IGNORED, F_FOREIGN,
		F_UNKNOWN };
	unsigned char num[7][NUM_MAX], time[2][CALTIME_MAX];
	struct buf gaps, tags;
	struct rec r;
	uint64_t total = 0;
	bool ok;

	rec_clear(&r);
	buf_init(&gaps, 1 << 20);
	buf_init(&tags, 1 << 20);
	rec_set(&r, F_TYPE, SLICE("coverage"));
	if (h->timed) {
		rec_set(&r, F_TIME, slice_of(time[0], caltime_text(time[0],
		    h->first.sec, h->first.nsec, h->first.digits)));
		rec_set(&r, F_END, slice_of(time[1], caltime_text(time[1],
		    h->last.sec, h->last.nsec, h->last.digits)));
	}
	if (h->name.len > 0)
		rec_set(&r, F_HOST, h->name);
	for (size_t i = 0; i < 4; i++) {
		rec_set(&r, key[i], slice_of(num[i], num_u64(num[i], h->n[i])));
		total += h->n[i];
	}
	rec_set(&r, F_LINES, slice_of(num[4], num_u64(num[4], total)));
	if (h->forged > 0)
		rec_set(&r, F_FORGED, slice_of(num[5], num_u64(num[5],
		    h->forged)));
	if (h->copies > 0)
		rec_set(&r, F_COPIES, slice_of(num[6], num_u64(num[6],
		    h->copies)));
	put_gaps(h, &gaps);
	put_tags(h, &tags);
	if (gaps.len > 0)
		rec_set(&r, F_GAPS, buf_slice(&gaps));
	if (tags.len > 0)
		rec_set(&r, F_TLS_LOGGING, buf_slice(&tags));
	/* Records that were cut short say of no host what it covers. */
	ok = (total == 0 && h->copies > 0) || put(arg, &r);
	buf_free(&gaps);
	buf_free(&tags);
	return ok;
}

bool
coverage_write(struct coverage *c, bool (*put)(void *, const struct rec *),
    void *arg)
{
	bool ok = true;

	if (c->n > 0)
		qsort(c->host, c->n, sizeof(struct host_cover *), by_name);
	c->latest = NULL;
	for (size_t i = 0; i < c->n && ok; i++)
		ok = write_host(c->host[i], put, arg);
	return ok;
}
