#include "fmt/queuefacts.h"

#include "base/banned.h"

/* In the order of enum queueattr. */
static const struct slice attr_name[QA_N] = {
#define A(t)	{ (const unsigned char *)t, sizeof(t) - 1 }
	A("create_time"), A("log_ident"), A("sasl_method"), A("sasl_username"),
	A("client_name"), A("client_address"), A("client_port"),
	A("helo_name"), A("protocol_name"), A("client_address_type"),
	A("log_client_name"), A("log_client_address"), A("log_client_port"),
	A("log_helo_name"), A("log_protocol_name"), A("log_message_origin"),
	A("envelope_id"), A("message_id"),
#undef A
};

void
queuefacts_init(struct queuefacts *f)
{
	*f = (struct queuefacts){ 0 };
	arena_init(&f->mem, QUEUEFACTS_MEMORY);
	buf_init(&f->others, QUEUEFACTS_WORDS);
	buf_init(&f->loss, QUEUEFACTS_WORDS);
	buf_init(&f->bad, QUEUEFACTS_WORDS);
	buf_init(&f->gaps, QUEUEFACTS_WORDS);
	buf_init(&f->header, QUEUEFACTS_HEADERS);
}

void
queuefacts_reset(struct queuefacts *f)
{
	struct queuefacts keep = { .mem = f->mem, .others = f->others,
		.loss = f->loss, .bad = f->bad, .gaps = f->gaps,
		.header = f->header };

	keep.others.len = keep.loss.len = keep.bad.len = 0;
	keep.gaps.len = keep.header.len = 0;
	*f = keep;
	arena_reset(&f->mem);
}

void
queuefacts_free(struct queuefacts *f)
{
	arena_free(&f->mem);
	buf_free(&f->others);
	buf_free(&f->loss);
	buf_free(&f->bad);
	buf_free(&f->gaps);
	buf_free(&f->header);
}

static struct slice
keep(struct queuefacts *f, struct slice s)
{
	struct slice copy;

	if (s.len == 0)
		return SLICE("");
	copy = arena_dup(&f->mem, s);
	if (copy.ptr == NULL)
		f->full = true;
	return copy;
}

static void
keep_first(struct queuefacts *f, struct slice *dst, struct slice s)
{
	if (dst->ptr == NULL)
		*dst = keep(f, s);
}

void
queuefacts_bad(struct queuefacts *f, struct slice word)
{
	if (f->bad.len > 0)
		(void)buf_addc(&f->bad, ' ');
	(void)buf_add(&f->bad, word);
}

static void
loss(struct queuefacts *f, uint64_t off, uint64_t len, struct slice what)
{

	/* Many losses are one: the rest is not told. */
	if (f->loss.len > QUEUEFACTS_WORDS / 2)
		return;
	if (f->loss.len > 0)
		(void)buf_addc(&f->loss, ' ');
	(void)buf_addu(&f->loss, off);
	(void)buf_addc(&f->loss, '+');
	(void)buf_addu(&f->loss, len);
	(void)buf_addc(&f->loss, ':');
	for (size_t i = 0; i < what.len; i++)
		(void)buf_addc(&f->loss, what.ptr[i] == ' ' ? '-' :
		    what.ptr[i]);
}

/* As Postfix spells them; any text may have a = in it. */
static bool
is_name(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((s.ptr[i] < 'a' || s.ptr[i] > 'z') && s.ptr[i] != '_')
			return false;
	return true;
}

/* What is only kept as text: NAME=VALUE, with blanks between. */
static void
other(struct queuefacts *f, struct slice name, struct slice value)
{
	static const char hex[] = "0123456789ABCDEF";

	if (f->others.len > 0)
		(void)buf_addc(&f->others, ' ');
	(void)buf_add(&f->others, name);
	(void)buf_addc(&f->others, '=');
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = value.ptr[i];

		if (c > ' ' && c != '%' && c != 0x7f) {
			(void)buf_addc(&f->others, c);
			continue;
		}
		(void)buf_addc(&f->others, '%');
		(void)buf_addc(&f->others, (unsigned char)hex[c >> 4]);
		(void)buf_addc(&f->others, (unsigned char)hex[c & 15]);
	}
}

