/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The path of a saved file.  A second, slower reader agrees on what it tells;
 * what comes out makes the same path again, and lies within it.
 */
#include "saved_name.h"

#include <string.h>

#include "fuzz.h"

/* The components of a path, without empty ones. */
struct components {
	struct pmapx_text list[64];
	size_t count;
};

static struct components split(const struct pmapx_text *path)
{
	struct components ret = { .count = 0 };
	size_t begin = 0;

	for (size_t i = 0; i <= path->length; i++)
		if (i == path->length || path->bytes[i] == '/') {
			if (i > begin && ret.count < sizeof(ret.list) / sizeof(ret.list[0]))
				ret.list[ret.count++] = (struct pmapx_text){ path->bytes + begin,
					i - begin };
			begin = i + 1;
		}
	return ret;
}

static bool is_text(const struct pmapx_text *text, const char *string)
{
	return text->length == strlen(string) && memcmp(text->bytes, string, text->length) == 0;
}

/* A number as printf() writes it. */
static int number_of(const struct pmapx_text *text)
{
	char digits[16], again[16];
	int number;

	if (text->length == 0 || text->length >= sizeof(digits))
		return 0;
	memcpy(digits, text->bytes, text->length);
	digits[text->length] = '\0';
	number = atoi(digits);
	snprintf(again, sizeof(again), "%d", number);
	return number > 0 && is_text(text, again) ? number : 0;
}

/* Whether the components are one of the names that there are; then which. */
static bool is_expected(const struct components *path, int *ret_pid, enum px_file *ret_file)
{
	const struct pmapx_text *last = &path->list[path->count - 1];

	for (enum px_file file = 0; file < PX_FILE_COUNT; file++) {
		size_t length = strlen(px_file_names[file]);

		*ret_file = file;
		if (last->length > length + 1 &&
			memcmp(last->bytes, px_file_names[file], length) == 0 &&
			last->bytes[length] == '-') {
			*ret_pid = number_of(&(struct pmapx_text){
				last->bytes + length + 1, last->length - length - 1 });
			return *ret_pid > 0;
		}
		if (is_text(last, px_file_names[file])) {
			*ret_pid = path->count > 1 ? number_of(last - 1) : 0;
			/* A thread's: PID/task/TID/NAME; a host may be called task. */
			return *ret_pid > 0 &&
				(path->count < 4 || !is_text(last - 2, "task") ||
					number_of(last - 3) == 0);
		}
	}
	return false;
}

static void must_be_host(const struct pmapx_text *folder)
{
	struct pmapx_text host = px_saved_host(folder);

	if (host.length == 0)
		return;
	px_must(host.bytes >= folder->bytes);
	px_must(host.bytes + host.length <= folder->bytes + folder->length);
	px_must(host.bytes[host.length - 1] != '/');
	px_must(host.length != 1 || host.bytes[0] != '.');
	px_must(host.length == 1 || host.bytes[0] != '.' || host.bytes[1] != '/');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pmapx_text path = { px_exact_copy(data, size), size };
	struct components components = split(&path);
	bool ends = size > 0 && data[size - 1] != '/';
	enum px_file file = PX_FILE_COUNT;
	struct px_saved_name name;
	int pid = 0;

	/* More than fit, and none is looked at but the last three. */
	if (components.count < sizeof(components.list) / sizeof(components.list[0])) {
		bool is_known = px_saved_name(&path, &name);

		if (ends && is_text(&components.list[components.count - 1], "pmapx.json")) {
			px_must(is_known && name.is_manifest);
		} else {
			px_must(is_known == (ends && is_expected(&components, &pid, &file)));
			px_must(!is_known || (name.pid == pid && name.file == file));
		}
		if (is_known) {
			struct components folder = split(&name.folder);

			px_must(name.folder.bytes == path.bytes);
			px_must(name.folder.length < path.length);
			px_must(folder.count + 1 + (!name.is_collected && !name.is_manifest) ==
				components.count);
			must_be_host(&name.folder);
		}
	}
	must_be_host(&path);
	free((char *)(uintptr_t)path.bytes);
	return 0;
}
