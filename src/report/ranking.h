/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Processes and what they cost, as they are read: row by row, then grouped.
 */
#ifndef PX_RANKING_H
#define PX_RANKING_H

#include "memory.h"

/** What is known of a process, or of some that have something in common, in words. */
enum px_rank_text {
	PX_RANK_HOST,    /**< Of a saved source with several. */
	PX_RANK_USER,    /**< Effective. */
	PX_RANK_CGROUP,  /**< Path of its control group. */
	PX_RANK_CMD,     /**< Its name, as the kernel keeps it. */
	PX_RANK_COMMAND, /**< Its command line. */
	PX_RANK_TEXTS
};

/** A process, or several. */
struct px_rank_row {
	size_t number;    /**< Where it is in the order of processes. */
	size_t processes; /**< How many it stands for. */
	pid_t pid;        /**< Of one process. */
	pid_t thread;     /**< By which it was opened: a leader that has exited has no memory. */
	pid_t memory_of;  /**< Whose memory it has: @pid, or the first that shares it. */
	uint64_t start_stack;
	uint32_t uid; /**< UINT32_MAX if unknown. */
	struct px_memory memory;
	struct pmapx_text texts[PX_RANK_TEXTS]; /**< Without bytes, what is not known or wanted. */
	char *owned[PX_RANK_TEXTS];             /**< What is to be freed of them. */
};

/** Rows; all zero to begin with but for what is wanted. */
struct px_ranking {
	unsigned amounts; /**< Bits (1 << PX_AMOUNT_…) of those that are wanted. */
	unsigned texts;   /**< Bits (1 << PX_RANK_…) of the texts. */
	struct px_rank_row *rows;
	size_t count, size;
	bool has_hosts;      /**< Whether there are several. */
	bool is_live;        /**< They are processes of the running system, with names for users. */
	size_t torn;         /**< How many were changing their maps. */
	size_t from_smaps;   /**< How many sums are those of smaps. */
	size_t copies;       /**< How many share the memory of another. */
	size_t incomparable; /**< Of how many that could not be told. */
	size_t huge;         /**< How many have pages of hugetlb. */
};

/** Free what it holds. */
void px_ranking_deinit(struct px_ranking *ranking);

/** A px_visitor whose context is the ranking: adds a row. */
px_visitor px_ranking_visit;

/**
 * All have been visited: put rows in order, give users their names, and find out who
 * shares its memory with whom.  0 or -ENOMEM.
 */
int px_ranking_finish(struct px_ranking *ranking);

/** Make one row of all that have the same texts @keys, @count of them, on the same host. */
void px_ranking_group(struct px_ranking *ranking, const enum px_rank_text *keys, size_t count);

/** All rows added up; memory that several share is counted once. */
void px_ranking_total(const struct px_ranking *ranking, struct px_rank_row *ret);

#endif
