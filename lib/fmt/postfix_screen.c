#include "fmt/postfix_line.h"

#include "base/banned.h"

#include "base/banned.h"

/* [addr]:port as postscreen and tlsproxy write it; the name is empty. */
static bool
set_peer(struct event *ev, struct slice s)
{
	struct peer p;

	if (s.len == 0 || s.ptr[0] != '[' || !peer_take(&s, &p, false))
		return false;
	rec_set(&ev->rec, F_CLIENT_ADDR, p.addr);
	if (p.port.len > 0)
		rec_set(&ev->rec, F_CLIENT_PORT, p.port);
	return true;
}

/* WORD [addr]:port */
static const char *const verdict[] = {
	"PASS OLD", "PASS NEW", "WHITELISTED", "BLACKLISTED",
	"WHITELIST VETO", "ALLOWLISTED", "DENYLISTED", "ALLOWLIST VETO",
	"DISCONNECT", "CONNECT from", "CONNECT to",
};

/* WORD ... from [addr]:port ... or, for DNSBL, for [addr]:port */
static const char *const finding[] = {
	"PREGREET ", "HANGUP after ", "BARE NEWLINE from ",
	"NON-SMTP COMMAND from ", "COMMAND PIPELINING from ",
	"COMMAND TIME LIMIT from ", "COMMAND COUNT LIMIT from ",
	"COMMAND LENGTH LIMIT from ", "DATA without valid RCPT from ",
	"BDAT without valid RCPT from ", "DNSBL rank ",
};

/* The words before the first digit or " from ", as the action. */
static void
set_word(struct event *ev, struct slice word)
{
	if (slice_ends(word, SLICE(" from ")))
		word = slice_sub(word, 0, word.len - 6);
	if (slice_ends(word, SLICE(" after ")))
		word = slice_sub(word, 0, word.len - 7);
	rec_set(&ev->rec, F_ACTION, slice_trim(word));
}

bool
line_screen(struct slice s, struct event *ev)
{
	struct slice rest;

	for (size_t i = 0; i < sizeof(verdict) / sizeof(verdict[0]); i++) {
		struct slice word = slice_cstr(verdict[i]);

		rest = s;
		if (slice_take(&rest, word) && slice_take(&rest, SLICE(" ")) &&
		    set_peer(ev, rest)) {
			rec_set(&ev->rec, F_ACTION, word);
			return line_is(ev, EV_SCREEN);
		}
	}
	for (size_t i = 0; i < sizeof(finding) / sizeof(finding[0]); i++) {
		struct slice word = slice_cstr(finding[i]);
		size_t pos;

		if (!slice_starts(s, word))
			continue;
		pos = slice_find(s, i + 1 ==
		    sizeof(finding) / sizeof(finding[0]) ? SLICE(" for [") :
		    SLICE(" from ["));
		if (pos == SLICE_NONE)
			return false;
		(void)set_peer(ev, slice_from(s, slice_chr(slice_from(s, pos),
		    '[') + pos));
		set_word(ev, word);
		return line_is(ev, EV_SCREEN);
	}
	/* dnsblog */
	rest = s;
	if (slice_take(&rest, SLICE("addr "))) {
		struct slice addr;

		if (!slice_cut_str(rest, SLICE(" listed by domain "), &addr,
		    &rest))
			return false;
		rec_set(&ev->rec, F_CLIENT_ADDR, addr);
		rec_set(&ev->rec, F_ACTION, SLICE("DNSBL"));
		return line_is(ev, EV_SCREEN);
	}
	if (slice_starts(s, SLICE("entering STRESS mode")) ||
	    slice_starts(s, SLICE("leaving STRESS mode")))
		return line_is(ev, EV_SCREEN);
	rest = s;
	if (slice_take(&rest, SLICE("reject: connect from ")) &&
	    set_peer(ev, rest)) {
		size_t pos = slice_find(rest, SLICE(": "));

		rec_set(&ev->rec, F_ACTION, SLICE("reject"));
		rec_set(&ev->rec, F_STAGE, SLICE("CONNECT"));
		if (pos != SLICE_NONE)
			rec_set(&ev->rec, F_REASON, slice_from(rest, pos + 2));
		return line_is(ev, EV_REJECT);
	}
	return false;
}
