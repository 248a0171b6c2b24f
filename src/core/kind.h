/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What tells kinds of mappings, for who replaces the rest.
 */
#ifndef PX_KIND_H
#define PX_KIND_H

#include <pmapx/kind.h>

/** Folders that tell what the files in them are for, each with a slash behind; then NULL. */
extern const char *const px_kind_folders[];

/** The same of PostgreSQL, somewhere in a path. */
#define PX_KIND_FOLDER_ANYWHERE "pg_dynshmem"

/** The word in a name that a program has given its memory which tells what that is; or NULL. */
const char *px_kind_word(const struct pmapx_text *name);

/**
 * What a mapping must begin at a multiple of for its kind to be seen: the size of an
 * arena, or 1 if that is all the same.
 */
uint64_t px_kind_alignment(const struct pmapx_mapping *mapping);

#endif
