/*
 * sandbox - give up what reading evidence does not need
 *
 * sandbox_enter, called once before the first byte of evidence is read and
 * before any thread is started: no new privileges; Landlock (read files
 * beneath the named inputs, nothing else; by system call, best ABI that the
 * kernel has); a seccomp allow-list (libseccomp) for reading, writing to
 * descriptors that are open, memory, time, threads: openat only for reading,
 * clone only for threads, no sockets, no exec.  Anything else gives EPERM,
 * exec and sockets end nothing but fail.
 *
 * SANDBOX_REQUIRE makes a kernel without one of them an error; SANDBOX_OFF
 * does nothing.  Sanitizer and valgrind builds run unconfined and say so in
 * sandbox_state.  The state is a static text such as "landlock-5+seccomp",
 * "seccomp", "none", "off", "none (sanitizer)".
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

enum rc		 sandbox_enter(enum sandbox_mode, const struct inputs *,
		    struct err *);
const char	*sandbox_state(void);

#endif
