/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loading processes into a database: one source after the other, all of them or nothing.
 *
 * Of what was saved, mappings go from its text straight to the store.  A process that
 * runs may have to be read again, so that its mappings wait until they fit together.
 */
#include "load.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include <pmapx/reader.h>

#include "descriptor.h"
#include "load_impl.h"
#include "mapping_row.h"
#include "names.h"
#include "reading.h"
#include "threads.h"

/* How long to wait for others that use a database. */
#define WAIT_MS 5000

/* The map of a process that is being read. */
struct reading {
	struct px_loading *loading;
	struct px_visit *visit;
	pid_t pid;
	struct px_mapping_row row;
	struct px_rows *rows; /* Where they wait; NULL if they do not. */
	uint64_t end;         /* Of the mapping before. */
	bool is_torn;
	bool has_numbers, lacks_numbers; /* Some mapping has those of smaps; one has none. */
	char *program;                   /* The first file with code; owned. */
	int damage;                      /* What was first wrong with the file; a negative errno. */
	struct pmapx_error error;
};

void px_load_say(struct px_loading *loading, const char *what, const char *why)
{
	px_message_verb(loading->console, loading->options->walk.verb, what, why);
}

void px_load_add(struct px_loading *loading, enum px_table_id table, const struct px_datum *row)
{
	if (loading->failed == 0)
		loading->failed = px_store_add(loading->store, table, row);
}

/* One mapping; 0, -ENOMEM, or what keeping it gave. */
static int take_mapping(struct reading *reading, const struct pmapx_mapping *mapping)
{
	struct px_loading *loading = reading->loading;
	int r = px_mapping_row_fill(&reading->row, reading->pid, mapping);

	if (r < 0)
		return r;
	reading->is_torn |= px_reading_is_ordered(reading->visit) && mapping->start < reading->end;
	reading->end = mapping->end;
	if (reading->row.values[PX_MAPPING_RSS].type == PX_DATUM_NULL)
		reading->lacks_numbers = true;
	else
		reading->has_numbers = true;
	if (reading->program == NULL && mapping->perms[2] == 'x' && mapping->name.length > 0 &&
		*mapping->name.bytes == '/') {
		reading->program = strndup(mapping->name.bytes, mapping->name.length);
		if (reading->program == NULL)
			return -ENOMEM;
	}
	if (reading->rows != NULL)
		return px_rows_add(reading->rows, reading->row.values);
	px_load_add(loading, PX_TABLE_MAPPING, reading->row.values);
	loading->mappings++;
	if (reading->row.count % 4096 == 0)
		px_load_progress(loading);
	return 0;
}

/* Begin anew. */
static void reset(struct reading *reading)
{
	reading->row.count = 0;
	reading->row.kinds = (struct pmapx_kinds){ .file = 0 };
	reading->end = 0;
	reading->is_torn = reading->has_numbers = reading->lacks_numbers = false;
	free(reading->program);
	reading->program = NULL;
	if (reading->rows != NULL)
		px_rows_clear(reading->rows);
}

/* Read all of @file; what is damaged of what was saved is noted, and the rest read. */
static int read_map(struct reading *reading, enum pmapx_map_file file)
{
	const struct pmapx_reader_options options = {
		.size = sizeof(options),
		.mappings_only = file == PMAPX_FILE_MAPS,
		.look_ahead = true,
	};
	struct px_visit *visit = reading->visit;
	const struct pmapx_mapping *mapping;
	struct pmapx_reader *reader;
	int r = px_reading_open(visit, file, &options, &reader);

	if (r < 0)
		return r;
	reset(reading);
	while ((r = pmapx_reader_next(reader, &mapping, &visit->error)) != 0) {
		if (r == 1)
			r = take_mapping(reading, mapping);
		else if (reading->rows == NULL && !px_is_shortage(r)) {
			if (reading->damage == 0) {
				reading->damage = r;
				reading->error = visit->error;
			}
			r = 0;
		}
		if (r < 0 || reading->loading->failed != 0)
			break;
	}
	pmapx_reader_close(reader);
	return r < 0 ? r : 0;
}

