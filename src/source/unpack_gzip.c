/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is compressed by gzip.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "libz.h"
#include "unpack_impl.h"

/* The largest window, 32 KiB, and nothing but gzip's own headers. */
#define WINDOW_BITS (15 + 16)

static const uint8_t magic[] = { 0x1f, 0x8b };

struct gunzip {
	struct px_libz library;
	z_stream stream;
	bool is_between; /* One member has ended, and another may begin; */
	size_t taken;    /* so much of its magic has been taken. */
};

static void gzip_close(void *state)
{
	struct gunzip *gunzip = state;

	gunzip->library.inflateEnd(&gunzip->stream);
	px_libz_close(&gunzip->library);
	free(gunzip);
}

static int gzip_open(void **ret_state)
{
	struct gunzip *gunzip = calloc(1, sizeof(*gunzip));
	int r;

	if (gunzip == NULL)
		return -ENOMEM;
	r = px_libz_open(&gunzip->library);
	if (r < 0) {
		free(gunzip);
		return r;
	}
	/* As inflateInit2() does. */
	r = gunzip->library.inflateInit2_(
		&gunzip->stream, WINDOW_BITS, ZLIB_VERSION, (int)sizeof(gunzip->stream));
	if (r != Z_OK) {
		px_libz_close(&gunzip->library);
		free(gunzip);
		return r == Z_VERSION_ERROR ? -ELIBACC : -ENOMEM;
	}
	*ret_state = gunzip;
	return 0;
}

/* Another member begins, whose magic has been taken. */
static int begin_again(struct gunzip *gunzip, struct px_unpack_step *step)
{
	uint8_t bytes[] = { magic[0], magic[1] };
	z_stream *stream = &gunzip->stream;

	gunzip->is_between = false;
	gunzip->library.inflateReset(stream);
	stream->next_in = bytes;
	stream->avail_in = sizeof(bytes);
	stream->next_out = step->out;
	stream->avail_out = 1;
	return gunzip->library.inflate(stream, Z_NO_FLUSH) == Z_OK ? 0 : px_unpack_damaged(step);
}

static int result_of(struct gunzip *gunzip, struct px_unpack_step *step, int got)
{
	switch (got) {
	case Z_OK:
	case Z_BUF_ERROR: /* It has got no further. */
		return 0;
	case Z_STREAM_END:
		gunzip->is_between = true;
		gunzip->taken = 0;
		return 0;
	case Z_MEM_ERROR:
		return -ENOMEM;
	default:
		return px_unpack_damaged(step);
	}
}

static int unpack(struct gunzip *gunzip, struct px_unpack_step *step)
{
	z_stream *stream = &gunzip->stream;
	uInt in = step->in_left < UINT_MAX ? (uInt)step->in_left : UINT_MAX;
	uInt out = step->out_left < UINT_MAX ? (uInt)step->out_left : UINT_MAX;
	int got;

	stream->next_in = step->in;
	stream->avail_in = in;
	stream->next_out = step->out;
	stream->avail_out = out;
	got = gunzip->library.inflate(stream, Z_NO_FLUSH);
	step->in += in - stream->avail_in;
	step->in_left -= in - stream->avail_in;
	step->out += out - stream->avail_out;
	step->out_left -= out - stream->avail_out;
	return result_of(gunzip, step, got);
}

static int gzip_step(void *state, struct px_unpack_step *step)
{
	struct gunzip *gunzip = state;
	int r;

	if (!gunzip->is_between)
		return unpack(gunzip, step);
	r = px_unpack_next(step, magic, sizeof(magic), &gunzip->taken);
	if (r != 0 || gunzip->taken < sizeof(magic))
		return r;
	return begin_again(gunzip, step);
}

const struct px_unpack_ops px_unpack_gzip = {
	.missing = PX_LIBZ_MISSING,
	.open = gzip_open,
	.step = gzip_step,
	.close = gzip_close,
};
