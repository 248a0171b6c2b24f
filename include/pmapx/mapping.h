/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file mapping.h
 * One mapping of a process (a VMA, in the kernel's word), with the numbers
 * that smaps adds to it, as /proc/PID/maps and /proc/PID/smaps print them;
 * see proc(5).
 *
 * Mappings and their numbers are always owned by the library and handed out by
 * pointer, so that later versions can append members.
 */
#ifndef PMAPX_MAPPING_H
#define PMAPX_MAPPING_H

#include <pmapx/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The keys of smaps that the library knows by name.
 *
 * The comment of the member in struct pmapx_smaps says what each one means and
 * since which kernel it is printed.  Append only: the numbers are ABI.
 */
enum pmapx_field {
	PMAPX_FIELD_SIZE,
	PMAPX_FIELD_KERNEL_PAGE_SIZE,
	PMAPX_FIELD_MMU_PAGE_SIZE,
	PMAPX_FIELD_RSS,
	PMAPX_FIELD_PSS,
	PMAPX_FIELD_PSS_DIRTY,
	PMAPX_FIELD_PSS_ANON,
	PMAPX_FIELD_PSS_FILE,
	PMAPX_FIELD_PSS_SHMEM,
	PMAPX_FIELD_SHARED_CLEAN,
	PMAPX_FIELD_SHARED_DIRTY,
	PMAPX_FIELD_PRIVATE_CLEAN,
	PMAPX_FIELD_PRIVATE_DIRTY,
	PMAPX_FIELD_REFERENCED,
	PMAPX_FIELD_ANONYMOUS,
	PMAPX_FIELD_KSM,
	PMAPX_FIELD_LAZY_FREE,
	PMAPX_FIELD_ANON_HUGE_PAGES,
	PMAPX_FIELD_SHMEM_HUGE_PAGES,
	PMAPX_FIELD_SHMEM_PMD_MAPPED,
	PMAPX_FIELD_FILE_PMD_MAPPED,
	PMAPX_FIELD_SHARED_HUGETLB,
	PMAPX_FIELD_PRIVATE_HUGETLB,
	PMAPX_FIELD_HUGE_PFN_MAP,
	PMAPX_FIELD_SWAP,
	PMAPX_FIELD_SWAP_PSS,
	PMAPX_FIELD_LOCKED,
	PMAPX_FIELD_NONLINEAR,
	PMAPX_FIELD_THP_ELIGIBLE,
	PMAPX_FIELD_PROTECTION_KEY,
	PMAPX_FIELD_NAME,
	PMAPX_FIELD_VM_FLAGS,
	PMAPX_FIELD_COUNT, /**< How many there are; grows with the library. */

	PMAPX_FIELD_UNKNOWN = -1 /**< A key that this version does not know. */
};

/** What the number of a key counts. */
enum pmapx_unit {
	PMAPX_UNIT_KB,     /**< Units of 1024 bytes; the kernel writes "kB". */
	PMAPX_UNIT_NUMBER, /**< A plain number. */
	PMAPX_UNIT_TEXT    /**< Not a number at all. */
};

/** A row of the table of known keys. */
struct pmapx_field_info {
	const char *key;      /**< As the kernel spells it, without the colon. */
	enum pmapx_unit unit; /**< What its value is. */
	const char *since;    /**< First kernel that prints it, such as "4.3"; or "Android". */
};

/**
 * Look up the known key that has the number @p field.
 *
 * @return Static storage, or NULL if @p field is out of range.
 */
PMAPX_API const struct pmapx_field_info *pmapx_field_lookup(enum pmapx_field field);

/**
 * One line "Key: value" under a mapping, whether its key is known or not.
 *
 * Of several lines with the same key within one mapping all are listed; the
 * members of struct pmapx_smaps hold the last.
 */
struct pmapx_entry {
	struct pmapx_text key;    /**< Without the colon; printable ASCII without blanks. */
	struct pmapx_text value;  /**< Without the blanks around it; with unit, if it had one. */
	struct pmapx_text digits; /**< The digits of value if it is a number, else empty. */
	uint64_t number;          /**< Those digits as a number; 0 if there are none. */
	enum pmapx_field field;   /**< Which key it is, or PMAPX_FIELD_UNKNOWN. */
};

/**
 * The numbers that smaps prints for a mapping.
 *
 * A member is meaningful only if pmapx_smaps_has() says so: kernels differ in
 * what they print, and a value that is missing, or is not a number below 2^64,
 * has no bit in @p have.  Units are in the names; what has none is a plain number.
 */
struct pmapx_smaps {
	uint64_t have; /**< Bit (UINT64_C(1) << PMAPX_FIELD_…) for each member that was read. */

	uint64_t size_kb;             /**< Size of the address range (2.6.14). */
	uint64_t kernel_page_size_kb; /**< Page size of the mapping (2.6.29). */
	uint64_t mmu_page_size_kb;    /**< Page size of the MMU, differs on ppc64 (2.6.29). */
	uint64_t rss_kb;              /**< Resident; does not count hugetlb pages (2.6.14). */
	uint64_t pss_kb;              /**< Resident, each page divided by its users (2.6.25). */
	uint64_t pss_dirty_kb;        /**< The dirty part of Pss (6.0). */
	uint64_t pss_anon_kb;         /**< Anonymous part of Pss, smaps_rollup only (5.3). */
	uint64_t pss_file_kb;         /**< File part of Pss, smaps_rollup only (5.3). */
	uint64_t pss_shmem_kb;        /**< Shmem part of Pss, smaps_rollup only (5.3). */
	uint64_t shared_clean_kb;     /**< Resident, mapped more than once, clean (2.6.14). */
	uint64_t shared_dirty_kb;     /**< Resident, mapped more than once, dirty (2.6.14). */
	uint64_t private_clean_kb;    /**< Resident, mapped once, clean (2.6.14). */
	uint64_t private_dirty_kb;    /**< Resident, mapped once, dirty (2.6.14). */
	uint64_t referenced_kb;       /**< Marked referenced or accessed (2.6.22). */
	uint64_t anonymous_kb;        /**< Not backed by a file (2.6.37). */
	uint64_t ksm_kb;              /**< Merged by KSM (6.7). */
	uint64_t lazy_free_kb;        /**< Freed by MADV_FREE, not yet reclaimed (4.12). */
	uint64_t anon_huge_pages_kb;  /**< Anonymous memory in huge pages (2.6.39). */
	uint64_t shmem_huge_pages_kb; /**< Shared memory in huge pages (out of tree). */
	uint64_t shmem_pmd_mapped_kb; /**< Shared memory mapped by huge pages (4.8). */
	uint64_t file_pmd_mapped_kb;  /**< Page cache mapped by huge pages (5.4). */
	uint64_t shared_hugetlb_kb;   /**< hugetlb pages mapped more than once (4.4). */
	uint64_t private_hugetlb_kb;  /**< hugetlb pages mapped once (4.4). */
	uint64_t huge_pfn_map_kb;     /**< PFN maps in huge entries (out of tree). */
	uint64_t swap_kb;             /**< Swapped out (2.6.26). */
	uint64_t swap_pss_kb;         /**< Swapped out, divided by users (4.3). */
	uint64_t locked_kb;           /**< Locked in memory (2.6.38). */
	uint64_t nonlinear_kb;        /**< Nonlinear mappings (3.4, gone in 4.0). */
	uint64_t thp_eligible;        /**< 1 if it may be backed by huge pages (5.0). */
	uint64_t protection_key;      /**< Memory protection key (4.9, x86 and others). */
	struct pmapx_text name;       /**< "Name:" of Android's kernels before 5.17. */
	struct pmapx_text vm_flags;   /**< Two-letter codes with blanks between (3.8). */

	/** How many key lines there are; for pmapx_smaps_entry(). */
	size_t entry_count;

	/**
	 * A number for the keys of these lines and their order: two mappings
	 * of one parser with the same number have the same.  0 if lines are
	 * not listed.
	 */
	uint64_t layout;

	/**
	 * Whether each line that is not a text has a number, written without
	 * zeros in front: then the members say all that the lines do.
	 */
	bool plain;

	const struct pmapx_lines *lines; /**< Where they are: the library's own. */
};

/** Whether @p smaps holds the value of @p field. */
static inline bool pmapx_smaps_has(const struct pmapx_smaps *smaps, enum pmapx_field field)
{
	return (unsigned)field < 64 && ((smaps->have >> field) & 1) != 0;
}

/**
 * The number of @p field, for those who go through fields by number; the members of
 * @p smaps are for those who know which they want.
 *
 * @param smaps  Of the mapping.
 * @param field  Which number.
 * @param ret    Set on success.
 * @return False, and @p ret untouched, if @p smaps does not hold it, or if it is a text.
 */
PMAPX_API bool pmapx_smaps_number(
	const struct pmapx_smaps *smaps, enum pmapx_field field, uint64_t *ret);

/**
 * Look at one line "Key: value", in the order in which the kernel printed
 * them.
 *
 * @param smaps  Of the mapping.
 * @param index  Which, from 0 on.
 * @param ret    Set on success; its texts live as long as those of the mapping.
 * @return False, and @p ret untouched, if there are not that many.
 */
PMAPX_API bool pmapx_smaps_entry(
	const struct pmapx_smaps *smaps, size_t index, struct pmapx_entry *ret);

/**
 * One mapping.
 *
 * All texts point into the handle that handed the mapping out, and live as
 * long as that handle's comment says.
 */
struct pmapx_mapping {
	uint64_t start;     /**< First address. */
	uint64_t end;       /**< One past the last address. */
	uint64_t offset;    /**< Offset into the file, in bytes. */
	uint64_t dev_major; /**< Major of the device that holds the file; 0 if none does. */
	uint64_t dev_minor; /**< Minor of that device. */
	uint64_t inode;     /**< Inode of the file, 0 if there is none. */
	uint64_t line;      /**< 1-based line of the input it stood on, or number of the answer. */
	char perms[5];      /**< As the kernel wrote them, such as "rw-p", terminated. */
	bool is_not_dumped; /**< Of a core file: it does not hold all of the contents. */
	bool has_no_mode;   /**< Of a core file: it does not tell rwx; @p perms has "---". */

	/**
	 * What is mapped, as the kernel wrote it: a path (with a newline as
	 * \012, but a backslash as itself), a label in brackets, or nothing.
	 * Unnamed mappings with a "Name:" line (Android) have that name.  Its bytes
	 * are never NULL, not even if there are none.
	 */
	struct pmapx_text name;
	/** The whole mapping line, without its newline; of a core file, one that was made up. */
	struct pmapx_text text;
	const struct pmapx_smaps *smaps; /**< Never NULL; all absent in a maps file. */

	/**
	 * The line of the mapping that follows in the input, without its numbers
	 * and without a @p next of its own.  NULL if there is none, if the line that
	 * follows is damaged, or unless look_ahead was asked for.
	 */
	const struct pmapx_mapping *next;
};

/** Size of the address range of @p mapping in bytes. */
static inline uint64_t pmapx_mapping_size_bytes(const struct pmapx_mapping *mapping)
{
	return mapping->end - mapping->start;
}

/** Whether @p mapping is shared ("s", or "S" on kernels without an MMU). */
static inline bool pmapx_mapping_is_shared(const struct pmapx_mapping *mapping)
{
	return mapping->perms[3] != 'p';
}

#ifdef __cplusplus
}
#endif

#endif
