/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libarchive: tar archives and what compresses them.
 */
#ifndef PX_LIBARCHIVE_H
#define PX_LIBARCHIVE_H

#include <archive.h>
#include <archive_entry.h>

#include "library.h"
#include "with_libarchive.h"

#define PX_LIBARCHIVE_FUNCTIONS(X)                 \
	X(archive_error_string)                    \
	X(archive_filter_bytes)                    \
	X(archive_set_error)                       \
	X(archive_format)                          \
	X(archive_read_new)                        \
	X(archive_read_support_format_tar)         \
	X(archive_read_open)                       \
	X(archive_read_next_header2)               \
	X(archive_read_data_block)                 \
	X(archive_read_data_skip)                  \
	X(archive_read_free)                       \
	X(archive_errno)                           \
	X(archive_write_new)                       \
	X(archive_write_add_filter_gzip)           \
	X(archive_write_add_filter_xz)             \
	X(archive_write_add_filter_zstd)           \
	X(archive_write_set_filter_option)         \
	X(archive_write_set_format_pax_restricted) \
	X(archive_write_set_bytes_per_block)       \
	X(archive_write_set_bytes_in_last_block)   \
	X(archive_write_open)                      \
	X(archive_write_header)                    \
	X(archive_write_data)                      \
	X(archive_write_close)                     \
	X(archive_write_free)                      \
	X(archive_entry_new)                       \
	X(archive_entry_clear)                     \
	X(archive_entry_free)                      \
	X(archive_entry_filetype)                  \
	X(archive_entry_hardlink)                  \
	X(archive_entry_hardlink_utf8)             \
	X(archive_entry_pathname)                  \
	X(archive_entry_pathname_utf8)             \
	X(archive_entry_set_filetype)              \
	X(archive_entry_set_mtime)                 \
	X(archive_entry_set_pathname)              \
	X(archive_entry_set_perm)                  \
	X(archive_entry_set_size)                  \
	X(archive_entry_set_symlink)               \
	X(archive_entry_size)

/** The functions of libarchive that are used, by their own names. */
struct px_libarchive {
	void *handle;
	PX_LIBARCHIVE_FUNCTIONS(PX_LAZY_MEMBER)
};

/** Load libarchive; 0 or -ELIBACC, of which PX_LIBARCHIVE_MISSING says why. */
int px_libarchive_open(struct px_libarchive *ret);

/** Give it back. */
void px_libarchive_close(struct px_libarchive *library);

#endif
