/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file source.h
 * Where processes come from: the running system, or another proc root.
 */
#ifndef PMAPX_SOURCE_H
#define PMAPX_SOURCE_H

#include <pmapx/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A place where processes can be looked up; one thread at a time. */
struct pmapx_source;

/** How to open a source; zero everywhere but in @size is the default. */
struct pmapx_source_options {
	size_t size; /**< sizeof(struct pmapx_source_options) at the caller. */
};

/** A device as maps files name it. */
struct pmapx_device {
	uint64_t major; /**< Major number. */
	uint64_t minor; /**< Minor number. */
};

/**
 * Open the running system, /proc.
 *
 * @param options  NULL for the default.
 * @param ret      Set on success; close it with pmapx_source_close().
 * @return 0, -ENOMEM, -E2BIG or -EINVAL for @options, or what open(2) gave
 *         for /proc.
 */
PMAPX_API int pmapx_source_open_live(
	const struct pmapx_source_options *options, struct pmapx_source **ret);

/**
 * Open a folder laid out like /proc: DIRECTORY/PID/maps and so on.
 *
 * @param directory  Its path; not needed any more once the call returns.
 * @param options    NULL for the default.
 * @param ret        Set on success; close it with pmapx_source_close().
 * @return As pmapx_source_open_live(), for @directory.
 */
PMAPX_API int pmapx_source_open_root(const char *directory,
	const struct pmapx_source_options *options, struct pmapx_source **ret);

/**
 * Close @source; NULL is fine.  Close the processes opened through it first:
 * they borrow from it.
 */
PMAPX_API void pmapx_source_close(struct pmapx_source *source);

/** What kind of source it is: "live" or "root".  Static text. */
PMAPX_API const char *pmapx_source_kind(const struct pmapx_source *source);

/**
 * Whether the mappings of a process come in the order of their addresses: so a
 * running kernel lists them, while a saved file may have been edited.
 *
 * A kernel hands a map out in pieces of a page or less, and lets the process go
 * on in between.  A mapping that begins below the end of the one before tells
 * that the map has changed meanwhile, and that what was read fits together no
 * more.
 */
PMAPX_API bool pmapx_source_in_order(const struct pmapx_source *source);

/**
 * What to put before "/PID/maps" when speaking of a file of @source: "/proc",
 * or the directory as it was given.
 *
 * @return Text owned by @source, valid until it is closed.
 */
PMAPX_API const char *pmapx_source_path(const struct pmapx_source *source);

/**
 * The device that SysV shared memory of this source lives on.  The first call
 * finds out, later ones remember.
 *
 * On the running system it is the device of a shared anonymous mapping that is
 * made, looked up in /proc/self/maps and removed: the kernel keeps both on one
 * internal mount.  In another root it is the device of a "/dev/zero
 * (deleted)" mapping in self/maps, else of a "/SYSV…", else of a "/memfd:…".
 *
 * @param ret  Set on success.
 * @return 0; -ENODATA if it cannot be known; -ENOMEM, -EMFILE or -ENFILE, after
 *         which the next call tries again.
 */
PMAPX_API int pmapx_source_shm_device(struct pmapx_source *source, struct pmapx_device *ret);

#ifdef __cplusplus
}
#endif

#endif
