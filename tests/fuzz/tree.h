/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A folder with files, links and folders in it, as a tar archive describes it.
 */
#ifndef PX_FUZZ_TREE_H
#define PX_FUZZ_TREE_H

#include "tar_blocks.h"

/** A file that has been made. */
struct px_tree_file {
	struct px_bytes path;       /**< As seen from the folder, with a NUL. */
	struct pmapx_text contents; /**< Borrowed. */
};

/** What has been made; all else is links and folders. */
struct px_tree {
	struct px_tree_file *files;
	size_t count;
	int fd;        /**< The folder. */
	size_t depth;  /**< How many folders there are in each other, at most, */
	size_t length; /**< and how long a path is. */
	bool has_odd;  /**< Not all is files and folders. */
};

/** A word that nothing below the folder holds, only what its links lead to. */
#define PX_TREE_OUTSIDE "whatliesoutside"

/**
 * Make the folder as @data, an archive, says, which must outlive it.  Its names
 * stay below the folder; a part of one that begins with '*' is 250 bytes long.
 */
void px_tree_make(struct px_tree *tree, const uint8_t *data, size_t size);

/** What a file may become. */
enum px_exchange {
	PX_EXCHANGE_NOTHING,
	PX_EXCHANGE_PIPE,
	PX_EXCHANGE_FOLDER,
	PX_EXCHANGE_LINK,
	PX_EXCHANGE_EMPTY,
	PX_EXCHANGE_COUNT
};

/** Let the file be that. */
void px_tree_exchange(const struct px_tree *tree, const char *path, enum px_exchange what);

/** Remove it all. */
void px_tree_drop(struct px_tree *tree);

#endif
