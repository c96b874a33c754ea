#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "view/text.h"
#include "view/timeline.h"
#include "view/tlswords.h"

static void
check(struct buf *b, const char *want)
{
	assert_int_equal(b->len, strlen(want));
	if (b->len > 0)
		assert_memory_equal(b->ptr, want, b->len);
	b->len = 0;
}

static void
test_clean(void **state)
{
	static const struct {
		const char	*in, *stop, *want;
	} t[] = {
		{ "", NULL, "" },
		{ "plain text", NULL, "plain text" },
		{ "a\033[31mb", NULL, "a\\x1b[31mb" },
		{ "a\r\nb\t\x7f", NULL, "a\\x0d\\x0ab\\x09\\x7f" },
		{ "\xff\xc3", NULL, "\\xff\\xc3" },
		{ "\xc2\x9b" "31m", NULL, "\\u009b31m" },
		{ "a\xe2\x80\xae" "b", NULL, "a\\u202eb" },
		{ "a\xe2\x80\x8b" "b", NULL, "a\\u200bb" },
		{ "\xf3\xa0\x81\x81", NULL, "\\U000e0041" },
		{ "\xed\xa0\x80", NULL, "\\xed\\xa0\\x80" },
		{ "j\xc3\xb6rg\xe6\x97\xa5", NULL, "j\xc3\xb6rg\xe6\x97\xa5" },
		{ "<a>", "<>", "\\x3ca\\x3e" },
		{ "<a>", NULL, "<a>" },
		{ "a\\x1b", NULL, "a\\x1b" },
		/* Four marks are shown, the fifth is not. */
		{ "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81" "e", NULL,
		    "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81\\u0301e" },
	};
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		text_clean(&b, slice_cstr(t[i].in), t[i].stop);
		check(&b, t[i].want);
	}
	buf_free(&b);
	/* At the limit it ends early and stays valid. */
	buf_init(&b, 1024);
	for (int i = 0; i < 1000; i++)
		text_clean(&b, SLICE("\xe6\x97\xa5\033"), NULL);
	assert_true(b.len <= 1024);
	for (size_t pos = 0; pos < b.len;) {
		uint32_t cp;

		pos += utf8_next(slice_from(buf_slice(&b), pos), &cp);
		assert_true(cp != UTF8_BAD);
	}
	buf_free(&b);
}

/* Whatever the bytes, no control comes out and all is UTF-8. */
static void
test_clean_any(void **state)
{
	unsigned char in[64];
	uint32_t seed = 7, cp;
	struct buf b;

	(void)state;
	buf_init(&b, 65536);
	for (int round = 0; round < 20000; round++) {
		size_t n, width, pos = 0;

		for (size_t i = 0; i < sizeof(in); i++) {
			seed = seed * UINT32_C(1664525) + UINT32_C(1013904223);
			in[i] = (unsigned char)(seed >> 20);
		}
		b.len = 0;
		text_clean(&b, slice_of(in, sizeof(in)), "|");
		while (pos < b.len) {
			n = utf8_next(slice_from(buf_slice(&b), pos), &cp);
			assert_true(cp != UTF8_BAD && !utf8_unsafe(cp));
			assert_true(cp != '|');
			pos += n;
		}
		n = b.len;
		width = seed % 40;
		text_cut_middle(&b, slice_sub(buf_slice(&b), 0, n), width);
		assert_true(text_width(slice_from(buf_slice(&b), n)) <=
		    (width < TEXT_LEAST ? TEXT_LEAST : width));
	}
	buf_free(&b);
}

static void
test_width(void **state)
{
	static const struct {
		const char	*in;
		size_t		 width;
	} t[] = {
		{ "", 0 }, { "abc", 3 }, { "\\x1b", 4 },
		{ "j\xc3\xb6rg", 4 },
		{ "\xe6\x97\xa5\xe6\x9c\xac", 4 },		/* CJK */
		{ "\xed\x95\x9c", 2 },				/* Hangul */
		{ "\xef\xbc\xa1", 2 },				/* full width */
		{ "\xf0\x9f\x98\x80", 2 },			/* emoji */
		{ "e\xcc\x81", 1 },				/* a mark */
		{ "\xd0\x96\xce\xa9", 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++)
		assert_int_equal(text_width(slice_cstr(t[i].in)), t[i].width);
}

static void
test_cut(void **state)
{
	static const struct {
		const char	*in;
		size_t		 width;
		const char	*middle, *end;
	} t[] = {
		{ "short", 5, "short", "short" },
		{ "", 5, "", "" },
		{ "abcdefghij", 9, "abc...hij", "abcdef..." },
		{ "abcdefghij", 8, "abc...ij", "abcde..." },
		{ "abcdefghij", 1, "a...j", "ab..." },
		/* Escapes stay whole. */
		{ "ab\\x1bcdefgh", 9, "ab...fgh", "ab\\x1b..." },
		{ "abcdefgh\\x1b", 9, "abc...", "abcdef..." },
		/* Two columns that do not fit in one. */
		{ "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5", 7,
		    "\xe6\x97\xa5...\xe6\x97\xa5",
		    "\xe6\x97\xa5\xe6\x97\xa5..." },
		{ "\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5\xe6\x97\xa5", 6,
		    "\xe6\x97\xa5...", "\xe6\x97\xa5..." },
		/* A mark goes with its letter. */
		{ "abcdefe\xcc\x81gh", 8, "abc...gh", "abcde..." },
	};
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		text_cut_middle(&b, slice_cstr(t[i].in), t[i].width);
		check(&b, t[i].middle);
		text_cut_end(&b, slice_cstr(t[i].in), t[i].width);
		check(&b, t[i].end);
	}
	buf_free(&b);
	assert_int_equal(text_part(SLICE("abc"), 2), 2);
	assert_int_equal(text_part(SLICE("\xe6\x97\xa5" "b"), 1), 3);
	assert_int_equal(text_part(SLICE("a\\x1b"), 3), 1);
}

