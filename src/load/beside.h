/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What pg_stat_activity and the dumps of memory contexts share when they are loaded.
 */
#ifndef PX_BESIDE_H
#define PX_BESIDE_H

#include "load_impl.h"

/**
 * What is to be read: @option, if @path names one, or what the source has; NULL if there is
 * neither.  @found has room for the latter.
 */
struct px_told_input *px_beside_find(struct px_loading *loading, struct pmapx_source *source,
	const char *path, struct px_told_input *option, enum px_host_file which,
	struct px_told_input *found);

/** Something that could not be read: the first is told, with how many there are. */
struct px_trouble {
	uint64_t line;
	const char *why;
	size_t count;
};

/** Count one. */
void px_trouble_note(struct px_trouble *trouble, uint64_t line, const char *why);

/** Say what there was, if anything, with @before in front of why. */
void px_trouble_tell(struct px_loading *loading, const struct px_told_input *input,
	const struct px_trouble *trouble, const char *before);

/** Say that of several servers none can be told to be the one that has said it. */
void px_beside_say_unknown(struct px_loading *loading, const struct px_told_input *input);

/** Say that none of @count rows or dumps, @what, is of a process that is there. */
void px_beside_say_strange(struct px_loading *loading, const struct px_told_input *input,
	const char *what, size_t count);

/** A text as a value; none if its bytes are NULL. */
struct px_datum px_beside_text(const struct pmapx_text *text);

/** A server as a value; 0 is none. */
struct px_datum px_beside_instance(int64_t instance);

#endif
