/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the shapes of pg_stat_activity share, below activity.h.
 */
#ifndef PX_ACTIVITY_IMPL_H
#define PX_ACTIVITY_IMPL_H

#include "activity.h"

/** What the texts of a column look like. */
enum px_activity_kind {
	PX_KIND_NUMBER,  /**< Digits, with a sign maybe. */
	PX_KIND_TIME,    /**< A point in time, in any style. */
	PX_KIND_ADDRESS, /**< Of a network. */
	PX_KIND_NAME,    /**< Of a host: no blanks. */
	PX_KIND_WORDS,   /**< Letters, digits, blanks, and a few signs. */
	PX_KIND_FREE     /**< Anything. */
};

/** A column that is not known. */
#define PX_ACTIVITY_UNKNOWN PX_ACTIVITY_COLUMN_COUNT

/** A line. */
struct px_line {
	struct pmapx_text text; /**< Without its newline, and a carriage return before that. */
	size_t next;            /**< Where the one behind it begins. */
	bool is_cut;            /**< It has no newline: the text ends in it. */
};

/** A cell of aligned text, without its borders. */
struct px_cell {
	struct pmapx_text text; /**< Between its margins. */
	char left, right;       /**< The margins, which tell of continuation. */
};

/** What a shape can do. */
struct px_activity_shape {
	const char *name;
	/**
	 * Read the names of columns, and what else is of all rows.
	 * Returns 0, -ENOTSUP with @refusal, or -ENOMEM.
	 */
	int (*begin)(struct px_activity *activity, enum px_activity_refusal *refusal);
	/** As px_activity_next(), for the texts and the line of a row. */
	int (*next)(struct px_activity *activity, struct px_activity_row *row,
		struct pmapx_error *error);
};

extern const struct px_activity_shape px_shape_csv, px_shape_copy, px_shape_separated,
	px_shape_aligned, px_shape_expanded, px_shape_json;

struct px_activity {
	struct pmapx_text text;
	size_t end;    /**< From where on there are but blanks and newlines. */
	size_t at;     /**< What is read next, ... */
	uint64_t line; /**< ... and its line, from 1. */
	const struct px_activity_shape *shape;
	unsigned char *columns; /**< What each column of the text is; owned. */
	size_t count, size;     /**< How many there are, and there is room for. */
	char *room;             /**< As long as the text: where texts of a row are put together. */
	size_t used;            /**< Of it, by this row. */
	uint64_t rows;          /**< Handed out, or in error. */
	char separator;         /**< Of separated text. */
	size_t query;           /**< Which column may be of several lines; @count if none. */
	/* Of aligned text: */
	size_t *widths;        /**< Of the columns, with their margins; owned. */
	struct px_cell *cells; /**< Of the line that is looked at; owned. */
	bool *continued;       /**< Which cells go on in the next line; owned. */
};

/** The line that begins at @at; false at the end of the text. */
bool px_line_at(const struct px_activity *activity, size_t at, struct px_line *ret);

/** Go on behind @line. */
void px_line_take(struct px_activity *activity, const struct px_line *line);

/** Go on at @at, which may be some lines further. */
void px_activity_move(struct px_activity *activity, size_t at);

/** Whether there is nothing but blanks and newlines from @at on. */
bool px_is_blank_from(const struct px_activity *activity, size_t at);

/** Without blanks at both ends, or at the end. */
struct pmapx_text px_trim(struct pmapx_text text);
struct pmapx_text px_trim_end(struct pmapx_text text);

/** What is up to @byte, or all, of *@text, which is moved behind that. */
struct pmapx_text px_take_until(struct pmapx_text *text, char byte);

/** The column called @name. */
enum px_activity_column px_column_find(const struct pmapx_text *name);

/** What the texts of @column look like. */
enum px_activity_kind px_column_kind(size_t column);

/** Whether @text can be one of @column; an empty one can, but no PID. */
bool px_column_fits(size_t column, const struct pmapx_text *text);

/** Append a column called @name.  Returns 0 or -ENOMEM. */
int px_columns_add(struct px_activity *activity, const struct pmapx_text *name);

/** Whether the columns will do: the last thing that begin() asks. */
int px_columns_check(const struct px_activity *activity, enum px_activity_refusal *refusal);

/** Say @text of the column at @index, unless that is not known; nothing if it is empty. */
void px_row_put(const struct px_activity *activity, struct px_activity_row *row, size_t index,
	struct pmapx_text text);

/** Fail with @code at @line. */
int px_row_fail(struct pmapx_error *error, int code, uint64_t line, const char *reason);

/** Whether @line is "(63 rows)" in some language, of @ret_rows. */
bool px_is_footer(const struct pmapx_text *line, uint64_t *ret_rows);

/**
 * Begin a row: pass over empty lines, and note where it is; *@ret is its first line, which
 * is still to be taken.
 * Returns 1; 0 at the end, or if there is but a footer; or -EBADMSG if that counts another
 * number of rows.
 */
int px_row_begin(struct px_activity *activity, struct px_activity_row *row, struct px_line *ret,
	struct pmapx_error *error);

/** Whether a text with tabs between columns, named in @header, has a NULL as COPY writes it. */
bool px_copy_has_nulls(const struct px_activity *activity, const struct px_line *header);

/** The columns whose names are in @line, with @separator between them.  Returns 0 or -ENOMEM. */
int px_columns_read(struct px_activity *activity, const struct pmapx_text *line, char separator);

/** What the errors of several shapes say. */
#define PX_SAY_FEW "too few columns"
#define PX_SAY_MANY "too many columns"
#define PX_SAY_CUT "the text ends in this row"

#endif
