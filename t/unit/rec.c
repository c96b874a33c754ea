/*
 * rec - what is written and read back: JSON, TSV, CSV
 */
#include "rec/rec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <errno.h>
#include <fcntl.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "rec/rec_key.h"
#include "rec/rec_text.h"

#define LIMIT	((size_t)16 * 1024 * 1024)

/* A literal with its length: NUL bytes belong to it. */
#define B(lit)	{ (const unsigned char *)("" lit), sizeof(lit) - 1 }

static void
same_rec(const struct rec *a, const struct rec *b)
{
	for (size_t f = 0; f < FIELD_N; f++) {
		assert_int_equal(rec_has(a, (enum field)f),
		    rec_has(b, (enum field)f));
		if (rec_has(a, (enum field)f)) {
			assert_int_equal(a->v[f].len, b->v[f].len);
			assert_true(slice_eq(a->v[f], b->v[f]));
		}
	}
}

/* Exactly the bytes, or a readable complaint. */
static void
same_bytes(struct slice got, struct slice want)
{
	if (slice_eq(got, want))
		return;
	fail_msg("got <%.*s>, want <%.*s>", (int)got.len, got.ptr,
	    (int)want.len, want.ptr);
}

struct escape_case {
	struct slice	raw, json, tsv, csv;
};

static const struct escape_case escape_cases[] = {
	{ B(""), B(""), B(""), B("\"\"") },
	{ B("plain"), B("plain"), B("plain"), B("plain") },
	{ B("a\"b"), B("a\\\"b"), B("a\"b"), B("\"a\"\"b\"") },
	{ B("a\\b"), B("a\\\\b"), B("a\\\\b"), B("a\\b") },
	{ B("\\N"), B("\\\\N"), B("\\\\N"), B("\\N") },
	{ B("a\tb\nc\rd"), B("a\\tb\\nc\\rd"), B("a\\tb\\nc\\rd"),
	    B("a\\tb\\nc\\rd") },
	{ B("\b\f\v"), B("\\b\\f\\u000b"), B("\\x08\\x0c\\x0b"),
	    B("\\b\\f\\u000b") },
	{ B("a\0b"), B("a\\u0000b"), B("a\\x00b"), B("a\\u0000b") },
	{ B("\x1b[2J"), B("\\u001b[2J"), B("\\x1b[2J"), B("\\u001b[2J") },
	{ B("~\x7f"), B("~\\u007f"), B("~\\x7f"), B("~\\u007f") },
	/* Letters stay. */
	{ B("\xc3\xa9"), B("\xc3\xa9"), B("\xc3\xa9"), B("\xc3\xa9") },
	{ B("\xf0\x9f\x98\x80"), B("\xf0\x9f\x98\x80"),
	    B("\xf0\x9f\x98\x80"), B("\xf0\x9f\x98\x80") },
	/* C1, bidirectional, zero-width, tags, noncharacters do not. */
	{ B("\xc2\x9b"), B("\\u009b"), B("\\u009b"), B("\\u009b") },
	{ B("\xe2\x80\xae"), B("\\u202e"), B("\\u202e"), B("\\u202e") },
	{ B("\xe2\x80\x8b"), B("\\u200b"), B("\\u200b"), B("\\u200b") },
	{ B("\xf3\xa0\x80\x81"), B("\\udb40\\udc01"), B("\\udb40\\udc01"),
	    B("\\udb40\\udc01") },
	{ B("\xef\xbf\xbf"), B("\\uffff"), B("\\uffff"), B("\\uffff") },
	/* Bytes that are no UTF-8: cut off, overlong, surrogate, too high. */
	{ B("\xff"), B("\\udcff"), B("\\xff"), B("\\udcff") },
	{ B("\xc3"), B("\\udcc3"), B("\\xc3"), B("\\udcc3") },
	{ B("\xc0\x80"), B("\\udcc0\\udc80"), B("\\xc0\\x80"),
	    B("\\udcc0\\udc80") },
	{ B("\xed\xb2\x80"), B("\\udced\\udcb2\\udc80"),
	    B("\\xed\\xb2\\x80"), B("\\udced\\udcb2\\udc80") },
	{ B("\xf4\x90\x80\x80"), B("\\udcf4\\udc90\\udc80\\udc80"),
	    B("\\xf4\\x90\\x80\\x80"), B("\\udcf4\\udc90\\udc80\\udc80") },
	/* What looks like an escape is none. */
	{ B("\\u0041"), B("\\\\u0041"), B("\\\\u0041"), B("\\u0041") },
	/* An escape behind each length of plain text. */
	{ B("0123\n"), B("0123\\n"), B("0123\\n"), B("0123\\n") },
	{ B("0123456\n8"), B("0123456\\n8"), B("0123456\\n8"),
	    B("0123456\\n8") },
	{ B("0123456789abcde\n"), B("0123456789abcde\\n"),
	    B("0123456789abcde\\n"), B("0123456789abcde\\n") },
	{ B("0123456789abcdefg\n"), B("0123456789abcdefg\\n"),
	    B("0123456789abcdefg\\n"), B("0123456789abcdefg\\n") },
	/* Only CSV minds these. */
	{ B("a,b"), B("a,b"), B("a,b"), B("\"a,b\"") },
	{ B("a;b"), B("a;b"), B("a;b"), B("\"a;b\"") },
	{ B(" a"), B(" a"), B(" a"), B("\" a\"") },
	{ B("=1+1"), B("=1+1"), B("=1+1"), B("\"'=1+1\"") },
	{ B("+1"), B("+1"), B("+1"), B("\"'+1\"") },
	{ B("-"), B("-"), B("-"), B("\"'-\"") },
	{ B("@SUM(A1)"), B("@SUM(A1)"), B("@SUM(A1)"), B("\"'@SUM(A1)\"") },
	{ B("  =1"), B("  =1"), B("  =1"), B("\"'  =1\"") },
	{ B("\t=1"), B("\\t=1"), B("\\t=1"), B("\"'\\t=1\"") },
	{ B("\"=1"), B("\\\"=1"), B("\"=1"), B("\"'\"\"=1\"") },
	{ B("\xef\xbc\x9d" "1"), B("\xef\xbc\x9d" "1"), B("\xef\xbc\x9d" "1"),
	    B("\"'\xef\xbc\x9d" "1\"") },
	{ B("1=1"), B("1=1"), B("1=1"), B("1=1") },
};

