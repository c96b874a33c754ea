#include "io/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/slice.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer) || \
    __has_feature(undefined_behavior_sanitizer)
#define SANITIZED	1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
    defined(SANITIZER_BUILD)
#define SANITIZED	1
#endif
#ifndef SANITIZED
#define SANITIZED	0
#endif

/*
 * Landlock's interface, spelled out because the headers of a build host may
 * be older than the kernel (Linux: include/uapi/linux/landlock.h).
 */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset	444
#define SYS_landlock_add_rule		445
#define SYS_landlock_restrict_self	446
#endif
#define LL_VERSION	1u		/* flag: tell the ABI */
#define LL_PATH_BENEATH	1		/* type of rule */
#define LL_WRITE_FILE	(UINT64_C(1) << 1)
#define LL_READ_FILE	(UINT64_C(1) << 2)
#define LL_READ_DIR	(UINT64_C(1) << 3)
#define LL_MAKE_REG	(UINT64_C(1) << 8)
#define LL_FS_1		((UINT64_C(1) << 13) - 1)
#define LL_FS_2		(UINT64_C(1) << 13)	/* refer */
#define LL_FS_3		(UINT64_C(1) << 14)	/* truncate */
#define LL_FS_5		(UINT64_C(1) << 15)	/* ioctl of devices */
#define LL_NET_4	UINT64_C(3)		/* TCP bind and connect */
#define LL_SCOPE_6	UINT64_C(3)		/* abstract sockets, signals */
#define LL_ABI		6			/* the last one known here */

struct ll_ruleset {
	uint64_t	fs;
	uint64_t	net;
	uint64_t	scoped;
};

struct ll_beneath {
	uint64_t	access;
	int32_t		fd;
} __attribute__((packed));

static char state[32] = "off";
static int new_dir = -1;	/* see sandbox_allow_new */

const char *
sandbox_state(void)
{
	return state;
}

void
sandbox_allow_new(int dir)
{
	new_dir = dir;
}

/* Landlock's ABI, 0 without it. */
static int
landlock_abi(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0,
	    LL_VERSION);

	if (abi < 0)
		return 0;
	return abi > LL_ABI ? LL_ABI : (int)abi;
}

/* Everything that an ABI can forbid, and the size of the structure then. */
static size_t
all_rights(int abi, struct ll_ruleset *all)
{
	*all = (struct ll_ruleset){ .fs = LL_FS_1 };
	if (abi >= 2)
		all->fs |= LL_FS_2;
	if (abi >= 3)
		all->fs |= LL_FS_3;
	if (abi >= 4)
		all->net = LL_NET_4;
	if (abi >= 5)
		all->fs |= LL_FS_5;
	if (abi >= 6)
		all->scoped = LL_SCOPE_6;
	return abi >= 6 ? sizeof(*all) : abi >= 4 ? 2 * sizeof(all->fs) :
	    sizeof(all->fs);
}

/* Allow to read beneath a named input. */
static bool
allow_root(int rules, const char *path)
{
	struct ll_beneath b = { .access = LL_READ_FILE };
	struct stat st;
	long ret;

	b.fd = open(path, O_PATH | O_CLOEXEC);
	/* What has vanished since, nobody can read either. */
	if (b.fd == -1)
		return true;
	if (fstat(b.fd, &st) == 0 && S_ISDIR(st.st_mode))
		b.access |= LL_READ_DIR;
	ret = syscall(SYS_landlock_add_rule, rules, LL_PATH_BENEATH, &b, 0u);
	/* EBADFD: a pipe such as /dev/fd/63; these are not restricted. */
	if (ret == -1 && errno == EBADFD)
		ret = 0;
	close(b.fd);
	return ret == 0;
}

/* Allow to make files beneath the directory of outputs. */
static bool
allow_new(int rules)
{
	struct ll_beneath b = { .access = LL_WRITE_FILE | LL_MAKE_REG,
		.fd = new_dir };

	return new_dir == -1 || syscall(SYS_landlock_add_rule, rules,
	    LL_PATH_BENEATH, &b, 0u) == 0;
}

