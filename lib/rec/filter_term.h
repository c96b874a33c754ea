/*
 * filter_term - one condition of a filter; internal to filter
 *
 * filter_term_make understands KEY OP VALUE for the key's type.  The value
 * is kept, not copied.  NULL on success, else what is wrong, a text that
 * lives in `text` or is a literal; *off says where in the value.
 */
#ifndef REC_FILTER_TERM_H
#define REC_FILTER_TERM_H

#define PCRE2_CODE_UNIT_WIDTH	8
#include <pcre2.h>

#include "base/field.h"

enum filter_op {
	FILTER_EQ,
	FILTER_MATCH,
	FILTER_LT,
	FILTER_LE,
	FILTER_GT,
	FILTER_GE
};

struct filter_instant {
	int64_t		sec;
	uint32_t	nsec;
};

struct filter_addr {
	unsigned char	bytes[16];
	unsigned int	bits;	/* 32 or 128: the family */
};

struct filter_term {
	enum {
		TERM_WORD, TERM_PRESENT, TERM_TEXT, TERM_LIST, TERM_NUM,
		TERM_TIME, TERM_HOST, TERM_BELOW, TERM_ADDR, TERM_MAIL,
		TERM_DOMAIN, TERM_MSGID, TERM_REGEX
	}			 kind;
	enum filter_op		 op;
	enum field		 field;
	struct slice		 value;
	struct slice		 domain;	/* of a mail address */
	struct filter_instant	 lo, hi;	/* the period [lo, hi) */
	struct filter_addr	 addr;
	unsigned int		 prefix;
	pcre2_code		*code;
};

struct filter_regex {
	pcre2_match_context	*context;
	pcre2_match_data	*data;
	pcre2_jit_stack		*stack;
	uint64_t		 hits;
};

void		 filter_regex_open(struct filter_regex *);
void		 filter_regex_close(struct filter_regex *);
const char	*filter_term_make(struct filter_term *, enum field,
		    enum filter_op, struct slice value, bool quoted,
		    char *text, size_t cap, size_t *off);
void		 filter_term_word(struct filter_term *, struct slice word);
/*
 * True of free text, which is compared as a whole; other text keys may hold
 * several values joined by blanks.
 */
bool		 filter_term_free(enum field);
bool		 filter_term_match(const struct filter_term *,
		    struct filter_regex *, const struct rec *);

#endif
