/*
 * filter - expressions against records
 */
#include "rec/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rec/filter_value.h"
#include "rec/rec.h"

/* What most cases are put to. */
static const char record[] =
    "{\"type\":\"delivery\",\"time\":\"2026-09-01T10:20:30.500Z\","
    "\"host\":\"Mx1.Example.org\",\"pid\":4711,\"qid\":\"4XyzAbc\","
    "\"text\":\"Connection timed out (port 25)\","
    "\"from\":\"Alice@Example.ORG\",\"to\":\"bob@sub.example.net\","
    "\"orig_to\":\"sales@example.com\",\"size\":1234,"
    "\"client_name\":\"unknown\",\"client_addr\":\"192.0.2.77\","
    "\"helo\":\"mail.example.org.\",\"relay_addr\":\"2001:db8::25\","
    "\"status\":\"bounced\",\"dsn\":\"5.1.1\",\"delay\":0.30,"
    "\"reply\":\"host said: 550 No such user\",\"tls_reused\":true,"
    "\"next_qid\":\"AAA BBB\",\"note\":\"\",\"complete\":false}";

struct match_case {
	const char	*expr;
	bool		 want;
};

static const struct match_case match_cases[] = {
	/* text */
	{ "status=bounced", true }, { "status='bounce'", false },
	{ "client_addr='192.0.2'", false }, { "status='a,b'", false },
	{ "helo=a,b", false }, { "from=a,b@x.org", false },
	{ "from='Alice@example.org,'", false }, { "text=timed,", false },
	{ "tls='none'", false }, { "type='map'", false },
	{ "status='Bounced'", false }, { "status==bounced", true },
	{ "status!=bounced", false }, { "status!=sent", true },
	{ "qid=4XyzAbc", true }, { "qid=4xyzabc", false },
	{ "text='Connection timed out (port 25)'", true },
	{ "text=Connection", false }, { "reply=user", false },
	/* lists */
	{ "next_qid=AAA", true }, { "next_qid=BBB", true },
	{ "next_qid='AAA BBB'", true }, { "next_qid=AA", false },
	{ "next_qid=CCC", false },
	/* presence, and the known empty value */
	{ "qid=*", true }, { "qid!=*", false }, { "tls=*", false },
	{ "tls!=*", true }, { "note=*", true }, { "note=", true },
	{ "note=''", true }, { "note!=", false }, { "tls=''", false },
	{ "tls!='x'", true }, { "tls='x'", false }, { "qid='*'", false },
	/* numbers */
	{ "size=1234", true }, { "size=01234", true }, { "size=1234.0", true },
	{ "size=123", false }, { "size=12345", false }, { "size!=5", true },
	{ "size>1233", true }, { "size>1234", false }, { "size>=1234", true },
	{ "size<1235", true }, { "size<1234", false }, { "size<=1234", true },
	{ "size>-1", true }, { "size<-1", false }, { "size>999", true },
	{ "size<10000", true }, { "delay=0.3", true }, { "delay=.3", true },
	{ "delay=0.300", true }, { "delay<0.31", true }, { "delay>0.29", true },
	{ "delay<0.3", false }, { "delay>0.2999999999999999999999", true },
	{ "hop>0", false }, { "hop<9", false }, { "hop!=1", true },
	{ "size<99999999999999999999999999", true },
	/* booleans */
	{ "tls_reused=true", true }, { "complete=true", false },
	{ "complete!=true", true }, { "complete=false", true },
	/* times */
	{ "time=2026", true }, { "time=2026-09", true },
	{ "time=2026-09-01", true }, { "time=2026-09-01T10", true },
	{ "time=2026-09-01 10", true }, { "time=2026-09-01T10:20", true },
	{ "time=2026-09-01T10:20:30", true },
	{ "time=2026-09-01T10:20:30.5Z", true },
	{ "time=2026-09-01T10:20:30.50", true },
	{ "time=2026-09-01T10:20:30.4", false },
	{ "time=2026-09-01T10:20:30.501", false },
	{ "time=2026-09-01T12:20:30+02:00", true },
	{ "time=2026-09-01T12:20+0200", true },
	{ "time=2026-09-01T10:20:30-01:00", false },
	{ "time=2026-09-02", false }, { "time=2026-09-01T11", false },
	{ "time=2025", false }, { "time=2026-08", false },
	{ "time<2026-09-01", false }, { "time<=2026-09-01", true },
	{ "time>2026-09-01", false }, { "time>=2026-09-01", true },
	{ "time<2026-09-02", true }, { "time>2026-08-31", true },
	{ "time>2026-08", true }, { "time>2026-09", false },
	{ "time<2026-09-01T10:20:30.501", true },
	{ "time<2026-09-01T10:20:30.5", false },
	{ "time>=2026-09-01T10:20:30.5", true },
	{ "time>2026-09-01T10:20:30.499999999", true },
	{ "time>9999-12", false }, { "time<9999", true },
	{ "end>2020", false }, { "end!=2020", true },
	/* hosts */
	{ "host=mx1.example.org", true }, { "host=MX1.EXAMPLE.ORG.", true },
	{ "host=mx1", false }, { "host=.example.org", true },
	{ "host=.ORG", true }, { "host=example.org", false },
	{ "host=.mx1.example.org", false }, { "host=.xample.org", false },
	{ "helo=mail.example.org", true }, { "helo=.example.org", true },
	/* addresses */
	{ "client_addr=192.0.2.77", true }, { "client_addr=192.0.2.7", false },
	{ "client_addr=::ffff:192.0.2.77", true },
	{ "client_addr=::ffff:c000:24d", true },
	{ "client_addr=[192.0.2.77]", true },
	{ "client_addr=192.0.2.0/24", true },
	{ "client_addr=192.0.2.99/24", true },
	{ "client_addr=192.0.2.64/28", true },
	{ "client_addr=192.0.2.80/28", false },
	{ "client_addr=192.0.3.0/24", false },
	{ "client_addr=0.0.0.0/0", true }, { "client_addr=::/0", false },
	{ "client_addr=::ffff:192.0.2.0/120", true },
	{ "client_addr=192.0.2.77/32", true },
	{ "client_addr=192.0.2.76/31", true },
	{ "client_addr=192.0.2.78/31", false },
	{ "client_addr=unknown", false },
	{ "relay_addr=2001:0DB8:0:0::0025", true },
	{ "relay_addr=2001:db8::/32", true },
	{ "relay_addr=2001:db9::/32", false },
	{ "relay_addr=2001:db8::20/123", true },
	{ "relay_addr=2001:db8::26/127", false },
	{ "relay_addr=0.0.0.0/0", false }, { "relay_addr=::/0", true },
	{ "relay_addr=private/dovecot-lmtp", false },
	/* mail addresses */
	{ "from=Alice@example.org", true }, { "from=alice@example.org", false },
	{ "from=<Alice@example.org>", true }, { "from=@example.org", true },
	{ "from=@ample.org", false }, { "from=@.example.org", false },
	{ "from=@.org", true }, { "from=Alice", false }, { "from=", false },
	{ "from=<>", false }, { "from!=", true },
	{ "to=bob@sub.example.net", true }, { "to=@.example.net", true },
	{ "to=@example.net", false }, { "to=@.ub.example.net", false },
	/* to is orig_to, too */
	{ "to=sales@example.com", true }, { "to!=sales@example.com", false },
	{ "to~^sales@", true }, { "to!~^sales@", false }, { "to=*", true },
	{ "orig_to=bob@sub.example.net", false },
	/* regular expressions */
	{ "dsn~^5[.]1", true }, { "dsn~^4", false }, { "dsn!~^4", true },
	{ "text~timed out", true }, { "text~TIMED", false },
	{ "text~(?i)TIMED", true }, { "text~\"timed out\"", true },
	{ "text~'(port|tcp) 25'", true }, { "text~\\(port", true },
	{ "text~\\(port 25\\)$", true }, { "text=~timed", true },
	{ "tls~.", false }, { "tls!~.", true }, { "note~^$", true },
	/* words */
	{ "TIMED", true }, { "timed out", true }, { "timed  out", false },
	{ "'timed out'", true }, { "4711", true }, { "nothing", false },
	{ "ALICE@", true }, { "delivery", true }, { "\"=\"", false },
	{ "'port 25)'", true }, { "''", true },
	{ "'delay > 5'", false }, { "text~'delay > 5'", false },
	{ "timed > 5", false },
	/* words that are no mistake */
	{ "type=shape", false }, { "type=run", false }, { "type=piece", false },
	{ "tls='TLS'", false }, { "status=SOFTBOUNCE", false },
	{ "client_addr='192.0.2'", false }, { "status='a,b'", false },
	{ "helo=a,b", false }, { "from=a,b@x.org", false },
	{ "from='Alice@example.org,'", false }, { "text=timed,", false },
	{ "tls='none'", false }, { "type='map'", false },
	{ "status='Bounced'", false }, { "status~(?i)BOUNCED", true },
	{ "client_addr=unknown", false }, { "client_addr=private/x", false },
	/* joining */
	{ "status=bounced && dsn=5.1.1", true },
	{ "status=sent || dsn=5.1.1", true }, { "!status=sent", true },
	{ "!status=bounced", false }, { "dsn=x or !status=sent", true },
	{ "!(status=sent)", true },
	{ "status=bounced dsn=5.1.1", true }, { "status=bounced dsn=x", false },
	{ "status=bounced and dsn=5.1.1", true },
	{ "status=sent or dsn=5.1.1", true },
	{ "status=sent or dsn=x", false }, { "not status=sent", true },
	{ "not not status=sent", false }, { "! status=sent", true },
	{ "NOT status=sent AND dsn=5.1.1", true },
	{ "not status=sent and dsn=x", false },
	{ "not (status=sent and dsn=x)", true },
	{ "not (status=bounced or dsn=x)", false },
	/* and binds before or, on either side */
	{ "status=bounced or dsn=x and dsn=y", true },
	{ "(status=bounced or dsn=x) and dsn=y", false },
	{ "dsn=x and dsn=y or status=bounced", true },
	{ "dsn=x and (dsn=y or status=bounced)", false },
	{ "status=bounced (dsn=x or dsn=5.1.1)", true },
	{ "(status=bounced)(dsn=5.1.1)", true },
	{ "((status=bounced))", true }, { "not(status=bounced)", false },
	{ "qid=x or qid=y or status=bounced and not (to=x or from=y)", true },
	{ "status=bounced timed", false },	/* one value */
	{ "status=bounced and timed", true },
	{ "timed status=bounced", true },
	{ "status=bounced 'timed'", true },
	{ "(timed or status=x) and size>1", true },
	{ "note= and size>1", true }, { "(note=) size>1", true },
	{ "text~out (status=bounced)", true },
	{ "  status=bounced\t\n", true },
};

