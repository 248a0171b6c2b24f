/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rc files: finding and writing them.  rc_parse.c reads what is in them.
 */
#include "rc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "descriptor.h"

/* Nobody's rc file is larger; more is a device, or a mistake. */
#define RC_SIZE_MAX ((size_t)1024 * 1024)

/* A message about the default file, which names it, or about one that was named. */
static void say(struct px_console *console, const struct px_options *options,
	const char *about_default, const char *about_named, int error)
{
	const struct px_format_value name = { .text = console->name };

	px_message_begin(console);
	if (options->rc_path != NULL)
		px_out_string(&console->err, px_translate(&console->locale, about_named));
	else
		px_out_format(&console->err, &console->locale, about_default,
			px_translate(&console->locale, about_default), &name, 1);
	if (error != 0 && !console->terse) {
		px_out_string(&console->err, ": ");
		if (options->rc_path != NULL) {
			px_message_text(console, options->rc_path);
			px_out_string(&console->err, ": ");
		}
		px_out_string(&console->err, px_describe_error(error));
	}
	px_message_end(console);
}

/* The path of the rc file, to be freed; NULL after a message. */
static char *rc_path(struct px_console *console, const struct px_options *options)
{
	char *path;

	if (options->rc_path != NULL) {
		path = strdup(options->rc_path);
	} else {
		const char *home = getenv("HOME");
		size_t size;

		if (home == NULL) {
			px_message(console, "HOME variable undefined");
			return NULL;
		}
		size = strlen(home) + strlen(console->name) + sizeof("/.rc");
		path = malloc(size);
		if (path != NULL)
			stpcpy(stpcpy(stpcpy(stpcpy(path, home), "/."), console->name), "rc");
	}
	if (path == NULL)
		px_message(console, "memory allocation failed");
	return path;
}

/*
 * Open an rc file.  One that was named may be a pipe, of which the user knows;
 * one in the home folder that is would be waited for, for ever.
 */
static int open_file(const char *path, bool is_named)
{
	return is_named ? px_openat(AT_FDCWD, path, O_RDONLY, 0)
			: px_open_regular(AT_FDCWD, path, 0);
}

/* Read a file whole, closing it; returns 0 or a positive errno. */
static int read_whole(int fd, bool takes_folder, char **ret, size_t *ret_length)
{
	char *bytes = malloc(RC_SIZE_MAX);
	int error = 0;
	size_t length = 0;
	ssize_t n = 1;

	if (fd < 0 || bytes == NULL)
		error = fd < 0 ? -fd : ENOMEM;
	while (error == 0 && n > 0) {
		n = read(fd, bytes + length, RC_SIZE_MAX - length);
		if (n > 0)
			length += (size_t)n;
		/* pmap reads a folder as an empty file. */
		if (n < 0 && errno == EISDIR && takes_folder)
			break;
		if (n < 0 && errno != EINTR)
			error = errno;
		else if (n < 0)
			n = 1;
		if (length == RC_SIZE_MAX)
			error = EFBIG;
	}
	if (fd >= 0)
		close(fd);
	if (error != 0) {
		free(bytes);
		return error;
	}
	*ret = bytes;
	*ret_length = length;
	return 0;
}

bool px_rc_read(struct px_console *console, const struct px_options *options, struct px_rc *ret)
{
	char *path = rc_path(console, options), *bytes;
	size_t length;
	bool parsed;
	int error;

	if (path == NULL)
		return false;
	error = read_whole(
		open_file(path, options->rc_path != NULL), console->terse, &bytes, &length);
	free(path);
	if (error != 0) {
		say(console, options, "couldn't read ~/.%src", "couldn't read the rc file", error);
		return false;
	}
	*ret = (struct px_rc){ 0 };
	parsed = px_rc_parse(console, bytes, length, ret);
	free(bytes);
	if (!parsed)
		px_message(console, "memory allocation failed");
	return parsed;
}

/* The template; the names of fixed columns are in the user's language. */
static void put_template(const struct px_console *console, struct px_out *out)
{
	static const char *const keys[] = {
		"Size",
		"Rss",
		"Pss",
		"Shared_Clean",
		"Shared_Dirty",
		"Private_Clean",
		"Private_Dirty",
		"Referenced",
		"Anonymous",
		"AnonHugePages",
		"Swap",
		"KernelPageSize",
		"MMUPageSize",
		"Locked",
		"VmFlags",
	};
	static const char *const headings[] = { "Perm", "Offset", "Device", "Inode" };

	px_out_string(out,
		"# pmap's Config File\n\n"
		"# All the entries are case sensitive.\n"
		"# Unsupported entries are ignored!\n\n"
		"[Fields Display]\n\n"
		"# To enable a field uncomment its entry\n\n");
	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++) {
		px_out_string(out, "#");
		px_out_string(out, px_translate(&console->locale, headings[i]));
		px_out_string(out, "\n");
	}
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		px_out_string(out, "#");
		px_out_string(out, keys[i]);
		px_out_string(out, "\n");
	}
	px_out_string(out, "#");
	px_out_string(out, px_translate(&console->locale, "Mapping"));
	px_out_string(out,
		"\n\n\n[Mapping]\n\n"
		"# to show paths in the mapping column uncomment the following line\n"
		"#ShowPath\n\n");
}

/* The entry of a new file is durable once its folder is. */
static void sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL ? strdup(".")
		: slash == path      ? strdup("/")
				     : strndup(path, (size_t)(slash - path));
	int fd = folder != NULL ? px_openat(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY, 0) : -1;

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(folder);
}

/* Write the template to a file that must not exist; returns 0 or a positive errno. */
static int write_template(struct px_console *console, const char *path)
{
	struct px_out out = { .fd = px_openat(AT_FDCWD, path, O_WRONLY | O_CREAT | O_EXCL, 0666) };
	void (*on_limit)(int);
	int r;

	if (out.fd < 0)
		return -out.fd;
	/* Beyond a limit on the size of files the signal would leave an empty one. */
	on_limit = signal(SIGXFSZ, SIG_IGN);
	put_template(console, &out);
	px_out_flush(&out);
	do
		r = out.error == 0 ? fsync(out.fd) : 0;
	while (r < 0 && errno == EINTR);
	/* Some file systems cannot sync, which is no fault of the file's. */
	if (r < 0 && errno != EINVAL && errno != EROFS)
		out.error = errno;
	if (close(out.fd) < 0 && out.error == 0 && errno != EINTR)
		out.error = errno;
	if (out.error != 0)
		unlink(path);
	else
		sync_folder(path);
	(void)signal(SIGXFSZ, on_limit);
	return out.error;
}

int px_rc_create(struct px_console *console, const struct px_options *options)
{
	char *path = rc_path(console, options);
	int error;

	if (path == NULL)
		return 1;
	error = write_template(console, path);
	free(path);
	if (error == EEXIST)
		px_message(console, "the file already exists - delete or rename it first");
	if (error != 0)
		say(console, options, "couldn't create ~/.%src", "couldn't create the rc file",
			error == EEXIST ? 0 : error);
	else
		say(console, options,
			"~/.%src file successfully created, feel free to edit the content",
			"rc file successfully created, feel free to edit the content", 0);
	return error != 0;
}
