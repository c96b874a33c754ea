#include "report/asmail.h"

#include <openssl/sha.h>

#include "base/caltime.h"
#include "report/ashtml.h"
#include "report/asjson.h"
#include "report/astext.h"
#include "report/mailcode.h"
#include "report/words.h"

#include "base/banned.h"

#define MARK	32	/* hexadecimal digits */
#define PART	((size_t)1 << 30)

struct mail {
	struct buf	text, html, json;
	struct buf	head;		/* From, To, Subject: whole lines */
	unsigned char	mark[MARK];	/* of the content */
};

/* The sum of everything that the message says, and of when. */
static void
make_mark(struct mail *m, int64_t now)
{
	static const unsigned char hex[] = "0123456789abcdef";
	const struct buf *part[] = { &m->head, &m->text, &m->html, &m->json };
	unsigned char sum[SHA256_DIGEST_LENGTH];
	unsigned char all[sizeof(part) / sizeof(*part)][sizeof(sum)];
	struct buf b;

	buf_init(&b, 1 << 16);
	words_time(&b, NULL, now);
	for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++) {
		struct slice s = part[i]->len > 0 ? buf_slice(part[i]) :
		    SLICE("");

		(void)SHA256(s.ptr, s.len, all[i]);
		(void)buf_add(&b, slice_of(all[i], sizeof(all[i])));
	}
	(void)SHA256(b.ptr, b.len, sum);
	buf_free(&b);
	for (size_t i = 0; i < MARK; i++)
		m->mark[i] = hex[i % 2 == 0 ? sum[i / 2] >> 4 : sum[i / 2] & 15];
}

static void
two_digits(struct buf *b, int v)
{
	words(b, v < 10 ? "0" : "");
	words_u(b, (uint64_t)v);
}