static bool
match(const char *expr, const struct rec *r)
{
	struct filter_error e;
	struct filter *f = filter_compile(slice_cstr(expr), &e);
	bool m;

	if (f == NULL)
		fail_msg("%s: %s at %d", expr, e.text, (int)e.off);
	m = filter_match(f, r);
	assert_int_equal(filter_hits(f), 0);
	filter_free(f);
	return m;
}

static void
test_match(void **state)
{
	struct buf scratch;
	struct rec r;
	struct err e;

	(void)state;
	buf_init(&scratch, 65536);
	assert_int_equal(rec_parse_json(&r, slice_cstr(record), &scratch, &e),
	    RC_OK);
	for (size_t i = 0; i < sizeof(match_cases) / sizeof(match_cases[0]);
	    i++)
		if (match(match_cases[i].expr, &r) != match_cases[i].want)
			fail_msg("%s: not %d", match_cases[i].expr,
			    match_cases[i].want);
	buf_free(&scratch);
}

struct value_case {
	enum field	 f;
	const char	*value;
	const char	*expr;
	bool		 want;
};

static const struct value_case value_cases[] = {
	{ F_FROM, "", "from=<>", true }, { F_FROM, "", "from=", true },
	{ F_FROM, "", "from=''", true }, { F_FROM, "", "from=*", true },
	{ F_FROM, "", "from!=*", false }, { F_FROM, "", "from=@x", false },
	{ F_FROM, "root", "from=root", true },
	{ F_FROM, "root", "from=root@x", false },
	{ F_FROM, "root@x", "from=root", false },
	{ F_FROM, "\"a b\"@x.org", "from='\"a b\"@x.org'", true },
	/* No word of a quoted local part is an address. */
	{ F_FROM, "\"x ann@y.org z\"@x.org", "from=ann@y.org", false },
	{ F_FROM, "ann@y.org bob@x.org", "from=bob@x.org", true },
	{ F_FROM, "a@b@x.org", "from=a@b@X.org", true },
	{ F_FROM, "a@b@x.org", "from=@b@x.org", false },
	{ F_FROM, "o'brien@x.org", "from=o'brien@x.org", true },
	{ F_CLIENT_ADDR, "::ffff:192.0.2.1", "client_addr=192.0.2.1", true },
	{ F_CLIENT_ADDR, "::FFFF:192.0.2.1", "client_addr=192.0.2.0/24",
	    true },
	{ F_CLIENT_ADDR, "fe80::1%eth0", "client_addr=fe80::1", true },
	{ F_CLIENT_ADDR, "192.0.2.1.5", "client_addr=192.0.2.0/24", false },
	{ F_CLIENT_ADDR, "", "client_addr=192.0.2.0/24", false },
	{ F_CLIENT_ADDR, "unknown", "client_addr=unknown", true },
	{ F_CLIENT_ADDR, "192.0.2.1 198.51.100.1", "client_addr=198.51.100.0/24",
	    true },
	{ F_RELAY_ADDR, "private/dovecot", "relay_addr=private/dovecot", true },
	{ F_TIME, "2026-02-28T23:59:59Z", "time=2026-02", true },
	{ F_TIME, "2026-03-01T00:00:00Z", "time=2026-02", false },
	{ F_TIME, "2026-03-01T00:00:00Z", "time>2026-02", true },
	{ F_TIME, "2028-02-29T12:00:00Z", "time=2028-02-29", true },
	{ F_TIME, "2026-12-31T23:59:59.9Z", "time=2026-12", true },
	{ F_TIME, "2026-12-31T23:59:59.9Z", "time=2026", true },
	{ F_TIME, "2027-01-01T00:00:00Z", "time=2026", false },
	{ F_TIME, "2026-09-01T23:30:00Z", "time=2026-09-02T01:30+02:00", true },
	{ F_TIME, "9999-12-31T23:59:59Z", "time=9999-12", true },
	{ F_TIME, "Sep  1 10:00:00", "time=2026", false },
	{ F_TIME, "Sep  1 10:00:00", "time!=2026", true },
	{ F_SIZE, "007", "size=7", true }, { F_DELAY, ".5", "delay=0.5", true },
	{ F_SIZE, "", "size=0", false }, { F_SIZE, "x", "size<1", false },
	{ F_SIZE, "-0", "size=0", true }, { F_SIZE, "-5", "size<-4", true },
	{ F_SIZE, "-5", "size>-6", true }, { F_SIZE, "-5", "size<-5.5", false },
	{ F_SIZE, "1e3", "size=1000", false },
	{ F_TEXT, "x(y", "text=x(y", true },
	{ F_TEXT, "x)", "text=x)", true },
	{ F_TEXT, ":)", "text=:)", true },
	{ F_MESSAGE_ID, "<a@b>", "message_id=a@b", true },
	{ F_MESSAGE_ID, "<a@b>", "message_id=<a@b>", true },
	{ F_MESSAGE_ID, "a@b", "message_id='<a@b>'", true },
	{ F_MESSAGE_ID, "<a@b>", "message_id=a@B", false },
	{ F_MESSAGE_ID, "<a@b>", "message_id=a", false },
	{ F_MESSAGE_ID, "", "message_id=", true },
	{ F_TEXT, "x)", "(text='x)')", true },
	{ F_TEXT, "f(x) y", "(text=f(x) y)", true },
	{ F_TEXT, "say \"hi\"", "text=\"say \\\"hi\\\"\"", true },
	{ F_TEXT, "a\\b", "text=\"a\\\\b\"", true },
	{ F_TEXT, "a\\b", "text='a\\b'", true },
	{ F_TEXT, "a\\b", "text=a\\b", true },
	{ F_TEXT, "and", "text='and'", true },
	{ F_TEXT, "a and b", "text='a and b'", true },
	{ F_TEXT, "status=sent", "text~'^status=sent'", true },
	{ F_TEXT, "\xff\xfe", "text~\\xff", true },
	{ F_TEXT, "0123456789abcdeF", "\"abcDEf\"", true },
	{ F_TEXT, "0123456789abcdef0123456789abcdefXYZ", "xyz", true },
	{ F_TEXT, "0123456789abcdef0123456789abcdefXYZ", "fxyz", true },
	{ F_TEXT, "0123456789abcdef0123456789abcdefXYZ", "xyzz", false },
	{ F_TEXT, "{\x1b|}\x3b", "'[;'", false },	/* no letters: exact */
	{ F_HOST, "", "host=", true }, { F_HOST, ".", "host=.", true },
	{ F_NOTE, "a b", "note=b", true }, { F_SUBJECT, "a b", "subject=b",
	    false },
	{ F_SUBJECT, "hello world", "subject=hello world", true },
};

