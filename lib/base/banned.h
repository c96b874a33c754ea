/*
 * banned - functions that have no business with evidence
 *
 * Included last in every file that handles evidence (lib/fmt, lib/track,
 * lib/rec, lib/scan; t/layers.t requires it): what needs a NUL at the end,
 * does not say how much it writes, takes a number without a limit, or
 * depends on the locale or the time zone is a compile error from there on.
 * Use slice_*, caltime_*, ascii_* and num_* instead.
 *
 * The identifiers stay poisoned up to the end of the file, so no header may
 * follow this one.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

/* Some are macros, too, when their header is included. */
#undef strdupa
#undef strndupa
#undef alloca
#undef sprintf
#undef vsprintf
#undef isalnum
#undef isalpha
#undef isblank
#undef iscntrl
#undef isdigit
#undef isgraph
#undef islower
#undef isprint
#undef ispunct
#undef isspace
#undef isupper
#undef isxdigit
#undef tolower
#undef toupper

/* need a NUL at the end */
#pragma GCC poison strlen strnlen strcmp strncmp strcasecmp strncasecmp
#pragma GCC poison strchr strrchr strchrnul strstr strcasestr rawmemchr
#pragma GCC poison strspn strcspn strpbrk strtok strtok_r strsep
#pragma GCC poison strcoll strxfrm strdup strndup strdupa strndupa

/* do not say how much they write */
#pragma GCC poison strcpy strncpy strcat strncat stpcpy stpncpy
#pragma GCC poison sprintf vsprintf gets alloca

/* numbers without a limit, formats read from text */
#pragma GCC poison atoi atol atoll atof
#pragma GCC poison strtol strtoll strtoul strtoull strtod strtof strtold
#pragma GCC poison strtoimax strtoumax
#pragma GCC poison scanf fscanf sscanf vscanf vfscanf vsscanf

/* depend on the locale */
#pragma GCC poison isalnum isalpha isblank iscntrl isdigit isgraph islower
#pragma GCC poison isprint ispunct isspace isupper isxdigit tolower toupper

/* depend on the time zone, or on the clock */
#pragma GCC poison strptime strftime mktime timelocal localtime localtime_r
#pragma GCC poison ctime ctime_r asctime asctime_r gmtime

#endif
