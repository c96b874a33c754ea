#include "fmt/postfix_line.h"

#include "base/banned.h"

#include "base/banned.h"

/*
 * ACTION: STAGE from PEER: TEXT; from=<S> to=<R> proto=P helo=<H>
 *
 * TEXT, the addresses and header contents are written by strangers and may
 * imitate the end of the line, so a place counts as the end only if all that
 * follows fits.  Addresses in the quoted form (3.5 and later) are read
 * strictly; the loose reading is for old logs and is tried only when the
 * strict one finds nothing.
 */

struct ending {
	struct slice	from, to, proto, helo;
	struct slice	sasl_method, sasl_user, sasl_sender;
	struct slice	text;		/* behind ": ", cleanup only */
	bool		has_from, has_to, has_helo, has_text;
	size_t		start;		/* of the ';' */
};

static const struct {
	struct slice	 name;
	enum event_kind	 kind;
	bool		 content;	/* the content layout of cleanup too */
} action[] = {
#define ACTION(lit, kind, content)					\
	{ { (const unsigned char *)(lit), sizeof(lit) - 1 }, kind, content }
	ACTION("reject", EV_REJECT, true),
	ACTION("milter-reject", EV_MILTER, false),
	ACTION("hangup", EV_REJECT, false),
	ACTION("reject_warning", EV_OTHER, false),
	ACTION("warn", EV_OTHER, false),
	ACTION("info", EV_OTHER, true),
	ACTION("warning", EV_OTHER, true),
	ACTION("filter", EV_OTHER, true),
	ACTION("hold", EV_HELD, true),
	ACTION("discard", EV_OTHER, true),
	ACTION("redirect", EV_OTHER, true),
	ACTION("bcc", EV_OTHER, true),
	ACTION("permit", EV_OTHER, false),
	ACTION("pass", EV_OTHER, true),
	ACTION("prepend", EV_OTHER, true),
	ACTION("replace", EV_OTHER, true),
	ACTION("strip", EV_OTHER, true),
	ACTION("ignore", EV_OTHER, true),
	ACTION("milter-hold", EV_MILTER, false),
	ACTION("milter-discard", EV_MILTER, false),
	ACTION("abort", EV_REJECT, false),
#undef ACTION
};

/* Without what an address has only in its quoted local part? */
static bool
plain(struct slice a)
{
	return slice_any(a, '<', '>', ';') == a.len &&
	    slice_any(a, ',', '"', ' ') == a.len;
}

/* An address in the quoted form: "local part"@domain, or plain. */
static bool
strict_address(struct slice a)
{
	size_t i = 1;

	if (a.len == 0 || a.ptr[0] != '"')
		return plain(a);
	while (i < a.len && a.ptr[i] != '"')
		i += a.ptr[i] == '\\' ? 2 : 1;
	return i < a.len && plain(slice_from(a, i + 1));
}

/* True at what may follow an address in the ending of a line. */
static bool
follows(struct slice s)
{
	if (s.len == 0 || slice_starts(s, SLICE(": ")))
		return true;
	(void)slice_take(&s, SLICE(","));
	if (!slice_take(&s, SLICE(" ")))
		return false;
	return slice_starts(s, SLICE("to=<")) ||
	    slice_starts(s, SLICE("proto=")) ||
	    slice_starts(s, SLICE("helo=<")) ||
	    slice_starts(s, SLICE("sasl_"));
}

/* Take "key=<address>" and the separator before it. */
static bool
take_address(struct slice *s, struct slice key, bool strict, struct slice *out)
{
	struct slice rest = *s;
	struct place p;

	(void)slice_take(&rest, SLICE(","));
	if (!slice_take(&rest, SLICE(" ")) || !slice_take(&rest, key))
		return false;
	place_init(&p, rest, false);
	while (place_next(&p, out, &rest))
		if (follows(rest)) {
			if (strict && !strict_address(*out))
				return false;
			*s = rest;
			return true;
		}
	return false;
}

/* Take " key=value" where the value may be in <> and runs to ` end` or all. */
static bool
take_sasl(struct slice *s, struct slice key, struct slice *out)
{
	static const char *const after[] = { " sasl_username=",
		" sasl_sender=" };
	struct slice rest = *s;
	size_t end;

	if (!slice_take(&rest, key))
		return false;
	end = rest.len;
	for (size_t i = 0; i < 2; i++) {
		size_t pos = slice_find(rest, slice_cstr(after[i]));

		if (pos < end)
			end = pos;
	}
	*out = slice_sub(rest, 0, end);
	*s = slice_from(rest, end);
	if (out->len >= 2 && out->ptr[0] == '<' &&
	    out->ptr[out->len - 1] == '>')
		*out = slice_sub(*out, 1, out->len - 2);
	return slice_find(*out, SLICE("=<")) == SLICE_NONE;
}

