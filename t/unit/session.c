/* What a client process said of its connections, and which delivery it is of. */
#include "track/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fmt/peer.h"

/*
 * Steps, one character and what belongs to it:
 *	hN  a handshake with server N		eN  SSL_connect error to N
 *	oN  N offered STARTTLS			c   Cannot start TLS
 *	lN  the connection with N was lost	tN  timed out
 *	mN  a line with the queue ID of message N	.   300 s later
 *	dN  a recipient of the message is delivered to N
 *	aN  message N becomes active
 * Each d gives a letter: h live handshake, b broken one, e error with
 * "Cannot start TLS", o offer, - nothing; several where several hold.
 */
static const struct {
	const char *steps, *want, *what;
} cases[] = {
	{ "a1 d1", "-", "nothing said" },
	{ "a1 h1 d1", "h", "a handshake" },
	{ "a1 h2 d1", "-", "with another server" },
	{ "a1 h1 d1 d1", "hh", "two recipients" },
	{ "a1 h1 h2 d1 d2", "hh", "two servers" },
	{ "a1 h1 l1 d1", "b", "lost" },
	{ "a1 h1 t1 d1", "b", "timed out" },
	{ "a1 h1 l2 d1", "h", "another one lost" },
	{ "a1 h1 l1 h1 d1", "h", "lost, and again" },
	{ "a1 h1 l1 h1 l1 d1", "b", "lost twice" },
	{ "a1 h1 d1 l1 d1", "hb", "lost between recipients" },
	{ "a1 e1 d1", "-", "an error without its second line" },
	{ "a1 e1 m1 c d1", "e", "with it" },
	{ "a1 e2 m1 c d1", "-", "of another server" },
	{ "a1 o1 d1", "o", "an offer" },
	{ "a1 o2 d1", "-", "by another server" },
	{ "a1 h1 l1 o1 d1", "bo", "lost, and an offer" },
	{ "a1 h1 d1 a2 m2 d1", "h-", "the next message" },
	{ "a1 a2 h1 m2 d1", "h", "what came before the first line of one" },
	{ "a1 h1 a2 m2 d1", "-", "but after it became active" },
	{ "a1 h1 m1 a2 m2 d1", "-", "what another message had" },
	{ "a1 h1 d1 . a1 m1 d1", "h-", "the same message, active again" },
	{ "a1 h1 d1 . a1 h1 d1", "hh", "and a handshake again" },
	{ "a1 h1 l1 . a1 m1 d1", "-", "lost in the request before" },
};

struct bed {
	struct names names;
	struct journal_pool journals;
	struct processes processes;
	struct process *p;
	int64_t now, active[10];
	uint32_t nactive[10], rcpt;
	unsigned int msg;
};

/* A record with server N as its relay. */
static void
relay(struct rec *r, char *text, size_t cap, char n)
{
	struct peer p;

	(void)snprintf(text, cap, "mx%c.example.org[192.0.2.%c]:25", n, n);
	rec_clear(r);
	rec_set(r, F_RELAY, slice_cstr(text));
	assert_true(peer_parse(slice_cstr(text), &p, false));
	rec_set(r, F_RELAY_NAME, p.name);
	rec_set(r, F_RELAY_ADDR, p.addr);
}

static void
request(struct bed *b, unsigned int msg)
{
	struct node_ref ref = { .idx = msg, .gen = 1 };

	b->msg = msg;
	request_for(b->p, ref, b->active[msg]);
}

/* A recipient; what is known of its connection. */
static void
deliver(struct bed *b, char n, char *got)
{
	char text[64], to[32], *end;
	struct request_said said;
	struct rec r;

	relay(&r, text, sizeof(text), n);
	(void)snprintf(to, sizeof(to), "u%u@example.org", b->rcpt++);
	rec_set(&r, F_TO, slice_cstr(to));
	request(b, b->msg);
	request_rcpt(b->p, &r, b->nactive[b->msg]);
	end = got + strlen(got);
	got = end;
	request_ask(b->p, &r, &said);
	if (said.handshake != NULL)
		*got++ = said.handshake->dead ? 'b' : 'h';
	if (said.error != NULL)
		*got++ = 'e';
	if (said.offered != NULL)
		*got++ = 'o';
	if (got == end)
		*got++ = '-';
	*got = '\0';
}

static void
fact(struct bed *b, enum fact_kind kind, char n)
{
	struct ref ref = { .off = 1, .len = 1, .src = 1 };
	char text[64];
	struct rec r;

	relay(&r, text, sizeof(text), n);
	if (kind == FACT_OFFERED)
		rec_unset(&r, F_RELAY);
	request_fact(&b->processes, &b->names, b->p, kind, &r, ref, b->now);
}

static void
lost(struct bed *b, const char *how, char n)
{
	struct ref ref = { .off = 2, .len = 1, .src = 1 };
	char text[96];

	request(b, b->msg);
	(void)snprintf(text, sizeof(text),
	    "%s with mx%c.example.org[192.0.2.%c] while sending RCPT TO", how,
	    n, n);
	request_lost(b->p, slice_cstr(text), ref);
}

