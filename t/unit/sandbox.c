/*
 * The sandbox from inside: a child enters it and tries.  Whatever the kernel
 * lacks is skipped; sanitizers and valgrind run unconfined and must say so.
 */
#include "readall.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "io/sandbox.h"

static struct inputs in;
static char *roots[2];
static char file[512], gzfile[512], other[512], pipe_path[64];
static int out_fd;
static int with_landlock, with_seccomp;

static void
enter(void)
{
	struct err e;

	if (sandbox_enter(SANDBOX_AUTO, &in, &e) != RC_OK)
		_exit(99);
}

/* The status of a child that runs fn; 128 + signal when it was killed. */
static int
in_child(int (*fn)(void))
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (pid == 0)
		exit(fn());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
	    WEXITSTATUS(status);
}

static int
tell_state(void)
{
	struct err e;
	const char *s;

	if (strcmp(sandbox_state(), "off") != 0)
		return 50;
	if (sandbox_enter(SANDBOX_OFF, &in, &e) != RC_OK ||
	    strcmp(sandbox_state(), "off") != 0)
		return 51;
	enter();
	s = sandbox_state();
	if (strcmp(s, "none (sanitizer)") == 0 ||
	    strcmp(s, "none (valgrind)") == 0)
		return 4;
	if (strcmp(s, "none") == 0)
		return 0;
	if (strcmp(s, "seccomp") == 0)
		return 2;
	if (strncmp(s, "landlock-", 9) != 0)
		return 52;
	return strstr(s, "+seccomp") != NULL ? 3 : 1;
}

static int
require(void)
{
	struct err e = { 0 };
	enum rc rc = sandbox_enter(SANDBOX_REQUIRE, &in, &e);

	if (rc == RC_OK)
		return 0;
	return rc == RC_FAIL && e.what != NULL ? 1 : 2;
}

static void
states(void **state)
{
	int s = in_child(tell_state);

	(void)state;
	assert_true(s < 50);
	with_landlock = s == 1 || s == 3;
	with_seccomp = s == 2 || s == 3;
	assert_int_equal(in_child(require), s == 3 ? 0 : 1);
}

static int
no_new_privileges(void)
{
	enter();
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 :
	    /* seccomp does not let us ask */
	    errno == EPERM ? 0 : 1;
}

/* 0 if the call failed with EPERM or EACCES, as it has to. */
static int
denied(long ret)
{
	if (ret != -1)
		return 1;
	return errno == EPERM || errno == EACCES ? 0 : 2;
}

#define ENTER_AND(name, call)						\
static int								\
name(void)								\
{									\
	enter();							\
	return denied((long)(call));					\
}

ENTER_AND(open_other, open(other, O_RDONLY))
ENTER_AND(open_passwd, open("/etc/passwd", O_RDONLY))
ENTER_AND(open_proc, open("/proc/self/environ", O_RDONLY))
ENTER_AND(list_root, open("/", O_RDONLY | O_DIRECTORY))
ENTER_AND(open_write, open(file, O_WRONLY))
ENTER_AND(open_rdwr, open(file, O_RDWR))
ENTER_AND(open_trunc, open(file, O_RDONLY | O_TRUNC))
ENTER_AND(open_creat, open(in_tmp("in/new"), O_RDONLY | O_CREAT, 0600))
ENTER_AND(open_tmpfile, open(tmpdir, O_RDWR | O_TMPFILE, 0600))
ENTER_AND(open_path, open(other, O_PATH))
ENTER_AND(open_old, syscall(SYS_openat2, AT_FDCWD, file,
    (uint64_t[3]){ O_WRONLY, 0, 0 }, sizeof(uint64_t[3])))
