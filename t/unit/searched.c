/*
 * searched - what coverage records say
 */
#include "rec/searched.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/caltime.h"
#include "rec/rec.h"

#define HOUR	3600

/* Short forms: seconds of 2026-09-01 plus hours. */
static int64_t
at(int hour)
{
	const struct caltime c = { 2026, 9, 1, 0, 0, 0 };
	int64_t t;

	assert_true(caltime_sec(&c, &t));
	return t + hour * HOUR;
}

struct cover_case {
	const char	*record[3];
	int		 since, until;	/* hours; -1: not given */
	const char	*why;		/* NULL: covered */
};

#define COV(host, from, to, more)					\
	"{\"type\":\"coverage\",\"host\":\"" host "\",\"time\":\""	\
	"2026-09-01T" from "Z\",\"end\":\"2026-09-01T" to "Z\"" more "}"

static const struct cover_case cover_cases[] = {
	{ { NULL }, 1, 2, "the input does not say what it covers" },
	{ { COV("a", "00:00:00", "12:00:00", "") }, -1, -1, NULL },
	{ { COV("a", "00:00:00", "12:00:00", "") }, 2, 10, NULL },
	/* An hour of slack on both sides, and not a second more. */
	{ { COV("a", "03:00:00", "09:00:00", "") }, 2, 10, NULL },
	{ { COV("a", "03:00:01", "09:00:00", "") }, 2, 10,
	    "a begins at 2026-09-01T03:00:01Z" },
	{ { COV("a", "03:00:00", "08:59:59", "") }, 2, 10,
	    "a ends at 2026-09-01T08:59:59Z" },
	{ { COV("a", "03:00:01", "09:00:00", "") }, -1, 10, NULL },
	{ { COV("a", "03:00:00", "08:59:59", "") }, 2, -1, NULL },
	{ { COV("a", "00:00:00", "01:00:00", "") }, 5, -1, NULL },
	/* Every host must. */
	{ { COV("a", "00:00:00", "12:00:00", ""),
	    COV("b", "06:00:00", "12:00:00", "") }, 2, 10,
	    "b begins at 2026-09-01T06:00:00Z" },
	/* But not one without a line of Postfix. */
	{ { COV("a", "00:00:00", "12:00:00", ",\"lines\":9,\"foreign\":1"),
	    COV("b", "06:00:00", "07:00:00", ",\"lines\":9,\"foreign\":9") },
	    2, 10, NULL },
	{ { COV("b", "00:00:00", "12:00:00", ",\"lines\":9,\"foreign\":9") },
	    2, 10, "no line of Postfix was searched" },
	/* Pieces of one host, in any order. */
	{ { COV("a", "06:00:00", "12:00:00", ""),
	    COV("a", "00:00:00", "05:00:00", "") }, 2, 10, NULL },
	{ { COV("a", "06:30:00", "12:00:00", ""),
	    COV("a", "00:00:00", "05:00:00", "") }, 2, 10,
	    "a has nothing after 2026-09-01T05:00:00Z" },
	{ { COV("a", "06:30:00", "12:00:00", ""),
	    COV("a", "00:00:00", "05:00:00", "") }, 7, 10, NULL },
	{ { COV("a", "00:00:00", "12:00:00", ""),
	    COV("a", "01:00:00", "02:00:00", "") }, 2, 10, NULL },
	/* Gaps inside, at the edge, outside. */
	{ { COV("a", "00:00:00", "12:00:00",
	    ",\"gaps\":\"2026-09-01T03:00:00Z/2026-09-01T04:00:00Z;silence\"")
	    }, 2, 10, "a has a gap at 2026-09-01T03:00:00Z (silence)" },
	{ { COV("a", "00:00:00", "12:00:00",
	    ",\"gaps\":\"2026-09-01T00:30:00Z/2026-09-01T02:00:00Z;lost "
	    "2026-09-01T10:00:00Z/2026-09-01T11:00:00Z;lost\"") }, 2, 10,
	    NULL },
	{ { COV("a", "00:00:00", "12:00:00",
	    ",\"gaps\":\"2026-09-01T00:30:00Z/2026-09-01T01:00:00Z;lost "
	    "2026-09-01T09:59:59Z/2026-09-01T11:00:00Z\"") }, 2, 10,
	    "a has a gap at 2026-09-01T09:59:59Z (gap)" },
	{ { COV("a", "00:00:00", "12:00:00", ",\"gaps\":\"rotation\"") }, 2,
	    10, "a has a gap without times" },
	{ { "{\"type\":\"coverage\",\"host\":\"a\"}" }, 2, 10,
	    "a has lines without a time" },
	{ { "{\"type\":\"coverage\",\"host\":\"a\\u001b\",\"time\":\"x\"}" },
	    2, 10, "a\\x1b has lines without a time" },
};

