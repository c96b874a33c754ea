#include "fmt/postfix_line.h"

#include "base/banned.h"

/* What -v and debug: maps add: free-form, of no use here. */

/* Beginnings of what any program may say. */
static const char *const any[] = {
	"> ", "< ", ">>> ", "match_", "dict_", "mynetworks", "watchdog_",
	"connection established", "master_notify: ", "name ", "inet_addr",
	"input attribute ", "send attr ", "private/", "public/", "ctable_",
	"rewrite_clnt: ", "resolve_clnt: ", "smtpd_", "generic_checks: ",
	"permit_", "reject_", "check_", "mail_addr_", "maps_", "vstream_",
	"event_", "report ", "deliver_", "qmgr_", "cleanup_", "auto_clnt",
	"xsasl_", "tls_", "been_here", "extract_", "rec_", "wait_",
	"before ", "after ", "trying... ", "local_", "remote_", "smtp_",
	"dns_", "session_", "mbox_", "set_eugid", "fsspace", "lookup ",
	"daemon ", "unknown_", "psc: ", "idle timeout", "subject to ",
	"been_here: ", "vstring_", "process ", "proto ", "inet_",
	"process generation", "chroot ", "user_", "mail_",
	"server features: ", "global TLS level: ", "dnssec_probe '",
	"connection closed", "connecting to ", "rewrite stream disconnect",
	"unverified_", "Using ESMTP PIPELINING, ", "begin ", "end ", "pref ",
	"fd=", "argv_attr_", "received master trigger",
	"Compiled against Berkeley DB: ", "verify stream disconnect",
	"master disconnect -- ", "loaded dict_", "effective TLS level: ",
	"myflock(", "setugid: ",
};

/* And of what only this one says, told by the program because it is plain. */
struct chatter {
	enum daemon_id	 daemon;
	const char	*start;
};

static const struct chatter plain[] = {
	{ DM_CLEANUP, "initial envelope " },
	{ DM_CLEANUP, "extracted envelope " },
	{ DM_CLEANUP, "cleanup flags = " },
	{ DM_CLEANUP, "server flags = " },	/* since 3.11 */
	{ DM_CLEANUP, "client flags = " },
	{ DM_CLEANUP, "open incoming/" },
	{ DM_CLEANUP, "open hold/" },
	{ DM_CLEANUP, "enter cleanup_milter" },
	{ DM_CLEANUP, "leave cleanup_milter" },
	{ DM_CLEANUP, "receive " },
	{ DM_CLEANUP, "inspect content by all milters" },
	{ DM_CLEANUP, "PUSH boundary " },
	{ DM_CLEANUP, "POP boundary " },
	{ DM_CLEANUP, "event: SMFIC_" },
	{ DM_CLEANUP, "reply: SMFIR_" },
	{ DM_CLEANUP, "disconnect event to all milters" },
	{ DM_CLEANUP, "free all milters" },
	{ DM_CLEANUP, "free milter " },
	{ DM_SMTPD, "event: SMFIC_" },
	{ DM_SMTPD, "reply: SMFIR_" },
	{ DM_SMTPD, "abort all milters" },
	{ DM_SMTPD, "free all milters" },
	{ DM_SMTPD, "free milter " },
	{ DM_SMTPD, "disconnect event to all milters" },
	{ DM_SMTPD, "send " },
	{ DM_SMTPD, "Connection refused" },
	{ DM_SMTP, "starting new SASL client" },
	{ DM_SMTP, "disposing SASL state" },
	{ DM_SMTP, "non DNSSEC destination" },
	{ DM_SMTP, "no TLSA records found" },
	{ DM_SMTP, "PUSH boundary " },
	{ DM_SMTP, "POP boundary " },
	{ DM_SMTP, "TLSRPT support: " },	/* since 3.10 */
	{ DM_SMTP, "trw_report_" },
	{ DM_SMTP, "frag_len=" },
	{ DM_LMTP, "Using LMTP PIPELINING, " },
	{ DM_QMGR, "start sorted recipient list" },
	{ DM_QMGR, "start move queue " },
	{ DM_QMGR, "start incoming queue scan" },
	{ DM_QMGR, "start deferred queue scan" },
	{ DM_QMGR, "done incoming queue scan" },
	{ DM_QMGR, "done deferred queue scan" },
	{ DM_QMGR, "request: " },
	{ DM_QMGR, "request ignored" },
	{ DM_QMGR, "wakeup " },
	{ DM_QMGR, "defer site " },
	{ DM_QMGR, "defer transport " },
	{ DM_QMGR, "record " },
	{ DM_LOCAL, "spool_uid/gid " },
	{ DM_LOCAL, "forward delivered=" },
	{ DM_TRIVIAL_REWRITE, "`" },
	{ DM_ANVIL, "--- start request ---" },
	{ DM_ANVIL, "--- end request ---" },
	{ DM_ANVIL, "anvil_remote_" },
	{ DM_VERIFY, "PUT " },
	{ DM_VERIFY, "GOT " },
	{ DM_VERIFY, "PROBE " },
	{ DM_FLUSH, "site " },
	{ DM_POSTSCREEN, "flags for psc_" },
	{ DM_POSTSCREEN, "source=" },
	{ DM_POSTSCREEN, "PASS pregreet test " },
	{ DM_POSTSCREEN, "PASS dnsbl test " },
	{ DM_POSTSCREEN, "PASS pipelining test " },
	{ DM_POSTSCREEN, "PASS non-smtp test " },
	{ DM_POSTSCREEN, "PASS bare newline test " },
	{ DM_POSTSCREEN, "SKIP pipelining test " },
	{ DM_POSTSCREEN, "SKIP non-smtp test " },
	{ DM_POSTSCREEN, "SKIP bare newline test " },
	{ DM_POSTSCREEN, "UNPASS [" },
	{ DM_POSTSCREEN, "FAIL [" },
	{ DM_POSTSCREEN, "ENFORCE [" },
	{ DM_POSTSCREEN, "DROP [" },
};

