/*
 * Frames of any bytes: everything is consumed, every slice can be read, and
 * the same frames come out whether the data is given at once or in windows
 * that grow, as one stream or not.  A line that goes the short way to an event
 * gives the same event by the long one.  The last two bytes choose the limit
 * of a line and the growth.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/field.h"
#include "base/plain.h"
#include "fmt/logline.h"
#include "fmt/usual.h"
#include "must.h"

/* Mix the bytes of a slice, its length and whether it is absent. */
static void
mix(uint64_t *h, struct slice s)
{
	must(s.ptr != NULL || s.len == 0);
	*h = (*h ^ s.len ^ (s.ptr == NULL ? 128U : 0U)) *
	    UINT64_C(0x100000001b3);
	for (size_t i = 0; i < s.len; i++)
		*h = (*h ^ s.ptr[i]) * UINT64_C(0x100000001b3);
}

static void
mix_stamp(uint64_t *h, const struct stamp *st)
{
	uint64_t v[4] = { st->kind, st->digits, st->nsec, (uint64_t)st->sec };

	must(st->digits <= 9 && st->nsec < 1000000000);
	must(st->kind != STAMP_BSD || (st->mon >= 1 && st->mon <= 12 &&
	    st->day >= 1 && st->day <= 31 && st->sec >= 0 &&
	    st->sec < 86400));
	mix(h, slice_of(v, sizeof(v)));
	mix(h, st->text);
}

static void
mix_frame(uint64_t *h, const struct frame *fr, size_t limit)
{
	uint32_t v[] = { fr->kind, fr->inner, fr->repeat, fr->lines,
	    fr->last_repeated, fr->lost_program, fr->cut };

	must(fr->kind < FRAMING_N && fr->inner < FRAMING_N);
	must(fr->kind == FRAMING_DOCKER || fr->kind == FRAMING_CRI ||
	    fr->kind == FRAMING_COLLECTOR || fr->inner == FRAMING_NONE);
	must(fr->line.len <= limit && fr->text.len <= limit);
	must(fr->pid.ptr == NULL || (slice_digits(fr->pid) &&
	    fr->pid.len <= 10));
	must(!fr->last_repeated || fr->repeat > 0);
	mix(h, slice_of(&fr->back, sizeof(fr->back)));
	mix(h, slice_of(v, sizeof(v)));
	mix(h, fr->line);
	mix(h, fr->host);
	mix(h, fr->tag);
	mix(h, fr->pid);
	mix(h, fr->text);
	mix_stamp(h, &fr->stamp);
	mix_stamp(h, &fr->outer);
}

/* The event of a usual line, if the next one is. */
static void
check_usual(const struct framing *f, struct slice data)
{
	static struct event a, b;
	struct framing copy = *f;
	struct usual u;
	struct frame fr;

	if (usual_next(&copy, data, &u) == 0 || !u.head->postfix.ours)
		return;
	usual_event(&u, &a);
	usual_frame(&u, &fr);
	must(logline_read(&fr, &b));
	must(a.kind == b.kind && a.daemon == b.daemon && a.class == b.class &&
	    a.pid == b.pid && a.writer == b.writer &&
	    a.plain.ptr == b.plain.ptr && a.plain.len == b.plain.len);
	must(memcmp(a.rec.set, b.rec.set, sizeof(a.rec.set)) == 0);
	for (enum field k = rec_next_field(&a.rec, 0); k != FIELD_N;
	    k = rec_next_field(&a.rec, (size_t)k + 1)) {
		must(slice_eq(a.rec.v[k], b.rec.v[k]));
		must(rec_is_ready(&a.rec, k) == rec_is_ready(&b.rec, k));
	}
}

static uint64_t
frames(const uint8_t *data, size_t size, size_t limit, size_t step, bool stream)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);
	size_t pos = 0, end = step < size ? step : size, n;
	struct framing f;
	struct frame fr;

	framing_init(&f, NULL);
	if (stream)
		framing_stream(&f);
	f.limit = limit;
	f.join[0].text.limit = f.join[1].text.limit = limit;
	while (pos < size) {
		/* Memory of its own: the sanitizer sees where it ends. */
		size_t len = end - pos;
		uint8_t *window = malloc(len + (len == 0));

		must(window != NULL);
		if (len > 0)
			memcpy(window, data + pos, len);
		check_usual(&f, slice_of(window, len));
		n = framing_next(&f, slice_of(window, len), end == size, &fr);
		must(n <= len);
		must(n > 0 || end < size);
		must(!fr.plain || (stream && plain_is(fr.line) &&
		    (size_t)(window + len - fr.line.ptr) >= fr.line.len +
		    FIELD_PAD));
		if (n > 0 && (fr.kind != FRAMING_PART || !fr.cut))
			mix_frame(&h, &fr, limit);
		else if (n > 0)
			must(fr.text.ptr == NULL && fr.lines == 0);
		else
			/* Nothing longer than the limit is waited for. */
			must(len < limit || len < 128);
		free(window);
		pos += n;
		if (n == 0 || pos == end)
			end = size - end < step ? size : end + step;
	}
	while (framing_flush(&f, &fr))
		mix_frame(&h, &fr, limit);
	framing_free(&f);
	return h;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t limit = size > 0 ? 32 + (size_t)data[size - 1] * 4 : 32;
	size_t step = size > 1 ? 1 + data[size - 2] % 64 : 1;
	uint64_t h = frames(data, size, limit, size + 1, false);
	struct frame fr;

	must(frames(data, size, limit, step, false) == h);
	must(frames(data, size, limit, step, true) == h);
	must(frames(data, size, limit, size + 1, true) == h);
	must(framing_split(slice_of(data, size), &fr) ==
	    (fr.kind != FRAMING_NONE));
	return 0;
}
