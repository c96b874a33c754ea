/*
 * filter_lex - the words of a filter expression; internal to filter
 *
 * filter_lex_next gives one token after the other.  A value or word points
 * into the expression, or into `quoted` when a quote hid something; that
 * memory is the arena's.  On FILTER_BAD `bad` says what is wrong at `off`.
 */
#ifndef REC_FILTER_LEX_H
#define REC_FILTER_LEX_H

#include "base/arena.h"
#include "base/slice.h"
#include "rec/filter_term.h"

enum filter_token {
	FILTER_END,
	FILTER_OPEN,
	FILTER_CLOSE,
	FILTER_NOT,
	FILTER_AND,
	FILTER_OR,
	FILTER_KEY,	/* key, op, neg, value */
	FILTER_WORD,	/* value */
	FILTER_BAD
};

struct filter_lex {
	struct slice	 expr;
	struct arena	*arena;
	size_t		 pos;
	size_t		 open;		/* groups, counted by the caller */
	/* the token */
	size_t		 off;		/* where it starts */
	size_t		 value_off;
	struct slice	 key;
	enum filter_op	 op;
	bool		 neg;		/* != or !~ */
	bool		 quoted;
	struct slice	 value;
	const char	*bad;
};

enum filter_token	filter_lex_next(struct filter_lex *);
/*
 * The length of KEY at the start of s when an operator follows it, else 0;
 * the operator, its length and whether it is negated.
 */
size_t	filter_lex_key(struct slice s, enum filter_op *, size_t *oplen,
	    bool *neg);

#endif
