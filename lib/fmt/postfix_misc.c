#include "fmt/postfix_line.h"

#include "base/banned.h"

struct known {
	const char	*start;
	enum event_kind	 kind;
};

/* Lines that begin so, whatever the daemon. */
static const struct known known[] = {
	{ "statistics: ", EV_STATISTICS },
	{ "daemon started -- version ", EV_CONFIG },
	{ "reload -- version ", EV_CONFIG },
	{ "terminating on signal ", EV_CONFIG },
	{ "using backwards-compatible default setting ", EV_CONFIG },
	{ "Postfix is using backwards-compatible default settings", EV_CONFIG },
	{ "Postfix is running with backwards-compatible default settings",
	    EV_CONFIG },
	{ "See http", EV_CONFIG },
	{ "To disable backwards compatibility use ", EV_CONFIG },
	{ "starting the Postfix mail system", EV_CONFIG },
	{ "stopping the Postfix mail system", EV_CONFIG },
	{ "waiting for the Postfix mail system to terminate", EV_CONFIG },
	{ "refreshing the Postfix mail system", EV_CONFIG },
	{ "the Postfix mail system is ", EV_CONFIG },
	{ "the Postfix mail system ", EV_CONFIG },
	{ "aborting ", EV_CONFIG },
	{ "Postfix mail system ", EV_CONFIG },
	{ "Terminating remaining processes", EV_CONFIG },
	{ "rotating logfile ", EV_CONFIG },
	{ "name_mask: ", EV_OTHER },
	{ "Deleted: ", EV_OTHER },
	{ "Requeued: ", EV_OTHER },
	{ "Placed on hold: ", EV_OTHER },
	{ "Released from hold: ", EV_OTHER },
	{ "Force-expired: ", EV_OTHER },
	{ "Renamed to match inode number: ", EV_OTHER },
	{ "improper command pipelining after ", EV_OTHER },
	{ "cache ", EV_STATISTICS },
	{ "close database ", EV_OTHER },
	{ "table ", EV_CONFIG },
	{ "connect to ", EV_OTHER },
	{ "proxymap stream disconnect", EV_OTHER },
	{ "host ", EV_OTHER },
	{ "mail_queue_", EV_OTHER },
	{ "exiting", EV_OTHER },
	{ "reopening ", EV_OTHER },
	{ "overriding earlier entry: ", EV_CONFIG },
	{ "rejecting bare-newline", EV_OTHER },
	{ "disabling ", EV_CONFIG },
	{ "enabling ", EV_CONFIG },
	{ "flush_", EV_OTHER },
	{ "cannot load Certification Authority data", EV_WARNING },
	{ "psc_", EV_OTHER },
	{ "run-time library vs. compile-time header version mismatch",
	    EV_WARNING },
};

/* Beginnings of what -v adds: free-form, of no use here. */
static const char *const verbose[] = {
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
	"fd=",
};

/* connect to HOST[ADDR]:PORT: why it failed */
static bool
not_connected(struct slice s, struct event *ev)
{
	struct slice rest = s;
	struct peer p;

	if (!slice_take(&rest, SLICE("connect to ")) ||
	    !peer_take(&rest, &p) || !slice_starts(rest, SLICE(": ")))
		return false;
	line_relay(ev, p.all);
	rec_set(&ev->rec, F_REASON, s);
	return line_is(ev, EV_OTHER);
}

/* -v of any client of another daemon: private/verify socket: wanted ... */
static bool
wanted(struct slice s)
{
	struct slice service, what;

	return slice_cut_str(s, SLICE(" socket: wanted attribute: "), &service,
	    &what) && slice_chr(service, '=') == SLICE_NONE;
}

bool
line_misc(struct slice s, struct event *ev)
{
	if (not_connected(s, ev))
		return true;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (slice_starts(s, slice_cstr(known[i].start)))
			return line_is(ev, known[i].kind);
	/* postlog carries whatever a script says. */
	if (ev->daemon == DM_POSTLOG || ev->daemon == DM_POSTFIX_SCRIPT)
		return line_is(ev, EV_OTHER);
	for (size_t i = 0; i < sizeof(verbose) / sizeof(verbose[0]); i++)
		if (slice_starts(s, slice_cstr(verbose[i])))
			return line_ignored(ev);
	return wanted(s) && line_ignored(ev);
}
