/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pmapx.json: what a capture says of itself.
 */
#ifndef PX_ABOUT_H
#define PX_ABOUT_H

#include "host.h"
#include "out.h"
#include "take.h"

/** Has an output go into a spool. */
struct px_spool_sink {
	struct px_sink sink;
	struct px_spool *spool;
};

/** What is known of a capture. */
struct px_about {
	const struct px_capture_options *options;
	struct px_host host;
	struct timespec start, end; /**< @end is set when it is complete. */
	struct px_spool processes;  /**< A line for each that was written. */
	struct px_spool_sink sink;  /**< Of what is being written. */
};

/** Note what became of a process.  Returns 0, or a negative errno of the spool's. */
int px_about_note(struct px_about *about, const struct px_taken *record, struct px_out *out);

/**
 * Write it to @spool by way of @out: with all processes if it is complete, with none
 * as long as it is not.  Returns as above.
 */
int px_about_write(
	struct px_about *about, bool is_complete, struct px_out *out, struct px_spool *spool);

/** What "why" says of a missing file. */
const char *px_missing_text(int why);

#endif