static void
test_elapsed(void **state)
{
	static const struct {
		int64_t		 sec;
		uint32_t	 nsec;		/* of the later time */
		unsigned int	 digits;
		const char	*want;
	} t[] = {
		{ 0, 0, 0, "+0s" }, { 0, 0, 6, "+0.0s" },
		{ 0, 300000000, 3, "+0.3s" }, { 0, 49999999, 6, "+0.0s" },
		{ 0, 950000000, 6, "+1.0s" }, { 9, 949999999, 6, "+9.9s" },
		{ 9, 950000000, 6, "+10s" }, { 10, 400000000, 6, "+10s" },
		{ 59, 500000000, 6, "+1m00s" }, { 42, 0, 0, "+42s" },
		{ 312, 0, 0, "+5m12s" }, { 3599, 999000000, 3, "+1h00m" },
		{ 11220, 0, 0, "+3h07m" }, { 86399, 0, 0, "+23h59m" },
		{ 183600, 0, 0, "+2d03h" }, { 8639999, 0, 0, "+99d23h" },
		{ 8640000, 0, 0, "+100d" }, { INT64_C(106617600), 0, 0,
		    "+1234d" },
		{ -1, 0, 0, "-1s" }, { -3600, 0, 6, "-1h00m" },
		{ -1, 700000000, 6, "-0.3s" },
	};
	char text[TEXT_ELAPSED];

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		struct text_time a = { .sec = 1000000, .known = true,
		    .digits = t[i].digits };
		struct text_time b = { .sec = 1000000 + t[i].sec,
		    .nsec = t[i].nsec, .known = true, .digits = t[i].digits };

		assert_int_equal(text_elapsed(text, &a, &b),
		    strlen(t[i].want));
		assert_string_equal(text, t[i].want);
	}
}

static void
test_wait(void **state)
{
	static const struct {
		int64_t		 sec;
		const char	*want;
	} t[] = {
		{ 0, "0 s" }, { 119, "119 s" }, { 120, "2 min" },
		{ 300, "5 min" }, { 329, "5 min" }, { 330, "6 min" },
		{ 7200, "2 h" }, { 7500, "2 h 5 min" },
		{ 86400, "24 h" }, { 172800, "2 d" }, { 273600, "3 d 4 h" },
	};
	char text[TEXT_ELAPSED];

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		assert_int_equal(text_wait(text, t[i].sec),
		    strlen(t[i].want));
		assert_string_equal(text, t[i].want);
	}
}

