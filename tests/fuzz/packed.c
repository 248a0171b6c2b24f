/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An archive that is packed here, and then damaged: its plan, and behind that what
 * is packed.  It unpacks to the same however it is cut; what comes out is what was
 * packed, to its end unless that is said; and it is shown as if it were not packed.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "mutate_tar.h"
#include "pack.h"
#include "saved_source.h"
#include "tar_blocks.h"

/* How an input begins: how it is packed, */
enum { PACKING, MEMBERS, DAMAGE, VALUE, PLACE, PIECE = PLACE + 2, PLAN_LENGTH };
/* and what is done to what is packed then. */
enum damage { DAMAGE_NONE, DAMAGE_CUT, DAMAGE_BIT, DAMAGE_BYTE, DAMAGE_MORE, DAMAGE_COUNT };

enum { MEMBERS_MAX = 4, MORE_MAX = 16 };

/* No more is looked at of what comes out. */
#define OUT_MAX ((size_t)1024 * 1024)

/* What is packed, and how. */
struct plan {
	enum px_packing packing;
	unsigned way;
	size_t members;
	size_t ends[MEMBERS_MAX];            /* Of the members, in what is packed; */
	size_t packed_ends[2 * MEMBERS_MAX]; /* of what comes of them, and goes before them. */
	enum damage damage;
	size_t cut; /* Where, if that is the damage. */
};

/* What unpacking gave. */
struct unpacked {
	struct px_bytes bytes;
	ssize_t result;
	char trouble[120];
};

/* Handed out in pieces. */
struct feed {
	const char *bytes;
	size_t left, piece;
};

static ssize_t take(void *data, void *bytes, size_t size)
{
	struct feed *feed = data;
	size_t n = feed->left < feed->piece ? feed->left : feed->piece;

	n = n < size ? n : size;
	if (n > 0)
		memcpy(bytes, feed->bytes, n);
	feed->bytes += n;
	feed->left -= n;
	return (ssize_t)n;
}

static void unpack(const struct plan *plan, const struct px_bytes *packed, size_t piece,
	size_t size, struct unpacked *ret)
{
	struct feed feed = { packed->bytes, packed->length, piece };
	struct px_unpack *handle;
	char *bytes = malloc(size);
	const char *trouble;

	*ret = (struct unpacked){ .result = 1 };
	px_must(bytes != NULL && px_unpack_open(plan->packing, take, &feed, &handle) == 0);
	while (ret->result > 0 && ret->bytes.length < OUT_MAX) {
		ret->result = px_unpack_read(handle, bytes, size);
		px_must(ret->result <= (ssize_t)size);
		if (ret->result > 0)
			px_bytes_add(&ret->bytes, bytes, (size_t)ret->result);
	}
	/* It stays at that. */
	if (ret->result <= 0)
		px_must(px_unpack_read(handle, bytes, size) == ret->result);
	trouble = px_unpack_trouble(handle);
	px_must((trouble != NULL) == (ret->result < 0 && ret->result != -ENOMEM));
	if (trouble != NULL)
		strcpy(ret->trouble, trouble);
	px_unpack_close(handle);
	free(bytes);
}

/* Whether there is a magic of zstd before 1.0, of which libzstd tells errors as it cares. */
static bool is_old_zstd(const struct plan *plan, const struct px_bytes *packed)
{
	for (size_t i = 1; plan->packing == PX_PACKING_ZSTD && i + 3 <= packed->length; i++)
		if (memcmp(packed->bytes + i, "\xb5\x2f\xfd", 3) == 0 &&
			packed->bytes[i - 1] != '\x28')
			return true;
	return false;
}

/* Of the same input, in other pieces. */
static void must_be_same(
	const struct plan *plan, const struct unpacked *one, const struct unpacked *other)
{
	/* Of a block that is damaged, all libraries but zlib throw away what they had unpacked in
	 * the same call. */
	bool is_exact = one->result != -EBADMSG || plan->packing == PX_PACKING_GZIP;
	size_t length = one->bytes.length < other->bytes.length ? one->bytes.length
								: other->bytes.length;

	px_must(length == 0 || memcmp(one->bytes.bytes, other->bytes.bytes, length) == 0);
	if (one->bytes.length >= OUT_MAX || other->bytes.length >= OUT_MAX)
		return;
	px_must(one->bytes.length == other->bytes.length || !is_exact);
	px_must(one->result == other->result);
	px_must(strcmp(one->trouble, other->trouble) == 0);
}

static bool is_among(size_t at, const size_t *ends, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (at == ends[i])
			return true;
	return false;
}

/* What comes out of what has been packed and damaged so is right. */
static void must_be_right(
	const struct plan *plan, const struct unpacked *got, const struct pmapx_text *contents)
{
	size_t length = got->bytes.length;
	bool is_part = length <= contents->length &&
		(length == 0 || memcmp(got->bytes.bytes, contents->bytes, length) == 0);

	switch (plan->damage) {
	case DAMAGE_NONE:
		px_must(is_part && length == contents->length && got->result == 0);
		break;
	case DAMAGE_CUT:
		px_must(is_part);
		px_must(got->result ==
			(is_among(plan->cut, plan->packed_ends, 2 * plan->members) ? 0 : -ENODATA));
		break;
	case DAMAGE_MORE:
		px_must(length >= contents->length);
		px_must(contents->length == 0 ||
			memcmp(got->bytes.bytes, contents->bytes, contents->length) == 0);
		break;
	default:
		/* What is no member any more, behind others, is nothing. */
		if (px_pack_has_sum(plan->packing, plan->way) && got->result == 0)
			px_must(is_part &&
				(length == 0 || is_among(length, plan->ends, plan->members)));
	}
}

