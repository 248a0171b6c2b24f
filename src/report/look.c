/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Looks at processes.
 */
#include "look.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <pmapx/reader.h>

#include "descriptor.h"
#include "reading.h"

/* A walk that fills a look. */
struct looking {
	struct px_look *look;
	const struct px_sift *sift;
	const struct px_key_list *keys;
	char boot_id[PX_BOOT_ID_SIZE]; /* Of the running system, or what else is its proc root, */
	uint64_t now_ms;               /* and when it was begun. */
};

/* What has been read of one process. */
struct reading {
	const struct px_sift *sift;
	struct px_groups groups;
	size_t count;           /* Of mappings, selected or not, */
	struct px_sums skipped; /* and what those add up to that are not. */
	unsigned known;
	bool is_torn;
	struct px_guesses guesses;
};

/* Whether a mapping is selected whose keys have been told: 1, 0 or -ENOMEM. */
static int is_selected(
	struct reading *reading, const struct px_keyer *keyer, const struct pmapx_mapping *mapping)
{
	int r;

	if (!reading->sift->is_given)
		return 1;
	r = px_sift_but_size(reading->sift, mapping, keyer->kind);
	if (r == 1 && keyer->is_guess)
		px_guesses_note(&reading->guesses, reading->sift, keyer->kind);
	return r;
}

static int add_mapping(
	struct reading *reading, struct px_keyer *keyer, const struct pmapx_mapping *mapping)
{
	struct px_sums *sums = &reading->skipped;
	struct pmapx_text texts[PX_KEYS];
	int r;

	/* What a mapping is for depends on those before it, selected or not. */
	px_keyer_tell(keyer, mapping, texts);
	r = is_selected(reading, keyer, mapping);
	if (r < 0)
		return r;
	if (r == 1) {
		struct px_group *group = px_groups_find(
			&reading->groups, texts, keyer->list->count);

		if (group == NULL)
			return -ENOMEM;
		sums = &group->sums;
	}
	px_sums_add(sums, mapping);
	reading->known |= sums->known;
	reading->count++;
	return 0;
}

/*
 * Read all mappings of @file.  1 if the map has changed between two pieces of it; else as
 * a visitor.
 */
static int read_mappings(struct px_visit *visit, struct px_keyer *keyer,
	struct pmapx_reader *reader, struct reading *reading)
{
	const struct pmapx_mapping *mapping;
	bool is_ordered = px_reading_is_ordered(visit);
	uint64_t end = 0;
	int r;

	while ((r = pmapx_reader_next(reader, &mapping, &visit->error)) == 1) {
		if (mapping->start < end && is_ordered)
			reading->is_torn = true;
		end = mapping->end;
		r = add_mapping(reading, keyer, mapping);
		if (r < 0)
			return r;
	}
	return r;
}

/* Begin to read smaps, or maps if there is no more than that. */
static int open_map(
	struct px_visit *visit, const struct looking *looking, struct pmapx_reader **ret)
{
	struct pmapx_reader_options options = {
		.size = sizeof(options),
		.fields = PX_MEASURE_FIELDS,
		.look_ahead = px_keys_tell_kinds(looking->keys) || px_sift_by_kind(looking->sift),
	};
	int r;

	if (options.look_ahead)
		options.fields |= PX_KEY_KIND_FIELDS;
	r = px_reading_open(visit, PMAPX_FILE_SMAPS, &options, ret);
	if (r != -ENOENT || !px_visit_is_copy(visit))
		return r;
	options.mappings_only = true;
	return px_reading_open(visit, PMAPX_FILE_MAPS, &options, ret);
}

static int read_once(struct px_visit *visit, const struct looking *looking, struct reading *reading)
{
	struct pmapx_reader *reader;
	struct px_keyer keyer;
	int r = px_keyer_begin(&keyer, looking->keys, visit->process, visit->member);

	px_groups_clear(&reading->groups);
	*reading = (struct reading){ .sift = looking->sift };
	keyer.tells_kinds |= px_sift_by_kind(looking->sift);
	if (r == 0)
		r = open_map(visit, looking, &reader);
	if (r == 0) {
		r = read_mappings(visit, &keyer, reader, reading);
		pmapx_reader_close(reader);
	}
	px_keyer_end(&keyer);
	return r;
}

/* Room for one more process; NULL if memory is short. */
static struct px_looked *add_process(struct px_look *look)
{
	if (look->count == look->room) {
		size_t room = look->room * 2 + 64;
		struct px_looked *more = reallocarray(look->processes, room, sizeof(*more));

		if (more == NULL)
			return NULL;
		look->processes = more;
		look->room = room;
	}
	return &look->processes[look->count];
}

/*
 * Append what is known of a process that is visited, @pid if it is not open; NULL without
 * memory.
 */
static struct px_looked *identify(
	const struct looking *looking, const struct px_visit *visit, pid_t pid)
{
	static const struct pmapx_identity nobody = { 0 };
	const struct pmapx_identity *identity = visit->process != NULL
		? pmapx_process_identity(visit->process)
		: &nobody;
	const struct pmapx_member *member = visit->member;
	const char *boot_id = member != NULL ? member->boot_id : looking->boot_id;
	struct px_looked *process = add_process(looking->look);

	if (process == NULL)
		return NULL;
	*process = (struct px_looked){
		.pid = visit->process != NULL ? identity->tgid : pid,
		.has_start = identity->has_stat,
		.start_ticks = identity->start_ticks,
	};
	memcpy(process->boot_id, boot_id, strnlen(boot_id, sizeof(process->boot_id) - 1));
	process->host = strdup(member != NULL ? member->host : "");
	/* Of what was saved there may be none. */
	process->command = identity->comm.length > 0
		? strndup(identity->comm.bytes, identity->comm.length)
		: strdup("");
	/* From here on the look has it. */
	looking->look->count++;
	return process->host != NULL && process->command != NULL ? process : NULL;
}

