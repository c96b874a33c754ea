#include "source/runlog.h"

#include <archive.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/crypto.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#include "base/caltime.h"
#include "base/mem.h"
#include "base/msg.h"
#include "io/digest.h"
#include "io/pump.h"
#include "io/sandbox.h"

#define HEAD		"{\"type\":\"run\","
#define TEXT_MAX	((size_t)256 * 1024 * 1024)
#define QUOTED		1024

struct runlog {
	const char	*name;
	int		 fd;
	bool		 torn;		/* the last line has no end */
	bool		 has_now;
	int64_t		 now;
	struct buf	 head;		/* of the object, up to the start */
	struct buf	 inputs;
	size_t		 left_out;	/* inputs */
	struct pump	*pump;		/* NULL: no standard output */
	struct digest	*digest;
	uint64_t	 size;		/* of the output */
};

/* Of the process, as its standard output is. */
static struct runlog *run;

static void
add(struct buf *b, const char *s)
{
	(void)buf_add(b, slice_cstr(s));
}

/* ,"key":"value" */
static void
add_text(struct buf *b, const char *key, struct slice value)
{
	add(b, ",\"");
	add(b, key);
	add(b, "\":\"");
	(void)rec_json_escape(b, value);
	add(b, "\"");
}

static void
add_number(struct buf *b, const char *key, uint64_t v)
{
	add(b, ",\"");
	add(b, key);
	add(b, "\":");
	(void)buf_addu(b, v);
}

static void
add_time(struct buf *b, const char *key)
{
	unsigned char text[CALTIME_MAX];
	struct timespec ts = { .tv_sec = (time_t)run->now };

	if (!run->has_now)
		(void)clock_gettime(CLOCK_REALTIME, &ts);
	add_text(b, key, slice_of(text, caltime_text(text, ts.tv_sec,
	    (uint32_t)ts.tv_nsec, run->has_now ? 0 : 3)));
}

static void
seen(void *arg, struct slice s)
{
	struct runlog *r = arg;

	r->size += s.len;
	digest_add(r->digest, s);
}

/* Why a file is no place for a run log; NULL if it is one. */
static const char *
refusal(int fd, bool *torn)
{
	char head[sizeof(HEAD) - 1], last;
	struct stat st;

	if (fstat(fd, &st) == -1)
		return strerror(errno);
	if (S_ISCHR(st.st_mode) || S_ISFIFO(st.st_mode))
		return NULL;
	if (!S_ISREG(st.st_mode))
		return "not a file";
	if (st.st_size == 0)
		return NULL;
	if (pread(fd, head, sizeof(head), 0) != (ssize_t)sizeof(head) ||
	    !slice_eq(slice_of(head, sizeof(head)), SLICE(HEAD)))
		return "the file is there and is no run log: not touched";
	*torn = pread(fd, &last, 1, st.st_size - 1) == 1 && last != '\n';
	return NULL;
}

/* Arguments lie in memory as they were given, whatever getopt has moved. */
static int
by_place(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t)*(char *const *)a;
	uintptr_t y = (uintptr_t)*(char *const *)b;

	return x < y ? -1 : x > y;
}

static void
add_arguments(struct buf *b, int argc, char **argv)
{
	size_t n = argc > 0 ? (size_t)argc : 0;
	char **v = mem_alloc(n + 1, sizeof(*v));

	if (n > 0)
		memcpy(v, argv, n * sizeof(*v));
	qsort(v, n, sizeof(*v), by_place);
	add(b, ",\"arguments\":[");
	for (size_t i = 0; i < n; i++) {
		add(b, i == 0 ? "\"" : ",\"");
		(void)rec_json_escape(b, slice_cstr(v[i]));
		add(b, "\"");
	}
	add(b, "]");
	mem_free(v);
}

static void
add_libraries(struct buf *b)
{
	const struct scmp_version *s = seccomp_version();
	char text[64], pcre[64] = "";

	add(b, ",\"libraries\":{\"zlib\":\"");
	(void)rec_json_escape(b, slice_cstr(zlibVersion()));
	add(b, "\"");
	(void)snprintf(text, sizeof(text), "%d.%d.%d",
	    archive_version_number() / 1000000,
	    archive_version_number() / 1000 % 1000,
	    archive_version_number() % 1000);
	add_text(b, "libarchive", slice_cstr(text));
	(void)pcre2_config(PCRE2_CONFIG_VERSION, pcre);
	add_text(b, "pcre2", slice_cstr(pcre));
	add_text(b, "openssl",
	    slice_cstr(OpenSSL_version(OPENSSL_VERSION_STRING)));
	(void)snprintf(text, sizeof(text), "%u.%u.%u", s->major, s->minor,
	    s->micro);
	add_text(b, "libseccomp", slice_cstr(text));
	add(b, "}");
}