ENTER_AND(do_unlink, unlink(file))
ENTER_AND(do_rename, rename(file, other))
ENTER_AND(do_link, link(file, other))
ENTER_AND(do_symlink, symlink(file, other))
ENTER_AND(do_mkdir, mkdir(in_tmp("made"), 0700))
ENTER_AND(do_truncate, truncate(file, 0))
ENTER_AND(do_ftruncate, ftruncate(out_fd, 0))
ENTER_AND(do_chmod, chmod(file, 0777))
ENTER_AND(do_fchmod, fchmod(out_fd, 0777))
ENTER_AND(do_chown, chown(file, 1, 1))
ENTER_AND(do_utime, utimensat(AT_FDCWD, file, NULL, 0))
ENTER_AND(do_mknod, mknod(in_tmp("node"), S_IFIFO | 0600, 0))
ENTER_AND(do_umask, syscall(SYS_umask, 0))
ENTER_AND(do_chdir, chdir("/"))
ENTER_AND(do_socket, socket(AF_INET, SOCK_STREAM, 0))
ENTER_AND(do_socket_unix, socket(AF_UNIX, SOCK_DGRAM, 0))
ENTER_AND(do_socketpair, socketpair(AF_UNIX, SOCK_STREAM, 0, (int[2]){ 0 }))
ENTER_AND(do_exec, execl("/bin/true", "true", (char *)NULL))
ENTER_AND(do_fork, fork())
ENTER_AND(do_clone, syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0))
ENTER_AND(do_clone_vm, syscall(SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD,
    0, 0, 0, 0))
ENTER_AND(do_clone_ns, syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0,
    0))
ENTER_AND(do_unshare, unshare(CLONE_NEWUSER))
ENTER_AND(do_kill, kill(getppid(), 0))
ENTER_AND(do_tgkill, syscall(SYS_tgkill, getppid(), getppid(), 0))
ENTER_AND(do_ptrace, syscall(SYS_ptrace, 0, 0, 0, 0))
ENTER_AND(do_map_exec, (long)(intptr_t)mmap(NULL, 4096, PROT_READ | PROT_EXEC,
    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
ENTER_AND(do_tiocsti, ioctl(0, TIOCSTI, "x"))
ENTER_AND(do_setrlimit, setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 9, 9 }))
ENTER_AND(do_setown, fcntl(out_fd, F_SETOWN, 1))
ENTER_AND(do_memfd, syscall(SYS_memfd_create, "x", 0))
ENTER_AND(do_seccomp, syscall(SYS_seccomp, 0, 0, NULL))
ENTER_AND(do_uring, syscall(SYS_io_uring_setup, 1, NULL))
ENTER_AND(do_bpf, syscall(SYS_bpf, 0, NULL, 0))
ENTER_AND(do_mount, syscall(SYS_mount, "a", tmpdir, "tmpfs", 0, NULL))
ENTER_AND(do_setuid, setuid(65534))
ENTER_AND(do_inotify, syscall(SYS_inotify_init1, 0))

