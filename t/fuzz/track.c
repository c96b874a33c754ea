/*
 * Any lines, in a somewhat random order, through framing, clock, parser and
 * tracker: every delivery that goes in comes out once, under a trace that a
 * message record has, too; every event comes out; verdicts use their words.
 * The last byte chooses the order.
 */
#include <stdint.h>

#include "base/hash.h"
#include "fmt/framing.h"
#include "fmt/postfix.h"
#include "source/clock.h"
#include "track/track.h"
#include "track/verdict.h"
#include "must.h"

#define LINES		400
#define RECORDS		2048

/* What came out of the tracker. */
struct seen {
	uint64_t	message[RECORDS];	/* hashes of traces */
	uint64_t	delivery[RECORDS];
	size_t		nmessage, ndelivery, nrefused, nevent;
	size_t		limit;		/* refuse records after so many; 0: never */
	uint64_t	sum;
};

static bool
is_word(struct slice s, const struct slice *list, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (slice_eq(s, list[i]))
			return true;
	return false;
}

/* tls, tls_proof, tls_why go together. */
static void
check_verdict(const struct rec *r)
{
	struct slice tls = rec_get(r, F_TLS);
	bool unknown = slice_eq(tls, SLICE("unknown"));

	if (!rec_has(r, F_TLS)) {
		must(!rec_has(r, F_TLS_WHY) && !rec_has(r, F_TLS_PROOF));
		return;
	}
	must(is_word(tls, tls_status_word, TLS_STATUS_N));
	must(is_word(rec_get(r, F_TLS_WHY), tls_why_word, TLS_WHY_N));
	must(unknown != rec_has(r, F_TLS_PROOF));
	must(unknown || is_word(rec_get(r, F_TLS_PROOF), tls_proof_word,
	    PROOF_N));
	/* What was negotiated is told of encrypted hops only. */
	must(!rec_has(r, F_TLS_VERSION) || slice_eq(tls, SLICE("encrypted")) ||
	    slice_eq(tls, SLICE("authenticated")));
}

static bool
put(void *arg, const struct rec *r)
{
	struct seen *s = arg;
	struct slice type = rec_get(r, F_TYPE);
	uint64_t trace = hash_bytes(rec_get(r, F_TRACE), 1);

	for (size_t i = 0; i < FIELD_N; i++)
		if (rec_has(r, (enum field)i))
			s->sum = hash_bytes(r->v[i], s->sum + i);
	if (slice_eq(type, SLICE("event"))) {
		s->nevent++;
	} else if (slice_eq(type, SLICE("message"))) {
		must(rec_get(r, F_TRACE).len > 0);
		must(rec_get(r, F_PATH).len > 0 && rec_get(r, F_HOP).len > 0);
		must(rec_has(r, F_STATUS) && rec_has(r, F_TLS));
		must(rec_has(r, F_PARENT) == rec_has(r, F_PARENT_WHY));
		must(s->nmessage < RECORDS);
		s->message[s->nmessage++] = trace;
		check_verdict(r);
	} else if (slice_eq(type, SLICE("delivery"))) {
		must(s->ndelivery + s->nrefused < RECORDS);
		s->delivery[s->ndelivery + s->nrefused] = trace;
		if (rec_has(r, F_ACTION))
			s->nrefused++;
		else
			s->ndelivery++;
		check_verdict(r);
	} else
		must(slice_eq(type, SLICE("link")));
	return s->limit == 0 || s->nevent + s->nmessage < s->limit;
}

