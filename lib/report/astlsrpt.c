#include "report/astlsrpt.h"

#include <stdlib.h>

#include <openssl/sha.h>

#include "base/caltime.h"
#include "base/mem.h"
#include "rec/rec.h"
#include "report/words.h"

#include "base/banned.h"

#define BODY	((size_t)1 << 30)
#define ID	32	/* hexadecimal digits of the report-id */

/* ,"key":"value" */
static void
put_s(struct buf *b, const char *key, struct slice s)
{
	words(b, ",\"");
	words(b, key);
	words(b, "\":");
	words_json(b, s);
}

static void
put_u(struct buf *b, const char *key, uint64_t v)
{
	words(b, ",\"");
	words(b, key);
	words(b, "\":");
	words_u(b, v);
}

static void
put_time(struct buf *b, const char *key, int64_t sec)
{
	unsigned char text[CALTIME_MAX];

	words(b, key);
	words_json(b, slice_of(text, caltime_text(text, sec, 0, 0)));
}

static int
compare(const void *x, const void *y)
{
	const struct counts_row *a = *(struct counts_row *const *)x;
	const struct counts_row *b = *(struct counts_row *const *)y;

	return slice_cmp(a->name, b->name);
}

/* All rows, by name; to be freed with mem_free. */
static struct counts_row **
by_name(const struct counts *c)
{
	struct counts_row **v = mem_alloc(c->n + 1, sizeof(*v));

	for (size_t i = 0; i < c->n; i++)
		v[i] = c->row[i];
	qsort(v, c->n, sizeof(*v), compare);
	return v;
}

