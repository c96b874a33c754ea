/*
 * coverage - what the evidence covers, per host
 *
 * Counts the lines of each host by class (they add up to the total), its
 * first and last time, its gaps (a logger's word that lines were lost,
 * damage, silence over six hours; at most COVERAGE_GAPS kept, the rest
 * counted) and for each smtp, lmtp and smtpd tag whether it logged TLS.
 * Coverage records of other pieces can be merged in; gaps between the pieces
 * are found then.  Hosts are written in order of their names.
 */
#ifndef TRACK_COVERAGE_H
#define TRACK_COVERAGE_H

#include "fmt/event.h"

#define COVERAGE_GAPS	256

struct coverage;

struct coverage	*coverage_new(void);
void		 coverage_free(struct coverage *);
void		 coverage_event(struct coverage *, const struct event *);
/* The same in two steps: all but the counting, and the counts of a record. */
void		 coverage_uncounted(struct coverage *, const struct event *);
void		 coverage_counts(struct coverage *, const struct rec *);
/* Another source has that line, too: it counts once. */
void		 coverage_copy(struct coverage *, const struct event *);
/* What came after the host's latest line is damaged. */
void		 coverage_damage(struct coverage *, struct slice host);
/* A coverage record of a piece. */
void		 coverage_merge(struct coverage *, const struct rec *);
/* Calls put for each host; stops when it returns false. */
bool		 coverage_write(struct coverage *,
		    bool (*put)(void *, const struct rec *), void *arg);
/* Lines that were Postfix's, understood or not. */
uint64_t	 coverage_postfix_lines(const struct coverage *);
/* Lines of one class. */
uint64_t	 coverage_class(const struct coverage *, enum line_class);
/* Lines in Postfix's name that other programs wrote. */
uint64_t	 coverage_forged(const struct coverage *);
/* Daemons with deliveries or sessions, but no TLS lines, among all hosts. */
bool		 coverage_tls_unlogged(const struct coverage *);

#endif
