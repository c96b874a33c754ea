/* The names that logrotate, newsyslog, savelog and rsyslog give. */
#include "source/rotation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Of one log, the oldest first. */
static const char *const sets[][5] = {
	{ "mail.log.10.gz", "mail.log.9.gz", "mail.log.1", "mail.log" },
	{ "maillog.3.bz2", "maillog.0.bz2", "maillog" },
	{ "maillog-20251231", "maillog-20260901.xz", "maillog-20260908",
	    "maillog" },
	{ "mail.log-20260901-1200", "mail.log-20260908-0600", "mail.log" },
	{ "mail.log-1788220800", "mail.log-1788825600.gz", "mail.log" },
	/* dateformat, extension */
	{ "mail.log-2026-09-01", "mail.log-2026-10-01.gz", "mail.log" },
	{ "mail.log.2026-09-01", "mail.log.2026-10-01", "mail.log" },
	{ "mail.log.2026.09.01", "mail.log.2026.10.01", "mail.log" },
	{ "mail-20260901.log.gz", "mail-20260908.log", "mail.log" },
	{ "mail_2026_09_01.log", "mail_2026_10_01.log", "mail.log" },
	{ "mail.10.log.gz", "mail.9.log", "mail.1.log", "mail.log" },
	{ "mail.log-202609", "mail.log-202610", "mail.log" },
	{ "mail-2026-09.log", "mail-2026-10.log", "mail.log" },
	{ "mail.log-2026w36", "mail.log-2026w45", "mail.log" },
	{ "mail.log-2026090112.gz", "mail.log-2026090113", "mail.log" },
	{ "mail.log.20260901T120000.bz2", "mail.log.20260901T130000",
	    "mail.log" },
	{ "mail.log-2026-09-01_12:00", "mail.log-2026-09-02_00:00",
	    "mail.log" },
	{ "mail.log-20260901", "mail.log-20260901.1", "mail.log" },
	{ "mail.log.2.gz", "./mail.log.1", ".//mail.log" },
	{ "mail.log-20260901", "mail.log.1.gz", "mail.log" },
	{ "mail.log-2026-W36", "mail.log-2026-W45", "mail.log" },
	{ "logs.tgz!mail.log.2.gz@0-GZIP", "logs.tgz!mail.log.1",
	    "logs.tgz!mail.log" },
};

/* Each a log of its own. */
static const char *const apart[][2] = {
	{ "mail.log", "mail.err" }, { "mail.log", "mail-a.log" },
	{ "mail.log", "maillog" }, { "mail.log", "mail" },
	{ "192.0.2.1.log", "192.0.2.2.log" },
	{ "mail.1.log", "mail.1" }, { "a/mail.log.1", "b/mail.log.1" },
	{ "mail.log.1", "mail.info.1" }, { "mail-2026.11.log", "mail.log" },
	{ ".mail.log.1", "mail.log" }, { "../mail.log.1", "mail.log" },
	{ "hostA/mail.log.1", "hostB/mail.log" },
	{ "mail.log-20261399", "mail.log" }, { "mail.log-01092026", "mail.log" },
	{ "case-20250302/mail.log", "case" },
	{ "mail.log.20260901T", "mail.log" },
	{ "mail.log-20260901-", "mail.log" },
	{ "mail-99999.log", "mail.log" }, { "mail-2026-13.log", "mail.log" },
};

static void
test_sets(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		for (size_t j = 1; sets[i][j] != NULL; j++) {
			struct slice a = slice_cstr(sets[i][j - 1]);
			struct slice b = slice_cstr(sets[i][j]);

			if (!rotation_same(a, b) || rotation_cmp(a, b) >= 0 ||
			    rotation_cmp(b, a) <= 0)
				fail_msg("%s is not before %s", sets[i][j - 1],
				    sets[i][j]);
		}
}

static void
test_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(apart) / sizeof(apart[0]); i++)
		if (rotation_same(slice_cstr(apart[i][0]),
		    slice_cstr(apart[i][1])))
			fail_msg("%s and %s are one", apart[i][0], apart[i][1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_apart),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
