/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is compressed as .xz, unpacked within bounds.
 */
#include "unxz.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "liblzma.h"

enum { INPUT_SIZE = 64 * 1024, MIB = 1024 * 1024 };

struct px_unxz {
	struct px_liblzma library;
	lzma_stream stream;
	px_unxz_input *input;
	void *data;           /* For @input. */
	bool is_input_at_end; /* Or it failed. */
	int input_result;     /* What it failed with. */
	bool is_at_end;       /* All has been unpacked. */
	int result;           /* What all further calls return, if negative. */
	const char *trouble;
	char text[120]; /* What @trouble is if it has a number in it. */
	uint8_t bytes[INPUT_SIZE];
};

int px_unxz_open(px_unxz_input *input, void *data, struct px_unxz **ret)
{
	struct px_unxz *unxz = calloc(1, sizeof(*unxz));
	int r;

	if (unxz == NULL)
		return -ENOMEM;
	unxz->input = input;
	unxz->data = data;
	unxz->stream = (lzma_stream)LZMA_STREAM_INIT;
	r = px_liblzma_open(&unxz->library);
	if (r < 0) {
		free(unxz);
		return r;
	}
	/* Its flags and limits are sound, so it fails for want of memory only. */
	if (unxz->library.lzma_stream_decoder(&unxz->stream, (uint64_t)PX_UNXZ_MEMORY_MIB * MIB,
		    LZMA_CONCATENATED) != LZMA_OK) {
		px_unxz_close(unxz);
		return -ENOMEM;
	}
	*ret = unxz;
	return 0;
}

void px_unxz_close(struct px_unxz *unxz)
{
	if (unxz == NULL)
		return;
	unxz->library.lzma_end(&unxz->stream);
	px_liblzma_close(&unxz->library);
	free(unxz);
}

const char *px_unxz_trouble(const struct px_unxz *unxz)
{
	return unxz->trouble;
}

/* Where liblzma has got no further: no error of the data if that could not be read. */
static int stopped(struct px_unxz *unxz, int error, const char *trouble)
{
	if (unxz->input_result < 0)
		return unxz->input_result;
	unxz->trouble = trouble;
	return -error;
}

static int needs_too_much(struct px_unxz *unxz)
{
	uint64_t mib = (unxz->library.lzma_memusage(&unxz->stream) + MIB - 1) / MIB;

	(void)snprintf(unxz->text, sizeof(unxz->text),
		"unpacking needs %llu MiB of memory, more than the %d MiB that may be taken",
		(unsigned long long)mib, PX_UNXZ_MEMORY_MIB);
	return stopped(unxz, EFBIG, unxz->text);
}

/* What all further calls will return. */
static int result_of(struct px_unxz *unxz, lzma_ret got)
{
	switch (got) {
	case LZMA_OK:
		return 0;
	case LZMA_STREAM_END:
		unxz->is_at_end = true;
		return unxz->input_result;
	case LZMA_BUF_ERROR:
		return stopped(unxz, ENODATA, "the compressed data ends too early");
	case LZMA_FORMAT_ERROR:
		return stopped(unxz, EBADMSG, "the compressed data does not begin as .xz does");
	case LZMA_OPTIONS_ERROR:
		return stopped(unxz, EOPNOTSUPP,
			"the data is compressed in a way that liblzma does not know");
	case LZMA_MEMLIMIT_ERROR:
		return needs_too_much(unxz);
	case LZMA_MEM_ERROR:
		return -ENOMEM;
	default:
		return stopped(unxz, EBADMSG, "the compressed data is damaged");
	}
}

/* When all has been taken, there may still be output that had no room. */
static void refill(struct px_unxz *unxz)
{
	ssize_t n;

	if (unxz->stream.avail_in > 0 || unxz->is_input_at_end)
		return;
	n = unxz->input(unxz->data, unxz->bytes, sizeof(unxz->bytes));
	unxz->is_input_at_end = n <= 0;
	if (n < 0)
		unxz->input_result = (int)n;
	if (n > 0) {
		unxz->stream.next_in = unxz->bytes;
		unxz->stream.avail_in = (size_t)n;
	}
}

ssize_t px_unxz_read(struct px_unxz *unxz, void *bytes, size_t size)
{
	lzma_stream *stream = &unxz->stream;

	stream->next_out = bytes;
	stream->avail_out = size;
	while (stream->avail_out == size && unxz->result == 0 && !unxz->is_at_end) {
		refill(unxz);
		unxz->result = result_of(unxz,
			unxz->library.lzma_code(
				stream, unxz->is_input_at_end ? LZMA_FINISH : LZMA_RUN));
	}
	if (stream->avail_out < size)
		return (ssize_t)(size - stream->avail_out);
	return unxz->result;
}
