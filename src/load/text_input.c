/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text from what has been opened.
 */
#include "text_input.h"

#include <errno.h>
#include <string.h>

#include "descriptor.h"

/* A px_unpack_input: what had been read comes first. */
static ssize_t read_input(void *data, void *bytes, size_t size)
{
	struct px_text_input *text = data;
	const struct px_input *input = text->input;
	size_t rest = input->length - text->taken;

	if (rest == 0)
		return input->is_all || text->is_beginning ? 0 : px_read(input->fd, bytes, size);
	if (size > rest)
		size = rest;
	memcpy(bytes, input->bytes + text->taken, size);
	text->taken += size;
	return (ssize_t)size;
}

/* A cookie_read_function_t. */
static ssize_t read_text(void *data, char *bytes, size_t size)
{
	struct px_text_input *text = data;
	ssize_t n = text->unpack != NULL ? px_unpack_read(text->unpack, bytes, size)
					 : read_input(text, bytes, size);

	if (n >= 0)
		return n;
	errno = (int)-n;
	return -1;
}

int px_text_input_open(struct px_text_input *text, struct px_input *input, bool is_beginning)
{
	const struct pmapx_text begun = { input->bytes, input->length };
	const cookie_io_functions_t functions = { .read = read_text };
	enum px_packing packing = px_unpack_find(&begun);
	int r = 0;

	*text = (struct px_text_input){ .input = input, .is_beginning = is_beginning };
	if (packing != PX_PACKING_NONE)
		r = px_unpack_open(packing, read_input, text, &text->unpack);
	if (r < 0)
		return r;
	text->file = fopencookie(text, "r", functions);
	if (text->file == NULL) {
		px_unpack_close(text->unpack);
		return -ENOMEM;
	}
	return 0;
}

ssize_t px_text_input_line(struct px_text_input *text, char *bytes, size_t size)
{
	size_t length = 0;
	int byte = text->is_cut ? 0 : '\n';

	while (byte != '\n' && byte != EOF)
		byte = getc_unlocked(text->file);
	for (byte = 0; length + 1 < size && byte != '\n'; bytes[length++] = (char)byte) {
		byte = getc_unlocked(text->file);
		if (byte == EOF)
			break;
	}
	bytes[length] = '\0';
	text->is_cut = byte != '\n' && byte != EOF;
	if (byte == EOF && ferror(text->file) != 0)
		return -errno;
	return (ssize_t)length;
}

const char *px_text_input_trouble(const struct px_text_input *text, int r)
{
	const char *trouble = text->unpack != NULL ? px_unpack_trouble(text->unpack) : NULL;

	return trouble != NULL ? trouble : px_describe_error(-r);
}

void px_text_input_close(struct px_text_input *text)
{
	(void)fclose(text->file);
	px_unpack_close(text->unpack);
}
