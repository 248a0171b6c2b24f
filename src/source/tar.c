/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A tar archive, compressed or not, read with libarchive, which is given what has
 * been unpacked.
 */
#include "tar.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "descriptor.h"
#include "libarchive.h"
#include "plain_error.h"
#include "unpack.h"

/*
 * What is read of an archive before the next entry, or the next part of one, is a
 * header, which libarchive keeps, and keeps several times over if it describes
 * holes.  More than this is none: names are of 4 KiB.
 */
#define HEADER_MAX ((int64_t)1024 * 1024)

struct px_tar {
	struct px_libarchive library;
	struct archive *archive;
	struct archive_entry *entry;
	struct px_input input;    /* Its descriptor is borrowed. */
	size_t given;             /* How many of @input.bytes have been read from there. */
	struct px_unpack *unpack; /* NULL if nothing is compressed. */
	char *buffer;             /* What libarchive looks at, owned. */
	int64_t limit;            /* Of the unpacked bytes, none beyond is read. */
	bool is_begun;            /* The first header has been asked for. */
	bool has_ended;
	int error;       /* Negative errno that is known better than by libarchive, or 0; */
	const char *why; /* and why, unless that says all. */
};

/* The next bytes of the file, those that have been looked at first; as px_unpack_input. */
static ssize_t read_file(void *data, void *bytes, size_t size)
{
	struct px_tar *tar = data;
	struct px_input *input = &tar->input;
	size_t rest = input->length - tar->given;

	if (rest > 0) {
		rest = rest < size ? rest : size;
		memcpy(bytes, input->bytes + tar->given, rest);
		tar->given += rest;
		return (ssize_t)rest;
	}
	return input->is_all ? 0 : px_read(input->fd, bytes, size);
}

/* The next bytes of the archive, unpacked, in @tar->buffer. */
static ssize_t read_buffer(struct px_tar *tar)
{
	ssize_t n = tar->unpack != NULL ? px_unpack_read(tar->unpack, tar->buffer, PX_INPUT_SIZE)
					: read_file(tar, tar->buffer, PX_INPUT_SIZE);

	if (n < 0) {
		tar->error = (int)n;
		tar->why = tar->unpack != NULL ? px_unpack_trouble(tar->unpack) : NULL;
	}
	return n;
}

/* Why @tar->error. */
static const char *describe(const struct px_tar *tar)
{
	return tar->why != NULL ? tar->why : px_plain_error(-tar->error);
}

/* libarchive's callback: what is to be looked at next. */
static la_ssize_t read_more(struct archive *archive, void *data, const void **ret)
{
	struct px_tar *tar = data;
	ssize_t n;

	*ret = tar->buffer;
	if (tar->library.archive_filter_bytes(archive, 0) > tar->limit) {
		n = tar->error = -EFBIG;
		tar->why = "a header is too long";
	} else {
		n = read_buffer(tar);
	}
	if (n < 0)
		tar->library.archive_set_error(archive, tar->error, "%s", describe(tar));
	return n;
}

/* How many bytes, unpacked, have been looked at. */
static int64_t place(const struct px_tar *tar)
{
	int64_t at = tar->library.archive_filter_bytes(tar->archive, 0);

	return at >= 0 ? at : 0;
}

/* Let libarchive read a header, and no more. */
static void limit_header(struct px_tar *tar)
{
	tar->limit = place(tar) + HEADER_MAX;
}

void px_tar_damage(const struct px_tar *tar, struct px_tar_damage *ret)
{
	const char *why = tar->error < 0 ? describe(tar)
					 : tar->library.archive_error_string(tar->archive);

	/* libarchive has looked at it, and knows less. */
	if (tar->error == 0 && tar->unpack != NULL && place(tar) == 0)
		why = "once unpacked it is no tar; a single file has to be unpacked first";
	*ret = (struct px_tar_damage){
		.code = tar->error < 0 ? tar->error : -EBADMSG,
		.at = (uint64_t)place(tar),
		.why = why != NULL ? why : "the archive is damaged",
	};
}

/* Behind the end of the archive are the sums that tell whether all is what it was. */
static int check_rest(struct px_tar *tar)
{
	ssize_t n = tar->unpack != NULL ? 1 : 0;

	while (n > 0)
		n = read_buffer(tar);
	return (int)n;
}

/* Ask for the next header, the first one or another, which begins at *@ret_at. */
static int read_header(struct px_tar *tar, int64_t *ret_at)
{
	const struct px_libarchive *library = &tar->library;

	*ret_at = 0;
	if (!tar->is_begun) {
		int r;

		tar->is_begun = true;
		tar->limit = HEADER_MAX;
		r = library->archive_read_open(tar->archive, tar, NULL, read_more, NULL);
		if (r != ARCHIVE_OK)
			return r;
	} else {
		tar->limit = INT64_MAX;
		library->archive_read_data_skip(tar->archive);
		limit_header(tar);
	}
	*ret_at = place(tar);
	return library->archive_read_next_header2(tar->archive, tar->entry);
}

