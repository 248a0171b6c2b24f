/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands in the name column of a row: the rules of the manual, once more.
 */
#ifndef PX_FUZZ_LABELS_H
#define PX_FUZZ_LABELS_H

#include "stage.h"

/** Where the stack of the stage's process is. */
#define PX_STAGE_STACK 8191

/** The label of a mapping called @name in the default view, -x and -d; made harmless. */
struct px_bytes px_label_of(
	struct px_stage *stage, const struct pmapx_mapping *mapping, const struct pmapx_text *name);

/** Its name in -X. */
struct px_bytes px_table_name_of(struct px_stage *stage, const struct pmapx_text *name);

/** The flags that -XX shows for the value @flags of a VmFlags line. */
struct pmapx_text px_flags_of(const struct pmapx_text *flags);

#endif
