/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --format: views as records for programs.
 */
#ifndef PX_PMAP_RECORDS_H
#define PX_PMAP_RECORDS_H

#include "sheet.h"

/** Set *@ret to a view with the columns of @view, as records. */
void px_records_wrap(const struct px_view *view, struct px_view *ret);

/** What is before the first process.  0, or -ENOMEM before anything is printed. */
int px_records_begin(
	struct px_console *console, const struct px_options *options, const struct px_rc *rc);

/** What is behind the last one; and say it, if keys of smaps were left out. */
void px_records_end(
	struct px_console *console, const struct px_options *options, bool has_left_out);

#endif
