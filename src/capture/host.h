/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is captured of the host, and who captures.
 */
#ifndef PX_HOST_H
#define PX_HOST_H

#include <sys/utsname.h>

#include "redact.h"
#include "source_impl.h"
#include "target.h"

/** What pmapx.json says of a host. */
struct px_host {
	struct utsname name;
	long page_size, clock_ticks;
	char boot_id[40]; /**< Empty if unknown, as the texts below. */
	bool has_shm;
	struct pmapx_device shm; /**< The device of shared memory, if @has_shm. */
	uid_t uid;
	char capabilities[20]; /**< In hexadecimal, as status has them. */
	char hidepid[16];      /**< What /proc is mounted with. */
	char ptrace_scope[8];  /**< As the kernel module yama has it. */
};

/** Find out.  Returns 0, or a negative errno if that is short of something. */
int px_host_read(struct pmapx_source *source, struct px_host *ret);

/**
 * Add the files of the host, by way of @spool; what cannot be read is left out.
 * Returns 0, or a negative errno if the capture cannot go on.
 */
int px_host_add(struct pmapx_source *source, const struct px_redaction *redaction,
	struct px_spool *spool, time_t when, struct px_target *target);

#endif