static void
test_values(void **state)
{
	struct rec r;

	(void)state;
	for (size_t i = 0; i < sizeof(value_cases) / sizeof(value_cases[0]);
	    i++) {
		const struct value_case *c = &value_cases[i];

		rec_clear(&r);
		rec_set(&r, c->f, slice_cstr(c->value));
		if (match(c->expr, &r) != c->want)
			fail_msg("'%s' and %s: not %d", c->value, c->expr,
			    c->want);
	}
}

struct bad_case {
	const char	*expr;
	size_t		 off;
	const char	*what;	/* what the text begins with */
};

static const struct bad_case bad_cases[] = {
	{ "", 0, "a term is missing" }, { "  ", 2, "a term is missing" },
	{ "and", 0, "a term is missing" }, { "not", 3, "a term is missing" },
	{ "qid=a and", 9, "a term is missing" },
	{ "qid=a or or qid=b", 9, "a term is missing" },
	{ "()", 1, "a term is missing" }, { "(qid=a", 0, "'(' without ')'" },
	{ "qid=a ((qid=b)", 6, "'(' without ')'" },
	{ "qid=a )", 6, "')' without '('" }, { ")", 0, "a term is missing" },
	/* What would search for a text that nobody meant. */
	{ "from=<a@x.org>, size=4312", 5, "a comma ends no value" },
	{ "relay=none,", 6, "a comma ends no value" },
	{ "qid=1E240140202:", 4, "a queue ID is without colon" },
	{ "status=sent,deferred", 7, "several values are KEY=A or KEY=B" },
	{ "type=message,delivery", 5, "several values are" },
	{ "client_addr=192.0.2.1,192.0.2.2", 12, "several values are" },
	{ "to=a@x.org,b@y.org", 3, "several values are" },
	{ "pid=1,2", 4, "a number belongs here" },
	{ "delay > 5", 6, "no blank may stand before an operator" },
	{ "qid=a delay >5", 12, "no blank may stand" },
	{ "tls = plaintext", 4, "no blank may stand" },
	{ "timed out from =a", 15, "no blank may stand" },
	{ "qid=a) and dsn=x", 5, "')' without '(': quote it" },
	{ "timed)", 5, "')' without '(': quote it" },
	{ "qid='a'from", 7, "blank expected after a quote" },
	{ "tls=TLS", 4, "this key is authenticated, " },
	{ "tls!=plain", 5, "this key is authenticated, " },
	{ "tls_proof=proved", 10, "this key is proven" },
	{ "verdict=violations", 8, "this key is compliant" },
	{ "type=messages", 5, "a type is event, " },
	{ "status=Sent", 7, "the status is called sent" },
	{ "status=bounce", 7, "the status is called bounced" },
	{ "client_addr=192.0.2", 12, "no whole address" },
	{ "client_addr=192.0.2.", 12, "no whole address" },
	{ "client_addr=2001:db8:", 12, "no whole address" },
	{ "frm=a", 0, "unknown key 'frm' (did you mean from?)" },
	{ "qid=a and form=b", 10, "unknown key 'form' (did you mean from?)" },
	{ "STATUS=sent", 0, "unknown key 'STATUS' (did you mean status?)" },
	{ "client-addr=x", 0,
	    "unknown key 'client-addr' (did you mean client_addr?)" },
	{ "sender=x", 0, "unknown key 'sender' (did you mean from?)" },
	{ "wombat=x", 0, "unknown key 'wombat' (quote the word" },
	{ "status=bounced form=x", 15, "unknown key 'form'" },
	{ "size=abc", 5, "a number" }, { "size>", 5, "a number" },
	{ "size=1e5", 5, "a number" }, { "size=", 5, "a number" },
	{ "size=1-2", 5, "a number" }, { "size=.", 5, "a number" },
	{ "complete=yes", 9, "this key is true or false" },
	{ "time=yesterday", 5, "a time" }, { "time=2026-13", 5, "a time" },
	{ "time=2026-02-30", 5, "a time" }, { "time=26", 5, "a time" },
	{ "time=2026-09-01T10Z", 5, "a time" }, { "time=2026-9", 5, "a time" },
	{ "time=2026-09-01T10:00:00.", 5, "a time" }, { "time=", 5, "a time" },
	{ "time=2026-09-01T10:00:00.0123456789", 5, "a time" },
	{ "time=2026-09-01T10:00+25", 5, "a time" },
	{ "status<5", 7, "'status' is no number" },
	{ "reply_code>=500", 12, "'reply_code' is no number" },
	{ "client_addr=192.0.2.0/33", 12, "bad length" },
	{ "client_addr=192.0.2.0/", 12, "bad length" },
	{ "client_addr=2001:db8::/129", 12, "bad length" },
	{ "client_addr=::ffff:192.0.2.0/95", 12, "bad length" },
	{ "from=@", 5, "no domain" }, { "from=*@example.org", 5, "'*' is no" },
	{ "host=*.example.org", 5, "'*' is no" },
	{ "from~[", 6, "bad regular expression" },
	{ "qid=a and text~'a(b'", 19, "bad regular expression" },
	{ "text~(*UTF)x", 11, "bad regular expression" },
	{ "text='abc", 5, "quote without end" },
	{ "\"abc", 0, "quote without end" }, { "\"abc\\\"", 0, "quote without" },
	{ "'a'b", 3, "blank expected" },
	{ "from= alice", 5, "no value before the blank" },
};