/* Write one record with rec_put; *b holds what came out. */
static void
put(struct buf *b, enum rec_format format, const char *columns,
    const struct rec *r)
{
	struct rec_out o;
	struct slice bad;
	struct err e;
	int fd[2];
	unsigned char block[65536];
	ssize_t n;

	assert_int_equal(pipe(fd), 0);
	rec_out_open(&o, fd[1], format);
	assert_true(rec_out_columns(&o, slice_cstr(columns), &bad));
	assert_true(rec_put(&o, r));
	assert_int_equal(rec_out_close(&o, &e), RC_OK);
	close(fd[1]);
	b->len = 0;
	while ((n = read(fd[0], block, sizeof(block))) > 0)
		assert_true(buf_add(b, slice_of(block, (size_t)n)));
	close(fd[0]);
}

static void
test_escape(void **state)
{
	struct buf b, want;
	struct rec r;

	(void)state;
	buf_init(&b, LIMIT);
	buf_init(&want, LIMIT);
	for (size_t i = 0; i < sizeof(escape_cases) / sizeof(escape_cases[0]);
	    i++) {
		const struct escape_case *c = &escape_cases[i];

		rec_clear(&r);
		rec_set(&r, F_SUBJECT, c->raw);
		b.len = want.len = 0;
		assert_true(rec_json_escape(&b, c->raw));
		same_bytes(buf_slice(&b), c->json);
		put(&b, REC_TSV, "subject", &r);
		buf_add(&want, SLICE("subject\n"));
		buf_add(&want, c->tsv);
		buf_addc(&want, '\n');
		same_bytes(buf_slice(&b), buf_slice(&want));
		put(&b, REC_CSV, "subject", &r);
		want.len = 0;
		buf_add(&want, SLICE("subject\n"));
		buf_add(&want, c->csv);
		buf_addc(&want, '\n');
		same_bytes(buf_slice(&b), buf_slice(&want));
	}
	buf_free(&b);
	buf_free(&want);
}

