/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is captured of the host, and who captures.
 */
#include "host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "descriptor.h"

/* More than any of these files has. */
#define FILE_MAX ((size_t)1024 * 1024)

/*
 * Read up to @size - 1 bytes of a file of a /proc, and terminate them.  Returns
 * how many, or a negative errno.
 */
static ssize_t read_file(int folder, const char *name, char *bytes, size_t size)
{
	int fd = px_open_regular(folder, name, 0);
	ssize_t n = fd;

	if (fd >= 0) {
		n = px_read_whole(fd, bytes, size - 1);
		close(fd);
	}
	bytes[n < 0 ? 0 : n] = '\0';
	return n;
}

/* The first word of a file. */
static void read_word(int folder, const char *name, char *word, size_t size)
{
	ssize_t n = read_file(folder, name, word, size);

	word[n < 0 ? 0 : strcspn(word, " \t\n")] = '\0';
}

/* What follows @key in @text, up to one of @ends. */
static void find_value(const char *text, const char *key, const char *ends, char *ret, size_t size)
{
	const char *at = strstr(text, key);
	size_t length;

	*ret = '\0';
	if (at == NULL)
		return;
	at += strlen(key);
	length = strcspn(at, ends);
	if (length < size)
		*(char *)mempcpy(ret, at, length) = '\0';
}

/* The last of @text, lines of mounts, about /proc: what is mounted there last is what is seen. */
static char *find_proc_mount(char *text)
{
	static const char place[] = " /proc ";
	char *at = strstr(text, place), *next;

	while (at != NULL && (next = strstr(at + 1, place)) != NULL)
		at = next;
	if (at != NULL)
		at[strcspn(at, "\n")] = '\0';
	return at;
}

int px_host_read(struct pmapx_source *source, struct px_host *ret)
{
	char *text = malloc(FILE_MAX);
	int r;

	if (text == NULL)
		return -ENOMEM;
	*ret = (struct px_host){
		.page_size = sysconf(_SC_PAGESIZE),
		.clock_ticks = sysconf(_SC_CLK_TCK),
		.uid = geteuid(),
	};
	uname(&ret->name);
	read_word(source->fd, "sys/kernel/random/boot_id", ret->boot_id, sizeof(ret->boot_id));
	read_word(source->fd, "sys/kernel/yama/ptrace_scope", ret->ptrace_scope,
		sizeof(ret->ptrace_scope));
	if (read_file(source->fd, "self/status", text, FILE_MAX) > 0)
		find_value(text, "\nCapEff:\t", "\n", ret->capabilities, sizeof(ret->capabilities));
	/* Options of /proc itself: "proc /proc proc rw,hidepid=2 0 0". */
	if (read_file(source->fd, "self/mounts", text, FILE_MAX) > 0) {
		const char *mount = find_proc_mount(text);

		if (mount != NULL)
			find_value(mount, "hidepid=", ", ", ret->hidepid, sizeof(ret->hidepid));
	}
	free(text);
	r = pmapx_source_shm_device(source, &ret->shm);
	ret->has_shm = r == 0;
	return px_is_shortage(r) ? r : 0;
}

/* The lines of @text with @word in it; only the first if @is_one. */
static size_t keep_lines(char *text, const char *word, bool is_one)
{
	char *start = text, *end = text;

	while (*text != '\0') {
		char *stop = strchrnul(text, '\n');
		size_t length = (size_t)(stop - text) + (*stop == '\n');

		if (memmem(text, length, word, strlen(word)) != NULL) {
			memmove(end, text, length);
			end += length;
			if (is_one)
				break;
		}
		text += length;
	}
	*end = '\0';
	return (size_t)(end - start);
}

/* Who adds the files of a host. */
struct adding {
	struct pmapx_source *source;
	struct px_spool *spool;
	struct px_target *target;
	const struct px_redaction *redaction;
	time_t when;
	char *text; /* FILE_MAX bytes. */
};

/* Add what is in adding->text. */
static int add_text(const struct adding *adding, const char *name, size_t length)
{
	struct px_piece piece = { adding->spool, 0, length };
	int r;

	px_spool_clear(adding->spool);
	r = px_spool_append(adding->spool, adding->text, length);
	return r < 0 ? r : px_target_add(adding->target, name, adding->when, &piece);
}

