/*
 * whole, keyset - whole messages and paths
 */
#include "rec/whole.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rec/keyset.h"

/* A record of a stream in one line. */
struct step {
	const char	*trace, *path, *parent;
	unsigned int	 flags;
};

#define M	WHOLE_MATCH
#define I	WHOLE_INSIDE
#define A	WHOLE_ALWAYS

struct whole_case {
	const char	*name;
	bool		 paths, window;
	struct step	 step[8];
	const char	*want;		/* numbers of the steps handed out */
	uint64_t	 chosen;
};

static const struct whole_case cases[] = {
	{ "nothing", false, false, { { "a", "a", "", 0 } }, "", 0 },
	{ "before and after the match", false, false, {
	    { "a", "a", "", 0 }, { "b", "b", "", 0 }, { "a", "a", "", M },
	    { "a", "a", "", 0 } }, "023", 1 },
	{ "two matches of one message", false, false, {
	    { "a", "a", "", M }, { "a", "a", "", M } }, "01", 1 },
	{ "without a trace", false, false, {
	    { "", "", "", M }, { "", "", "", 0 }, { "", "", "", A } }, "02",
	    1 },
	{ "message, not path", false, false, {
	    { "a", "a", "", M }, { "b", "a", "a", 0 } }, "0", 1 },
	{ "path", true, false, {
	    { "a", "a", "", M }, { "b", "a", "a", 0 }, { "c", "c", "", 0 } },
	    "01", 1 },
	{ "path from its end", true, false, {
	    { "a", "a", "", 0 }, { "b", "a", "a", 0 }, { "c", "a", "b", M } },
	    "012", 1 },
	{ "link", true, false, {
	    { "a", "a", "", M }, { "b", "b", "", 0 }, { "b", "", "a", 0 },
	    { "d", "d", "", 0 } }, "012", 1 },
	{ "link before its messages", true, false, {
	    { "b", "", "a", 0 }, { "a", "a", "", 0 }, { "b", "b", "", M } },
	    "012", 1 },
	{ "notice", true, false, {
	    { "a", "a", "", M }, { "n", "n", "a", 0 } }, "01", 1 },
	{ "two parents", true, false, {
	    { "a", "a", "", M }, { "b", "b", "", 0 }, { "c", "a", "a b", 0 },
	    { "d", "d", "", 0 } }, "012", 1 },
	{ "one path, two matches", true, false, {
	    { "a", "a", "", M }, { "b", "a", "a", M }, { "c", "c", "", M } },
	    "012", 2 },
	{ "path without a trace", true, false, {
	    { "a", "a", "", M }, { "", "a", "", 0 } }, "01", 1 },
	{ "match and window in one record", false, true, {
	    { "a", "a", "", M | I }, { "b", "b", "", M },
	    { "c", "c", "", I } }, "0", 1 },
	{ "match and window in two", false, true, {
	    { "a", "a", "", I }, { "a", "a", "", M } }, "01", 1 },
	{ "window in another message of the path", true, true, {
	    { "a", "a", "", I }, { "b", "a", "a", M } }, "", 0 },
	{ "always", true, true, {
	    { "", "", "", A | I }, { "", "", "", A | I | M } }, "01", 1 },
};

static void
set(struct rec *r, enum field f, const char *v)
{
	if (v[0] != '\0')
		rec_set(r, f, slice_cstr(v));
}

static void
run(const struct whole_case *c, bool text)
{
	struct whole *w = whole_open(c->paths, c->window, text);
	struct rec r;
	struct err e;
	char got[16] = "", n[2] = "0";
	uint64_t chosen;
	enum rc rc;

	for (size_t i = 0; i < 8 && c->step[i].trace != NULL; i++) {
		const struct step *s = &c->step[i];

		rec_clear(&r);
		n[0] = (char)('0' + i);
		rec_set(&r, F_LINE, slice_of(n, 1));
		set(&r, F_TRACE, s->trace);
		set(&r, F_PATH, s->path);
		set(&r, F_PARENT, s->parent);
		assert_int_equal(whole_add(w, &r, s->flags, &e), RC_OK);
	}
	assert_int_equal(whole_select(w, &chosen, &e), RC_OK);
	while ((rc = whole_next(w, &r, &e)) == RC_OK)
		strncat(got, (const char *)r.v[F_LINE].ptr, 1);
	assert_int_equal(rc, RC_END);
	if (strcmp(got, text ? c->want : "") != 0 || chosen != c->chosen)
		fail_msg("%s: %s, %d chosen", c->name, got, (int)chosen);
	whole_close(w);
}

static void
test_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		run(&cases[i], true);
		run(&cases[i], false);
	}
}

/* Joined at random: the same groups as a plain table of labels. */
static void
test_keyset(void **state)
{
	enum { N = 3000 };
	static uint32_t label[N];
	struct keyset s;
	uint32_t x = 99, id[N];
	char name[16];

	(void)state;
	keyset_init(&s, N);
	for (uint32_t i = 0; i < N; i++) {
		int len = snprintf(name, sizeof(name), "%u", i);

		label[i] = i;
		assert_int_equal(keyset_find(&s,
		    keyset_key(slice_of(name, (size_t)len))), KEYSET_NONE);
		id[i] = keyset_add(&s, keyset_key(slice_of(name,
		    (size_t)len)));
		assert_int_equal(id[i], i);
		assert_int_equal(keyset_add(&s, keyset_key(slice_of(name,
		    (size_t)len))), i);
	}
	assert_int_equal(keyset_add(&s, keyset_key(SLICE("one more"))),
	    KEYSET_NONE);
	for (int round = 0; round < 2000; round++) {
		uint32_t a, b, from;

		x = x * 1103515245 + 12345;
		a = (x >> 8) % N;
		x = x * 1103515245 + 12345;
		b = (x >> 8) % N;
		keyset_join(&s, id[a], id[b]);
		from = label[b];
		for (uint32_t i = 0; i < N; i++)
			if (label[i] == from)
				label[i] = label[a];
	}
	for (uint32_t i = 0; i < N; i++) {
		uint32_t j = (i * 7 + 1) % N;

		assert_int_equal(keyset_root(&s, i) == keyset_root(&s, j),
		    label[i] == label[j]);
	}
	keyset_free(&s);
	keyset_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_keyset),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
