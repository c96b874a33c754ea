/*
 * Queue files with every byte damaged, cut at every length, filled with
 * zeros: the walk ends, and what is lost is little more than what was hit.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fmt/queuefile.h"

#define RECORDS	512
#define FILES	3
#define WORK	400

static const char *const files[FILES] = {
	"samples/queue/400008000D",
	"samples/queue/milter",
	"samples/queue/spool/deferred/B/BBB09AA4295"
};

struct bytes {
	const unsigned char	*data;
	size_t			 len;
};

/* Where a record stands and what it is; its data are hashed. */
struct seen {
	uint64_t	off;
	uint64_t	end;
	uint64_t	sum;
	unsigned char	type;
};

struct walk {
	struct seen	v[RECORDS];
	size_t		n;
	size_t		len;		/* of the file */
	uint64_t	losses;
	uint64_t	asked;		/* bytes */
	bool		ended;
};

struct figures {
	uint64_t	walks;
	uint64_t	hit;		/* records that were damaged */
	uint64_t	lost;		/* others that are gone */
	uint64_t	worst;
	uint64_t	silent;		/* others are gone, nothing is said */
	double		work;		/* bytes asked for, per byte of file */
};

/* What may be lost, in a thousand walks and in one; what may go unnoticed. */
struct bound {
	uint64_t	mean, worst, silent;
};

static uint64_t asked;

static struct slice
at(void *arg, uint64_t off, size_t n)
{
	const struct bytes *b = arg;

	asked += n < b->len - off ? n : b->len - off;
	return slice_of(b->data + off, b->len - (size_t)off);
}

static int
by_off(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;

	return x->off < y->off ? -1 : x->off > y->off;
}

static void
take(struct walk *w, const unsigned char *data, size_t len)
{
	struct bytes b = { data, len };
	struct queuefile_src src = { .at = at, .arg = &b, .size = len };
	struct queuefile q;
	struct queuefile_rec r;
	enum queuefile_item item;

	w->n = 0;
	w->len = len;
	asked = 0;
	queuefile_init(&q, &src);
	while ((item = queuefile_next(&q, &r)) != QUEUEFILE_END) {
		struct seen *s = &w->v[w->n];

		if (item != QUEUEFILE_RECORD)
			continue;
		assert_true(w->n < RECORDS);
		*s = (struct seen){ .off = r.off, .type = r.type,
			.end = r.off + r.head + r.len };
		for (size_t i = 0; i < r.data.len; i++)
			s->sum = (s->sum ^ r.data.ptr[i]) *
			    UINT64_C(0x100000001b3);
		w->n++;
	}
	w->losses = q.losses;
	w->ended = q.ended;
	w->asked = asked;
	queuefile_free(&q);
	qsort(w->v, w->n, sizeof(w->v[0]), by_off);
}

/* What of `want` outside of the bytes from..to is not in `got`. */
static uint64_t
missing(const struct walk *want, const struct walk *got, uint64_t from,
    uint64_t to, uint64_t *hit)
{
	uint64_t n = 0;

	for (size_t i = 0; i < want->n; i++) {
		const struct seen *s = &want->v[i], *t;

		if (s->off < to && from < s->end) {
			if (hit != NULL)
				(*hit)++;
			continue;
		}
		/* In a file cut off a pointer may lead nowhere: it is told. */
		if (s->type == 'p' && to == want->len)
			continue;
		t = bsearch(s, got->v, got->n, sizeof(*s), by_off);
		if (t == NULL || t->type != s->type || t->end != s->end ||
		    t->sum != s->sum)
			n++;
	}
	return n;
}

static void
add(struct figures *f, const struct walk *want, const struct walk *got,
    uint64_t from, uint64_t to)
{
	uint64_t n = missing(want, got, from, to, &f->hit);

	f->walks++;
	f->lost += n;
	f->silent += n > 0 && got->losses == 0;
	if (n > f->worst)
		f->worst = n;
	if ((double)got->asked > f->work * (double)want->len)
		f->work = (double)got->asked / (double)want->len;
}

static void
check(const char *what, const char *file, const struct figures *f,
    const struct bound *most)
{
	print_message("# %s: %s: %llu walks; records lost beside those hit: "
	    "%.4f a walk, at most %llu, unnoticed in %llu walks; "
	    "bytes asked for: %.0f times the file\n", file, what,
	    (unsigned long long)f->walks,
	    (double)f->lost / (double)f->walks, (unsigned long long)f->worst,
	    (unsigned long long)f->silent, f->work);
	assert_true(f->walks > 500 && f->hit > 400);
	assert_true(f->lost * 1000 <= most->mean * f->walks);
	assert_true(f->worst <= most->worst);
	assert_true(f->silent <= most->silent);
	assert_true(f->work < WORK);
}

static unsigned char *
slurp(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	unsigned char *data = malloc(65536);

	assert_non_null(f);
	assert_non_null(data);
	*len = fread(data, 1, 65536, f);
	assert_in_range(*len, 500, 65535);
	(void)fclose(f);
	return data;
}

static void
load(size_t i, struct walk *want, unsigned char **data, size_t *len)
{
	*data = slurp(files[i], len);
	take(want, *data, *len);
	assert_int_equal(want->losses, 0);
	assert_true(want->ended);
	assert_true(want->n > 20);
}

