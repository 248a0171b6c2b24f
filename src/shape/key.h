/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What mappings may have in common: the keys of --by.
 */
#ifndef PX_KEY_H
#define PX_KEY_H

#include <pmapx/kind.h>
#include <pmapx/process.h>

#include "console.h"
#include "group.h"
#include "stacks.h"

/** Keys. */
enum px_key {
	PX_KEY_NAME,    /**< The file, without the folders above it, or the label. */
	PX_KEY_PATH,    /**< What the kernel calls it. */
	PX_KEY_KIND,    /**< What it is for, */
	PX_KEY_CLASS,   /**< and the class of that. */
	PX_KEY_PERM,    /**< As the kernel writes them, such as rw-p. */
	PX_KEY_ADDRESS, /**< Where it begins. */
	PX_KEY_HOST,    /**< Of several in a saved source; not asked for, but told. */
	PX_KEY_PID,     /**< The number of the process. */
	PX_KEY_CMD,     /**< The name of its program, as the kernel has it. */
	PX_KEY_USER,    /**< The number of its effective user. */
	PX_KEY_CGROUP,  /**< Its control group. */
	PX_KEYS
};

/** Sets of keys, as bits. */
#define PX_KEYS_OF_MAPPING                                                                \
	(1U << PX_KEY_NAME | 1U << PX_KEY_PATH | 1U << PX_KEY_KIND | 1U << PX_KEY_CLASS | \
		1U << PX_KEY_PERM)
#define PX_KEYS_OF_PROCESS \
	(1U << PX_KEY_PID | 1U << PX_KEY_CMD | 1U << PX_KEY_USER | 1U << PX_KEY_CGROUP)

/* The number of a process of a look is one more. */
_Static_assert(PX_KEYS + 1 <= PX_KEYS_MAX, "groups have room for all keys");

/** Keys in the order in which they were asked for; zero to begin with. */
struct px_key_list {
	enum px_key keys[PX_KEYS];
	size_t count;
	unsigned set; /**< The same as bits. */
};

/** What a key is called; static text. */
const char *px_key_name(enum px_key key);

/**
 * Read a list such as "name,kind", of keys that are in @allowed, each once.  Returns
 * false after a message about that value of --by, of @verb if it is not NULL.
 */
bool px_keys_read(struct px_console *console, const char *verb, const char *value, unsigned allowed,
	struct px_key_list *ret);

/** What is looked at of smaps to tell kinds: bits as in struct pmapx_reader_options. */
#define PX_KEY_KIND_FIELDS \
	(UINT64_C(1) << PMAPX_FIELD_VM_FLAGS | UINT64_C(1) << PMAPX_FIELD_KERNEL_PAGE_SIZE)

/** Whether kinds are told: then mappings are to be read with look_ahead and these fields. */
static inline bool px_keys_tell_kinds(const struct px_key_list *list)
{
	return (list->set & (1U << PX_KEY_KIND | 1U << PX_KEY_CLASS)) != 0;
}

/** Tells the keys of the mappings of one process. */
struct px_keyer {
	const struct px_key_list *list;
	struct pmapx_text owner[PX_KEYS]; /**< Of the process. */
	char *bytes[PX_KEYS];             /**< What of that is to be freed. */
	bool tells_kinds;                 /**< A key needs it; may be set if something else does. */
	/** What the mapping is for whose keys were told last, and whether that is a guess; if
	 * kinds are told. */
	enum pmapx_kind kind;
	bool is_guess;
	struct pmapx_kinds kinds; /**< Of the mappings before. */
	/** Borrowed; to be set if stacks of threads are to be told apart, and then what has
	 * taken each mapping before its keys are told. */
	struct px_stacks *stacks;
	char kind_name[64], class_name[64], address[20]; /**< What texts point into. */
};

/**
 * Add the host to a list that has a key of processes: those of two hosts are not the
 * same, whatever else they have in common.
 */
void px_keys_add_host(struct px_key_list *list);

/**
 * Begin with the mappings of @process; of @member, if it is of a saved source.  Returns 0,
 * or -ENOMEM, -EMFILE or -ENFILE, and then, too, px_keyer_end().
 */
int px_keyer_begin(struct px_keyer *keyer, const struct px_key_list *list,
	struct pmapx_process *process, const struct pmapx_member *member);

/**
 * The keys of the next mapping, in order: @list->count texts that live as long as it does.
 * What cannot be told of the process is nowhere: its bytes are NULL.  What is said of its
 * kind may be a guess: then " (guessed)" is behind it.
 */
void px_keyer_tell(
	struct px_keyer *keyer, const struct pmapx_mapping *mapping, struct pmapx_text *ret);

/** Free what @keyer holds. */
void px_keyer_end(struct px_keyer *keyer);

#endif