static void
test_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_cases) / sizeof(bad_cases[0]); i++) {
		const struct bad_case *c = &bad_cases[i];
		struct filter_error e;

		if (filter_compile(slice_cstr(c->expr), &e) != NULL)
			fail_msg("taken: %s", c->expr);
		if (e.off != c->off || !slice_starts(slice_cstr(e.text),
		    slice_cstr(c->what)))
			fail_msg("%s: '%s' at %d", c->expr, e.text,
			    (int)e.off);
	}
}

static void
test_limits(void **state)
{
	struct buf b;
	struct filter_error e;
	struct filter *f;
	struct rec r;

	(void)state;
	buf_init(&b, (size_t)4 * 1024 * 1024);
	for (int i = 0; i < FILTER_DEPTH + 1; i++)
		buf_addc(&b, '(');
	assert_null(filter_compile(buf_slice(&b), &e));
	assert_string_equal(e.text, "expression too deep");
	b.len = 0;
	for (int i = 0; i < FILTER_TERMS + 1; i++)
		buf_add(&b, SLICE("qid=a "));
	assert_null(filter_compile(buf_slice(&b), &e));
	assert_string_equal(e.text, "too many terms");
	f = filter_compile(slice_sub(buf_slice(&b), 0,
	    (size_t)FILTER_TERMS * 6), &e);
	assert_non_null(f);
	rec_clear(&r);
	assert_false(filter_match(f, &r));
	rec_set(&r, F_QID, SLICE("a"));
	assert_true(filter_match(f, &r));
	filter_free(f);
	b.len = 0;
	while (b.len < (size_t)2 * 1024 * 1024)
		buf_add(&b, SLICE("aaaaaaaaaaaaaaaa"));
	assert_null(filter_compile(buf_slice(&b), &e));
	assert_string_equal(e.text, "expression too long");

	/* A pattern that would run for ever. */
	f = filter_compile(SLICE("text~^(a+)+$"), &e);
	assert_non_null(f);
	rec_set(&r, F_TEXT, SLICE("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"));
	assert_false(filter_match(f, &r));
	assert_int_equal(filter_hits(f), 1);
	rec_set(&r, F_TEXT, SLICE("aaaa"));
	assert_true(filter_match(f, &r));
	assert_int_equal(filter_hits(f), 1);
	filter_free(f);
	buf_free(&b);
}

