/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What PostgreSQL has said, to be read as often as is needed: a file that an option names, which
 * may be packed or a pipe, or one of the source.
 */
#ifndef PX_TOLD_INPUT_H
#define PX_TOLD_INPUT_H

#include "host_file.h"

/** Where to read from. */
struct px_told_input {
	const char *name; /**< For messages; borrowed. */
	uint64_t offset;  /**< Where px_told_input_read() goes on: 0 begins anew. */
	struct px_input
		file; /**< A regular file that is not packed; its fd is -1 if it is not that */
	struct px_spool spool;       /**< but what has been read, and unpacked, of another, */
	struct pmapx_source *source; /**< or of the source; NULL if it is none of it. */
	const char *host;
	enum px_host_file which;
};

/**
 * Open @path, "-" for standard input, and read up to @max bytes of what cannot be read twice, or
 * is packed; a file for that would be in @folder, which is borrowed.
 *
 * Returns 0, or a negative errno with why in *@ret_why.  Where what is packed is damaged, or a
 * pipe fails, there is what came before, and *@ret_why says what is wrong; else it is "".
 * @ret_why has room for PX_TROUBLE_MAX.
 */
int px_told_input_open(struct px_told_input *told, const char *path, const char *folder,
	uint64_t max, char *ret_why);

/** The same for a file of @host in @source, all borrowed; whether there is something in it. */
bool px_told_input_find(struct px_told_input *told, struct pmapx_source *source, const char *host,
	enum px_host_file which);

/** Read up to @size bytes: their number, 0 at the end, or a negative errno. */
ssize_t px_told_input_read(struct px_told_input *told, void *bytes, size_t size);

/** Free it; one that is zero is fine. */
void px_told_input_close(struct px_told_input *told);

#endif
