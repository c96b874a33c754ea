/*
 * filter_value - comparing numbers, instants, addresses, text; for filter
 */
#ifndef REC_FILTER_VALUE_H
#define REC_FILTER_VALUE_H

#include "rec/filter_term.h"

/*
 * Compare decimal numbers of any length (sign, digits, fraction; no
 * exponent) exactly; false if one is not a number.
 */
bool	filter_number_cmp(struct slice a, struct slice b, int *cmp);
bool	filter_is_number(struct slice);
int	filter_instant_cmp(struct filter_instant, struct filter_instant);
/*
 * The period that RFC 3339 text or a prefix of it names, from YYYY on:
 * [*lo, *hi).  A zone may follow the minutes, seconds or fraction.
 */
bool	filter_period(struct slice, struct filter_instant *lo,
	    struct filter_instant *hi);
/* IPv4 or IPv6 without brackets; mapped IPv4 becomes IPv4. */
bool	filter_addr_parse(struct slice, struct filter_addr *);
bool	filter_addr_in(const struct filter_addr *, const struct filter_addr *net,
	    unsigned int prefix);
/* The needle, in lower case, anywhere in s whatever its case. */
bool	filter_find_nocase(struct slice s, struct slice needle);

#endif
