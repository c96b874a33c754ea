/*
 * segments: the names that libewf finds, and those of split images
 */
#include <fcntl.h>
#include <libewf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/segments.h"

#define FILES 1500 /* past .E99, .EZZ and .FZZ */

/* libewf goes through files with these names in this order, to the last. */
static void
like_libewf(void **state)
{
	char dir[] = "/tmp/mx.XXXXXX", path[64], *names[FILES];
	char **found = NULL;
	struct buf b;
	int n = 0;

	(void)state;
	buf_init(&b, 64);
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/a.E01", dir);
	for (unsigned int i = 0; i < FILES; i++) {
		int fd;

		assert_true(segments_name(&b, slice_cstr(path), i + 1));
		names[i] = calloc(b.len + 1, 1);
		assert_non_null(names[i]);
		memcpy(names[i], b.ptr, b.len);
		fd = open(names[i], O_WRONLY | O_CREAT | O_EXCL, 0600);
		assert_int_not_equal(fd, -1);
		(void)close(fd);
	}
	assert_int_equal(libewf_glob(path, strlen(path), LIBEWF_FORMAT_UNKNOWN,
			     &found, &n, NULL),
	    1);
	assert_int_equal(n, FILES);
	for (int i = 0; i < FILES; i++) {
		assert_string_equal(found[i], names[i]);
		(void)unlink(names[i]);
		free(names[i]);
	}
	(void)libewf_glob_free(found, n, NULL);
	(void)rmdir(dir);
	buf_free(&b);
}

static void
name(const char *first, unsigned int n, const char *want)
{
	struct buf b;

	buf_init(&b, 64);
	if (want == NULL)
		assert_false(segments_name(&b, slice_cstr(first), n));
	else {
		assert_true(segments_name(&b, slice_cstr(first), n));
		assert_true(slice_is(buf_slice(&b), want));
	}
	buf_free(&b);
}

static void
edges(void **state)
{
	(void)state;
	name("d/a.001", 1, "d/a.001");
	name("d/a.001", 2, "d/a.002");
	name("d/a.001", 10, "d/a.010");
	name("d/a.001", 999, "d/a.999");
	name("d/a.001", 1000, "d/a.1000");
	name("d/a.001", 10000, NULL);
	name("a.E01", 99, "a.E99");
	name("a.E01", 100, "a.EAA");
	name("a.e01", 100, "a.eaa");
	name("a.e01", 2, "a.e02");
	name("a.E01", 99 + 26 * 26, "a.EZZ");
	name("a.E01", 100 + 26 * 26, "a.FAA");
	name("a.E01", 0, NULL);
	name(".001", 2, NULL);
	name("", 2, NULL);
}

static void
kinds(void **state)
{
	struct slice ewf = SLICE("EVF\x09\x0d\x0a\xff\x00");

	(void)state;
	assert_int_equal(segments_kind(SLICE("a.E01"), ewf), SEGMENTS_EWF);
	assert_int_equal(segments_kind(SLICE("a.e01"), ewf), SEGMENTS_EWF);
	assert_int_equal(
	    segments_kind(SLICE("a.E01"), SLICE("EVF\x09\x0d\x0a\xff\x01")),
	    SEGMENTS_NONE);
	assert_int_equal(
	    segments_kind(SLICE("a.E01"), SLICE("EVF")), SEGMENTS_NONE);
	assert_int_equal(segments_kind(SLICE("a.E02"), ewf), SEGMENTS_NONE);
	assert_int_equal(segments_kind(SLICE(".E01"), ewf), SEGMENTS_NONE);
	assert_int_equal(segments_kind(SLICE("a.001"), ewf), SEGMENTS_SPLIT);
	assert_int_equal(
	    segments_kind(SLICE("a.002"), SLICE("")), SEGMENTS_NONE);
	assert_int_equal(
	    segments_kind(SLICE(".001"), SLICE("")), SEGMENTS_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(like_libewf),
		cmocka_unit_test(edges), cmocka_unit_test(kinds) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
