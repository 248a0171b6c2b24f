/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packing what is to be unpacked, with little effort and small windows: it is done
 * for each input.
 */
#include "pack.h"

#include <bzlib.h>
#include <lzma.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

/* What comes out is larger by no more than this than half as much again. */
#define ROOM_MORE 1024

/* Return how much of @room has been filled with the packed @contents. */
typedef size_t pack(unsigned way, const struct pmapx_text *contents, uint8_t *bytes, size_t room);

static size_t pack_gzip(
	unsigned way, const struct pmapx_text *contents, uint8_t *bytes, size_t room)
{
	static uint8_t text[] = "maps.tar";
	gz_header header = { .name = text, .comment = text, .extra = text };
	z_stream stream = { 0 };

	/* Stored, fast; with the smallest window, and all that a header may have. */
	px_must(deflateInit2(&stream, way == 0 ? 0 : 1, Z_DEFLATED, (way == 2 ? 9 : 15) + 16, 1,
			way == 3 ? Z_FIXED : Z_DEFAULT_STRATEGY) == Z_OK);
	header.extra_len = sizeof(text);
	header.hcrc = 1;
	if (way >= 2)
		px_must(deflateSetHeader(&stream, &header) == Z_OK);
	stream.next_in = (uint8_t *)(uintptr_t)contents->bytes;
	stream.avail_in = (uInt)contents->length;
	stream.next_out = bytes;
	stream.avail_out = (uInt)room;
	px_must(deflate(&stream, Z_FINISH) == Z_STREAM_END);
	deflateEnd(&stream);
	return room - stream.avail_out;
}

static size_t pack_bzip2(
	unsigned way, const struct pmapx_text *contents, uint8_t *bytes, size_t room)
{
	unsigned int got = (unsigned int)room;

	(void)way;
	px_must(BZ2_bzBuffToBuffCompress((char *)bytes, &got, (char *)(uintptr_t)contents->bytes,
			(unsigned int)contents->length, 1, 0, 0) == BZ_OK);
	return got;
}

static size_t pack_xz(unsigned way, const struct pmapx_text *contents, uint8_t *bytes, size_t room)
{
	static const lzma_check checks[PX_PACK_WAYS] = { LZMA_CHECK_CRC64, LZMA_CHECK_CRC32,
		LZMA_CHECK_SHA256, LZMA_CHECK_NONE };
	lzma_options_lzma options;
	lzma_filter filters[] = { { LZMA_FILTER_LZMA2, &options }, { LZMA_VLI_UNKNOWN, NULL } };
	size_t got = 0;

	px_must(!lzma_lzma_preset(&options, 0));
	options.dict_size = LZMA_DICT_SIZE_MIN;
	px_must(lzma_stream_buffer_encode(filters, checks[way], NULL,
			(const uint8_t *)contents->bytes, contents->length, bytes, &got,
			room) == LZMA_OK);
	return got;
}

static size_t pack_zstd(
	unsigned way, const struct pmapx_text *contents, uint8_t *bytes, size_t room)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	size_t got;

	px_must(context != NULL);
	ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 1);
	ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 10);
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, way != 3);
	ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, way != 1);
	got = ZSTD_compress2(context, bytes, room, contents->bytes, contents->length);
	px_must(!ZSTD_isError(got));
	ZSTD_freeCCtx(context);
	return got;
}

void px_pack_before(struct px_bytes *packed, enum px_packing packing, unsigned way)
{
	static const char skipped[] = "\x50\x2a\x4d\x18\5\0\0\0:-)))";

	if (packing == PX_PACKING_ZSTD && way == 2)
		px_bytes_add(packed, skipped, sizeof(skipped) - 1);
}

void px_pack(struct px_bytes *packed, enum px_packing packing, unsigned way,
	const struct pmapx_text *contents)
{
	static pack *const packers[] = {
		[PX_PACKING_GZIP] = pack_gzip,
		[PX_PACKING_BZIP2] = pack_bzip2,
		[PX_PACKING_XZ] = pack_xz,
		[PX_PACKING_ZSTD] = pack_zstd,
	};
	size_t room = contents->length + contents->length / 2 + ROOM_MORE;
	uint8_t *bytes = malloc(room);

	px_must(bytes != NULL);
	px_bytes_add(packed, bytes, packers[packing](way, contents, bytes, room));
	free(bytes);
}

bool px_pack_has_sum(enum px_packing packing, unsigned way)
{
	return way != 3 || packing == PX_PACKING_GZIP || packing == PX_PACKING_BZIP2;
}
