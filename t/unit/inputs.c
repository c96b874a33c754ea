/* The inputs of a command line: what is found, in which order, what is said. */
#include "readall.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/msg.h"
#include "io/inputs.h"

static char said[65536];	/* standard error of the last find */

/* Find with up to three arguments; paths are taken from the temporary one. */
static void
find(struct inputs *in, const char *a, const char *b, const char *c)
{
	char arg[3][512];
	char *argv[3] = { arg[0], arg[1], arg[2] };
	const char *from[3] = { a, b, c };
	int argc = 0, old = dup(2), fd;
	ssize_t n;

	for (int i = 0; i < 3 && from[i] != NULL; i++, argc++)
		snprintf(arg[i], sizeof(arg[i]), "%s", from[i]);
	fd = open(in_tmp("said"), O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(old >= 0 && fd >= 0 && dup2(fd, 2) == 2);
	inputs_find(in, argv, argc);
	dup2(old, 2);
	close(old);
	n = pread(fd, said, sizeof(said) - 1, 0);
	assert_true(n >= 0);
	said[n] = '\0';
	close(fd);
	unlink(in_tmp("said"));
}

static void
make(const char *name)
{
	put_file(in_tmp(name), name, strlen(name));
}

static void
stdin_only(void **state)
{
	struct inputs in;

	(void)state;
	find(&in, NULL, NULL, NULL);
	assert_int_equal(in.n, 1);
	assert_string_equal(in.v[0].path, "-");
	assert_int_equal(in.failed, 0);
	assert_int_equal(in.nroots, 0);
	inputs_free(&in);
	find(&in, "-", NULL, NULL);
	assert_int_equal(in.n, 1);
	assert_string_equal(in.v[0].path, "-");
	assert_string_equal(said, "");
	inputs_free(&in);
}

static void
named_files(void **state)
{
	struct inputs in;
	struct stat st;

	(void)state;
	make("b");
	make("a");
	find(&in, in_tmp("b"), "-", in_tmp("a"));
	assert_string_equal(said, "");
	assert_int_equal(in.n, 3);
	assert_string_equal(in.v[0].path, in_tmp("b"));
	assert_string_equal(in.v[1].path, "-");
	assert_string_equal(in.v[2].path, in_tmp("a"));
	assert_true(in.v[0].regular && !in.v[0].found);
	assert_int_equal(in.v[0].size, 1);
	assert_int_equal(stat(in_tmp("b"), &st), 0);
	assert_int_equal(in.v[0].mtime, st.st_mtime);
	assert_int_equal(in.nroots, 2);
	assert_string_equal(in.roots[0], in_tmp("b"));
	inputs_free(&in);
	inputs_free(&in);
}

static void
not_there(void **state)
{
	struct inputs in;
	char want[1024];

	(void)state;
	make("a");
	find(&in, in_tmp("none"), in_tmp("a"), in_tmp("esc\033[m"));
	assert_int_equal(in.n, 1);
	assert_int_equal(in.failed, 2);
	assert_int_equal(in.nroots, 1);
	snprintf(want, sizeof(want), "%s: %s: cannot open: No such file or "
	    "directory\n%s: %s/esc\\x1b[m: cannot open: No such file or "
	    "directory\n", msg_tool(), in_tmp("none"), msg_tool(), tmpdir);
	assert_string_equal(said, want);
	inputs_free(&in);
}

/* Directories: files of all depths, by path bytes, and nothing else. */
static void
directories(void **state)
{
	static const char *const want[] = { "d/a.b", "d/a/x", "d/a/y/z",
	    "d/a0", "d/new\nline", "d/z" };
	struct inputs in;
	char name[600];

	(void)state;
	assert_int_equal(mkdir(in_tmp("d"), 0700), 0);
	assert_int_equal(mkdir(in_tmp("d/a"), 0700), 0);
	assert_int_equal(mkdir(in_tmp("d/a/y"), 0700), 0);
	assert_int_equal(mkdir(in_tmp("d/hollow"), 0700), 0);
	for (size_t i = 0; i < 6; i++)
		make(want[5 - i]);
	make("out");
	assert_int_equal(symlink("z", in_tmp("d/link")), 0);
	assert_int_equal(symlink("..", in_tmp("d/a/up")), 0);
	assert_int_equal(mkfifo(in_tmp("d/fifo"), 0600), 0);
	snprintf(name, sizeof(name), "%s/", in_tmp("d"));
	find(&in, name, in_tmp("out"), NULL);
	assert_int_equal(in.n, 7);
	for (size_t i = 0; i < 6; i++) {
		assert_string_equal(in.v[i].path, in_tmp(want[i]));
		assert_true(in.v[i].found && in.v[i].regular);
		assert_int_equal(in.v[i].size, strlen(want[i]));
	}
	assert_string_equal(in.v[6].path, in_tmp("out"));
	assert_int_equal(in.failed, 0);
	assert_int_equal(in.nroots, 2);
	snprintf(name, sizeof(name), "%s: %s/: 2 symbolic links and 1 special "
	    "files are not read\n", msg_tool(), in_tmp("d"));
	assert_string_equal(said, name);
	inputs_free(&in);
	/* A link that is named is followed. */
	assert_int_equal(symlink("d", in_tmp("dlink")), 0);
	find(&in, in_tmp("dlink"), NULL, NULL);
	assert_int_equal(in.n, 6);
	assert_string_equal(in.v[0].path, in_tmp("dlink/a.b"));
	inputs_free(&in);
}

static void
empty_directory(void **state)
{
	struct inputs in;
	char want[600];

	(void)state;
	assert_int_equal(mkdir(in_tmp("e"), 0700), 0);
	assert_int_equal(mkdir(in_tmp("e/f"), 0700), 0);
	find(&in, in_tmp("e"), NULL, NULL);
	assert_int_equal(in.n, 0);
	assert_int_equal(in.failed, 0);
	snprintf(want, sizeof(want), "%s: %s: no files in it\n", msg_tool(),
	    in_tmp("e"));
	assert_string_equal(said, want);
	inputs_free(&in);
}

/* The same file by several names is read once, under the first. */
static void
doubles(void **state)
{
	struct inputs in;

	(void)state;
	assert_int_equal(mkdir(in_tmp("g"), 0700), 0);
	make("g/one");
	make("g/two");
	assert_int_equal(link(in_tmp("g/one"), in_tmp("g/hard")), 0);
	find(&in, in_tmp("g/two"), in_tmp("g"), in_tmp("g/two"));
	assert_int_equal(in.n, 2);
	assert_string_equal(in.v[0].path, in_tmp("g/two"));
	assert_false(in.v[0].found);
	assert_string_equal(in.v[1].path, in_tmp("g/hard"));
	assert_non_null(strstr(said, ": 3 of the files are there more than"));
	assert_int_equal(in.failed, 0);
	inputs_free(&in);
}

static void
too_deep(void **state)
{
	char path[512];
	struct inputs in;
	size_t len;

	(void)state;
	snprintf(path, sizeof(path), "%s", in_tmp("deep"));
	len = strlen(path);
	assert_int_equal(mkdir(path, 0700), 0);
	for (int i = 0; i < INPUTS_DEPTH + 2; i++) {
		len += (size_t)snprintf(path + len, sizeof(path) - len, "/d");
		assert_int_equal(mkdir(path, 0700), 0);
		snprintf(path + len, sizeof(path) - len, "/f");
		put_file(path, "x", 1);
		path[len] = '\0';
	}
	find(&in, in_tmp("deep"), NULL, NULL);
	assert_int_equal(in.failed, 1);
	assert_int_equal(in.n, INPUTS_DEPTH - 1);
	assert_non_null(strstr(said, "directories deep, not read"));
	inputs_free(&in);
}

/* Run as somebody who may not: what is said, and what would help. */
static void
not_allowed(void **state)
{
	struct inputs in;
	struct group *g;
	char want[1024], group[100] = "";
	int status;
	pid_t pid;

	(void)state;
	if (geteuid() != 0) {
		print_message("# SKIP: only root can become nobody\n");
		return;
	}
	g = getgrgid(4);
	make("secret");
	make("grouped");
	assert_int_equal(mkdir(in_tmp("shut"), 0700), 0);
	make("shut/x");
	assert_int_equal(chmod(tmpdir, 0777), 0);
	assert_int_equal(chmod(in_tmp("secret"), 0600), 0);
	assert_int_equal(chmod(in_tmp("grouped"), 0640), 0);
	assert_int_equal(chown(in_tmp("grouped"), 0, 4), 0);
	if (g != NULL)
		snprintf(group, sizeof(group),
		    " or as a member of group %s", g->gr_name);
	snprintf(want, sizeof(want),
	    "%s: %s: cannot open: Permission denied; run as root\n"
	    "%s: %s: cannot open: Permission denied; run as root%s\n"
	    "%s: %s: cannot open: Permission denied; run as root\n",
	    msg_tool(), in_tmp("secret"), msg_tool(), in_tmp("grouped"), group,
	    msg_tool(), in_tmp("shut"));
	pid = fork();
	if (pid == 0) {
		if (setgroups(0, NULL) != 0 || setgid(65534) != 0 ||
		    setuid(65534) != 0)
			_exit(3);
		find(&in, in_tmp("secret"), in_tmp("grouped"),
		    in_tmp("shut"));
		_exit(in.n == 0 && in.failed == 3 &&
		    strcmp(said, want) == 0 ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stdin_only),
		cmocka_unit_test(named_files),
		cmocka_unit_test(not_there),
		cmocka_unit_test(directories),
		cmocka_unit_test(empty_directory),
		cmocka_unit_test(doubles),
		cmocka_unit_test(too_deep),
		cmocka_unit_test(not_allowed)
	};
	int failed;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	make_tmpdir();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	remove_tmpdir();
	return failed == 0 ? 0 : 1;
}
