/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a table holds: shared by what fills and what prints it.
 */
#ifndef PX_TABLE_IMPL_H
#define PX_TABLE_IMPL_H

#include "table.h"

struct store;

struct px_table {
	const struct px_table_column *columns;
	size_t column_count;
	struct px_value *values; /**< Row by row. */
	size_t row_count, row_size;
	size_t *order;          /**< In which rows are printed; NULL for that in which they came. */
	struct px_value *total; /**< NULL if there is none. */
	struct store *texts;    /**< The one with room first. */
};

/** Whether numbers of this type are two's complement. */
static inline bool px_value_may_have_sign(enum px_value_type type)
{
	return type == PX_VALUE_CHANGE || type == PX_VALUE_BALANCE || type == PX_VALUE_INTEGER ||
		type == PX_VALUE_REST;
}

/** A row, counted as they are printed. */
static inline const struct px_value *px_table_row(const struct px_table *table, size_t place)
{
	size_t row = table->order != NULL ? table->order[place] : place;

	return table->values + row * table->column_count;
}

/** Print the first @rows as text; 0, or -ENOMEM before anything is printed. */
int px_table_print_text(const struct px_table *table, struct px_console *console,
	const struct px_shape *shape, size_t rows, const struct px_table_frame *frame);

#endif
