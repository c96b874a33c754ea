/*
 * predict - which branches of a program a processor would guess wrong
 *
 *	predict BRANCHES BASE <TRACE
 *
 * TRACE is what `qemu-x86_64 -d exec,nochain' logs: each block of code that
 * was executed.  BRANCHES has a line for each instruction of the program: its
 * address, the kind of the next branch from there on (C conditional, I
 * indirect, others as they come), the address behind that branch and its own,
 * in hexadecimal.  BASE is where the program was loaded.
 *
 * The predictor is of the kind that processors have had for ten years (TAGE
 * for directions, the same for targets), with tables of a usual size; a real
 * one differs, but what it cannot foresee this one cannot, either.  Branches
 * outside of the program, in libraries, change nothing.
 *
 * Writes wrong guesses, executions, times taken, address and kind, one branch
 * a line; a sum goes to standard error.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CODE	(4U << 20)	/* bytes of code at most */
#define TABLES	12
#define ENTRIES	2048
#define TAG	0x7ff
#define BASES	16384		/* entries without history */
#define HISTORY	512		/* more than the longest one, a power of two */
#define TARGETS	5
#define PLACES	4096		/* entries of each table of targets */

static const unsigned int length[TABLES] = { 3, 5, 8, 12, 18, 27, 40, 60, 90,
	134, 200, 300 };
/* Which of these histories the tables of targets use; the first has none. */
static const int used[TARGETS] = { -1, 1, 3, 5, 8 };

struct entry {
	uint16_t	tag;
	int8_t		counter;	/* -4 to 3: not taken, taken */
	uint8_t		useful;		/* 0 to 3 */
};

struct target {
	uint64_t	to;
	uint16_t	tag;
	uint8_t		sure;		/* 0 to 3 */
};

/* The latest outcomes, folded into few bits. */
struct fold {
	uint32_t	value;
	unsigned int	bits;
};

/* A branch, at its own address; of other addresses, the one behind them. */
static struct {
	uint32_t	at, behind;
	char		kind;
	uint64_t	n, taken, wrong;
} code[CODE];

static struct entry table[TABLES][ENTRIES];
static int8_t base[BASES];
static struct target target[TARGETS][PLACES];
static struct fold index_of[TABLES], tag_of[TABLES], tag2_of[TABLES];
static bool history[HISTORY];
static unsigned int now;

static uint32_t
chance(void)
{
	static uint64_t x = 1;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return (uint32_t)(x >> 11);
}

static void
fold(struct fold *f, unsigned int len, bool in, bool out)
{
	f->value = f->value << 1 ^ in;
	f->value ^= (uint32_t)out << len % f->bits;
	f->value ^= f->value >> f->bits;
	f->value &= (1U << f->bits) - 1;
}

static void
remember(bool bit)
{
	history[now % HISTORY] = bit;
	for (size_t i = 0; i < TABLES; i++) {
		bool old = history[(now - length[i]) % HISTORY];

		fold(&index_of[i], length[i], bit, old);
		fold(&tag_of[i], length[i], bit, old);
		fold(&tag2_of[i], length[i], bit, old);
	}
	now++;
}

static void
count(int8_t *c, bool up, int least, int most)
{
	if (up ? *c < most : *c > least)
		*c = (int8_t)(*c + (up ? 1 : -1));
}

/* What was guessed wrong gets an entry with a longer history. */
static void
grow(struct entry *const at[TABLES], const uint16_t tag[TABLES], size_t from,
    bool taken)
{
	if (from + 1 < TABLES && chance() % 4 == 0)
		from++;
	for (size_t i = from; i < TABLES; i++)
		if (at[i]->useful == 0) {
			*at[i] = (struct entry){ .tag = tag[i],
				.counter = taken ? 0 : -1 };
			return;
		}
	for (size_t i = from; i < TABLES; i++)
		at[i]->useful--;
}

