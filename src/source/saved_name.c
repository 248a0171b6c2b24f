/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the name of a saved file tells.  Nothing is opened by what is made of it
 * here, so a path may be as odd as it likes.
 */
#include "saved_name.h"

#include <string.h>

#include "scan.h"
#include "vm.h"

static const char manifest_name[] = "pmapx.json";

pid_t px_saved_pid(const struct pmapx_text *text)
{
	uint64_t number = 0;
	const char *end = text->bytes + text->length;

	/* "1", not "01" or "+1". */
	if (text->length == 0 || *text->bytes < '1' || *text->bytes > '9' ||
		px_scan_decimal(text->bytes, end, &number) != end || number > INT32_MAX)
		return 0;
	return (pid_t)number;
}

static bool is_text(const struct pmapx_text *text, const char *string)
{
	return text->length == strlen(string) && memcmp(text->bytes, string, text->length) == 0;
}

struct pmapx_text px_saved_take_last(struct pmapx_text *path)
{
	struct pmapx_text last = *path;
	const char *slash;

	while (path->length > 0 && path->bytes[path->length - 1] == '/')
		path->length--;
	slash = path->length > 0 ? memrchr(path->bytes, '/', path->length) : NULL;
	last.bytes = slash != NULL ? slash + 1 : path->bytes;
	last.length = path->length - (size_t)(last.bytes - path->bytes);
	path->length -= last.length;
	return last;
}

/* Which file is called @name; PX_FILE_COUNT if none is. */
static enum px_file find_file(const struct pmapx_text *name)
{
	enum px_file file = 0;

	while (file < PX_FILE_COUNT && !is_text(name, px_file_names[file]))
		file++;
	return file;
}

/* NAME-PID */
static bool is_collected(const struct pmapx_text *name, struct px_saved_name *ret)
{
	const char *dash = name->length > 0 ? memrchr(name->bytes, '-', name->length) : NULL;
	struct pmapx_text front, number;

	if (dash == NULL)
		return false;
	front = (struct pmapx_text){ name->bytes, (size_t)(dash - name->bytes) };
	number = (struct pmapx_text){ dash + 1, name->length - front.length - 1 };
	ret->pid = px_saved_pid(&number);
	ret->file = find_file(&front);
	return ret->pid != 0 && ret->file != PX_FILE_COUNT;
}

bool px_saved_name(const struct pmapx_text *path, struct px_saved_name *ret)
{
	struct pmapx_text rest = *path, name, number;

	*ret = (struct px_saved_name){ 0 };
	if (rest.length == 0 || rest.bytes[rest.length - 1] == '/')
		return false;
	name = px_saved_take_last(&rest);
	ret->folder = rest;
	ret->is_manifest = is_text(&name, manifest_name);
	if (ret->is_manifest)
		return true;
	ret->is_collected = is_collected(&name, ret);
	if (ret->is_collected)
		return true;
	ret->file = find_file(&name);
	if (ret->file == PX_FILE_COUNT)
		return false;
	number = px_saved_take_last(&rest);
	ret->pid = px_saved_pid(&number);
	ret->folder = rest;
	/* The threads of a process, below it in a copy of /proc. */
	name = px_saved_take_last(&rest);
	number = px_saved_take_last(&rest);
	return ret->pid != 0 && !(is_text(&name, "task") && px_saved_pid(&number) != 0);
}

struct pmapx_text px_saved_host(const struct pmapx_text *folder)
{
	struct pmapx_text host = *folder, rest = host, last;

	last = px_saved_take_last(&rest);
	if (is_text(&last, "proc"))
		host = rest;
	while (host.length > 0 && host.bytes[host.length - 1] == '/')
		host.length--;
	while (host.length > 1 && host.bytes[0] == '.' && host.bytes[1] == '/') {
		host.bytes += 2;
		host.length -= 2;
	}
	if (is_text(&host, "."))
		host.length = 0;
	return host;
}

bool px_saved_is_nameless(const struct pmapx_text *path, struct px_saved_name *ret)
{
	struct pmapx_text folder = *path, name = px_saved_take_last(&folder);

	if (path->length == 0 || path->bytes[path->length - 1] == '/')
		return false;
	*ret = (struct px_saved_name){ .folder = folder, .file = find_file(&name) };
	return (ret->file == PX_FILE_MAPS || ret->file == PX_FILE_SMAPS) &&
		px_saved_host(&folder).length == 0;
}

bool px_saved_is_map_limit(const struct pmapx_text *path, struct pmapx_text *ret)
{
	static const char name[] = PX_MAP_LIMIT_PATH;
	const size_t length = sizeof(name) - 1;
	size_t rest = path->length - length;

	if (path->length < length || memcmp(path->bytes + rest, name, length) != 0 ||
		(rest > 0 && path->bytes[rest - 1] != '/'))
		return false;
	*ret = (struct pmapx_text){ path->bytes, rest };
	return true;
}
