/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file reader.h
 * From a process to its mappings.
 */
#ifndef PMAPX_READER_H
#define PMAPX_READER_H

#include <pmapx/mapping.h>
#include <pmapx/process.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A map file of a process, being read; one thread at a time. */
struct pmapx_reader;

/** How to read; zero everywhere but in @p size is the default. */
struct pmapx_reader_options {
	size_t size;        /**< sizeof(struct pmapx_reader_options) at the caller. */
	bool mappings_only; /**< As in struct pmapx_parser_options. */
	uint64_t fields;    /**< As there. */

	/**
	 * Only mappings with an address from @p low to @p high, both included, are
	 * wanted: others may be left out.  They are where the kernel can be
	 * asked for single mappings (PROCMAP_QUERY, Linux 6.11), the file is
	 * that of maps, @p mappings_only is set, and the range does not hold
	 * many: then the time it takes does not depend on how many mappings
	 * the process has.
	 */
	bool has_range;
	uint64_t low;  /**< The lowest address, if @p has_range. */
	uint64_t high; /**< The highest address, if @p has_range. */

	/** As in struct pmapx_parser_options; @p has_range counts for nothing then. */
	bool look_ahead;
};

/**
 * Open a map file of @p process.
 *
 * The file is that of the thread group.  If that shows nothing, as it does
 * once the group's leader has exited, and @p process was opened by another
 * thread's id, that thread's own file is read.
 *
 * @param process  Whose it is.
 * @param file     Which file.
 * @param options  NULL for the default.
 * @param ret      Set on success; close it with pmapx_reader_close(), before
 *                 @p process is closed.
 * @return 0; what open(2) gave, such as -EACCES or -ENOENT; -EMEDIUMTYPE for
 *         what is neither file nor folder below another root; -ENOMEM;
 *         -E2BIG or -EINVAL for @p options; -EINVAL for a @p file that this
 *         library does not know.
 */
PMAPX_API int pmapx_reader_open(struct pmapx_process *process, enum pmapx_map_file file,
	const struct pmapx_reader_options *options, struct pmapx_reader **ret);

/** Close @p reader; NULL is fine. */
PMAPX_API void pmapx_reader_close(struct pmapx_reader *reader);

/**
 * The next mapping.
 *
 * @param reader  Of the file that holds it.
 * @param ret     Set on 1 to a mapping that is valid, with all its texts, until
 *                the next call on @p reader.
 * @param error   Filled on a negative result.  May be NULL.
 * @return 1 with a mapping; 0 at the end; -EBADMSG for a line that is neither
 *         mapping nor key, after which the next call goes on below it; and,
 *         at most once and after all that could be read has been handed out,
 *         -ENODATA if the file ends in the middle of a line, or what read(2)
 *         gave; -ESTALE if the process has exited, or begun another program,
 *         before its map was read to the end; -EFBIG for a line, or a
 *         mapping with its keys, longer than 16 MiB; -ENOMEM.  After those, 0.
 *         The reason is "" where the code says all.
 */
PMAPX_API int pmapx_reader_next(
	struct pmapx_reader *reader, const struct pmapx_mapping **ret, struct pmapx_error *error);

/** The process or thread whose file @p reader reads, for messages. */
PMAPX_API pid_t pmapx_reader_pid(const struct pmapx_reader *reader);

/**
 * The file that @p reader reads, for messages: where only smaps was saved, it stands
 * in for maps.
 */
PMAPX_API enum pmapx_map_file pmapx_reader_file(const struct pmapx_reader *reader);

#ifdef __cplusplus
}
#endif

#endif
