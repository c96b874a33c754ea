/*
 * filter - which records a user asks for
 *
 *	EXPR  = TERM | not EXPR | EXPR and EXPR | EXPR or EXPR | ( EXPR )
 *	TERM  = KEY OP VALUE | WORD
 *	OP    = = != ~ !~ < <= > >=
 *
 * `not` binds before `and`, `and` before `or`; terms side by side are joined
 * by `and`.  The keywords are read in either case.  An expression is
 * compiled once; matching allocates nothing.
 *
 * A value reaches to the next blank.  What follows the blank still belongs
 * to it unless that is a KEY OP, a keyword, a parenthesis or a quote: so
 * reason=timed out is one term, and status=sent to=@example.org are two.
 * Quotes at the start of a value or word, '...' as it is or "..." with \"
 * and \\, hold anything.  A `)` ends a value when a group is open and the
 * value itself has no `(` to close.
 *
 * =	STR	the same bytes; a key that is a list of words (not text,
 *		reply, reason, subject, stamp, commands, damaged, src and
 *		the like) also one of its words
 *	NUM	the same number: 0.3 is 0.30
 *	BOOL	true or false
 *	TIME	RFC 3339, or the start of one from the year on: any instant
 *		in that year, day, hour, ...; UTC unless a zone is given
 *	HOST	without case, a dot at the end does not count; .example.org
 *		is every host below example.org
 *	ADDR	the same address in any spelling, IPv4-mapped IPv6 is IPv4;
 *		NETWORK/BITS any address in it; else the same text
 *	MAIL	local part exact, domain without case; @example.org any
 *		address there, @.example.org any in its subdomains, empty or
 *		<> the null sender; one of several addresses
 *	*	any value: the key is present
 * !=	not =: an absent key is not equal.  KEY!=* is absent.
 * ~	PCRE2 in 8-bit mode, unanchored, with case.  !~ is not ~.
 * <	and the others: NUM, and TIME, where a period such as 2026-09-01
 *		is before what starts after it ends; false when absent
 *
 * `to` stands for to and orig_to with = != ~ !~.  A WORD is found anywhere
 * in any value, ASCII letters without case.
 *
 * Regular expressions stop at match limits; a record where that happens
 * counts as not matched by ~ and in filter_hits.
 *
 * Failure: filter_compile returns NULL and says what is wrong at which byte.
 * Limits: FILTER_TERMS terms, FILTER_DEPTH open groups and operators.
 */
#ifndef REC_FILTER_H
#define REC_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/field.h"
#include "base/slice.h"

#define FILTER_TERMS	4096
#define FILTER_DEPTH	256

struct filter;

struct filter_error {
	char	text[256];	/* safe to print */
	size_t	off;		/* byte in the expression */
};

/* The expression need not outlive the call. */
struct filter	*filter_compile(struct slice expr, struct filter_error *);
void		 filter_free(struct filter *);
bool		 filter_match(struct filter *, const struct rec *);
/* True if a term names that key. */
bool		 filter_uses(const struct filter *, enum field);
/* True if a term has that key and that value. */
bool		 filter_names(const struct filter *, enum field, struct slice);
/* How often a match limit was hit. */
uint64_t	 filter_hits(const struct filter *);
/*
 * "tool: text", the expression and a caret below the place; returns
 * EXIT_TROUBLE.
 */
int		 filter_complain(struct slice expr,
		    const struct filter_error *);

/*
 * Which of n command-line words are the expression: the first, and those
 * that follow it as long as a term is still missing or a group open, or the
 * word is and, or, not, a parenthesis, or begins with KEY OP (no slash
 * before OP, so that ./a=b is a file).  Appends them to expr, joined by
 * blanks; returns how many.
 */
size_t		 filter_words(struct buf *expr, char *const *word, size_t n);

#endif
