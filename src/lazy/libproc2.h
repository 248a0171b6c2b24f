/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libproc2 of procps-ng: the table of the processes of the running system.
 */
#ifndef PX_LIBPROC2_H
#define PX_LIBPROC2_H

#include <libproc2/pids.h>

#include "library.h"
#include "with_libproc2.h"

#define PX_LIBPROC2_FUNCTIONS(X) \
	X(procps_pids_new)       \
	X(procps_pids_get)       \
	X(procps_pids_unref)

/** The functions of libproc2 that are used, by their own names. */
struct px_libproc2 {
	void *handle;
	PX_LIBPROC2_FUNCTIONS(PX_LAZY_MEMBER)
};

/** Load libproc2; 0 or -ELIBACC, of which PX_LIBPROC2_MISSING says why. */
int px_libproc2_open(struct px_libproc2 *ret);

/** Give it back. */
void px_libproc2_close(struct px_libproc2 *library);

#endif
