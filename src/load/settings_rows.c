/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings of a PostgreSQL server, in a capture, as facts.
 */
#include "settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "load_impl.h"

#define FILE_NAME "postgres/settings.csv"

static void add(struct px_loading *loading, const struct px_setting *setting)
{
	static const char before[] = "pg.";
	char name[256];
	struct px_datum row[PX_CAPTURE_FACT_COLUMNS];
	const struct pmapx_text *value = &setting->value;

	if (setting->name.length > sizeof(name) - sizeof(before))
		return;
	*(char *)mempcpy(stpcpy(name, before), setting->name.bytes, setting->name.length) = '\0';
	row[PX_CAPTURE_FACT_NAME] = px_load_text(name);
	row[PX_CAPTURE_FACT_VALUE] = value->bytes != NULL
		? px_datum_text(value->bytes, value->length)
		: px_datum_null();
	row[PX_CAPTURE_FACT_NUM] = setting->has_number ? px_datum_number(setting->number)
						       : px_datum_null();
	px_load_add(loading, PX_TABLE_CAPTURE_FACT, row);
	if (strcmp(name + strlen(before), PX_SETTING_POSTMASTER) == 0 && setting->has_number)
		loading->postmaster = setting->number;
}

static int compare(const void *a, const void *b)
{
	const struct px_setting *one = a, *other = b;
	size_t length = one->name.length < other->name.length ? one->name.length
							      : other->name.length;
	int r = memcmp(one->name.bytes, other->name.bytes, length);

	return r != 0
		? r
		: (one->name.length > other->name.length) - (one->name.length < other->name.length);
}

/* All of @text, each name once; @room is for what is decoded. */
static int add_all(struct px_loading *loading, const struct pmapx_text *text, char *room)
{
	/* A row has a name, a comma and a newline. */
	struct px_setting *list = calloc(text->length / 3 + 1, sizeof(*list));
	struct px_settings settings;
	size_t count = 0;

	if (list == NULL)
		return -ENOMEM;
	if (px_settings_init(&settings, text, room) < 0) {
		px_load_say(loading, FILE_NAME, "does not begin with name,value");
		loading->is_damaged = true;
	} else {
		while (px_settings_next(&settings, &list[count]) == 1)
			/* A zero byte would end it before its end. */
			count += memchr(list[count].name.bytes, '\0', list[count].name.length) ==
				NULL;
	}
	if (count > 0)
		qsort(list, count, sizeof(*list), compare);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || compare(&list[i - 1], &list[i]) != 0)
			add(loading, &list[i]);
	free(list);
	return 0;
}

int px_load_settings(struct px_loading *loading, struct pmapx_source *source)
{
	char *bytes = malloc(2 * PX_SETTINGS_MAX), *room;
	size_t length = 0;
	ssize_t n = 1;
	int r = 0;

	if (bytes == NULL)
		return -ENOMEM;
	room = bytes + PX_SETTINGS_MAX;
	while (n > 0 && length < PX_SETTINGS_MAX) {
		n = px_host_file_read(source, loading->key, PX_HOST_SETTINGS, length,
			bytes + length, PX_SETTINGS_MAX - length);
		length += n > 0 ? (size_t)n : 0;
	}
	if (n >= 0)
		r = add_all(loading, &(struct pmapx_text){ bytes, length }, room);
	free(bytes);
	return r;
}
