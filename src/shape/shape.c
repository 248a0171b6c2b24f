/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a table is to look: reading what was asked for.
 */
#include "shape.h"

#include "scan.h"

const char *const px_shape_names[PX_SHAPE_OPTIONS] = {
	[PX_SHAPE_SORT] = "sort",
	[PX_SHAPE_TOP] = "top",
	[PX_SHAPE_FORMAT] = "format",
	[PX_SHAPE_UNITS] = "units",
};

static const char *add_sort(struct px_shape *shape, const char *value)
{
	shape->descending = *value == '-';
	shape->sort = value + shape->descending;
	return *shape->sort != '\0' ? NULL : "no column to sort by";
}

static const char *add_top(struct px_shape *shape, const char *value)
{
	uint64_t number;

	if (!px_scan_number(value, &number) || number == 0)
		return "not a number of rows from 1 on";
	shape->top = number < SIZE_MAX ? (size_t)number : SIZE_MAX;
	return NULL;
}

static const char *add_format(struct px_shape *shape, const char *value)
{
	return px_notation_find(value, &shape->notation) ? NULL : PX_NOTATION_WANTED;
}

static const char *add_units(struct px_shape *shape, const char *value)
{
	shape->has_units = px_units_find(value, &shape->units);
	return shape->has_units ? NULL : PX_UNITS_WANTED;
}

const char *px_shape_add(struct px_shape *shape, enum px_shape_option option, const char *value)
{
	static const char *(*const adders[PX_SHAPE_OPTIONS])(struct px_shape *, const char *) = {
		[PX_SHAPE_SORT] = add_sort,
		[PX_SHAPE_TOP] = add_top,
		[PX_SHAPE_FORMAT] = add_format,
		[PX_SHAPE_UNITS] = add_units,
	};

	return adders[option](shape, value);
}

const char *px_shape_check(const struct px_shape *shape)
{
	/* A program that reads sizes is to read the same ones always. */
	if (shape->has_units && shape->notation != PX_NOTATION_TEXT)
		return "--units is for text: other formats have sizes in kB";
	return NULL;
}