/* A record, written and read back, is the same in JSON and TSV. */
static void
round_trip(const struct rec *r)
{
	struct buf b, scratch;
	struct slice header, line, rest = { NULL, 0 };
	struct rec_in in;
	struct rec back;
	struct err e;

	buf_init(&b, LIMIT);
	buf_init(&scratch, LIMIT);
	assert_true(rec_json(&b, r));
	assert_int_equal(slice_chr(buf_slice(&b), '\n'), SLICE_NONE);
	assert_int_equal(rec_parse_json(&back, buf_slice(&b), &scratch, &e),
	    RC_OK);
	same_rec(r, &back);
	put(&b, REC_TSV, "subject,size,complete,from,line,reply", r);
	assert_true(slice_cut(buf_slice(&b), '\n', &header, &rest));
	assert_true(slice_cut(rest, '\n', &line, &rest));
	assert_int_equal(rest.len, 0);
	assert_true(rec_in_header(&in, header));
	assert_int_equal(rec_in_line(&in, &back, line, &scratch, &e), RC_OK);
	same_rec(r, &back);
	buf_free(&b);
	buf_free(&scratch);
}

static void
test_round_trip(void **state)
{
	static const unsigned char odd[8] = { '"', '\\', '\n', '\t', 'u', 'N',
	    0xe2, 0x80 };
	unsigned char bytes[600];
	uint32_t x = 12345;
	struct rec r;

	(void)state;
	for (size_t i = 0; i < sizeof(escape_cases) / sizeof(escape_cases[0]);
	    i++) {
		rec_clear(&r);
		rec_set(&r, F_SUBJECT, escape_cases[i].raw);
		rec_set(&r, F_SIZE, escape_cases[i].raw);
		rec_set(&r, F_COMPLETE, escape_cases[i].raw);
		round_trip(&r);
	}
	/* Noise of all lengths, with more of the bytes that matter. */
	for (size_t len = 0; len < sizeof(bytes); len++) {
		for (size_t i = 0; i < len; i++) {
			x = x * 1103515245 + 12345;
			bytes[i] = (unsigned char)(x >> 16);
			if (x >> 28 == 1)
				bytes[i] = odd[x >> 24 & 7];
			if (x >> 28 > 6)
				bytes[i] = (unsigned char)('a' + bytes[i] % 26);
		}
		rec_clear(&r);
		rec_set(&r, F_FROM, slice_of(bytes, len));
		rec_set(&r, F_LINE, slice_of(bytes, len / 2));
		rec_set(&r, F_REPLY, slice_of(bytes + len / 3, len - len / 3));
		round_trip(&r);
	}
}

/* One byte that needs an escape, at every place of every length. */
static void
test_scan(void **state)
{
	static const unsigned char odd[] = { 0, 0x1f, '"', '\\', 0x7f, 0x80,
	    0xff };
	static const unsigned char even[] = { 0x20, '!', '#', '[', ']', 0x7e };
	unsigned char s[70] = { 0 }, d[80];

	(void)state;
	for (size_t len = 0; len <= sizeof(s); len++) {
		for (size_t pos = 0; pos < len; pos++)
			for (size_t k = 0; k < sizeof(odd); k++) {
				memset(s, even[k % sizeof(even)], len);
				s[pos] = odd[k];
				memset(d, 0xee, sizeof(d));
				assert_int_equal(plain_copy(d, s, len),
				    pos);
				assert_memory_equal(d, s, pos);
				assert_int_equal(d[len], 0xee);
				assert_false(plain_is(slice_of(s, len)));
			}
		memset(s, even[len % sizeof(even)], len);
		memset(d, 0xee, sizeof(d));
		assert_int_equal(plain_copy(d, s, len), len);
		assert_memory_equal(d, s, len);
		assert_int_equal(d[len], 0xee);
		assert_true(plain_is(slice_of(s, len)));
	}
}