/* The same until it fits together; where there is no smaps, of maps. */
static int read_steady_map(struct reading *reading)
{
	enum pmapx_map_file file = PMAPX_FILE_SMAPS;
	int r, readings = 0;

	do {
		r = read_map(reading, file);
		if (r == -ENOENT && file == PMAPX_FILE_SMAPS && px_visit_is_copy(reading->visit)) {
			file = PMAPX_FILE_MAPS;
			r = read_map(reading, file);
		}
	} while (r == 0 && px_reading_again(reading->visit, reading->is_torn, &readings));
	return r;
}

/* What one that was saved without mappings is: a kernel thread has no memory at all. */
static const char *judge_empty(const struct px_visit *visit)
{
	bool is_kernel = false;
	size_t length;
	char *status;

	if (px_process_read(visit->process, PX_FILE_STATUS, &status, &length) == 0) {
		is_kernel = memmem(status, length, "\nThreads:", 9) != NULL &&
			memmem(status, length, "\nVmSize:", 8) == NULL;
		free(status);
	}
	return is_kernel ? "kernel" : "denied";
}

/* Put what was read of a process where it stays; as a visitor. */
static int keep(struct reading *reading)
{
	struct px_loading *loading = reading->loading;
	const char *status = "ok";
	int r, unread = 0;

	if (reading->row.count == 0 && reading->damage == 0) {
		if (reading->visit->member == NULL)
			return -ESRCH;
		status = judge_empty(reading->visit);
	} else if (reading->damage != 0 || reading->is_torn ||
		(reading->has_numbers && reading->lacks_numbers)) {
		status = "partial";
	}
	if (reading->rows != NULL && loading->failed == 0)
		loading->failed = px_rows_release(reading->rows, loading->store, &unread);
	if (unread < 0)
		return unread;
	if (reading->rows != NULL)
		loading->mappings += (size_t)reading->row.count;
	r = px_load_process(loading, reading->visit, reading->pid, status, reading->row.count,
		reading->program);
	if (r < 0)
		return r;
	loading->last_number = reading->visit->number + 1;
	if (reading->damage == 0)
		return reading->row.count == 0;
	reading->visit->error = reading->error;
	return reading->damage;
}

/* What the number is that its rows have. */
static pid_t number_of(const struct px_visit *visit)
{
	const struct pmapx_identity *identity = pmapx_process_identity(visit->process);

	return visit->member != NULL && visit->member->pid != 0 ? visit->member->pid
								: identity->tgid;
}

/* One that has memory; as a visitor. */
static int visit_living(struct px_loading *loading, struct px_visit *visit)
{
	struct reading reading = {
		.loading = loading,
		.visit = visit,
		.pid = number_of(visit),
	};
	struct px_rows rows;
	int r;

	px_rows_init(&rows, PX_TABLE_MAPPING, loading->folder);
	if (visit->member == NULL)
		reading.rows = &rows;
	r = read_steady_map(&reading);
	if (r == 0) {
		px_walk_lock(visit);
		r = keep(&reading);
		loading->processes++;
		px_load_progress(loading);
		px_walk_unlock(visit);
	}
	px_mapping_row_deinit(&reading.row);
	px_rows_deinit(&rows);
	free(reading.program);
	return r;
}

/* A px_visitor. */
static int visit_process(void *context, struct px_visit *visit)
{
	struct px_loading *loading = context;
	const struct pmapx_identity *identity = pmapx_process_identity(visit->process);
	int r = 0;

	/* Those of a folder like /proc are of the capture that was begun before. */
	if (visit->member != NULL)
		r = px_load_capture(loading, visit->source);
	if (r < 0 || loading->failed != 0)
		return r;
	if (!identity->is_kernel && !px_has_exited(identity->state))
		return visit_living(loading, visit);
	px_walk_lock(visit);
	r = px_load_process(loading, visit, number_of(visit),
		identity->is_kernel ? "kernel" : "zombie", -1, NULL);
	loading->processes++;
	px_walk_unlock(visit);
	return r;
}