static int add_file(const struct adding *adding, const char *from, const char *name)
{
	ssize_t n = read_file(adding->source->fd, from, adding->text, FILE_MAX);

	if (n < 0)
		return px_is_shortage((int)n) ? (int)n : 0;
	return add_text(adding, name, (size_t)n);
}

/* Which processor it is: most of cpuinfo is the same again for each. */
static int add_model(const struct adding *adding)
{
	/* On x86, s390 and others; on ARM; on POWER. */
	static const char *const keys[] = { "model name\t", "Model\t", "cpu\t" };
	size_t length = 0;

	for (size_t i = 0; length == 0 && i < sizeof(keys) / sizeof(keys[0]); i++) {
		ssize_t n = read_file(adding->source->fd, "cpuinfo", adding->text, FILE_MAX);

		if (n < 0)
			return px_is_shortage((int)n) ? (int)n : 0;
		length = keep_lines(adding->text, keys[i], true);
	}
	return add_text(adding, "proc/cpuinfo", length);
}

/* When the machine was booted: the rest of stat is of its processors. */
static int add_boot_time(const struct adding *adding)
{
	ssize_t n = read_file(adding->source->fd, "stat", adding->text, FILE_MAX);

	if (n < 0)
		return px_is_shortage((int)n) ? (int)n : 0;
	return add_text(adding, "proc/stat", keep_lines(adding->text, "btime ", true));
}

static int add_mounts(const struct adding *adding)
{
	struct px_redactor redactor = { .redaction = adding->redaction };
	struct pmapx_text text = { adding->text, 0 };
	int r = 0;
	ssize_t n = read_file(adding->source->fd, "self/mounts", adding->text, FILE_MAX);

	if (n < 0)
		return px_is_shortage((int)n) ? (int)n : 0;
	text.length = keep_lines(adding->text, " hugetlbfs ", false);
	if (px_redacts(adding->redaction, "mounts")) {
		px_redact_lines(&redactor, "mounts", &text, true);
		/* Tokens may be longer than what they stand for. */
		if (redactor.out.failed || redactor.out.length > FILE_MAX)
			r = -ENOMEM;
		else if (redactor.out.length > 0)
			memcpy(adding->text, redactor.out.bytes, redactor.out.length);
		text.length = redactor.out.length;
		px_redactor_deinit(&redactor);
	}
	return r < 0 ? r : add_text(adding, "proc/mounts", text.length);
}

/* All that can be read, but for what makes the kernel work. */
static int add_settings(const struct adding *adding)
{
	const struct dirent *entry;
	DIR *folder;
	int r = px_open_folder(adding->source->fd, "sys/vm", 0, &folder);

	if (r < 0)
		return px_is_shortage(r) ? r : 0;
	while (r == 0 && (entry = readdir(folder)) != NULL) {
		char from[sizeof("sys/vm/") + NAME_MAX], name[sizeof("proc/sys/vm/") + NAME_MAX];
		struct stat status;

		if (entry->d_name[0] == '.' || strcmp(entry->d_name, "stat_refresh") == 0 ||
			fstatat(dirfd(folder), entry->d_name, &status, 0) < 0 ||
			!S_ISREG(status.st_mode) || (status.st_mode & 0444) == 0)
			continue;
		stpcpy(stpcpy(from, "sys/vm/"), entry->d_name);
		stpcpy(stpcpy(name, "proc/"), from);
		r = add_file(adding, from, name);
	}
	closedir(folder);
	return r;
}

int px_host_add(struct pmapx_source *source, const struct px_redaction *redaction,
	struct px_spool *spool, time_t when, struct px_target *target)
{
	struct adding adding = { source, spool, target, redaction, when, malloc(FILE_MAX) };
	int r = 0;

	if (adding.text == NULL)
		return -ENOMEM;
	r = add_file(&adding, "meminfo", "proc/meminfo");
	if (r == 0)
		r = add_file(&adding, "version", "proc/version");
	if (r == 0)
		r = add_file(&adding, "vmstat", "proc/vmstat");
	if (r == 0)
		r = add_boot_time(&adding);
	if (r == 0)
		r = add_model(&adding);
	if (r == 0)
		r = add_mounts(&adding);
	if (r == 0)
		r = add_settings(&adding);
	free(adding.text);
	return r;
}
