/* The reader on plain files, pipes and devices: windows, hashes, failures. */
#include "readall.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "io/sniff.h"
#include "io/srcpath.h"

#define MB	((size_t)1024 * 1024)

/* A file comes out as it is, whatever its size and the bite. */
static void
plain(void **state)
{
	static const size_t sizes[] = { 0, 1, 511, 512, 513, 4096,
	    READER_BUF - 1, READER_BUF, READER_BUF + 1, 3 * MB + 17 };
	static const size_t bites[] = { 0, 1000, 4097 };
	const char *path = in_tmp("plain.log");
	struct buf text;
	struct all a;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		buf_init(&text, 8 * MB);
		add_text(&text, sizes[i], 1);
		put_buf(path, &text);
		for (size_t j = 0; j < 3; j++) {
			read_all(&a, path, true, bites[j]);
			assert_int_equal(a.n, 1);
			assert_int_equal(a.v[0].rc, RC_OK);
			assert_string_equal(a.v[0].path, path);
			assert_string_equal(a.v[0].container, "");
			assert_int_equal(a.v[0].mtime, -1);
			assert_true(a.total.has_mtime);
			check_data(&a.v[0], buf_slice(&text));
			check_hash(&a, buf_slice(&text));
			free_all(&a);
		}
		buf_free(&text);
	}
}

/*
 * Take whole lines of len bytes only, leaving the cut one in the window;
 * in the end only what is less than a line is left.
 */
static void
read_lines(const char *path, struct slice text, size_t len)
{
	struct reader *r;
	struct reader_stream s;
	struct err e;
	uint64_t off;
	size_t pos = 0;
	bool eof;

	assert_int_equal(reader_open(&r, path, false, false, &e), RC_OK);
	assert_int_equal(reader_stream(r, &s, &e), RC_OK);
	for (;;) {
		struct slice w = reader_window(r, &off, &eof);
		size_t n = w.len - w.len % len;

		assert_int_equal(off, pos);
		assert_true(slice_eq(w, slice_sub(text, pos, w.len)));
		reader_consume(r, n);
		pos += n;
		if (n > 0)
			continue;
		if (eof)
			break;
		assert_true(reader_more(r, &e) <= RC_END);
	}
	assert_int_equal(text.len - pos, text.len % len);
	assert_int_equal(reader_stream(r, &s, &e), RC_END);
	reader_close(r);
}

static void
windows(void **state)
{
	static const size_t more[] = { 4095, 65535, 65537, READER_BUF - 1,
	    READER_BUF, READER_BUF + 1, MB + 3, READER_MAX };
	const char *path = in_tmp("lines.log");
	struct buf text;

	(void)state;
	buf_init(&text, 8 * MB);
	add_text(&text, 2 * READER_BUF + 1234, 2);
	put_buf(path, &text);
	for (size_t len = 1; len < 300; len++)
		read_lines(path, buf_slice(&text), len);
	text.len = 0;
	add_text(&text, 5 * MB + 99, 3);
	put_buf(path, &text);
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		read_lines(path, buf_slice(&text), more[i]);
	buf_free(&text);
}

/* The window grows to READER_MAX and no further, without an error. */
static void
largest_window(void **state)
{
	const char *path = in_tmp("large.log");
	struct buf text;
	struct reader *r;
	struct reader_stream s;
	struct err e;
	uint64_t off;
	size_t len = 0, n = 0;
	bool eof;

	(void)state;
	buf_init(&text, READER_MAX + 2 * MB);
	add_text(&text, READER_MAX + MB, 4);
	put_buf(path, &text);
	assert_int_equal(reader_open(&r, path, false, false, &e), RC_OK);
	assert_int_equal(reader_stream(r, &s, &e), RC_OK);
	for (;;) {
		struct slice w = reader_window(r, &off, &eof);

		assert_false(eof);
		if (n++ > 0 && w.len == len)
			break;
		assert_true(w.len > len || n == 1);
		len = w.len;
		assert_int_equal(reader_more(r, &e), RC_OK);
	}
	assert_int_equal(len, READER_MAX);
	assert_int_equal(off, 0);
	reader_consume(r, 1);
	assert_int_equal(reader_more(r, &e), RC_OK);
	assert_int_equal(reader_window(r, &off, &eof).len, READER_MAX);
	assert_int_equal(off, 1);
	reader_close(r);
	buf_free(&text);
}

