/*
 * xmltext - text in XML: the one place where it is escaped
 *
 * xmltext_put writes s so that it stands in element content and in quoted
 * attributes: the five characters of markup as entities, bytes that are not
 * UTF-8, and characters that XML 1.0 forbids or that are unsafe to show
 * (base/utf8.h), as \xHH or \uHHHH.  Errors stay with the stream.
 */
#ifndef BASE_XMLTEXT_H
#define BASE_XMLTEXT_H

#include <stdio.h>

#include "base/slice.h"

void	xmltext_put(FILE *, struct slice s);

#endif
