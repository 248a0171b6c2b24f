/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What PostgreSQL has said, to be read as often as is needed.
 */
#include "told_input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "descriptor.h"
#include "text_input.h"

#define PIECE ((size_t)128 * 1024)

/* How much of what cannot be read twice stays in memory. */
#define SPOOL_MEMORY ((size_t)1024 * 1024)

static void set_why(char *why, const char *text)
{
	(void)snprintf(why, PX_TROUBLE_MAX, "%s", text);
}

/* Keep up to @max bytes of what @input has, unpacked; only where nothing can be kept it fails. */
static int spool_text(
	struct px_told_input *told, struct px_text_input *text, uint64_t max, char *ret_why)
{
	char *piece = malloc(PIECE);
	size_t n = PIECE;
	int r = piece != NULL ? 0 : -ENOMEM;

	while (r == 0 && n == PIECE && told->spool.length < max) {
		n = fread(piece, 1, PIECE, text->file);
		if (n < PIECE && ferror(text->file) != 0)
			set_why(ret_why, px_text_input_trouble(text, -errno));
		r = px_spool_append(&told->spool, piece, n);
	}
	free(piece);
	return r;
}

static int spool(struct px_told_input *told, struct px_input *input, uint64_t max, char *ret_why)
{
	const struct pmapx_text begun = { input->bytes, input->length };
	struct px_text_input text;
	int r = px_text_input_open(&text, input, false);

	if (r == -ELIBACC)
		set_why(ret_why, px_unpack_missing(px_unpack_find(&begun)));
	if (r < 0)
		return r;
	r = spool_text(told, &text, max, ret_why);
	px_text_input_close(&text);
	return r;
}

/* As px_input_open(), but what is neither a file nor a pipe: a device might never end. */
static int open_input(const char *path, struct px_input *ret)
{
	bool is_standard = strcmp(path, "-") == 0;
	struct stat status;
	int r;

	*ret = (struct px_input){ .fd = -1 };
	if (!is_standard && stat(path, &status) == 0 &&
		(S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)))
		return -EMEDIUMTYPE;
	r = px_input_open(path, ret);
	return r == 0 && ret->is_folder ? -EISDIR : r;
}

int px_told_input_open(struct px_told_input *told, const char *path, const char *folder,
	uint64_t max, char *ret_why)
{
	struct px_input input;
	struct pmapx_text begun;
	int r = open_input(path, &input);

	*told = (struct px_told_input){ .name = path, .file.fd = -1 };
	px_spool_init(&told->spool, folder, SPOOL_MEMORY);
	*ret_why = '\0';
	begun = (struct pmapx_text){ input.bytes, input.length };
	if (r == 0 && input.is_seekable && px_unpack_find(&begun) == PX_PACKING_NONE) {
		told->file = input;
		return 0;
	}
	if (r == 0)
		r = spool(told, &input, max, ret_why);
	if (r < 0 && *ret_why == '\0')
		set_why(ret_why, px_describe_error(-r));
	px_input_close(&input);
	return r;
}

bool px_told_input_find(struct px_told_input *told, struct pmapx_source *source, const char *host,
	enum px_host_file which)
{
	static const char *const names[PX_HOST_FILES] = {
		[PX_HOST_ACTIVITY] = "postgres/activity.csv",
		[PX_HOST_LOG] = "postgres/log",
	};
	char byte;

	*told = (struct px_told_input){
		.name = names[which],
		.file.fd = -1,
		.spool.fd = -1,
		.source = source,
		.host = host,
		.which = which,
	};
	return px_host_file_read(source, host, which, 0, &byte, 1) > 0;
}

static ssize_t read_file(const struct px_told_input *told, void *bytes, size_t size)
{
	ssize_t n;

	do
		n = pread(told->file.fd, bytes, size, (off_t)(told->file.offset + told->offset));
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

ssize_t px_told_input_read(struct px_told_input *told, void *bytes, size_t size)
{
	ssize_t n;

	if (told->source != NULL)
		n = px_host_file_read(
			told->source, told->host, told->which, told->offset, bytes, size);
	else if (told->file.fd >= 0)
		n = read_file(told, bytes, size);
	else
		n = px_spool_read(&told->spool, told->offset, bytes, size);
	if (n > 0)
		told->offset += (uint64_t)n;
	return n;
}

void px_told_input_close(struct px_told_input *told)
{
	if (told->name == NULL)
		return;
	px_input_close(&told->file);
	px_spool_deinit(&told->spool);
	told->name = NULL;
}
