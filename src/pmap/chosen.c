/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * --fields: reading the list, and adding columns up.
 */
#include "chosen.h"

#include <stdlib.h>
#include <string.h>

#include "name.h"

/* Whether a column of that name is there already: names are keys for programs. */
static bool is_there(const struct px_chosen *chosen, const struct px_field *field)
{
	for (size_t i = 0; i < chosen->count; i++)
		if (px_text_equals(&chosen->list[i].name, &field->name))
			return true;
	return false;
}

/* Add the column called @name, a piece of chosen->names. */
static bool add(struct px_console *console, struct px_chosen *chosen, char *name)
{
	struct pmapx_text text = { name, strlen(name) };
	struct px_field *field = &chosen->list[chosen->count];

	if (chosen->count == PX_CHOSEN_MAX) {
		px_message_option(console, NULL, "fields", name, "more columns than 64");
		return false;
	}
	if (px_field_find(&px_field_set_all, &text, field) < 0) {
		px_field_say_unknown(console, "fields", &px_field_set_all, &text);
		return false;
	}
	/* In any case, but one heading. */
	if (field->own == PX_OWN_NODE)
		*name = 'N';
	if (is_there(chosen, field)) {
		px_message_option(console, NULL, "fields", name, "given twice");
		return false;
	}
	/* A key that nobody knows has its name from here, without the colon. */
	if (field->name.bytes == name)
		name[field->name.length] = '\0';
	chosen->count++;
	return true;
}

struct px_chosen *px_chosen_read(struct px_console *console, const char *text)
{
	struct px_chosen *chosen = calloc(1, sizeof(*chosen));
	char *rest;

	if (chosen != NULL)
		chosen->names = strdup(text);
	if (chosen == NULL || chosen->names == NULL) {
		px_message(console, "memory allocation failed");
		px_chosen_free(chosen);
		return NULL;
	}
	rest = chosen->names;
	while (rest != NULL) {
		if (!add(console, chosen, strsep(&rest, ","))) {
			px_chosen_free(chosen);
			return NULL;
		}
	}
	return chosen;
}

void px_chosen_free(struct px_chosen *chosen)
{
	if (chosen == NULL)
		return;
	free(chosen->names);
	free(chosen);
}

/* Whether a sum lacks a part where a mapping has no number; keys are added up as -X does. */
static bool is_lacking(const struct px_field *field, const struct pmapx_mapping *mapping)
{
	return px_field_needs_numa(field) && px_numa_lists(mapping);
}

void px_chosen_add(
	struct px_chosen_sums *sums, struct px_sheet *sheet, const struct pmapx_mapping *mapping)
{
	const struct px_chosen *chosen = sheet->options->arrange.chosen;

	sums->mappings++;
	for (size_t i = 0; i < chosen->count; i++) {
		struct px_field_value value;

		if (chosen->list[i].kind != PX_FIELD_KB)
			continue;
		px_field_read(sheet, &chosen->list[i], mapping, &value);
		if (!value.is_known) {
			sums->lacks[i] |= is_lacking(&chosen->list[i], mapping);
			continue;
		}
		sums->kb[i] = px_saturating_add(sums->kb[i], value.number);
		sums->count[i]++;
	}
}

bool px_chosen_has_sum(const struct px_chosen_sums *sums, size_t i)
{
	return (sums->count[i] > 0 && !sums->lacks[i]) || sums->mappings == 0;
}
