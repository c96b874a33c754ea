#include "source/judging.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/msg.h"
#include "io/smallfile.h"
#include "policy/builtin.h"
#include "policy/policy_load.h"

#define ARGS	((size_t)1 << 16)

void
judging_init(struct judging *j)
{
	*j = (struct judging){ .policy_arg = NULL };
	nexthop_init(&j->nexthops);
	buf_init(&j->args, ARGS);
}

void
judging_free(struct judging *j)
{
	nexthop_free(&j->nexthops);
	policy_free(&j->policy);
	buf_free(&j->args);
}

static bool
is_plain(unsigned char c)
{
	return ascii_alnum(c) || slice_chr(SLICE("-_./,:=@%+"), c) !=
	    SLICE_NONE;
}

void
judging_word(struct buf *b, const char *word)
{
	struct slice s = slice_cstr(word);
	bool plain = s.len > 0;

	for (size_t i = 0; i < s.len; i++)
		plain = plain && is_plain(s.ptr[i]);
	(void)buf_addc(b, ' ');
	if (plain) {
		(void)buf_add(b, s);
		return;
	}
	(void)buf_addc(b, '\'');
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] == '\'')
			(void)buf_add(b, SLICE("'\\'"));
		(void)buf_addc(b, s.ptr[i]);
	}
	(void)buf_addc(b, '\'');
}

static void
remember(struct judging *j, const char *option, const char *value)
{
	judging_word(&j->args, option);
	judging_word(&j->args, value);
}

struct slice
judging_args(const struct judging *j)
{
	return buf_slice(&j->args);
}

static void
add_nexthop(struct judging *j, const char *arg)
{
	const char *bad = nexthop_add(&j->nexthops, slice_cstr(arg));
	char text[128];

	if (bad != NULL)
		msg_usage("bad --nexthop '%s': %s", msg_quote(text,
		    sizeof(text), slice_cstr(arg)), bad);
}

bool
judging_option(struct judging *j, int c, const char *value)
{
	switch (c) {
	case 'p':
		j->policy_arg = value;
		remember(j, "-p", value);
		return true;
	case JUDGING_NEXTHOP:
		add_nexthop(j, value);
		remember(j, "--nexthop", value);
		return true;
	case JUDGING_MAIN_CF:
		j->main_cf = value;
		remember(j, "--main-cf", value);
		return true;
	case JUDGING_UNKNOWN_LIMIT:
		j->limit = value;
		remember(j, "--unknown-limit", value);
		return true;
	default:
		return false;
	}
}

/* Read a file of ours, or end the program. */
static void
read_file(struct buf *b, const char *path)
{
	char name[256];
	struct err e;

	buf_init(b, POLICY_MAX);
	if (smallfile_read(b, path, &e) != RC_OK)
		exit(msg_err(msg_quote(name, sizeof(name), slice_cstr(path)),
		    RC_FAIL, &e));
}

/* The same of a policy, whose name may have been meant for a built-in one. */
static void
read_policy(struct buf *b, const char *path)
{
	struct stat st;

	if (slice_chr(slice_cstr(path), '/') == SLICE_NONE &&
	    stat(path, &st) != 0 && errno == ENOENT) {
		char name[256];

		exit(msg_error("%s: no such file, and no built-in policy; "
		    "'mxtls --show list' names those", msg_quote(name,
		    sizeof(name), slice_cstr(path))));
	}
	read_file(b, path);
}

void
judging_load(struct judging *j, int64_t now)
{
	if (j->policy_arg == NULL)
		msg_usage("a policy is missing: -p FILE, or -p NAME of a "
		    "built-in one, such as no-plaintext");
	if (!policy_load(&j->policy, j->policy_arg, read_policy) ||
	    (j->main_cf != NULL &&
	    !nexthop_load(&j->nexthops, j->main_cf, read_file)))
		exit(EXIT_TROUBLE);
	if (j->limit != NULL && !policy_limit(slice_cstr(j->limit),
	    &j->policy.unknown, &j->policy.percent))
		msg_usage("bad --unknown-limit: use a number, or N%%");
	policy_say_expired(&j->policy, now);
}

void
judging_show(const char *name)
{
	const struct builtin *b = builtin_find(slice_cstr(name));
	char text[64];

	if (b != NULL)
		(void)fwrite(b->text.ptr, 1, b->text.len, stdout);
	else if (slice_eq(slice_cstr(name), SLICE("list")))
		for (size_t i = 0; i < builtin_n; i++)
			(void)printf("%.*s\n", (int)builtin_table[i].name.len,
			    (const char *)builtin_table[i].name.ptr);
	else
		msg_usage("no built-in policy '%s'; --show list names them",
		    msg_quote(text, sizeof(text), slice_cstr(name)));
	if (fflush(stdout) != 0 || ferror(stdout) != 0)
		exit(msg_error("standard output: cannot write"));
	exit(EXIT_YES);
}
