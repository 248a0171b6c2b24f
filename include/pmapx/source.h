/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file source.h
 * Where processes come from: the running system, another proc root, or what was
 * saved of one: a file, a folder of files, an archive.
 */
#ifndef PMAPX_SOURCE_H
#define PMAPX_SOURCE_H

#include <pmapx/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A place where processes can be looked up; one thread at a time. */
struct pmapx_source;

/** How to open a source; zero everywhere but in @p size is the default. */
struct pmapx_source_options {
	size_t size; /**< sizeof(struct pmapx_source_options) at the caller. */

	/**
	 * Where saved data that must wait goes, to a file without a name; NULL
	 * for "/tmp".  Must stay valid until the source is closed.
	 */
	const char *temporary_folder;

	/**
	 * The processes that pmapx_source_next() is to hand out, in this order, but
	 * for those that are not there; NULL for all, in the order of their numbers.
	 * Must stay valid until the source is closed.
	 */
	const pid_t *pids;
	size_t pid_count; /**< How many @p pids. */
};

/** What may be redacted in a capture. */
enum pmapx_redacted {
	PMAPX_REDACTED_ARGS = 1,     /**< Arguments of processes. */
	PMAPX_REDACTED_PATHS = 2,    /**< Paths of files, also of mapped ones. */
	PMAPX_REDACTED_ADDRESSES = 4 /**< Addresses. */
};

/** A process that a source has. */
struct pmapx_member {
	pid_t pid; /**< Its number, 0 if nothing in the source tells. */

	/**
	 * The folder of the source that its files are in, if there is more than
	 * one, as with several hosts; else "".  Whoever made the source chose it:
	 * any byte but NUL.
	 */
	const char *host;

	/** What to call it if @p pid is 0: the base name of its file, or "-" for standard input. */
	const char *name;

	/**
	 * Whether it is of a capture of pmapx's own, whose maps are as a kernel hands
	 * them out: one that is not in order was changing while it was read, as
	 * pmapx_source_in_order() has it.
	 */
	bool is_captured;

	/** What /proc/sys/kernel/random/boot_id said at the capture; "" if that is unknown. */
	const char *boot_id;
	/** When the capture was begun, in milliseconds since 1970; 0 if that is unknown. */
	uint64_t captured_ms;
	/** What the capture has words or numbers of its own for: bits PMAPX_REDACTED_…. */
	unsigned redacted;
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
 * @return 0, -ENOMEM, -E2BIG or -EINVAL for @p options, or what open(2) gave
 *         for /proc, such as -ENOENT, -EACCES or -ENOTDIR.
 */
PMAPX_API int pmapx_source_open_live(
	const struct pmapx_source_options *options, struct pmapx_source **ret);

/**
 * Open a folder laid out like /proc: DIRECTORY/PID/maps and so on.
 *
 * @param directory  Its path; not needed any more once the call returns.
 * @param options    NULL for the default.
 * @param ret        Set on success; close it with pmapx_source_close().
 * @return As pmapx_source_open_live(), for @p directory.
 */
PMAPX_API int pmapx_source_open_root(const char *directory,
	const struct pmapx_source_options *options, struct pmapx_source **ret);

/**
 * Open what was saved of a system:
 * - a maps or smaps file, recognised by what is in it;
 * - a folder with files NAME-PID or PID/NAME at any depth, NAME being maps,
 *   smaps, smaps_rollup, status, stat, cmdline, comm or cgroup: each folder that
 *   holds such is a host of its own;
 * - a tar archive of such a folder, plain or compressed by gzip, bzip2, xz or
 *   zstd; libarchive, and libz, libbz2, liblzma or libzstd, are loaded for it;
 * - a core file, which must be a regular file; libelf is loaded for it.
 *
 * @param path     Where it is; "-" for standard input.  Not needed any more
 *                 once the call returns.
 * @param options  NULL for the default.
 * @param ret      Set on success; close it with pmapx_source_close().
 * @param error    Filled on failure, with static text as reason.  May be NULL.
 * @return As pmapx_source_open_live(), for @p path; -EMEDIUMTYPE if it is nothing
 *         of these; -ESPIPE for a core file from a pipe; -ELIBACC if a library
 *         is missing, or was left out of this build, which the reason says.
 */
PMAPX_API int pmapx_source_open_saved(const char *path, const struct pmapx_source_options *options,
	struct pmapx_source **ret, struct pmapx_error *error);

/**
 * The next process of @p source.  They come in the order of their hosts' names and
 * their numbers, or in that of the option @p pids, as far as memory allows: archives
 * with very many files are handed out in several parts, each in order.  A capture of
 * pmapx's own is handed out while it is read.
 *
 * @param source  Where they are.
 * @param ret     Set on 1 to what is valid until the next call.  Processes opened
 *                before must be closed by then, if the source is saved.
 * @param error   Filled on a negative result, with a reason that is valid until
 *                the next call.  May be NULL.
 * @return 1 with a process; 0 at the end; negative, after which the next call
 *         goes on, for a part of the source that could not be read; of a source
 *         that is not saved, -ENOMEM, -EMFILE or -ENFILE, after which it tries
 *         again.
 */
PMAPX_API int pmapx_source_next(
	struct pmapx_source *source, const struct pmapx_member **ret, struct pmapx_error *error);

/**
 * Close @p source; NULL is fine.  Close the processes opened through it first:
 * they borrow from it.
 */
PMAPX_API void pmapx_source_close(struct pmapx_source *source);

/** What kind of source @p source is: "live", "root", "saved" or "core".  Static text. */
PMAPX_API const char *pmapx_source_kind(const struct pmapx_source *source);

/**
 * Whether the mappings of a process of @p source come in the order of their addresses:
 * so a running kernel lists them, while a saved file may have been edited.
 *
 * A kernel hands a map out in pieces of a page or less, and lets the process go
 * on in between.  A mapping that begins below the end of the one before tells
 * that the map has changed meanwhile, and that what was read fits together no
 * more.
 */
PMAPX_API bool pmapx_source_in_order(const struct pmapx_source *source);

/**
 * What to put before "/PID/maps" when speaking of a file of @p source: "/proc",
 * or the directory as it was given.
 *
 * @return Text owned by @p source, valid until it is closed.
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
 * In saved data it is that of the host of the process handed out last: what
 * pmapx.json says, else the device of a "/dev/zero (deleted)" mapping in any of
 * its maps, else of a "/memfd:…".
 *
 * @param source  Of which it is.
 * @param ret     Set on success.
 * @return 0; -ENODATA if it cannot be known; -ENOMEM, -EMFILE or -ENFILE, after
 *         which the next call tries again.
 */
PMAPX_API int pmapx_source_shm_device(struct pmapx_source *source, struct pmapx_device *ret);

#ifdef __cplusplus
}
#endif

#endif
