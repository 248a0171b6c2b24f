/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A folder of saved files, made as a tar archive describes it.  All that must be
 * found in it is, in order, and nothing else; it is shown as an archive of the same
 * files is; links are not followed, not even where a file becomes one meanwhile.
 */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "mutate_tar.h"
#include "saved_name.h"
#include "saved_source.h"
#include "tree.h"

/* Folders in a path beyond which nothing is looked for. */
#define DEPTH_MAX 31

/* What the folder is called when it is that of a process; it ends PX_INPUT_PATH. */
#define OWN_PID PX_INPUT_FD
/* When it is not. */
#define OTHER_PATH PX_INPUT_PATH "/."

/* The modification time of the first entry tells how to look; these are bits of it. */
enum { IS_UTF8 = 1, IS_OWN = 2, HAS_PIDS = 4, VIEW = 8, EXCHANGE = 32 };

/* A file that is to be found. */
struct wanted {
	const struct px_tree_file *file;
	struct px_saved_name name;
	struct pmapx_text host;
};

/* All of them. */
struct inventory {
	struct wanted list[PX_TAR_ENTRIES];
	size_t count;
	size_t hosts, manifests;
	bool is_unclear; /* Something is there twice, cannot be reached, or is no file. */
};

static bool is_text(const struct pmapx_text *text, const char *string)
{
	return text->length == strlen(string) && memcmp(text->bytes, string, text->length) == 0;
}

/* Whether the folder @name, in one that is called by a number or is not, is passed over. */
static bool is_of_process(const struct pmapx_text *name, bool is_below_number)
{
	static const char *const names[] = { "attr", "fd", "fdinfo", "map_files", "net", "ns",
		"task" };

	for (size_t i = 0; is_below_number && i < sizeof(names) / sizeof(names[0]); i++)
		if (is_text(name, names[i]))
			return true;
	return false;
}

/* Whether the file is looked at. */
static bool is_reached(const char *path, bool is_own)
{
	bool is_below_number = is_own;
	size_t depth = 0;

	if (strlen(path) >= PATH_MAX)
		return false;
	for (const char *slash; (slash = strchr(path, '/')) != NULL; path = slash + 1) {
		struct pmapx_text part = { path, (size_t)(slash - path) };

		if (++depth > DEPTH_MAX || is_of_process(&part, is_below_number))
			return false;
		is_below_number = px_saved_pid(&part) != 0;
	}
	return true;
}

/* What the path of a file tells; the folder that is a process's has its own files in it. */
static bool read_name(const char *path, bool is_own, struct px_saved_name *ret)
{
	struct pmapx_text text = { path, strlen(path) };

	/* For numa_maps nobody asks here. */
	if (px_saved_name(&text, ret))
		return ret->file < PX_FILE_NUMA_MAPS;
	if (!is_own)
		return px_saved_is_nameless(&text, ret);
	for (enum px_file file = 0; file < PX_FILE_NUMA_MAPS; file++)
		if (is_text(&text, px_file_names[file])) {
			*ret = (struct px_saved_name){ .pid = OWN_PID, .file = file };
			ret->folder = (struct pmapx_text){ path, 0 };
			return true;
		}
	return false;
}

static int compare_texts(const struct pmapx_text *one, const struct pmapx_text *other)
{
	size_t length = one->length < other->length ? one->length : other->length;
	int order = length > 0 ? memcmp(one->bytes, other->bytes, length) : 0;

	return order != 0 ? order : (one->length > other->length) - (one->length < other->length);
}

/* By host, number and file; manifests come last. */
static int compare(const void *a, const void *b)
{
	const struct wanted *one = a, *other = b;
	int order = one->name.is_manifest - other->name.is_manifest;

	if (order == 0)
		order = compare_texts(&one->host, &other->host);
	if (order == 0)
		order = (one->name.pid > other->name.pid) - (one->name.pid < other->name.pid);
	return order != 0 ? order : (int)one->name.file - (int)other->name.file;
}

static bool is_new_host(const struct inventory *inventory, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (compare_texts(&inventory->list[k].host, &inventory->list[i].host) == 0)
			return false;
	return true;
}

static void take_inventory(const struct px_tree *tree, bool is_own, struct inventory *ret)
{
	*ret = (struct inventory){
		.is_unclear = tree->depth > DEPTH_MAX || tree->length >= PATH_MAX || tree->has_odd,
	};
	for (size_t i = 0; i < tree->count; i++) {
		struct wanted *wanted = &ret->list[ret->count];
		const char *path = tree->files[i].path.bytes;

		if (!is_reached(path, is_own) || !read_name(path, is_own, &wanted->name))
			continue;
		wanted->file = &tree->files[i];
		wanted->host = px_saved_host(&wanted->name.folder);
		ret->manifests += wanted->name.is_manifest;
		ret->count++;
	}
	qsort(ret->list, ret->count, sizeof(ret->list[0]), compare);
	for (size_t i = 0; i < ret->count; i++) {
		ret->hosts += is_new_host(ret, i);
		ret->is_unclear |= i > 0 && compare(&ret->list[i - 1], &ret->list[i]) == 0;
	}
	ret->count -= ret->manifests;
	ret->is_unclear |= ret->manifests > 1;
}