/*
 * There is no further header.  libarchive does not mind if the blocks of zeros are
 * missing that end an archive; it has looked at nothing then since @before.  Nor do
 * we of the oldest format, in which smemcap writes, and never writes them.
 */
static int end(struct px_tar *tar, int r, int64_t before)
{
	tar->has_ended = true;
	if (r != ARCHIVE_EOF)
		return tar->error < 0 ? tar->error : -EBADMSG;
	if (place(tar) > before)
		return check_rest(tar);
	if (tar->library.archive_format(tar->archive) == ARCHIVE_FORMAT_TAR)
		return 0;
	tar->why = "the archive ends too early";
	return tar->error = -ENODATA;
}

/* What the entry is; some archives have the contents of hard links, too. */
static enum px_tar_kind find_kind(const struct px_tar *tar)
{
	const struct px_libarchive *library = &tar->library;
	mode_t type = library->archive_entry_filetype(tar->entry);
	bool is_hard = library->archive_entry_hardlink(tar->entry) != NULL ||
		library->archive_entry_hardlink_utf8(tar->entry) != NULL;

	if (type == AE_IFLNK || (is_hard && library->archive_entry_size(tar->entry) == 0))
		return PX_TAR_LINK;
	return type == AE_IFREG ? PX_TAR_FILE : PX_TAR_ODD;
}

int px_tar_next(struct px_tar *tar, const char **ret_name, enum px_tar_kind *ret_kind)
{
	const struct px_libarchive *library = &tar->library;

	while (!tar->has_ended) {
		int64_t before;
		int r = read_header(tar, &before);

		if (r != ARCHIVE_OK && r != ARCHIVE_WARN)
			return end(tar, r, before);
		if (library->archive_entry_filetype(tar->entry) == AE_IFDIR)
			continue;
		*ret_kind = find_kind(tar);
		*ret_name = library->archive_entry_pathname(tar->entry);
		/* A name that the locale has no letters for. */
		if (*ret_name == NULL)
			*ret_name = library->archive_entry_pathname_utf8(tar->entry);
		return 1;
	}
	return 0;
}

ssize_t px_tar_read(struct px_tar *tar, const void **ret, uint64_t *ret_offset)
{
	la_int64_t offset = 0;
	size_t size = 0;
	int r = ARCHIVE_OK;

	while (size == 0 && r != ARCHIVE_EOF) {
		limit_header(tar);
		r = tar->library.archive_read_data_block(tar->archive, ret, &size, &offset);
		if (r != ARCHIVE_OK && r != ARCHIVE_WARN && r != ARCHIVE_EOF) {
			tar->has_ended = r == ARCHIVE_FATAL;
			return tar->error < 0 ? tar->error : -EBADMSG;
		}
	}
	*ret_offset = (uint64_t)offset;
	return (ssize_t)size;
}

/* Set libarchive up for tar that is not compressed, so that no program is ever run. */
static int begin(struct px_tar *tar, enum px_packing packing)
{
	const struct px_libarchive *library = &tar->library;

	tar->archive = library->archive_read_new();
	tar->entry = library->archive_entry_new();
	tar->buffer = malloc(PX_INPUT_SIZE);
	if (tar->archive == NULL || tar->entry == NULL || tar->buffer == NULL)
		return -ENOMEM;
	library->archive_read_support_format_tar(tar->archive);
	return packing == PX_PACKING_NONE ? 0
					  : px_unpack_open(packing, read_file, tar, &tar->unpack);
}

int px_tar_open(struct px_input *input, struct px_tar **ret, const char **ret_reason)
{
	struct pmapx_text text = { input->bytes, input->length };
	/* The name that a header begins with may look like what is packed ("BZhang"). */
	enum px_packing packing = px_tar_is(&text) ? PX_PACKING_NONE : px_unpack_find(&text);
	struct px_tar *tar = calloc(1, sizeof(*tar));
	int r;

	if (tar == NULL)
		return -ENOMEM;
	tar->input = *input;
	input->bytes = NULL;
	r = px_libarchive_open(&tar->library);
	if (r == -ELIBACC) {
		*ret_reason = PX_LIBARCHIVE_MISSING;
	} else {
		r = begin(tar, packing);
		if (r == -ELIBACC)
			*ret_reason = px_unpack_missing(packing);
	}
	if (r < 0) {
		px_tar_close(tar);
		return r;
	}
	*ret = tar;
	return 0;
}

void px_tar_close(struct px_tar *tar)
{
	if (tar == NULL)
		return;
	if (tar->library.handle != NULL) {
		if (tar->archive != NULL)
			tar->library.archive_read_free(tar->archive);
		tar->library.archive_entry_free(tar->entry);
	}
	px_libarchive_close(&tar->library);
	px_unpack_close(tar->unpack);
	free(tar->buffer);
	free(tar->input.bytes);
	free(tar);
}
