/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How rows are arranged.
 */
#include "arrange.h"

#include <stdlib.h>
#include <string.h>

#include "by.h"
#include "chosen.h"
#include "field.h"
#include "options.h"

bool px_arrange(struct px_console *console, struct px_options *options)
{
	struct px_arrange *arrange = &options->arrange;
	const struct px_shape *shape = &options->shape;
	struct px_field_set set = px_field_set_of(options->view);
	struct pmapx_text name;

	/* Its rows are not mappings. */
	if (options->view == PX_VIEW_BY)
		return px_by_check(console, options);
	if (options->view == PX_VIEW_CHOSEN)
		arrange->chosen = px_chosen_read(console, options->fields);
	if (options->view == PX_VIEW_CHOSEN && arrange->chosen == NULL)
		return false;
	arrange->top = shape->top;
	if (shape->sort == NULL)
		return true;
	name = (struct pmapx_text){ shape->sort, strlen(shape->sort) };
	arrange->descends = shape->descending;
	arrange->field = malloc(sizeof(*arrange->field));
	if (arrange->field == NULL) {
		px_message(console, "memory allocation failed");
		return false;
	}
	if (px_field_find(&set, &name, arrange->field) == 0)
		return true;
	px_field_say_unknown(console, "sort", &set, &name);
	return false;
}

void px_arrange_deinit(struct px_arrange *arrange)
{
	free(arrange->field);
	px_chosen_free(arrange->chosen);
	*arrange = (struct px_arrange){ 0 };
}