/* Read what stands behind a ';' up to the end of the line. */
static bool
parse_ending(struct slice s, bool strict, struct ending *e)
{
	struct slice rest;
	size_t n = 0;
	bool any;

	*e = (struct ending){ .has_from = false };
	e->has_from = take_address(&s, SLICE("from=<"), strict, &e->from);
	e->has_to = take_address(&s, SLICE("to=<"), strict, &e->to);
	any = e->has_from || e->has_to;
	rest = s;
	(void)slice_take(&rest, SLICE(","));
	if (slice_take(&rest, SLICE(" proto="))) {
		while (n < rest.len && ascii_upper(rest.ptr[n]))
			n++;
		e->proto = slice_sub(rest, 0, n);
		s = slice_from(rest, n);
		any = true;
	}
	rest = s;
	(void)slice_take(&rest, SLICE(","));
	if (slice_take(&rest, SLICE(" helo=<"))) {
		if (!slice_cut(rest, '>', &e->helo, &s))
			return false;
		e->has_helo = any = true;
	}
	if (!any)
		return false;
	if (slice_starts(s, SLICE(" sasl_method=")) &&
	    !take_sasl(&s, SLICE(" sasl_method="), &e->sasl_method))
		return false;
	if (slice_starts(s, SLICE(" sasl_username=")) &&
	    !take_sasl(&s, SLICE(" sasl_username="), &e->sasl_user))
		return false;
	if (slice_starts(s, SLICE(" sasl_sender=")) &&
	    !take_sasl(&s, SLICE(" sasl_sender="), &e->sasl_sender))
		return false;
	if (slice_take(&s, SLICE(": "))) {
		e->has_text = true;
		e->text = s;
		return true;
	}
	return s.len == 0;
}

/*
 * Find the ending.  With text behind it (cleanup), a later one inside that
 * text is the true one: header contents come first and are the sender's.
 */
static bool
find_ending(struct slice s, bool strict, bool with_text, struct ending *best)
{
	struct ending e;
	size_t pos = 0;
	bool found = false;

	for (;;) {
		size_t semi = slice_chr(slice_from(s, pos), ';');

		if (semi == SLICE_NONE)
			return found;
		pos += semi + 1;
		if (!parse_ending(slice_from(s, pos), strict, &e) ||
		    (e.has_text && !with_text))
			continue;
		e.start = pos - 1;
		*best = e;
		found = true;
		if (e.has_text)
			pos = s.len - e.text.len;
		else if (strict)
			return true;
	}
}

/* NNN d.d.d reason: code and status are kept apart. */
static void
set_reason(struct event *ev, struct slice s)
{
	size_t n = 0, dots = 0;
	uint64_t code;

	if (s.len >= 4 && s.ptr[3] == ' ' &&
	    slice_u64(slice_sub(s, 0, 3), 599, &code) && code >= 200) {
		rec_set(&ev->rec, F_REPLY_CODE, slice_sub(s, 0, 3));
		s = slice_from(s, 4);
	}
	while (n < s.len && (ascii_digit(s.ptr[n]) || s.ptr[n] == '.'))
		dots += s.ptr[n++] == '.';
	if (dots == 2 && n >= 5 && n < s.len && s.ptr[n] == ' ') {
		rec_set(&ev->rec, F_DSN, slice_sub(s, 0, n));
		s = slice_from(s, n + 1);
	}
	rec_set(&ev->rec, F_REASON, s);
}

static void
set_ending(struct event *ev, const struct ending *e)
{
	struct rec *r = &ev->rec;

	if (e->has_from)
		rec_set(r, F_FROM, e->from);
	if (e->has_to)
		rec_set(r, F_TO, e->to);
	if (e->has_helo)
		rec_set(r, F_HELO, e->helo);
	if (e->proto.len > 0)
		rec_set(r, F_PROTOCOL, e->proto);
	if (e->sasl_method.len > 0)
		rec_set(r, F_SASL_METHOD, e->sasl_method);
	if (e->sasl_user.len > 0)
		rec_set(r, F_SASL_USER, e->sasl_user);
}