/*
 * Keep what was read, all of it or nothing.  The time of the capture that a process is of
 * is that of the look; or now, if a kernel answers.
 */
static int keep(
	const struct looking *looking, const struct px_visit *visit, struct reading *reading)
{
	struct px_look *look = looking->look;
	struct px_looked *process = identify(looking, visit, 0);

	if (process == NULL)
		return -ENOMEM;
	process->groups = reading->groups;
	process->known = reading->known;
	reading->groups = (struct px_groups){ 0 };
	look->known |= reading->known;
	look->torn += reading->is_torn;
	px_guesses_merge(&look->guesses, &reading->guesses);
	if (visit->member != NULL) {
		look->when_ms = visit->member->captured_ms;
		look->redacted |= visit->member->redacted;
	} else if (pmapx_source_in_order(visit->source)) {
		look->when_ms = looking->now_ms;
	}
	return 0;
}

/* A px_visitor. */
static int visit_process(void *context, struct px_visit *visit)
{
	struct looking *looking = context;
	struct reading reading = { 0 };
	int r, readings = 0;

	do
		r = read_once(visit, looking, &reading);
	while (r == 0 && px_reading_again(visit, reading.is_torn, &readings));
	if (r == 0 && reading.count > 0) {
		px_walk_lock(visit);
		r = keep(looking, visit, &reading);
		px_walk_unlock(visit);
	}
	px_groups_clear(&reading.groups);
	return r;
}

/* A px_unread_visitor: what is there is not to be taken for gone. */
static int remember_unread(void *context, const struct px_visit *visit, pid_t pid)
{
	const struct looking *looking = context;
	struct px_looked *process = identify(looking, visit, pid);

	if (process == NULL)
		return -ENOMEM;
	process->is_unread = true;
	looking->look->unread++;
	return 0;
}

/* That of a proc root; "" if it does not tell. */
static void read_boot_id(const char *root, char ret[PX_BOOT_ID_SIZE])
{
	int folder = px_openat(AT_FDCWD, root, O_PATH | O_DIRECTORY, 0);
	int fd = folder < 0 ? -1 : px_openat(folder, "sys/kernel/random/boot_id", O_RDONLY, 0);
	ssize_t n = fd < 0 ? 0 : px_read(fd, ret, PX_BOOT_ID_SIZE - 1);

	ret[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
	if (folder >= 0)
		close(folder);
}

/* "pmapx: diff: WHAT" */
static void begin(struct px_console *console, const char *verb, const struct px_look *look)
{
	px_message_begin_verb(console, verb);
	px_message_text(console, look->name);
}

void px_look_say(
	struct px_console *console, const char *verb, const struct px_look *look, const char *why)
{
	begin(console, verb, look);
	px_out_string(&console->err, ": ");
	px_out_string(&console->err, why);
	px_message_end(console);
}

void px_look_tell_guesses(struct px_console *console, const char *verb, const struct px_look *look)
{
	if (!px_guesses_any(&look->guesses))
		return;
	begin(console, verb, look);
	px_out_string(&console->err, ": ");
	px_guesses_put(&console->err, &look->guesses);
	px_message_end(console);
}

void px_look_tell_torn(struct px_console *console, const char *verb, const struct px_look *look)
{
	if (look->torn > 0)
		px_look_say(console, verb, look, PX_LOOK_TORN);
}

int px_look_read(struct px_console *console, const struct px_walk_options *options,
	const struct px_sift *sift, const struct px_key_list *keys, struct px_look *ret)
{
	struct looking looking = { .look = ret, .sift = sift, .keys = keys };
	struct px_walk_options walk = *options;
	struct timespec now;

	if (options->from == NULL)
		read_boot_id(options->root != NULL ? options->root : "/proc", looking.boot_id);
	clock_gettime(CLOCK_REALTIME, &now);
	looking.now_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	walk.unread = remember_unread;
	return px_walk(console, &walk, visit_process, &looking, &ret->counts);
}

int px_look_take(struct px_console *console, const struct px_walk_options *options,
	const struct px_sift *sift, const struct px_key_list *keys, struct px_look *ret)
{
	int r = px_look_read(console, options, sift, keys, ret);

	if (r < 0)
		return r;
	px_unread_tell(console, options->verb, options->from, &ret->counts.unread);
	px_look_tell_torn(console, options->verb, ret);
	if (ret->count > ret->unread)
		return 0;
	px_look_say(console, options->verb, ret, PX_LOOK_IN_VAIN);
	return -ESRCH;
}

void px_look_deinit(struct px_look *look)
{
	for (size_t i = 0; i < look->count; i++) {
		px_groups_clear(&look->processes[i].groups);
		free(look->processes[i].host);
		free(look->processes[i].command);
	}
	free(look->processes);
	*look = (struct px_look){ 0 };
}