static void
attribute(struct queuefacts *f, const struct queuefile_rec *r)
{
	struct slice name, value;
	uint64_t v;

	if (!queuerec_attr(r->data, &name, &value))
		return;
	f->named = f->named || is_name(name);
	if (slice_eq(name, SLICE("dsn_orig_rcpt"))) {
		f->next_orcpt = keep(f, value);
		return;
	}
	for (size_t i = 0; i < QA_N; i++) {
		if (!slice_eq(name, attr_name[i]))
			continue;
		keep_first(f, &f->attr[i], value);
		if (i == QA_CREATE_TIME && !f->has_created &&
		    slice_u64(value, UINT64_C(253402300799), &v)) {
			f->has_created = true;
			f->created = (int64_t)v;
		}
		return;
	}
	other(f, name, value);
}

static void
recipient(struct queuefacts *f, const struct queuefile_rec *r)
{
	struct queuercpt *p = arena_alloc(&f->mem, sizeof(*p));

	if (r->type != '>')
		f->nrcpt[r->type == 'R' ? 0 : r->type == 'D' ? 1 : 2]++;
	if (p == NULL) {
		f->full = true;
		return;
	}
	*p = (struct queuercpt){ .off = r->off, .len = r->head + r->len,
		.type = r->type, .stray = r->stray, .addr = keep(f, r->data),
		.orig = f->next_orig, .orcpt = f->next_orcpt };
	f->next_orig = f->next_orcpt = slice_of(NULL, 0);
	if (f->last == NULL)
		f->rcpt = p;
	else
		f->last->next = p;
	f->last = p;
}

/* The header field that was collected. */
static void
end_field(struct queuefacts *f)
{
	struct slice name, value;
	struct queuehop *h;

	if (f->header.len == 0)
		return;
	if (rfc822_field(buf_slice(&f->header), &name, &value)) {
		if (slice_eq_nocase(name, SLICE("received")) &&
		    f->nhop < QUEUEFACTS_HOPS) {
			h = &f->hop[f->nhop++];
			*h = (struct queuehop){ .off = f->header_off,
				.len = f->header_end - f->header_off };
			rfc822_received(keep(f, value), &h->r);
		} else if (slice_eq_nocase(name, SLICE("message-id")))
			keep_first(f, &f->message_id, value);
		else if (slice_eq_nocase(name, SLICE("subject")))
			keep_first(f, &f->subject, value);
	}
	f->header.len = 0;
}

static bool
is_fold(struct slice s)
{
	return s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t');
}

/* A record of the content. */
static void
text(struct queuefacts *f, const struct queuefile_rec *r)
{
	struct slice name, value;
	bool fragment = f->last_type == 'L';

	f->text_bytes += r->len + (r->type == 'N');
	f->last_type = r->type;
	if (f->over)
		return;
	if (!fragment) {
		if (r->len == 0 || (!is_fold(r->data) && !rfc822_field(
		    r->data, &name, &value))) {
			end_field(f);
			f->over = true;
			return;
		}
		if (!is_fold(r->data)) {
			end_field(f);
			f->header_off = r->off;
		} else
			(void)buf_addc(&f->header, '\n');
	}
	(void)buf_add(&f->header, r->data);
	if (r->off >= f->header_off)
		f->header_end = r->off + r->head + r->len;
}