/* What became of one that could not be read. */
static const char *judge_unread(const struct px_visit *visit)
{
	/* Captures have what they could read. */
	if (visit->member != NULL && visit->member->is_captured)
		return visit->process != NULL ? "denied" : "vanished";
	if (visit->result == -EACCES || visit->result == -EPERM)
		return "denied";
	/* Of one that runs no file goes but with all others. */
	if (!px_visit_is_copy(visit) &&
		(visit->result == -ESRCH || visit->result == -ESTALE || visit->result == -ENOENT))
		return "vanished";
	return "partial";
}

/* A px_unread_visitor: one that could not be read is there. */
static int remember_unread(void *context, const struct px_visit *visit, pid_t pid)
{
	struct px_loading *loading = context;
	int r = 0;

	if (visit->member != NULL)
		r = px_load_capture(loading, visit->source);
	/* What was damaged has its row. */
	if (r < 0 || loading->failed != 0 || loading->last_number == visit->number + 1)
		return r;
	return px_load_process(loading, visit, pid, judge_unread(visit), -1, NULL);
}

/* A px_source_visitor. */
static int begin_source(void *context, struct pmapx_source *source)
{
	struct px_loading *loading = context;
	int r;

	px_source_want_all(source);
	if (loading->from != NULL)
		return 0;
	r = px_load_capture(loading, source);
	if (r < 0)
		px_load_say(loading, NULL, "memory allocation failed");
	return r < 0 ? r : loading->failed;
}

/* The same, at the end. */
static int end_source(void *context, struct pmapx_source *source)
{
	struct px_loading *loading = context;

	return loading->failed == 0 ? px_load_capture_end(loading, source) : 0;
}

/* Load processes, of @input if there is one; their status. */
static int load_processes(struct px_loading *loading, struct px_input *input)
{
	struct px_walk_options walk = loading->options->walk;
	struct px_walk_counts counts;
	const char *from = input != NULL ? input->path : NULL;
	int r;

	walk.from = loading->from = from;
	walk.input = input;
	walk.unread = remember_unread;
	walk.is_complete = true;
	walk.opened = begin_source;
	walk.ending = end_source;
	loading->captures = loading->last_number = 0;
	r = px_walk(loading->console, &walk, visit_process, loading, &counts);
	px_load_progress_end(loading);
	px_load_capture_clear(loading);
	px_users_deinit(&loading->users);
	loading->users = (struct px_users){ .tree = NULL };
	if (loading->failed != 0)
		return 2;
	if (r < 0)
		return 2;
	px_unread_tell(loading->console, walk.verb, from, &counts.unread);
	return px_walk_status(&walk, &counts, false);
}

/* Load one source, which is opened once: it may be a pipe. */
static int load_source(struct px_loading *loading, const char *path)
{
	struct px_input input;
	int status, r = px_input_open(path, &input);

	if (r < 0) {
		px_load_say(loading, path, px_describe_error(-r));
		status = 2;
	} else if (px_inserts_is(&input)) {
		status = px_load_inserts(loading, &input);
	} else {
		status = load_processes(loading, &input);
	}
	px_input_close(&input);
	return status;
}

/*
 * Load all sources; the worst of their statuses, of which 2 is not to be kept if nothing
 * was read.
 */
static int load_all(struct px_loading *loading)
{
	const struct px_load_options *options = loading->options;
	size_t count = options->source_count > 0 ? options->source_count : 1;
	int status = 0;

	for (size_t i = 0; i < count && loading->failed == 0; i++) {
		int one;

		loading->source = i;
		one = options->source_count > 0 ? load_source(loading, options->sources[i])
						: load_processes(loading, NULL);

		if (one > status)
			status = one;
	}
	return status;
}

