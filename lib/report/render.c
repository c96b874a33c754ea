#include "report/render.h"

#include "base/msg.h"
#include "report/ascsv.h"
#include "report/ashtml.h"
#include "report/asjson.h"
#include "report/astap.h"
#include "report/astext.h"

#include "base/banned.h"

bool
render_find(struct slice s, enum render_form *form)
{
	struct slice word, rest = SLICE(RENDER_FORMATS);

	for (int i = 0; i < RENDER_N; i++) {
		if (!slice_cut(rest, ' ', &word, &rest))
			word = rest;
		if (slice_eq(s, word)) {
			*form = (enum render_form)i;
			return true;
		}
	}
	return false;
}

/* The value, or the end of the program if something is wrong with it. */
static struct slice
checked(const char *option, const char *value, const char *bad)
{
	char text[128];

	if (bad != NULL)
		msg_usage("bad %s '%s': %s", option, msg_quote(text,
		    sizeof(text), slice_cstr(value)), bad);
	return slice_cstr(value);
}

struct slice
render_address(const char *option, const char *value)
{
	return checked(option, value, asmail_address(slice_cstr(value)));
}

struct slice
render_line(const char *option, const char *value)
{
	return checked(option, value, asmail_subject(slice_cstr(value)));
}

void
render_to(struct render *r, const char *value)
{
	if (r->mail.nto == ASMAIL_TO)
		msg_usage("more than %d --to", ASMAIL_TO);
	r->mail.to[r->mail.nto++] = render_address("--to", value);
}

void
render_check(const struct render *r)
{
	const struct asmail *m = &r->mail;
	const struct astlsrpt *s = &r->sender;

	if (r->table != NULL && r->form != RENDER_CSV)
		msg_usage("--table is one of -o csv");
	if (r->form == RENDER_MAIL && m->nto == 0)
		msg_usage("-o mail needs --to ADDRESS");
	if (r->form != RENDER_MAIL && (m->nto > 0 || m->from.len > 0 ||
	    m->subject.len > 0))
		msg_usage("--to, --from and --subject are of -o mail");
	if (r->form == RENDER_TLSRPT && (s->organization.len == 0 ||
	    s->contact.len == 0))
		msg_usage("-o tlsrpt needs --organization NAME and --contact "
		    "ADDRESS");
	if (r->form != RENDER_TLSRPT && s->organization.len +
	    s->contact.len > 0)
		msg_usage("--organization and --contact are of -o tlsrpt");
}

static bool
put_csv(struct buf *b, const struct page *p, const char *table)
{
	if (table == NULL)
		ascsv_put(b, p);
	else if (!ascsv_table(b, p, slice_cstr(table))) {
		(void)msg_error("no table of that name; see mxreport(1)");
		return false;
	}
	return true;
}

static bool
put_mail(struct buf *b, const struct page *p, const struct asmail *m)
{
	if (asmail_put(b, p, m))
		return true;
	(void)msg_error("the message would be larger than %zu bytes",
	    RENDER_MAX);
	return false;
}

static bool
put_tlsrpt(struct buf *b, const struct report *r, const struct astlsrpt *s)
{
	if (astlsrpt_put(b, r, s))
		return true;
	(void)msg_error("no time is known that the report could be about: "
	    "use --period");
	return false;
}

bool
render_put(struct buf *b, struct report *report, const struct render *r)
{
	struct page p;
	bool ok = true;

	page_make(&p, report);
	switch (r->form) {
	case RENDER_HTML:
		ashtml_put(b, &p);
		break;
	case RENDER_JSON:
		asjson_put(b, &p);
		break;
	case RENDER_CSV:
		ok = put_csv(b, &p, r->table);
		break;
	case RENDER_TAP:
		astap_put(b, &p);
		break;
	case RENDER_MAIL:
		ok = put_mail(b, &p, &r->mail);
		break;
	case RENDER_TLSRPT:
		ok = put_tlsrpt(b, report, &r->sender);
		break;
	default:
		astext_put(b, &p);
	}
	page_free(&p);
	return ok;
}
