/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the manual promises of all that a source hands out, in the locale of the environment:
 * px_promises live PID | root FOLDER | saved PATH | text FILE
 *
 * The bytes of a name are never NULL, in whatever way a map is read: a line for each way says how
 * many mappings there were, and how many without a name.  And reasons are in English: a line for
 * each that is given, behind one that says what language the locale has.
 * tests/check/library_manual.py builds this with the library.
 */
#include <pmapx.h>

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Nobody can make a file there: what does not fit into memory cannot be kept. */
#define NO_FOLDER "/proc/none"

struct counts {
	unsigned mappings, unnamed;
};

static void check_name(const struct pmapx_mapping *mapping)
{
	if (mapping->name.bytes != NULL)
		return;
	fprintf(stderr, "line %llu: no bytes\n", (unsigned long long)mapping->line);
	exit(1);
}

static void count(struct counts *counts, const struct pmapx_mapping *mapping)
{
	check_name(mapping);
	if (mapping->next != NULL)
		check_name(mapping->next);
	counts->mappings++;
	counts->unnamed += mapping->name.length == 0;
}

static void tell(const char *what, const char *how, const struct counts *counts)
{
	printf("%s%s: %u mappings, %u without a name\n", what, how, counts->mappings,
		counts->unnamed);
}

static void tell_error(const struct pmapx_error *error)
{
	printf("%s: %s\n", *error->reason != '\0' ? "reason" : "code",
		*error->reason != '\0' ? error->reason : strerror(error->code));
}

static void read_file(struct pmapx_process *process, const char *what, enum pmapx_map_file file,
	const char *how, struct pmapx_reader_options options)
{
	const struct pmapx_mapping *mapping;
	struct counts counts = { 0, 0 };
	struct pmapx_reader *reader;
	struct pmapx_error error;
	int r;

	options.size = sizeof(options);
	if (pmapx_reader_open(process, file, &options, &reader) < 0)
		return;
	while ((r = pmapx_reader_next(reader, &mapping, &error)) != 0) {
		if (r == 1)
			count(&counts, mapping);
		else
			tell_error(&error);
	}
	pmapx_reader_close(reader);
	tell(what, how, &counts);
}

static void read_process(struct pmapx_process *process)
{
	static const struct {
		const char *what;
		enum pmapx_map_file file;
	} files[] = {
		{ "maps", PMAPX_FILE_MAPS },
		{ "smaps", PMAPX_FILE_SMAPS },
		{ "smaps_rollup", PMAPX_FILE_SMAPS_ROLLUP },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		const char *what = files[i].what;
		enum pmapx_map_file file = files[i].file;

		read_file(process, what, file, "", (struct pmapx_reader_options){ .size = 0 });
		read_file(process, what, file, ", only mappings",
			(struct pmapx_reader_options){ .mappings_only = true });
		read_file(process, what, file, ", one field",
			(struct pmapx_reader_options){ .fields = UINT64_C(1) << PMAPX_FIELD_RSS });
		read_file(process, what, file, ", with the next",
			(struct pmapx_reader_options){ .look_ahead = true });
		/* Where the kernel can, it is asked for these. */
		read_file(process, what, file, ", within a range",
			(struct pmapx_reader_options){
				.mappings_only = true, .has_range = true, .high = UINT64_MAX });
	}
}

static void read_processes(struct pmapx_source *source)
{
	const struct pmapx_member *member;
	struct pmapx_process *process;
	struct pmapx_error error;
	int r;

	while ((r = pmapx_source_next(source, &member, &error)) != 0) {
		if (r < 0) {
			tell_error(&error);
		} else if (pmapx_process_open_member(source, &process, NULL) == 0) {
			read_process(process);
			pmapx_process_close(process);
		}
	}
}

/* Fed by the byte, so that all is moved about. */
static int read_text(const char *path)
{
	FILE *file = fopen(path, "re");
	const struct pmapx_mapping *mapping;
	struct counts counts = { 0, 0 };
	struct pmapx_parser *parser;
	int r;

	if (file == NULL || pmapx_parser_open(NULL, &parser) < 0)
		return 1;
	while ((r = pmapx_parser_next(parser, &mapping, NULL)) != 0) {
		int c;

		if (r == 1) {
			count(&counts, mapping);
		} else if (r == -EAGAIN) {
			c = fgetc(file);
			if (c == EOF)
				pmapx_parser_finish(parser);
			else if (pmapx_parser_feed(parser, &(char){ (char)c }, 1) < 0)
				return 1;
		}
	}
	pmapx_parser_close(parser);
	fclose(file);
	tell("text", "", &counts);
	return 0;
}

int main(int argc, char **argv)
{
	struct pmapx_source_options options = { .size = sizeof(options),
		.temporary_folder = NO_FOLDER };
	struct pmapx_source *source;
	struct pmapx_error error;
	pid_t pid;
	int r;

	if (argc != 3 || setlocale(LC_ALL, "") == NULL)
		return 2;
	printf("here: %s\n", strerror(ENOENT));
	if (strcmp(argv[1], "text") == 0)
		return read_text(argv[2]);
	pid = atoi(argv[2]);
	if (strcmp(argv[1], "live") == 0) {
		options.pids = &pid;
		options.pid_count = 1;
		r = pmapx_source_open_live(&options, &source);
	} else if (strcmp(argv[1], "root") == 0) {
		r = pmapx_source_open_root(argv[2], &options, &source);
	} else {
		r = pmapx_source_open_saved(argv[2], &options, &source, &error);
	}
	if (r < 0)
		return 1;
	read_processes(source);
	pmapx_source_close(source);
	return 0;
}