/* The first row from that name on. */
static size_t
lower_bound(struct counts_row **v, size_t n, struct slice name)
{
	size_t low = 0, high = n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (slice_cmp(v[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
has(struct counts_row **v, size_t n, struct slice name)
{
	size_t i = lower_bound(v, n, name);

	return i < n && slice_eq(v[i]->name, name);
}

static bool
is_logged(const struct counts_row *d)
{
	return d->n[TLSRPT_LINES_OK] + d->n[TLSRPT_LINES_FAILED] > 0;
}

static void
put_failure(struct buf *b, const struct counts_row *f)
{
	struct slice mx = counts_part(f->name, 3);
	struct slice addr = counts_part(f->name, 4);
	struct slice reason = counts_part(f->name, 5);

	words(b, "{\"result-type\":");
	words_json(b, counts_part(f->name, 2));
	if (mx.len > 0)
		put_s(b, "receiving-mx-hostname", mx);
	if (addr.len > 0)
		put_s(b, "receiving-ip", addr);
	put_u(b, "failed-session-count", f->n[0]);
	if (reason.len > 0)
		put_s(b, "failure-reason-code", reason);
	words(b, "}");
}

static void
put_failures(struct buf *b, struct counts_row **v, size_t n,
    const struct counts_row *d)
{
	struct counts_key key;
	struct slice name;
	bool first = true;

	counts_key_begin(&key);
	counts_key(&key, is_logged(d) ? SLICE("line") : SLICE("rebuilt"));
	counts_key(&key, d->name);
	counts_key(&key, SLICE(""));	/* the NUL behind the domain */
	name = counts_key_slice(&key);
	for (size_t i = lower_bound(v, n, name); i < n &&
	    slice_starts(v[i]->name, name); i++) {
		words(b, first ? ",\"failure-details\":[\n" : ",\n");
		put_failure(b, v[i]);
		first = false;
	}
	words(b, first ? "" : "]");
}

static void
put_policies(struct buf *b, const struct tlsrpt *t, struct counts_row **d)
{
	struct counts_row **f = by_name(&t->failure);
	struct counts_row **dane = by_name(&t->dane);
	struct counts_row **sts = by_name(&t->sts);

	words(b, ",\n\"policies\":[");
	for (size_t i = 0; i < t->domain.n; i++) {
		size_t at = is_logged(d[i]) ? TLSRPT_LINES_OK :
		    TLSRPT_REBUILT_OK;

		words(b, i == 0 ? "\n" : ",\n");
		words(b, "{\"policy\":{\"policy-type\":");
		words_json(b, has(dane, t->dane.n, d[i]->name) ?
		    SLICE("tlsa") : has(sts, t->sts.n, d[i]->name) ?
		    SLICE("sts") : SLICE("no-policy-found"));
		put_s(b, "policy-domain", d[i]->name);
		words(b, "},\"summary\":{\"total-successful-session-count\":");
		words_u(b, d[i]->n[at]);
		put_u(b, "total-failure-session-count", d[i]->n[at + 1]);
		words(b, "}");
		put_failures(b, f, t->failure.n, d[i]);
		words(b, "}");
	}
	words(b, "]");
	mem_free(f);
	mem_free(dane);
	mem_free(sts);
}

static void
put_differences(struct buf *b, struct counts_row **d, size_t n)
{
	bool first = true;

	words(b, ",\"differences\":[");
	for (size_t i = 0; i < n; i++) {
		const uint64_t *v = d[i]->n;

		if (!is_logged(d[i]) ||
		    (v[TLSRPT_LINES_OK] == v[TLSRPT_REBUILT_OK] &&
		    v[TLSRPT_LINES_FAILED] == v[TLSRPT_REBUILT_FAILED]))
			continue;
		words(b, first ? "\n{\"domain\":" : ",\n{\"domain\":");
		words_json(b, d[i]->name);
		put_u(b, "logged_successful", v[TLSRPT_LINES_OK]);
		put_u(b, "logged_failed", v[TLSRPT_LINES_FAILED]);
		put_u(b, "rebuilt_successful", v[TLSRPT_REBUILT_OK]);
		put_u(b, "rebuilt_failed", v[TLSRPT_REBUILT_FAILED]);
		words(b, "}");
		first = false;
	}
	words(b, "]");
}

static void
put_rebuilt(struct buf *b, const struct report *r, struct counts_row **d)
{
	const struct tlsrpt *t = &r->tlsrpt;
	uint64_t logged = 0;

	for (size_t i = 0; i < t->domain.n; i++)
		logged += is_logged(d[i]);
	words(b, ",\n\"x-rebuilt\":{\"from\":\"mail log\"");
	put_s(b, "by", r->o.tool);
	put_time(b, ",\"at\":", r->o.now);
	words(b, ",\"covered\":");
	words(b, r->covered ? "true" : "false");
	put_u(b, "domains_logged", logged);
	put_u(b, "domains_rebuilt", t->domain.n - logged);
	put_u(b, "deliveries_unknown", t->unknown);
	put_u(b, "deliveries_other", t->other);
	put_u(b, "dropped", t->domain.dropped + t->failure.dropped);
	put_differences(b, d, t->domain.n);
	words(b, "}}\n");
}

static void
put_id(struct buf *b, struct slice body)
{
	static const unsigned char hex[] = "0123456789abcdef";
	unsigned char sum[SHA256_DIGEST_LENGTH];

	(void)SHA256(body.ptr, body.len, sum);
	words(b, ",\n\"report-id\":\"");
	for (size_t i = 0; i < ID; i++)
		(void)buf_addc(b, hex[i % 2 == 0 ? sum[i / 2] >> 4 :
		    sum[i / 2] & 15]);
	words(b, "\"");
}

bool
astlsrpt_put(struct buf *b, const struct report *r,
    const struct astlsrpt *a)
{
	const struct report_options *o = &r->o;
	struct counts_row **d;
	struct buf head, body;

	if (!o->has_period && !r->timed)
		return false;
	d = by_name(&r->tlsrpt.domain);
	buf_init(&head, BODY);
	buf_init(&body, BODY);
	words(&head, "{\"organization-name\":");
	words_json(&head, a->organization);
	words(&head, ",\n\"date-range\":{");
	put_time(&head, "\"start-datetime\":", o->has_period ? o->from :
	    r->first);
	/* The end is a second of the period: 23:59:59. */
	put_time(&head, ",\"end-datetime\":", o->has_period ? o->until - 1 :
	    r->last);
	words(&head, "}");
	put_s(&head, "contact-info", a->contact);
	put_policies(&body, &r->tlsrpt, d);
	put_rebuilt(&body, r, d);
	(void)buf_add(b, buf_slice(&head));
	(void)buf_add(&head, buf_slice(&body));
	put_id(b, buf_slice(&head));
	(void)buf_add(b, buf_slice(&body));
	buf_free(&head);
	buf_free(&body);
	mem_free(d);
	return true;
}