/* The ABI in force, 0 when there is none; errno says why. */
static int
enter_landlock(const struct inputs *in)
{
	struct ll_ruleset all;
	int abi = landlock_abi();
	size_t size;
	long rules;
	bool good = true;

	if (abi == 0)
		return 0;
	size = all_rights(abi, &all);
	rules = syscall(SYS_landlock_create_ruleset, &all, size, 0u);
	if (rules < 0)
		return 0;
	for (size_t i = 0; in != NULL && i < in->nroots && good; i++)
		good = allow_root((int)rules, in->roots[i]);
	good = good && allow_new((int)rules);
	if (good)
		good = syscall(SYS_landlock_restrict_self, (int)rules, 0u) == 0;
	close((int)rules);
	return good ? abi : 0;
}

/* Calls that are allowed whatever their arguments. */
static const int plain_calls[] = {
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(preadv),
	SCMP_SYS(preadv2), SCMP_SYS(write), SCMP_SYS(writev),
	SCMP_SYS(pwrite64), SCMP_SYS(pwritev), SCMP_SYS(lseek),
	SCMP_SYS(_llseek), SCMP_SYS(close), SCMP_SYS(dup), SCMP_SYS(fsync),
	SCMP_SYS(fdatasync), SCMP_SYS(fadvise64), SCMP_SYS(readahead),
	SCMP_SYS(fstat), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(newfstatat),
	SCMP_SYS(statx), SCMP_SYS(getdents64), SCMP_SYS(poll),
	SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(pselect6),
	SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk),
	SCMP_SYS(getrandom), SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
	SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(times),
	SCMP_SYS(getrusage), SCMP_SYS(futex), SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(getcpu),
	SCMP_SYS(set_robust_list), SCMP_SYS(get_robust_list), SCMP_SYS(rseq),
	SCMP_SYS(sigaltstack), SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigpending), SCMP_SYS(rt_sigsuspend),
	SCMP_SYS(rt_sigtimedwait), SCMP_SYS(restart_syscall), SCMP_SYS(exit),
	SCMP_SYS(exit_group), SCMP_SYS(getpid), SCMP_SYS(getppid),
	SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid),
	SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(uname),
	SCMP_SYS(sysinfo)
};

static const int fcntl_commands[] = {
	F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD, F_DUPFD_CLOEXEC
};

static const unsigned long ioctl_requests[] = {
	TCGETS, TIOCGWINSZ, FIONREAD,
	0x802c542a	/* TCGETS2, whose header does not go with termios.h */
};

/* clone: flags of a thread, and flags that make a new world. */
#define CLONE_A_THREAD	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | \
			CLONE_THREAD)
#define CLONE_A_WORLD	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | \
			CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | \
			CLONE_NEWNET | CLONE_VFORK | CLONE_PTRACE)

/* Allow a call if one argument, masked, has a value. */
static int
allow_if(scmp_filter_ctx c, int call, unsigned int arg, uint64_t mask,
    uint64_t value)
{
	struct scmp_arg_cmp cmp = { .arg = arg, .op = SCMP_CMP_MASKED_EQ,
	    .datum_a = mask, .datum_b = value };

	return seccomp_rule_add_array(c, SCMP_ACT_ALLOW, call, 1, &cmp);
}

/* Calls whose arguments matter. */
static int
add_checked_calls(scmp_filter_ctx c)
{
	const uint64_t write_flags = O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND |
	    (O_TMPFILE & ~O_DIRECTORY) | O_PATH;
	struct scmp_arg_cmp self = { .arg = 0, .op = SCMP_CMP_EQ,
	    .datum_a = (uint64_t)getpid() };
	struct scmp_arg_cmp get[] = {
		{ .arg = 0, .op = SCMP_CMP_EQ, .datum_a = 0 },
		{ .arg = 2, .op = SCMP_CMP_EQ, .datum_a = 0 }
	};
	int bad = 0;

	bad |= allow_if(c, SCMP_SYS(openat), 2, write_flags, O_RDONLY);
	if (new_dir != -1)
		bad |= allow_if(c, SCMP_SYS(openat), 2, write_flags | O_EXCL |
		    O_NOFOLLOW, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW);
	bad |= allow_if(c, SCMP_SYS(mmap), 2, PROT_EXEC, 0);
	bad |= allow_if(c, SCMP_SYS(mmap2), 2, PROT_EXEC, 0);
	bad |= allow_if(c, SCMP_SYS(mprotect), 2, PROT_EXEC, 0);
	bad |= allow_if(c, SCMP_SYS(clone), 0, CLONE_A_THREAD | CLONE_A_WORLD,
	    CLONE_A_THREAD);
	/* Its flags are out of sight; glibc falls back to clone. */
	bad |= seccomp_rule_add(c, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3),
	    0);
	/* abort and raise */
	bad |= seccomp_rule_add_array(c, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
	    &self);
	bad |= seccomp_rule_add_array(c, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64),
	    2, get);
	for (size_t i = 0; i < sizeof(fcntl_commands) / sizeof(int); i++)
		bad |= allow_if(c, SCMP_SYS(fcntl), 1, UINT64_MAX,
		    (uint64_t)fcntl_commands[i]);
	for (size_t i = 0;
	    i < sizeof(ioctl_requests) / sizeof(ioctl_requests[0]); i++)
		bad |= allow_if(c, SCMP_SYS(ioctl), 1, UINT64_MAX,
		    ioctl_requests[i]);
	return bad;
}

