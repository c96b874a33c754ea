/*
 * opt - the options that mean the same in every tool
 *
 * A tool has its own table of long options and its own letters; those that
 * opt_common knows are handed to it.  Times of --since and --until are
 * RFC 3339, YYYY-MM-DD[ HH:MM[:SS]] in the evidence's zone (-z, or UTC), or
 * "now", "today", "yesterday", "-2h", "-3d" (s m h d w) relative to --now.
 * A bare date is the midnight that it begins with.  Mistakes end the program
 * with a message (msg_usage).
 *
 *	opt_init(&opt);
 *	while ((c = opt_next(argc, argv, "m" OPT_LETTERS, longs)) != -1) {
 *		if (opt_common(&opt, c, optarg, help))
 *			continue;
 *		switch (c) {
 *		...
 *		default:
 *			opt_unknown(c, optarg, "text body");
 *		}
 *	}
 *	opt_check(&opt);
 *
 * The texts are those of the command line.  The zones are opened by
 * opt_check and freed by opt_free.
 */
#ifndef SOURCE_OPT_H
#define SOURCE_OPT_H

#include <getopt.h>
#include <stdbool.h>

#include "io/sandbox.h"
#include "io/zone.h"
#include "rec/rec.h"

#define OPT_ALIAS_MAX	64
#define OPT_YEAR_MIN	1970
#define OPT_YEAR_MAX	2100

struct opt {
	enum rec_format	 format;
	const char	*columns;	/* -f */
	bool		 has_since, has_until;
	int64_t		 since, until;	/* seconds since the epoch, half-open;
					 * set by opt_check */
	const char	*since_text;
	const char	*until_text;
	const char	*tz;		/* -z: NULL if not given */
	const char	*show_tz;	/* NULL: UTC */
	struct zone	*zone;		/* of -z; NULL if not given */
	struct zone	*show_zone;	/* of --show-tz; NULL: UTC */
	int		 year;		/* 0 if not given */
	bool		 has_now;
	int64_t		 now;		/* --now or the clock; set by opt_check */
	const char	*now_text;
	int		 slack;		/* seconds, 3600 */
	bool		 hash;		/* true unless --no-hash */
	bool		 events;	/* -e */
	bool		 tls_failures;	/* of clients, as events: for tools */
	bool		 no_refs;	/* messages without refs: for tools */
	bool		 loopback;	/* TLS inside the host matters: for tools */
	bool		 unknown;	/* --unknown */
	bool		 verbose;
	bool		 partial;	/* --partial */
	const char	*prefix;	/* --prefix */
	const char	*alias[OPT_ALIAS_MAX];	/* --host-alias A=B */
	size_t		 nalias;
	const char	*run_log;	/* --run-log */
	enum sandbox_mode sandbox;
};

/* Letters for getopt_long, to be put behind a tool's own. */
#define OPT_LETTERS	"o:f:s:u:z:y:eqvhV"
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

/* Called before any file is opened. */
void	opt_init(struct opt *);
void	opt_free(struct opt *);
/*
 * getopt_long with messages of our own: what it cannot make sense of ends
 * the program.
 */
int	opt_next(int argc, char **argv, const char *letters,
	    const struct option *longs);
/*
 * Handle one option of OPT_LETTERS or OPT_LONG; false if it is not one.
 * -h prints `help` and exits 0, -V the version.  An -o word that is not a
 * rec_format is left to the tool: returns false.
 */
bool	opt_common(struct opt *, int c, const char *arg, const char *help);
/*
 * What neither the tool nor opt_common knows, or a wrong -o word; `more` are
 * the -o words of the tool's own, with blanks between, or NULL.
 */
_Noreturn void	opt_unknown(int c, const char *arg, const char *more);
/*
 * After all options: read the times, open the zones, and check what must
 * hold between options (a reversed window).
 */
void	opt_check(struct opt *);

/*
 * Read a time as --since takes it; `up` rounds a fraction of a second up
 * (--until).  False if it is none.  *note, NULL or a text, says what is odd
 * about a local time: the clock showed it twice, or never.
 */
bool	opt_time(const char *text, const struct zone *, int64_t now, bool up,
	    int64_t *sec, const char **note);

#endif
