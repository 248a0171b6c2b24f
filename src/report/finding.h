/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What checks find in a process, and what it means.
 */
#ifndef PX_FINDING_H
#define PX_FINDING_H

#include <pmapx/mapping.h>

/** Checks, in the order in which their findings are shown. */
enum px_check {
	PX_CHECK_MAP_COUNT,   /**< Nearly as many mappings as there may be. */
	PX_CHECK_WRITABLE,    /**< Memory that can be written and executed. */
	PX_CHECK_DELETED,     /**< Files that are gone. */
	PX_CHECK_REPLACED,    /**< Files whose path names another now. */
	PX_CHECK_STACK,       /**< Stacks without guard. */
	PX_CHECK_PAGE_TABLES, /**< Page tables larger than what they are for. */
	PX_CHECKS,
	PX_CHECK_NONE = PX_CHECKS /**< Nothing is wrong: remembered, not shown. */
};

/** A row of the table of checks. */
struct px_check_info {
	const char *name;  /**< Such as "deleted-file". */
	const char *means; /**< What a finding means, */
	const char *to_do; /**< and what one does about it; lines of at most 72 columns. */
};

/** The table. */
extern const struct px_check_info px_checks[PX_CHECKS];

/** From how many mappings on, in percent of what there may be. */
#define PX_CHECK_MAP_PERCENT 80

/** What one check has found of mappings that have a name in common, or of a whole process. */
struct px_finding {
	struct px_finding *next; /**< Found after it, or NULL. */
	enum px_check check;
	bool has_mappings;      /**< Whether @address and @mappings are of any. */
	uint64_t address;       /**< Where the first of them begins. */
	uint64_t mappings;      /**< How many. */
	uint64_t size_kb;       /**< Their size; that of page tables. */
	uint64_t limit;         /**< What there may be of mappings; kB that page tables are for. */
	bool is_limit_default;  /**< Nothing tells @limit: it is what kernels begin with. */
	uint64_t leading;       /**< How many mappings are of the kind that leads, */
	uint64_t guessed;       /**< and of how many of those that is a guess. */
	struct pmapx_text name; /**< What they are called; the kind that leads. */
	struct pmapx_text
		note; /**< The mode, or what is below; names and notes tell findings apart. */
};

/** The findings of a process; zero to begin with. */
struct px_findings {
	struct px_finding *first, *last;
	void *tree; /**< As tsearch() has it. */
};

/**
 * Find what @check has found of that name and note, or make it.  It stays where it is
 * until px_findings_clear(), and so do its texts.  Sets *@ret_is_new.  NULL if memory is
 * short.
 */
struct px_finding *px_findings_find(struct px_findings *findings, enum px_check check,
	const struct pmapx_text *name, const struct pmapx_text *note, bool *ret_is_new);

/** Free what @findings holds, and have none. */
void px_findings_clear(struct px_findings *findings);

#endif
