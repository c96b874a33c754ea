/*
 * Any records, of logs and of queue files, in any order: every file record
 * comes out once, messages and deliveries have the words that they may have,
 * and what a message contradicts is one of the known words.
 */
#include <stdint.h>

#include "base/caltime.h"
#include "rec/rec.h"
#include "track/track.h"
#include "track/verdict.h"
#include "must.h"

#define RECORDS		300

struct seen {
	size_t	nfile;
};

static bool
is_word(struct slice s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (slice_is(s, list[i]))
			return true;
	return false;
}

/* Words with blanks between, each known, none twice. */
static void
check_contradicts(struct slice s)
{
	static const char *const known[] = { "file-after-removed", "no-file",
		"id-in-use", "sender", "size", "recipients",
		"done-not-logged", "settled-but-pending", "tls" };
	struct slice word;
	size_t n = 0;
	bool more;

	do {
		more = slice_cut(s, ' ', &word, &s);
		if (!more)
			word = s;
		must(is_word(word, known, sizeof(known) / sizeof(known[0])));
		must(!more || slice_find(s, word) == SLICE_NONE);
		must(++n <= sizeof(known) / sizeof(known[0]));
	} while (more);
}

static void
check_verdict(const struct rec *r)
{
	bool known = false;

	if (!rec_has(r, F_TLS_WHY))
		return;
	for (size_t i = 1; i < TLS_WHY_N; i++)
		known = known || slice_eq(r->v[F_TLS_WHY], tls_why_word[i]);
	must(known);
	must(slice_is(rec_get(r, F_TLS), "unknown") !=
	    rec_has(r, F_TLS_PROOF));
}

static bool
take(void *arg, const struct rec *r)
{
	struct seen *s = arg;
	struct slice type = rec_get(r, F_TYPE);

	if (slice_is(type, "file")) {
		s->nfile++;
		return true;
	}
	if (slice_is(type, "message") || slice_is(type, "delivery")) {
		must(rec_get(r, F_TRACE).len > 0);
		check_verdict(r);
	}
	if (slice_is(type, "message") && rec_has(r, F_CONTRADICTS))
		check_contradicts(r->v[F_CONTRADICTS]);
	return true;
}

/* A `file` record, as source/spooled decodes it. */
static void
decode_file(struct event *ev)
{
	unsigned int digits;
	uint64_t v;

	ev->src = rec_get(&ev->rec, F_SRC);
	ev->off = 0;
	ev->len = slice_u64(rec_get(&ev->rec, F_SIZE), UINT64_MAX, &v) ? v : 0;
	if (rec_has(&ev->rec, F_TIME) && caltime_parse(ev->rec.v[F_TIME],
	    &ev->time.sec, &ev->time.nsec, &digits))
		ev->time.known = ev->time.ordered = true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct track_opt opt = { .events = true };
	struct track_spool spool = { .whole = true };
	struct slice rest = slice_of(data, size), line;
	struct seen seen = { .nfile = 0 };
	struct buf scratch;
	struct event ev;
	struct track *t;
	size_t nfile = 0;

	if (size < 1)
		return 0;
	spool.asof = INT64_C(1788256000) + data[0] * 3600;
	rest = slice_from(rest, 1);
	t = track_new(&opt, take, &seen);
	buf_init(&scratch, 1 << 20);
	for (size_t i = 0; i < RECORDS && slice_cut(rest, '\n', &line,
	    &rest); i++) {
		ev = (struct event){ .line = 0 };
		scratch.len = 0;
		if (rec_parse_json(&ev.rec, line, &scratch, NULL) != RC_OK)
			continue;
		if (slice_is(rec_get(&ev.rec, F_TYPE), "file")) {
			decode_file(&ev);
			nfile++;
			track_qfile(t, &ev, &spool);
		} else if (event_read(&ev)) {
			if (rec_has(&ev.rec, F_QUEUE))
				track_qfile(t, &ev, &spool);
			else
				track_event(t, &ev);
		}
	}
	track_end(t);
	must(seen.nfile == nfile);
	track_free(t);
	buf_free(&scratch);
	return 0;
}