/* A value that is ready is written as any other, whatever lies behind it. */
static void
test_ready(void **state)
{
	struct buf a, b;
	struct rec r;

	(void)state;
	buf_init(&a, 1 << 16);
	buf_init(&b, 1 << 16);
	for (size_t len = 0; len <= 200; len++) {
		unsigned char *s = malloc(len + FIELD_PAD);

		assert_non_null(s);
		memset(s, 'x', len);
		memset(s + len, '"', FIELD_PAD);
		for (int ready = 0; ready < 2; ready++) {
			struct buf *to = ready ? &b : &a;

			to->len = 0;
			rec_clear(&r);
			rec_set_ready(&r, F_FROM, slice_of(s, len), ready);
			rec_set_ready(&r, F_PID, FIELD_LIT("10"), ready);
			rec_set_ready(&r, F_TO, slice_of(s, len / 2), false);
			rec_set_ready(&r, F_COMPLETE, FIELD_LIT("true"), ready);
			assert_true(rec_json(to, &r));
		}
		assert_true(slice_eq(buf_slice(&a), buf_slice(&b)));
		free(s);
	}
	/* What replaces a value is not ready because that was. */
	rec_clear(&r);
	rec_set_ready(&r, F_FROM, FIELD_LIT("x"), true);
	rec_set(&r, F_FROM, SLICE("\""));
	assert_false(rec_is_ready(&r, F_FROM));
	rec_set_ready(&r, F_TO, FIELD_LIT("y"), true);
	rec_copy(&r, F_ORIG_TO, &r, F_TO);
	rec_copy(&r, F_TO, &r, F_FROM);
	assert_true(rec_is_ready(&r, F_ORIG_TO));
	assert_false(rec_is_ready(&r, F_TO));
	a.len = 0;
	assert_true(rec_json(&a, &r));
	assert_true(slice_eq(buf_slice(&a), SLICE("{\"from\":\"\\\"\","
	    "\"to\":\"\\\"\",\"orig_to\":\"y\"}")));
	buf_free(&a);
	buf_free(&b);
}

static void
test_safe(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp < 0x110000; cp++)
		if (rec_text_is_safe(cp) != !utf8_unsafe(cp))
			fail_msg("U+%04X", (unsigned int)cp);
}

struct bare_case {
	enum field	f;
	const char	*value;
	const char	*json;
};

static const struct bare_case bare_cases[] = {
	{ F_SIZE, "0", "{\"size\":0}" },
	{ F_SIZE, "-1", "{\"size\":-1}" },
	{ F_DELAY, "0.30", "{\"delay\":0.30}" },
	{ F_DELAY, "1e5", "{\"delay\":1e5}" },
	{ F_DELAY, "1E-05", "{\"delay\":1E-05}" },
	{ F_SIZE, "007", "{\"size\":\"007\"}" },
	{ F_SIZE, "-01", "{\"size\":\"-01\"}" },
	{ F_DELAY, ".5", "{\"delay\":\".5\"}" },
	{ F_DELAY, "5.", "{\"delay\":\"5.\"}" },
	{ F_DELAY, "1e", "{\"delay\":\"1e\"}" },
	{ F_DELAY, "1.2.3", "{\"delay\":\"1.2.3\"}" },
	{ F_SIZE, "", "{\"size\":\"\"}" },
	{ F_SIZE, "-", "{\"size\":\"-\"}" },
	{ F_SIZE, "+1", "{\"size\":\"+1\"}" },
	{ F_SIZE, " 1", "{\"size\":\" 1\"}" },
	{ F_SIZE, "1,\"from\":\"x\"", "{\"size\":\"1,\\\"from\\\":\\\"x\\\"\"}" },
	{ F_COMPLETE, "true", "{\"complete\":true}" },
	{ F_COMPLETE, "false", "{\"complete\":false}" },
	{ F_COMPLETE, "True", "{\"complete\":\"True\"}" },
	{ F_COMPLETE, "", "{\"complete\":\"\"}" },
	{ F_COMPLETE, "1", "{\"complete\":\"1\"}" },
	{ F_QID, "007", "{\"qid\":\"007\"}" },
};

static void
test_bare(void **state)
{
	struct buf b, scratch;
	struct rec r, back;
	struct err e;

	(void)state;
	buf_init(&b, LIMIT);
	buf_init(&scratch, LIMIT);
	for (size_t i = 0; i < sizeof(bare_cases) / sizeof(bare_cases[0]);
	    i++) {
		rec_clear(&r);
		rec_set(&r, bare_cases[i].f, slice_cstr(bare_cases[i].value));
		b.len = 0;
		assert_true(rec_json(&b, &r));
		same_bytes(buf_slice(&b), slice_cstr(bare_cases[i].json));
		assert_int_equal(rec_parse_json(&back, buf_slice(&b),
		    &scratch, &e), RC_OK);
		same_rec(&r, &back);
	}
	buf_free(&b);
	buf_free(&scratch);
}

