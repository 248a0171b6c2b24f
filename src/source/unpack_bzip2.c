/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is compressed by bzip2.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "libbz2.h"
#include "unpack_impl.h"

static const uint8_t magic[] = { 'B', 'Z', 'h' };

struct bunzip2 {
	struct px_libbz2 library;
	bz_stream stream;
	bool is_open;    /* @stream is. */
	bool is_between; /* One stream has ended, and another may begin; */
	size_t taken;    /* so much of its magic has been taken. */
};

static void bzip2_close(void *state)
{
	struct bunzip2 *bunzip2 = state;

	if (bunzip2->is_open)
		bunzip2->library.BZ2_bzDecompressEnd(&bunzip2->stream);
	px_libbz2_close(&bunzip2->library);
	free(bunzip2);
}

static int begin(struct bunzip2 *bunzip2)
{
	bunzip2->stream = (bz_stream){ 0 };
	bunzip2->is_open = bunzip2->library.BZ2_bzDecompressInit(&bunzip2->stream, 0, 0) == BZ_OK;
	return bunzip2->is_open ? 0 : -ENOMEM;
}

static int bzip2_open(void **ret_state)
{
	struct bunzip2 *bunzip2 = calloc(1, sizeof(*bunzip2));
	int r;

	if (bunzip2 == NULL)
		return -ENOMEM;
	r = px_libbz2_open(&bunzip2->library);
	if (r == 0)
		r = begin(bunzip2);
	if (r < 0) {
		bzip2_close(bunzip2);
		return r;
	}
	*ret_state = bunzip2;
	return 0;
}

static int result_of(struct bunzip2 *bunzip2, struct px_unpack_step *step, int got)
{
	switch (got) {
	case BZ_OK:
		return 0;
	case BZ_STREAM_END:
		bunzip2->is_between = true;
		bunzip2->taken = 0;
		return 0;
	case BZ_MEM_ERROR:
		return -ENOMEM;
	default:
		return px_unpack_damaged(step);
	}
}

static int unpack(struct bunzip2 *bunzip2, struct px_unpack_step *step)
{
	bz_stream *stream = &bunzip2->stream;
	unsigned int in = step->in_left < UINT_MAX ? (unsigned int)step->in_left : UINT_MAX;
	unsigned int out = step->out_left < UINT_MAX ? (unsigned int)step->out_left : UINT_MAX;
	int got;

	stream->next_in = (char *)step->in;
	stream->avail_in = in;
	stream->next_out = (char *)step->out;
	stream->avail_out = out;
	got = bunzip2->library.BZ2_bzDecompress(stream);
	step->in += in - stream->avail_in;
	step->in_left -= in - stream->avail_in;
	step->out += out - stream->avail_out;
	step->out_left -= out - stream->avail_out;
	return result_of(bunzip2, step, got);
}

/* Another stream begins, whose magic has been taken. */
static int begin_again(struct bunzip2 *bunzip2, struct px_unpack_step *step)
{
	char bytes[] = { (char)magic[0], (char)magic[1], (char)magic[2] };
	bz_stream *stream = &bunzip2->stream;
	int r;

	bunzip2->is_between = false;
	bunzip2->library.BZ2_bzDecompressEnd(stream);
	r = begin(bunzip2);
	if (r < 0)
		return r;
	stream->next_in = bytes;
	stream->avail_in = sizeof(bytes);
	stream->next_out = (char *)step->out;
	stream->avail_out = 1;
	return bunzip2->library.BZ2_bzDecompress(stream) == BZ_OK ? 0 : px_unpack_damaged(step);
}

static int bzip2_step(void *state, struct px_unpack_step *step)
{
	struct bunzip2 *bunzip2 = state;
	int r;

	if (!bunzip2->is_between)
		return unpack(bunzip2, step);
	r = px_unpack_next(step, magic, sizeof(magic), &bunzip2->taken);
	if (r != 0 || bunzip2->taken < sizeof(magic))
		return r;
	return begin_again(bunzip2, step);
}

const struct px_unpack_ops px_unpack_bzip2 = {
	.missing = PX_LIBBZ2_MISSING,
	.open = bzip2_open,
	.step = bzip2_step,
	.close = bzip2_close,
};