static void
record(struct queuefacts *f, const struct queuefile_rec *r)
{
	if (r->segment == QUEUE_CONTENT) {
		if (!f->has_content) {
			f->has_content = true;
			f->content_off = r->off;
		}
		if (r->type == 'X') {
			end_field(f);
			f->over = true;
			f->has_end = true;
			f->content_end = r->off;
			f->end_pointed = f->before == 'p';
		} else if ((r->type == 'N' || r->type == 'L') && !r->stray)
			text(f, r);
		f->before = r->type;
		return;
	}
	switch (r->type) {
	case 'C':
		if (f->has_size)
			break;
		f->has_size = queuesize_parse(r->data, &f->size);
		/* A user may have put one behind the T of postdrop. */
		f->cleanup = f->has_size && r->off == 0 && !f->size.minus;
		break;
	case 'T':
		if (!f->has_time)
			f->has_time = queuerec_time(r->data, &f->sec, &f->usec,
			    &f->digits);
		break;
	case 'W':
		(void)slice_u64(slice_trim(r->data), INT64_MAX,
		    &f->warning);
		break;
	case 'S':
		f->has_sender = true;
		keep_first(f, &f->sender, r->data);
		break;
	case 'F':
	case 'L':
	case 'V':
		other(f, queuerec_name(r->type, r->segment), r->data);
		break;
	case '>':
		keep_first(f, &f->redirect, r->data);
		recipient(f, r);
		break;
	case 'O':
		f->next_orig = keep(f, r->data);
		break;
	case 'A':
		attribute(f, r);
		break;
	case 'R':
	case 'D':
	case '/':
		recipient(f, r);
		break;
	default:
		break;
	}
}

const char *
queuefacts_take(struct queuefacts *f, enum queuefile_item item,
    const struct queuefile_rec *r)
{
	const char *what = NULL;

	if (item == QUEUEFILE_LOSS) {
		what = r->what;
		loss(f, r->off, r->lost, slice_cstr(what));
	} else if (item == QUEUEFILE_RECORD) {
		if (r->cut) {
			what = "the file ends in a record";
			loss(f, r->off, r->head + (uint64_t)r->len,
			    slice_cstr(what));
		}
		record(f, r);
	}
	return what;
}

bool
queuefacts_maildrop(const struct queuefacts *f)
{
	return !f->cleanup;
}

bool
queuefacts_none(const struct queuefacts *f)
{
	return !f->has_size && !f->has_time && !f->has_content && !f->named;
}

bool
queuefacts_whole(const struct queuefacts *f)
{
	/*
	 * In maildrop Postfix 2.1 and 2.2 wrote no time; what cleanup made
	 * has a C record.
	 */
	return (f->has_time || !f->has_size) &&
	    (f->has_size || !f->has_created) && f->has_sender &&
	    f->loss.len == 0 && f->nrcpt[0] + f->nrcpt[1] + f->nrcpt[2] > 0;
}

static bool
add_gap(void *arg, uint64_t off, uint64_t len)
{
	struct queuefacts *f = arg;

	if (f->gaps.len > QUEUEFACTS_WORDS / 2)
		return false;
	if (f->gaps.len > 0)
		(void)buf_addc(&f->gaps, ' ');
	(void)buf_addu(&f->gaps, off);
	(void)buf_addc(&f->gaps, '+');
	(void)buf_addu(&f->gaps, len);
	return true;
}

/* The C record against where the records are. */
static void
check_sizes(struct queuefacts *f, const struct queuefile *q)
{
	const uint64_t *v = f->size.v;
	uint64_t n = f->nrcpt[0] + f->nrcpt[1] + f->nrcpt[2];

	if (!f->has_size)
		return;
	if (!f->size.done) {
		if (!f->size.minus && f->size.n > 1)
			queuefacts_bad(f, SLICE("sizes-not-set"));
		return;
	}
	if (f->size.n < 3 || q->losses > 0)
		return;
	if (f->has_content && q->jumps == 0 &&
	    f->content_off != v[QUEUESIZE_OFFSET])
		queuefacts_bad(f, SLICE("content-not-at-offset"));
	if (f->has_end &&
	    f->content_end != v[QUEUESIZE_OFFSET] + v[QUEUESIZE_SPAN])
		queuefacts_bad(f, SLICE("content-not-of-size"));
	/* Without milters nothing replaced the body. */
	if (f->size.n >= 5 && q->jumps == 0 &&
	    v[QUEUESIZE_CONTENT] != v[QUEUESIZE_SPAN])
		queuefacts_bad(f, SLICE("content-length"));
	if (n != v[QUEUESIZE_NRCPT])
		queuefacts_bad(f, SLICE("recipient-count"));
	/* What makes pointers possible stands at the end of the content. */
	if (f->size.n >= 5 && q->jumps > 0 && f->has_end && !f->end_pointed)
		queuefacts_bad(f, SLICE("pointer-without-dummy"));
	if (f->attr[QA_MESSAGE_ID].ptr != NULL && f->size.n < 6)
		queuefacts_bad(f, SLICE("mixed-versions"));
}

