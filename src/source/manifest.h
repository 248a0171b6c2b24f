/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the file pmapx.json of a capture says of the capture as a whole.
 */
#ifndef PX_MANIFEST_H
#define PX_MANIFEST_H

#include <pmapx/source.h>

/** The version of the format of captures that is known. */
#define PX_MANIFEST_VERSION 1

/** How much of the file is enough: what stands before the list of processes. */
#define PX_MANIFEST_SIZE ((size_t)64 * 1024)

/** A boot's number as the kernel prints it, and what is behind it. */
#define PX_BOOT_ID_SIZE 37

/** A manifest. */
struct px_manifest {
	unsigned version;    /**< Of the format. */
	bool complete;       /**< Whether the capture came to its end. */
	bool in_order;       /**< Whether processes come in the order of their numbers. */
	bool has_shm_device; /**< Whether @shm_device is known. */
	struct pmapx_device shm_device; /**< The device of shared memory. */
	char boot_id[PX_BOOT_ID_SIZE];  /**< Of the kernel; "" if it does not say. */
	uint64_t start_ms;              /**< When it was begun, since 1970; 0 if it does not say. */
	unsigned redacted;              /**< Bits PMAPX_REDACTED_… of what was. */
};

/**
 * Read the beginning of a manifest: what stands before its list of processes
 * and before the end of @text, which may be cut, counts.  Who booted and when it was
 * begun are believed if they are as a capture has them, and are unknown otherwise.
 *
 * Returns 0; -EPROTONOSUPPORT if its version is above the known one; or
 * -EBADMSG if it has none, is damaged there, or says what cannot be.
 */
int px_manifest_parse(const struct pmapx_text *text, struct px_manifest *ret);

#endif