/* True if the filter is in force; errno says why not. */
static bool
enter_seccomp(void)
{
	scmp_filter_ctx c = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int ret;

	if (c == NULL) {
		errno = ENOMEM;
		return false;
	}
	ret = seccomp_attr_set(c, SCMP_FLTATR_CTL_TSYNC, 1);
	for (size_t i = 0; ret == 0 &&
	    i < sizeof(plain_calls) / sizeof(plain_calls[0]); i++)
		ret = seccomp_rule_add(c, SCMP_ACT_ALLOW, plain_calls[i], 0);
	if (ret == 0 && add_checked_calls(c) != 0)
		ret = -EINVAL;
	if (ret == 0)
		ret = seccomp_load(c);
	seccomp_release(c);
	errno = -ret;
	return ret == 0;
}

/* True under valgrind, which needs more than we would leave it. */
static bool
in_valgrind(void)
{
	const struct slice mark = SLICE("vgpreload");
	const char *preload = getenv("LD_PRELOAD");
	char buf[8192];
	size_t len = 0;
	bool found = false;
	ssize_t n;
	int fd;

	/* The environment may lie; what is mapped does not. */
	if (preload == NULL ||
	    slice_find(slice_cstr(preload), mark) == SLICE_NONE)
		return false;
	fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return true;
	while (!found && (n = read(fd, buf + len, sizeof(buf) - len)) > 0) {
		len += (size_t)n;
		found = slice_find(slice_of(buf, len), mark) != SLICE_NONE;
		/* The name may be cut between two reads. */
		if (len > mark.len) {
			memmove(buf, buf + len - mark.len, mark.len);
			len = mark.len;
		}
	}
	close(fd);
	return found;
}

/* Fail with or without an errno. */
static enum rc
refuse(struct err *e, int sys, const char *what)
{
	errno = sys;
	return err_fail(e, what);
}

enum rc
sandbox_enter(enum sandbox_mode mode, const struct inputs *in, struct err *e)
{
	const char *bare = NULL;
	int abi, why_landlock, why_seccomp;
	bool filter;

	if (mode == SANDBOX_OFF)
		return RC_OK;
	if (SANITIZED)
		bare = "none (sanitizer)";
	else if (in_valgrind())
		bare = "none (valgrind)";
	if (bare != NULL) {
		(void)snprintf(state, sizeof(state), "%s", bare);
		return mode == SANDBOX_REQUIRE ? refuse(e, 0,
		    "no sandbox with a sanitizer or valgrind") : RC_OK;
	}
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	errno = ENOSYS;
	abi = enter_landlock(in);
	why_landlock = errno;
	filter = enter_seccomp();
	why_seccomp = errno;
	if (abi > 0)
		(void)snprintf(state, sizeof(state), "landlock-%d%s", abi,
		    filter ? "+seccomp" : "");
	else
		(void)snprintf(state, sizeof(state), "%s",
		    filter ? "seccomp" : "none");
	if (mode == SANDBOX_REQUIRE && abi == 0)
		return refuse(e, why_landlock, "no sandbox by Landlock");
	if (mode == SANDBOX_REQUIRE && !filter)
		return refuse(e, why_seccomp, "no sandbox by seccomp");
	return RC_OK;
}
