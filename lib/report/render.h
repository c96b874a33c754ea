/*
 * render - a report in the form that was asked for
 *
 * render_find gives the form of a word of RENDER_FORMATS.  What forms need
 * of their own (a table, whom a message is for) stands in struct render; its
 * texts come from the command line, and render_to, render_address and
 * render_line end the program with a message for those that cannot be
 * written; so does render_check when what is given does not go together.
 *
 * render_put is false, with a message, when the report cannot be written.
 */
#ifndef REPORT_RENDER_H
#define REPORT_RENDER_H

#include "report/asmail.h"
#include "report/astlsrpt.h"

#define RENDER_FORMATS	"text html json csv tap mail tlsrpt"
#define RENDER_MAX	((size_t)1024 * 1024 * 1024)	/* bytes */

enum render_form {
	RENDER_TEXT,
	RENDER_HTML,
	RENDER_JSON,
	RENDER_CSV,
	RENDER_TAP,
	RENDER_MAIL,
	RENDER_TLSRPT,
	RENDER_N
};

struct render {
	enum render_form	 form;
	const char		*table;		/* of RENDER_CSV; NULL: all */
	struct asmail		 mail;
	struct astlsrpt		 sender;
};

bool	render_find(struct slice word, enum render_form *);
void	render_to(struct render *, const char *value);
struct slice render_address(const char *option, const char *value);
struct slice render_line(const char *option, const char *value);
void	render_check(const struct render *);
bool	render_put(struct buf *, struct report *, const struct render *);

#endif
