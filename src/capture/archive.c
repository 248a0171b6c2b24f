/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A capture as a tar archive, compressed or not, by libarchive.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "libarchive.h"
#include "target.h"

/* Written at a time. */
#define BLOCK_SIZE ((int)64 * 1024)

struct px_packer {
	struct px_libarchive library;
	struct archive *archive;
	struct archive_entry *entry;
};

/*
 * Once a write has failed, all that follows is dropped, but libarchive is told
 * that all went well: after a failure it would not free all that it has.
 */
static la_ssize_t write_block(struct archive *archive, void *data, const void *bytes, size_t length)
{
	struct px_target *target = data;

	(void)archive;
	if (target->error == 0)
		target->error = px_write_all(target->fd, bytes, length);
	target->written += length;
	return (la_ssize_t)length;
}

/* What a call of libarchive gave, as a negative errno; the first failure counts. */
static int check(const struct px_target *target, int r)
{
	const struct px_packer *packer = target->packer;

	/* A warning is about a name that is not UTF-8, and which is written as it is. */
	if (r >= ARCHIVE_WARN || target->error < 0)
		return target->error;
	r = packer->library.archive_errno(packer->archive);
	return r > 0 ? -r : -EIO;
}

/* Low levels: saved text is as good as compressed by any, and xz shall take 10 MiB, not 100. */
static int add_filter(const struct px_packer *packer, enum px_form form)
{
	const struct px_libarchive *library = &packer->library;
	struct archive *archive = packer->archive;

	switch (form) {
	case PX_FORM_GZIP:
		library->archive_write_add_filter_gzip(archive);
		return library->archive_write_set_filter_option(
			archive, "gzip", "compression-level", "1");
	case PX_FORM_XZ:
		library->archive_write_add_filter_xz(archive);
		return library->archive_write_set_filter_option(
			archive, "xz", "compression-level", "1");
	case PX_FORM_ZSTD:
		library->archive_write_add_filter_zstd(archive);
		return library->archive_write_set_filter_option(
			archive, "zstd", "compression-level", "1");
	default:
		return ARCHIVE_OK;
	}
}

static struct archive_entry *begin_entry(
	const struct px_packer *packer, const char *name, time_t when, unsigned type, unsigned mode)
{
	const struct px_libarchive *library = &packer->library;
	struct archive_entry *entry = library->archive_entry_clear(packer->entry);

	library->archive_entry_set_pathname(entry, name);
	library->archive_entry_set_filetype(entry, type);
	library->archive_entry_set_perm(entry, mode);
	library->archive_entry_set_mtime(entry, when, 0);
	return entry;
}

static int archive_add(
	struct px_target *target, const char *name, time_t when, const struct px_piece *piece)
{
	const struct px_packer *packer = target->packer;
	const struct px_libarchive *library = &packer->library;
	struct archive_entry *entry = begin_entry(packer, name, when, AE_IFREG, 0600);
	uint64_t offset = 0;
	const char *bytes;
	ssize_t n;
	int r;

	library->archive_entry_set_size(entry, (la_int64_t)piece->length);
	r = check(target, library->archive_write_header(packer->archive, entry));
	if (r < 0)
		return r;
	while ((n = px_piece_next(piece, &offset, target->buffer, &bytes)) > 0) {
		la_ssize_t done = library->archive_write_data(packer->archive, bytes, (size_t)n);

		if (done != n)
			return check(target, ARCHIVE_FATAL);
	}
	return n < 0 ? (int)n : target->error;
}

static int add_header(struct px_target *target, struct archive_entry *entry)
{
	const struct px_packer *packer = target->packer;

	return check(target, packer->library.archive_write_header(packer->archive, entry));
}

static int archive_add_link(
	struct px_target *target, const char *name, time_t when, const char *aim)
{
	const struct px_packer *packer = target->packer;
	struct archive_entry *entry = begin_entry(packer, name, when, AE_IFLNK, 0777);

	packer->library.archive_entry_set_symlink(entry, aim);
	return add_header(target, entry);
}

static int archive_add_folder(struct px_target *target, const char *name, time_t when)
{
	return add_header(target, begin_entry(target->packer, name, when, AE_IFDIR, 0700));
}

static int archive_end(struct px_target *target)
{
	const struct px_packer *packer = target->packer;

	return check(target, packer->library.archive_write_close(packer->archive));
}

static void archive_close(struct px_target *target)
{
	struct px_packer *packer = target->packer;
	const struct px_libarchive *library = &packer->library;

	if (packer->entry != NULL)
		library->archive_entry_free(packer->entry);
	/* If it has not been closed, it would write what waits. */
	if (target->error == 0)
		target->error = -ECANCELED;
	if (packer->archive != NULL)
		library->archive_write_free(packer->archive);
	px_libarchive_close(&packer->library);
	free(packer);
}

/* Set libarchive up, and have it begin. */
static int begin(struct px_target *target)
{
	struct px_packer *packer = target->packer;
	const struct px_libarchive *library = &packer->library;
	int r;

	packer->archive = library->archive_write_new();
	packer->entry = library->archive_entry_new();
	if (packer->archive == NULL || packer->entry == NULL)
		return -ENOMEM;
	library->archive_write_set_format_pax_restricted(packer->archive);
	library->archive_write_set_bytes_per_block(packer->archive, BLOCK_SIZE);
	library->archive_write_set_bytes_in_last_block(packer->archive, 1);
	r = check(target, add_filter(packer, target->form));
	if (r < 0)
		return r;
	return check(target,
		library->archive_write_open(packer->archive, target, NULL, write_block, NULL));
}

int px_archive_begin(struct px_target *target)
{
	static const struct px_target_ops ops = {
		.add = archive_add,
		.add_link = archive_add_link,
		.add_folder = archive_add_folder,
		.end = archive_end,
		.close = archive_close,
	};
	struct px_packer *packer = calloc(1, sizeof(*packer));
	int r;

	if (packer == NULL)
		return -ENOMEM;
	r = px_libarchive_open(&packer->library);
	if (r < 0) {
		free(packer);
		return r;
	}
	target->packer = packer;
	target->ops = &ops;
	return target->error = begin(target);
}
