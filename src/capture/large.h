/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the large files of a process into a spool.
 */
#ifndef PX_LARGE_H
#define PX_LARGE_H

#include <pmapx/process.h>

#include <stdatomic.h>

#include "redact.h"
#include "spool.h"

/** What those who read, and whoever waits for them, tell each other. */
struct px_pace {
	atomic_bool stopped;      /**< Nothing more needs to be read. */
	atomic_size_t read_bytes; /**< How much has been, modulo what this holds. */
};

/** Whether the mappings of a map stay in order; zero to begin with. */
struct px_order {
	uint64_t end;    /**< Where the last of them ends. */
	bool is_torn;    /**< One of them begins where others have been. */
	bool is_in_line; /**< What was looked at ended in the middle of a line. */
};

/**
 * Look at the next piece of a map, as read(2) gave it.  The kernel gives whole
 * lines; what is in two pieces all the same is not looked at.
 */
void px_order_look(struct px_order *order, const char *bytes, size_t length);

/** Where large files go; set up by whoever reads. */
struct px_large {
	struct px_pace *pace;
	struct px_redactor *redactor;
	struct px_spool *spool;
	char *buffer;          /**< PX_LARGE_BUFFER bytes. */
	struct px_order order; /**< Of the map that was read last. */
	bool is_last_reading;  /**< A map that changes is taken as it is. */
	int error;             /**< Negative errno of what keeps the capture from going on, or 0. */
};

/** What large files are read into, before that goes to the spool. */
#define PX_LARGE_BUFFER ((size_t)256 * 1024)
/** At least so much is asked for at a time; the kernel gives about a page. */
#define PX_READ_SIZE ((size_t)32 * 1024)

/**
 * Append large file @name of @process to the spool; @is_map if mappings are in it.
 *
 * Returns 0, -EAGAIN if it is a map that is to be read again because it changes,
 * or what opening or reading gave; large->error is the same if that ends the capture.
 */
int px_large_read(
	struct px_large *large, const struct pmapx_process *process, const char *name, bool is_map);

#endif