/* Forensic paths: what would be taken for their own marks is encoded. */
static void
names(void **state)
{
	static const struct {
		const char *name, *want;
	} t[] = {
		{ "mail.log", "mail.log" },
		{ "a b+c~d:e", "a b+c~d:e" },
		{ "m!a@l%.log", "m%21a%40l%25.log" },
		{ "\001\t\n\033[31m\177", "%01%09%0A%1B[31m%7F" },
		{ "caf\303\251\377", "caf\303\251\377" },
		{ "../x", "../x" }
	};
	struct buf b, c;

	(void)state;
	srcpath_init(&b);
	srcpath_init(&c);
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct slice want = slice_cstr(t[i].want);

		srcpath_file(&b, slice_cstr(t[i].name));
		assert_true(slice_eq(buf_slice(&b), want));
		srcpath_member(&c, SLICE("X"), slice_cstr(t[i].name));
		assert_true(slice_eq(slice_from(buf_slice(&c), 2), want));
	}
	srcpath_data(&c, SLICE("a!b"), UINT64_MAX, SLICE("gzip"));
	assert_true(slice_eq(buf_slice(&c),
	    SLICE("a!b@18446744073709551615-GZIP")));
	buf_free(&b);
	buf_free(&c);
}

/* What is no container, though it begins like one. */
static void
near_misses(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		enum sniff want;
	} t[] = {
		{ "\x1f\x8b\x08\x00", 4, SNIFF_GZIP },
		{ "\x1f\x8b\x08\x1f", 4, SNIFF_GZIP },
		{ "\x1f\x8b\x08\x20", 4, SNIFF_NONE },
		{ "\x1f\x8b\x07\x00", 4, SNIFF_NONE },
		{ "\x1f\x8b\x08", 3, SNIFF_NONE },
		{ "\xfd" "7zXZ\0", 6, SNIFF_XZ },
		{ "\xfd" "7zXZ", 5, SNIFF_NONE },
		{ "\x28\xb5\x2f\xfd", 4, SNIFF_ZSTD },
		{ "\x28\xb5\x2f", 3, SNIFF_NONE },
		{ "BZh91AY&SY", 10, SNIFF_BZIP2 },
		{ "BZh9\x17rE8P\x90", 10, SNIFF_BZIP2 },
		{ "BZh01AY&SY", 10, SNIFF_NONE },
		{ "BZh91AY&S", 9, SNIFF_NONE },
		{ "BZh", 3, SNIFF_NONE },
		{ "PK\3\4", 4, SNIFF_ZIP },
		{ "PK\5\6", 4, SNIFF_ZIP },
		{ "PK\1\2", 4, SNIFF_NONE },
		{ "PK", 2, SNIFF_NONE },
		{ "070701", 6, SNIFF_NONE },
		{ "070707 is a number", 18, SNIFF_NONE },
		{ "", 0, SNIFF_NONE }
	};
	unsigned char head[SNIFF_LEN] = "name";

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		assert_int_equal(sniff(slice_of(t[i].bytes, t[i].len)),
		    t[i].want);
	/* "name" and the eight blanks that the sum counts as. */
	memcpy(head + 148, "001241\0 ", 8);
	assert_int_equal(sniff(slice_of(head, sizeof(head))), SNIFF_TAR);
	assert_int_equal(sniff(slice_of(head, sizeof(head) - 1)), SNIFF_NONE);
	head[0]++;
	assert_int_equal(sniff(slice_of(head, sizeof(head))), SNIFF_NONE);
	memset(head, 0, sizeof(head));
	assert_int_equal(sniff(slice_of(head, sizeof(head))), SNIFF_NONE);
}

/* Run fn with descriptor 0 being fd. */
static void
read_stdin(struct all *a, int fd, size_t bite)
{
	int old = dup(0);

	assert_true(old >= 0 && dup2(fd, 0) == 0);
	read_all(a, "-", true, bite);
	assert_int_equal(dup2(old, 0), 0);
	close(old);
}

/* A child that writes to a pipe in pieces. */
static pid_t
write_slowly(int fd, struct slice s, size_t piece, useconds_t pause)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	while (s.len > 0) {
		ssize_t n = write(fd, s.ptr, s.len < piece ? s.len : piece);

		if (n <= 0)
			_exit(1);
		s = slice_from(s, (size_t)n);
		if (pause > 0)
			usleep(pause);
	}
	_exit(0);
}

