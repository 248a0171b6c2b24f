/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a capture says of itself to people: how far it is, what it has, what not
 * and why, and what it cost.
 */
#ifndef PX_REPORT_H
#define PX_REPORT_H

#include "take.h"

/** How many different reasons are told. */
#define PX_REASONS_MAX 16

/** What has been seen; set it up with px_report_begin(). */
struct px_report {
	struct px_console *console;
	bool is_live;          /**< Whether standard error is a terminal, which shows progress. */
	struct timespec start; /**< By the monotonic clock. */
	uint64_t drawn_ms;     /**< When progress was drawn last, after the start. */
	size_t total;          /**< How many processes there are to be. */
	size_t count;          /**< How many there have been. */
	size_t kinds[PX_KIND_VANISHED + 1]; /**< Of each kind. */
	size_t incomplete;                  /**< Processes that something is missing of. */
	uint64_t read_bytes;                /**< Of their files. */
	struct px_reason {
		const char *name; /**< The file. */
		int why;          /**< As of a gap. */
		size_t count;     /**< How many processes. */
	} reasons[PX_REASONS_MAX];
	unsigned reason_count;
	bool postgres_lacks;   /**< Something of PostgreSQL could not be had, which was said. */
	struct px_cost *costs; /**< Of each process if they are wanted, owned. */
};

/** Begin.  Returns 0 or -ENOMEM. */
int px_report_begin(struct px_report *report, struct px_console *console,
	const struct px_capture_options *options);

/** Free what it holds. */
void px_report_deinit(struct px_report *report);

/** Note a process. */
void px_report_note(struct px_report *report, const struct px_taken *record);

/** Show progress, where anybody sees it, and not too often; @bytes have been read. */
void px_report_progress(struct px_report *report, size_t bytes);

/** Take the progress off the screen. */
void px_report_clear(struct px_report *report);

/** Milliseconds since the beginning. */
uint64_t px_report_ms(const struct px_report *report);

/** The closing line, about @name; it took @sync_ms to have it on the disk. */
void px_report_end(
	struct px_report *report, const char *name, uint64_t written_bytes, uint64_t sync_ms);

/** The table of costs to @out, largest first. */
void px_report_costs(struct px_report *report, struct px_out *out);

/** Whether something could not be read that was to be. */
bool px_report_has_findings(const struct px_report *report);

#endif
