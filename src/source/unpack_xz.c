/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is compressed as .xz.
 */
#include <errno.h>
#include <stdlib.h>

#include "liblzma.h"
#include "unpack.h"
#include "unpack_impl.h"

struct unxz {
	struct px_liblzma library;
	lzma_stream stream;
};

static void xz_close(void *state)
{
	struct unxz *unxz = state;

	unxz->library.lzma_end(&unxz->stream);
	px_liblzma_close(&unxz->library);
	free(unxz);
}

static int xz_open(void **ret_state)
{
	struct unxz *unxz = calloc(1, sizeof(*unxz));
	int r;

	if (unxz == NULL)
		return -ENOMEM;
	unxz->stream = (lzma_stream)LZMA_STREAM_INIT;
	r = px_liblzma_open(&unxz->library);
	if (r < 0) {
		free(unxz);
		return r;
	}
	/* Its flags and limits are sound, so it fails for want of memory only. */
	if (unxz->library.lzma_stream_decoder(&unxz->stream,
		    (uint64_t)PX_UNPACK_MEMORY_MIB * 1024 * 1024, LZMA_CONCATENATED) != LZMA_OK) {
		xz_close(unxz);
		return -ENOMEM;
	}
	*ret_state = unxz;
	return 0;
}

static int result_of(const struct unxz *unxz, struct px_unpack_step *step, lzma_ret got)
{
	switch (got) {
	case LZMA_OK:
	case LZMA_BUF_ERROR: /* It has got no further. */
		return 0;
	case LZMA_STREAM_END:
		return 1;
	case LZMA_FORMAT_ERROR:
		step->trouble = "the compressed data does not begin as .xz does";
		return -EBADMSG;
	case LZMA_OPTIONS_ERROR:
		step->trouble = "the data is compressed in a way that liblzma does not know";
		return -EOPNOTSUPP;
	case LZMA_MEMLIMIT_ERROR:
		return px_unpack_too_large(step, unxz->library.lzma_memusage(&unxz->stream));
	case LZMA_MEM_ERROR:
		return -ENOMEM;
	default:
		return px_unpack_damaged(step);
	}
}

static int xz_step(void *state, struct px_unpack_step *step)
{
	struct unxz *unxz = state;
	lzma_stream *stream = &unxz->stream;
	lzma_ret got;

	stream->next_in = step->in;
	stream->avail_in = step->in_left;
	stream->next_out = step->out;
	stream->avail_out = step->out_left;
	got = unxz->library.lzma_code(stream, step->is_last ? LZMA_FINISH : LZMA_RUN);
	step->in += step->in_left - stream->avail_in;
	step->in_left = stream->avail_in;
	step->out = stream->next_out;
	step->out_left = stream->avail_out;
	return result_of(unxz, step, got);
}

const struct px_unpack_ops px_unpack_xz = {
	.missing = PX_LIBLZMA_MISSING,
	.open = xz_open,
	.step = xz_step,
	.close = xz_close,
};
