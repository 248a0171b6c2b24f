/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A capture as a tar archive, compressed or not, by libarchive.
 */
#include <errno.h>
#include <unistd.h>

#include "target.h"

/* Written at a time. */
#define BLOCK_SIZE ((int)64 * 1024)

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
static int check(struct px_target *target, int r)
{
	/* A warning is about a name that is not UTF-8, and which is written as it is. */
	if (r >= ARCHIVE_WARN || target->error < 0)
		return target->error;
	r = target->library.archive_errno(target->archive);
	target->error = r > 0 ? -r : -EIO;
	return target->error;
}

/* Low levels: saved text is as good as compressed by any, and xz shall take 10 MiB, not 100. */
static int add_filter(struct px_target *target)
{
	const struct px_libarchive *library = &target->library;
	struct archive *archive = target->archive;

	switch (target->form) {
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

int px_archive_begin(struct px_target *target)
{
	struct px_libarchive *library = &target->library;
	int r = px_libarchive_open(library);

	if (r < 0)
		return r;
	target->archive = library->archive_write_new();
	target->entry = library->archive_entry_new();
	if (target->archive == NULL || target->entry == NULL)
		return target->error = -ENOMEM;
	library->archive_write_set_format_pax_restricted(target->archive);
	library->archive_write_set_bytes_per_block(target->archive, BLOCK_SIZE);
	library->archive_write_set_bytes_in_last_block(target->archive, 1);
	r = check(target, add_filter(target));
	if (r < 0)
		return r;
	return check(target,
		library->archive_write_open(target->archive, target, NULL, write_block, NULL));
}

static struct archive_entry *begin_entry(
	struct px_target *target, const char *name, time_t when, unsigned type, unsigned mode)
{
	const struct px_libarchive *library = &target->library;
	struct archive_entry *entry = library->archive_entry_clear(target->entry);

	library->archive_entry_set_pathname(entry, name);
	library->archive_entry_set_filetype(entry, type);
	library->archive_entry_set_perm(entry, mode);
	library->archive_entry_set_mtime(entry, when, 0);
	return entry;
}

int px_archive_add(
	struct px_target *target, const char *name, time_t when, const struct px_piece *piece)
{
	const struct px_libarchive *library = &target->library;
	struct archive_entry *entry;
	uint64_t offset = 0;
	const char *bytes;
	ssize_t n;

	if (target->error < 0)
		return target->error;
	entry = begin_entry(target, name, when, AE_IFREG, 0600);
	library->archive_entry_set_size(entry, (la_int64_t)piece->length);
	if (check(target, library->archive_write_header(target->archive, entry)) < 0)
		return target->error;
	while ((n = px_piece_next(piece, &offset, target->buffer, &bytes)) > 0) {
		la_ssize_t done = library->archive_write_data(target->archive, bytes, (size_t)n);

		if (done != n)
			return check(target, ARCHIVE_FATAL);
	}
	if (n < 0)
		target->error = (int)n;
	return target->error;
}

int px_archive_add_other(struct px_target *target, const char *name, time_t when, const char *aim)
{
	struct archive_entry *entry;

	if (target->error < 0)
		return target->error;
	if (aim != NULL) {
		entry = begin_entry(target, name, when, AE_IFLNK, 0777);
		target->library.archive_entry_set_symlink(entry, aim);
	} else {
		entry = begin_entry(target, name, when, AE_IFDIR, 0700);
	}
	return check(target, target->library.archive_write_header(target->archive, entry));
}

int px_archive_end(struct px_target *target)
{
	if (target->error < 0)
		return target->error;
	return check(target, target->library.archive_write_close(target->archive));
}

void px_archive_deinit(struct px_target *target)
{
	const struct px_libarchive *library = &target->library;

	if (library->handle == NULL)
		return;
	if (target->entry != NULL)
		library->archive_entry_free(target->entry);
	/* If it has not been closed, it would write what waits. */
	if (target->error == 0)
		target->error = -ECANCELED;
	if (target->archive != NULL)
		library->archive_write_free(target->archive);
	px_libarchive_close(&target->library);
}