/* Mon, 30 Nov 2026 06:00:00 +0000 */
static void
put_date(struct buf *b, int64_t now)
{
	static const char *const day[] = { "Thu", "Fri", "Sat", "Sun", "Mon",
	    "Tue", "Wed" };
	static const char *const month[] = { "Jan", "Feb", "Mar", "Apr",
	    "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int64_t days = now / 86400 - (now % 86400 < 0);
	struct caltime c;

	caltime_of(now, &c);
	words(b, "Date: ");
	words(b, day[(days % 7 + 7) % 7]);
	words(b, ", ");
	two_digits(b, c.day);
	words(b, " ");
	words(b, month[c.mon - 1]);
	words(b, " ");
	words_u(b, (uint64_t)c.year / 1000);
	words_u(b, (uint64_t)c.year / 100 % 10);
	two_digits(b, c.year % 100);
	words(b, " ");
	two_digits(b, c.hour);
	words(b, ":");
	two_digits(b, c.min);
	words(b, ":");
	two_digits(b, c.sec);
	words(b, " +0000\n");
}

/* What the report found, of how many, and when. */
static void
put_own_subject(struct buf *b, const struct page *p)
{
	const struct tally *t = p->report->tally;
	uint64_t bad = t->n[VERDICT_VIOLATION], dark = t->n[VERDICT_UNKNOWN];

	words(b, "TLS report: ");
	words(b, page_status(p->report));
	words(b, " (");
	if (bad > 0 || dark > 0) {
		words_u(b, bad > 0 ? bad : dark);
		words(b, " of ");
	}
	words_n(b, t->hops, "hop", "hops");
	words(b, "), ");
	(void)buf_add(b, buf_slice(&p->period));
}

static bool
put_subject(struct buf *b, const struct page *p, const struct asmail *m)
{
	struct buf own;
	bool ok;

	if (m->subject.len > 0)
		return mailcode_header(b, m->subject, sizeof("Subject:"));
	buf_init(&own, ASMAIL_SUBJECT);
	put_own_subject(&own, p);
	ok = mailcode_header(b, buf_slice(&own), sizeof("Subject:"));
	buf_free(&own);
	return ok;
}

static bool
put_head(struct buf *b, const struct page *p, const struct asmail *m)
{
	bool ok;

	words(b, "From: ");
	(void)buf_add(b, m->from.len > 0 ? m->from : m->to[0]);
	words(b, "\nTo: ");
	for (size_t i = 0; i < m->nto; i++) {
		words(b, i == 0 ? "" : ",\n ");
		(void)buf_add(b, m->to[i]);
	}
	words(b, "\nSubject: ");
	ok = put_subject(b, p, m);
	return ok && buf_addc(b, '\n');
}

static void
put_message_id(struct buf *b, const struct mail *m, struct slice from)
{
	struct slice local, domain;

	if (!slice_rcut(from, '@', &local, &domain))
		return;
	words(b, "Message-ID: <mxreport.");
	(void)buf_add(b, slice_of(m->mark, MARK));
	words(b, "@");
	(void)buf_add(b, domain);
	words(b, ">\n");
}

static void
put_boundary(struct buf *b, const struct mail *m, const char *which)
{
	words(b, "=_");
	words(b, which);
	words(b, "_");
	(void)buf_add(b, slice_of(m->mark, MARK));
}

static void
put_multipart(struct buf *b, const struct mail *m, const char *which)
{
	words(b, "Content-Type: multipart/");
	words(b, which);
	words(b, ";\n boundary=\"");
	put_boundary(b, m, which);
	words(b, "\"\n\n");
}

/* The newline before the dashes is the boundary's, not the part's. */
static void
put_delimiter(struct buf *b, const struct mail *m, const char *which,
    bool first, bool last)
{
	words(b, first ? "--" : "\n--");
	put_boundary(b, m, which);
	words(b, last ? "--\n" : "\n");
}

static bool
put_text_part(struct buf *b, const char *type, const struct buf *text)
{
	words(b, "Content-Type: text/");
	words(b, type);
	words(b, "; charset=utf-8\n"
	    "Content-Transfer-Encoding: quoted-printable\n\n");
	return mailcode_quoted(b, buf_slice(text));
}

static bool
put_attachment(struct buf *b, const struct mail *m, int64_t now)
{
	words(b, "Content-Type: application/json\n"
	    "Content-Transfer-Encoding: base64\n"
	    "Content-Disposition: attachment; filename=\"mxreport-");
	words_day(b, NULL, now);
	words(b, ".json\"\n\n");
	return mailcode_base64(b, buf_slice(&m->json));
}

static bool
put_body(struct buf *b, const struct mail *m, int64_t now)
{
	bool ok;

	put_multipart(b, m, "mixed");
	put_delimiter(b, m, "mixed", true, false);
	put_multipart(b, m, "alternative");
	put_delimiter(b, m, "alternative", true, false);
	ok = put_text_part(b, "plain", &m->text);
	put_delimiter(b, m, "alternative", false, false);
	ok = ok && put_text_part(b, "html", &m->html);
	put_delimiter(b, m, "alternative", false, true);
	put_delimiter(b, m, "mixed", false, false);
	ok = ok && put_attachment(b, m, now);
	put_delimiter(b, m, "mixed", false, true);
	return ok && b->len < b->limit;
}

bool
asmail_put(struct buf *b, const struct page *p, const struct asmail *a)
{
	int64_t now = p->report->o.now;
	struct mail m;
	bool ok;

	buf_init(&m.text, PART);
	buf_init(&m.html, PART);
	buf_init(&m.json, PART);
	buf_init(&m.head, PART);
	astext_put(&m.text, p);
	ashtml_put(&m.html, p);
	asjson_put(&m.json, p);
	ok = put_head(&m.head, p, a);
	make_mark(&m, now);
	put_date(b, now);
	(void)buf_add(b, buf_slice(&m.head));
	put_message_id(b, &m, a->from.len > 0 ? a->from : a->to[0]);
	words(b, "MIME-Version: 1.0\nAuto-Submitted: auto-generated\n");
	ok = put_body(b, &m, now) && ok;
	buf_free(&m.text);
	buf_free(&m.html);
	buf_free(&m.json);
	buf_free(&m.head);
	return ok;
}
