/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is compressed by zstd.
 */
#include <errno.h>
#include <stdlib.h>

#include "libzstd.h"
#include "unpack.h"
#include "unpack_impl.h"

/* A window of PX_UNPACK_MEMORY_MIB, as a power of two. */
#define WINDOW_LOG 27
_Static_assert(PX_UNPACK_MEMORY_MIB == 1 << (WINDOW_LOG - 20), "these are the same");

/*
 * The beginning of a frame, RFC 8878: magic, a byte of flags, then a byte for the
 * window; or, if the frame is a single segment, which must fit into memory, its
 * number of a dictionary and its size.
 */
#define FLAGS_AT 4
#define BEGINNING (FLAGS_AT + 1)
#define HEADER_MAX (BEGINNING + 4 + 8)

/* What comes before each block. */
#define BLOCK_HEADER 3

struct unzstd {
	struct px_libzstd library;
	ZSTD_DStream *stream;
	bool is_between; /* A frame has ended, and none has begun. */
	bool is_full;    /* There may be more than there was room for. */
	size_t wants;    /* How much libzstd wants to be given next. */
	uint8_t header[HEADER_MAX];
	size_t header_length; /* How much of it has been seen. */
};

static void zstd_close(void *state)
{
	struct unzstd *unzstd = state;

	if (unzstd->stream != NULL)
		unzstd->library.ZSTD_freeDStream(unzstd->stream);
	px_libzstd_close(&unzstd->library);
	free(unzstd);
}

static int zstd_open(void **ret_state)
{
	struct unzstd *unzstd = calloc(1, sizeof(*unzstd));
	int r;

	if (unzstd == NULL)
		return -ENOMEM;
	r = px_libzstd_open(&unzstd->library);
	if (r == 0) {
		unzstd->stream = unzstd->library.ZSTD_createDStream();
		r = unzstd->stream != NULL ? 0 : -ENOMEM;
	}
	if (r < 0) {
		zstd_close(unzstd);
		return r;
	}
	/* Which is its own default, but need not stay that. */
	unzstd->library.ZSTD_DCtx_setParameter(unzstd->stream, ZSTD_d_windowLogMax, WINDOW_LOG);
	*ret_state = unzstd;
	return 0;
}

/* How large a window the header asks for; 0 if it does not tell. */
static uint64_t window_of(const uint8_t *header, size_t length)
{
	static const size_t id_sizes[] = { 0, 1, 2, 4 }, size_sizes[] = { 1, 2, 4, 8 };
	uint8_t flags = header[FLAGS_AT];
	size_t at = FLAGS_AT + 1;
	uint64_t size = 0;

	if (length <= at)
		return 0;
	/* Eighths of a power of two. */
	if ((flags & 0x20) == 0)
		return (UINT64_C(8) + (header[at] & 7)) << (10 - 3 + (header[at] >> 3));
	at += id_sizes[flags & 3];
	for (size_t i = 0; i < size_sizes[flags >> 6] && at + i < length; i++)
		size |= (uint64_t)header[at + i] << 8 * i;
	return size;
}

static int too_large(const struct unzstd *unzstd, struct px_unpack_step *step)
{
	uint64_t window = window_of(unzstd->header, unzstd->header_length);

	if (window > (uint64_t)1 << WINDOW_LOG)
		return px_unpack_too_large(step, window);
	step->trouble = "unpacking needs more memory than may be taken";
	return -EFBIG;
}

static int failed(const struct unzstd *unzstd, struct px_unpack_step *step, size_t got)
{
	switch (unzstd->library.ZSTD_getErrorCode(got)) {
	case ZSTD_error_frameParameter_windowTooLarge:
		return too_large(unzstd, step);
	case ZSTD_error_version_unsupported:
	case ZSTD_error_frameParameter_unsupported:
		step->trouble = "the data is compressed in a way that libzstd does not know";
		return -EOPNOTSUPP;
	case ZSTD_error_dictionary_wrong:
		step->trouble = "the data is compressed with a dictionary, which is missing";
		return -EOPNOTSUPP;
	case ZSTD_error_memory_allocation:
		return -ENOMEM;
	default:
		return px_unpack_damaged(step);
	}
}

/* Keep the beginning of a frame, of which libzstd says no more than that it is too large. */
static void keep_header(struct unzstd *unzstd, const uint8_t *bytes, size_t length)
{
	if (unzstd->is_between)
		unzstd->header_length = 0;
	for (size_t i = 0; i < length && unzstd->header_length < HEADER_MAX; i++)
		unzstd->header[unzstd->header_length++] = bytes[i];
}

/* Give libzstd @length bytes. */
static int give(struct unzstd *unzstd, struct px_unpack_step *step, size_t length)
{
	ZSTD_inBuffer in = { step->in, length, 0 };
	ZSTD_outBuffer out = { step->out, step->out_left, 0 };
	size_t got = unzstd->library.ZSTD_decompressStream(unzstd->stream, &out, &in);

	if (unzstd->library.ZSTD_isError(got))
		return failed(unzstd, step, got);
	unzstd->is_between = got == 0;
	unzstd->is_full = got > 0 && out.pos == step->out_left;
	unzstd->wants = got;
	step->in += in.pos;
	step->in_left -= in.pos;
	step->out += out.pos;
	step->out_left -= out.pos;
	return 0;
}

/*
 * When libzstd fails it does not say what it has unpacked in the same call.  So it
 * is not given more than it wants next: the rest of a frame's header, or of a block,
 * which it adds the header of the next to; and nothing while it has output left.
 */
static size_t portion(const struct unzstd *unzstd, const struct px_unpack_step *step)
{
	size_t wants = unzstd->wants;

	if (unzstd->header_length == 0 || unzstd->is_between)
		wants = BEGINNING;
	else if (wants > BLOCK_HEADER)
		wants -= BLOCK_HEADER;
	return wants < step->in_left ? wants : step->in_left;
}

static int zstd_step(void *state, struct px_unpack_step *step)
{
	struct unzstd *unzstd = state;
	size_t room = step->out_left, length;

	if (unzstd->is_full) {
		int r = give(unzstd, step, 0);

		if (r < 0 || step->out_left < room)
			return r;
	}
	if (unzstd->is_between && step->is_last && step->in_left == 0)
		return 1;
	length = portion(unzstd, step);
	keep_header(unzstd, step->in, length);
	return give(unzstd, step, length);
}

const struct px_unpack_ops px_unpack_zstd = {
	.missing = PX_LIBZSTD_MISSING,
	.open = zstd_open,
	.step = zstd_step,
	.close = zstd_close,
};
