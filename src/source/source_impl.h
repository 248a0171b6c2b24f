/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a source is inside: a handle with operations.  Kinds of sources differ
 * in one struct of functions.
 */
#ifndef PX_SOURCE_IMPL_H
#define PX_SOURCE_IMPL_H

#include <pmapx/mapping.h>
#include <pmapx/process.h>
#include <pmapx/source.h>

/** The files of a process that the library reads. */
enum px_file {
	PX_FILE_STAT,
	PX_FILE_STATUS,
	PX_FILE_CMDLINE,
	PX_FILE_COMM,
	PX_FILE_CGROUP,
	PX_FILE_MAPS,
	PX_FILE_SMAPS,
	PX_FILE_SMAPS_ROLLUP,
	PX_FILE_NUMA_MAPS,
	PX_FILE_EXE, /**< As captures have it: what the link says. */
	PX_FILE_OOM_SCORE_ADJ,
	PX_FILE_COUNT
};

/** What they are called in /proc. */
extern const char *const px_file_names[PX_FILE_COUNT];

struct px_found;
struct px_saved;
struct px_spool;

/** A place that belongs to one process of a source, such as /proc/PID. */
struct px_place {
	int fd;         /**< Of its folder. */
	bool is_procfs; /**< As its source's. */

	/* Of a saved source: */
	struct px_saved *saved;       /**< Borrowed; NULL of any other. */
	const struct px_found *files; /**< What there is of the process; of the index. */
	size_t file_count;            /**< How many. */
};

/** An open file of a place. */
struct px_stream {
	int fd; /**< The file; -1 if it is in @spool. */

	/* Of a saved source: */
	enum px_file file;            /**< Which file it is: smaps may stand in for maps. */
	bool is_borrowed;             /**< @fd is the source's. */
	const struct px_spool *spool; /**< Or NULL. */
	uint64_t offset;              /**< Where to go on, in either. */
	uint64_t end;                 /**< Where to stop. */
};

/** Why a map file is no good that is empty, though there is memory. */
#define PX_HOLLOW_REASON "empty: it could not be read, or was saved by its size, as tar does"

/**
 * The longest line of a mapping: 73 bytes and more before the name, and a path
 * of PATH_MAX bytes, each of which may become four.
 */
#define PX_QUERY_SIZE (128 + (size_t)4 * 4096)

/**
 * The page of old system calls, which is in no process's own map, and which
 * x86-64 lists last; the gate area of arch/x86/entry/vsyscall/vsyscall_64.c.
 */
#define PX_GATE UINT64_C(0xffffffffff600000)

/** What a kind of source does; all functions return 0 or a negative errno. */
struct px_source_ops {
	const char *kind; /**< For pmapx_source_kind(). */
	bool is_system;   /**< The running system, of which libproc2 can be asked. */

	/** Find process @pid; -ESRCH if it is not there. */
	int (*open_place)(struct pmapx_source *source, pid_t pid, struct px_place *ret);
	void (*close_place)(struct px_place *place);

	/** Open a file of @place. */
	int (*open_file)(const struct px_place *place, enum px_file file, struct px_stream *ret);
	/** Read as read(2) does: the number of bytes, 0 at the end, or a negative errno. */
	ssize_t (*read)(struct px_stream *stream, void *bytes, size_t size);
	void (*close_stream)(struct px_stream *stream);

	/**
	 * At the end of a map file: 0 if that was its end, -ESTALE if what it
	 * tells of has ceased to exist, or what read(2) gave.  NULL if it cannot;
	 * only if the source is a kernel's.
	 */
	int (*check_end)(struct px_stream *stream);

	/**
	 * Ask a maps file for one mapping: the first that ends beyond
	 * *@address, unless it begins beyond @high.  NULL if it can only be read;
	 * only if the source is a kernel's.
	 *
	 * Returns the length of its line, newline included, in @bytes, which
	 * has room for PX_QUERY_SIZE, and moves *@address to its end; 0 if
	 * there is none; a negative errno if the file must be read instead.
	 */
	ssize_t (*query)(struct px_stream *stream, uint64_t *address, uint64_t high, char *bytes);

	/** Find the device of shared memory; -ENODATA if it cannot be known. */
	int (*shm_device)(struct pmapx_source *source, struct pmapx_device *ret);

	/** As pmapx_source_next(). */
	int (*next)(struct pmapx_source *source, const struct pmapx_member **ret,
		struct pmapx_error *error);
	/** The place of the process that was handed out last; -ESRCH if none was. */
	int (*open_member)(struct pmapx_source *source, struct px_place *ret);
};

/** A source. */
struct pmapx_source {
	const struct px_source_ops *ops;
	int fd;                  /**< Of the root folder, or the file; -1 if there is none. */
	char *path;              /**< What the root is called in messages; owned. */
	bool is_procfs;          /**< Whether a kernel answers, not files that people made. */
	bool has_marks;          /**< Whether its maps have the marks of corefile.h. */
	bool shm_asked;          /**< Whether @shm_result and @shm are known. */
	int shm_result;          /**< What finding out gave. */
	struct pmapx_device shm; /**< Valid if @shm_result is 0. */
	struct px_saved *saved;  /**< What is saved; NULL of a folder laid out like /proc. */

