/*
 * carverrun - what a run is of, so that no other one goes on with it
 *
 * carverrun_begin begins the checkpoint of a run, if there is one: it is of
 * this image (path, size and first bytes), these options and this version.
 * RC_DAMAGED: the file is of another run.
 */
#ifndef SOURCE_CARVERRUN_H
#define SOURCE_CARVERRUN_H

#include "source/carver.h"

enum rc	carverrun_begin(const struct carver_opt *, const char *path,
	    struct image *, struct err *);

#endif
