/*
 * Received lines as the mail systems of this world write them: who, when,
 * and what they claim of TLS.  Beside each claim of TLS stands one without.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "fmt/rfc822.h"

static const char *const claims[] = { "silent", "plain", "tls" };

static void
add(struct buf *b, const char *name, struct slice s)
{
	if (s.ptr == NULL)
		return;
	(void)buf_addc(b, ' ');
	(void)buf_add(b, slice_cstr(name));
	(void)buf_addc(b, '=');
	(void)buf_add(b, s);
}

/* All that was found, in one line. */
static const char *
told(const char *value, char *dst, size_t size)
{
	struct received r;
	struct buf b;
	unsigned char num[NUM_MAX];

	buf_init(&b, size - 1);
	rfc822_received(slice_cstr(value), &r);
	(void)buf_add(&b, slice_cstr(claims[r.tls]));
	add(&b, "from", r.from);
	add(&b, "name", r.name);
	add(&b, "addr", r.addr);
	add(&b, "by", r.by);
	add(&b, "with", r.with);
	add(&b, "id", r.id);
	add(&b, "for", r.rcpt);
	add(&b, "uid", r.uid);
	add(&b, "version", r.version);
	add(&b, "cipher", r.cipher);
	add(&b, "bits", r.bits);
	if (r.has_time)
		add(&b, "time", slice_of(num, num_u64(num, (uint64_t)r.time)));
	if (r.postfix)
		(void)buf_add(&b, SLICE(" postfix"));
	memcpy(dst, b.ptr, b.len);
	dst[b.len] = '\0';
	buf_free(&b);
	return dst;
}

