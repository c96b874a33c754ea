#include "view/summary.h"

#include "base/msg.h"
#include "view/text.h"

#define NAMES_MAX	300	/* bytes of a list of names */
#define LINE_MAX	1500

void
summary_init(struct summary *s)
{
	*s = (struct summary){ 0 };
	buf_init(&s->logged, NAMES_MAX);
	buf_init(&s->silent, NAMES_MAX);
}

void
summary_free(struct summary *s)
{
	buf_free(&s->logged);
	buf_free(&s->silent);
}

/* Add "HOST TAG" to a list, whole or not at all. */
static void
add_name(struct buf *b, struct slice host, struct slice tag)
{
	size_t len = b->len;

	if (len > 0)
		(void)buf_add(b, SLICE(", "));
	text_clean(b, host, " ,");
	(void)buf_addc(b, ' ');
	text_clean(b, tag, " ,");
	if (b->len + 8 > NAMES_MAX)
		b->len = len;
}

/* TAG=yes TAG=no-evidence ... */
static void
take_tls(struct summary *s, const struct rec *r)
{
	struct slice list = rec_get(r, F_TLS_LOGGING), word, rest, tag, how;

	while (list.len > 0) {
		if (!slice_cut(list, ' ', &word, &rest)) {
			word = list;
			rest = slice_from(list, list.len);
		}
		list = rest;
		if (!slice_rcut(word, '=', &tag, &how) &&
		    !slice_rcut(word, ':', &tag, &how))
			continue;
		add_name(slice_eq(how, SLICE("yes")) ? &s->logged :
		    &s->silent, rec_get(r, F_HOST), tag);
	}
}

void
summary_take(struct summary *s, const struct rec *r)
{
	struct slice type = rec_get(r, F_TYPE);
	uint64_t n;

	if (slice_eq(type, SLICE("source"))) {
		s->ends++;
		return;
	}
	if (!slice_eq(type, SLICE("coverage"))) {
		s->records++;
		return;
	}
	s->ends++;
	if (slice_u64(rec_get(r, F_UNKNOWN), INT64_MAX, &n))
		s->unknown += n;
	s->gaps += rec_get(r, F_GAPS).len > 0;
	take_tls(s, r);
}

static void
put_count(struct buf *b, uint64_t n, const char *one, const char *many)
{
	(void)buf_addu(b, n);
	(void)buf_add(b, slice_cstr(n == 1 ? one : many));
}

static void
put_moment(struct buf *b, const struct showtime *k, int64_t sec)
{
	const struct text_time t = { .sec = sec, .known = true };

	showtime_day(k, sec, b);
	(void)buf_addc(b, ' ');
	showtime_time(k, &t, false, b);
}

static void
put_hosts(struct buf *b, const struct timefacts_names *hosts)
{
	if (hosts->n == 0)
		return;
	(void)buf_add(b, hosts->n == 1 ? SLICE(", host ") :
	    SLICE(", hosts "));
	timefacts_put_names(b, hosts, " ");
}

/* Period, hosts, counts. */
static void
say_counts(const struct timefacts *f, const struct showtime *k)
{
	struct buf b;

	buf_init(&b, LINE_MAX);
	if (f->has_time) {
		put_moment(&b, k, f->first);
		(void)buf_add(&b, SLICE(" to "));
		put_moment(&b, k, f->last);
		if (k->zone == NULL)
			(void)buf_add(&b, SLICE(" UTC"));
	} else
		(void)buf_add(&b, SLICE("no time known"));
	put_hosts(&b, &f->hosts);
	(void)buf_add(&b, SLICE(": "));
	put_count(&b, f->messages, " message, ", " messages, ");
	put_count(&b, f->deliveries, " delivery, ", " deliveries, ");
	put_count(&b, f->rejects, " reject", " rejects");
	if (f->loose > 0) {
		(void)buf_add(&b, SLICE(", "));
		put_count(&b, f->loose, " other record", " other records");
	}
	msg_note("%.*s", (int)b.len, (const char *)b.ptr);
	buf_free(&b);
}

static void
say_list(const char *text, const struct buf *list)
{
	if (list->len > 0)
		msg_note("%s: %.*s", text, (int)list->len,
		    (const char *)list->ptr);
}

void
summary_say(const struct summary *s, const struct timefacts *f,
    const struct showtime *k)
{
	unsigned long long n;

	if (f->messages + f->rejects + f->deliveries + f->loose > 0)
		say_counts(f, k);
	else if (s->records > 0)
		msg_note("no message among the records asked for");
	if ((n = f->untimed + s->untimed) > 0)
		msg_note("%llu without a time left out: a year (--year) "
		    "would give them one", n);
	if ((n = f->passed) > 0)
		msg_note("%llu records of unknown type passed over", n);
	if ((n = s->unknown) > 0)
		msg_note("%llu Postfix lines were not understood: "
		    "mxlog --unknown shows them", n);
	if ((n = s->gaps) > 0)
		msg_note("the log has gaps (%llu %s); coverage records say "
		    "where", n, n == 1 ? "host" : "hosts");
	say_list("TLS was logged by", &s->logged);
	say_list("no sign that TLS is logged by", &s->silent);
	if (s->ends == 0 && s->records > 0)
		msg_note("no source or coverage record at the end: "
		    "the stream was cut short");
}
