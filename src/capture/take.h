/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading all that is captured of one process.
 */
#ifndef PX_TAKE_H
#define PX_TAKE_H

#include <time.h>

#include "capture.h"
#include "large.h"
#include "source_impl.h"
#include "spool.h"

/** What became of a process, or what it is. */
enum px_kind { PX_KIND_PROCESS, PX_KIND_KERNEL, PX_KIND_ZOMBIE, PX_KIND_VANISHED };

/** Why a file is missing, where it is no errno; one that is torn is there, but not whole. */
enum { PX_MISSING_RSS = 1000001, PX_MISSING_CHANGED, PX_MISSING_TORN };

/* Files of a process: the small ones, two of smaps, maps and numa_maps. */
#define PX_PARTS_MAX 12
/* All of them may be missing, and the memory may have gone. */
#define PX_GAPS_MAX (PX_PARTS_MAX + 1)

/** What has been read of a process. */
struct px_taken {
	pid_t pid;
	int error; /**< Negative errno of what keeps the capture from going on, or 0. */
	enum px_kind kind;
	char state;           /**< As stat has it, 0 if unknown. */
	uint64_t start_ticks; /**< When it started, if @state is known. */
	char comm[64];        /**< Its name, not terminated. */
	size_t comm_length;
	struct timespec when;  /**< When its files were begun to be read. */
	uint64_t read_ns;      /**< How long that took. */
	struct px_spool bytes; /**< A view of the spool that has its files; not to be freed. */
	struct px_part {
		const char *name;
		uint64_t offset, length;
	} parts[PX_PARTS_MAX]; /**< Its files, in the order in which they are written. */
	unsigned part_count;
	struct px_gap {
		const char *name;
		int why;     /**< Positive errno, or PX_MISSING_... */
	} gaps[PX_GAPS_MAX]; /**< The files that it should have and has not. */
	unsigned gap_count;
};

/** The file whose contents are the aim of a link. */
extern const char px_part_exe[];

/** One who reads; set it up with px_taker_init(). */
struct px_taker {
	const struct px_capture_options *options;
	struct px_redactor redactor;
	struct pmapx_source *source;
	struct px_spool *spool; /**< Where to; of whoever calls. */
	struct px_large large;  /**< Reads large files. */
	unsigned readings;      /**< How often the process has been begun to be read. */
	char *small;            /**< The contents of small files. */
	size_t small_size;      /**< The room there. */
};

/** Returns 0, or a negative errno. */
int px_taker_init(struct px_taker *taker, const struct px_capture_options *options,
	const struct px_redaction *redaction, struct px_pace *pace, struct px_spool *spool);

/** Free what it holds. */
void px_taker_deinit(struct px_taker *taker);

/** Read process @pid. */
void px_take(struct px_taker *taker, pid_t pid, struct px_taken *ret);

#endif
