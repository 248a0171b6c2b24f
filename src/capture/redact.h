/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replacing what a capture is not to hold before it is written.
 *
 * What is replaced becomes a token that is made of it and of a key that nobody
 * knows and that goes with the capture: the same text is the same token everywhere
 * in one capture, and tells nothing.
 */
#ifndef PX_REDACT_H
#define PX_REDACT_H

#include <pmapx/mapping.h>

#include "capture.h"
#include "spool.h"

/** What is replaced in a capture, and its key. */
struct px_redaction {
	unsigned what; /**< PX_REDACT_... */
	uint64_t key[2];
};

/** Bytes that grow; zero to begin with. */
struct px_bytes {
	char *bytes; /**< Owned. */
	size_t length, size;
	bool failed; /**< There was no memory for some of them. */
};

/** Append @length bytes. */
void px_bytes_put(struct px_bytes *to, const char *bytes, size_t length);

/** What of a process's small files the others need. */
struct px_redact_facts {
	struct pmapx_text comm;    /**< Its name, which always stays. */
	struct pmapx_text program; /**< The aim of its exe, empty if unknown. */
};

/** A mapping, and where it is in the capture. */
struct px_moved {
	uint64_t start, end, to;
};

/** One process at a time; zero but for @redaction to begin with. */
struct px_redactor {
	const struct px_redaction *redaction;
	struct px_bytes out;    /**< What has been made; the caller empties it. */
	struct px_bytes line;   /**< The beginning of a line whose end has not come. */
	struct px_moved *moved; /**< Its mappings, in the order in which they came; owned. */
	size_t moved_count, moved_size;
	bool is_closed; /**< The last of them has no permissions. */
};

/** Make the key.  Returns 0 or a negative errno. */
int px_redaction_init(struct px_redaction *redaction, unsigned what);

/** Free what @redactor holds. */
void px_redactor_deinit(struct px_redactor *redactor);

/** Whether the contents of file @name are changed at all. */
bool px_redacts(const struct px_redaction *redaction, const char *name);

/** Forget the mappings of the process before, or of an earlier look. */
void px_redact_begin(struct px_redactor *redactor);

/**
 * Make @text, the next piece of a file of many lines, into what may be written of
 * it; with @is_last there is no more.  This is how mappings are learned.
 */
void px_redact_lines(struct px_redactor *redactor, const char *name, const struct pmapx_text *text,
	bool is_last);

/** The same of a small file, whole; the mappings of the process must be known. */
void px_redact_small(struct px_redactor *redactor, const char *name, const struct pmapx_text *text,
	const struct px_redact_facts *facts);

/** Append what has been made to @spool.  Returns 0, or what that gave. */
int px_redact_keep(struct px_redactor *redactor, struct px_spool *spool);

/** A path, as a mapping, exe or /proc/mounts has it: those of which it is the name stay. */
void px_redact_path(
	const struct px_redaction *redaction, const struct pmapx_text *path, struct px_bytes *out);

/** A token for @text, which may have octal escapes. */
void px_redact_token(const struct px_redaction *redaction, char kind, const struct pmapx_text *text,
	struct px_bytes *out);

/* redact_postgres.c */

/**
 * Append pg_stat_activity as CSV, with tokens for texts of queries if they are replaced.
 * Returns 0; -EBADMSG if that must be and it is none; or -ENOMEM.
 */
int px_redact_activity(const struct px_redaction *redaction, const struct pmapx_text *activity,
	struct px_bytes *out);

/** Put tokens for paths into settings as CSV, if they are replaced.  Returns as the above. */
int px_redact_settings(const struct px_redaction *redaction, struct px_bytes *settings);

/* redact_addresses.c */

/** Learn of a mapping.  Returns where it goes. */
uint64_t px_move(struct px_redactor *redactor, const struct pmapx_mapping *mapping);

/** Where an address goes, 0 if to nowhere. */
uint64_t px_moved(const struct px_redactor *redactor, uint64_t address);

/** Write an address as the kernel does in a map. */
void px_redact_put_address(struct px_bytes *out, uint64_t address);

/** The addresses of stat and of the line that smaps_rollup begins with. */
void px_redact_stat(struct px_redactor *redactor, const struct pmapx_text *stat);
void px_redact_rollup(struct px_redactor *redactor, const struct pmapx_text *rollup);

#endif