static void pack(const uint8_t *data, const struct pmapx_text *contents, struct plan *plan,
	struct px_bytes *ret)
{
	size_t from = 0;

	plan->packing = PX_PACKING_GZIP + data[PACKING] % 4;
	plan->way = data[PACKING] / 4 % PX_PACK_WAYS;
	plan->members = 1 + data[MEMBERS] % MEMBERS_MAX;
	for (size_t i = 0; i < plan->members; i++) {
		/* In parts of the same size, but for the last; there may be nothing in some. */
		size_t part = (contents->length - from) * (data[MEMBERS] / MEMBERS_MAX) / 64;
		struct pmapx_text member = { contents->bytes + from,
			i + 1 < plan->members ? part : contents->length - from };

		px_pack_before(ret, plan->packing, plan->way);
		plan->packed_ends[2 * i] = ret->length;
		px_pack(ret, plan->packing, plan->way, &member);
		from += member.length;
		plan->ends[i] = from;
		plan->packed_ends[2 * i + 1] = ret->length;
	}
}

static void do_damage(const uint8_t *data, struct plan *plan, struct px_bytes *packed)
{
	size_t at = packed->length * (size_t)(data[PLACE] << 8 | data[PLACE + 1]) >> 16;
	char more[MORE_MAX];

	plan->damage = data[DAMAGE] % DAMAGE_COUNT;
	switch (plan->damage) {
	case DAMAGE_CUT:
		packed->length = plan->cut = at;
		break;
	case DAMAGE_BIT:
		packed->bytes[at] = (char)(packed->bytes[at] ^ 1 << data[VALUE] % 8);
		break;
	case DAMAGE_BYTE:
		packed->bytes[at] = (char)data[VALUE];
		break;
	case DAMAGE_MORE:
		memset(more, data[VALUE], sizeof(more));
		px_bytes_add(packed, more, 1 + at % sizeof(more));
		break;
	default:
		break;
	}
}

/* As a saved source, it is what it is without being packed, if that is an archive. */
static void show(const struct plan *plan, const struct px_bytes *packed, const struct unpacked *got,
	const struct pmapx_text *contents)
{
	struct pmapx_source_options options = { .size = sizeof(options) };
	struct px_shown shown = { 0 }, plain = { 0 };
	bool is_open;

	px_put_input(packed->bytes, packed->length);
	px_must_read_saved(PX_INPUT_PATH, &options, false);
	is_open = px_must_show_saved(
		PX_INPUT_PATH, &options, &px_view_extended, contents->length % 2 == 0, &shown);
	px_must(!is_open || got->result == 0 || shown.status != 0);
	if (plan->damage == DAMAGE_NONE && contents->length > PX_TAR_BLOCK &&
		memcmp(contents->bytes + PX_TAR_MAGIC, "ustar", 5) == 0) {
		px_put_input(contents->bytes, contents->length);
		px_must(px_must_show_saved(PX_INPUT_PATH, &options, &px_view_extended,
				contents->length % 2 == 0, &plain) == is_open);
		/* What turns out to be no archive is said in other words. */
		if (plain.out.length > 0)
			px_must_show_same(&shown, &plain);
		else
			px_must(shown.out.length == 0 && shown.status == plain.status);
	}
	px_shown_drop(&shown);
	px_shown_drop(&plain);
	close(PX_INPUT_FD);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pmapx_text contents;
	struct plan plan = { 0 };
	struct px_bytes packed = { 0 };
	struct unpacked whole, parts;

	if (size < PLAN_LENGTH)
		return 0;
	contents = (struct pmapx_text){ (const char *)data + PLAN_LENGTH, size - PLAN_LENGTH };
	pack(data, &contents, &plan, &packed);
	do_damage(data, &plan, &packed);
	if (packed.length > 0) {
		unpack(&plan, &packed, SIZE_MAX, 64 * 1024, &whole);
		unpack(&plan, &packed, 1 + data[PIECE] % 16, 16 + data[PIECE] / 16, &parts);
		if (!is_old_zstd(&plan, &packed))
			must_be_same(&plan, &whole, &parts);
		must_be_right(&plan, &whole, &contents);
		show(&plan, &packed, &whole, &contents);
		px_bytes_drop(&whole.bytes);
		px_bytes_drop(&parts.bytes);
	}
	px_bytes_drop(&packed);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	if (size <= PLAN_LENGTH || max_size <= PLAN_LENGTH)
		return LLVMFuzzerMutate(data, size, max_size);
	if (px_draw(&seed, 3) == 0) {
		data[px_draw(&seed, PLAN_LENGTH)] = (uint8_t)px_draw(&seed, 256);
		return size;
	}
	return PLAN_LENGTH +
		px_mutate_tar(data + PLAN_LENGTH, size - PLAN_LENGTH, max_size - PLAN_LENGTH, seed);
}
