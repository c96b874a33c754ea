/*
 * msg - diagnostics on standard error, and exit statuses
 *
 * Every line is "tool: text".  Evidence inside (file names, values) goes
 * through msg_quote, which writes controls and other unsafe characters as
 * \xNN or \uXXXX.  The texts are printf formats of our own; evidence is
 * never a format.
 *
 * Exit statuses are those of DESIGN.md 5: EXIT_YES 0, EXIT_NO 1,
 * EXIT_TROUBLE 2.
 */
#ifndef BASE_MSG_H
#define BASE_MSG_H

#include <stddef.h>

#include "base/err.h"
#include "base/slice.h"

#define EXIT_YES	0
#define EXIT_NO		1
#define EXIT_TROUBLE	2

#if defined(__GNUC__)
#define MSG_PRINTF(f, a)	__attribute__((format(printf, f, a)))
#else
#define MSG_PRINTF(f, a)
#endif

/* Remember the tool's name (its last path component). */
void	msg_init(const char *argv0);
const char *msg_tool(void);
/* No notes and warnings (-q); errors are still written. */
void	msg_quiet(int);
/* True if -q is in force. */
int	msg_is_quiet(void);

/* "tool: text": an error; returns EXIT_TROUBLE. */
int	msg_error(const char *fmt, ...) MSG_PRINTF(1, 2);
/* "tool: text": something the user should know; silent with -q. */
void	msg_note(const char *fmt, ...) MSG_PRINTF(1, 2);
/*
 * "tool: name: offset N: what" or "tool: name: what: strerror" for a
 * damaged file or a failed call; returns EXIT_TROUBLE for both.
 */
int	msg_err(const char *name, enum rc, const struct err *);
/* We have a bug: say where and abort. */
_Noreturn void msg_panic(const char *what);
/* Wrong usage: text, then how to get help; exits with EXIT_TROUBLE. */
_Noreturn void msg_usage(const char *fmt, ...) MSG_PRINTF(1, 2);

/*
 * s made safe for a terminal in dst (always ended by NUL, cut with "..."
 * when it does not fit); returns dst.
 */
char	*msg_quote(char *dst, size_t cap, struct slice s);

/* Join two statuses of a judge: 1 beats 2 beats 0. */
int	msg_join(int a, int b);

#endif