struct parse_case {
	const char	*line;
	const char	*from;	/* NULL: absent */
	const char	*size;
};

static const struct parse_case parse_cases[] = {
	{ "{}", NULL, NULL },
	{ " { } ", NULL, NULL },
	{ "{\"from\":\"a\",\"size\":1}", "a", "1" },
	{ "\t{ \"from\" : \"a\" , \"size\" : 1 }\r\n", "a", "1" },
	{ "{\"from\":\"\"}", "", NULL },
	{ "{\"from\":null}", NULL, NULL },
	{ "{\"from\":\"a\",\"from\":null}", NULL, NULL },
	{ "{\"from\":\"a\",\"from\":\"b\"}", "b", NULL },
	{ "{\"fr\\u006fm\":\"a\"}", "a", NULL },
	{ "{\"\\u0066\\u0072\\u006f\\u006d\":\"a\"}", "a", NULL },
	{ "{\"from\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", "\"\\/\b\f\n\r\t",
	    NULL },
	{ "{\"from\":\"\\u00e9\\uD83D\\uDE00\"}", "\xc3\xa9\xf0\x9f\x98\x80",
	    NULL },
	{ "{\"from\":\"\\udcff\\udc80\"}", "\xff\x80", NULL },
	{ "{\"from\":\"\\udcc3\\udca9\"}", "\xc3\xa9", NULL },
	/* Other lone surrogates keep their bits. */
	{ "{\"from\":\"\\ud800\"}", "\xed\xa0\x80", NULL },
	{ "{\"from\":\"\\udc7f\"}", "\xed\xb1\xbf", NULL },
	{ "{\"from\":\"\\ud800\\ud800\"}", "\xed\xa0\x80\xed\xa0\x80", NULL },
	{ "{\"from\":\"\\ud800x\"}", "\xed\xa0\x80x", NULL },
	{ "{\"from\":\"\\ud800\\n\"}", "\xed\xa0\x80\n", NULL },
	/* Bytes that no writer of ours leaves. */
	{ "{\"from\":\"\xff\x7f\xe2\x80\xae\"}", "\xff\x7f\xe2\x80\xae",
	    NULL },
	/* Keys of others, near misses of ours. */
	{ "{\"frm\":\"x\",\"from\":\"a\"}", "a", NULL },
	{ "{\"From\":\"x\",\"fro\":\"y\",\"from_\":\"z\"}", NULL, NULL },
	{ "{\"\":\"x\",\"from\\\\\":\"x\",\"from\\u0000\":\"y\"}", NULL,
	    NULL },
	{ "{\"a\\\"b\":\"x\",\"from\":\"a\"}", "a", NULL },
	{ "{\"a_key_that_is_longer_than_any_of_ours\":[\"x\"][0]}", NULL,
	    "?" },
	{ "{\"x\":true,\"y\":-1.5e+3,\"z\":null,\"from\":\"a\"}", "a", NULL },
	/* Numbers where texts belong, and the other way. */
	{ "{\"from\":5.10}", "5.10", NULL },
	{ "{\"from\":true}", "true", NULL },
	{ "{\"size\":\"007\"}", NULL, "007" },
	{ "{\"size\":-0.5e-7}", NULL, "-0.5e-7" },
	/* Values of 15, 16, 17 bytes, at the end of the line. */
	{ "{\"from\":\"0123456789abcde\"}", "0123456789abcde", NULL },
	{ "{\"from\":\"0123456789abcdef\"}", "0123456789abcdef", NULL },
	{ "{\"from\":\"0123456789abcdefg\"}", "0123456789abcdefg", NULL },
};

