#include "fmt/postfix_line.h"

#include "base/banned.h"

struct chatter {
	enum daemon_id daemon; /* DM_NONE: any */
	const char *start;
};

/*
 * Beginnings of what -v adds, told by the program because they are so plain:
 * of no use here.  postfix_misc.c has what any program may say.
 */
static const struct chatter plain[] = {
	{ DM_NONE, "argv_attr_" },
	{ DM_NONE, "received master trigger" },
	{ DM_NONE, "Compiled against Berkeley DB: " },
	{ DM_NONE, "verify stream disconnect" },
	{ DM_NONE, "master disconnect -- " },
	{ DM_NONE, "loaded dict_" },
	{ DM_NONE, "effective TLS level: " },
	{ DM_CLEANUP, "initial envelope " },
	{ DM_CLEANUP, "extracted envelope " },
	{ DM_CLEANUP, "cleanup flags = " },
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
	{ DM_POSTSCREEN, "FAIL [" },
	{ DM_POSTSCREEN, "ENFORCE [" },
	{ DM_POSTSCREEN, "DROP [" },
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
is_chatter(
    struct slice s, const struct event *ev, const struct chatter *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((c[i].daemon == DM_NONE || ev->daemon == DM_NONE ||
			ev->daemon == c[i].daemon) &&
		    slice_starts(s, slice_cstr(c[i].start)))
			return true;
	return false;
}

/* Of any client of another daemon: private/verify socket: wanted ... */
static bool
wanted(struct slice s)
{
	struct slice service, what;

	return slice_cut_str(
		   s, SLICE(": wanted attribute: "), &service, &what) &&
	    slice_chr(service, '=') == SLICE_NONE;
}

bool
line_verbose(struct slice s, struct event *ev)
{
	return (wanted(s) ||
		   is_chatter(
		       s, ev, plain, sizeof(plain) / sizeof(plain[0]))) &&
	    line_ignored(ev);
}

bool
line_qid_verbose(struct slice s, struct event *ev)
{
	return is_chatter(s, ev, queued, sizeof(queued) / sizeof(queued[0])) &&
	    line_ignored(ev);
}