static void
test_uses(void **state)
{
	struct filter_error e;
	struct filter *f = filter_compile(SLICE("a (to=b or not qid!=*)"), &e);

	(void)state;
	assert_non_null(f);
	assert_true(filter_uses(f, F_TO));
	assert_true(filter_uses(f, F_QID));
	assert_false(filter_uses(f, F_ORIG_TO));
	assert_true(filter_names(f, F_TO, SLICE("b")));
	assert_false(filter_names(f, F_TO, SLICE("a")));
	assert_false(filter_names(f, F_FROM, SLICE("b")));
	filter_free(f);
}

struct words_case {
	const char	*word[8];
	size_t		 n;		/* how many are the expression */
	const char	*expr;
};

static const struct words_case words_cases[] = {
	{ { "status=bounced", "mail.log" }, 1, "status=bounced" },
	{ { "status=bounced and not dsn~^5.1", "mail.log", "b" }, 1,
	    "status=bounced and not dsn~^5.1" },
	{ { "from=a", "to=b", "mail.log" }, 2, "from=a to=b" },
	{ { "from=a", "and", "foo", "mail.log" }, 3, "from=a and foo" },
	{ { "not", "from=a", "mail.log" }, 2, "not from=a" },
	{ { "(", "from=a", "or", "foo", ")", "mail.log" }, 5,
	    "( from=a or foo )" },
	{ { "(from=a", "or", "foo bar", "baz)", "mail.log" }, 4,
	    "(from=a or foo bar baz)" },
	{ { "foo", "mail.log" }, 1, "foo" },
	{ { "foo", "and", "not", "bar", "mail.log" }, 4, "foo and not bar" },
	{ { "foo", "size>5", "mail.log" }, 2, "foo size>5" },
	{ { "foo", "form=x", "mail.log" }, 2, "foo form=x" },
	{ { "foo", "./a=b", "mail.log" }, 1, "foo" },
	{ { "foo", "dir/a=b" }, 1, "foo" }, { { "foo", "mail.log=1" }, 1,
	    "foo" },
	{ { "foo", "-" }, 1, "foo" }, { { "a and", "b", "c" }, 2, "a and b" },
	{ { "from=", "mail.log" }, 1, "from=" },
	{ { "reason=timed out", "status=deferred", "x" }, 2,
	    "reason=timed out status=deferred" },
};

