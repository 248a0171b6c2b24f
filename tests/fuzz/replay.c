/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A fuzz target without a fuzzer: each file named, and each in a folder named,
 * is an input; a folder that is not there has none.  Prints how many there were.
 */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "mutate.h"

static size_t count;

/* Nothing is changed here. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
	(void)data;
	(void)max_size;
	return size;
}

static _Noreturn void give_up(const char *path)
{
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	exit(2);
}

static void replay_file(const char *path)
{
	struct px_bytes bytes = { 0 };
	char part[4096];
	FILE *file = fopen(path, "rb");
	char *copy;
	size_t n;

	if (file == NULL)
		give_up(path);
	while ((n = fread(part, 1, sizeof(part), file)) > 0)
		px_bytes_add(&bytes, part, n);
	if (ferror(file))
		give_up(path);
	fclose(file);
	copy = px_exact_copy(bytes.bytes, bytes.length);
	LLVMFuzzerTestOneInput((const uint8_t *)copy, bytes.length);
	free(copy);
	px_bytes_drop(&bytes);
	count++;
}

static void replay_folder(const char *path)
{
	struct dirent **entries;
	int found = scandir(path, &entries, NULL, alphasort);

	if (found < 0)
		give_up(path);
	for (int i = 0; i < found; i++) {
		char name[4096];

		if (entries[i]->d_name[0] != '.') {
			snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
			replay_file(name);
		}
		free(entries[i]);
	}
	free(entries);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct stat status;

		if (stat(argv[i], &status) < 0 && errno == ENOENT)
			continue;
		if (S_ISDIR(status.st_mode))
			replay_folder(argv[i]);
		else
			replay_file(argv[i]);
	}
	printf("%zu inputs\n", count);
	/* Of nothing, nothing has been shown. */
	return count > 0 ? 0 : 2;
}