static int
do_protect_exec(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	enter();
	return denied(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

static int
do_connect(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(9),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int s = socket(AF_INET, SOCK_STREAM, 0);

	enter();
	return denied(connect(s, (struct sockaddr *)&a, sizeof(a)));
}

static int
do_bind(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int s = socket(AF_INET, SOCK_STREAM, 0);

	enter();
	return denied(bind(s, (struct sockaddr *)&a, sizeof(a)));
}

static int
do_spawn(void)
{
	char *argv[] = { (char[]){ "true" }, NULL };
	pid_t pid;

	enter();
	return posix_spawn(&pid, "/bin/true", NULL, NULL, argv, NULL) == EPERM ?
	    0 : 1;
}

static int
do_system(void)
{
	enter();
	return system("true") == 0 ? 1 : 0;
}

struct attempt {
	const char	*name;
	int		(*fn)(void);
};
#define ATTEMPT(fn)	{ #fn, fn }

static void
all_fail(const struct attempt *t, size_t n)
{
	int bad = 0;

	for (size_t i = 0; i < n; i++) {
		int status = in_child(t[i].fn);

		if (status != 0)
			fprintf(stderr, "%s: status %d\n", t[i].name, status);
		bad += status != 0;
	}
	assert_int_equal(bad, 0);
}

static void
landlock(void **state)
{
	static const struct attempt t[] = {
		ATTEMPT(open_other), ATTEMPT(open_passwd), ATTEMPT(open_proc),
		ATTEMPT(list_root), ATTEMPT(open_write), ATTEMPT(open_rdwr),
		ATTEMPT(open_creat), ATTEMPT(open_tmpfile),
		ATTEMPT(do_unlink), ATTEMPT(do_mkdir), ATTEMPT(do_exec)
	};

	(void)state;
	if (!with_landlock) {
		print_message("# SKIP: Landlock is not in force\n");
		return;
	}
	all_fail(t, sizeof(t) / sizeof(t[0]));
}

static void
seccomp(void **state)
{
	static const struct attempt t[] = {
		ATTEMPT(open_write), ATTEMPT(open_rdwr), ATTEMPT(open_trunc),
		ATTEMPT(open_creat), ATTEMPT(open_tmpfile), ATTEMPT(open_path),
		ATTEMPT(open_old), ATTEMPT(do_unlink), ATTEMPT(do_rename),
		ATTEMPT(do_link), ATTEMPT(do_symlink), ATTEMPT(do_mkdir),
		ATTEMPT(do_truncate), ATTEMPT(do_ftruncate), ATTEMPT(do_chmod),
		ATTEMPT(do_fchmod), ATTEMPT(do_chown), ATTEMPT(do_utime),
		ATTEMPT(do_mknod), ATTEMPT(do_umask), ATTEMPT(do_chdir),
		ATTEMPT(do_socket), ATTEMPT(do_socket_unix),
		ATTEMPT(do_socketpair), ATTEMPT(do_connect), ATTEMPT(do_bind),
		ATTEMPT(do_exec), ATTEMPT(do_spawn), ATTEMPT(do_system),
		ATTEMPT(do_fork), ATTEMPT(do_clone), ATTEMPT(do_clone_vm),
		ATTEMPT(do_clone_ns), ATTEMPT(do_unshare), ATTEMPT(do_kill),
		ATTEMPT(do_tgkill), ATTEMPT(do_ptrace), ATTEMPT(do_map_exec),
		ATTEMPT(do_protect_exec), ATTEMPT(do_tiocsti),
		ATTEMPT(do_setrlimit), ATTEMPT(do_setown), ATTEMPT(do_memfd),
		ATTEMPT(do_seccomp), ATTEMPT(do_uring), ATTEMPT(do_bpf),
		ATTEMPT(do_mount), ATTEMPT(do_setuid), ATTEMPT(do_inotify)
	};

	(void)state;
	if (!with_seccomp) {
		print_message("# SKIP: seccomp is not in force\n");
		return;
	}
	all_fail(t, sizeof(t) / sizeof(t[0]));
	if (in_child(no_new_privileges) != 0)
		fail();
}

static int
read_inputs(void)
{
	const char *path[] = { file, gzfile, pipe_path };

	enter();
	for (size_t i = 0; i < 3; i++) {
		struct reader *r;
		struct reader_stream s;
		struct reader_total total;
		struct err e;
		uint64_t off;
		size_t n = 0;
		bool eof = false;

		if (reader_open(&r, path[i], i == 0, true, &e) != RC_OK)
			return 10 + (int)i;
		if (reader_stream(r, &s, &e) != RC_OK)
			return 20 + (int)i;
		while (!eof) {
			struct slice w = reader_window(r, &off, &eof);

			n += w.len;
			reader_consume(r, w.len);
			if (!eof && reader_more(r, &e) > RC_END)
				return 30 + (int)i;
		}
		if (reader_finish(r, &total, &e) != RC_OK ||
		    !total.has_sha256 || n == 0)
			return 40 + (int)i;
		reader_close(r);
	}
	return 0;
}

static void *
work(void *arg)
{
	char *p = malloc(1 << 20);

	memset(p, 1, 1 << 20);
	*(int *)arg += p[1 << 19];
	free(p);
	/* A thread is confined as well. */
	if (with_seccomp && open(other, O_WRONLY) != -1)
		*(int *)arg = 100;
	return NULL;
}

static int
use_threads(void)
{
	pthread_t t[8];
	int n[8] = { 0 };

	enter();
	for (size_t i = 0; i < 8; i++)
		if (pthread_create(&t[i], NULL, work, &n[i]) != 0)
			return 1;
	for (size_t i = 0; i < 8; i++)
		if (pthread_join(t[i], NULL) != 0 || n[i] != 1)
			return 2;
	return 0;
}

static int
write_out(void)
{
	struct timespec ts;
	char buf[16], *big;
	FILE *f;

	enter();
	if (write(out_fd, "first\n", 6) != 6)
		return 1;
	f = fdopen(out_fd, "a+");
	if (f == NULL || fprintf(f, "%d\n", 2) != 2 || fflush(f) != 0)
		return 2;
	if (pread(out_fd, buf, 8, 0) != 8 || memcmp(buf, "first\n2\n", 8) != 0)
		return 3;
	if (clock_gettime(CLOCK_REALTIME, &ts) != 0 || time(NULL) == 0 ||
	    nanosleep(&(struct timespec){ .tv_nsec = 1 }, NULL) != 0)
		return 4;
	big = malloc(50000000);
	if (big == NULL)
		return 5;
	memset(big, 1, 50000000);
	big = realloc(big, 100000000);
	if (big == NULL || big[49999999] != 1)
		return 6;
	free(big);
	if (sysconf(_SC_NPROCESSORS_ONLN) < 1)
		return 7;
	(void)isatty(out_fd);
	(void)signal(SIGPIPE, SIG_IGN);
	return fclose(f) == 0 ? 0 : 8;
}

/* A kernel that does not know these calls. */
static void
take_away(const int *call, size_t n)
{
	scmp_filter_ctx c = seccomp_init(SCMP_ACT_ALLOW);

	for (size_t i = 0; i < n; i++)
		if (seccomp_rule_add(c, SCMP_ACT_ERRNO(ENOSYS), call[i], 0) !=
		    0)
			_exit(98);
	if (seccomp_load(c) != 0)
		_exit(98);
	seccomp_release(c);
}

static int
without_landlock(void)
{
	struct err e = { 0 };

	take_away((int[]){ SCMP_SYS(landlock_create_ruleset) }, 1);
	enter();
	if (strcmp(sandbox_state(), "seccomp") != 0)
		return 1;
	if (open(other, O_RDONLY) == -1 || open(other, O_WRONLY) != -1)
		return 2;
	return sandbox_enter(SANDBOX_REQUIRE, &in, &e) == RC_FAIL &&
	    e.what != NULL ? 0 : 3;
}

static int
without_seccomp(void)
{
	struct err e = { 0 };

	take_away((int[]){ SCMP_SYS(seccomp), SCMP_SYS(prctl) }, 2);
	enter();
	if (strncmp(sandbox_state(), "landlock-", 9) != 0 ||
	    strchr(sandbox_state(), '+') != NULL)
		return 1;
	if (open(other, O_RDONLY) != -1 || open(file, O_RDONLY) == -1 ||
	    open(file, O_WRONLY) != -1 || mkdir(in_tmp("no"), 0700) != -1)
		return 2;
	return sandbox_enter(SANDBOX_REQUIRE, &in, &e) == RC_FAIL &&
	    e.what != NULL ? 0 : 3;
}

static int
without_both(void)
{
	take_away((int[]){ SCMP_SYS(seccomp), SCMP_SYS(prctl),
	    SCMP_SYS(landlock_create_ruleset) }, 3);
	enter();
	return strcmp(sandbox_state(), "none") == 0 ? 0 : 1;
}

static void
older_kernels(void **state)
{
	(void)state;
	if (!with_landlock || !with_seccomp) {
		print_message("# SKIP: the kernel is old itself\n");
		return;
	}
	assert_int_equal(in_child(without_landlock), 0);
	assert_int_equal(in_child(without_seccomp), 0);
	assert_int_equal(in_child(without_both), 0);
}

static int
do_abort(void)
{
	enter();
	abort();
}

static int
no_inputs(void)
{
	struct err e;

	if (sandbox_enter(SANDBOX_AUTO, NULL, &e) != RC_OK)
		return 99;
	return denied(open(file, O_RDONLY));
}

/* New files in one directory, and nothing else is written. */
static int
new_files(void)
{
	const int new = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
	int dir = open(in_tmp("made"), O_RDONLY | O_DIRECTORY), fd;

	sandbox_allow_new(dir);
	enter();
	fd = openat(dir, "a/new", new, 0600);
	if (fd == -1 || write(fd, "x", 1) != 1)
		return 1;
	if (openat(dir, "a/new", new, 0600) != -1 || errno != EEXIST)
		return 2;
	if (openat(dir, "a/link", new, 0600) != -1)
		return 3;
	if (with_seccomp && (openat(dir, "a/new", O_WRONLY) != -1 ||
	    openat(dir, "b", O_WRONLY | O_CREAT, 0600) != -1 ||
	    openat(dir, "a/new", O_RDWR) != -1))
		return 4;
	if (with_landlock && (open(in_tmp("no"), new, 0600) != -1 ||
	    openat(dir, "../no", new, 0600) != -1 ||
	    openat(dir, "a/new", O_RDONLY) != -1))
		return 5;
	return mkdirat(dir, "c", 0700) == -1 ? 0 : 6;
}

static void
new_in_a_directory(void **state)
{
	(void)state;
	assert_int_equal(mkdir(in_tmp("made"), 0700), 0);
	assert_int_equal(mkdir(in_tmp("made/a"), 0700), 0);
	assert_int_equal(symlink("nowhere", in_tmp("made/a/link")), 0);
	if (with_landlock && with_seccomp)
		assert_int_equal(in_child(new_files), 0);
	else
		print_message("# SKIP: the kernel lacks something\n");
	(void)unlink(in_tmp("made/a/new"));
	assert_int_equal(unlink(in_tmp("made/a/link")), 0);
	assert_int_equal(rmdir(in_tmp("made/a")), 0);
	assert_int_equal(rmdir(in_tmp("made")), 0);
}

static void
what_works(void **state)
{
	int fd[2], status;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(write(fd[1], "through a pipe\n", 15), 15);
	close(fd[1]);
	snprintf(pipe_path, sizeof(pipe_path), "/dev/fd/%d", fd[0]);
	roots[1] = pipe_path;
	in.nroots = 2;
	status = in_child(read_inputs);
	if (status != 0)
		fprintf(stderr, "read_inputs: status %d\n", status);
	assert_int_equal(status, 0);
	in.nroots = 1;
	close(fd[0]);
	assert_int_equal(in_child(use_threads), 0);
	assert_int_equal(in_child(write_out), 0);
	assert_int_equal(in_child(do_abort), 128 + SIGABRT);
	if (with_landlock)
		assert_int_equal(in_child(no_inputs), 0);
}

static void
set_up(void)
{
	struct buf text, gz;
	char dir[512];

	make_tmpdir();
	snprintf(dir, sizeof(dir), "%s/in", tmpdir);
	if (mkdir(dir, 0700) != 0)
		abort();
	snprintf(file, sizeof(file), "%s/in/mail.log", tmpdir);
	snprintf(gzfile, sizeof(gzfile), "%s/in/mail.log.gz", tmpdir);
	snprintf(other, sizeof(other), "%s/other", tmpdir);
	buf_init(&text, (size_t)8 << 20);
	buf_init(&gz, (size_t)8 << 20);
	add_text(&text, (size_t)5 << 20, 1);
	add_gzip(&gz, buf_slice(&text), 1, 0);
	put_buf(file, &text);
	put_buf(gzfile, &gz);
	put_file(other, "x", 1);
	buf_free(&text);
	buf_free(&gz);
	out_fd = open(in_tmp("out"), O_RDWR | O_CREAT | O_APPEND, 0600);
	if (out_fd == -1)
		abort();
	roots[0] = strdup(dir);
	in.roots = roots;
	in.nroots = 1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states),
		cmocka_unit_test(landlock),
		cmocka_unit_test(seccomp),
		cmocka_unit_test(what_works),
		cmocka_unit_test(new_in_a_directory),
		cmocka_unit_test(older_kernels)
	};
	int failed;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	set_up();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	close(out_fd);
	free(roots[0]);
	remove_tmpdir();
	return failed == 0 ? 0 : 1;
}
