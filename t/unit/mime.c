/*
 * The parts of messages, near misses beside hits.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fmt/mime.h"

struct got {
	struct buf	text;		/* NUMBER TYPE [NAME] {DATA}; in the
					 * order of their ends */
	struct buf	part[MIME_DEPTH];
};

static void
begin(void *arg, const struct mime_part *p)
{
	struct got *g = arg;

	g->part[p->level].len = 0;
}

static void
data(void *arg, unsigned int level, struct slice s)
{
	struct got *g = arg;

	assert_true(buf_add(&g->part[level], s));
}

static void
end(void *arg, const struct mime_part *p)
{
	struct got *g = arg;

	(void)buf_add(&g->text, p->number);
	(void)buf_addc(&g->text, ' ');
	(void)buf_add(&g->text, p->type);
	if (p->has_name) {
		(void)buf_addc(&g->text, '<');
		(void)buf_add(&g->text, p->name);
		(void)buf_addc(&g->text, '>');
	}
	(void)buf_addc(&g->text, '{');
	(void)buf_add(&g->text, buf_slice(&g->part[p->level]));
	(void)buf_add(&g->text, p->whole ? SLICE("}") : SLICE("...}"));
}

/* A line ends at each newline; the last may have none. */
static void
take(struct got *g, struct slice s)
{
	const struct mime_fn fn = { begin, data, end, g };
	struct mime m;
	struct slice line;

	mime_init(&m, &fn);
	while (s.len > 0) {
		size_t n = slice_chr(s, '\n');

		line = slice_sub(s, 0, n);
		mime_line(&m, line, n != SLICE_NONE, 0, 0);
		s = slice_from(s, n == SLICE_NONE ? s.len : n + 1);
	}
	mime_end(&m, true);
	mime_free(&m);
}

#define MIXED	"Content-Type: multipart/mixed; boundary=b\n\n"
#define B64	"Content-Transfer-Encoding: base64\n\n"
#define QP	"Content-Transfer-Encoding: Quoted-Printable\n\n"