static const char *const damaged_cases[] = {
	"", " ", "x", "[]", "null", "\"from\"", "{", "{\"", "{\"from", "{\"from\"",
	"{\"from\":", "{\"from\":\"", "{\"from\":\"a", "{\"from\":\"a\"",
	"{\"from\":\"a\",", "{\"from\":\"a\",}", "{,}", "{\"from\" \"a\"}",
	"{\"from\":\"a\"}}", "{\"from\":\"a\"} x", "{}{}",
	"{\"from\":{}}", "{\"from\":[\"a\"]}", "{\"x\":{}}", "{\"x\":[]}",
	"{\"from\":\"a\\\"}", "{\"from\":\"\\x41\"}", "{\"from\":\"\\u12\"}",
	"{\"from\":\"\\u12g4\"}", "{\"from\":\"\\", "{\"from\":\"\\u",
	"{\"from\":\"a\tb\"}", "{\"from\":\"a\\n\x01\"}", "{from:\"a\"}",
	"{'from':'a'}", "{\"size\":01}", "{\"size\":1.}", "{\"size\":.5}",
	"{\"size\":+1}", "{\"size\":-}", "{\"size\":1e}", "{\"size\":0x10}",
	"{\"size\":NaN}", "{\"size\":true}", "{\"complete\":1}",
	"{\"complete\":tru}", "{\"complete\":nul}", "{\"size\":1 2}",
	"{\"size\":1e999", "{\"fr\\xom\":\"a\"}", "{\"from\":}",
	"{\"from\":\"a\"\"to\":\"b\"}", "\xef\xbb\xbf{}",
};

static void
test_parse(void **state)
{
	struct buf scratch;
	struct rec r;
	struct err e;

	(void)state;
	buf_init(&scratch, LIMIT);
	for (size_t i = 0; i < sizeof(parse_cases) / sizeof(parse_cases[0]);
	    i++) {
		const struct parse_case *c = &parse_cases[i];
		struct slice s = slice_cstr(c->line);
		/* A block of its own, so that a read past it is seen. */
		unsigned char *p = malloc(s.len == 0 ? 1 : s.len);
		enum rc rc;

		memcpy(p, s.ptr, s.len);
		rc = rec_parse_json(&r, slice_of(p, s.len), &scratch, &e);
		if (c->size != NULL && c->size[0] == '?')
			assert_int_equal(rc, RC_DAMAGED);
		else {
			if (rc != RC_OK)
				fail_msg("%s: %s at %d", c->line, e.what,
				    (int)e.off);
			assert_int_equal(rec_has(&r, F_FROM), c->from != NULL);
			if (c->from != NULL)
				same_bytes(r.v[F_FROM], slice_cstr(c->from));
			assert_int_equal(rec_has(&r, F_SIZE), c->size != NULL);
			if (c->size != NULL)
				same_bytes(r.v[F_SIZE], slice_cstr(c->size));
		}
		free(p);
	}
	for (size_t i = 0;
	    i < sizeof(damaged_cases) / sizeof(damaged_cases[0]); i++) {
		struct slice s = slice_cstr(damaged_cases[i]);
		unsigned char *p = malloc(s.len == 0 ? 1 : s.len);

		memcpy(p, s.ptr, s.len);
		if (rec_parse_json(&r, slice_of(p, s.len), &scratch, &e) !=
		    RC_DAMAGED)
			fail_msg("taken: %s", damaged_cases[i]);
		assert_true(e.off <= s.len);
		assert_non_null(e.what);
		free(p);
	}
	buf_free(&scratch);
}

/* Earlier values stay where they are when a later one is decoded. */
static void
test_scratch(void **state)
{
	struct buf line, scratch;
	struct rec r;
	struct err e;

	(void)state;
	buf_init(&line, LIMIT);
	buf_init(&scratch, LIMIT);
	buf_add(&line, SLICE("{\"subject\":\"\\n\",\"reply\":\""));
	for (int i = 0; i < 100000; i++)
		buf_add(&line, SLICE("\\t0123"));
	buf_add(&line, SLICE("\",\"from\":\"\\r\"}"));
	assert_int_equal(rec_parse_json(&r, buf_slice(&line), &scratch, &e),
	    RC_OK);
	same_bytes(r.v[F_SUBJECT], SLICE("\n"));
	assert_int_equal(r.v[F_REPLY].len, 500000);
	same_bytes(r.v[F_FROM], SLICE("\r"));
	/* What does not fit is damage, not memory. */
	buf_free(&scratch);
	buf_init(&scratch, 1000);
	assert_int_equal(rec_parse_json(&r, buf_slice(&line), &scratch, &e),
	    RC_DAMAGED);
	buf_free(&scratch);
	buf_free(&line);
}