/* Our own host's header: on top, with the ID of this file. */
static void
mark_own(struct queuefacts *f, struct slice qid)
{
	struct queuehop *h = &f->hop[0];
	struct slice proto = f->attr[QA_PROTOCOL_NAME];

	if (f->nhop == 0 || !h->r.postfix || queuefacts_maildrop(f))
		return;
	if ((qid.ptr != NULL && slice_eq(h->r.id, qid)) ||
	    (qid.ptr == NULL && f->attr[QA_LOG_IDENT].ptr != NULL &&
	    slice_eq(h->r.id, f->attr[QA_LOG_IDENT])))
		h->own = true;
	else if (qid.ptr != NULL && h->r.id.ptr != NULL)
		queuefacts_bad(f, SLICE("received-id"));
	if (!h->own)
		return;
	if (h->r.has_time && f->has_time && f->has_created &&
	    f->created - f->sec <= 1 && (h->r.time - f->sec > 1 ||
	    f->sec - h->r.time > 1))
		queuefacts_bad(f, SLICE("received-time"));
	if (f->attr[QA_CLIENT_ADDRESS].ptr != NULL && h->r.addr.ptr != NULL &&
	    !slice_eq_nocase(h->r.addr, f->attr[QA_CLIENT_ADDRESS]))
		queuefacts_bad(f, SLICE("received-client"));
	/* ESMTP, ESMTPS, ESMTPA, ESMTPSA; UTF8SMTP is ESMTP, too. */
	if (proto.ptr != NULL && h->r.with.ptr != NULL &&
	    !slice_starts(h->r.with, proto) &&
	    !slice_starts(h->r.with, SLICE("UTF8")))
		queuefacts_bad(f, SLICE("received-protocol"));
}

struct slice
queuefacts_qid(const struct queuefacts *f)
{
	const struct received *r = &f->hop[0].r;
	struct slice ident = f->attr[QA_LOG_IDENT];
	bool sure;

	if (f->nhop == 0 || !r->postfix || queuefacts_maildrop(f) ||
	    f->hop[0].off != f->content_off)
		return slice_of(NULL, 0);
	if (ident.ptr != NULL)
		sure = slice_eq(r->id, ident);
	else
		sure = r->uid.len > 0 && r->has_time && f->has_created &&
		    r->time - f->created <= 1 && f->created - r->time <= 1;
	return sure ? r->id : slice_of(NULL, 0);
}

void
queuefacts_end(struct queuefacts *f, const struct queuefile *q,
    struct slice qid)
{
	struct slice addr = f->attr[QA_CLIENT_ADDRESS];
	struct slice type = f->attr[QA_ADDRESS_TYPE];

	end_field(f);
	queuefile_gaps(q, add_gap, f);
	check_sizes(f, q);
	if (f->has_time && f->has_created && f->sec > f->created + 1)
		queuefacts_bad(f, SLICE("created-before-arrival"));
	/* 0, and -1 that is no number here: the warning was sent. */
	if (f->has_time && f->warning > 0 &&
	    (int64_t)f->warning < f->sec)
		queuefacts_bad(f, SLICE("warning-time"));
	mark_own(f, qid);
	if (type.ptr != NULL && addr.ptr != NULL && addr.len > 0 &&
	    slice_eq(type, SLICE("2")) !=
	    (slice_chr(addr, ':') == SLICE_NONE))
		queuefacts_bad(f, SLICE("address-type"));
	if (f->gaps.len > 0 && q->jumps == 0 && q->losses == 0)
		queuefacts_bad(f, SLICE("data-after-end"));
	if (f->full)
		queuefacts_bad(f, SLICE("too-much-to-keep"));
}