static void
test_messages(void **state)
{
	static const char *const cases[][2] = {
		{ "Subject: x\n\nhi\nthere\n", "1 text/plain{hi\nthere\n}" },
		{ "Subject: x\n\nhi", "1 text/plain{hi}" },
		{ "Subject: x\n", "1 text/plain{}" }, { "", "1 text/plain{}" },
		{ "no header\nhi\n", "1 text/plain{no header\nhi\n}" },
		{ "X: y\nno header\n\nhi\n", "1 text/plain{no header\n\nhi\n}" },
		{ "Content-Type: text/HTML ; charset=x\n\n<p>\n", "1 text/html{<p>\n}" },
		{ "Content-Type: nonsense\n\nx\n", "1 text/plain{x\n}" },
		{ "Content-Type: /x\n\nx\n", "1 text/plain{x\n}" },
		{ "Content-Type: text/;x\n\nx\n", "1 text/plain{x\n}" },
		/* Parts; what stands before, between and behind. */
		{ MIXED "pre\n--b\n\none\n--b\nContent-Type: a/b\n\ntwo\n\n--b--\npost\n",
		  "1 text/plain{one}2 a/b{two\n}" },
		{ MIXED "--b\nX: y\n\none\n--b \t\n\ntwo\n--b--  \n", "1 text/plain{one}2 text/plain{two}" },
		{ MIXED "--b\n\n--b\n\n\n--b--\n", "1 text/plain{}2 text/plain{}" },
		/* No boundaries. */
		{ MIXED "--b\n\n --b\n--bb\n--b-\n--b--x\n-b\n--B\n--b--\n", "1 text/plain{ --b\n--bb\n--b-\n--b--x\n-b\n--B}" },
		{ MIXED "no part\n", "" },
		{ "Content-Type: multipart/mixed\n\n--\nx\n", "1 multipart/mixed{--\nx\n}" },
		{ "Content-Type: text/plain; boundary=b\n\n--b\n", "1 text/plain{--b\n}" },
		/* Cut off. */
		{ MIXED "--b\n\none\n--b\n\ntw", "1 text/plain{one}2 text/plain{tw...}" },
		/* Quotes, folds, several of one name. */
		{ "Content-Type: multipart/mixed;\n\tx=\"a;boundary=no\";\n boundary=\"b: b\"\nContent-Type: text/plain\n\n--b: b\n\nx\n--b: b--\n",
		  "1 text/plain{x}" },
		/* Nested; an outer boundary ends what is inside. */
		{ MIXED "--b\nContent-Type: multipart/x; boundary=bb\n\n--bb\n\none\n--bb\n\ntwo\n--bb--\n--b\n\nthree\n--b--\n",
		  "1.1 text/plain{one}1.2 text/plain{two}2 text/plain{three}" },
		{ MIXED "--b\nContent-Type: multipart/x; boundary=c\n\n--c\n\none\n--b\n\ntwo\n--b--\n",
		  "1.1 text/plain{one}2 text/plain{two}" },
		/* A message in a message: itself, and its parts. */
		{ MIXED "--b\nContent-Type: message/rfc822\n\nSubject: y\n\ntext\n--b--\n",
		  "1.1 text/plain{text}1 message/rfc822{Subject: y\n\ntext}" },
		{ "Content-Type: message/rfc822\n\n" MIXED "--b\n\none\n--b\n\ntwo\n--b--\nend\n",
		  "1.1 text/plain{one}1.2 text/plain{two}1 message/rfc822{" MIXED "--b\n\none\n--b\n\ntwo\n--b--\nend\n}" },
		{ "Content-Type: message/rfc822\n" B64 "U3ViamVjdDogeAoKeQo=\n", "1 message/rfc822{Subject: x\n\ny\n}" },
		/* base64: the vectors of RFC 4648, and what mailers do to it. */
		{ B64 "Zg==\n", "1 text/plain{f}" }, { B64 "Zm8=", "1 text/plain{fo}" },
		{ B64 "Zm9v\n", "1 text/plain{foo}" }, { B64 "Zm9vYg==\n", "1 text/plain{foob}" },
		{ B64 "Zm9vYmE=\n", "1 text/plain{fooba}" }, { B64 "Zm9v\nYmFy\n", "1 text/plain{foobar}" },
		{ B64 "Zm 9v\r\nYm\nFy\n", "1 text/plain{foobar}" }, { B64 "Zg==Zm9v\n", "1 text/plain{ffoo}" },
		{ B64 "Zm9vY", "1 text/plain{foo}" }, { B64 "@!\n", "1 text/plain{}" },
		/* quoted-printable: RFC 2045, and what is none. */
		{ QP "a=3D=C3=A9\nb=\nc\n", "1 text/plain{a=\xc3\xa9\nbc\n}" },
		{ QP "a= \t\nb\n", "1 text/plain{ab\n}" }, { QP "a=e9\n", "1 text/plain{a\xe9\n}" },
		{ QP "a=x=4\n=4x==41=", "1 text/plain{a=x=4\n=4x=A}" },
		{ QP "= x\n", "1 text/plain{= x\n}" }, { MIXED "--b\n" QP "x=\n--b--\n", "1 text/plain{x}" },
		{ "Content-Transfer-Encoding: base64x\n\nZg==\n", "1 text/plain{Zg==\n}" },
		/* File names. */
		{ "Content-Type: a/b; name=\"x y\\\"z\"\n\n", "1 a/b<x y\"z>{}" },
		{ "Content-Type: a/b; name=x\nContent-Disposition: attachment; filename=\"y\"\n\n", "1 a/b<y>{}" },
		{ "Content-Disposition: attachment; filename*=utf-8'en'%e2%82%ac%20rates\n\n", "1 text/plain<\xe2\x82\xac rates>{}" },
		{ "Content-Disposition: attachment; filename*0=\"a%20\"; filename*1*=%41; filename*2=c\n\n", "1 text/plain<a%20Ac>{}" },
		{ "Content-Disposition: attachment; filenames=x\n\n", "1 text/plain{}" },
		{ "Content-Disposition: attachment; filename=\"../../etc/passwd\"\n\n", "1 text/plain<../../etc/passwd>{}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct got g = { 0 };

		buf_init(&g.text, 65536);
		for (size_t k = 0; k < MIME_DEPTH; k++)
			buf_init(&g.part[k], 65536);
		take(&g, slice_cstr(cases[i][0]));
		(void)buf_addc(&g.text, '\0');
		assert_string_equal((char *)g.text.ptr, cases[i][1]);
		buf_free(&g.text);
		for (size_t k = 0; k < MIME_DEPTH; k++)
			buf_free(&g.part[k]);
	}
}

static void
count(void *arg, const struct mime_part *p)
{
	unsigned int *n = arg;

	assert_true(p->level < MIME_DEPTH);
	assert_true(p->number.len < MIME_NUMBER);
	++*n;
}

static void
no_data(void *arg, unsigned int level, struct slice s)
{
	(void)arg;
	(void)level;
	(void)s;
}

/* Deeper than is taken apart, more parts than are counted, long headers. */
static void
test_bounds(void **state)
{
	unsigned int n = 0;
	const struct mime_fn fn = { count, no_data, count, &n };
	char *text = malloc(400000), *p = text;
	struct got g = { 0 };
	struct mime m;

	(void)state;
	assert_non_null(text);
	for (int i = 0; i < 1000; i++)
		p += sprintf(p, "Content-Type: multipart/x; boundary=%d\n\n--%d\n", i, i);
	mime_init(&m, &fn);
	for (char *line = text, *nl; (nl = memchr(line, '\n', (size_t)(p - line))) != NULL; line = nl + 1)
		mime_line(&m, slice_of(line, (size_t)(nl - line)), true, 0, 0);
	assert_int_equal(m.n, MIME_DEPTH);
	mime_end(&m, true);
	mime_free(&m);
	assert_int_equal(n, 2);

	n = 0;
	mime_init(&m, &fn);
	mime_line(&m, SLICE("Content-Type: multipart/x; boundary=b"), true, 0, 0);
	mime_line(&m, SLICE(""), true, 0, 0);
	for (int i = 0; i < MIME_PARTS + 100; i++) {
		mime_line(&m, SLICE("--b"), true, 0, 0);
		mime_line(&m, SLICE(""), true, 0, 0);
		mime_line(&m, SLICE("x"), true, 0, 0);
	}
	mime_end(&m, true);
	assert_true(m.full);
	mime_free(&m);
	assert_int_equal(n, 2 * MIME_PARTS);

	/* What stands behind MIME_HEAD bytes of headers does not count. */
	for (size_t k = 0; k < MIME_DEPTH; k++)
		buf_init(&g.part[k], 65536);
	buf_init(&g.text, 65536);
	p = text;
	for (int i = 0; i < 70; i++) {
		memset(p, 'x', 1000);
		p[1] = ':';
		p[999] = '\n';
		p += 1000;
	}
	p += sprintf(p, "Content-Type: a/b\n\nz\n");
	take(&g, slice_of(text, (size_t)(p - text)));
	(void)buf_addc(&g.text, '\0');
	assert_string_equal((char *)g.text.ptr, "1 text/plain{z\n}");
	buf_free(&g.text);
	for (size_t k = 0; k < MIME_DEPTH; k++)
		buf_free(&g.part[k]);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
