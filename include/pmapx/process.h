/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file process.h
 * One process of a source: who it is, and its files.
 */
#ifndef PMAPX_PROCESS_H
#define PMAPX_PROCESS_H

#include <pmapx/source.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The most that is kept of a command line, in bytes; as pmap keeps it. */
#define PMAPX_CMDLINE_MAX 131072

/** The files of a process that hold its map. */
enum pmapx_map_file {
	PMAPX_FILE_MAPS,        /**< Addresses and names: cheap. */
	PMAPX_FILE_SMAPS,       /**< These and residency: the kernel walks the page tables. */
	PMAPX_FILE_SMAPS_ROLLUP /**< One mapping "[rollup]", which has the sums of smaps (4.14). */
};

/** A process of a source; one thread at a time. */
struct pmapx_process;

/** Who a process is, from its status and stat files; see proc(5). */
struct pmapx_identity {
	pid_t pid;            /**< The number it was opened by; may be a thread's. */
	pid_t tgid;           /**< Its thread group: the process.  @p pid if status is silent. */
	pid_t ppid;           /**< Parent, 0 if there is none. */
	char state;           /**< Such as 'S'; 'Z' is a zombie. */
	bool is_kernel;       /**< Whether it is a thread of the kernel, which has no map. */
	bool has_stat;        /**< Whether there was a stat file: saved data may lack it. */
	bool has_start_stack; /**< Whether the kernel told @p start_stack. */
	uint64_t start_stack; /**< Address of the bottom of the main stack. */
	uint64_t start_ticks; /**< Start, in clock ticks since boot; 0 if unknown. */
	/**
	 * Command name as stat has it, any byte, without parentheses; where there
	 * is no stat, as comm or status have it; empty if nothing tells.
	 */
	struct pmapx_text comm;
};

/**
 * Open process @p pid of @p source and read who it is.  A thread's id is as good
 * as a process's.  Of a saved source there are only the processes of the part from which
 * pmapx_source_next() hands out, the first before it has been called.
 *
 * @param source  Where to look.
 * @param pid     Its number.
 * @param ret     Set on success; close it with pmapx_process_close(), before
 *                @p source is closed.
 * @param error   Filled on failure with what opening or reading gave, and with the
 *                file of the process if it was that.  May be NULL.
 * @return 0; -ESRCH if there is no such process (or it cannot be seen, or
 *         its stat cannot be read); -ENOMEM; -EMFILE, -ENFILE.
 */
PMAPX_API int pmapx_process_open(struct pmapx_source *source, pid_t pid, struct pmapx_process **ret,
	struct pmapx_error *error);

/**
 * Open the process that pmapx_source_next() has handed out last.  Of a saved source
 * it must be closed before the next is asked for.
 *
 * @param source  Which handed it out.
 * @param ret     As pmapx_process_open() sets it.
 * @param error   As pmapx_process_open() fills it.
 * @return As pmapx_process_open(); -ESRCH if none has been.
 */
PMAPX_API int pmapx_process_open_member(
	struct pmapx_source *source, struct pmapx_process **ret, struct pmapx_error *error);

/** Close @p process; NULL is fine.  Close its readers first. */
PMAPX_API void pmapx_process_close(struct pmapx_process *process);

/** Who @p process is; valid until it is closed. */
PMAPX_API const struct pmapx_identity *pmapx_process_identity(const struct pmapx_process *process);

/**
 * The command line of @p process: its arguments, each with a NUL behind it,
 * unless the process has written something else there.
 *
 * @param process  Whose it is.
 * @param ret      Set on success, at most #PMAPX_CMDLINE_MAX bytes; empty for
 *                 kernel threads and zombies.  Valid until @p process is closed.
 * @return 0; -EMEDIUMTYPE for what is no file below another root; -ENOMEM; or what
 *         open(2) or read(2) gave.
 */
PMAPX_API int pmapx_process_cmdline(struct pmapx_process *process, struct pmapx_text *ret);

/**
 * The path of the first file in the map of @p process that may be executed: what to
 * call it where neither its arguments nor its name have been saved.
 *
 * @param process  Whose it is.
 * @param ret      Set on success.  Valid until @p process is closed.
 * @return 0; -ENODATA if there is none, or if the map is cut off before it; and what
 *         pmapx_reader_open() and pmapx_reader_next() give for the map: -ESTALE,
 *         -EFBIG, -EMEDIUMTYPE, -ENOMEM, or what open(2) or read(2) gave.
 */
PMAPX_API int pmapx_process_executable(struct pmapx_process *process, struct pmapx_text *ret);

#ifdef __cplusplus
}
#endif

#endif
