/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Dumps of PostgreSQL's memory contexts, and malloc's own account, found
 * anywhere in a server log that is fed in pieces.
 *
 * Dumps come from MemoryContextStats() (stderr, by gdb or when a server is out
 * of memory: indented), from pg_log_backend_memory_contexts() (log, csvlog,
 * jsonlog, syslog: "level: N; ..."), and as CSV from the view
 * pg_backend_memory_contexts.  Those of several processes may be interleaved,
 * where lines tell whose they are.
 *
 * "Grand total" is the checksum of a dump: only one that has begun with its
 * root, whose levels make a tree and whose rows add up to it is complete.  The
 * rows of any other are not to be added up.  The view has no such line: it is
 * complete if its rows make a tree.
 */
#ifndef PX_CONTEXTS_H
#define PX_CONTEXTS_H

#include "malloc_dump.h"

/**
 * The longest line, or CSV record of several lines, that is read; longer ones are
 * passed over.  Those of dumps are a hundredth of a percent of it.
 */
#define PX_CONTEXTS_MAX_LINE ((size_t)1024 * 1024)
/** How many dumps may be under way at once; the one that began first must then end. */
#define PX_CONTEXTS_MAX_OPEN 1024
/** How many rows a dump may have: servers print 100 children of each context. */
#define PX_CONTEXTS_MAX_ROWS ((size_t)1000 * 1000)
/** How much memory all dumps that are under way may take together, in bytes. */
#define PX_CONTEXTS_MAX_BYTES ((size_t)256 * 1024 * 1024)

/** Where a dump was found. */
enum px_contexts_source {
	PX_CONTEXTS_STDERR, /**< Indented lines, without a prefix. */
	PX_CONTEXTS_LOG,    /**< Lines with or without a prefix, syslog too. */
	PX_CONTEXTS_CSVLOG,
	PX_CONTEXTS_JSONLOG,
	PX_CONTEXTS_VIEW /**< CSV of pg_backend_memory_contexts. */
};

/** Why a dump is not complete. */
enum px_contexts_flaw {
	PX_CONTEXTS_COMPLETE,
	PX_CONTEXTS_HEADLESS,  /**< Its first lines are not there; it has no rows. */
	PX_CONTEXTS_ENDLESS,   /**< The log ends before it does. */
	PX_CONTEXTS_RESTARTED, /**< Another one of the same process begins before it ends. */
	PX_CONTEXTS_TORN,      /**< Its levels do not make a tree: lines are missing. */
	PX_CONTEXTS_UNEQUAL,   /**< Its rows do not add up to its Grand total. */
	PX_CONTEXTS_TOO_LARGE, /**< It has, or takes, more than is read; it has no rows. */
	PX_CONTEXTS_CROWDED    /**< More dumps than are read at once began before it ended. */
};

/** Which of the numbers that are not always there a context has. */
enum px_context_have {
	PX_CONTEXT_HAS_CHUNKS = 1 << 0,
	PX_CONTEXT_HAS_EMPTY = 1 << 1,
	PX_CONTEXT_HAS_FREE_CHUNKS = 1 << 2
};

/** The numbers that a Grand total has. */
struct px_context_sum {
	uint64_t total; /**< Bytes. */
	uint64_t blocks;
	uint64_t free; /**< Bytes. */
	uint64_t free_chunks;
	uint64_t used; /**< Bytes. */
};

/** That a context has no parent: it is the root, or the parent is not there. */
#define PX_CONTEXT_NO_PARENT UINT32_MAX

/** A context, or some that were printed as one row ("N more child contexts"). */
struct px_context {
	struct pmapx_text name;  /**< Empty for those that are one row. */
	struct pmapx_text ident; /**< Cut by the server; bytes are NULL if there is none. */
	struct pmapx_text type;  /**< As the view of 18 says; bytes are NULL if nobody does. */
	struct px_context_sum
		sum;     /**< free_chunks is 0 where PX_CONTEXT_HAS_FREE_CHUNKS is not had. */
	uint64_t chunks; /**< In all blocks (Generation). */
	uint64_t empty;  /**< Blocks (Slab). */
	uint64_t count;  /**< How many contexts it stands for; 1 if it has a name. */
	uint32_t depth;  /**< TopMemoryContext has 1, whatever the source counts from. */
	uint32_t parent; /**< Index of the parent, or PX_CONTEXT_NO_PARENT. */
	unsigned have;   /**< Of enum px_context_have. */
	bool more;       /**< Whether it is "N more child contexts". */
};

/** A dump. */
struct px_context_dump {
	uint64_t line; /**< The line of the input that it begins with, from 1. */
	uint32_t pid;  /**< As the log tells it; 0 if it does not. */
	enum px_contexts_source source;
	struct pmapx_text time; /**< Of its first line, as it stands there; bytes may be NULL. */
	bool has_time_us;       /**< Whether that time says what it is in UTC. */
	int64_t time_us;        /**< Microseconds since 1970. */
	int first_level;        /**< What the source counts from; -1 if it does not tell. */
	enum px_contexts_flaw flaw;
	bool has_grand; /**< Whether there was a Grand total. */
	struct px_context_sum grand;
	const struct px_context *contexts; /**< In the order of the source. */
	size_t count;
};

/** What is found: one of the two. */
struct px_contexts_item {
	const struct px_context_dump *contexts; /**< NULL if it is the other. */
	const struct px_malloc_dump *malloc;    /**< NULL if it is the other. */
};

/** Static text that says @flaw, to follow "incomplete: ". */
const char *px_contexts_flaw_text(enum px_contexts_flaw flaw);

/** What looks for dumps in one log. */
struct px_contexts;

/** Begin a log; close it with px_contexts_close().  Returns 0 or -ENOMEM. */
int px_contexts_open(struct px_contexts **ret);

/** Free @contexts and everything it handed out.  NULL is fine. */
void px_contexts_close(struct px_contexts *contexts);

/**
 * Append a copy of @length bytes to the input; take everything from
 * px_contexts_next() before the next, or the input is kept.
 *
 * Returns 0 or -ENOMEM, with nothing appended.
 */
int px_contexts_feed(struct px_contexts *contexts, const void *bytes, size_t length);

/** Say that no input will follow. */
void px_contexts_finish(struct px_contexts *contexts);

/**
 * Hand out the next that has ended, complete or not.
 *
 * Returns 1 with it in *@ret, valid until the next call on @contexts; 0 at the
 * end; -EAGAIN if more input is needed; or -ENOMEM, which all further calls
 * return.
 */
int px_contexts_next(struct px_contexts *contexts, struct px_contexts_item *ret);

#endif
