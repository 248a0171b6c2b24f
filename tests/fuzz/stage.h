/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pmap's face over files in memory: a source that serves them, and a console
 * whose output is kept.
 */
#ifndef PX_FUZZ_STAGE_H
#define PX_FUZZ_STAGE_H

#include "console.h"
#include "fuzz.h"
#include "heritage.h"
#include "options.h"
#include "rc_parse.h"
#include "sheet.h"
#include "source_impl.h"

/** A file in memory. */
struct px_memory_file {
	struct pmapx_text text; /**< What is in it. */
	size_t at;              /**< How much has been read since it was opened. */
	bool is_missing;        /**< It cannot be opened. */
};

/** A console whose output is kept. */
struct px_stage_console {
	struct px_sink sink; /**< Of both streams. */
	struct px_console console;
	struct px_bytes out, err;
	unsigned undone; /**< How often the output was taken back. */
};

/** A source with one process, and a worker that shows it. */
struct px_stage {
	struct px_stage_console said;
	struct pmapx_source source;
	struct px_memory_file files[PX_FILE_SMAPS + 1];
	size_t chunk; /**< The most that one read gives. */
	/** Called when a file is opened, which it may put another text in; or NULL. */
	void (*opened)(struct px_stage *stage, enum px_file file);
	struct px_options options;
	struct px_rc rc;
	struct px_heritage heritage;
	_Atomic bool has_left_out;
	struct px_sifted sifted;
	struct px_pipeline pipeline; /**< Set up when the first process is shown. */
	struct px_sheet sheet;
};

/** Set up a console that keeps what is said; in UTF-8, or in plain ASCII. */
void px_stage_console_begin(struct px_stage_console *said, bool is_utf8);

/** Bring what waits into @said->out and @said->err. */
void px_stage_console_flush(struct px_stage_console *said);

/** Free what it holds. */
void px_stage_console_end(struct px_stage_console *said);

/** Set up a stage without text in its files; its options are those of no option. */
void px_stage_begin(struct px_stage *stage, bool is_utf8);

/**
 * Show the process as @stage->options ask for; returns the status.
 *
 * Options are to be set before the first process.
 */
int px_stage_show(struct px_stage *stage);

/** Free what it holds. */
void px_stage_end(struct px_stage *stage);

#endif
