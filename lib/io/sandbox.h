/*
 * sandbox - give up what reading evidence does not need
 *
 * sandbox_enter, called once before the first byte of evidence is read and
 * before any thread is started: no new privileges; Landlock (read files
 * beneath the named inputs, nothing else; no TCP, no signals and abstract
 * sockets out of the process; by system call, the best ABI that both the
 * kernel and we know); a seccomp allow-list (libseccomp) for reading, writing
 * to descriptors that are open, memory that is not executable, time,
 * threads: openat only for reading, clone only for threads, no sockets, no
 * exec.  Anything else fails with EPERM; no call kills the process.
 *
 * What a tool needs later has to be there before: outputs and spools open,
 * time zones and databases loaded, patterns compiled.  No descriptor is
 * renamed, truncated, locked or made to send signals.
 *
 * SANDBOX_AUTO takes what the kernel has.  SANDBOX_REQUIRE makes a kernel
 * without one of them an error (RC_FAIL); SANDBOX_OFF does nothing.  Sanitizer
 * and valgrind builds run unconfined, say so in sandbox_state, and fail with
 * SANDBOX_REQUIRE.  The state is a static text: "landlock-6+seccomp",
 * "landlock-6", "seccomp", "none", "off", "none (sanitizer)", "none
 * (valgrind)"; it is "off" before sandbox_enter.  inputs may be NULL: nothing
 * can be opened then.  The state is the process's, hence global.
 */
#ifndef IO_SANDBOX_H
#define IO_SANDBOX_H

#include "base/err.h"
#include "io/inputs.h"

enum sandbox_mode {
	SANDBOX_AUTO,
	SANDBOX_REQUIRE,
	SANDBOX_OFF
};

/*
 * Called before sandbox_enter: new files may be made beneath this directory,
 * which stays open.  They are opened with O_WRONLY, O_CREAT, O_EXCL and
 * O_NOFOLLOW, or not at all.  Without Landlock the flags alone protect what is
 * there already.
 */
void		 sandbox_allow_new(int dir);
enum rc		 sandbox_enter(enum sandbox_mode, const struct inputs *,
		    struct err *);
const char	*sandbox_state(void);

#endif
