/*
 * phrase - phrases of a sheet that say one thing of a record
 *
 * Each writes its phrase, or nothing when the record does not have it.
 * phrase_reason and phrase_text stand on lines of their own, at most
 * PHRASE_LINES.  All but the phrase_put functions use sheet.b.
 */
#ifndef VIEW_PHRASE_H
#define VIEW_PHRASE_H

#include "view/sheet.h"
#include "view/tlswords.h"

#define PHRASE_LINES	3

/* label VALUE, label "VALUE", label <VALUE> */
void	phrase_field(struct sheet *, const char *label, const struct rec *,
	    enum field);
void	phrase_quoted(struct sheet *, const char *label, const struct rec *,
	    enum field);
void	phrase_address(struct sheet *, const char *label, const struct rec *,
	    enum field);
/* "4312 bytes", "1 recipient" */
void	phrase_count(struct sheet *, const struct rec *, enum field,
	    const char *one, const char *many);
void	phrase_user(struct sheet *, const struct rec *);
void	phrase_tls(struct sheet *, const struct rec *, enum tls_side);
/* Reply code, status code and reason. */
void	phrase_reason(struct sheet *, const struct rec *);
/* What a field says, at length. */
void	phrase_text(struct sheet *, const struct rec *, enum field);

/* name[address] */
void	phrase_put_client(struct buf *, const struct rec *, bool port);
/* " at STAGE" */
void	phrase_put_stage(struct buf *, const struct rec *);

#endif
