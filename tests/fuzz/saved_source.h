/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must hold of any saved source, whatever is in it.
 */
#ifndef PX_FUZZ_SAVED_SOURCE_H
#define PX_FUZZ_SAVED_SOURCE_H

#include <pmapx.h>

#include "show.h"
#include "stage.h"

/** The descriptor that an input is put into: messages name it, so it is always the same. */
#define PX_INPUT_FD 700
/** A path that opens it. */
#define PX_INPUT_PATH "/proc/self/fd/700"

/** What a view said of a source; zero to begin with. */
struct px_shown {
	struct px_bytes out, err;
	int status;
};

/** Let PX_INPUT_FD be a file with @size bytes of @data in it. */
void px_put_input(const void *data, size_t size);

/** Open the process that @source has handed out as @member, and read all there is of it. */
void px_must_read_process(struct pmapx_source *source, const struct pmapx_member *member);

/** Read all of @path; processes come once and in order if @is_in_order. */
void px_must_read_saved(
	const char *path, const struct pmapx_source_options *options, bool is_in_order);

/** Show what @source, which is called @path in messages, still hands out: @options->pids only. */
void px_must_show_source(struct pmapx_source *source, const char *path,
	const struct pmapx_source_options *options, const struct px_view *view, bool is_utf8,
	struct px_shown *ret);

/** The same, of all of @path; false if it cannot be opened. */
bool px_must_show_saved(const char *path, const struct pmapx_source_options *options,
	const struct px_view *view, bool is_utf8, struct px_shown *ret);

/** Both say the same. */
void px_must_show_same(const struct px_shown *one, const struct px_shown *other);

/** Free what it holds. */
void px_shown_drop(struct px_shown *shown);

#endif
