/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What stat and status say about a process.
 */
#ifndef PX_PROCINFO_H
#define PX_PROCINFO_H

#include <pmapx/process.h>

/** Of the flags in stat: a thread of the kernel (PF_KTHREAD in linux/sched.h). */
#define PX_KERNEL_THREAD UINT64_C(0x00200000)

/**
 * Take comm, state, parent, start, start of stack, and whether it is the
 * kernel's, from the contents of a stat file.  @ret->comm points into @stat.
 *
 * Returns 0, or -EBADMSG if there is no "(comm) state" in it.
 */
int px_parse_stat(const struct pmapx_text *stat, struct pmapx_identity *ret);

/**
 * Whether the contents of a stat file say that they are those of the first
 * thread of a process, whose number is the process's.
 *
 * Returns 1 if they say so, 0 if not, or -ENODATA if they are cut short.
 */
int px_parse_leads(const struct pmapx_text *stat);

/**
 * Take name, state and parent from the contents of a status file: what stands
 * in for stat where that was not saved.  @ret->comm points into @status; it is as
 * the kernel wrote it, with backslashes for newlines and backslashes.
 */
void px_parse_status(const struct pmapx_text *status, struct pmapx_identity *ret);

/**
 * Make of the @length bytes at @comm, a name as px_parse_status() gives it, what
 * the process is called.  Returns the new length.
 */
size_t px_unescape_comm(char *comm, size_t length);

/**
 * Find the thread group in the contents of a status file.
 *
 * Returns 0, or -ENODATA if no line begins with "Tgid:" and a number.
 */
int px_parse_tgid(const struct pmapx_text *status, pid_t *ret);

/**
 * Find the effective user in the contents of a status file.
 *
 * Returns 0, or -ENODATA if no line begins with "Uid:" and two numbers.
 */
int px_parse_euid(const struct pmapx_text *status, uint32_t *ret);

/**
 * Find a number in the contents of a status file, @key being such as "VmRSS:"; sizes are in kB.
 *
 * Returns 0, or -ENODATA if no line begins so with a number.
 */
int px_parse_number(const struct pmapx_text *status, const char *key, uint64_t *ret);

/**
 * Find in the contents of a status file what the process is called in its own PID namespace,
 * the innermost that it is in (NSpid, Linux 4.1).
 *
 * Returns 0, or -ENODATA.
 */
int px_parse_ns_pid(const struct pmapx_text *status, pid_t *ret);

/**
 * Find the page tables in the contents of a status file, in kB: VmPTE, and VmPMD of the
 * kernels that count that apart (4.0 to 4.14).
 *
 * Returns 0, or -ENODATA if there is no VmPTE.
 */
int px_parse_page_tables(const struct pmapx_text *status, uint64_t *ret);

#endif
