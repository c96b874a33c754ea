#include "fmt/logline.h"

#include "fmt/journalwho.h"
#include "fmt/postfix.h"

#include "base/banned.h"

#define CONTAINER_ID	12	/* digits of a container's short ID */

/* What the tag and the framing say of the line. */
static void
set_tag(struct event *ev, const struct frame *fr, const struct postfix_tag *t)
{
	struct rec *r = &ev->rec;
	uint64_t pid = fr->number;

	if (fr->host.len > 0)
		rec_set(r, F_HOST, fr->host);
	if (fr->postfix != NULL ? pid <= UINT32_MAX :
	    slice_u64(fr->pid, UINT32_MAX, &pid)) {
		rec_set(r, F_PID, fr->pid);
		ev->pid = (uint32_t)pid;
	}
	if (t->ours) {
		rec_set(r, F_INSTANCE, t->instance);
		if (t->service.len > 0)
			rec_set(r, F_SERVICE, t->service);
		if (ev->daemon != DM_NONE)
			rec_set(r, F_DAEMON, daemon_name[ev->daemon]);
		if (t->lost)
			rec_set(r, F_NOTE, SLICE("program-lost"));
	} else if (fr->tag.len > 0)
		rec_set(r, F_DAEMON, fr->tag);
}

/* What journald says of the writer. */
static void
set_who(struct rec *r, const struct frame *fr)
{
	static const struct {
		enum field	key;
		uint64_t	max;
	} num[] = { { F_WRITER_PID, UINT32_MAX }, { F_WRITER_UID, UINT32_MAX },
		{ F_SEQNUM, UINT64_MAX } };
	const struct slice v[] = { fr->who.pid, fr->who.uid, fr->who.seqnum };
	uint64_t n;

	for (size_t i = 0; i < sizeof(num) / sizeof(num[0]); i++)
		if (slice_u64(v[i], num[i].max, &n) &&
		    (num[i].key != F_WRITER_PID || !slice_eq(v[i], fr->pid)))
			rec_set(r, num[i].key, v[i]);
	if (fr->who.exe.len > 0)
		rec_set(r, F_WRITER_EXE, fr->who.exe);
}

/* A logger says that it dropped lines. */
static bool
lost_lines(const struct frame *fr)
{
	static const char *const word[] = { "rate-limiting", "Suppressed ",
		"messages lost", "missed ", "dropped " };

	if (!slice_starts(fr->tag, SLICE("rsyslogd")) &&
	    !slice_starts(fr->tag, SLICE("systemd-journal")) &&
	    !slice_starts(fr->tag, SLICE("syslog-ng")) &&
	    !slice_starts(fr->tag, SLICE("imuxsock")) &&
	    !slice_starts(fr->tag, SLICE("journal")))
		return false;
	for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++)
		if (slice_find(fr->text, slice_cstr(word[i])) != SLICE_NONE)
			return true;
	return false;
}

/*
 * Does a container runtime write under that name?  Docker's tag is the ID
 * of the container or what its documentation proposes; those that log to the
 * journal are known by their programs, which root has installed.
 */
static bool
is_runtime(const struct frame *fr)
{
	size_t n = 0;

	if (fr->has_who)
		return slice_eq(fr->who.exe, SLICE("/usr/bin/conmon")) ||
		    slice_eq(fr->who.exe, SLICE("/usr/libexec/podman/conmon")) ||
		    slice_eq(fr->who.exe, SLICE("/usr/bin/dockerd"));
	if (fr->tag.len > 7 && (slice_starts(fr->tag, SLICE("docker/")) ||
	    slice_starts(fr->tag, SLICE("podman/"))))
		return true;
	while (n < fr->tag.len && ascii_hex(fr->tag.ptr[n]))
		n++;
	return n == CONTAINER_ID && n == fr->tag.len && fr->pid.len > 0;
}

/*
 * The line that a container wrote, in the text of another line: true if that
 * is what fr holds.
 */
static bool
unbox(const struct frame *fr, struct frame *in)
{
	return fr->text.len > 0 && is_runtime(fr) &&
	    framing_split(fr->text, in) && in->tag.len > 0;
}

/*
 * Is there a tag of Postfix in a line that is not taken for Postfix's?  Then
 * the framing is one that we do not know, or another program quotes.
 */
static bool
names_postfix(const struct frame *fr)
{
	struct slice s = fr->kind == FRAMING_NONE ? fr->line : fr->text, word;
	size_t at = slice_find(s, SLICE("postfix"));
	bool path;

	if (at == SLICE_NONE || fr->kind == FRAMING_NONE)
		return at != SLICE_NONE;
	path = at > 0 && s.ptr[at - 1] != ' ';
	s = slice_from(s, at);
	if (!slice_cut(s, ' ', &word, &s))
		return false;
	if (slice_ends(word, SLICE("]:")))
		return slice_chr(word, '/') != SLICE_NONE;
	/* By whatever template, without its pid. */
	return !path && slice_rcut(word, '/', &s, &word) &&
	    daemon_find(slice_sub(word, 0, slice_near(word, 0, ':'))) !=
	    DM_NONE;
}

bool
logline_read(const struct frame *fr, struct event *ev)
{
	struct postfix_tag own;
	const struct postfix_tag *t = &own;
	const struct frame *line = fr;
	struct frame in;
	bool forged;

	rec_clear(&ev->rec);
	ev->kind = EV_OTHER;
	ev->daemon = DM_NONE;
	ev->class = LINE_FOREIGN;
	ev->pid = 0;
	ev->writer = fr->writer;
	ev->plain = slice_of(fr->line.ptr, fr->plain ? fr->line.len : 0);
	if (fr->kind == FRAMING_BLANK || fr->kind == FRAMING_MARK) {
		ev->class = LINE_IGNORED;
		rec_set(&ev->rec, F_TEXT, fr->line);
		return false;
	}
	if (fr->last_repeated)
		postfix_tag(slice_of(NULL, 0), false, &own);
	else if (fr->postfix != NULL)
		t = fr->postfix;
	else
		postfix_tag(fr->tag, fr->lost_program, &own);
	if (!t->ours && !fr->last_repeated && unbox(fr, &in)) {
		postfix_tag(in.tag, in.lost_program, &own);
		t = &own;
		line = &in;
		ev->writer = 0;
	}
	forged = line == fr && fr->has_who && t->ours &&
	    journalwho_forged(&fr->who, t);
	if (forged) {
		/* It makes no fact: a line of another program. */
		postfix_tag(slice_of(NULL, 0), false, &own);
		t = &own;
	}
	if (t->ours)
		postfix_parse(line->text, t, ev);
	else
		rec_set(&ev->rec, F_TEXT, fr->text);
	if (!t->ours && !fr->last_repeated) {
		if (lost_lines(fr))
			rec_set(&ev->rec, F_NOTE, SLICE("lines-lost"));
		else if (!forged && names_postfix(fr)) {
			ev->kind = EV_UNKNOWN;
			ev->class = LINE_UNKNOWN;
		}
	}
	set_tag(ev, line, t);
	if (fr->has_who)
		set_who(&ev->rec, fr);
	if (forged)
		rec_set(&ev->rec, F_NOTE, SLICE("not-by-postfix"));
	return t->ours;
}