static void
pipes(void **state)
{
	static const size_t sizes[] = { 0, 1, 700, 300 * 1024, 5 * MB + 3 };
	static const size_t pieces[] = { 1, 100, 4096, 70000, MB };
	struct buf text;
	struct all a;
	int fd[2];

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		buf_init(&text, 8 * MB);
		add_text(&text, sizes[i], 5);
		assert_int_equal(pipe(fd), 0);
		if (write_slowly(fd[1], buf_slice(&text), pieces[i],
		    i == 2 ? 1000 : 0) < 0)
			abort();
		close(fd[1]);
		read_stdin(&a, fd[0], i == 3 ? 777 : 0);
		close(fd[0]);
		wait(NULL);
		assert_int_equal(a.n, 1);
		assert_string_equal(a.v[0].path, "-");
		check_data(&a.v[0], buf_slice(&text));
		check_hash(&a, buf_slice(&text));
		assert_false(a.total.has_mtime);
		free_all(&a);
		buf_free(&text);
	}
}

/* Standard input that does not block gives all the same. */
static void
nonblocking(void **state)
{
	struct buf text;
	struct all a;
	int fd[2];

	(void)state;
	buf_init(&text, MB);
	add_text(&text, 20000, 6);
	assert_int_equal(pipe(fd), 0);
	assert_int_equal(fcntl(fd[0], F_SETFL, O_NONBLOCK), 0);
	if (write_slowly(fd[1], buf_slice(&text), 1000, 500) < 0)
		abort();
	close(fd[1]);
	read_stdin(&a, fd[0], 0);
	close(fd[0]);
	wait(NULL);
	check_data(&a.v[0], buf_slice(&text));
	check_hash(&a, buf_slice(&text));
	free_all(&a);
	buf_free(&text);
}

/* Standard input in the middle of a file: the rest, and its hash. */
static void
stdin_in_the_middle(void **state)
{
	const char *path = in_tmp("middle.log");
	struct buf text;
	struct all a;
	int fd;

	(void)state;
	buf_init(&text, 8 * MB);
	add_text(&text, 3 * MB, 7);
	put_buf(path, &text);
	fd = open(path, O_RDONLY);
	assert_int_equal(lseek(fd, 12345, SEEK_SET), 12345);
	read_stdin(&a, fd, 0);
	close(fd);
	check_data(&a.v[0], slice_from(buf_slice(&text), 12345));
	check_hash(&a, slice_from(buf_slice(&text), 12345));
	assert_true(a.total.has_mtime);
	free_all(&a);
	buf_free(&text);
}

/* What is appended while it is read is read too. */
static void
growing(void **state)
{
	const char *path = in_tmp("growing.log");
	struct buf text;
	struct reader *r;
	struct reader_stream s;
	struct reader_total total;
	struct err e;
	uint64_t off;
	size_t n = 0, rounds = 0;
	char hex[65];
	bool eof;
	FILE *f;

	(void)state;
	buf_init(&text, 8 * MB);
	add_text(&text, 5000, 8);
	put_buf(path, &text);
	f = fopen(path, "a");
	assert_non_null(f);
	assert_int_equal(reader_open(&r, path, false, true, &e), RC_OK);
	assert_int_equal(reader_stream(r, &s, &e), RC_OK);
	for (;;) {
		struct slice w = reader_window(r, &off, &eof);

		n += w.len;
		reader_consume(r, w.len);
		if (eof)
			break;
		if (rounds++ < 20) {
			add_text(&text, 100000, (unsigned int)n);
			assert_int_equal(fwrite(text.ptr + text.len - 100000,
			    1, 100000, f), 100000);
			assert_int_equal(fflush(f), 0);
		}
		(void)reader_more(r, &e);
	}
	fclose(f);
	assert_int_equal(n, text.len);
	assert_int_equal(reader_finish(r, &total, &e), RC_OK);
	assert_int_equal(total.size, text.len);
	sha256_hex(buf_slice(&text), hex);
	assert_true(total.has_sha256);
	assert_string_equal(total.sha256, hex);
	reader_close(r);
	buf_free(&text);
}

/* A file that is cut off while it is read: what was read, and no hash. */
static void
shrinking(void **state)
{
	const char *path = in_tmp("shrinking.log");
	struct buf text;
	struct reader *r;
	struct reader_stream s;
	struct reader_total total;
	struct err e;
	uint64_t off;
	size_t n;
	bool eof;

	(void)state;
	buf_init(&text, 8 * MB);
	add_text(&text, 600000, 9);
	put_buf(path, &text);
	assert_int_equal(reader_open(&r, path, false, true, &e), RC_OK);
	assert_int_equal(reader_stream(r, &s, &e), RC_OK);
	n = reader_window(r, &off, &eof).len;
	assert_true(n > 0 && n < 600000);
	assert_int_equal(truncate(path, 1000), 0);
	assert_int_equal(reader_more(r, &e), RC_END);
	(void)reader_window(r, &off, &eof);
	assert_true(eof);
	assert_int_equal(reader_finish(r, &total, &e), RC_OK);
	assert_int_equal(total.size, n);
	assert_false(total.has_sha256);
	reader_close(r);
	buf_free(&text);
}

