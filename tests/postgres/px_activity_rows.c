/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What pmapx reads out of files of pg_stat_activity and out of titles of processes, as a
 * line of JSON each:
 *
 *	px_activity_rows activity FILE...
 *	px_activity_rows title FILE...
 *	px_activity_rows server PATH...
 *
 * A byte is written as the character with its number, so that any can be told.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "activity.h"
#include "title.h"

static void print_text(const char *name, const struct pmapx_text *text)
{
	printf(",\"%s\":", name);
	if (text->bytes == NULL) {
		printf("null");
		return;
	}
	putchar('"');
	for (size_t i = 0; i < text->length; i++) {
		unsigned char byte = (unsigned char)text->bytes[i];

		if (byte < ' ' || byte > '~' || byte == '"' || byte == '\\')
			printf("\\u%04x", byte);
		else
			putchar(byte);
	}
	putchar('"');
}

/* All of a file, to be freed; ends the program if it cannot be read. */
static char *whole_file(const char *path, struct pmapx_text *ret)
{
	FILE *file = fopen(path, "rb");
	size_t size = PX_ACTIVITY_MAX + 2;
	char *bytes = malloc(size), *exact;

	if (file == NULL || bytes == NULL) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(EXIT_FAILURE);
	}
	ret->length = fread(bytes, 1, size, file);
	fclose(file);
	exact = realloc(bytes, ret->length > 0 ? ret->length : 1);
	bytes = exact != NULL ? exact : bytes;
	ret->bytes = bytes;
	return bytes;
}

static void print_row(const struct px_activity_row *row)
{
	printf("{\"line\":%" PRIu64 ",\"number\":%" PRIu32 ",\"start_us\":", row->line, row->pid);
	if (row->has_backend_start)
		printf("%" PRId64, row->backend_start_us);
	else
		printf("null");
	for (int i = 0; i < PX_ACTIVITY_COLUMN_COUNT; i++)
		print_text(px_activity_column_name((enum px_activity_column)i), &row->text[i]);
	printf("}\n");
}

static void print_activity(const char *path)
{
	struct pmapx_text text;
	char *bytes = whole_file(path, &text);
	enum px_activity_refusal refusal;
	struct px_activity *activity;
	struct px_activity_row row;
	struct pmapx_error error;
	int r = px_activity_open(&text, &activity, &refusal);

	if (r < 0) {
		printf("{\"refused\":\"%s\"}\n",
			r == -ENOTSUP ? px_activity_refusal_words(refusal) : strerror(-r));
		free(bytes);
		return;
	}
	printf("{\"shape\":\"%s\"}\n", px_activity_shape_name(activity));
	while ((r = px_activity_next(activity, &row, &error)) != 0) {
		if (r > 0)
			print_row(&row);
		else
			printf("{\"error\":\"%s\",\"line\":%" PRIu64 ",\"cut\":%s}\n", error.reason,
				error.line, r == -ENODATA ? "true" : "false");
	}
	px_activity_close(activity);
	free(bytes);
}

static void print_title(const char *path)
{
	static const char *const kinds[] = { "backend", "role", "other" };
	struct pmapx_text cmdline;
	char *bytes = whole_file(path, &cmdline);
	struct px_title title;

	if (px_title_parse(&cmdline, &title)) {
		printf("{\"kind\":\"%s\",\"may_be_cut\":%s", kinds[title.kind],
			title.may_be_cut ? "true" : "false");
		print_text("cluster", &title.cluster);
		print_text("role", &title.role);
		print_text("names", &title.names);
		print_text("user", &title.user);
		print_text("database", &title.database);
		print_text("client", &title.client);
		print_text("activity", &title.activity);
		printf("}\n");
	} else {
		printf("null\n");
	}
	free(bytes);
}

static void print_server(const char *path)
{
	puts(px_title_is_server(&(struct pmapx_text){ path, strlen(path) }) ? "true" : "false");
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*print)(const char *argument);
	} modes[] = {
		{ "activity", print_activity },
		{ "title", print_title },
		{ "server", print_server },
	};

	for (size_t i = 0; argc > 1 && i < sizeof(modes) / sizeof(*modes); i++) {
		if (strcmp(argv[1], modes[i].name) != 0)
			continue;
		for (int n = 2; n < argc; n++)
			modes[i].print(argv[n]);
		return ferror(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	fprintf(stderr, "usage: px_activity_rows activity|title|server ARGUMENT...\n");
	return EXIT_FAILURE;
}