/* STAGE from PEER: TEXT; ... */
static bool
parse_stage(struct slice s, struct event *ev)
{
	struct slice stage, rest;
	struct ending e;
	struct peer p;

	if (!slice_cut_str(s, SLICE(" from "), &stage, &rest) ||
	    stage.len == 0 || stage.len > 20 ||
	    slice_chr(stage, ' ') != SLICE_NONE ||
	    !peer_take(&rest, &p, false) || !slice_take(&rest, SLICE(": ")))
		return false;
	rec_set(&ev->rec, F_STAGE, stage);
	line_client(ev, &p);
	if (find_ending(rest, true, false, &e) ||
	    find_ending(rest, false, false, &e)) {
		set_ending(ev, &e);
		rest = slice_sub(rest, 0, e.start);
	}
	set_reason(ev, rest);
	return true;
}

/* The origin of a content check: PEER, local or unknown. */
static void
set_origin(struct event *ev, struct slice s)
{
	struct peer p;

	if (peer_parse(s, &p, false))
		line_client(ev, &p);
}

/* header CONTENT from ORIGIN; ...: TEXT */
static bool
parse_content(struct slice s, struct event *ev)
{
	static const char *const ctx[] = { "header ", "body ", "content ",
		"mime-error " };
	struct slice head, origin, content = s;
	struct ending e;
	size_t pos;
	bool known = false, bare;

	for (size_t i = 0; i < sizeof(ctx) / sizeof(ctx[0]); i++)
		if (slice_starts(s, slice_cstr(ctx[i]))) {
			known = true;
			rec_set(&ev->rec, F_STAGE, slice_sub(s, 0,
			    slice_chr(s, ' ')));
			content = slice_from(s, slice_chr(s, ' ') + 1);
		}
	if (!known)
		return false;
	/* smtp checks what it sends, and names neither origin nor envelope. */
	bare = ev->daemon == DM_SMTP || ev->daemon == DM_LMTP;
	if (bare || (!find_ending(s, true, true, &e) &&
	    !find_ending(s, false, true, &e)))
		e = (struct ending){ .start = s.len };
	head = slice_sub(s, 0, e.start);
	pos = bare ? SLICE_NONE : slice_rfind(head, SLICE(" from "));
	if (pos != SLICE_NONE) {
		origin = slice_from(head, pos + 6);
		set_origin(ev, origin);
		content = slice_sub(content, 0,
		    content.len - (s.len - pos));
	}
	set_ending(ev, &e);
	if (slice_take(&content, SLICE("Subject: ")))
		rec_set(&ev->rec, F_SUBJECT, content);
	if (e.has_text)
		set_reason(ev, e.text);
	return true;
}

bool
line_action(struct slice s, struct event *ev)
{
	struct slice word, rest;
	size_t colon = slice_chr(slice_sub(s, 0, 32), ':');
	bool milter;

	if (colon == SLICE_NONE || colon + 2 > s.len || s.ptr[colon + 1] != ' ')
		return false;
	word = slice_sub(s, 0, colon);
	rest = slice_from(s, colon + 2);
	for (size_t i = 0; i < sizeof(action) / sizeof(action[0]); i++) {
		if (!slice_eq(word, action[i].name))
			continue;
		rec_set(&ev->rec, F_ACTION, word);
		if (parse_stage(rest, ev))
			return line_is(ev, action[i].kind);
		if (action[i].content && parse_content(rest, ev))
			return line_is(ev, EV_HEADER_CHECK);
		return false;
	}
	milter = slice_starts(word, SLICE("milter-header-")) ||
	    slice_starts(word, SLICE("milter-body-"));
	if (!milter || !parse_content(rest, ev))
		return false;
	rec_set(&ev->rec, F_ACTION, word);
	return line_is(ev, EV_HEADER_CHECK);
}

/* proxy-accept: END-OF-MESSAGE: REPLY; from=<> ... */
bool
line_proxy(struct slice s, struct event *ev)
{
	struct slice word, stage, rest, id;
	struct ending e;

	if (!slice_starts(s, SLICE("proxy-")) ||
	    !slice_cut_str(s, SLICE(": "), &word, &rest) ||
	    (!slice_eq(word, SLICE("proxy-accept")) &&
	    !slice_eq(word, SLICE("proxy-reject"))) ||
	    !slice_cut_str(rest, SLICE(": "), &stage, &rest))
		return false;
	rec_set(&ev->rec, F_ACTION, word);
	rec_set(&ev->rec, F_STAGE, stage);
	if (find_ending(rest, true, false, &e) ||
	    find_ending(rest, false, false, &e)) {
		set_ending(ev, &e);
		rest = slice_sub(rest, 0, e.start);
	}
	set_reason(ev, rest);
	id = line_queued_as(ev, rest);
	if (id.len > 0)
		rec_set(&ev->rec, F_NEXT_QID, id);
	return line_is(ev, slice_ends(word, SLICE("reject")) ? EV_REJECT :
	    EV_OTHER);
}
