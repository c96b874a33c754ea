#include "base/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/utf8.h"

/* The tool's own name and -q: set once at start, never by evidence. */
static const char *tool = "postmortem";
static int quiet;

/*
 * A descriptor 0 to 2 that is closed would be taken by the next file that is
 * opened, and output would go there.  What takes its place fails to read or
 * to write as before.
 */
static void
fill_descriptors(void)
{
	for (int fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) == -1 && open("/dev/null", fd == 0 ?
		    O_WRONLY : O_RDONLY) != fd)
			return;
}

void
msg_init(const char *argv0)
{
	size_t slash;
	struct slice name = slice_cstr(argv0);

	slash = slice_rchr(name, '/');
	if (name.len > 0)
		tool = slash == SLICE_NONE ? argv0 : argv0 + slash + 1;
	mem_init();
	hash_init();
	fill_descriptors();
}

const char *
msg_tool(void)
{
	return tool;
}

void
msg_quiet(int on)
{
	quiet = on;
}

int
msg_is_quiet(void)
{
	return quiet;
}

/* One line to standard error, written at once. */
static void
say(const char *fmt, va_list ap)
{
	char line[2048];
	int n, m;

	n = snprintf(line, sizeof(line), "%s: ", tool);
	if (n < 0 || (size_t)n >= sizeof(line) - 2)
		n = 0;
	m = vsnprintf(line + n, sizeof(line) - (size_t)n - 1, fmt, ap);
	if (m < 0)
		return;
	if ((size_t)m >= sizeof(line) - (size_t)n - 1)
		m = (int)(sizeof(line) - (size_t)n - 2);
	line[n + m] = '\n';
	(void)fwrite(line, 1, (size_t)(n + m) + 1, stderr);
	(void)fflush(stderr);
}

int
msg_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	return EXIT_TROUBLE;
}

void
msg_note(const char *fmt, ...)
{
	va_list ap;

	if (quiet)
		return;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

int
msg_err(const char *name, enum rc rc, const struct err *e)
{
	char safe[1024];

	msg_quote(safe, sizeof(safe), slice_cstr(name));
	if (rc == RC_DAMAGED)
		return msg_error("%s: offset %llu: %s", safe,
		    (unsigned long long)e->off, e->what);
	if (e->sys != 0)
		return msg_error("%s: %s: %s", safe, e->what, strerror(e->sys));
	return msg_error("%s: %s", safe, e->what);
}

void
msg_panic(const char *what)
{
	(void)fprintf(stderr, "%s: bug: %s\n", tool, what);
	abort();
}

void
msg_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	(void)fprintf(stderr, "try '%s -h', or: man %s\n", tool, tool);
	exit(EXIT_TROUBLE);
}

char *
msg_quote(char *dst, size_t cap, struct slice s)
{
	size_t n = 0, pos = 0;

	if (cap == 0)
		return dst;
	while (pos < s.len) {
		uint32_t cp;
		size_t len = utf8_next(slice_from(s, pos), &cp);
		char esc[16];
		int m;

		if (cp != UTF8_BAD && !utf8_unsafe(cp)) {
			if (n + len + 4 > cap)
				break;
			memcpy(dst + n, s.ptr + pos, len);
			n += len;
		} else {
			if (cp == UTF8_BAD || cp < 0x80)
				m = snprintf(esc, sizeof(esc), "\\x%02x",
				    s.ptr[pos]);
			else
				m = snprintf(esc, sizeof(esc), "\\u%04x",
				    (unsigned int)cp);
			if (n + (size_t)m + 4 > cap)
				break;
			memcpy(dst + n, esc, (size_t)m);
			n += (size_t)m;
		}
		pos += len;
	}
	if (pos < s.len && n + 4 <= cap) {
		memcpy(dst + n, "...", 3);
		n += 3;
	}
	dst[n] = '\0';
	return dst;
}

int
msg_join(int a, int b)
{
	if (a == EXIT_NO || b == EXIT_NO)
		return EXIT_NO;
	return a > b ? a : b;
}
