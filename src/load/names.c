/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the captures of one load are called.
 *
 * In a database, a capture may take the place of one that was loaded before.  But two that are
 * loaded at once are both meant to be there.
 */
#include "names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* A capture that was begun: the last one is first. */
struct px_name {
	struct px_name *next;
	size_t source; /* Which of the sources it is of. */
	char *label, *host;
};

static void free_name(struct px_name *name)
{
	free(name->label);
	free(name->host);
	free(name);
}

/* The last component of a path; it may be "/". */
static struct pmapx_text find_base(const char *path)
{
	const char *end = path + strlen(path), *begin;

	while (end > path + 1 && end[-1] == '/')
		end--;
	begin = end;
	while (begin > path && begin[-1] != '/')
		begin--;
	return (struct pmapx_text){ begin, (size_t)(end - begin) };
}

/* Whether another path among the sources ends the same. */
static bool is_ambiguous(const struct px_loading *loading, const struct pmapx_text *base)
{
	const struct px_load_options *options = loading->options;

	for (size_t i = 0; i < options->source_count; i++) {
		const struct pmapx_text other = find_base(options->sources[i]);

		if (other.length == base->length &&
			memcmp(other.bytes, base->bytes, base->length) == 0 &&
			strcmp(options->sources[i], loading->from) != 0)
			return true;
	}
	return false;
}

/* When it was looked at. */
static char *find_time(const struct px_loading *loading)
{
	time_t when = (time_t)(loading->facts.start_us / 1000000);
	struct tm parts;
	char text[64];

	gmtime_r(&when, &parts);
	(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts);
	return strdup(text);
}

char *px_names_label(const struct px_loading *loading)
{
	struct pmapx_text base;

	if (loading->from == NULL)
		return find_time(loading);
	base = find_base(loading->from);
	/* In a database, what a capture is called must not depend on what else is loaded with it. */
	if (loading->may_rename && is_ambiguous(loading, &base))
		return strdup(loading->from);
	return strndup(base.bytes, base.length);
}

static const struct px_name *find(
	const struct px_loading *loading, const char *label, const char *host)
{
	const struct px_name *name = loading->names;

	while (name != NULL && (strcmp(name->label, label) != 0 || strcmp(name->host, host) != 0))
		name = name->next;
	return name;
}

/* Give it a label that is free: with the first of " (2)", " (3)", ... */
static int rename_capture(struct px_loading *loading)
{
	struct px_capture_facts *facts = &loading->facts;
	char *label = NULL;

	for (unsigned number = 2; label == NULL; number++) {
		if (asprintf(&label, "%s (%u)", facts->label, number) < 0)
			return -ENOMEM;
		if (find(loading, label, facts->host) != NULL) {
			free(label);
			label = NULL;
		}
	}
	free(facts->label);
	facts->label = label;
	return 0;
}

/* There is @other, which may be of the same source: nothing is loaded. */
static int refuse(struct px_loading *loading, const struct px_name *other)
{
	const struct px_load_options *options = loading->options;
	char *why;
	int r;

	if (other->source == loading->source)
		r = asprintf(&why,
			"two captures in it are \"%s\" of host \"%s\";"
			" load them one by one, each with a --label or --host of its own",
			other->label, other->host);
	else
		r = asprintf(&why,
			"this is the capture \"%s\" of host \"%s\", and so is %s;"
			" load them one by one, each with a --label of its own",
			other->label, other->host, options->sources[other->source]);
	if (r < 0)
		return -ENOMEM;
	px_load_say(loading, loading->from, why);
	free(why);
	loading->failed = -EEXIST;
	return 0;
}

int px_names_take(struct px_loading *loading)
{
	struct px_capture_facts *facts = &loading->facts;
	const struct px_name *other = find(loading, facts->label, facts->host);
	struct px_name *name;
	int r = 0;

	if (other != NULL)
		r = loading->may_rename ? rename_capture(loading) : refuse(loading, other);
	if (r < 0 || loading->failed != 0)
		return r;
	name = calloc(1, sizeof(*name));
	if (name == NULL)
		return -ENOMEM;
	*name = (struct px_name){ loading->names, loading->source, strdup(facts->label),
		strdup(facts->host) };
	if (name->label == NULL || name->host == NULL) {
		free_name(name);
		return -ENOMEM;
	}
	loading->names = name;
	return 0;
}

void px_names_free(struct px_loading *loading)
{
	while (loading->names != NULL) {
		struct px_name *name = loading->names;

		loading->names = name->next;
		free_name(name);
	}
}