static void
step(struct bed *b, const char *s, char *got)
{
	unsigned int n = s[1] >= '0' && s[1] <= '9' ?
	    (unsigned int)(s[1] - '0') : 0;

	b->now++;
	switch (*s) {
	case 'h':
		fact(b, FACT_HANDSHAKE, s[1]);
		break;
	case 'e':
		fact(b, FACT_SSL_ERROR, s[1]);
		break;
	case 'o':
		fact(b, FACT_OFFERED, s[1]);
		break;
	case 'c':
		request_cannot(b->p);
		break;
	case 'l':
		lost(b, "lost connection", s[1]);
		break;
	case 't':
		lost(b, "conversation", s[1]);
		break;
	case 'm':
		request(b, n);
		break;
	case 'a':
		b->msg = n;
		b->active[n] = b->now;
		b->nactive[n]++;
		b->rcpt = 0;
		break;
	case 'd':
		deliver(b, s[1], got);
		break;
	case '.':
		b->now += 300;
		break;
	default:
		fail();
	}
}

static void
test_requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bed b = { .now = 1000 };
		char got[32] = "";
		struct host *h;
		struct tag *tag;

		names_init(&b.names);
		journal_pool_init(&b.journals);
		processes_init(&b.processes, &b.journals);
		h = names_host(&b.names, SLICE("mx"));
		tag = names_tag(&b.names, names_instance(&b.names, h,
		    SLICE("postfix")), SLICE(""), SLICE("smtp"));
		b.p = process_find(&b.processes, tag, 7, b.now);
		for (const char *s = cases[i].steps; *s != '\0'; s++)
			if (*s != ' ' && (s == cases[i].steps || s[-1] == ' '))
				step(&b, s, got);
		if (strcmp(got, cases[i].want) != 0)
			fail_msg("%s: %s: got %s, want %s", cases[i].what,
			    cases[i].steps, got, cases[i].want);
		processes_free(&b.processes);
		journal_pool_free(&b.journals);
		names_free(&b.names);
	}
}

/* A process is one of a tag and a pid, until it was idle too long. */
static void
test_processes(void **state)
{
	struct names names;
	struct journal_pool journals;
	struct processes t;
	struct instance *i;
	struct tag *a, *b;
	struct process *p;

	(void)state;
	names_init(&names);
	journal_pool_init(&journals);
	processes_init(&t, &journals);
	i = names_instance(&names, names_host(&names, SLICE("mx")),
	    SLICE("postfix"));
	a = names_tag(&names, i, SLICE(""), SLICE("smtp"));
	b = names_tag(&names, i, SLICE("relay"), SLICE("smtp"));
	p = process_find(&t, a, 7, 100);
	assert_ptr_equal(p, process_find(&t, a, 7, 200));
	assert_ptr_not_equal(p, process_find(&t, a, 8, 200));
	assert_ptr_not_equal(p, process_find(&t, b, 7, 200));
	assert_int_equal(t.n, 3);
	assert_null(process_idle(&t, 200));
	p = process_find(&t, a, 7, 300);
	assert_ptr_not_equal(process_idle(&t, 201), p);
	process_drop(&t, process_idle(&t, 201));
	process_drop(&t, process_idle(&t, 201));
	assert_null(process_idle(&t, 201));
	assert_null(process_idle(&t, 300));
	assert_ptr_equal(process_idle(&t, 301), p);
	assert_int_equal(t.n, 1);
	process_drop(&t, p);
	assert_int_equal(t.n, 0);
	/* More than the table of those met lately holds. */
	for (uint32_t pid = 1; pid <= 5000; pid++) {
		p = process_find(&t, a, pid, 400);
		assert_ptr_equal(p, process_find(&t, a, pid, 400));
		assert_true(p->pid == pid && p->last == 400);
	}
	for (uint32_t pid = 1; pid <= 5000; pid++)
		assert_true(process_find(&t, a, pid, 400)->pid == pid);
	assert_int_equal(t.n, 5000);
	for (uint32_t pid = 1; pid <= 2500; pid++) {
		p = process_idle(&t, 401);
		assert_int_equal(p->pid, pid);
		p->nreject = 7;
		process_drop(&t, p);
	}
	for (uint32_t pid = 2501; pid <= 5000; pid++)
		assert_int_equal(process_find(&t, a, pid, 500)->pid, pid);
	assert_null(process_idle(&t, 500));
	assert_int_equal(t.n, 2500);
	/* One that is gone is begun anew. */
	for (uint32_t pid = 1; pid <= 2500; pid++)
		assert_int_equal(process_find(&t, a, pid, 500)->nreject, 0);
	assert_int_equal(t.n, 5000);
	/* After any silence, also those whose place has come round again. */
	for (int64_t now = 500; now < 500 + 3 * PROCESS_DUE; now += 1000)
		(void)process_find(&t, b, 1, now);
	for (int64_t now = 20000; now < 20000 + PROCESS_DUE; now += 411) {
		p = process_find(&t, b, 2, now);
		while ((p = process_idle(&t, now)) != NULL) {
			assert_true(p->last < now);
			process_drop(&t, p);
		}
		assert_int_equal(t.n, 1);
	}
	while ((p = process_idle(&t, INT64_C(1) << 40)) != NULL)
		process_drop(&t, p);
	assert_int_equal(t.n, 0);
	processes_free(&t);
	journal_pool_free(&journals);
	names_free(&names);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_processes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