/* The end of a program that did not come to runlog_close. */
static void
on_end(int status, void *arg)
{
	(void)arg;
	if (run != NULL)
		(void)runlog_close(status);
}

void
runlog_open(const struct opt *o, int argc, char **argv)
{
	char safe[QUOTED], cwd[PATH_MAX];
	const char *why;

	if (o->run_log == NULL)
		return;
	msg_quote(safe, sizeof(safe), slice_cstr(o->run_log));
	run = mem_alloc(1, sizeof(*run));
	run->name = o->run_log;
	run->has_now = o->has_now;
	run->now = o->now;
	run->fd = open(o->run_log, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC |
	    O_NOCTTY, 0666);
	why = run->fd == -1 ? strerror(errno) : refusal(run->fd, &run->torn);
	if (why != NULL) {
		mem_free(run);
		run = NULL;
		exit(msg_error("--run-log '%s': %s", safe, why));
	}
	buf_init(&run->head, TEXT_MAX);
	buf_init(&run->inputs, TEXT_MAX);
	add(&run->head, HEAD "\"tool\":\"");
	(void)rec_json_escape(&run->head, slice_cstr(msg_tool()));
	add(&run->head, "\"");
	add_text(&run->head, "version", slice_cstr(VERSION));
	add_arguments(&run->head, argc, argv);
	if (getcwd(cwd, sizeof(cwd)) != NULL)
		add_text(&run->head, "directory", slice_cstr(cwd));
	add_libraries(&run->head);
	add_time(&run->head, "start");
	run->digest = digest_start(-1, false, 0);
	(void)signal(SIGPIPE, SIG_IGN);
	run->pump = pump_out(STDOUT_FILENO, seen, run);
	(void)on_exit(on_end, NULL);
}

enum rc
runlog_start(struct err *e)
{
	return run == NULL || run->pump == NULL ? RC_OK :
	    pump_start(run->pump, e);
}

void
runlog_input(const char *path, const struct reader_total *t)
{
	struct buf *b;
	size_t before;

	if (run == NULL)
		return;
	b = &run->inputs;
	before = b->len;
	add(b, before == 0 ? "{\"path\":\"" : ",{\"path\":\"");
	(void)rec_json_escape(b, slice_cstr(path));
	add(b, "\"");
	if (t != NULL)
		add_number(b, "size", t->size);
	if (t != NULL && t->has_sha256)
		add_text(b, "sha256", slice_cstr(t->sha256));
	/* No half of one. */
	if (!buf_addc(b, '}')) {
		b->len = before;
		run->left_out++;
	}
}

/* The output ends; what there was of it, into the object. */
static int
end_output(struct buf *b, int status)
{
	char hex[DIGEST_HEX];
	struct err e;
	enum rc rc;

	(void)fflush(stdout);
	if (run->pump == NULL) {
		digest_drop(run->digest);
		return status;
	}
	rc = pump_finish(run->pump, &e);
	if (!digest_done(run->digest, hex))
		hex[0] = '\0';
	if (rc != RC_OK) {
		add(b, ",\"output\":{\"error\":\"");
		(void)rec_json_escape(b, slice_cstr(strerror(e.sys)));
		add(b, "\"}");
		/* A reader that has enough is no trouble. */
		return e.sys == EPIPE ? status :
		    msg_err("standard output", rc, &e);
	}
	add(b, ",\"output\":{\"size\":");
	(void)buf_addu(b, run->size);
	add_text(b, "sha256", slice_cstr(hex));
	add(b, "}");
	return status;
}

/* One write, so that runs side by side do not mix. */
static int
append(struct buf *b, int status)
{
	char safe[QUOTED];
	ssize_t n = write(run->fd, b->ptr, b->len);

	if (n == (ssize_t)b->len)
		return status;
	return msg_error("--run-log '%s': cannot write: %s",
	    msg_quote(safe, sizeof(safe), slice_cstr(run->name)),
	    n < 0 ? strerror(errno) : "disk full");
}

int
runlog_close(int status)
{
	struct buf b;

	if (run == NULL)
		return status;
	buf_init(&b, 3 * TEXT_MAX);
	if (run->torn)
		add(&b, "\n");
	(void)buf_add(&b, buf_slice(&run->head));
	status = end_output(&b, status);
	add_time(&b, "end");
	add_text(&b, "sandbox", slice_cstr(sandbox_state()));
	add(&b, ",\"inputs\":[");
	(void)buf_add(&b, buf_slice(&run->inputs));
	add(&b, "]");
	if (run->left_out > 0)
		add_number(&b, "inputs_left_out", run->left_out);
	add_number(&b, "status", (uint64_t)status);
	add(&b, "}\n");
	status = append(&b, status);
	buf_free(&b);
	buf_free(&run->head);
	buf_free(&run->inputs);
	(void)close(run->fd);
	mem_free(run);
	run = NULL;
	return status;
}