/* What local and virtual say of each recipient, a line an attribute. */
static const char *const recipient[] = {
	"level: ", "path: ", "fp: 0x", "offset: ", "encoding: ", "sender: ",
	"recipient: ", "domain: ", "local: ", "user: ", "extension: ",
	"unmatched: ", "owner: ", "delivered: ", "relay: ", "why: "
};

/* Behind "QID: ". */
static const struct chatter queued[] = {
	{ DM_QMGR, "recipient limit " },
	{ DM_PICKUP, "read " },
	{ DM_CLEANUP, "placed in " },
	{ DM_CLEANUP, "ignoring redundant " },
	{ DM_BOUNCE, "no trace file -- " },
};

static bool
is_chatter(struct slice s, const struct event *ev, const struct chatter *c,
    size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((ev->daemon == DM_NONE || ev->daemon == c[i].daemon) &&
		    slice_starts(s, slice_cstr(c[i].start)))
			return true;
	return false;
}

static bool
starts_with(struct slice s, const char *const *start, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (slice_starts(s, slice_cstr(start[i])))
			return true;
	return false;
}

static bool
is_any(struct slice s)
{
	return starts_with(s, any, sizeof(any) / sizeof(any[0]));
}

static bool
is_recipient(struct slice s, const struct event *ev)
{
	return (ev->daemon == DM_LOCAL || ev->daemon == DM_VIRTUAL) &&
	    starts_with(s, recipient, sizeof(recipient) / sizeof(recipient[0]));
}

/* Of postscreen's cache: TIME;TIME;... -> TIME */
static bool
is_times(struct slice s, const struct event *ev)
{
	struct slice from, to;

	if (ev->daemon != DM_POSTSCREEN ||
	    !slice_cut_str(s, SLICE(" -> "), &from, &to))
		return false;
	for (size_t i = 0; i < from.len; i++)
		if (!ascii_digit(from.ptr[i]) && from.ptr[i] != ';')
			return false;
	return from.len > 0 && slice_digits(to);
}

/*
 * A function of the source and what it does, or
 * TYPE:NAME lookup: "KEY" = "VALUE".
 */
static bool
debugging(struct slice s)
{
	static const char *const verb[] = { " lookup: \"", " update: \"",
		" delete: \"", " sequence: \"", " sequence: found EOF" };
	size_t n = 0, under = 0;

	while (n < s.len && (ascii_lower(s.ptr[n]) || ascii_digit(s.ptr[n]) ||
	    s.ptr[n] == '_'))
		under += s.ptr[n++] == '_';
	if (n > 2 && under > 0 && ascii_lower(*s.ptr) && n < s.len &&
	    (s.ptr[n] == ':' || s.ptr[n] == '(' || s.ptr[n] == '['))
		return true;
	n = slice_near(s, 0, ' ');
	if (slice_near(s, 0, ':') >= n)
		return false;
	for (size_t i = 0; i < sizeof(verb) / sizeof(verb[0]); i++)
		if (slice_starts(slice_from(s, n), slice_cstr(verb[i])))
			return true;
	return false;
}

/* Of any client of another daemon: private/verify socket: wanted ... */
static bool
wanted(struct slice s)
{
	struct slice service, what;

	return slice_cut_str(s, SLICE(": wanted attribute: "), &service,
	    &what) && slice_chr(service, '=') == SLICE_NONE;
}

/* Of a list that is looked through, since 3.11: origin=X name=Y item=Z */
static bool
is_item(struct slice s)
{
	return slice_starts(s, SLICE("origin=")) &&
	    slice_find(s, SLICE(" item=")) != SLICE_NONE;
}

bool
line_verbose(struct slice s, struct event *ev)
{
	return (is_any(s) || debugging(s) || wanted(s) || is_recipient(s, ev) ||
	    is_times(s, ev) || is_item(s) ||
	    is_chatter(s, ev, plain, sizeof(plain) / sizeof(plain[0]))) &&
	    line_ignored(ev);
}

bool
line_qid_verbose(struct slice s, struct event *ev)
{
	return is_chatter(s, ev, queued, sizeof(queued) / sizeof(queued[0])) &&
	    line_ignored(ev);
}