static void
test_keys(void **state)
{
	const struct rec_keys *k = rec_keys();

	(void)state;
	for (size_t f = 0; f < FIELD_N; f++) {
		struct slice name = field_info[f].name;

		assert_int_equal(rec_key_find(k, name), f);
		assert_int_equal(rec_key_find(k,
		    slice_sub(name, 0, name.len - 1)),
		    field_find(slice_sub(name, 0, name.len - 1)));
	}
	assert_int_equal(rec_key_find(k, SLICE("")), FIELD_N);
	assert_int_equal(rec_key_find(k, SLICE("to\0")), FIELD_N);
	assert_int_equal(rec_key_find(k, SLICE("0123456789abcdefg")), FIELD_N);
}

static void
test_columns(void **state)
{
	struct rec_out o;
	struct slice bad;
	struct rec r;
	struct buf b;

	(void)state;
	rec_out_open(&o, -1, REC_JSON);
	assert_true(rec_out_columns(&o, SLICE("to, from,to"), &bad));
	assert_int_equal(o.ncolumn, 2);
	assert_int_equal(o.column[0], F_TO);
	assert_false(rec_out_columns(&o, SLICE("to,,from"), &bad));
	assert_int_equal(bad.len, 0);
	assert_false(rec_out_columns(&o, SLICE(""), &bad));
	assert_false(rec_out_columns(&o, SLICE("to,frm"), &bad));
	same_bytes(bad, SLICE("frm"));
	buf_free(&o.buf);

	buf_init(&b, LIMIT);
	rec_clear(&r);
	rec_set(&r, F_FROM, SLICE(""));
	rec_set(&r, F_TO, SLICE("bob"));
	put(&b, REC_JSON, "to,size,from", &r);
	same_bytes(buf_slice(&b), SLICE("{\"to\":\"bob\",\"from\":\"\"}\n"));
	put(&b, REC_JSON, "size", &r);
	same_bytes(buf_slice(&b), SLICE("{}\n"));
	put(&b, REC_TSV, "to,size,from", &r);
	same_bytes(buf_slice(&b), SLICE("to\tsize\tfrom\nbob\t\\N\t\n"));
	put(&b, REC_CSV, "to,size,from", &r);
	same_bytes(buf_slice(&b), SLICE("to,size,from\nbob,,\"\"\n"));
	rec_set(&r, F_SIZE, SLICE("-5"));
	put(&b, REC_CSV, "size", &r);
	same_bytes(buf_slice(&b), SLICE("size\n-5\n"));
	rec_set(&r, F_SIZE, SLICE("-5+1"));
	put(&b, REC_CSV, "size", &r);
	same_bytes(buf_slice(&b), SLICE("size\n\"'-5+1\"\n"));
	buf_free(&b);
}

static void
test_header(void **state)
{
	static const struct {
		const char	*line;
		bool		ours;
	} cases[] = {
		{ "type\ttime", true }, { "qid", true },
		{ "type\tnew_key", true }, { "new_key\ttype", false },
		{ "Type\ttime", false }, { "type\ttime ", false },
		{ "type\t\ttime", false }, { "type\t", false }, { "", false },
		{ "type time", false }, { "{\"type\":\"event\"}", false },
		{ "Sep  1 10:00:00 mx postfix/smtp[1]: x", false },
	};
	struct rec_in in;
	struct buf scratch;
	struct rec r;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		in.ncolumn = 0;
		if (rec_in_header(&in, slice_cstr(cases[i].line)) !=
		    cases[i].ours)
			fail_msg("%s", cases[i].line);
		assert_int_equal(in.ncolumn > 0, cases[i].ours);
	}
	buf_init(&scratch, LIMIT);
	assert_true(rec_in_header(&in, SLICE("from\tnew_key\tto\tfrom")));
	assert_int_equal(rec_in_line(&in, &r, SLICE("a\tb\t\\x41\\u00e9\tc"),
	    &scratch, &e), RC_OK);
	same_bytes(r.v[F_FROM], SLICE("c"));
	same_bytes(r.v[F_TO], SLICE("A\xc3\xa9"));
	assert_int_equal(rec_in_line(&in, &r, SLICE("a\tb\tc"), &scratch, &e),
	    RC_DAMAGED);
	assert_int_equal(rec_in_line(&in, &r, SLICE("a\tb\tc\td\te"),
	    &scratch, &e), RC_DAMAGED);
	assert_int_equal(rec_in_line(&in, &r, SLICE("a\\q\tb\tc\td"),
	    &scratch, &e), RC_DAMAGED);
	assert_int_equal(rec_in_line(&in, &r, SLICE("a\\x4\tb\tc\td"),
	    &scratch, &e), RC_DAMAGED);
	assert_int_equal(rec_in_line(&in, &r, SLICE("a\\"), &scratch, &e),
	    RC_DAMAGED);
	assert_int_equal(rec_in_line(&in, &r, SLICE("\\N\t\\N\t\\N\t\\N"),
	    &scratch, &e), RC_OK);
	assert_int_equal(rec_next_field(&r, 0), FIELD_N);
	assert_int_equal(rec_in_line(&in, &r, SLICE("\t\t\t"), &scratch, &e),
	    RC_OK);
	assert_true(rec_has(&r, F_FROM));
	assert_true(rec_in_header(&in, SLICE("from")));
	assert_int_equal(rec_in_line(&in, &r, SLICE(""), &scratch, &e), RC_OK);
	assert_true(rec_has(&r, F_FROM));
	buf_free(&scratch);
}