static void
add(struct searched *s, const char *line, bool want)
{
	struct buf scratch;
	struct rec r;
	struct err e;

	buf_init(&scratch, 65536);
	assert_int_equal(rec_parse_json(&r, slice_cstr(line), &scratch, &e),
	    RC_OK);
	assert_int_equal(searched_add(s, &r), want);
	buf_free(&scratch);
}

static void
test_covers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cover_cases) / sizeof(cover_cases[0]);
	    i++) {
		const struct cover_case *c = &cover_cases[i];
		struct searched_window w = { c->since >= 0, c->until >= 0,
		    at(c->since), at(c->until), HOUR };
		struct searched s;
		struct buf why;
		bool ok;

		buf_init(&why, 1024);
		searched_init(&s);
		for (size_t k = 0; k < 3 && c->record[k] != NULL; k++)
			add(&s, c->record[k], true);
		ok = searched_covers(&s, &w, &why);
		if (ok != (c->why == NULL) || !slice_eq(buf_slice(&why),
		    slice_cstr(c->why == NULL ? "" : c->why)))
			fail_msg("case %d: %d, '%.*s'", (int)i, ok,
			    (int)why.len, why.ptr);
		searched_free(&s);
		buf_free(&why);
	}
}

static void
test_text(void **state)
{
	struct searched s;
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	searched_init(&s);
	add(&s, "{\"type\":\"message\"}", false);
	assert_false(s.at_end);
	add(&s, "{\"type\":\"source\"}", true);
	assert_true(s.at_end);
	searched_text(&s, &b);
	assert_true(slice_eq(buf_slice(&b),
	    SLICE("1 record; the input does not say what it covers")));
	add(&s, COV("mx2", "03:00:00", "04:00:00",
	    ",\"lines\":7,\"unknown\":2,\"tls_logging\":\"postfix/smtpd=yes"
	    " postfix/smtp=no-evidence\""), true);
	add(&s, COV("mx1", "02:00:00", "02:30:00",
	    ",\"lines\":3,\"unknown\":1,\"tls_logging\":\"postfix/smtpd=yes"
	    " postfix/lmtp=no-evidence\""), true);
	b.len = 0;
	searched_text(&s, &b);
	if (!slice_eq(buf_slice(&b), SLICE("2026-09-01T02:00:00Z to "
	    "2026-09-01T04:00:00Z, 2 hosts (mx1, mx2), 10 lines, 3 not "
	    "understood; TLS logged by postfix/smtpd, no evidence for "
	    "postfix/smtp, postfix/lmtp")))
		fail_msg("%.*s", (int)b.len, b.ptr);
	searched_free(&s);
	buf_free(&b);
}

static void
test_when(void **state)
{
	struct rec r;
	int64_t from, to;

	(void)state;
	rec_clear(&r);
	assert_false(searched_when(&r, &from, &to));
	rec_set(&r, F_TIME, SLICE("2026-09-01T01:00:00.5Z"));
	assert_true(searched_when(&r, &from, &to));
	assert_true(from == at(1) && to == at(1));
	rec_set(&r, F_END, SLICE("2026-09-01T02:00:00Z"));
	assert_true(searched_when(&r, &from, &to));
	assert_true(from == at(1) && to == at(2));
	rec_set(&r, F_TIME, SLICE("Sep  1"));
	assert_true(searched_when(&r, &from, &to));
	assert_true(from == at(2) && to == at(2));
	rec_set(&r, F_END, SLICE(""));
	assert_false(searched_when(&r, &from, &to));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_covers),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_when),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
