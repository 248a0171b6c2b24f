/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings of a server: names and values written as CSV again make the same settings; numbers
 * are what their digits say, times their unit.
 */
#include "settings.h"

#include <string.h>

#include "fuzz.h"

static void put_cell(struct px_bytes *to, const struct pmapx_text *text)
{
	if (text->bytes == NULL)
		return;
	px_bytes_add(to, "\"", 1);
	for (size_t i = 0; i < text->length; i++)
		px_bytes_add(to, text->bytes[i] == '"' ? "\"\"" : &text->bytes[i],
			text->bytes[i] == '"' ? 2 : 1);
	px_bytes_add(to, "\"", 1);
}

/* Digits, and nothing or a unit of memory; anything else is no number, nor is what is too large. */
static void must_be_number(const struct px_setting *setting)
{
	static const char *const units[] = { "", "B", "kB", "MB", "GB", "TB" };
	unsigned __int128 number = 0;
	size_t digits = 0;
	bool has_number = false;

	while (digits < setting->value.length && setting->value.bytes[digits] >= '0' &&
		setting->value.bytes[digits] <= '9' && number <= UINT64_MAX)
		number = number * 10 + (unsigned)(setting->value.bytes[digits++] - '0');
	for (size_t i = 0; digits > 0 && i < sizeof(units) / sizeof(units[0]); i++)
		if (setting->value.length - digits == strlen(units[i]) &&
			memcmp(setting->value.bytes + digits, units[i], strlen(units[i])) == 0) {
			number <<= i > 0 ? 10 * (i - 1) : 0;
			has_number = number <= INT64_MAX;
		}
	px_must(setting->has_number == has_number);
	px_must(!has_number || (uint64_t)setting->number == (uint64_t)number);
}

/* Read @text; all of it as CSV to @again. */
static int read_all(const char *bytes, size_t length, struct px_bytes *again)
{
	char *room = px_exact_copy(bytes, length);
	struct px_settings settings;
	struct px_setting setting;
	int r = px_settings_init(&settings, &(struct pmapx_text){ bytes, length }, room);

	if (r == 0)
		px_bytes_add(again, "name,value\n", strlen("name,value\n"));
	while (r == 0 && px_settings_next(&settings, &setting) == 1) {
		px_must(setting.name.length > 0);
		must_be_number(&setting);
		put_cell(again, &setting.name);
		px_bytes_add(again, ",", 1);
		put_cell(again, &setting.value);
		px_bytes_add(again, "\n", 1);
	}
	free(room);
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = px_exact_copy(data, size);
	struct px_bytes once = { .bytes = NULL }, twice = { .bytes = NULL };

	if (read_all(bytes, size, &once) == 0) {
		px_must(read_all(once.bytes, once.length, &twice) == 0);
		px_must(once.length == twice.length &&
			memcmp(once.bytes, twice.bytes, once.length) == 0);
	}
	px_bytes_drop(&once);
	px_bytes_drop(&twice);
	free(bytes);
	return 0;
}