static void
test_received(void **state)
{
	static const char *const cases[][2] = {
		/* Postfix: TLS, none, authenticated, UTF-8, local, forwarded. */
		{ "from c.example.com (c.example.com [192.0.2.1])\n"
		  "\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)\n"
		  "\t key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256)\n"
		  "\t(No client certificate requested)\n"
		  "\tby mx.example.org (Postfix) with ESMTPS id 4XyzAbc1234z5Yq\n"
		  "\tfor <bob@example.org>; Tue,  1 Sep 2026 10:04:05 +0200 (CEST)",
		  "tls from=c.example.com name=c.example.com addr=192.0.2.1 by=mx.example.org with=ESMTPS "
		  "id=4XyzAbc1234z5Yq for=bob@example.org version=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 bits=256 "
		  "time=1788249845 postfix" },
		{ "from c.example.com (unknown [IPv6:2001:db8::1]) by mx.example.org (Postfix) with ESMTP id 400008000D;"
		  " Tue, 1 Sep 2026 08:04:05 +0000 (UTC)",
		  "plain from=c.example.com name=unknown addr=2001:db8::1 by=mx.example.org with=ESMTP id=400008000D "
		  "time=1788249845 postfix" },
		{ "from [192.0.2.9] (c.example.com [192.0.2.1]) by mx.example.org (Postfix) with ESMTPSA id 400008000D",
		  "tls from=[192.0.2.9] name=c.example.com addr=192.0.2.1 by=mx.example.org with=ESMTPSA id=400008000D postfix" },
		{ "from c.example.com (c.example.com [192.0.2.1]) by mx.example.org (Postfix) with UTF8SMTPS id 400008000D",
		  "tls from=c.example.com name=c.example.com addr=192.0.2.1 by=mx.example.org with=UTF8SMTPS id=400008000D postfix" },
		{ "by mx.example.org (Postfix, from userid 1000) id 400008000D; Tue, 1 Sep 2026 08:04:05 +0000 (UTC)",
		  "silent by=mx.example.org id=400008000D uid=1000 time=1788249845 postfix" },
		{ "by mx.example.org (Postfix)\n\tid 400008000D; Tue, 1 Sep 2026 08:04:05 +0000 (UTC)",
		  "silent by=mx.example.org id=400008000D time=1788249845 postfix" },
		/* The helo name is a stranger's word, whatever it says. */
		{ "from by (c.example.com [192.0.2.1]) by mx.example.org (Postfix) with SMTP id 400008000D",
		  "plain from=by name=c.example.com addr=192.0.2.1 by=mx.example.org with=SMTP id=400008000D postfix" },
		/* Exim, new and old. */
		{ "from c.example.com ([192.0.2.1]:45678 helo=c.example.com)\n\tby mx.example.org with esmtps  (TLS1.3) tls "
		  "TLS_AES_256_GCM_SHA384\n\t(Exim 4.96)\n\t(envelope-from <ann@example.com>)\n\tid 1qAbCd-0001Ab-2C\n"
		  "\tfor bob@example.org;\n\tTue, 01 Sep 2026 10:04:05 +0200",
		  "tls from=c.example.com addr=192.0.2.1 by=mx.example.org with=esmtps id=1qAbCd-0001Ab-2C for=bob@example.org "
		  "version=TLS1.3 cipher=TLS_AES_256_GCM_SHA384 time=1788249845" },
		{ "from [192.0.2.1] (port=45678 helo=c.example.com) by mx.example.org with esmtpsa "
		  "(TLSv1.2:ECDHE-RSA-AES256-GCM-SHA384:256) (Exim 4.89) id 1qAbCd-0001Ab-2C; Tue, 01 Sep 2026 08:04:05 +0000",
		  "tls from=[192.0.2.1] addr=192.0.2.1 by=mx.example.org with=esmtpsa id=1qAbCd-0001Ab-2C version=TLSv1.2 "
		  "cipher=ECDHE-RSA-AES256-GCM-SHA384 bits=256 time=1788249845" },
		{ "from c.example.com ([192.0.2.1]) by mx.example.org with esmtp (Exim 4.96) id 1qAbCd-0001Ab-2C",
		  "plain from=c.example.com addr=192.0.2.1 by=mx.example.org with=esmtp id=1qAbCd-0001Ab-2C" },
		{ "from ann by mx.example.org with local (Exim 4.96) (envelope-from <ann@example.org>) id 1qAbCd-0001Ab-2C",
		  "silent from=ann by=mx.example.org with=local id=1qAbCd-0001Ab-2C" },
		/* Sendmail. */
		{ "from c.example.com (c.example.com [192.0.2.1])\n\tby mx.example.org (8.17.1/8.17.1) with ESMTPS id 39A1b2C3012345\n"
		  "\t(version=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 bits=256 verify=NO)\n\tfor <bob@example.org>; Tue, 1 Sep 2026 08:04:05 GMT",
		  "tls from=c.example.com name=c.example.com addr=192.0.2.1 by=mx.example.org with=ESMTPS id=39A1b2C3012345 "
		  "for=bob@example.org version=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 bits=256 time=1788249845" },
		{ "from c.example.com (ann@c.example.com [192.0.2.1] (may be forged)) by mx.example.org (8.17.1/8.17.1) with ESMTP id 39A1b2C3012345",
		  "plain from=c.example.com name=ann@c.example.com addr=192.0.2.1 by=mx.example.org with=ESMTP id=39A1b2C3012345" },
		/* Gmail. */
		{ "from c.example.com (c.example.com. [192.0.2.1])\n        by mx.google.com with ESMTPS id d2e1a72fcca58-abc.2026.09.01\n"
		  "        for <bob@example.org>\n        (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);\n"
		  "        Tue, 01 Sep 2026 01:04:05 -0700 (PDT)",
		  "tls from=c.example.com name=c.example.com. addr=192.0.2.1 by=mx.google.com with=ESMTPS id=d2e1a72fcca58-abc.2026.09.01 "
		  "for=bob@example.org version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256 time=1788249845" },
		{ "by 2002:a05:6a10:1234:b0:abc:1234 with SMTP id x9csp123456pxo; Tue, 1 Sep 2026 01:04:05 -0700 (PDT)",
		  "plain by=2002:a05:6a10:1234:b0:abc:1234 with=SMTP id=x9csp123456pxo time=1788249845" },
		/* Exchange; what it calls a protocol says nothing. */
		{ "from AM0PR01.example.com (192.0.2.1) by\n DB8PR02.example.org (198.51.100.2) with Microsoft SMTP Server\n"
		  " (version=TLS1_2, cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id\n 15.20.7228.21; Tue, 1 Sep 2026 08:04:05 +0000",
		  "tls from=AM0PR01.example.com addr=192.0.2.1 by=DB8PR02.example.org with=Microsoft id=15.20.7228.21 "
		  "version=TLS1_2 cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 time=1788249845" },
		{ "from EX1.example.com ([fe80::1]) by EX2.example.com ([fe80::2%5]) with mapi id 14.03.0123.003; Tue, 1 Sep 2026 10:04:05 +0200",
		  "silent from=EX1.example.com addr=fe80::1 by=EX2.example.com with=mapi id=14.03.0123.003 time=1788249845" },
		/* qmail, with its patch for TLS and without. */
		{ "from unknown (HELO c.example.com) (192.0.2.1)\n  by mx.example.org with (AES256-SHA encrypted) SMTP; 1 Sep 2026 08:04:05 -0000",
		  "tls from=c.example.com name=unknown addr=192.0.2.1 by=mx.example.org with=SMTP cipher=AES256-SHA time=1788249845" },
		{ "from c.example.com (ann@192.0.2.1)\n  by mx.example.org with SMTP; 1 Sep 2026 08:04:05 -0000",
		  "plain from=c.example.com addr=192.0.2.1 by=mx.example.org with=SMTP time=1788249845" },
		{ "(qmail 12345 invoked from network); 1 Sep 2026 08:04:05 -0000", "silent time=1788249845" },
		/* What only looks like a claim. */
		{ "from TLSv1.3 (c.example.com [192.0.2.1]) by mx.example.org (Postfix) with ESMTP id 400008000D",
		  "plain from=TLSv1.3 name=c.example.com addr=192.0.2.1 by=mx.example.org with=ESMTP id=400008000D postfix" },
		{ "from c (c [192.0.2.1]) by mx (using nothing with cipher NONE) with ESMTP",
		  "plain from=c name=c addr=192.0.2.1 by=mx with=ESMTP" },
		{ "from c (port:25) by mx with ESMTP", "plain from=c by=mx with=ESMTP" },
		{ "from c (3.14) by mx with ESMTP (8.17)", "plain from=c by=mx with=ESMTP" },
		{ "from c (c [192.0.2.1]) by mx with ESMTPX", "silent from=c name=c addr=192.0.2.1 by=mx with=ESMTPX" },
		{ "from c (c [192.0.2.1) by mx with SMTP", "plain from=c by=mx with=SMTP" },
		{ "", "silent" }, { "((((((((((((((((((((((((", "silent" }, { ";;;", "silent" },
		{ "from", "silent" }, { "with with by by", "silent by=by with=with" },
	};
	char text[2048];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(told(cases[i][0], text, sizeof(text)), cases[i][1]);
}

