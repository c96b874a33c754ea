#include "track/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define LIMIT 100	/* the tables grow twice on the way */

/* A number as a name. */
static struct slice
name(char *text, size_t cap, unsigned int i)
{
	int n = snprintf(text, cap, "n%u", i);

	return slice_of(text, (size_t)n);
}

/* One below the limit, at it, past it; what is known stays known. */
static void
test_hosts(void **state)
{
	struct names n;
	struct host *host[LIMIT];
	char t[32];

	(void)state;
	names_init(&n);
	assert_int_equal(n.limit, NAMES_MAX);
	n.limit = LIMIT;
	for (unsigned int i = 0; i < LIMIT; i++) {
		host[i] = names_host(&n, name(t, sizeof(t), i));
		assert_non_null(host[i]);
		assert_false(n.overflow);
	}
	for (unsigned int round = 0; round < 2; round++) {
		for (unsigned int i = 0; i < LIMIT; i++)
			assert_ptr_equal(host[i],
			    names_host(&n, name(t, sizeof(t), i)));
		assert_int_equal(n.overflow, round);
		assert_null(names_host(&n, name(t, sizeof(t), LIMIT)));
		assert_null(names_host(&n, SLICE("")));
		assert_true(n.overflow);
	}
	assert_int_equal(n.hosts.n, LIMIT);
	names_free(&n);
}

/* The empty name is a name like others, as is one that begins another. */
static void
test_near(void **state)
{
	struct names n;
	struct host *none, *a, *ab;
	struct instance *i, *j;

	(void)state;
	names_init(&n);
	none = names_host(&n, slice_of(NULL, 0));
	a = names_host(&n, SLICE("mx"));
	ab = names_host(&n, SLICE("mx2"));
	assert_ptr_equal(none, names_host(&n, SLICE("")));
	assert_ptr_not_equal(none, a);
	assert_ptr_not_equal(a, ab);
	assert_ptr_not_equal(a, names_host(&n, SLICE("MX")));
	assert_ptr_not_equal(a, names_host(&n, slice_of("mx\0", 3)));
	/* The same name on two hosts is two instances. */
	i = names_instance(&n, a, SLICE("postfix"));
	j = names_instance(&n, ab, SLICE("postfix"));
	assert_ptr_not_equal(i, j);
	assert_ptr_equal(i, names_instance(&n, a, SLICE("postfix")));
	/* Service and program do not run into one another. */
	assert_ptr_not_equal(names_tag(&n, i, SLICE("a"), SLICE("smtpd")),
	    names_tag(&n, i, SLICE("as"), SLICE("mtpd")));
	assert_ptr_not_equal(names_tag(&n, i, SLICE(""), SLICE("smtpd")),
	    names_tag(&n, i, SLICE("smtpd"), SLICE("")));
	assert_ptr_not_equal(names_tag(&n, i, SLICE(""), SLICE("smtpd")),
	    names_tag(&n, j, SLICE(""), SLICE("smtpd")));
	assert_int_equal(names_tag(&n, i, SLICE(""), SLICE("smtpd"))->daemon,
	    DM_SMTPD);
	assert_true(names_tag(&n, i, SLICE(""), SLICE(""))->lost);
	names_free(&n);
}

static void
test_instances_and_tags(void **state)
{
	struct names n;
	struct host *h;
	struct instance *first;
	struct tag *tag;
	char t[32];

	(void)state;
	names_init(&n);
	n.limit = LIMIT;
	h = names_host(&n, SLICE("mx"));
	first = names_instance(&n, h, SLICE("first"));
	tag = names_tag(&n, first, SLICE(""), SLICE("smtpd"));
	for (unsigned int i = 1; i < LIMIT; i++) {
		assert_non_null(names_instance(&n, h, name(t, sizeof(t), i)));
		assert_non_null(names_tag(&n, first, name(t, sizeof(t), i),
		    SLICE("smtpd")));
	}
	assert_false(n.overflow);
	assert_null(names_instance(&n, h, SLICE("more")));
	assert_true(n.overflow);
	assert_null(names_tag(&n, first, SLICE("more"), SLICE("smtpd")));
	assert_ptr_equal(first, names_instance(&n, h, SLICE("first")));
	assert_ptr_equal(tag, names_tag(&n, first, SLICE(""), SLICE("smtpd")));
	names_free(&n);
}

/* Words of handshakes: past the limit none, but only for new ones. */
static void
test_tls(void **state)
{
	struct names n;
	struct slice word[TLS_WORDS] = { SLICE("TLSv1.3") };
	const struct tls_words *w, *more;
	char t[32];

	(void)state;
	names_init(&n);
	n.limit = LIMIT;
	w = names_tls(&n, word);
	for (unsigned int i = 1; i < LIMIT; i++) {
		word[1] = name(t, sizeof(t), i);
		assert_ptr_not_equal(w, names_tls(&n, word));
	}
	assert_false(n.overflow);
	word[1] = SLICE("more");
	more = names_tls(&n, word);
	assert_true(n.overflow);
	for (size_t i = 0; i < TLS_WORDS; i++)
		assert_int_equal(more->word[i].len, 0);
	word[1] = slice_of(NULL, 0);
	assert_ptr_equal(w, names_tls(&n, word));
	assert_true(slice_eq(w->word[0], SLICE("TLSv1.3")));
	names_free(&n);
}

static void
test_sources_and_notes(void **state)
{
	struct names n;
	char t[32];
	uint32_t src[1000];

	(void)state;
	names_init(&n);
	for (unsigned int i = 0; i < 1000; i++) {
		src[i] = names_src(&n, name(t, sizeof(t), i));
		assert_int_not_equal(src[i], 0);
		assert_true(slice_eq(n.src[src[i]].text, name(t, sizeof(t), i)));
	}
	for (unsigned int i = 0; i < 1000; i++)
		assert_int_equal(src[i], names_src(&n, name(t, sizeof(t), i)));
	assert_int_equal(names_note(&n, SLICE("")), 0);
	for (unsigned int i = 1; i < NAMES_NOTES; i++)
		assert_int_equal(names_note(&n, name(t, sizeof(t), i)), i);
	assert_int_equal(names_note(&n, SLICE("one too many")), 0);
	for (unsigned int i = 1; i < NAMES_NOTES; i++)
		assert_int_equal(names_note(&n, name(t, sizeof(t), i)), i);
	names_free(&n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts),
		cmocka_unit_test(test_near),
		cmocka_unit_test(test_instances_and_tags),
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_sources_and_notes)
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
