/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text from what has been opened, which may be packed: unpacked as it is read.
 */
#ifndef PX_TEXT_INPUT_H
#define PX_TEXT_INPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "saved.h"
#include "unpack.h"

/** Text that is being read; set it up with px_text_input_open(). */
struct px_text_input {
	struct px_input *input; /**< Borrowed. */
	size_t taken;           /**< Of what had been read of it. */
	bool is_beginning;      /**< That is all that is to be read. */
	struct px_unpack *unpack;
	FILE *file;  /**< The text. */
	bool is_cut; /**< The line that was read last goes on. */
};

/**
 * Begin with @input, which is to stay where it is, or only with what has been read of it.
 * Returns 0, -ENOMEM, or -ELIBACC if it is packed and the library for that cannot be loaded;
 * close it only after 0.
 */
int px_text_input_open(struct px_text_input *text, struct px_input *input, bool is_beginning);

/**
 * Read the next line, with its newline, and put a NUL behind it; of one that does not fit
 * into @size bytes its beginning.  Returns how many bytes there are, 0 at the end, or a
 * negative errno.
 */
ssize_t px_text_input_line(struct px_text_input *text, char *bytes, size_t size);

/** What is wrong where reading ended with @r, a negative errno. */
const char *px_text_input_trouble(const struct px_text_input *text, int r);

/** Free it; @input stays. */
void px_text_input_close(struct px_text_input *text);

#endif
