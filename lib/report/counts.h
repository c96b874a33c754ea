/*
 * counts - names from the evidence, and a few numbers for each
 *
 * counts_find gives the row of a name, a new one if there is room.  Names of
 * several parts are joined by NUL (counts_key), and counts_part takes them
 * apart.  counts_note keeps a text with a row, the first one given, for
 * counts_noted.
 *
 * counts_add adds to a row's numbers, and does so a little later: what it
 * needs of a large table is far away in memory, and is asked for meanwhile.
 * counts_settle does all that waits, as counts_find does, and must come before
 * rows are read otherwise; names become rows in the order in which they came.
 *
 * A row lives as long as the table.  counts_sorted gives the rows with
 * n[by] above zero, the highest first, then by name: never in the order of
 * the table.  The array is the caller's to mem_free.
 *
 * Limits: `rows` rows and `bytes` of names and notes; a name is cut at
 * COUNTS_NAME.  What finds no room is NULL and counted in `dropped`.
 */
#ifndef REPORT_COUNTS_H
#define REPORT_COUNTS_H

#include <stdint.h>

#include "base/arena.h"

#define COUNTS_N	4
#define COUNTS_NAME	1024
#define COUNTS_PART	(COUNTS_NAME / 4)	/* of a name of several */

struct counts_row {
	struct slice	name;		/* behind it, in its memory */
	uint64_t	n[COUNTS_N];
	uint64_t	trace;		/* hash of the latest message */
	size_t		i;		/* its place in row */
};

/* What is added to a row. */
struct counts_more {
	uint64_t	n[COUNTS_N];
	/*
	 * Besides, 1 to n[once], if once is below COUNTS_N, unless the row had
	 * this trace before: the records of a message stand together.
	 */
	size_t		once;
	struct slice	trace;
};

struct counts_slot;
struct counts_wait;

struct counts {
	struct arena		 mem;
	struct counts_row	**row;
	size_t			 n, cap, limit;
	struct slice		*note;		/* by row; NULL: none */
	struct counts_slot	*slot;
	size_t			 nslot;		/* a power of two */
	uint64_t		 dropped;
	struct counts_wait	*wait;		/* a ring */
	size_t			 nwait, nput;	/* that wait; that came so far */
};

struct counts_key {
	unsigned char	text[COUNTS_NAME];
	size_t		len, parts;
};

void	counts_init(struct counts *, size_t rows, size_t bytes);
void	counts_free(struct counts *);
struct counts_row *counts_find(struct counts *, struct slice name);
void	counts_add(struct counts *, struct slice name,
	    const struct counts_more *);
void	counts_settle(struct counts *);
void	counts_note(struct counts *, const struct counts_row *, struct slice);
struct slice counts_noted(const struct counts *, const struct counts_row *);
struct counts_row **counts_sorted(const struct counts *, size_t by,
	    size_t *n);

/* Begin with counts_key_begin; each part is cut at its share. */
void	counts_key(struct counts_key *, struct slice part);
/* The same for what is one thing in any case: a host or domain, an address. */
void	counts_key_host(struct counts_key *, struct slice name);
void	counts_key_mail(struct counts_key *, struct slice address);
struct slice counts_part(struct slice name, size_t i);

static inline void
counts_key_begin(struct counts_key *k)
{
	k->len = k->parts = 0;
}

static inline struct slice
counts_key_slice(const struct counts_key *k)
{
	return slice_of(k->text, k->len);
}

#endif
