/*
 * colours - which words of a timeline are red, yellow or green
 *
 * Red is what went wrong, yellow what is unknown, open or late.  Green is an
 * authenticated hop only.
 */
#ifndef VIEW_COLOURS_H
#define VIEW_COLOURS_H

#include "base/slice.h"
#include "view/paint.h"
#include "view/tlswords.h"

enum paint_colour	colours_status(struct slice);
enum paint_colour	colours_severity(struct slice);
enum paint_colour	colours_tls(enum tls_class);

#endif
