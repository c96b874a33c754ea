/*
 * days - numbers for each day and each hour of the day, by a local clock
 *
 * days_at gives the numbers of the day that a second lies in, NULL when
 * there are DAYS_MAX others already (counted in `dropped`) or the second is
 * outside the years 1 to 9999.  Days are kept in order.  days_text writes
 * YYYY-MM-DD.  The pointer lives until the next days_at.
 */
#ifndef REPORT_DAYS_H
#define REPORT_DAYS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "io/zone.h"

#define DAYS_MAX	4096

enum days_tls {
	DAYS_AUTHENTICATED,
	DAYS_ENCRYPTED,
	DAYS_PLAINTEXT,
	DAYS_UNKNOWN,
	DAYS_TLS_N
};

enum days_mail {
	DAYS_IN,
	DAYS_DELIVERED,
	DAYS_DEFERRED,
	DAYS_BOUNCED,
	DAYS_REJECTED,
	DAYS_MAIL_N
};

struct day {
	int64_t		day;		/* since 1970-01-01 */
	uint64_t	tls[DAYS_TLS_N];
	uint64_t	mail[DAYS_MAIL_N];
};

struct days {
	const struct zone	*zone;
	struct day		*v;
	size_t			 n, cap, latest;
	uint64_t		 hour[24][DAYS_MAIL_N];
	uint64_t		 dropped;
	int64_t			 slot;		/* quarter of an hour that
						 * `offset` is of */
	int32_t			 offset;
};

void		days_init(struct days *, const struct zone *);
void		days_free(struct days *);
struct day	*days_at(struct days *, int64_t sec);
/* Count mail on its day and hour. */
void		days_mail(struct days *, int64_t sec, enum days_mail, uint64_t n);
/* Take one back. */
void		days_mail_back(struct days *, int64_t sec, enum days_mail);
/* Seconds of a clock in the zone, as if UTC. */
int64_t		days_local(struct days *, int64_t sec);
/* All hops of a day, whatever their status. */
uint64_t	days_tls_sum(const uint64_t n[DAYS_TLS_N]);
void		days_text(struct buf *, int64_t day);

#endif