/* What a feed does with a frame. */
static void
make_event(struct event *ev, const struct frame *fr, struct clock *clock,
    uint64_t off)
{
	struct postfix_tag tag;
	struct slice note;
	uint64_t pid;

	rec_clear(&ev->rec);
	ev->kind = EV_OTHER;
	ev->daemon = DM_NONE;
	ev->class = LINE_FOREIGN;
	ev->pid = 0;
	ev->plain = slice_of(NULL, 0);
	ev->stream = 0;
	clock_time(clock, &fr->stamp, &fr->outer, &ev->time, &note);
	if (note.len > 0)
		rec_set(&ev->rec, F_TIME_NOTE, note);
	postfix_tag(fr->tag, fr->lost_program, &tag);
	if (tag.ours && !fr->last_repeated)
		postfix_parse(fr->text, &tag, ev);
	else if (slice_find(fr->text, SLICE("rate-limiting")) != SLICE_NONE)
		rec_set(&ev->rec, F_NOTE, SLICE("lines-lost"));
	if (fr->host.len > 0)
		rec_set(&ev->rec, F_HOST, fr->host);
	if (slice_u64(fr->pid, UINT32_MAX, &pid))
		ev->pid = (uint32_t)pid;
	if (tag.ours) {
		rec_set(&ev->rec, F_INSTANCE, tag.instance);
		if (tag.service.len > 0)
			rec_set(&ev->rec, F_SERVICE, tag.service);
		if (ev->daemon != DM_NONE)
			rec_set(&ev->rec, F_DAEMON, daemon_name[ev->daemon]);
		if (tag.lost)
			rec_set(&ev->rec, F_NOTE, SLICE("program-lost"));
	}
	ev->src = SLICE("fuzz");
	ev->off = off;
	ev->len = fr->line.len;
	ev->line = 0;
}

/* The lines of the data in v, some of them out of order. */
static size_t
take_lines(const uint8_t *data, size_t size, struct slice *v)
{
	uint32_t seed = size > 0 ? data[size - 1] : 0;
	struct slice s = slice_of(data, size), line;
	size_t n = 0;

	while (n < LINES && slice_cut(s, '\n', &line, &s))
		v[n++] = line;
	if (seed % 4 == 0)
		return n;
	for (size_t i = 1; i < n; i++) {
		size_t back;

		seed = seed * 1103515245U + 12345U;
		back = (seed >> 16) % (seed % 4 == 1 ? 16 : 2);
		if (back > 0 && back <= i) {
			line = v[i];
			v[i] = v[i - back];
			v[i - back] = line;
		}
	}
	return n;
}

/* Track the lines. */
static void
run(const struct slice *v, size_t n, struct seen *s)
{
	struct track_opt opt = { .events = true };
	struct track *t = track_new(&opt, put, s);
	struct clock clock;
	size_t deliveries = 0, events = 0;
	uint64_t off = 0;

	clock_init(&clock, NULL);
	clock_year(&clock, CLOCK_YEAR_GIVEN, 2026);
	for (size_t i = 0; i < n; i++) {
		struct framing f;
		struct frame fr;
		struct event ev;

		framing_init(&f, NULL);
		if (v[i].len > 0 &&
		    framing_next(&f, v[i], true, &fr) > 0 &&
		    fr.kind != FRAMING_PART) {
			make_event(&ev, &fr, &clock, off);
			if (ev.class != LINE_FOREIGN) {
				events++;
				deliveries += ev.kind == EV_DELIVERY &&
				    rec_get(&ev.rec, F_QID).len > 0;
			}
			track_event(t, &ev);
		}
		framing_free(&f);
		off += v[i].len + 1;
	}
	track_end(t);
	track_free(t);
	if (s->limit != 0)
		return;
	must(s->nevent == events);
	must(s->ndelivery == deliveries);
	/* Whose trace is of a message that was written. */
	for (size_t i = 0; i < s->ndelivery + s->nrefused; i++) {
		size_t k = 0;

		while (k < s->nmessage && s->message[k] != s->delivery[i])
			k++;
		must(k < s->nmessage);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct slice v[LINES];
	static struct seen a, b;
	size_t n = take_lines(data, size, v);

	a = b = (struct seen){ .sum = 0 };
	run(v, n, &a);
	run(v, n, &b);
	must(a.sum == b.sum);
	b = (struct seen){ .limit = 1 + n / 2 };
	run(v, n, &b);
	return 0;
}