static bool is_standard_input(const char *path)
{
	return path != NULL && strcmp(path, "-") == 0;
}

size_t px_load_standard_inputs(const struct px_load_options *options)
{
	return (size_t)is_standard_input(options->activity) +
		(size_t)is_standard_input(options->contexts);
}

/* A load that begins. */
static struct px_loading prepare(struct px_console *console, const struct px_load_options *options)
{
	const char *folder = getenv("TMPDIR");

	return (struct px_loading){
		.options = options,
		.console = console,
		.folder = folder != NULL && *folder != '\0' ? folder : "/tmp",
	};
}

/*
 * Load all into its store, once that was opened with @r.  Returns the status; what is no fault
 * of the store has been told.
 */
static int fill(
	struct px_loading *loading, int r, const struct px_store_error *error, bool *ret_is_loaded)
{
	int status = 2;

	*ret_is_loaded = false;
	if (r == 0) {
		px_load_progress_begin(loading);
		status = load_all(loading);
		r = loading->failed;
		if (r == 0 && loading->processes > 0) {
			r = px_store_commit(loading->store);
			*ret_is_loaded = r == 0;
		}
		loading->console->has_progress = false;
	}
	if (r < 0 && *error->text != '\0')
		px_load_say(loading, loading->options->database, error->text);
	px_names_free(loading);
	return r < 0 || loading->is_damaged ? 2 : status;
}

int px_load(struct px_console *console, const struct px_load_options *options)
{
	struct px_store_error error = { .text = "" };
	struct px_loading loading = prepare(console, options);
	const struct px_store_options store_options = {
		.replace = options->replace,
		.wait_ms = WAIT_MS,
		.folder = loading.folder,
		.error = &error,
	};
	bool is_loaded;
	int r, status;

	if (!px_load_open_told(&loading)) {
		px_load_close_told(&loading);
		return 2;
	}
	r = options->database != NULL
		? px_store_open_sqlite(options->database, &store_options, &loading.store)
		: px_store_open_psql(&console->out, &store_options, &loading.store);
	status = fill(&loading, r, &error, &is_loaded);
	if (r == 0)
		px_store_close(loading.store);
	px_load_close_told(&loading);
	return status;
}

/* A store, and what it says. */
struct px_loaded {
	struct px_store *store;
	struct px_store_error error;
};

int px_load_memory(
	struct px_console *console, const struct px_load_options *options, struct px_loaded **ret)
{
	struct px_loading loading = prepare(console, options);
	struct px_store_options store_options = { .folder = loading.folder };
	struct px_loaded *loaded = calloc(1, sizeof(*loaded));
	bool is_loaded;
	int r, status;

	*ret = NULL;
	if (loaded == NULL)
		px_load_say(&loading, NULL, "memory allocation failed");
	if (loaded == NULL || !px_load_open_told(&loading)) {
		px_load_close_told(&loading);
		free(loaded);
		return 2;
	}
	store_options.error = &loaded->error;
	/* Nobody will look for them by their labels. */
	loading.may_rename = true;
	r = px_store_open_sqlite(NULL, &store_options, &loading.store);
	if (r == 0)
		loaded->store = loading.store;
	status = fill(&loading, r, &loaded->error, &is_loaded);
	if (is_loaded)
		*ret = loaded;
	else
		px_loaded_free(loaded);
	px_load_close_told(&loading);
	return status;
}

struct px_store *px_loaded_store(const struct px_loaded *loaded)
{
	return loaded->store;
}

void px_loaded_free(struct px_loaded *loaded)
{
	if (loaded == NULL)
		return;
	if (loaded->store != NULL)
		px_store_close(loaded->store);
	free(loaded);
}