static void
test_words(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 65536);
	for (size_t i = 0; i < sizeof(words_cases) / sizeof(words_cases[0]);
	    i++) {
		const struct words_case *c = &words_cases[i];
		char *word[8];
		size_t n = 0, used;

		while (n < 8 && c->word[n] != NULL) {
			word[n] = strdup(c->word[n]);
			n++;
		}
		b.len = 0;
		used = filter_words(&b, word, n);
		if (used != c->n || !slice_eq(buf_slice(&b),
		    slice_cstr(c->expr)))
			fail_msg("%s: %d words, %.*s", c->word[0], (int)used,
			    (int)b.len, b.ptr);
		while (n > 0)
			free(word[--n]);
	}
	buf_free(&b);
}

/* The fast search finds what the plain one finds. */
static void
test_find(void **state)
{
	static const char alphabet[] = "aAbB@[`{xyz";
	unsigned char hay[80], needle[8];
	uint32_t x = 7;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		size_t hlen, nlen, i, at;
		bool found = false;

		x = x * 1103515245 + 12345;
		hlen = x >> 16 & 63;
		nlen = x >> 24 & 3;
		for (i = 0; i < hlen; i++) {
			x = x * 1103515245 + 12345;
			hay[i] = (unsigned char)alphabet[(x >> 16) % 11];
		}
		for (i = 0; i < nlen; i++) {
			x = x * 1103515245 + 12345;
			needle[i] = ascii_tolower(
			    (unsigned char)alphabet[(x >> 16) % 11]);
		}
		for (at = 0; at + nlen <= hlen && !found; at++) {
			for (i = 0; i < nlen; i++)
				if (ascii_tolower(hay[at + i]) != needle[i])
					break;
			found = i == nlen;
		}
		assert_int_equal(filter_find_nocase(slice_of(hay, hlen),
		    slice_of(needle, nlen)), found);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_match),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_uses),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_find),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