/* What cannot be opened or read, and why. */
static void
failures(void **state)
{
	struct reader *r = NULL;
	struct reader_stream s;
	struct reader_total total;
	struct err e;
	uint64_t off;
	bool eof;
	const char *path;

	(void)state;
	assert_int_equal(reader_open(&r, in_tmp("none"), false, true, &e),
	    RC_FAIL);
	assert_int_equal(e.sys, ENOENT);
	assert_null(r);
	assert_int_equal(reader_open(&r, tmpdir, false, true, &e), RC_FAIL);
	assert_int_equal(e.sys, EISDIR);
	path = in_tmp("link");
	put_file(in_tmp("target"), "x\n", 2);
	assert_int_equal(symlink("target", path), 0);
	assert_int_equal(reader_open(&r, path, true, true, &e), RC_FAIL);
	assert_int_equal(e.sys, ELOOP);
	assert_int_equal(reader_open(&r, path, false, true, &e), RC_OK);
	reader_close(r);
	/* A fifo found in a directory does not make us wait. */
	path = in_tmp("fifo");
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(reader_open(&r, path, true, true, &e), RC_FAIL);
	assert_int_equal(e.sys, EINVAL);
	/* The process's memory has nothing at 0. */
	assert_int_equal(reader_open(&r, "/proc/self/mem", false, true, &e),
	    RC_OK);
	assert_int_equal(reader_stream(r, &s, &e), RC_OK);
	assert_int_equal(reader_window(r, &off, &eof).len, 0);
	assert_false(eof);
	assert_int_equal(reader_more(r, &e), RC_FAIL);
	assert_int_equal(e.sys, EIO);
	(void)reader_window(r, &off, &eof);
	assert_true(eof);
	assert_int_equal(reader_more(r, &e), RC_END);
	assert_int_equal(reader_stream(r, &s, &e), RC_END);
	assert_int_equal(reader_finish(r, &total, &e), RC_OK);
	reader_close(r);
}

/* A read that fails in the middle: what came before is kept. */
static void
failing_read(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char *p = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open("/proc/self/mem", O_RDONLY), old = dup(0);
	struct reader *r;
	struct reader_stream s;
	struct reader_total total;
	struct err e;
	struct slice w;
	uint64_t off;
	bool eof;

	(void)state;
	assert_true(p != MAP_FAILED && fd >= 0 && old >= 0);
	memset(p, 'a', page);
	munmap(p + page, page);
	assert_true(lseek(fd, (off_t)(uintptr_t)p, SEEK_SET) != -1);
	assert_int_equal(dup2(fd, 0), 0);
	assert_int_equal(reader_open(&r, "-", false, false, &e), RC_OK);
	assert_int_equal(reader_stream(r, &s, &e), RC_OK);
	w = reader_window(r, &off, &eof);
	assert_int_equal(w.len, page);
	assert_false(eof);
	assert_int_equal(reader_more(r, &e), RC_FAIL);
	assert_int_equal(e.sys, EIO);
	w = reader_window(r, &off, &eof);
	assert_int_equal(w.len, page);
	assert_true(eof && w.ptr[page - 1] == 'a');
	assert_int_equal(reader_finish(r, &total, &e), RC_OK);
	assert_int_equal(total.size, page);
	reader_close(r);
	dup2(old, 0);
	close(old);
	close(fd);
	munmap(p, page);
}

/* A named fifo is read like any pipe. */
static void
named_fifo(void **state)
{
	const char *path = in_tmp("named");
	struct buf text;
	struct all a;

	(void)state;
	buf_init(&text, MB);
	add_text(&text, 100000, 10);
	assert_int_equal(mkfifo(path, 0600), 0);
	if (fork() == 0) {
		int fd = open(path, O_WRONLY);

		_exit(write(fd, text.ptr, text.len) == (ssize_t)text.len ?
		    0 : 1);
	}
	read_all(&a, path, true, 0);
	wait(NULL);
	check_data(&a.v[0], buf_slice(&text));
	check_hash(&a, buf_slice(&text));
	free_all(&a);
	buf_free(&text);
}