static void
test_tls(void **state)
{
	static const struct {
		const char	*tls, *proof, *why, *version, *trust;
		enum tls_side	 side;
		const char	*want, *narrow;
	} t[] = {
		{ "authenticated", "proven", "handshake", "TLSv1.3",
		    "Verified", TLSWORDS_OUT, "TLS 1.3, verified", "verif." },
		{ "authenticated", "proven", "tls-field", NULL, NULL,
		    TLSWORDS_OUT, "TLS, verified", "verif." },
		{ "encrypted", "proven", "handshake", "TLSv1.2", "Untrusted",
		    TLSWORDS_OUT, "TLS 1.2, peer not verified", "TLS1.2" },
		{ "encrypted", "proven", "handshake", "TLSv1.2", "Trusted",
		    TLSWORDS_OUT, "TLS 1.2, trusted, name not checked",
		    "TLS1.2" },
		{ "encrypted", "proven", "handshake", "TLSv1", "Anonymous",
		    TLSWORDS_IN, "TLS 1.0", "TLS1.0" },
		{ "encrypted", "inferred", "starttls-count", NULL, NULL,
		    TLSWORDS_IN, "TLS (inferred)", "TLS" },
		{ "encrypted", "proven", "handshake", "TLSv\033[2J", NULL,
		    TLSWORDS_IN, "TLS \\x1b[2J.0", "TLS" },
		{ "plaintext", "proven", "tls-field", NULL, NULL,
		    TLSWORDS_OUT, "PLAINTEXT", "PLAIN" },
		{ "plaintext", "inferred", "no-handshake", NULL, NULL,
		    TLSWORDS_OUT, "plaintext (inferred)", "plain?" },
		{ "unknown", NULL, "not-logged", NULL, NULL, TLSWORDS_OUT,
		    "TLS unknown: not logged", "?" },
		{ "unknown", NULL, "gap", NULL, NULL, TLSWORDS_OUT,
		    "TLS unknown: gap in the log", "?" },
		{ "refused", "proven", "policy-violated", NULL, NULL,
		    TLSWORDS_OUT, "refused: TLS requirement not met",
		    "refus." },
		{ "none-attempted", "proven", "no-connection", NULL, NULL,
		    TLSWORDS_OUT, "nothing sent", "-" },
		{ "local", NULL, "local-agent", NULL, NULL, TLSWORDS_OUT,
		    "local", "local" },
		/* A word that is not ours is no verdict. */
		{ "secure, verified", "proven", NULL, "TLSv1.3", "Verified",
		    TLSWORDS_OUT, "TLS unknown: not logged", "?" },
		{ NULL, NULL, NULL, NULL, NULL, TLSWORDS_OUT, "", "-" },
	};
	static const struct {
		const char	*text, *want;
	} reply[] = {
		{ "Cannot start TLS: handshake failure",
		    "refused: TLS failed, nothing sent" },
		{ "delivery temporarily suspended: Cannot start TLS: "
		    "handshake failure", "refused: TLS failed, nothing sent" },
		{ "Server certificate not verified",
		    "refused: TLS requirement not met" },
		{ "TLS is required, but was not offered by host "
		    "mx.example.org[192.0.2.1]",
		    "refused: TLS requirement not met" },
	};
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	for (size_t i = 0; i < sizeof(t) / sizeof(*t); i++) {
		struct rec r;

		rec_clear(&r);
		if (t[i].tls != NULL)
			rec_set(&r, F_TLS, slice_cstr(t[i].tls));
		if (t[i].proof != NULL)
			rec_set(&r, F_TLS_PROOF, slice_cstr(t[i].proof));
		if (t[i].why != NULL)
			rec_set(&r, F_TLS_WHY, slice_cstr(t[i].why));
		if (t[i].version != NULL)
			rec_set(&r, F_TLS_VERSION, slice_cstr(t[i].version));
		if (t[i].trust != NULL)
			rec_set(&r, F_TLS_TRUST, slice_cstr(t[i].trust));
		tlswords_put(&b, &r, t[i].side, false);
		check(&b, t[i].want);
		tlswords_short(&b, &r, t[i].side);
		check(&b, t[i].narrow);
	}
	/* A handshake that fails does so at any security level. */
	for (size_t i = 0; i < sizeof(reply) / sizeof(*reply); i++) {
		struct rec r;

		rec_clear(&r);
		rec_set(&r, F_TLS, SLICE("refused"));
		rec_set(&r, F_REPLY, slice_cstr(reply[i].text));
		tlswords_put(&b, &r, TLSWORDS_OUT, false);
		check(&b, reply[i].want);
	}
	buf_free(&b);
}

/* Many messages of one path, in an unhelpful order, with hardly any memory. */
static void
test_timeline(void **state)
{
	enum { MESSAGES = 300, STEPS = 7 };
	struct timeline_options o = { .order = TIMELINE_BLOCKS };
	struct timeline *t = timeline_open(&o, 30000);
	struct timeline_item i;
	char time[40], trace[40], path[40];
	int64_t last = 0;
	int count = 0, blocks = 0, joined = 0;
	struct rec r;
	struct err e;
	enum rc rc;

	(void)state;
	for (int step = STEPS; step-- > 0;)
		for (int m = 0; m < MESSAGES; m++) {
			/* Seconds: messages by number, steps a minute apart. */
			int at = (MESSAGES - m) * 2 + step * 600;

			(void)snprintf(time, sizeof(time),
			    "2026-09-01T%02d:%02d:%02dZ", at / 3600,
			    at / 60 % 60, at % 60);
			(void)snprintf(trace, sizeof(trace), "mx/postfix/%d",
			    m);
			(void)snprintf(path, sizeof(path), "mx/postfix/%d",
			    m | 1);
			rec_clear(&r);
			rec_set(&r, F_TYPE, step == 0 ? SLICE("message") :
			    SLICE("delivery"));
			rec_set(&r, F_TIME, slice_cstr(time));
			rec_set(&r, F_TRACE, slice_cstr(trace));
			rec_set(&r, F_PATH, slice_cstr(path));
			assert_int_equal(timeline_put(t, &r, &e), RC_OK);
		}
	assert_int_equal(timeline_sort(t, &e), RC_OK);
	while ((rc = timeline_next(t, &i, &e)) == RC_OK) {
		if (i.kind == ITEM_MESSAGE) {
			assert_true(i.first);
			assert_int_equal(count % STEPS, 0);
			blocks++;
			joined += i.same_path;
		} else {
			assert_false(i.first);
			assert_true(i.time.sec > last);
		}
		last = i.time.sec;
		count++;
	}
	assert_int_equal(rc, RC_END);
	assert_int_equal(count, MESSAGES * STEPS);
	assert_int_equal(blocks, MESSAGES);
	/* They come in pairs. */
	assert_int_equal(joined, MESSAGES / 2);
	timeline_close(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_clean_any),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_elapsed),
		cmocka_unit_test(test_wait),
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_timeline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