	/* Of a folder laid out like /proc: */
	const pid_t *wanted;        /**< The processes to hand out, borrowed; NULL for all. */
	size_t wanted_count;        /**< How many. */
	pid_t *pids;                /**< The processes that are in it, owned; NULL before asked. */
	size_t pid_count;           /**< How many. */
	size_t next_pid;            /**< Which one to hand out next. */
	struct pmapx_member member; /**< Handed out last; no process before the first. */
};

/** A process. */
struct pmapx_process {
	struct pmapx_source *source; /**< Borrowed. */
	struct px_place place;
	/**
	 * Its maps file, if @has_map: opened before anything was read, so that
	 * what tells of it tells of the same memory.  Of a kernel's only.
	 */
	struct px_stream map;
	bool has_map;
	struct pmapx_identity identity; /**< Its texts point into @stat. */
	bool is_hollow;                 /**< What was saved is empty that never is. */
	char *stat;                     /**< Contents of the stat file, owned. */
	char *comm;                     /**< Where it comes from if there is no stat, owned. */
	char *cmdline;                  /**< Contents of the cmdline file once read, owned. */
	size_t cmdline_length;          /**< Its length. */
	char *executable;               /**< As pmapx_process_executable() found it, owned. */
	size_t executable_length;       /**< Its length. */
};

/**
 * As pmapx_process_open(), to look at the process, not at its map: that is not
 * kept open.
 */
int px_process_look(struct pmapx_source *source, pid_t pid, struct pmapx_process **ret,
	struct pmapx_error *error);

/**
 * Read one of the small files of @process whole, at most 64 KiB of it, into
 * memory to be freed, with a NUL behind.
 *
 * Returns 0, -ENOMEM, or what opening or reading gave.
 */
int px_process_read(
	struct pmapx_process *process, enum px_file file, char **ret, size_t *ret_length);

/** Open a file of @process; if descriptors are short, its map gives up its own. */
int px_process_open_file(struct pmapx_process *process, enum px_file file, struct px_stream *ret);

/**
 * Whether anything of the map of @process, of a saved source, was saved: 1, 0, or a
 * shortage.  What cannot be read is there.
 */
int px_process_has_saved_map(struct pmapx_process *process);

/** Make a source called @path that has @fd, which is closed with it; 0 or -ENOMEM. */
int px_source_new(
	const struct px_source_ops *ops, const char *path, int fd, struct pmapx_source **ret);

/** Make a source on the folder @path with @ops; @options have been checked. */
int px_source_open(const struct px_source_ops *ops, const char *path,
	const struct pmapx_source_options *options, struct pmapx_source **ret);

/** Operations on a folder laid out like /proc, for the kinds that are one. */
int px_folder_open_place(struct pmapx_source *source, pid_t pid, struct px_place *ret);
void px_folder_close_place(struct px_place *place);
int px_folder_open_file(const struct px_place *place, enum px_file file, struct px_stream *ret);
/** Open any file of a process's folder; returns a descriptor or a negative errno. */
int px_place_open(const struct px_place *place, const char *path);
ssize_t px_folder_read(struct px_stream *stream, void *bytes, size_t size);
void px_folder_close_stream(struct px_stream *stream);
int px_folder_next(
	struct pmapx_source *source, const struct pmapx_member **ret, struct pmapx_error *error);
/** Have the next call of px_folder_next() look again. */
void px_folder_rewind(struct pmapx_source *source);
int px_folder_open_member(struct pmapx_source *source, struct px_place *ret);

/** Ask the kernel for one mapping; as the operation query. */
ssize_t px_maps_query(struct px_stream *stream, uint64_t *address, uint64_t high, char *bytes);

/** Whether the end of a map file was its end; as the operation check_end. */
int px_maps_check_end(struct px_stream *stream);

/** Whether a mapping tells the device of shared memory. */
enum px_shm_answer { PX_SHM_NO, PX_SHM_PERHAPS, PX_SHM_LIKELY, PX_SHM_SURE };

/** Asks a mapping of a self/maps file, given an address that was mapped. */
typedef enum px_shm_answer px_shm_test(const struct pmapx_mapping *mapping, uint64_t address);

/**
 * Look in an open map, until @test is sure, for a mapping with major 0 that is
 * shared; *@ret and *@best are changed if it is surer than *@best says.
 *
 * Returns 0, -ENOMEM, -EMFILE, -ENFILE.
 */
int px_shm_scan(const struct px_source_ops *ops, struct px_stream *stream, px_shm_test *test,
	uint64_t address, enum px_shm_answer *best, struct pmapx_device *ret);

/**
 * Look in self/maps of @source for the mapping with major 0 that is shared and
 * that @test is surest of, the first of equals, and take its device.
 *
 * Returns 0, -ENODATA if there is none, -ENOMEM, -EMFILE, -ENFILE.
 */
int px_shm_search(
	struct pmapx_source *source, px_shm_test *test, uint64_t address, struct pmapx_device *ret);

/** A px_shm_test that goes by the name. */
px_shm_test px_shm_by_name;

/**
 * The same, for data of which anybody may have made any: what is called a segment tells
 * nothing.
 */
px_shm_test px_shm_by_safe_name;

#endif
