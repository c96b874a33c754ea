/*
 * making - a record about a queue file in the making; internal to queuerecord
 *
 * making_begin starts one of a type; the others set keys of it, where there
 * is something to be said: numbers and times are written into the struct,
 * slices must stay until the record was handed over.  At most NTIME times and
 * NNUM numbers a record; what is more is left out.  No failure.
 */
#ifndef SOURCE_MAKING_H
#define SOURCE_MAKING_H

#include "base/caltime.h"
#include "base/num.h"
#include "source/queuerecord.h"

#define MAKING_TIMES	12
#define MAKING_NUMS	16

/* A record in the making, and the texts that it needs. */
struct making {
	struct rec	 r;
	unsigned char	 time[MAKING_TIMES][CALTIME_MAX];
	size_t		 ntime;
	unsigned char	 num[MAKING_NUMS][NUM_MAX];
	size_t		 nnum;
	unsigned char	 mode[8];
	unsigned char	 orig[1024];	/* orig_client */
};

void	making_begin(struct making *, struct slice type);
/* An absent slice is not set; by making_known neither is an empty one. */
void	making_put(struct making *, enum field, struct slice);
void	making_known(struct making *, enum field, struct slice);
void	making_num(struct making *, enum field, uint64_t);
void	making_time(struct making *, enum field, int64_t sec, uint32_t nsec,
	    unsigned int digits);
void	making_stamp(struct making *, enum field,
	    const struct statx_timestamp *);
/* Who sent it; the client of the real peer, or before 2.3 the logged one. */
void	making_origin(struct making *, const struct queuefacts *);
struct slice making_client(const struct queuefacts *, enum queueattr real,
	    enum queueattr log);
/* Our own host's Received header, or NULL; its name; TLS as a header has it. */
const struct queuehop *making_own_hop(const struct queuefacts *);
void	making_host(struct making *, const struct queuefacts *);
void	making_tls(struct making *, const struct queuehop *);
/* Where the source has that offset; *len is cut to what lies in a row. */
uint64_t making_offset(const struct queuerecord *, uint64_t off,
	    uint64_t *len);
void	making_place(struct making *, const struct queuerecord *, uint64_t off,
	    uint64_t len);

#endif
