#include "fmt/journalwho.h"

#include "base/banned.h"

static bool
among(struct slice s, const char *const *word, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (slice_is(s, word[i]))
			return true;
	return false;
}

/* Programs of Postfix, also by names that do not log. */
static bool
is_postfix(struct slice program)
{
	static const char *const more[] = { "sendmail.postfix",
		"mailq.postfix", "newaliases.postfix" };

	return daemon_find(program) != DM_NONE ||
	    among(program, more, sizeof(more) / sizeof(more[0]));
}

static bool
is_relay(struct slice program)
{
	static const char *const relay[] = { "rsyslogd", "syslog-ng" };

	return among(program, relay, sizeof(relay) / sizeof(relay[0]));
}

/* A path where only the system's owner can put programs. */
static bool
is_system(struct slice path)
{
	static const char *const dir[] = { "/usr/", "/opt/", "/sbin/", "/lib/",
		"/libexec/", "/nix/store/", "/gnu/store/" };

	for (size_t i = 0; i < sizeof(dir) / sizeof(dir[0]); i++)
		if (slice_starts(path, slice_cstr(dir[i])))
			return true;
	return false;
}

/* What users start, or what acts for them. */
static bool
is_users(enum daemon_id daemon)
{
	switch (daemon) {
	case DM_SENDMAIL:
	case DM_POSTDROP:
	case DM_POSTQUEUE:
	case DM_POSTLOG:
	case DM_LOCAL:
	case DM_PIPE:
	case DM_SPAWN:
		return true;
	default:
		return false;
	}
}

bool
journalwho_forged(const struct frame_who *who, const struct postfix_tag *t)
{
	struct slice exe = who->exe, name, dir;
	bool user;
	uint64_t uid = 0;

	user = slice_u64(who->uid, UINT32_MAX, &uid) && uid >= JOURNALWHO_USERS;
	/* A program that was replaced while it ran. */
	if (slice_ends(exe, SLICE(" (deleted)")))
		exe.len -= SLICE(" (deleted)").len;
	name = exe.len > 0 ? exe : who->comm;
	if (name.len == 0)
		return user && !is_users(t->daemon);
	(void)slice_rcut(name, '/', &dir, &name);
	if (!is_postfix(name))
		return !is_relay(name);
	if (exe.len > 0 && !is_system(exe))
		return true;
	return user && t->daemon != DM_POSTLOG && slice_is(name, "postlog");
}
