/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is compressed, unpacked within bounds: what all ways of compression share.
 */
#include "unpack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unpack_impl.h"

enum { INPUT_SIZE = 64 * 1024, MIB = 1024 * 1024 };

struct px_unpack {
	const struct px_unpack_ops *ops;
	void *state; /* Of @ops. */
	px_unpack_input *input;
	void *data;       /* For @input. */
	int input_result; /* What it failed with. */
	struct px_unpack_step step;
	int result; /* What all further calls return, if negative; 1 at the end. */
	uint8_t bytes[INPUT_SIZE];
};

static const struct {
	const char *magic;
	size_t length;
	enum px_packing packing;
} beginnings[] = {
	{ "\x1f\x8b", 2, PX_PACKING_GZIP },
	{ "BZh", 3, PX_PACKING_BZIP2 },
	{ "\xfd"
	  "7zXZ",
		6, PX_PACKING_XZ },
	{ "\x28\xb5\x2f\xfd", 4, PX_PACKING_ZSTD },
	/* A frame to be skipped, which pzstd begins with. */
	{ "\x50\x2a\x4d\x18", 4, PX_PACKING_ZSTD },
};

static const struct px_unpack_ops *const kinds[] = {
	[PX_PACKING_GZIP] = &px_unpack_gzip,
	[PX_PACKING_BZIP2] = &px_unpack_bzip2,
	[PX_PACKING_XZ] = &px_unpack_xz,
	[PX_PACKING_ZSTD] = &px_unpack_zstd,
};

enum px_packing px_unpack_find(const struct pmapx_text *text)
{
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++)
		if (text->length >= beginnings[i].length &&
			memcmp(text->bytes, beginnings[i].magic, beginnings[i].length) == 0)
			return beginnings[i].packing;
	return PX_PACKING_NONE;
}

int px_unpack_open(
	enum px_packing packing, px_unpack_input *input, void *data, struct px_unpack **ret)
{
	struct px_unpack *unpack;
	int r;

	if (kinds[packing]->open == NULL)
		return -ELIBACC;
	unpack = calloc(1, sizeof(*unpack));
	if (unpack == NULL)
		return -ENOMEM;
	unpack->ops = kinds[packing];
	unpack->input = input;
	unpack->data = data;
	r = unpack->ops->open(&unpack->state);
	if (r < 0) {
		free(unpack);
		return r;
	}
	*ret = unpack;
	return 0;
}

const char *px_unpack_missing(enum px_packing packing)
{
	return kinds[packing]->missing;
}

void px_unpack_close(struct px_unpack *unpack)
{
	if (unpack == NULL)
		return;
	unpack->ops->close(unpack->state);
	free(unpack);
}

const char *px_unpack_trouble(const struct px_unpack *unpack)
{
	return unpack->step.trouble;
}

int px_unpack_damaged(struct px_unpack_step *step)
{
	step->trouble = "the compressed data is damaged";
	return -EBADMSG;
}

int px_unpack_too_large(struct px_unpack_step *step, uint64_t size)
{
	uint64_t mib = size / MIB + (size % MIB != 0);

	(void)snprintf(step->text, sizeof(step->text),
		"unpacking needs %llu MiB of memory, more than the %d MiB that may be taken",
		(unsigned long long)mib, PX_UNPACK_MEMORY_MIB);
	step->trouble = step->text;
	return -EFBIG;
}

int px_unpack_next(struct px_unpack_step *step, const uint8_t *magic, size_t length, size_t *taken)
{
	if (step->is_last && step->in_left == 0 && *taken == 0)
		return 1;
	while (step->in_left > 0 && *taken < length) {
		if (*step->in != magic[*taken])
			return 1;
		step->in++;
		step->in_left--;
		++*taken;
	}
	return 0;
}

/* When all has been taken, there may still be output that had no room. */
static void refill(struct px_unpack *unpack)
{
	struct px_unpack_step *step = &unpack->step;
	ssize_t n;

	if (step->in_left > 0 || step->is_last)
		return;
	n = unpack->input(unpack->data, unpack->bytes, sizeof(unpack->bytes));
	step->is_last = n <= 0;
	if (n < 0)
		unpack->input_result = (int)n;
	if (n > 0) {
		step->in = unpack->bytes;
		step->in_left = (size_t)n;
	}
}

/* Go on; what all further calls will return. */
static int go_on(struct px_unpack *unpack)
{
	struct px_unpack_step *step = &unpack->step;
	size_t in_left = step->in_left, out_left = step->out_left;
	int r = unpack->ops->step(unpack->state, step);

	if (r == 0 && step->is_last && step->in_left == in_left && step->out_left == out_left) {
		step->trouble = "the compressed data ends too early";
		r = -ENODATA;
	}
	/* It is no error of the data if that could not be read. */
	if (unpack->input_result < 0 && (r == 1 || step->trouble != NULL)) {
		step->trouble = NULL;
		r = unpack->input_result;
	}
	return r;
}

ssize_t px_unpack_read(struct px_unpack *unpack, void *bytes, size_t size)
{
	struct px_unpack_step *step = &unpack->step;

	step->out = bytes;
	step->out_left = size;
	while (step->out_left == size && unpack->result == 0) {
		refill(unpack);
		unpack->result = go_on(unpack);
	}
	if (step->out_left < size)
		return (ssize_t)(size - step->out_left);
	return unpack->result < 0 ? unpack->result : 0;
}
