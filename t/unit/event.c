#include "fmt/event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void
test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < EVENT_N; i++)
		assert_int_equal(event_find(event_name[i]), i);
	for (size_t i = 1; i < DAEMON_N; i++)
		assert_int_equal(daemon_find(daemon_name[i]), i);
	assert_int_equal(event_find(SLICE("")), EV_UNKNOWN);
	assert_int_equal(event_find(SLICE("deliver")), EV_UNKNOWN);
	assert_int_equal(event_find(SLICE("Delivery")), EV_UNKNOWN);
	assert_int_equal(daemon_find(SLICE("")), DM_NONE);
	assert_int_equal(daemon_find(SLICE("smtpdx")), DM_NONE);
	assert_int_equal(daemon_find(SLICE("smt")), DM_NONE);
}

/* What is written is read back. */
static void
test_round(void **state)
{
	struct event ev = { .kind = EV_DELIVERY, .daemon = DM_SMTP,
		.src = SLICE("mail.log"), .off = UINT64_MAX, .len = 0,
		.line = 7, .class = LINE_UNDERSTOOD,
		.time = { .sec = 1788257045, .nsec = 123456000, .digits = 6,
		.known = true, .ordered = true } };
	struct event back;
	struct event_text text;

	(void)state;
	rec_set(&ev.rec, F_PID, SLICE("4194304"));
	event_write(&ev, &text);
	assert_true(slice_eq(rec_get(&ev.rec, F_TIME),
	    SLICE("2026-09-01T10:04:05.123456Z")));
	back.rec = ev.rec;
	assert_true(event_read(&back));
	assert_int_equal(back.kind, EV_DELIVERY);
	assert_int_equal(back.daemon, DM_SMTP);
	assert_int_equal(back.class, LINE_UNDERSTOOD);
	assert_int_equal(back.pid, 4194304);
	assert_true(back.off == UINT64_MAX && back.len == 0 &&
	    back.line == 7);
	assert_true(back.time.known && back.time.sec == 1788257045 &&
	    back.time.nsec == 123456000 && back.time.digits == 6);
	assert_true(slice_eq(back.src, SLICE("mail.log")));
}

static enum line_class
class_of(const char *event, const char *daemon, const char *instance,
    const char *note)
{
	struct event ev = { .kind = EV_UNKNOWN };

	rec_set(&ev.rec, F_TYPE, SLICE("event"));
	rec_set(&ev.rec, F_EVENT, slice_cstr(event));
	if (daemon != NULL)
		rec_set(&ev.rec, F_DAEMON, slice_cstr(daemon));
	if (instance != NULL)
		rec_set(&ev.rec, F_INSTANCE, slice_cstr(instance));
	if (note != NULL)
		rec_set(&ev.rec, F_NOTE, slice_cstr(note));
	assert_true(event_read(&ev));
	return ev.class;
}

static void
test_class(void **state)
{
	struct event ev = { .kind = EV_UNKNOWN };

	(void)state;
	assert_int_equal(class_of("other", "smtpd", "postfix", NULL),
	    LINE_UNDERSTOOD);
	assert_int_equal(class_of("other", "sshd", NULL, NULL), LINE_FOREIGN);
	assert_int_equal(class_of("other", "smtpd", NULL, NULL),
	    LINE_FOREIGN);
	assert_int_equal(class_of("other", NULL, "postfix", "program-lost"),
	    LINE_UNDERSTOOD);
	assert_int_equal(class_of("unknown", "smtpd", "postfix", NULL),
	    LINE_UNKNOWN);
	assert_int_equal(class_of("no such", "smtpd", "postfix", NULL),
	    LINE_UNKNOWN);
	assert_int_equal(class_of("delivery", NULL, NULL, NULL),
	    LINE_UNDERSTOOD);
	rec_set(&ev.rec, F_TYPE, SLICE("message"));
	assert_false(event_read(&ev));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_class),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
