#include "policy/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy/nexthop.h"

#define W(lit)	{ (const unsigned char *)(lit), sizeof(lit) - 1 }

static const char text[] =
"# smtp_tls_policy_maps, as it is\n"
"example.org           secure match=nexthop:dot-nexthop\n"
"Example.COM\n"
"# inside a logical line\n"
"                      encrypt\n"
".example.org          verify, protocols=>=TLSv1.2, ciphers=high\n"
".sub.example.org      may\n"
"[mx.example.net]:587  fingerprint match=3D:95|EC:19\n"
"[192.0.2.1]           encrypt\n"
"[ipv6:2001:db8::1]:25 encrypt\n"
"example.net:587       dane-only\n"
"localhost             none ciphers=whatever\n"
"\"quoted.example\"      dane\r\n"
"[inbound]\n"
"192.0.2.0/25          encrypt\n"
".example.net          may\n"
"::/0                  encrypt\n";

static void
bad(void *arg, struct slice file, uint32_t line, const char *what)
{
	(void)arg;
	(void)file;
	fail_msg("%lu: %s", (unsigned long)line, what);
}

static void
outbound(void **state)
{
	static const struct {
		struct slice	nexthop;
		uint32_t	line;	/* 0: none */
	} row[] = {
		{ W("example.org"), 2 }, { W("EXAMPLE.org"), 2 },
		{ W("example.com"), 3 }, { W("a.example.com"), 0 },
		{ W("a.example.org"), 6 }, { W("b.a.example.org"), 6 },
		{ W("sub.example.org"), 6 }, { W("a.sub.example.org"), 7 },
		{ W("xexample.org"), 0 }, { W("org"), 0 }, { W(".org"), 0 },
		{ W(".example.org"), 6 }, { W("[mx.example.net]:587"), 8 },
		{ W("[MX.example.net]:587"), 8 }, { W("[mx.example.net]"), 0 },
		{ W("mx.example.net"), 0 }, { W("[a.example.org]"), 0 },
		{ W("[192.0.2.1]"), 9 }, { W("192.0.2.1"), 0 },
		{ W("[ipv6:2001:db8::1]:25"), 10 }, { W("example.net:587"), 11 },
		{ W("a.example.org:25"), 0 }, { W("example.net"), 0 },
		{ W("localhost"), 12 }, { W("quoted.example"), 13 },
		{ W(""), 0 }, { W("."), 0 }, { W(".."), 0 },
	};
	struct policy p;

	(void)state;
	assert_true(policy_parse(&p, slice_cstr(text), SLICE("file"), bad,
	    NULL));
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		const struct policy_line *l = policy_find_nexthop(&p,
		    row[i].nexthop);

		assert_int_equal(l == NULL ? 0 : l->line, row[i].line);
	}
	policy_free(&p);
}

static void
inbound(void **state)
{
	static const struct {
		struct slice	name, addr;
		uint32_t	line;
	} row[] = {
		{ W("a.example.net"), W("192.0.2.1"), 15 },
		{ W("a.example.net"), W("192.0.2.128"), 16 },
		{ W("example.net"), W("192.0.2.128"), 0 },
		{ W(""), W("::ffff:192.0.2.1"), 15 },
		{ W(""), W("2001:db8::1"), 17 }, { W(""), W("unknown"), 0 },
		{ W(""), W(""), 0 },
	};
	struct policy p;

	(void)state;
	assert_true(policy_parse(&p, slice_cstr(text), SLICE("file"), bad,
	    NULL));
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct policy_peer peer = { .name = row[i].name,
			.addr = row[i].addr };
		const struct policy_line *l = policy_find_peer(&p,
		    SECTION_INBOUND, &peer);

		assert_int_equal(l == NULL ? 0 : l->line, row[i].line);
	}
	policy_free(&p);
}

static void
next_hops(void **state)
{
	static const struct {
		struct slice	domain, want;
	} row[] = {
		{ W("example.org"), W("[a]:25") },
		{ W("EXAMPLE.org"), W("[a]:25") },
		{ W("x.example.org"), W("[b]:25") },
		{ W("y.x.example.org"), W("[b]:25") },
		{ W("own.example"), W("own.example") },
		{ W("other.example"), W("[relay.example]:587") },
	};
	struct nexthops n;
	struct slice hop;

	(void)state;
	nexthop_init(&n);
	assert_false(nexthop_find(&n, SLICE("example.org"), &hop));
	assert_null(nexthop_add(&n, SLICE("example.org=[a]:25")));
	assert_non_null(nexthop_add(&n, SLICE("example.org")));
	assert_non_null(nexthop_add(&n, SLICE("=x")));
	assert_false(nexthop_find(&n, SLICE("other.example"), &hop));
	assert_null(nexthop_maincf(&n, slice_cstr("myhostname = a\n"
	    "relayhost = [x]\nrelayhost = [relay.example]:587\n"
	    "transport_maps = hash:/etc/postfix/transport\n")));
	assert_true(slice_eq(n.table, SLICE("/etc/postfix/transport")));
	assert_null(nexthop_transport(&n, slice_cstr("# x\n"
	    ".example.org smtp:[b]:25\nown.example smtp:\n")));
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		assert_true(nexthop_find(&n, row[i].domain, &hop));
		assert_true(slice_eq(hop, row[i].want));
	}
	assert_non_null(nexthop_transport(&n, slice_cstr("a b\n")));
	assert_null(nexthop_maincf(&n, slice_cstr("content_filter = x\n")));
	assert_false(nexthop_find(&n, SLICE("other.example"), &hop));
	assert_non_null(nexthop_maincf(&n, slice_cstr("relayhost\n")));
	nexthop_free(&n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(outbound),
		cmocka_unit_test(inbound), cmocka_unit_test(next_hops) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