static void
test_dates(void **state)
{
	static const struct {
		const char	*text;
		int64_t		 sec;	/* -1: none */
	} cases[] = {
		{ "Tue, 1 Sep 2026 10:04:05 +0200", 1788249845 },
		{ "1 Sep 2026 08:04 GMT", 1788249840 },
		{ "Tue,  1 Sep 2026 01:04:05 PDT", 1788249845 },
		{ "Tue, 1 Sep 2026 08:04:60 +0000 (UTC)", 1788249899 },
		{ "Thu, 1 Jan 1970 00:00:00 -0000", 0 },
		{ "Tue, 1 Sep 26 08:04:05 +0000", -1 },	/* which century? */
		{ "Tue, 31 Sep 2026 08:04:05 +0000", -1 },
		{ "Tue, 1 Sep 2026 24:04:05 +0000", -1 },
		{ "Tue, 1 Sep 2026 08:04:05", -1 },	/* no zone */
		{ "Tue, 1 Sep 2026 08:04:05 CEST", -1 },	/* none of RFC 822 */
		{ "Tue, 1 Sep 2026 08:04:05 +2400", -1 },
		{ "Tue, 1 Foo 2026 08:04:05 +0000", -1 }, { "", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t sec = -1;

		assert_int_equal(rfc822_date(slice_cstr(cases[i].text), &sec), cases[i].sec != -1);
		if (cases[i].sec != -1)
			assert_int_equal(sec, cases[i].sec);
	}
}

static void
test_fields(void **state)
{
	static const struct {
		const char	*line, *name, *value;
	} cases[] = {
		{ "Subject: lunch ", "Subject", "lunch" },
		{ "Subject : lunch", "Subject", "lunch" },
		{ "Subject:", "Subject", "" },
		{ " Subject: folded", NULL, NULL }, { "no field", NULL, NULL },
		{ "From ann Tue: x", NULL, NULL }, { ": x", NULL, NULL },
		{ "S\xc3\xbc: x", NULL, NULL }, { "", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice name, value;
		bool ok = rfc822_field(slice_cstr(cases[i].line), &name, &value);

		assert_int_equal(ok, cases[i].name != NULL);
		if (!ok)
			continue;
		assert_true(slice_is(name, cases[i].name));
		assert_true(slice_is(value, cases[i].value));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_received),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