/* Is the direction guessed right? */
static bool
direction(uint32_t pc, bool taken)
{
	struct entry *at[TABLES], *best = NULL, *other = NULL;
	uint16_t tag[TABLES];
	size_t from = 0;
	int8_t *b = &base[pc % BASES];
	bool guess, second;

	for (size_t i = TABLES; i-- > 0;) {
		at[i] = &table[i][(pc ^ pc >> 5 ^ pc >> (i + 1) ^
		    index_of[i].value) % ENTRIES];
		tag[i] = (uint16_t)((pc ^ tag_of[i].value ^
		    tag2_of[i].value << 1) & TAG);
		if (at[i]->tag != tag[i])
			continue;
		if (best == NULL) {
			best = at[i];
			from = i + 1;
		} else if (other == NULL)
			other = at[i];
	}
	second = other != NULL ? other->counter >= 0 : *b >= 0;
	guess = best != NULL ? best->counter >= 0 : *b >= 0;
	if (best == NULL)
		count(b, taken, -2, 1);
	else {
		bool fresh = best->useful == 0 &&
		    (best->counter == 0 || best->counter == -1);

		if (guess != second && guess == taken && best->useful < 3)
			best->useful++;
		if (guess != second && guess != taken && best->useful > 0)
			best->useful--;
		count(&best->counter, taken, -4, 3);
		if (fresh)
			guess = second;
	}
	if (guess != taken)
		grow(at, tag, from, taken);
	return guess == taken;
}

/* Is the target of an indirect branch guessed right? */
static bool
destination(uint32_t pc, uint64_t to)
{
	struct target *at[TARGETS], *best = NULL;
	uint16_t tag[TARGETS];
	size_t from = 0;
	bool right;

	for (size_t i = TARGETS; i-- > 0;) {
		uint32_t h = used[i] < 0 ? 0 : index_of[used[i]].value;
		uint32_t g = used[i] < 0 ? 0 : tag_of[used[i]].value;

		at[i] = &target[i][(pc ^ pc >> 4 ^ h * 7) % PLACES];
		tag[i] = (uint16_t)(pc ^ g * 5);
		if (best == NULL && at[i]->to != 0 && at[i]->tag == tag[i]) {
			best = at[i];
			from = i + 1;
		}
	}
	right = best != NULL && best->to == to;
	if (right && best->sure < 3)
		best->sure++;
	if (right)
		return true;
	if (best != NULL && best->sure > 0)
		best->sure--;
	else if (best != NULL)
		best->to = to;
	for (size_t i = from; i < TARGETS; i++) {
		if (at[i]->sure == 0) {
			*at[i] = (struct target){ .to = to, .tag = tag[i] };
			break;
		}
		at[i]->sure--;
	}
	return false;
}

static bool
read_branches(const char *path)
{
	FILE *f = fopen(path, "r");
	uint32_t pc, behind, at;
	char kind;

	if (f == NULL)
		return false;
	while (fscanf(f, "%" SCNx32 " %c %" SCNx32 " %" SCNx32, &pc, &kind,
	    &behind, &at) == 4)
		if (pc < CODE && at < CODE) {
			code[pc].kind = kind;
			code[pc].behind = behind;
			code[pc].at = at;
		}
	return fclose(f) == 0;
}

/* A block was left for the one at pc. */
static void
leave(uint32_t block, uint64_t pc, uint64_t start)
{
	uint32_t at = code[block].at;
	bool taken = pc != start + code[block].behind;

	if (code[block].kind == 'C') {
		code[at].wrong += !direction(at, taken);
		remember(taken);
	} else if (code[block].kind == 'I') {
		code[at].wrong += !destination(at, pc);
		remember(pc >> 2 & 1);
		remember(pc >> 5 & 1);
	} else
		return;
	code[at].n++;
	code[at].taken += taken;
}

int
main(int argc, char *argv[])
{
	uint64_t start, last = 0, n = 0, wrong = 0;
	char line[256], *s;

	if (argc != 3 || !read_branches(argv[1])) {
		(void)fputs("usage: predict BRANCHES BASE <TRACE\n", stderr);
		return 2;
	}
	start = strtoull(argv[2], NULL, 16);
	memset(base, -1, sizeof(base));
	for (size_t i = 0; i < TABLES; i++) {
		index_of[i].bits = tag_of[i].bits = 11;
		tag2_of[i].bits = 10;
	}
	while (fgets(line, sizeof(line), stdin) != NULL) {
		uint64_t pc;

		if (line[0] != 'T' || (s = strchr(line, '/')) == NULL)
			continue;
		pc = strtoull(s + 1, NULL, 16);
		if (last - start < CODE)
			leave((uint32_t)(last - start), pc, start);
		last = pc;
	}
	for (uint32_t i = 0; i < CODE; i++) {
		n += code[i].n;
		wrong += code[i].wrong;
		if (code[i].n > 0)
			(void)printf("%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
			    "\t%" PRIx32 "\t%c\n", code[i].wrong, code[i].n,
			    code[i].taken, i, code[i].kind);
	}
	(void)fprintf(stderr, "%" PRIu64 " %" PRIu64 "\n", n, wrong);
	return n == 0 || ferror(stdin) != 0;
}
