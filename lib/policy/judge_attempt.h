/*
 * judge_attempt - attempts that TLS made fail: no mail, so no hop
 *
 * judge_attempt gives the rule that a record is about, or RULE_N: a delivery
 * that was not sent because a TLS requirement was not met, or because the
 * handshake failed; and, as an event, the handshake of a client that failed.
 * Other failures are not TLS's, and a delivery that was sent is a hop.
 *
 * Facts: reference/postfix-tls-audit.md 7.4.
 */
#ifndef POLICY_JUDGE_ATTEMPT_H
#define POLICY_JUDGE_ATTEMPT_H

#include "base/field.h"
#include "policy/rule.h"

enum rule	judge_attempt(const struct rec *);

#endif