/* Each bit, and bytes of zeros, of ones, with the highest bit. */
static void
test_flips(void **state)
{
	static const struct bound most[FILES] = { { 6, 9, 5 }, { 70, 8, 1 },
		{ 55, 44, 4 } };
	static struct walk want, got;

	(void)state;
	for (size_t i = 0; i < FILES; i++) {
		struct figures f = { 0 };
		unsigned char *data;
		size_t len;

		load(i, &want, &data, &len);
		for (size_t at_byte = 0; at_byte < len; at_byte++) {
			unsigned char was = data[at_byte], now[11];

			for (size_t k = 0; k < 8; k++)
				now[k] = (unsigned char)(was ^ 1U << k);
			now[8] = (unsigned char)(was ^ 0xff);
			now[9] = 0;
			now[10] = 0x80;
			for (size_t k = 0; k < 11; k++) {
				if (now[k] == was)
					continue;
				data[at_byte] = now[k];
				take(&got, data, len);
				add(&f, &want, &got, at_byte, at_byte + 1);
			}
			data[at_byte] = was;
		}
		check("bytes", files[i], &f, &most[i]);
		free(data);
	}
}

/* Zeros over 1 to 512 bytes anywhere. */
static void
test_zeros(void **state)
{
	static const struct bound most[FILES] = { { 0, 0, 0 }, { 300, 4, 0 },
		{ 210, 5, 0 } };
	static struct walk want, got;
	static const size_t lens[] = { 2, 16, 64, 512 };

	(void)state;
	for (size_t i = 0; i < FILES; i++) {
		struct figures f = { 0 };
		unsigned char *data, *hit;
		size_t len;

		load(i, &want, &data, &len);
		hit = malloc(len);
		assert_non_null(hit);
		for (size_t k = 0; k < sizeof(lens) / sizeof(lens[0]); k++)
			for (size_t off = 0; off + lens[k] <= len; off++) {
				memcpy(hit, data, len);
				memset(hit + off, 0, lens[k]);
				take(&got, hit, len);
				add(&f, &want, &got, off, off + lens[k]);
			}
		check("zeros", files[i], &f, &most[i]);
		free(hit);
		free(data);
	}
}

/* Cut at every length: all records before the cut are read. */
static void
test_cuts(void **state)
{
	static const struct bound most[FILES] = { { 0, 0, 0 }, { 135, 3, 0 },
		{ 180, 4, 0 } };
	static struct walk want, got;

	(void)state;
	for (size_t i = 0; i < FILES; i++) {
		struct figures f = { 0 };
		unsigned char *data;
		size_t len;

		load(i, &want, &data, &len);
		for (size_t n = 0; n < len; n++) {
			unsigned char *cut = malloc(n + (n == 0));

			assert_non_null(cut);
			memcpy(cut, data, n);
			take(&got, cut, n);
			add(&f, &want, &got, n, len);
			free(cut);
		}
		check("cuts", files[i], &f, &most[i]);
		free(data);
	}
}

/* Bytes left out: what is behind them moves. */
static void
test_gaps(void **state)
{
	static const struct bound most = { 215, 8, 79 };
	static const size_t lens[] = { 1, 2, 3, 17, 64 };
	static struct walk want, got, moved;
	struct figures f = { 0 };
	unsigned char *data, *hit;
	size_t len;

	(void)state;
	load(0, &want, &data, &len);
	hit = malloc(len);
	assert_non_null(hit);
	for (size_t k = 0; k < sizeof(lens) / sizeof(lens[0]); k++)
		for (size_t off = 0; off + lens[k] <= len; off++) {
			memcpy(hit, data, off);
			memcpy(hit + off, data + off + lens[k],
			    len - off - lens[k]);
			take(&got, hit, len - lens[k]);
			moved = got;
			for (size_t i = 0; i < got.n; i++)
				if (got.v[i].off >= off) {
					moved.v[i].off += lens[k];
					moved.v[i].end += lens[k];
				}
			add(&f, &want, &moved, off, off + lens[k]);
		}
	check("gaps", files[0], &f, &most);
	free(hit);
	free(data);
}

/* Each pointer of a file to each place in it: loops, too. */
static void
test_pointers(void **state)
{
	static const size_t pointers[] = { 206, 332, 401, 427, 446, 484, 520,
		563 };
	static struct walk want, got;
	uint64_t walks = 0, ended = 0;
	unsigned char *data;
	size_t len;

	(void)state;
	load(1, &want, &data, &len);
	for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++) {
		char was[15], now[16];

		assert_memory_equal(data + pointers[i], "p\x0f", 2);
		memcpy(was, data + pointers[i] + 2, sizeof(was));
		for (size_t to = 0; to <= len + 1; to++) {
			(void)snprintf(now, sizeof(now), "%15zu", to);
			memcpy(data + pointers[i] + 2, now, sizeof(was));
			take(&got, data, len);
			walks++;
			ended += got.ended;
			/* The envelope before it is always there. */
			assert_true(missing(&want, &got, pointers[i], len,
			    NULL) == 0 || pointers[i] > 206);
			assert_true((double)got.asked < WORK * (double)len);
		}
		memcpy(data + pointers[i] + 2, was, sizeof(was));
	}
	print_message("# %s: pointers: %llu walks, %llu to the end\n",
	    files[1], (unsigned long long)walks, (unsigned long long)ended);
	assert_true(ended * 10 > walks * 8);
	free(data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_zeros),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_pointers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
