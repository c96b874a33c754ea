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
	{ "reload configuration", EV_CONFIG },	/* up to 2.4 */
	{ "master exit time has arrived", EV_CONFIG },
	{ "terminating on signal ", EV_CONFIG },
	{ "using backwards-compatible default setting ", EV_CONFIG },
	/* 3.11, of smtp_tlsrpt_skip_reused_handshakes */
	{ "using using backwards-compatible default setting ", EV_CONFIG },
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
	{ "cannot set default OpenSSL certificate verification paths",
	    EV_WARNING },
	{ "TLS support is not compiled in", EV_WARNING },
	{ "cannot read from entropy device ", EV_WARNING },
	{ "discarding EHLO keywords: ", EV_OTHER },
	{ "mapping DSN status ", EV_OTHER },
	{ "ignoring DNS RR: ", EV_OTHER },
	{ "ignoring status update from child pid ", EV_OTHER },
	{ "running: ", EV_OTHER },
	{ "skipping ", EV_OTHER },
	{ "database ", EV_OTHER },
	{ "Run-time linked against Berkeley DB: ", EV_OTHER },
	/* What Cyrus SASL says in the name of the process it runs in. */
	{ "sql auxprop plugin ", EV_OTHER },
	{ "sql plugin", EV_OTHER },
	{ "begin transaction", EV_OTHER },
	{ "commit transaction", EV_OTHER },
	{ "looking for plugins in ", EV_OTHER },
	{ "unable to dlopen ", EV_OTHER },
	{ "unable to open Berkeley db ", EV_OTHER },
	{ "OTP unavailable because ", EV_OTHER },
};

/* connect to HOST[ADDR]:PORT: why it failed */
static bool
not_connected(struct slice s, struct event *ev)
{
	struct slice rest = s;
	struct peer p;

	if (!slice_take(&rest, SLICE("connect to ")) ||
	    !peer_take(&rest, &p, false) || !slice_starts(rest, SLICE(": ")))
		return false;
	line_server(ev, &p);
	rec_set(&ev->rec, F_REASON, s);
	return line_is(ev, EV_OTHER);
}

/*
 * PEER: what the configuration makes of its words: a reply of a server
 * replaced, EHLO keywords hidden.  postscreen's has no colon before the port.
 */
static bool
overridden(struct slice s, struct event *ev)
{
	struct slice rest = s;
	struct peer p;

	if (!peer_take(&rest, &p, false))
		return false;
	while (ev->daemon == DM_POSTSCREEN && rest.len > 0 &&
	    ascii_digit(*rest.ptr))
		rest = slice_from(rest, 1);
	if (!slice_take(&rest, SLICE(": ")) ||
	    (!slice_starts(rest, SLICE("replacing server reply ")) &&
	    !slice_starts(rest, SLICE("replacing command ")) &&
	    !slice_starts(rest, SLICE("discarding EHLO keywords: "))))
		return false;
	if (ev->daemon == DM_SMTP || ev->daemon == DM_LMTP)
		line_server(ev, &p);
	else
		line_client(ev, &p);
	rec_set(&ev->rec, F_REASON, rest);
	return line_is(ev, EV_OTHER);
}

bool
line_misc(struct slice s, struct event *ev)
{
	if (not_connected(s, ev) || overridden(s, ev))
		return true;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (slice_starts(s, slice_cstr(known[i].start)))
			return line_is(ev, known[i].kind);
	/* /etc/postfix/master.cf: line 12: ... */
	if (ev->daemon == DM_MASTER && slice_find(s, SLICE(
	    ": using backwards-compatible default setting ")) != SLICE_NONE)
		return line_is(ev, EV_CONFIG);
	/* postlog carries whatever a script says. */
	if (ev->daemon == DM_POSTLOG || ev->daemon == DM_POSTFIX_SCRIPT)
		return line_is(ev, EV_OTHER);
	return line_verbose(s, ev);
}
