/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands in the name column of a row.
 */
#include "labels.h"

#include <string.h>

#include "text.h"

static struct px_bytes string(const char *text)
{
	struct px_bytes bytes = { 0 };

	px_bytes_add(&bytes, text, strlen(text));
	return bytes;
}

/* Which bytes pass is for px_must_be_harmless() to see; here, that none is lost. */
static struct px_bytes harmless(struct px_stage *stage, const char *at, size_t length)
{
	static struct px_out out;
	struct px_bytes bytes = { 0 };

	px_must(length < PX_OUT_SIZE);
	out.length = 0;
	px_out_text(&out, &stage->said.console.locale, at, length);
	px_bytes_add(&bytes, out.bytes, out.length);
	return bytes;
}

static bool begins(const struct pmapx_text *name, const char *with)
{
	return name->length >= strlen(with) && memcmp(name->bytes, with, strlen(with)) == 0;
}

static bool is_in_brackets(const struct pmapx_text *name)
{
	return name->length > 1 && name->bytes[0] == '[' && name->bytes[name->length - 1] == ']';
}

/* "/SYSV", eight digits, and perhaps " (deleted)", on the device of shared memory. */
static bool is_segment(const struct pmapx_mapping *mapping, const struct pmapx_text *name)
{
	char copy[24] = "";
	int end = 0;
	unsigned key;

	if (name->length >= sizeof(copy) || name->length < 13 || mapping->dev_major != 0 ||
		mapping->dev_minor != 1)
		return false;
	memcpy(copy, name->bytes, name->length);
	if (strspn(copy + 5, "0123456789abcdef") != 8 ||
		sscanf(copy, "/SYSV%8x%n", &key, &end) != 1 || end != 13)
		return false;
	return name->length == 13 || (name->length == 23 && strcmp(copy + 13, " (deleted)") == 0);
}

struct px_bytes px_label_of(
	struct px_stage *stage, const struct pmapx_mapping *mapping, const struct pmapx_text *name)
{
	const struct px_options *options = &stage->options;
	const char *end = name->bytes + name->length, *slash = NULL;
	bool is_stack = mapping->start <= PX_STAGE_STACK && PX_STAGE_STACK < mapping->end;
	char text[64];

	if (name->length > 0 && is_segment(mapping, name)) {
		snprintf(text, sizeof(text), "  [ shmid=0x%llx ]",
			(unsigned long long)mapping->inode);
		return string(text);
	}
	if (options->kernel_names &&
		(is_in_brackets(name) || begins(name, "anon_inode:") || begins(name, "socket:")))
		return harmless(stage, name->bytes, name->length);
	for (const char *at = name->bytes; !is_in_brackets(name) && at < end; at++)
		if (*at == '/' && (slash == NULL || !options->show_path))
			slash = at;
	if (slash == NULL)
		return string(is_stack ? "  [ stack ]" : "  [ anon ]");
	/* The slash belongs to a whole path, and stands for a name that ends in it. */
	if (!options->show_path && slash + 1 < end)
		slash++;
	return harmless(stage, slash, (size_t)(end - slash));
}

struct px_bytes px_table_name_of(struct px_stage *stage, const struct pmapx_text *name)
{
	const char *begin = name->bytes, *end = begin + name->length;

	if (name->length == 0)
		return (struct px_bytes){ 0 };
	for (const char *at = begin; !stage->options.show_path && !is_in_brackets(name) && at < end;
		at++)
		if (*at == '/')
			begin = at + 1;
	return harmless(stage, begin, (size_t)(end - begin));
}

struct pmapx_text px_flags_of(const struct pmapx_text *flags)
{
	struct pmapx_text shown = { flags->bytes, 0 };

	while (shown.length < flags->length &&
		(flags->bytes[shown.length] == ' ' ||
			(flags->bytes[shown.length] >= 'a' && flags->bytes[shown.length] <= 'z')))
		shown.length++;
	if (shown.length > 0 && shown.bytes[shown.length - 1] == ' ')
		shown.length--;
	return shown.length > 0 ? shown : (struct pmapx_text){ "-", 1 };
}
