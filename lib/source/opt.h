/*
 * opt - the options that mean the same in every tool
 *
 * A tool has its own table of long options and its own letters; those that
 * opt_common knows are handed to it.  Times of --since and --until are
 * RFC 3339, YYYY-MM-DD[ HH:MM[:SS]] in the evidence's zone (-z, or UTC), or
 * "yesterday", "today", "-2h", "-3d" relative to --now.  Mistakes end the
 * program with a message (msg_usage).
 */
#ifndef SOURCE_OPT_H
#define SOURCE_OPT_H

#include <getopt.h>
#include <stdbool.h>

#include "io/sandbox.h"
#include "rec/rec.h"

struct opt {
	enum rec_format	 format;
	const char	*columns;	/* -f */
	bool		 has_since, has_until;
	int64_t		 since, until;	/* seconds since the epoch */
	const char	*tz;		/* -z: NULL if not given */
	const char	*show_tz;	/* NULL: UTC */
	int		 year;		/* 0 if not given */
	bool		 has_now;
	int64_t		 now;
	int		 slack;		/* seconds, 3600 */
	int		 jobs;		/* -j */
	bool		 hash;		/* true unless --no-hash */
	bool		 events;	/* -e */
	bool		 unknown;	/* --unknown */
	bool		 verbose;
	bool		 partial;	/* --partial */
	const char	*prefix;	/* --prefix */
	const char	*alias[64];	/* --host-alias A=B */
	size_t		 nalias;
	const char	*run_log;	/* --run-log */
	enum sandbox_mode sandbox;
};

/* Letters for getopt_long, to be put behind a tool's own. */
#define OPT_LETTERS	"o:f:s:u:z:y:j:eqvhV"
/* Entries for a tool's table of long options. */
enum {
	OPT_SHOW_TZ = 256, OPT_NOW, OPT_SLACK, OPT_NO_HASH, OPT_UNKNOWN,
	OPT_PARTIAL, OPT_PREFIX, OPT_HOST_ALIAS, OPT_RUN_LOG, OPT_SANDBOX,
	OPT_NO_SANDBOX, OPT_TOOL	/* first value free for the tool's own */
};
#define OPT_LONG							\
	{ "output", required_argument, NULL, 'o' },			\
	{ "fields", required_argument, NULL, 'f' },			\
	{ "since", required_argument, NULL, 's' },			\
	{ "until", required_argument, NULL, 'u' },			\
	{ "tz", required_argument, NULL, 'z' },				\
	{ "year", required_argument, NULL, 'y' },			\
	{ "jobs", required_argument, NULL, 'j' },			\
	{ "events", no_argument, NULL, 'e' },				\
	{ "quiet", no_argument, NULL, 'q' },				\
	{ "verbose", no_argument, NULL, 'v' },				\
	{ "help", no_argument, NULL, 'h' },				\
	{ "version", no_argument, NULL, 'V' },				\
	{ "show-tz", required_argument, NULL, OPT_SHOW_TZ },		\
	{ "now", required_argument, NULL, OPT_NOW },			\
	{ "slack", required_argument, NULL, OPT_SLACK },		\
	{ "no-hash", no_argument, NULL, OPT_NO_HASH },			\
	{ "unknown", no_argument, NULL, OPT_UNKNOWN },			\
	{ "partial", no_argument, NULL, OPT_PARTIAL },			\
	{ "prefix", required_argument, NULL, OPT_PREFIX },		\
	{ "host-alias", required_argument, NULL, OPT_HOST_ALIAS },	\
	{ "run-log", required_argument, NULL, OPT_RUN_LOG },		\
	{ "sandbox", required_argument, NULL, OPT_SANDBOX },		\
	{ "no-sandbox", no_argument, NULL, OPT_NO_SANDBOX }

void	opt_init(struct opt *);
/*
 * Handle one option of OPT_LETTERS or OPT_LONG; false if it is not one.
 * -h prints `help` and exits 0, -V the version.  An -o word that is not a
 * rec_format is left to the tool: returns false.
 */
bool	opt_common(struct opt *, int c, const char *arg, const char *help);
/* After all options: checks that hold between them (a reversed window). */
void	opt_check(struct opt *);

#endif