/* Each process that the inventory has is handed out, once and in order, and no other. */
static void must_be_found(const char *path, const struct pmapx_source_options *options,
	const struct inventory *inventory)
{
	const struct pmapx_member *member;
	struct pmapx_source *source;
	size_t i = 0;
	int r;

	px_must(pmapx_source_open_saved(path, options, &source, NULL) == 0);
	while ((r = pmapx_source_next(source, &member, NULL)) != 0) {
		const struct wanted *wanted = &inventory->list[i];

		px_must(r == 1 || inventory->is_unclear || inventory->manifests > 0 ||
			inventory->count == 0);
		if (r < 0)
			continue;
		px_must(i < inventory->count && member->pid == wanted->name.pid);
		px_must(is_text(&wanted->host, member->host) ||
			(inventory->hosts == 1 && *member->host == '\0'));
		while (i < inventory->count && inventory->list[i].name.pid == member->pid &&
			compare_texts(&inventory->list[i].host, &wanted->host) == 0)
			i++;
	}
	px_must(i == inventory->count);
	pmapx_source_close(source);
}

/* An archive of the same files says the same as @shown. */
static void must_be_as_archived(const struct inventory *inventory,
	const struct pmapx_source_options *options, const struct px_view *view, bool is_utf8,
	const struct px_shown *shown)
{
	struct px_shown archived = { 0 };
	struct px_bytes tar = { 0 };

	/* An archive begins with a name, which might begin as something else does. */
	px_tar_add(&tar, "readme", &(struct pmapx_text){ "", 0 });
	for (size_t i = 0; i < inventory->count + inventory->manifests; i++) {
		const struct wanted *wanted = &inventory->list[i];
		struct px_bytes name = { 0 };
		char own[16];

		/* Only a folder can be a process's. */
		snprintf(own, sizeof(own), "%d/", OWN_PID);
		if (wanted->name.pid == OWN_PID && strchr(wanted->file->path.bytes, '/') == NULL &&
			!wanted->name.is_collected)
			px_bytes_add(&name, own, strlen(own));
		px_bytes_add(&name, wanted->file->path.bytes, wanted->file->path.length);
		px_tar_add(&tar, name.bytes, &wanted->file->contents);
		px_bytes_drop(&name);
	}
	px_tar_end(&tar);
	px_put_input(tar.bytes, tar.length);
	px_must(px_must_show_saved(PX_INPUT_PATH, options, view, is_utf8, &archived));
	px_must_show_same(shown, &archived);
	px_shown_drop(&archived);
	px_bytes_drop(&tar);
}

static void must_be_inside(const struct px_shown *shown)
{
	px_must(shown->out.length == 0 ||
		memmem(shown->out.bytes, shown->out.length, PX_TREE_OUTSIDE,
			strlen(PX_TREE_OUTSIDE)) == NULL);
}

/* Files become something else when they have been found, and before they are read. */
static void exchange(const struct px_tree *tree, const char *path,
	const struct pmapx_source_options *options, unsigned how)
{
	const struct pmapx_member *member;
	struct pmapx_source *source;
	struct px_shown shown = { 0 };
	int r;

	px_must(pmapx_source_open_saved(path, options, &source, NULL) == 0);
	r = pmapx_source_next(source, &member, NULL);
	for (size_t i = 0; i < tree->count; i++)
		if ((how + i) % 8 < PX_EXCHANGE_COUNT)
			px_tree_exchange(tree, tree->files[i].path.bytes, (how + i) % 8);
	if (r == 1)
		px_must_read_process(source, member);
	px_must_show_source(source, "saved", options, &px_view_extended, true, &shown);
	must_be_inside(&shown);
	px_shown_drop(&shown);
	pmapx_source_close(source);
}

static void look_at(const struct px_tree *tree, unsigned how)
{
	static const pid_t pids[] = { 1100, 1, 1100 };
	static const struct px_view *const views[] = { &px_view_extended, &px_view_plain,
		&px_view_device, &px_view_extended };
	const struct px_view *view = views[how / VIEW % 4];
	const char *path = how & IS_OWN ? PX_INPUT_PATH : OTHER_PATH;
	struct pmapx_source_options options = { .size = sizeof(options) };
	struct inventory inventory;
	struct px_shown shown = { 0 };

	take_inventory(tree, how & IS_OWN, &inventory);
	px_must(dup3(tree->fd, PX_INPUT_FD, 0) == PX_INPUT_FD);
	must_be_found(path, &options, &inventory);
	px_must_read_saved(path, &options, true);
	px_must(px_must_show_saved(path, &options, view, how & IS_UTF8, &shown));
	must_be_inside(&shown);
	if (!inventory.is_unclear && inventory.count > 0)
		must_be_as_archived(&inventory, &options, view, how & IS_UTF8, &shown);
	px_must(dup3(tree->fd, PX_INPUT_FD, 0) == PX_INPUT_FD);
	if (how & HAS_PIDS) {
		options.pids = pids;
		options.pid_count = sizeof(pids) / sizeof(pids[0]);
		px_must_read_saved(path, &options, false);
	}
	exchange(tree, path, &options, how / EXCHANGE);
	px_shown_drop(&shown);
	close(PX_INPUT_FD);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct px_tree tree;

	if (size < PX_TAR_BLOCK ||
		memmem(data, size, PX_TREE_OUTSIDE, strlen(PX_TREE_OUTSIDE)) != NULL)
		return 0;
	px_tree_make(&tree, data, size);
	look_at(&tree, data[PX_TAR_TIME]);
	px_tree_drop(&tree);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	if (size >= PX_TAR_BLOCK && px_draw(&seed, 8) == 0) {
		data[PX_TAR_TIME] = (uint8_t)px_draw(&seed, 256);
		return size;
	}
	return px_mutate_tar(data, size, max_size, seed);
}