/* A buffer at its limit: false, and nothing changed. */
static void
test_limit(void **state)
{
	static unsigned char bytes[3000];
	struct buf b;
	struct rec r;

	(void)state;
	memset(bytes, '\n', sizeof(bytes));
	rec_clear(&r);
	rec_set(&r, F_SUBJECT, slice_of(bytes, sizeof(bytes)));
	for (size_t limit = 0; limit < 8192; limit += 61) {
		buf_init(&b, limit);
		(void)buf_addc(&b, 'x');
		if (rec_json(&b, &r)) {
			assert_int_equal(b.len, 1 + 6000 + 14);
			assert_true(b.len <= limit);
		} else if (limit > 0)
			same_bytes(buf_slice(&b), SLICE("x"));
		buf_free(&b);
	}
}

static void
test_write_error(void **state)
{
	struct rec_out o;
	struct rec r;
	struct err e;
	bool ok = true;
	int fd;

	(void)state;
	rec_clear(&r);
	rec_set(&r, F_FROM, SLICE("alice@example.org"));
	fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	if (fd == -1)
		skip();
	rec_out_open(&o, fd, REC_JSON);
	for (int i = 0; i < 20000; i++)
		ok = rec_put(&o, &r) && ok;
	assert_false(ok);
	assert_int_equal(rec_out_close(&o, &e), RC_FAIL);
	assert_int_equal(e.sys, ENOSPC);
	close(fd);
	/* A single record is written at the end. */
	rec_out_open(&o, -1, REC_TSV);
	assert_true(rec_put(&o, &r));
	assert_int_equal(rec_out_close(&o, &e), RC_FAIL);
	assert_int_equal(e.sys, EBADF);
}

/* A pipe that takes little at a time and a reader that is slow. */
static void
test_short_write(void **state)
{
	struct rec_out o;
	struct rec r;
	struct err e;
	unsigned char block[5000];
	size_t total = 0;
	int fd[2], status;
	ssize_t n;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(fd[0]);
		(void)fcntl(fd[1], F_SETFL, O_NONBLOCK);
		rec_clear(&r);
		rec_set(&r, F_FROM, SLICE("alice@example.org"));
		rec_out_open(&o, fd[1], REC_JSON);
		for (int i = 0; i < 100000; i++)
			if (!rec_put(&o, &r))
				_exit(1);
		_exit(rec_out_close(&o, &e) == RC_OK &&
		    o.written == 100000 * 29 ? 0 : 1);
	}
	close(fd[1]);
	while ((n = read(fd[0], block, sizeof(block))) > 0)
		total += (size_t)n;
	close(fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(total, 100000 * 29);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escape),
		cmocka_unit_test(test_scan),
		cmocka_unit_test(test_safe),
		cmocka_unit_test(test_bare),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_scratch),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_ready),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_write_error),
		cmocka_unit_test(test_short_write),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
