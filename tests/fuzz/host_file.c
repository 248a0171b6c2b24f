/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of hosts in an archive: each is there as the last entry of its name is, read at once
 * or in pieces, also behind the last process.
 */
#include "host_file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "mutate_tar.h"
#include "saved_source.h"
#include "tar_blocks.h"

/* More than any input has. */
#define FILE_MAX ((size_t)64 * 1024)

/* All of a file, so many bytes at a time; -1 if there is none. */
static ssize_t read_file(struct pmapx_source *source, const char *host, enum px_host_file which,
	size_t piece, char *ret)
{
	size_t length = 0;
	ssize_t n;

	do {
		n = px_host_file_read(source, host, which, length, ret + length,
			length + piece < FILE_MAX ? piece : FILE_MAX - length);
		px_must(n <= (ssize_t)piece);
		px_must(n >= 0 || (n == -ENOENT && length == 0));
		length += n > 0 ? (size_t)n : 0;
	} while (n > 0 && length < FILE_MAX);
	return n < 0 ? -1 : (ssize_t)length;
}

/* Every file of a host, in pieces of any size; what it says stands in the archive. */
static void must_be_files(
	struct pmapx_source *source, const char *host, const uint8_t *data, size_t size)
{
	static char whole[FILE_MAX], parts[FILE_MAX];

	for (enum px_host_file which = 0; which < PX_HOST_FILES; which++) {
		ssize_t length = read_file(source, host, which, FILE_MAX, whole);
		char byte;

		px_must(read_file(source, host, which, 1, parts) == length);
		px_must(length <= 0 || memcmp(whole, parts, (size_t)length) == 0);
		px_must(read_file(source, host, which, 7, parts) == length);
		px_must(length <= 0 || memcmp(whole, parts, (size_t)length) == 0);
		if (length < 0)
			continue;
		px_must(px_host_file_read(source, host, which, UINT64_MAX, &byte, 1) == 0);
		px_must(length == 0 || memmem(data, size, whole, (size_t)length) != NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct pmapx_source_options options = { .size = sizeof(options) };
	const struct pmapx_member *member;
	struct pmapx_source *source;
	struct px_bytes host = { 0 };
	int r;

	/* What is packed does not stand there. */
	if (size >= FILE_MAX || size < PX_TAR_BLOCK || memcmp(data + PX_TAR_MAGIC, "ustar", 5) != 0)
		return 0;
	px_put_input(data, size);
	if (pmapx_source_open_saved(PX_INPUT_PATH, &options, &source, NULL) == 0) {
		px_source_want_all(source);
		px_bytes_add(&host, "", 1);
		while ((r = pmapx_source_next(source, &member, NULL)) != 0) {
			if (r < 0)
				continue;
			host.length = 0;
			px_bytes_add(&host, px_host_of_member(source),
				strlen(px_host_of_member(source)) + 1);
			px_must(px_host_is_alone(source) || *host.bytes != '\0' ||
				*member->host == '\0');
			px_host_has(source, PX_FILE_SMAPS);
			must_be_files(source, host.bytes, data, size);
		}
		must_be_files(source, host.bytes, data, size);
		must_be_files(source, "", data, size);
		pmapx_source_close(source);
	}
	px_bytes_drop(&host);
	close(PX_INPUT_FD);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	return px_mutate_tar(data, size, max_size, seed);
}