/* Many sources open at once, read in turns: every hash is right. */
static void
many_at_once(void **state)
{
	enum { N = 40 };
	struct reader *r[N];
	struct buf text[N];
	struct reader_stream s;
	struct reader_total total;
	struct err e;
	uint64_t off;
	bool eof, more = true;
	char name[16], hex[65];

	(void)state;
	for (unsigned int i = 0; i < N; i++) {
		buf_init(&text[i], 8 * MB);
		add_text(&text[i], i * 123457 % (5 * MB), i);
		snprintf(name, sizeof(name), "many%u", i);
		put_buf(in_tmp(name), &text[i]);
		assert_int_equal(reader_open(&r[i], in_tmp(name), true, true,
		    &e), RC_OK);
		assert_int_equal(reader_stream(r[i], &s, &e), RC_OK);
	}
	while (more) {
		more = false;
		for (size_t i = 0; i < N; i++) {
			reader_consume(r[i],
			    reader_window(r[i], &off, &eof).len);
			if (!eof) {
				(void)reader_more(r[i], &e);
				more = true;
			}
		}
	}
	for (size_t i = 0; i < N; i++) {
		if (i % 7 != 3) {
			assert_int_equal(reader_finish(r[i], &total, &e),
			    RC_OK);
			sha256_hex(buf_slice(&text[i]), hex);
			assert_string_equal(total.sha256, hex);
		}
		reader_close(r[i]);
		buf_free(&text[i]);
	}
}

struct job {
	char		 path[512];
	struct buf	*text;
	bool		 good;
};

static void *
read_some(void *arg)
{
	struct job *j = arg;
	struct reader *r;
	struct reader_stream s;
	struct reader_total total;
	struct err e;
	uint64_t off;
	bool eof = false;
	char hex[65];

	sha256_hex(buf_slice(j->text), hex);
	j->good = true;
	for (int i = 0; i < 10 && j->good; i++) {
		if (reader_open(&r, j->path, true, true, &e) != RC_OK ||
		    reader_stream(r, &s, &e) != RC_OK)
			abort();
		eof = false;
		while (!eof) {
			reader_consume(r, reader_window(r, &off, &eof).len);
			(void)reader_more(r, &e);
		}
		j->good = reader_finish(r, &total, &e) == RC_OK &&
		    strcmp(total.sha256, hex) == 0;
		reader_close(r);
	}
	return NULL;
}

/* Readers in several threads share the one that hashes. */
static void
threads(void **state)
{
	enum { N = 6 };
	pthread_t t[N];
	struct job j[N];
	struct buf text;

	(void)state;
	buf_init(&text, 8 * MB);
	add_text(&text, 5 * MB, 11);
	put_buf(in_tmp("shared"), &text);
	for (size_t i = 0; i < N; i++) {
		j[i].text = &text;
		snprintf(j[i].path, sizeof(j[i].path), "%s", in_tmp("shared"));
		assert_int_equal(pthread_create(&t[i], NULL, read_some, &j[i]),
		    0);
	}
	for (size_t i = 0; i < N; i++) {
		pthread_join(t[i], NULL);
		assert_true(j[i].good);
	}
	buf_free(&text);
}

/* Not read to the end, or not at all: size and hash cover the file. */
static void
finish_early(void **state)
{
	const char *path = in_tmp("early.log");
	struct buf text;
	struct reader *r;
	struct reader_stream s;
	struct all a = { 0 };
	struct err e;

	(void)state;
	buf_init(&text, 8 * MB);
	add_text(&text, 4 * MB, 12);
	put_buf(path, &text);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(reader_open(&r, path, false, i < 2, &e),
		    RC_OK);
		if (i > 0)
			assert_int_equal(reader_stream(r, &s, &e), RC_OK);
		assert_int_equal(reader_finish(r, &a.total, &e), RC_OK);
		assert_int_equal(a.total.size, text.len);
		assert_int_equal(a.total.has_sha256, i < 2);
		if (i < 2)
			check_hash(&a, buf_slice(&text));
		assert_int_equal(reader_stream(r, &s, &e), RC_END);
		reader_close(r);
	}
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(windows),
		cmocka_unit_test(largest_window),
		cmocka_unit_test(names),
		cmocka_unit_test(near_misses),
		cmocka_unit_test(pipes),
		cmocka_unit_test(nonblocking),
		cmocka_unit_test(stdin_in_the_middle),
		cmocka_unit_test(growing),
		cmocka_unit_test(shrinking),
		cmocka_unit_test(failures),
		cmocka_unit_test(failing_read),
		cmocka_unit_test(named_fifo),
		cmocka_unit_test(many_at_once),
		cmocka_unit_test(threads),
		cmocka_unit_test(finish_early)
	};
	int failed;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	make_tmpdir();
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	remove_tmpdir();
	return failed == 0 ? 0 : 1;
}
