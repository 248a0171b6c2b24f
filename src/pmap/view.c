/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which view the options ask for.
 */
#include "chosen.h"
#include "records.h"
#include "sheet.h"
#include "sorter.h"

static const struct px_view *const views[] = {
	[PX_VIEW_PLAIN] = &px_view_plain,
	[PX_VIEW_EXTENDED] = &px_view_extended,
	[PX_VIEW_DEVICE] = &px_view_device,
	[PX_VIEW_FIELDS] = &px_view_fields,
	[PX_VIEW_BY] = &px_view_by,
};

void px_pipeline_init(struct px_pipeline *pipeline, const struct px_options *options)
{
	pipeline->layout = views[options->view];
	if (options->view == PX_VIEW_CHOSEN) {
		px_chosen_view(options, &pipeline->chosen);
		pipeline->layout = &pipeline->chosen;
	}
	/* That one prints its own. */
	if (options->shape.notation != PX_NOTATION_TEXT && options->view != PX_VIEW_BY) {
		px_records_wrap(pipeline->layout, &pipeline->records);
		pipeline->layout = &pipeline->records;
	}
	if (px_arrange_is_given(&options->arrange))
		px_sorter_wrap(pipeline->layout, &pipeline->first);
	else
		pipeline->first = *pipeline->layout;
}
