#include "fmt/members.h"

#include "fmt/jsonline.h"

#include "base/banned.h"

#define PATH_LEN	48	/* no known one is longer */

#define K(lit)	{ (const unsigned char *)(lit), sizeof(lit) - 1 }
static const struct known {
	struct slice	path;
	enum member	meaning;
} known[] = {
	{ K("syslogtag"), MEMBER_TAG },
	{ K("syslog_tag"), MEMBER_TAG },
	{ K("tag"), MEMBER_TAG },
	{ K("process"), MEMBER_TAG },
	{ K("service"), MEMBER_TAG },
	{ K("program"), MEMBER_PROGRAM },
	{ K("ident"), MEMBER_PROGRAM },
	{ K("appname"), MEMBER_PROGRAM },
	{ K("application_name"), MEMBER_PROGRAM },
	{ K("syslog_program"), MEMBER_PROGRAM },
	{ K("syslog_appname"), MEMBER_PROGRAM },
	{ K("log.syslog.appname"), MEMBER_PROGRAM },
	{ K("syslog.identifier"), MEMBER_PROGRAM },
	{ K("process.name"), MEMBER_PROGRAM },
	{ K("sourcename"), MEMBER_PROGRAM },
	{ K("app_name"), MEMBER_CUT },
	{ K("programname"), MEMBER_CUT },
	{ K("pid"), MEMBER_PID },
	{ K("procid"), MEMBER_PID },
	{ K("process_id"), MEMBER_PID },
	{ K("syslog_pid"), MEMBER_PID },
	{ K("syslog_procid"), MEMBER_PID },
	{ K("log.syslog.procid"), MEMBER_PID },
	{ K("syslog.pid"), MEMBER_PID },
	{ K("process.pid"), MEMBER_PID },
	{ K("processid"), MEMBER_PID },
	{ K("log.syslog.hostname"), MEMBER_HOST },
	{ K("syslog_hostname"), MEMBER_HOST },
	{ K("logsource"), MEMBER_HOST },
	{ K("hostname"), MEMBER_HOST },
	{ K("host.hostname"), MEMBER_HOST },
	{ K("host.name"), MEMBER_HOST },
	{ K("host"), MEMBER_HOST },
	{ K("fromhost"), MEMBER_HOST },
	{ K("source"), MEMBER_HOST },
	{ K("timereported"), MEMBER_TIME },
	{ K("isodate"), MEMBER_TIME },
	{ K("@timestamp"), MEMBER_TIME },
	{ K("timestamp"), MEMBER_TIME },
	{ K("time"), MEMBER_TIME },
	{ K("date"), MEMBER_TIME },
	{ K("datetime"), MEMBER_TIME },
	{ K("eventtime"), MEMBER_TIME },
	{ K("ts"), MEMBER_TIME },
	{ K("message"), MEMBER_TEXT },
	{ K("msg"), MEMBER_TEXT },
	{ K("short_message"), MEMBER_TEXT },
	{ K("log"), MEMBER_TEXT },
	{ K("line"), MEMBER_TEXT },
	{ K("event.original"), MEMBER_TEXT },
	{ K("raw"), MEMBER_TEXT },
	{ K("textpayload"), MEMBER_TEXT },
	{ K("@message"), MEMBER_TEXT },
	{ K("event"), MEMBER_TEXT },
	{ K("rawmsg"), MEMBER_TEXT },
	{ K("level"), MEMBER_OTHER },
	{ K("lvl"), MEMBER_OTHER },
	{ K("loglevel"), MEMBER_OTHER },
	{ K("logger"), MEMBER_OTHER },
	{ K("caller"), MEMBER_OTHER },
	{ K("app"), MEMBER_OTHER },
	{ K("name"), MEMBER_OTHER },
};
#undef K

const size_t members_n = sizeof(known) / sizeof(known[0]);
_Static_assert(sizeof(known) / sizeof(known[0]) <= MEMBERS_KNOWN, "room");

struct path {
	unsigned char	text[PATH_LEN];
	size_t		len;
};

/* What exports wrap a line in. */
static bool
is_wrapper(struct slice name)
{
	return slice_eq(name, SLICE("_source")) ||
	    slice_eq(name, SLICE("result")) ||
	    slice_eq(name, SLICE("jsonPayload"));
}

/* Add a name to a path; false if it is too long for any that we know. */
static bool
path_add(struct path *p, struct slice name)
{
	(void)slice_take(&name, SLICE("_"));
	if (p->len > 0)
		p->text[p->len++] = '.';
	if (name.len >= PATH_LEN - p->len)
		return false;
	for (size_t i = 0; i < name.len; i++)
		p->text[p->len++] = name.ptr[i] == '-' ? '_' :
		    ascii_tolower(name.ptr[i]);
	return true;
}

static void
keep(struct members *m, const struct path *p, struct slice value)
{
	for (size_t i = 0; i < members_n; i++)
		if (slice_eq(slice_of(p->text, p->len), known[i].path)) {
			if (m->raw[i].ptr == NULL)
				m->raw[i] = value;
			return;
		}
}

/* The members of one object; false if it is none, or too much. */
static bool
read_object(struct slice s, const struct path *above, int depth,
    struct members *m)
{
	struct slice name, value;
	struct jsonline j;

	if (!jsonline_open(&j, s))
		return false;
	while (jsonline_next(&j, &name, &value)) {
		struct path p = *above;

		if (++m->seen > MEMBERS_MAX)
			return false;
		if (depth == 1 && is_wrapper(name))
			p.len = 0;
		else if (!path_add(&p, name))
			continue;
		if (value.ptr[0] != '{')
			keep(m, &p, value);
		else if (depth < MEMBERS_DEPTH &&
		    !read_object(value, &p, depth + 1, m))
			return false;
	}
	return !j.bad;
}

bool
members_read(struct members *m, struct slice line)
{
	static const struct path top;

	*m = (struct members){ .seen = 0 };
	return read_object(line, &top, 1, m);
}

enum member
members_meaning(size_t i)
{
	return known[i].meaning;
}

struct slice
members_text(const struct members *m, size_t i, struct buf *scratch)
{
	struct slice raw = m->raw[i], s;

	if (raw.len == 0)
		return slice_of(NULL, 0);
	if (ascii_digit(*raw.ptr))
		return raw;
	if (*raw.ptr != '"' || !jsonline_text(raw, scratch, &s))
		return slice_of(NULL, 0);
	return s;
}

struct slice
members_best(const struct members *m, enum member meaning,
    struct buf *scratch)
{
	struct slice s = slice_of(NULL, 0);

	for (size_t i = 0; i < members_n && s.len == 0; i++)
		if (known[i].meaning == meaning)
			s = members_text(m, i, scratch);
	return s;
}
